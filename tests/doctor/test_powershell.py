"""`doctor` knows whether each PowerShell here finds the module and the Python that `init` recorded."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.doctor import Look, State
from cotemp.doctor.finding import Found
from cotemp.doctor.powershell import modules, policies, powershells, recorded_python
from cotemp.places import Places, own_config_file
from cotemp.setup import initialise, install_powershell
from cotemp.setup.powershell import module_folders, python_record

PROGRAMS = ("pwsh.exe", "powershell.exe") if sys.platform == "win32" else ("pwsh",)


@pytest.fixture
def home(nobody_home: Path) -> Places:
    """A home as `init` leaves it, but for PowerShell's part."""
    places = Places.at(nobody_home / "Downloads" / "CoTemp")
    initialise(places, ["co-migrate"], own_config_file())
    return places


@pytest.fixture(autouse=True)
def no_powershell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No PowerShell is on PATH; returns the folder in which one may be put."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def with_powershell(no_powershell: Path) -> None:
    """Every kind of PowerShell that this system may have is on PATH."""
    for name in PROGRAMS:
        (no_powershell / name).touch(mode=0o755)


def said(places: Places, **env: str) -> list[Found]:
    look = Look(places, own_config_file(), env)
    return [*modules(look), *recorded_python(look)]


@pytest.mark.usefixtures("with_powershell")
def test_all_is_well(home: Places) -> None:
    """After init each PowerShell has its line, and the Python is named."""
    install_powershell(home)
    found = said(home)
    assert {one.state for one in found} == {State.OK}
    assert len(found) == len(PROGRAMS) + 1
    assert sys.executable in found[-1].what


def test_without_powershell_nothing_is_said(home: Places) -> None:
    """Who has no PowerShell reads nothing of it, before init and after it."""
    assert said(home) == []
    install_powershell(home)
    assert said(home) == []


@pytest.mark.usefixtures("with_powershell")
def test_a_home_without_the_module(home: Places) -> None:
    """Where there is a PowerShell and nobody installed the module, that is no fault, but good to know."""
    found = said(home)
    assert {(one.state, one.fix) for one in found} == {(State.INFO, "cotemp init")}
    assert len(found) == len(PROGRAMS)


def no_module() -> None:
    shutil.rmtree(module_folders()[0])


def half_a_module() -> None:
    (module_folders()[0] / "Cotemp.psm1").unlink()


def other_version() -> None:
    manifest = module_folders()[0] / "Cotemp.psd1"
    manifest.write_bytes(b"@{\n    ModuleVersion = '0.0.1'\n}\n")


def unreadable_version() -> None:
    (module_folders()[0] / "Cotemp.psd1").write_bytes(b"\xff")


def no_record() -> None:
    python_record().unlink()


def python_gone() -> None:
    python_record().write_text(str(own_config_file().parent / "gone" / "python"))


@pytest.mark.parametrize(
    ("spoil", "state", "what"),
    [
        (no_module, State.WARN, "is not there"),
        (half_a_module, State.WARN, "lacks Cotemp.psm1"),
        (other_version, State.WARN, "is version 0.0.1, and this is cotemp"),
        (unreadable_version, State.WARN, "is not there"),
        (no_record, State.WARN, "nobody recorded which Python"),
        (python_gone, State.BAD, "is gone"),
    ],
)
@pytest.mark.parametrize("present", [True, False], ids=["powershell", "no-powershell"])
def test_a_defect(
    home: Places, request: pytest.FixtureRequest, spoil: Callable[[], None], state: State, what: str, present: bool
) -> None:
    """What is missing, old or gone is named with init as its fix; without a PowerShell it weighs nothing."""
    if present:
        request.getfixturevalue("with_powershell")
    install_powershell(home)
    spoil()
    wrong = [one for one in said(home) if one.state is not State.OK]
    if not present and spoil is no_record:
        assert wrong == []
    else:
        assert [(one.state, one.fix) for one in wrong] == [(state if present else State.INFO, "cotemp init")]
        assert what in wrong[0].what
    install_powershell(home)
    assert all(one.state is State.OK for one in said(home))


@pytest.mark.usefixtures("with_powershell")
def test_the_python_that_the_user_named(home: Places, no_powershell: Path) -> None:
    """COTEMP_PYTHON wins, as in the module: a path, or a name on PATH; when it leads nowhere, that is said."""
    install_powershell(home)
    python_gone()
    (no_powershell / ("python9.exe" if sys.platform == "win32" else "python9")).touch(mode=0o755)
    assert said(home, COTEMP_PYTHON="python9")[-1].state is State.OK
    assert said(home, COTEMP_PYTHON=sys.executable)[-1].state is State.OK
    gone = said(home, COTEMP_PYTHON="python8")[-1]
    assert (gone.state, "COTEMP_PYTHON" in gone.fix) == (State.BAD, True)


def test_a_powershell_that_the_settings_name(home: Places, tmp_path: Path) -> None:
    """A PowerShell outside of PATH counts when agents.toml says where it is."""
    program = tmp_path / ("my-pwsh.exe" if sys.platform == "win32" else "my-pwsh")
    program.touch(mode=0o755)
    look = Look(home, own_config_file(), {})
    assert powershells(look)[0].program is None
    with own_config_file().open("a") as settings:
        settings.write(f"\n[engines.pwsh]\nargv = ['{program}', '-File', '{{wrapper}}', '{{do}}']\n")
    assert powershells(Look(home, own_config_file(), {}))[0].program == program


if sys.platform != "win32":

    @pytest.mark.usefixtures("with_powershell")
    def test_no_policies_here(home: Places) -> None:
        """Execution policies are a thing of Windows: nothing is said of them elsewhere."""
        assert list(policies(Look(home, own_config_file(), {}))) == []
