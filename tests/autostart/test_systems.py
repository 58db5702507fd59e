"""Every way of starting at login keeps the same promises: what is written is there, and goes without a trace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.autostart import Machine, launchd, run_key, systemd, task, xdg
from cotemp.autostart.entry import Entry
from cotemp.autostart.python import login_python, store_folder
from cotemp.autostart.run_key import RunKey
from cotemp.autostart.system import System
from cotemp.autostart.systems import choose, systems
from cotemp.cli import autostart
from cotemp.cli.declared import params_of
from cotemp.errors import BadUsage, StorageFailed, ToolMissing

from .machines import Values, machine

NAME = "cotemp-0test0test0"


def entry(*argv: str) -> Entry:
    return Entry(
        NAME, "cotemp: a test", argv or (sys.executable, "-P", "-m", "cotemp", "up"), (), Machine.here({}).user
    )


def real_task(_: Path) -> System:
    return task.task(Machine.here({}))


def real_registry(_: Path) -> System:
    found = Machine.here({}).registry
    assert found
    return RunKey(found, key=r"Software\cotemp-test")


SYSTEMS: dict[str, Callable[[Path], System]] = {
    "systemd": lambda home: systemd.systemd(machine("linux", home)),
    "xdg": lambda home: xdg.xdg(machine("linux", home)),
    "launchd": lambda home: launchd.launchd(machine("darwin", home)),
    "task": lambda home: task.task(machine("win32", home)),
    "run-key": lambda home: run_key.run_key(machine("win32", home)),
}
if sys.platform == "win32":
    SYSTEMS |= {"real task": real_task, "real registry": real_registry}


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> System:
    return SYSTEMS[request.param](tmp_path)


def test_written_and_removed(system: System, tmp_path: Path) -> None:
    """What was written is there, on, and means the same; once removed, nothing is left; removing twice is fine."""
    before = sorted(tmp_path.rglob("*"))
    assert system.found(NAME) is None
    assert not system.remove(NAME)
    try:
        system.install(entry())
        found = system.found(NAME)
        assert found is not None
        assert system.essence(found) == system.essence(system.render(entry()))
        assert system.off(NAME) == ""
    finally:
        assert system.remove(NAME)
    assert system.found(NAME) is None
    assert not system.remove(NAME)
    assert sorted(tmp_path.rglob("*")) == before


def test_written_over(system: System) -> None:
    """A second entry of the same name takes the place of the first, and means something else."""
    try:
        system.install(entry())
        first = system.found(NAME)
        system.install(entry("/other/python", "-P", "-m", "cotemp", "up"))
        second = system.found(NAME)
        assert first is not None
        assert second is not None
        assert system.essence(first) != system.essence(second)
        assert "/other/python" in second
    finally:
        system.remove(NAME)


def test_folders_of_others_stay(tmp_path: Path) -> None:
    """A folder in which something else lies is left as it is."""
    found = systemd.systemd(machine("linux", tmp_path))
    theirs = tmp_path / ".config/systemd/user/theirs.service"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    found.install(entry())
    assert found.remove(NAME)
    assert [path.name for path in tmp_path.rglob("*")] == [".config", "systemd", "user", "theirs.service"]


@pytest.mark.parametrize(("named", "left"), [("elsewhere", ["elsewhere", "zoe"]), ("zoe/settings", ["zoe"])])
def test_the_folder_of_settings_that_is_named(named: str, left: list[str], tmp_path: Path) -> None:
    """With XDG_CONFIG_HOME the entry is there; that folder stays, unless it is an empty one in the user's home."""
    linux = machine("linux", tmp_path / "zoe", XDG_CONFIG_HOME=str(tmp_path / named))
    linux.user_home.mkdir()
    for found in systems(linux):
        found.install(entry())
        assert found.where(NAME).startswith(str(tmp_path / named))
        assert found.remove(NAME)
    assert sorted(path.name for path in tmp_path.rglob("*")) == left


def test_a_unit_is_switched_on_as_systemctl_does_it(tmp_path: Path) -> None:
    """The unit is wanted by default.target, by a link that leads to it."""
    found = systemd.systemd(machine("linux", tmp_path))
    found.install(entry())
    assert found.link(NAME).resolve() == found.path(NAME)


@pytest.mark.parametrize("key", ["StartupApproved", "Enabled"])
def test_switched_off_on_windows(key: str, tmp_path: Path) -> None:
    """What a person switched off in the Task Manager, or in the Task Scheduler, is known to be off."""
    values = Values()
    registry, scheduler = RunKey(values), task.task(machine("win32", tmp_path))
    for one in (registry, scheduler):
        one.install(entry())
    values.values[run_key.APPROVED, NAME] = bytes([3, *[0] * 11])
    tasks = scheduler.run
    tasks.xml[NAME] = tasks.xml[NAME].replace("<Enabled>true</Enabled>", "<Enabled>false</Enabled>", 1)  # type: ignore[attr-defined]
    assert (registry if key == "StartupApproved" else scheduler).off(NAME)
    values.values[run_key.APPROVED, NAME] = bytes([2, *[0] * 11])
    assert not registry.off(NAME)


