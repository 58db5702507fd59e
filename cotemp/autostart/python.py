"""The Python that starts at login: without a console on Windows, and one that is still there after an update."""

from __future__ import annotations

from pathlib import PureWindowsPath

from .machine import Machine

__all__ = ["login_python", "store_folder"]

_STORE = "PythonSoftwareFoundation.Python."


def login_python(machine: Machine) -> tuple[str, ...]:
    """The first words of the command line."""
    if machine.platform != "win32":
        return (machine.executable,)
    python = _lasting(PureWindowsPath(machine.executable), machine)
    silent = python.with_name("pythonw.exe")
    if machine.exists(str(silent)):
        return (str(silent),)
    root = machine.env.get("SystemRoot", r"C:\Windows")
    return (rf"{root}\System32\conhost.exe", "--headless", str(python))


def store_folder(machine: Machine) -> str:
    """Where the Microsoft Store's Python really keeps what it writes to AppData; '' for any other Python."""
    family = _family(PureWindowsPath(machine.base_prefix)) if machine.platform == "win32" else ""
    local = machine.env.get("LOCALAPPDATA", "%LOCALAPPDATA%")
    return str(PureWindowsPath(local, "Packages", family, "LocalCache")) if family else ""


def _lasting(python: PureWindowsPath, machine: Machine) -> PureWindowsPath:
    """The Store replaces the folder of its Python at every update; the alias stays."""
    family = _family(python)
    local = machine.env.get("LOCALAPPDATA")
    if not (family and local):
        return python
    return PureWindowsPath(local, "Microsoft", "WindowsApps", family, python.name)


def _family(path: PureWindowsPath) -> str:
    """`Name_publisher` of the Store package in `path`, which may be written `Name_version_arch__publisher`."""
    package = next((part for part in path.parts if part.startswith(_STORE)), "")
    words = package.split("_")
    return f"{words[0]}_{words[-1]}" if len(words) > 1 else ""
