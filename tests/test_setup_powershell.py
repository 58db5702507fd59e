"""The PowerShell side on disk: what init puts where, what it keeps, and that all of it goes again."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cotemp.config import in_force
from cotemp.errors import DamagedData
from cotemp.places import Places, own_config_file, shipped
from cotemp.setup import (
    Done,
    add_to_profile,
    initialise,
    install_powershell,
    plan_removal,
    remains,
    remove,
    restore_originals,
)
from cotemp.setup.powershell import home_scripts, module_folders, python_record
from cotemp.setup.profile import profiles
from cotemp.setup.verifying import parts
from tests.powershell.syntax import MODULE, functions

JOIN = "Join-CoAgent.ps1"


@pytest.fixture
def home(nobody_home: Path) -> Places:
    """A home as init leaves it, but for PowerShell's part."""
    places = Places.at(nobody_home / "Downloads" / "CoTemp")
    initialise(places, ["co-migrate"], own_config_file())
    return places


def said(done: list[Done]) -> list[str]:
    """The names of what was done."""
    return [one.path.name for one in done if one.changed]


def test_everything_is_where_powershell_looks(home: Places) -> None:
    """After init the module is in PowerShell's folder for modules, the scripts in the home, the Python known."""
    install_powershell(home)
    for folder in module_folders():
        assert (folder / "Cotemp.psd1").read_bytes() == (shipped("ps") / "Cotemp" / "Cotemp.psd1").read_bytes()
        assert {file.name for file in folder.rglob("*")} == {"Cotemp.psd1", "Cotemp.psm1", "Cotemp.Format.ps1xml"}
    assert all((home.home / name).is_file() for name in home_scripts())
    assert python_record().read_text() == f"{sys.executable}\n"
    assert not python_record().is_relative_to(home.home), "the home may be another machine's, too"


def test_the_module_is_installed_as_one_file(home: Places) -> None:
    """It has every function of the files that it is made of, in their order; PowerShell opens one file, not forty."""
    install_powershell(home)
    (folder,) = module_folders()
    merged = folder / "Cotemp.psm1"
    assert b"PSScriptRoot" not in merged.read_bytes()
    parts = [MODULE / part for part in re.findall(r"Root/(.*)\"", (MODULE / "Cotemp.psm1").read_text())]
    assert [one.name for one in functions(merged)] == [one.name for part in parts for one in functions(part)]


def test_verify_knows_of_it(home: Places) -> None:
    """A module that is gone, or a Python that nobody recorded, is named as missing."""
    install_powershell(home)
    (module_folders()[0] / "Cotemp.psd1").unlink()
    python_record().unlink()
    config = in_force(home, own_config_file())
    missing = {part.path for part in parts(home, config, own_config_file()) if not part.is_there}
    assert missing == {module_folders()[0] / "Cotemp.psd1", python_record()}


