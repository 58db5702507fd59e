"""DOs that may write their repo, and want more: what they leave is judged whole; what is let in is what was seen."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cotemp.store.ledger import Ledger
from tests.transaction.worlds import digest_of

from .lair import ATTEMPTS, Lair, tries

NAMES = (b"new\nline", b"esc\x1b[31m", "bidi\u202e".encode(), b"bad\xff\xfe", b"cr\rx", b"-rf", b'q"uote', b"a" * 255)
BAD = {
    "FIFO": "os.mkfifo('pipe')",
    "setuid": "(write('tool'), os.chmod('tool', 0o4755))",
    "nested git": "(write('n/.git/config', '[core]\\nfsmonitor=evil'), write('n/.git/HEAD', 'ref: x'))",
    "short name": "write('n2/git~1/config')",
    "link among git's": "os.symlink('/etc', '.git/refs/heads/evil')",
    "deep": "[(os.mkdir('d'), os.chdir('d')) for _ in range(120)]",
}


def test_hostile_layer(lair: Lair) -> None:
    """Everything that may never be in a repo is named, nothing of it is applied, and the run has not passed."""
    lair.make_git()
    before = digest_of(lair.repo)
    run = lair.run(tries(BAD), repo=lair.repo, writes=True, destructive=False)
    assert run.worked() == set(BAD)
    assert (run.row.outcome, run.log["changes"]["state"]) == ("failed", "dropped")
    told = ("pipe is a FIFO", "tool would run with another user", "n/.git/config", "git~1", "refs/heads/evil", "deeper")
    for word in told:
        assert word in (run.row.reason or ""), word
    assert digest_of(lair.repo) == before
    assert not (lair.places.runs / run.row.run_id / "transaction").exists()
    free = lair.run(tries(BAD), repo=lair.repo, walls=False)
    assert (free.worked(), digest_of(lair.repo) == before) == (set(BAD), False)


def test_git_is_out_of_reach(lair: Lair) -> None:
    """A DO that may write cannot even in its own view change what git runs, nor put another .git in its place."""
    lair.make_git()
    acts = {
        "hook": "write('.git/hooks/pre-commit')",
        "settings": "append('.git/config')",
        "swapped": "(os.rename('.git', 'g'), write('.git', 'gitdir: g'))",
    }
    before = digest_of(lair.repo)
    assert lair.run(tries(acts), repo=lair.repo, writes=True).worked() == set()
    assert digest_of(lair.repo) == before
    assert lair.run(tries(acts), repo=lair.repo, walls=False).worked() == set(acts)


def test_names_for_the_eye(lair: Lair) -> None:
    """Names with line breaks, escape sequences and bytes that are no text are applied, told in one line, and undone."""
    lair.make_git()
    body = f"[open(name, 'w').write('x') for name in {NAMES!r}]"
    run = lair.run(body, repo=lair.repo, writes=True)
    assert run.log["changes"]["state"] == "applied"
    assert set(NAMES) < set(os.listdir(os.fsencode(lair.repo)))
    assert all(name.isprintable() for name in run.log["changes"]["created"])
    assert lair.here("undo", run.row.run_id, "--yes").code == 0
    assert set(NAMES).isdisjoint(os.listdir(os.fsencode(lair.repo)))


def test_two_that_split_a_write(lair: Lair) -> None:
    """One DO plants links to the user's files, the next one writes through them: nothing arrives there."""
    lair.make_git()
    (lair.user / "src" / "other").mkdir()
    targets = {"bashrc": lair.user / ".bashrc", "ssh": lair.user / ".ssh", "other": lair.user / "src" / "other"}
    plant = ATTEMPTS + "\n".join(f"os.symlink({str(path)!r}, {name!r})" for name, path in targets.items())
    through = tries(
        {"bashrc": "append('bashrc')", "ssh": "write('ssh/authorized_keys')", "other": "write('other/evil')"}
    )
    more = {"repo": lair.repo, "writes": True}
    planted, wrote, inside = lair.run_all(
        [(plant, more), (through, more), (through, {"repo": lair.repo / "ssh", "writes": True})]
    )
    assert planted.log["changes"]["state"] == "applied", "a link in a repo is a link, and nobody follows it"
    assert wrote.log["changes"]["state"] == "none"
    assert inside.row.state == "held", "its repo is where the link leads"
    assert (lair.user / ".bashrc").read_text() == "# mine\n"
    assert [path.name for path in (lair.user / ".ssh").iterdir()] == ["id_ed25519"]
    assert not list((lair.user / "src" / "other").iterdir())
    lair.run(through, repo=lair.repo, walls=False)
    assert (lair.user / "src" / "other" / "evil").exists()
    assert (lair.user / ".ssh" / "authorized_keys").exists()


def test_a_folder_that_becomes_a_link(lair: Lair) -> None:
    """What a human lets in later does not follow a link that another DO put there meanwhile."""
    lair.make_git()
    (lair.user / "src" / "other").mkdir()
    swap = f"import os; os.remove('d/a'); os.rmdir('d'); os.symlink({str(lair.user / 'src' / 'other')!r}, 'd')"
    more = {"repo": lair.repo, "writes": True}
    _, late, _ = lair.run_all(
        [
            ("import os; os.mkdir('d'); open('d/a', 'w').write('a')", more),
            ("import os; os.remove('file'); open('d/new', 'w').write('evil')", more),
            (swap, more),
        ]
    )
    with Ledger(lair.places) as ledger:
        waiting = ledger.held_changes()
    assert len(waiting) == 2, "both take something away"
    assert lair.here("approve", waiting[1].run_id, "--yes").code == 0
    assert (lair.repo / "d").is_symlink()
    refused = lair.here("approve", late.row.run_id, "--yes")
    assert (refused.code, "changed" in refused.err) == (1, True), refused.err
    assert not list((lair.user / "src" / "other").iterdir())


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_great_many(lair: Lair) -> None:
    """50 000 new files and two sparse gigabytes are applied, told in few words, and can be taken back."""
    lair.make_git()
    body = (
        "import os\nfor f in range(50):\n    os.mkdir(f'm{f}')\n"
        "    [open(f'm{f}/{n}', 'w').write('x') for n in range(1000)]\n"
        "os.truncate(os.open('holes', os.O_CREAT | os.O_RDWR), 2**31)\n"
    )
    run = lair.run(body, repo=lair.repo, writes=True, seconds=200.0)
    assert (run.row.outcome, run.log["changes"]["state"]) == ("passed", "applied")
    assert sum(path.is_file() for path in lair.repo.glob("m*/*")) == 50_000
    assert (lair.repo / "holes").stat().st_blocks == 0
    subprocess.run(["git", "status", "--short"], cwd=lair.repo, check=True, stdout=subprocess.DEVNULL)
    assert lair.here("undo", run.row.run_id, "--yes").code == 0
    assert sorted(path.name for path in Path(lair.repo).iterdir()) == [".env", ".git", "file"]
