"""Scripts that Windows holds to be downloaded are found, and ours are freed of that mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.doctor import State
from cotemp.doctor.downloaded import downloaded, is_foreign, read_mark, remove_mark, unblock
from cotemp.places import JOIN, Places, own_config_file
from cotemp.setup import initialise, install_powershell
from cotemp.setup.powershell import module_folders

INTERNET = b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.org/a.zip\r\n"


class Marks:
    """The marks of a file system that has some."""

    def __init__(self, *files: Path) -> None:
        self.left = dict.fromkeys(files, INTERNET)

    def read(self, file: Path) -> bytes | None:
        return self.left.get(file)

    def remove(self, file: Path) -> None:
        del self.left[file]


@pytest.fixture
def home(nobody_home: Path) -> Places:
    """A home as `init` leaves it."""
    places = Places.at(nobody_home / "Downloads" / "CoTemp")
    initialise(places, ["co-migrate"], own_config_file())
    install_powershell(places)
    return places


@pytest.mark.parametrize(
    ("mark", "foreign"),
    [
        (None, False),
        (b"", False),
        (b"[ZoneTransfer]\r\nZoneId=0\r\n", False),
        (b"[ZoneTransfer]\r\nZoneId=2\r\n", False),
        (INTERNET, True),
        (b"[ZoneTransfer]\nzoneid = 4", True),
        (b"[ZoneTransfer]\r\nHostUrl=https://example.org/?ZoneId=3\r\n", False),
    ],
)
def test_the_zone(mark: bytes | None, foreign: bool) -> None:
    """Only files of the Internet zone and of worse ones are held back by PowerShell."""
    assert is_foreign(mark) is foreign


def test_nothing_is_marked(home: Places) -> None:
    """Where nothing is marked, nothing is said."""
    assert list(downloaded(home, Marks().read)) == []


def test_ours_are_freed(home: Places) -> None:
    """Our scripts and our module are found, and `--fix` frees them once."""
    files = [home.home / JOIN, home.home / "scripts" / "Status-QuickCheck.ps1", module_folders()[0] / "Cotemp.psm1"]
    marks = Marks(*files)
    (found,) = downloaded(home, marks.read)
    assert (found.state, found.can_fix) == (State.WARN, True)
    assert all(str(file) in found.what for file in files)
    assert len(list(unblock(home, marks.read, marks.remove))) == 3
    assert marks.left == {}
    assert list(unblock(home, marks.read, marks.remove)) == []


def test_what_is_not_ours_is_the_users_to_trust(home: Places) -> None:
    """A script of somebody else, and ours that was changed, are named with the command, and keep their mark."""
    theirs, changed = home.home / "scripts" / "Ann's.ps1", home.home / JOIN
    theirs.write_text("Get-Date")
    changed.write_text(changed.read_text() + "Remove-Item *")
    marks = Marks(theirs, changed)
    (found,) = downloaded(home, marks.read)
    assert (found.state, found.can_fix) == (State.WARN, False)
    assert f"Unblock-File -LiteralPath '{changed}', '{theirs.parent}" in found.fix
    assert "Ann''s.ps1'" in found.fix
    assert list(unblock(home, marks.read, marks.remove)) == []
    assert set(marks.left) == {theirs, changed}


def test_dos_and_notes_are_not_asked(home: Places) -> None:
    """DOs are started past the policy, so a mark on one is nothing to look at."""
    do = home.session("co-migrate").inbox / "DO_a.ps1"
    do.write_text("")
    assert list(downloaded(home, Marks(do, home.home / "README.txt").read)) == []


def test_the_stream_of_a_file(tmp_path: Path) -> None:
    """The mark is read by its name and removed, the file itself stays; a file without one has none to remove."""
    file = tmp_path / "a.ps1"
    file.write_text("Get-Date")
    assert read_mark(file) is None
    with open(f"{file}:Zone.Identifier", "wb") as stream:  # a stream on Windows, a file of that name elsewhere
        stream.write(INTERNET)
    assert read_mark(file) == INTERNET
    remove_mark(file)
    remove_mark(file)
    assert read_mark(file) is None
    assert file.read_text() == "Get-Date"
