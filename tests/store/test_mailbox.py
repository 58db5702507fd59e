"""Files arrive whole, and never over another one."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cotemp.errors import StorageFailed
from cotemp.store.mailbox import NotPlain, deliver, move, read_plain, unfinished
from tests.portable import fifo, symlink


def test_delivered_bytes_arrive(tmp_path: Path) -> None:
    """What was delivered is there, under its name, and nothing else is."""
    assert deliver(tmp_path, "a.md", b"hello").read_bytes() == b"hello"
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_taken_name_is_kept(tmp_path: Path) -> None:
    """A second delivery under the same name is refused and leaves the first one alone."""
    deliver(tmp_path, "a.md", b"first")
    with pytest.raises(FileExistsError):
        deliver(tmp_path, "a.md", b"second")
    assert (tmp_path / "a.md").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_file_is_dated_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of one moment keep their order: their dates are as fine as the clock, not as the kernel's ticks."""
    moment, tick = 1_700_000_000_123_456_700, 100 if sys.platform == "win32" else 1  # NTFS counts in 100 ns
    for number in range(3):
        monkeypatch.setattr("cotemp.store.mailbox.time.time_ns", lambda: moment + number * tick)  # noqa: B023
        assert deliver(tmp_path, f"{number}.md", b"x").stat().st_mtime_ns == moment + number * tick


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    """Delivering into a folder that does not exist is an error of ours, with its path."""
    with pytest.raises(StorageFailed, match="gone"):
        deliver(tmp_path / "gone", "a.md", b"x")


def test_a_move_never_overwrites(tmp_path: Path) -> None:
    """When the target's name is taken, the moved file gets a number; both survive."""
    (tmp_path / "a.md").write_text("old")
    (tmp_path / "b.md").write_text("new")
    assert move(tmp_path / "b.md", tmp_path / "a.md") == tmp_path / "a-2.md"
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["new", "old"]


@pytest.mark.parametrize("refusal", [1, 95])
def test_without_hard_links_it_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int) -> None:
    """File systems without hard links (FAT, some shares) get a plain rename, which still never overwrites."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr("cotemp.store.mailbox.os.link", refuse)
    deliver(tmp_path, "a.md", b"first")
    with pytest.raises(FileExistsError):
        deliver(tmp_path, "a.md", b"second")
    (tmp_path / "b.md").write_text("b")
    assert move(tmp_path / "b.md", tmp_path / "a.md").name == "a-2.md"
    assert sorted(os.listdir(tmp_path)) == ["a-2.md", "a.md"]


def test_of_many_movers_one_wins(tmp_path: Path) -> None:
    """Eight threads that move the same file: one file arrives, once."""
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    for number in range(50):
        (tmp_path / "from" / f"{number}.md").write_text(str(number))

    def mover(_: int) -> int:
        moved = 0
        for number in range(50):
            try:
                move(tmp_path / "from" / f"{number}.md", tmp_path / "to" / f"{number}.md")
                moved += 1
            except FileNotFoundError:
                pass
        return moved

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(mover, range(8)))
    assert sorted(os.listdir(tmp_path / "to")) == sorted(f"{n}.md" for n in range(50))
    assert os.listdir(tmp_path / "from") == []


def test_a_killed_writer_leaves_only_a_temporary_file(tmp_path: Path) -> None:
    """A writer killed in the middle leaves nothing that a reader could take for mail."""
    code = (
        "import os, sys; from pathlib import Path; from cotemp.store import mailbox\n"
        "mailbox._name_it = lambda *a: os.kill(os.getpid(), 9)\n"
        "mailbox.deliver(Path(sys.argv[1]), 'DO_x.ps1', b'part')"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    left = os.listdir(tmp_path)
    assert len(left) == 1
    assert left[0].startswith(".tmp-")
    assert unfinished(tmp_path) == [tmp_path / left[0]]


@pytest.mark.parametrize("kind", ["symlink", "folder", "FIFO", "socket"])
def test_only_plain_files_are_read(tmp_path: Path, kind: str) -> None:
    """A symlink, folder, FIFO or socket of a DO's name is named for what it is, without waiting on it."""
    import socket

    path = tmp_path / "x.ps1"
    if kind == "symlink":
        (tmp_path / "real").write_text("secret")
        symlink(path, tmp_path / "real")
    elif kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        fifo(path)
    elif sys.platform == "win32":
        pytest.skip("POSIX only: Python has no sockets among files on Windows")
    else:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    with pytest.raises(NotPlain, match=kind):
        read_plain(path, 10)


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    """No more than asked for is read, however large the file is."""
    (tmp_path / "x").write_bytes(b"a" * 100)
    assert read_plain(tmp_path / "x", 11)[0] == b"a" * 11
