"""What a run leaves behind: no artifact, however made, stops its session, fills the disk or gets anybody's rights."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cotemp.dispatch import pruning

from .lair import Lair, Told

DEEP = """
import os
os.chdir(os.environ["{}"])
for _ in range(1500):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
"""
MODES = """
import os
from pathlib import Path
os.chdir(os.environ["COTEMP_ARTIFACTS"])
for folder, mode in (("listed", 0o400), ("shut", 0o000), ("entered", 0o100)):
    Path(folder).mkdir()
    Path(folder, "in").write_text("in")
    Path(folder).chmod(mode)
for file, mode in (("unreadable", 0o000), ("setuid", 0o4755)):
    Path(file).write_text(file)
    Path(file).chmod(mode)
os.chdir(os.environ["COTEMP_OUTBOX"])
for folder, mode in (("co-mine", 0o500), ("co-other", 0o000)):
    Path(folder).mkdir()
    Path(folder, "in.md").write_text("a note")
    Path(folder).chmod(mode)
os.chmod(".", 0o000)
os.chmod(os.environ["COTEMP_ARTIFACTS"], 0o000)
"""
TRAPS = """
import os, socket
os.chdir(os.environ["COTEMP_ARTIFACTS"])
os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("socket")
os.symlink(os.path.expanduser("~/.ssh/id_ed25519"), "key")
os.symlink("/", "root")
os.symlink("loop", "loop")
for name in (b"new\\nline", b"esc\\x1b[31m", "bidi\\u202e".encode(), b"bad\\xff", b"cr\\r", b"-rf", b"a" * 255):
    open(name, "w").write("named")
"""


def left(lair: Lair, run: Told) -> set[bytes]:
    """What lies among the filed artifacts."""
    folder = os.fsencode(lair.artifacts(run.row))
    return {os.path.relpath(os.path.join(at, name), folder) for at, d, f in os.walk(folder) for name in (*d, *f)}


@pytest.mark.parametrize("variable", ["COTEMP_ARTIFACTS", "COTEMP_OUTBOX"])
def test_folders_without_end(lair: Lair, variable: str) -> None:
    """Folders deeper than any path is long are removed and told; the DO behind them runs."""
    deep, after = lair.run_all([(DEEP.format(variable), {}), ("print('after')", {})])
    assert (deep.row.outcome, after.text) == ("passed", "after\n")
    assert "of too long a path" in deep.log["warnings"][-1]
    longest = max(len(path) for path in left(lair, deep))
    assert longest <= pruning.LONGEST


def test_modes(lair: Lair) -> None:
    """Folders and files that nobody may read are filed like others, and no program gets anybody's rights."""
    run, after = lair.run_all([(MODES, {}), ("print('after')", {})])
    assert (run.row.outcome, after.text) == ("passed", "after\n")
    assert len(list(lair.mine.inbox.iterdir())) == 1
    inside = {b"listed/in", b"shut/in", b"entered/in"}
    assert left(lair, run) == {b"listed", b"shut", b"entered", *inside, b"unreadable", b"setuid"}
    assert not (lair.artifacts(run.row) / "setuid").stat().st_mode & (stat.S_ISUID | stat.S_IXUSR)


def test_too_much(lair: Lair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is more than a run may leave is not kept, though its holes take no room; what is small is."""
    monkeypatch.setattr(pruning, "BYTES", 1_000_000)
    monkeypatch.setattr(pruning, "NUMBER", 40)
    body = (
        "import os\nos.chdir(os.environ['COTEMP_ARTIFACTS'])\n"
        "os.truncate(os.open('holes', os.O_CREAT | os.O_RDWR), 2**31)\n"
        "os.mkdir('many'); [open(f'many/{n}', 'w') for n in range(100)]\nopen('small', 'w').write('small')\n"
    )
    run = lair.run(body)
    assert run.row.outcome == "passed"
    assert run.log["warnings"][0].startswith("63 artifacts were removed: ")
    assert {b"small", b"many"} < left(lair, run)
    assert b"holes" not in left(lair, run)


def test_traps(lair: Lair) -> None:
    """FIFOs, sockets, links and names for the eye are neither waited for, followed nor believed."""
    run, after = lair.run_all([(TRAPS, {}), ("print('after')", {})])
    assert (run.row.outcome, after.text) == ("passed", "after\n")
    names = left(lair, run)
    assert {b"fifo", b"socket"}.isdisjoint(names)
    assert {b"new\nline", b"bad\xff", b"-rf", b"a" * 255, b"key", b"root", b"loop"} <= names
    assert {artifact["path"] for artifact in run.log["artifacts"]}.isdisjoint({"key", "root", "loop"})
    logs = "".join(path.read_text(errors="replace") for path in lair.mine.logs.iterdir())
    assert lair.key not in logs


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_as_much_as_it_can(lair: Lair) -> None:
    """Gigabytes of holes and tens of thousands of files delay the session, and do not stop it."""
    body = (
        "import os\nos.chdir(os.environ['COTEMP_ARTIFACTS'])\n"
        "[os.truncate(os.open(f'{n}', os.O_CREAT | os.O_RDWR), 3 * 2**29) for n in range(30)]\n"
        "os.mkdir('many'); [open(f'many/{n}', 'w').close() for n in range(30_000)]\n"
    )
    run = lair.run(body, seconds=200.0)
    assert run.row.outcome == "passed", (run.row.reason, run.text[-300:])
    assert sum(path.stat().st_blocks * 512 for path in Path(lair.artifacts(run.row)).iterdir()) <= pruning.BYTES
