"""What a DO shuts, or turns into something else, stops neither its session nor a human: as an ordinary user sees it."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator

import pytest

from .lair import Lair

REFUSED = {
    "closed to its owner": "os.chmod('.git/HEAD', 0)",
    "to git": "os.chmod('.git/refs', 0)",
    "a file there": "os.remove('.git/index'); os.mkdir('.git/index')",
}
FOLDER = "import os; os.makedirs('d/e'); open('d/e/f', 'w').close(); os.chmod('d/e', 0); os.chmod('d', 0)"
AFTER = "open('new', 'w').close()"
_VERSION = 0x20080522
_PASSES_ALL_MODES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def _set_effective(mask: int) -> int:
    """What this thread, and those that it starts, may of root's rights: `mask` of it; returns what it was."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, rights = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, rights) == 0
    before = rights[0]
    rights[0] = rights[1] & mask
    assert libc.capset(header, rights) == 0
    return before


@pytest.fixture
def ordinary() -> Iterator[None]:
    """Modes count for us, as they do for everybody but root."""
    before = _set_effective(0xFFFFFFFF & ~_PASSES_ALL_MODES)
    yield
    _set_effective(before)


@pytest.mark.usefixtures("ordinary")
def test_what_is_shut_stops_nobody(lair: Lair) -> None:
    """Git's files may be shut by no DO; other folders may, and are undone all the same; the next DO runs."""
    lair.make_git()
    more = {"repo": lair.repo, "writes": True}
    *refused, folder, after = lair.run_all(
        [(f"import os; {act}", more) for act in REFUSED.values()] + [(FOLDER, more), (AFTER, more)]
    )
    for run, why in zip(refused, REFUSED, strict=True):
        assert (run.row.outcome, run.log["changes"]["state"]) == ("failed", "dropped")
        assert why in (run.row.reason or "")
    for run in (folder, after):
        assert (run.row.outcome, run.log["changes"]["state"]) == ("passed", "applied")
    assert (lair.repo / "d").stat().st_mode & 0o777 == 0
    assert lair.here("undo", folder.row.run_id, "--yes").code == 0
    assert sorted(path.name for path in lair.repo.iterdir()) == [".env", ".git", "file", "new"]
    subprocess.run(["git", "status", "--short"], cwd=lair.repo, check=True, stdout=subprocess.DEVNULL)
    lair.run(f"import os; {REFUSED['a file there']}", repo=lair.repo, walls=False)
    assert (lair.repo / ".git" / "index").is_dir()


@pytest.mark.usefixtures("ordinary")
@pytest.mark.parametrize("how", ["FIFO", "folder", "closed"])
def test_a_repo_that_cannot_be_laid_out(lair: Lair, how: str) -> None:
    """Where a repo is no longer one that can be worked on, a DO that would write it is held; others go on."""
    lair.make_git()
    index = lair.repo / ".git" / "index"
    if how == "closed":
        index.chmod(0)
    else:
        index.unlink()
        os.mkfifo(index) if how == "FIFO" else index.mkdir()
    writes, reads = lair.run_all([(AFTER, {"repo": lair.repo, "writes": True}), ("print(1)", {"repo": lair.repo})])
    assert (writes.row.state, reads.row.outcome) == ("held", "passed")
    assert ".git/index is no file" in str(writes.row.reason) or "index in it cannot be read" in str(writes.row.reason)


@pytest.mark.usefixtures("ordinary")
def test_a_folder_that_its_owner_shut(lair: Lair) -> None:
    """A DO that opens it in its view, and writes there, fails with the reason; what is in it stays as it was."""
    lair.make_git()
    shut = lair.repo / "shut"
    shut.mkdir()
    (shut / "mine").write_text("mine")
    shut.chmod(0)
    body = "import os; os.chmod('shut', 0o700); open('shut/mine', 'w').write('evil')"
    run = lair.run(body, repo=lair.repo, writes=True)
    assert (run.row.outcome, "shut holds is closed" in (run.row.reason or "")) == ("failed", True)
    lair.run(body, repo=lair.repo, walls=False)
    assert (shut / "mine").read_text() == "evil"