def test_a_name_that_the_code_page_of_windows_lacks(tmp_path: Path) -> None:
    """A task for a home that the console cannot print is known for what it is, and so is one that was changed."""
    scheduler = task.task(machine("win32", tmp_path))
    scheduler.install(entry("pythonw.exe", "-P", "-m", "cotemp", "up", "--home", "C:\\Users\\Zoë 张伟\\CoTemp"))
    found = scheduler.found(NAME) or ""
    assert "张" not in found
    for user, is_same in (("Zoë 张伟", True), ("Eve", False)):
        meant = entry("pythonw.exe", "-P", "-m", "cotemp", "up", "--home", f"C:\\Users\\{user}\\CoTemp")
        assert (scheduler.essence(found) == scheduler.essence(scheduler.render(meant))) is is_same


def test_a_task_that_windows_refuses(tmp_path: Path) -> None:
    """Where the Task Scheduler says no, its words are told, and the other way."""
    for code, kind in ((1, StorageFailed), (127, ToolMissing)):
        refusing = task.ScheduledTask(lambda _, code=code: (code, "ERROR: Access is denied."))  # type: ignore[misc]
        with pytest.raises(kind) as caught:
            refusing.install(entry())
        assert "--by run-key" in caught.value.fix


# --- which system, which Python ---


def test_the_best_way_comes_first(tmp_path: Path) -> None:
    """systemd where it runs, a desktop's own way where not; what another system has is refused by name."""
    linux = machine("linux", tmp_path)
    assert choose(linux, None).name == "xdg"
    assert choose(Machine(**{**vars(linux), "runs_systemd": True}), None).name == "systemd"
    assert choose(linux, "systemd").name == "systemd"
    assert [choose(machine(name, tmp_path), None).name for name in ("darwin", "win32")] == ["launchd", "task"]
    with pytest.raises(BadUsage, match="this system has no launchd"):
        choose(linux, "launchd")
    with pytest.raises(ToolMissing):
        choose(machine("plan9", tmp_path), None)


def test_every_way_can_be_named(tmp_path: Path) -> None:
    """`--by` takes each way of each system."""
    names = {system.name for name in ("linux", "darwin", "win32") for system in systems(machine(name, tmp_path))}
    (by,) = (param for param in params_of(autostart.enable) if param.name == "by")
    assert set(by.choices) == names


STORE = "PythonSoftwareFoundation.Python.3.12"
LOCAL = r"C:\Users\zoe\AppData\Local"
LASTING = rf"{LOCAL}\Microsoft\WindowsApps\{STORE}_qbz5n2kfra8p0"


@pytest.mark.parametrize(
    ("executable", "first"),
    [
        (r"C:\Python\python.exe", r"C:\Python\pythonw.exe"),
        (rf"C:\Program Files\WindowsApps\{STORE}_3.12.2800.0_x64__qbz5n2kfra8p0\python.exe", rf"{LASTING}\pythonw.exe"),
        (rf"{LASTING}\python.exe", rf"{LASTING}\pythonw.exe"),
    ],
)
def test_no_console_on_windows(executable: str, first: str, tmp_path: Path) -> None:
    """At logon no window flashes; the Store's Python is called by the name that an update leaves alone."""
    windows = vars(machine("win32", tmp_path, executable=executable, LOCALAPPDATA=LOCAL))
    assert login_python(Machine(**{**windows, "exists": lambda _: True})) == (first,)
    headless = login_python(Machine(**{**windows, "exists": lambda _: False}))
    assert headless[:2] == (r"C:\Windows\System32\conhost.exe", "--headless")
    assert headless[2] == first.replace("pythonw", "python")


def test_the_store_hides_what_its_python_writes(tmp_path: Path) -> None:
    """For a Python of the Microsoft Store it is told where AppData really is; for any other nothing."""
    windows = machine("win32", tmp_path, LOCALAPPDATA=LOCAL)
    store = Machine(
        **{**vars(windows), "base_prefix": rf"C:\Program Files\WindowsApps\{STORE}_3.12.1_x64__qbz5n2kfra8p0"}
    )
    assert store_folder(store) == rf"{LOCAL}\Packages\{STORE}_qbz5n2kfra8p0\LocalCache"
    assert store_folder(Machine(**{**vars(windows), "base_prefix": r"C:\Python"})) == ""
    assert store_folder(machine("linux", tmp_path)) == ""
