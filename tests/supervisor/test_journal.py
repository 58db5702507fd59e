"""The journal: one line at the end of the sequence, appended once, to a file that agents write to as well."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from cotemp.errors import DamagedData, StorageFailed
from cotemp.supervisor.fleet.journal import append_once

LINE = "2026-11-21 all phases are done (ähem)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"{LINE}\n"),
        ("", f"{LINE}\n"),
        ("# Journal\n", f"# Journal\n{LINE}\n"),
        ("no line end", f"no line end\n{LINE}\n"),
        ("from\r\nWindows", f"from\r\nWindows\r\n{LINE}\r\n"),
        (f"quoted: {LINE}\n", f"quoted: {LINE}\n{LINE}\n"),
        (f"x\n{LINE}\ny\n", f"x\n{LINE}\ny\n"),
    ],
)
def test_a_line_is_appended_once(tmp_path: Path, before: str | None, after: str) -> None:
    """However often a daemon comes back, the line stands there once, on a line of its own."""
    file = tmp_path / "notes" / "JOURNAL.md"
    if before is not None:
        file.parent.mkdir()
        file.write_bytes(before.encode())
    for _ in range(3):
        append_once(file, LINE)
    assert file.read_bytes() == after.encode()


@pytest.mark.skipif(os.name != "posix", reason="links and FIFOs")
def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    """A link that an agent put there leads nobody to another file, and nobody waits for a FIFO."""
    other, file = tmp_path / "other", tmp_path / "JOURNAL.md"
    other.write_text("x")
    for make in (partial(file.symlink_to, other), partial(os.mkfifo, file)):
        make()
        with pytest.raises(DamagedData):
            append_once(file, LINE)
        file.unlink()
    assert other.read_text() == "x"


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """A journal below what is no folder is an error that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="JOURNAL"):
        append_once(tmp_path / "file" / "JOURNAL.md", LINE)
