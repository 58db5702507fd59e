"""Folders that decide what DOs may do are never a DO's to write, however their names are spelled."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from cotemp.repos import existing, forbidden, is_below, unseen

CASES = (
    # repo below the disk `{top}`, what the reason says ('' = it may be written)
    ("", "home folder lies in it"),
    ("user", "is your home folder"),
    ("USER", "is your home folder"),
    ("user/Downloads", "cotemp's home lies in it"),
    ("user/Downloads/CoTemp", "is cotemp's home"),
    ("user/downloads/cotemp/Sessions", "lies in cotemp's home"),
    ("user/.local", "cotemp's state lies in it"),
    ("user/.local/state/cotemp", "is cotemp's state"),
    ("user/.local/state/cotemp/0123456789ab/runs", "lies in cotemp's state"),
    ("user/.config", "cotemp's configuration lies in it"),
    ("user/.config/cotemp", "is cotemp's configuration"),
    ("user/.config/cotemp/plans", "lies in cotemp's configuration"),
    ("user/.config/cotemp-notes", ""),
    ("user/Downloads/CoTemp2", ""),
    ("user/Downloads/other", ""),
    ("user/src", ""),
    ("user/src/app", ""),
    ("srv/app", ""),
)


def why(repo: Path, user: Path) -> str:
    return forbidden(
        repo,
        home=user / "Downloads/CoTemp",
        state=user / ".local/state/cotemp",
        config=user / ".config/cotemp",
    )


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for a disk with a user's home in it."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    return tmp_path


@pytest.mark.parametrize(("repo", "reason"), CASES)
def test_what_may_never_be_written(repo: str, reason: str, top: Path) -> None:
    """The user's home, cotemp's folders, what holds them and what lies in them are refused; other folders are not."""
    found = why(top / repo, top / "user")
    assert (reason in found) if reason else (found == "")


def test_the_root_of_a_disk(top: Path) -> None:
    """`/` is refused, also where no home lies on that disk."""
    assert why(Path(top.anchor), top / "user") == "it is the root of a disk"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_home_behind_a_link(top: Path) -> None:
    """A home that is reached through a link is as safe as where it really is."""
    (top / "disk/CoTemp/sessions").mkdir(parents=True)
    (top / "user/Downloads").mkdir(parents=True)
    (top / "user/Downloads/CoTemp").symlink_to(top / "disk/CoTemp")
    assert why(top / "disk/CoTemp/sessions", top / "user") == "it lies in cotemp's home"
    assert why(top / "disk", top / "user") == "cotemp's home lies in it"


def test_another_spelling_of_the_same_letters(top: Path) -> None:
    """macOS takes both spellings of an umlaut for one folder, so both are refused."""
    home = top / unicodedata.normalize("NFD", "Übergabe")
    repo = top / unicodedata.normalize("NFC", "übergabe") / "inbox"
    state = top / "s"
    assert home.name != repo.parent.name
    assert forbidden(repo, home=home, state=state, config=state) == "it lies in cotemp's home"


@pytest.mark.parametrize(
    ("repo", "roots", "expected"),
    [
        ("/src/app", ["/src"], True),
        ("/src", ["/src"], True),
        ("/src/app", ["/srv", "/src/app"], True),
        ("/src", ["/src/app"], False),
        ("/src2/app", ["/src"], False),
        ("/src/app", [], False),
    ],
)
def test_below(repo: str, roots: list[str], expected: bool) -> None:
    """A folder counts as below a root when it is the root or lies in it, not when its name only begins so."""
    assert is_below(Path(repo), [Path(root) for root in roots]) is expected


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there case does not count")
def test_case_counts_for_a_yes() -> None:
    """Where `Src` and `src` are two folders, a rule for one says nothing of the other."""
    assert not is_below(Path("/Src/app"), [Path("/src")])


def test_the_folder_that_a_header_names(top: Path) -> None:
    """A repo is a folder that is there, named in full or from `~`; whatever else stands in a header is none."""
    (top / "user/app").mkdir(parents=True)
    (top / "user/file").write_text("")
    real = (top / "user/app").resolve()
    assert existing(str(top / "user/app")) == existing("~/app") == real
    for named in (None, "", "app", "~nobody-of-that-name/app", "a\0b", str(top / "user/file"), str(top / "none")):
        assert existing(named) is None


UNSEEN = (
    # repo below the disk `{top}` or beside it, what the owner named, whether a DO that only reads sees it
    ("user/src/app", (), True),
    ("user/.ssh", (), False),
    ("user/.config/gh", (), False),
    ("user/src/.secrets", (), False),
    ("user/.config/gh", ("user/.config",), True),
    ("user/.config/gh", ("user/.config/gh/hosts",), False),
    ("moved/gh", (), False),
    ("/srv/.app", (), True),
)


@pytest.mark.parametrize(("repo", "named", "seen"), UNSEEN)
def test_what_a_reader_does_not_see(
    repo: str, named: tuple[str, ...], seen: bool, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden folders of the user's home are shown only where the owner named them or what is around them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(top / "moved"))
    assert (unseen(top / repo, [top / name for name in named]) == "") is seen


@pytest.mark.skipif(sys.platform == "win32", reason="other folders are the system's there")
def test_what_is_the_systems(top: Path) -> None:
    """No DO is shown passwords and sockets of the system by calling their folder its repo."""
    assert unseen(Path("/etc/ssl/private"), []) == "it lies in /etc"
    assert unseen(Path("/run/secrets"), [Path("/run")]) == ""