@pytest.mark.skipif(sys.platform == "win32", reason="the folder there is the system's to tell")
def test_the_folder_of_modules(nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is the one that PowerShell itself puts on its path of modules, moved or not."""
    assert module_folders() == [nobody_home / ".local/share/powershell/Modules/Cotemp"]
    monkeypatch.setenv("XDG_DATA_HOME", str(nobody_home / "data"))
    assert module_folders() == [nobody_home / "data/powershell/Modules/Cotemp"]


def test_again_changes_nothing(home: Places) -> None:
    """Doing it again does no harm, and says nothing."""
    install_powershell(home)
    assert said(install_powershell(home)) == []


def test_a_file_of_the_users_is_kept(home: Places) -> None:
    """What lay there before cotemp is kept under another name, told of, and comes back when asked for."""
    (home.home / JOIN).write_text("# the original's")
    assert f"{JOIN}.orig" in said(install_powershell(home))
    assert (home.home / f"{JOIN}.orig").read_text() == "# the original's"
    assert "Import-Module Cotemp" in (home.home / JOIN).read_text()
    assert said(restore_originals(home)) == [JOIN]
    assert (home.home / JOIN).read_text() == "# the original's"
    assert restore_originals(home) == []


def test_what_was_kept_is_never_overwritten(home: Places) -> None:
    """Each file that takes the place of ours is kept beside the ones before; the last one comes back first."""
    for text in ("one", "two"):
        (home.home / JOIN).write_text(text)
        install_powershell(home)
    assert [(home.home / f"{JOIN}{end}").read_text() for end in (".orig", ".orig2")] == ["one", "two"]
    restore_originals(home)
    assert (home.home / JOIN).read_text() == "two"
    assert (home.home / f"{JOIN}.orig").read_text() == "one"


def test_ours_that_somebody_changed_is_not_replaced_by_restore(home: Places) -> None:
    """Restore overwrites no work either: it names the file that it left."""
    (home.home / JOIN).write_text("one")
    install_powershell(home)
    (home.home / JOIN).write_text("ours, but mended")
    (done,) = restore_originals(home)
    assert (done.changed, done.path.name) == (False, JOIN)
    assert (home.home / JOIN).read_text() == "ours, but mended"


def test_an_older_module_is_brought_up_to_date(home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade replaces our files without keeping the old ones, also when another home installed them; a file that
    is part of the module no more goes."""
    folder, other = module_folders()[0], Places.at(home.home.parent / "Other")
    initialise(other, ["x"], own_config_file())
    with monkeypatch.context() as older:
        older.setattr(
            "cotemp.setup.powershell._module",
            lambda folder: {folder / "Cotemp.psd1": b"older", folder / "Public" / "Gone-Co.ps1": b"older"},
        )
        install_powershell(other)
        install_powershell(home)
    assert not [name for name in said(install_powershell(home)) if ".orig" in name]
    assert (folder / "Cotemp.psd1").read_bytes() == (shipped("ps") / "Cotemp" / "Cotemp.psd1").read_bytes()
    assert not (folder / "Public" / "Gone-Co.ps1").exists()
    assert not list(folder.rglob("*.orig*"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_is_written_through_a_link(home: Places, tmp_path: Path) -> None:
    """A folder of the home that leads elsewhere is refused: others may write into the home."""
    (home.home / "scripts").rmdir()
    (home.home / "scripts").symlink_to(tmp_path)
    with pytest.raises(DamagedData):
        install_powershell(home)
    assert list(tmp_path.glob("*.ps1")) == []


def test_uninstall_takes_it_all_back(home: Places) -> None:
    """After uninstall nothing of it is left, and what lay there before is back in its place."""
    (home.home / JOIN).write_text("# the original's")
    install_powershell(home)
    list(add_to_profile(home))
    plan = plan_removal(home)
    assert remains(home, plan) == 1
    remove(plan)
    assert [file.name for file in home.home.rglob("*")] == [JOIN]
    assert (home.home / JOIN).read_text() == "# the original's"
    assert not python_record().exists()
    assert not any(file.exists() for file in (*module_folders(), *profiles()))


def test_the_module_stays_while_another_home_needs_it(home: Places) -> None:
    """Two homes share the module: it goes with the last of them."""
    other = Places.at(home.home.parent / "Other")
    initialise(other, ["x"], own_config_file())
    for places in (home, other):
        install_powershell(places)
    remove(plan_removal(home))
    assert all((folder / "Cotemp.psd1").exists() for folder in module_folders())
    assert python_record().exists()
    remove(plan_removal(other))
    assert not any(folder.exists() for folder in module_folders())


BEFORE = {
    "none": None,
    "plain": b"Set-Alias ll Get-ChildItem\n",
    "no line end": b"$x = 1",
    "windows": b"$x = 1\r\n",
    "bom": b"\xef\xbb\xbf$x = '\xc3\xa9'\r\n",
    "utf-8": b"$x = '\xc3\xa9'\n",
    "utf-16": "$x = 'é'\r\n".encode("utf-16"),
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE.keys())
def test_the_profile(home: Places, before: bytes | None) -> None:
    """The lines come into the profile once, and go again; the user's own stay as they were."""
    file = profiles()[0]
    if before is not None:
        file.parent.mkdir(parents=True)
        file.write_bytes(before)
    assert next(one.changed for one in add_to_profile(home))
    after = file.read_bytes()
    assert after.startswith(before or b"# cotemp")
    text = after.decode("utf-16" if after.startswith(b"\xff\xfe") else "utf-8-sig")
    assert text.count(f". '{home.home / JOIN}' | Out-Null") == 1
    assert not any(one.changed for one in add_to_profile(home))
    remove(plan_removal(home))
    if before is None:
        assert not file.exists()
    else:
        assert file.read_bytes().rstrip(b"\r\n\0") == before.rstrip(b"\r\n\0")


def test_a_profile_that_nobody_can_read(home: Places) -> None:
    """A profile in an old code page is not guessed at: the line is told, for the user to add."""
    file = profiles()[0]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"$x = '\xe9'")
    done = next(iter(add_to_profile(home)))
    assert (done.changed, file.read_bytes()) == (False, b"$x = '\xe9'")
    assert JOIN in done.remark


def test_a_home_with_a_quote_in_its_name(nobody_home: Path) -> None:
    """The home's name cannot end the text that it stands in."""
    places = Places.at(nobody_home / "it's")
    next(iter(add_to_profile(places)))
    assert "it''s" in profiles()[0].read_text()
