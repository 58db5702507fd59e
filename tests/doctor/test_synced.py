"""What sync programs leave in a folder is recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.doctor.synced import is_conflict, is_placeholder, service_of


@pytest.mark.parametrize(
    ("name", "conflict"),
    [
        ("DO_x (Ann's conflicted copy 2026-01-02).ps1", True),
        ("NOTE_1 (conflicted copy 2026-01-02 101010).md", True),
        ("NOTE_1.sync-conflict-20260102-101010-ABCDEFG.md", True),
        ("NOTE_1_conflict-20260102-101010.md", True),
        ("NOTE_1 (Case Conflict).md", True),
        ("NOTE_1 [Conflict].md", True),
        ("DO_resolve_conflict_101010.ps1", False),
        ("NOTE_20260101-101010_co-conflict.md", False),
        ("DO_00_Hello_070713.ps1", False),
    ],
)
def test_conflicts(name: str, conflict: bool) -> None:
    """The names of second versions are known; a file that is only about a conflict is none."""
    assert is_conflict(name) is conflict


@pytest.mark.parametrize(
    ("name", "attributes", "flags", "placeholder"),
    [
        ("NOTE.md", 0x20, 0, False),
        ("NOTE.md", 0x1000, 0, True),
        ("NOTE.md", 0x400000, 0, True),
        ("NOTE.md", 0x40000, 0, True),
        ("NOTE.md", 0, 0x40000000, True),
        ("NOTE.md", 0, 0x20, False),
        (".NOTE.md.icloud", 0, 0, True),
        ("about.icloud", 0, 0, False),
    ],
)
def test_placeholders(name: str, attributes: int, flags: int, placeholder: bool) -> None:
    """A file that is only in the cloud is known by what each system says of it."""
    assert is_placeholder(name, attributes, flags) is placeholder


@pytest.mark.parametrize(
    ("home", "service"),
    [
        ("/home/me/Downloads/CoTemp", None),
        ("/home/me/Dropbox/CoTemp", "Dropbox"),
        ("/home/me/Dropbox (Work)/x/CoTemp", "Dropbox"),
        ("/home/me/OneDrive - Firm/CoTemp", "OneDrive"),
        ("/Users/me/Library/Mobile Documents/com~apple~CloudDocs/CoTemp", "iCloud"),
        ("/Users/me/Library/CloudStorage/GoogleDrive-me/My Drive/CoTemp", "Google Drive"),
        ("/home/me/Nextcloud/CoTemp", "Nextcloud"),
        ("/home/me/inbox/CoTemp", None),
    ],
)
def test_services_by_name(home: str, service: str | None) -> None:
    """A sync program is known by the name of its folder."""
    assert service_of(Path(home), {}) == service


def test_services_by_marker_and_variable(tmp_path: Path, nobody_home: Path) -> None:
    """A sync program is known by what it puts into its folder, or says in the environment."""
    home = tmp_path / "a" / "CoTemp"
    home.mkdir(parents=True)
    assert service_of(home, {}) is None
    (tmp_path / ".stfolder").mkdir()
    assert service_of(home, {}) == "Syncthing"
    assert service_of(home, {"OneDrive": str(tmp_path)}) == "OneDrive"
    assert service_of(home, {"OneDrive": ""}) == "Syncthing"
    (nobody_home / ".dropbox").mkdir()
    assert service_of(nobody_home / "Downloads/CoTemp", {}) is None
