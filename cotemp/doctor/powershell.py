"""Checks of the PowerShell side: the module that each PowerShell finds, its Python, and what keeps it from loading."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..autostart import Machine
from ..places import Places, shipped
from ..runner.engines import engines
from ..setup.installed import installed_anywhere
from ..setup.powershell import module_folders, python_record
from .execution_policy import in_force, of_powershell, of_windows_powershell, verdict
from .finding import Found, Look, State, bad, info, ok, warn

__all__ = ["PowerShell", "modules", "policies", "policies_of", "powershells", "recorded_python"]

_INIT = "cotemp init"
_VERSION = re.compile(rb"^\s*ModuleVersion\s*=\s*'([^']+)'", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PowerShell:
    """One kind of PowerShell: where its program is (None: not on this machine), where it looks for our module."""

    name: str
    program: Path | None
    module: Path

    @property
    def is_windows_powershell(self) -> bool:
        """True for 5.1, the one that comes with Windows."""
        return self.module.parents[1].name == "WindowsPowerShell"


def powershells(look: Look) -> list[PowerShell]:
    """Every kind that there may be on this system."""
    named = engines(look.config.engines)["pwsh"].probe[0]
    kinds = (("PowerShell", named), ("Windows PowerShell", "powershell.exe"))
    return [
        PowerShell(name, Path(os.path.realpath(found)) if (found := shutil.which(program)) else None, folder)
        for (name, program), folder in zip(kinds, module_folders(), strict=False)  # the second is on Windows only
    ]


def modules(look: Look) -> Iterator[Found]:
    """Each PowerShell finds the module, whole and of this version."""
    for shell in powershells(look):
        trouble = _trouble(shell.module)
        if not trouble and shell.program:
            yield ok(f"{shell.name} has our module, version {__version__}: {shell.module}")
        elif trouble and _was_installed(look.places, shell.module):
            weight = State.WARN if shell.program else State.INFO
            yield Found(weight, f"our module for {shell.name} {trouble}: {shell.module}", _INIT)
        elif trouble and shell.program:
            yield info(f"our module for {shell.name} {trouble}, nobody installed it yet: {shell.module}", _INIT)


def _trouble(folder: Path) -> str:
    """What is wrong with the module in `folder`, as the end of a sentence; empty when nothing is."""
    version = _version(folder / "Cotemp.psd1")
    if version is None:
        return "is not there"
    if version != __version__:
        return f"is version {version}, and this is cotemp {__version__}"
    files = (file.name for file in (shipped("ps") / "Cotemp").iterdir() if file.is_file())
    missing = sorted(name for name in files if not (folder / name).is_file())
    return f"lacks {', '.join(missing)}" if missing else ""


def _version(manifest: Path) -> str | None:
    try:
        found = _VERSION.search(manifest.read_bytes())
    except OSError:
        return None
    return found[1].decode(errors="replace") if found else None


def _was_installed(places: Places, folder: Path) -> bool:
    """Whether any `init` of this user put the module there."""
    return any(Path(name).is_relative_to(folder) for name, _ in installed_anywhere(places))


def recorded_python(look: Look) -> Iterator[Found]:
    """The Python that PowerShell starts for us is known, and still there."""
    has_powershell = any(shell.program for shell in powershells(look))
    if not has_powershell and not os.path.lexists(python_record()):
        return
    python, fix = _python(look)
    if python and _is_program(python):
        yield from [ok(f"PowerShell runs cotemp with {python}")] if has_powershell else ()
    elif python:
        what = f"the Python with which PowerShell runs cotemp is gone: {python}"
        yield bad(what, fix) if has_powershell else info(what, fix)
    elif any(_was_installed(look.places, folder) for folder in module_folders()):
        yield warn(f"nobody recorded which Python runs cotemp for PowerShell: {python_record()}", fix)


def _python(look: Look) -> tuple[str, str]:
    """What the module would start, and how to change that. Empty: it does not know."""
    named = look.env.get("COTEMP_PYTHON", "")
    if named:
        return named, "set COTEMP_PYTHON to a Python that has cotemp, or remove it"
    try:
        return python_record().read_text(encoding="utf-8-sig", errors="replace").strip(), _INIT
    except FileNotFoundError:
        return "", _INIT


def _is_program(python: str) -> bool:
    """As the module finds it: a path, or a name that is looked for on PATH."""
    is_path = os.path.basename(python) != python
    return os.path.isfile(python) if is_path else shutil.which(python) is not None


def policies(look: Look) -> Iterator[Found]:
    """Windows lets each PowerShell load our scripts."""
    return policies_of(powershells(look), Machine.here(look.env))


def policies_of(shells: list[PowerShell], machine: Machine) -> Iterator[Found]:
    """The same for the PowerShells of a machine; only Windows has execution policies."""
    user, all_users = machine.registry, machine.registry_of_all
    if user is None or all_users is None:
        return
    for shell in shells:
        if shell.program and shell.is_windows_powershell:
            yield verdict(shell.name, in_force(of_windows_powershell(user, all_users)))
        elif shell.program:
            own_folder = shell.module.parents[1]
            said = of_powershell(user, all_users, own_folder, shell.program.parent)
            yield verdict(shell.name, in_force(said))
