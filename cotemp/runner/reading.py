"""Reading the output of a run: all that was kept, or live while it is being written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import output
from .result import is_over

__all__ = ["follow", "kept_bytes", "read_output"]

EDGE = 64 * 1024
"""Bytes within which a cut is moved to the end of a line."""
POLL = 0.05
"""Seconds between two looks at a run that is being followed."""
_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes that do not begin a character in UTF-8."""
UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB"), (1, "bytes"))


def read_output(run_dir: Path) -> bytes:
    """The text of the run as far as it was kept, with a line that marks the cut, if there is one."""
    head, left_out, tail = _kept(run_dir)
    first = b"".join(part.read() for part in head)
    if not left_out:
        return first
    return b"".join([first, _left_out_line(left_out, first), *(part.read() for part in tail)])


def kept_bytes(run_dir: Path) -> int:
    """How many bytes of the run's text are kept; none of them stay in memory for it."""
    head, _, tail = _kept(run_dir)
    return sum(part.size for part in (*head, *tail))


def follow(run_dir: Path, ended: Callable[[], bool] | None = None) -> Iterator[bytes]:
    """The text of a run as it comes, from its beginning, until the run has `ended` (default: as its folder says).

    A line without an end is shown as far as it is known; when it is written over, it begins anew
    on the next line.
    """
    view = _View(run_dir)
    while True:
        over = ended() if ended else is_over(run_dir)  # asked first: what came before the end is then read below
        text = view.next()
        if text:
            yield text
        elif over:
            return
        else:
            time.sleep(POLL)


class _View:
    """How far somebody has read."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._index = 0
        self._offset = 0
        self._shown = b""
        self._last = b""

    def next(self) -> bytes:
        """What came since the last call; empty when nothing did."""
        data = self._whole_lines()
        if not data:
            line = _partial(self._run_dir, self._index * output.SEGMENT + self._offset).read()
            return self._unseen(line) if line else b""
        unseen = self._unseen(data)
        self._shown = self._shown[len(data) :]
        return unseen

    def _unseen(self, text: bytes) -> bytes:
        """What of `text`, which begins where the line that was shown last begins, must still be shown."""
        shown, self._shown = self._shown, max(self._shown, text, key=len)
        if shown.startswith(text):
            return b""
        if text.startswith(shown):
            return text[len(shown) :]
        self._shown = text
        return b"\n" + text

    def _whole_lines(self) -> bytes:
        later = [index for index, _ in _segments(self._run_dir) if index > self._index]
        data = self._segment()
        self._offset += len(data)
        self._last = data[-1:] or self._last
        if data or not later:
            return data
        missing = (later[0] - self._index) * output.SEGMENT - self._offset
        self._index, self._offset = later[0], 0
        return _left_out_line(missing, self._last) if missing else self._whole_lines()

    def _segment(self) -> bytes:
        try:
            with open(self._run_dir / output.FOLDER / f"{self._index:06d}", "rb") as file:
                file.seek(self._offset)
                return file.read()
        except FileNotFoundError:
            return b""


def _left_out_line(count: int, before: bytes) -> bytes:
    """The line that stands for `count` bytes; `before` is the text that it comes after."""
    size, unit = next((size, unit) for size, unit in UNITS if count >= size)
    number = f"{count / size:.1f}" if size > 1 and count < 10 * size else f"{count / size:.0f}"
    start = "\n" if before and not before.endswith(b"\n") else ""
    return f"{start}… {number} {unit} left out here …\n".encode()


@dataclass(frozen=True, slots=True)
class _Part:
    """Some bytes of a file."""

    path: Path
    begin: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.begin

    def read(self) -> bytes:
        """The bytes; empty when they were dropped meanwhile, because the run is writing."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.begin)
                return file.read(self.end - self.begin)
        except FileNotFoundError:
            return b""

    def first(self, count: int) -> bytes:
        return replace(self, end=min(self.end, self.begin + count)).read()

    def last(self, count: int) -> bytes:
        return replace(self, begin=max(self.begin, self.end - count)).read()


def _kept(run_dir: Path) -> tuple[list[_Part], int, list[_Part]]:
    """Head, number of bytes left out, tail; without a cut, all of it is head."""
    segments = _segments(run_dir)
    gap = next((place for place, (index, _) in enumerate(segments) if index != place), len(segments))
    parts = [_Part(path, 0, _size(path)) for _, path in segments]
    written = segments[-1][0] * output.SEGMENT + parts[-1].size if segments else 0
    line = _partial(run_dir, written)
    parts.append(line)
    if gap == len(segments):
        return parts, 0, []
    head, tail = parts[:gap], parts[gap:]
    head[-1] = _until_line_end(head[-1])
    tail[0] = _from_line_start(tail[0], sum(part.size for part in tail) - output.TAIL * output.SEGMENT)
    return head, written + line.size - sum(part.size for part in (*head, *tail)), tail


def _until_line_end(part: _Part) -> _Part:
    """Without the line that the cut goes through, or at least without half a character."""
    edge = part.last(EDGE)
    kept = edge.rfind(b"\n") + 1 or len(edge.decode("utf-8", "ignore").encode())
    return replace(part, end=part.end - len(edge) + kept)


def _from_line_start(part: _Part, surplus: int) -> _Part:
    """Without `surplus` bytes and what is left of their line, or at least without half a character."""
    part = replace(part, begin=min(part.end, part.begin + max(0, surplus)))
    edge = part.first(EDGE)
    dropped = edge.find(b"\n") + 1 or len(edge) - len(edge.lstrip(_CONTINUATION))
    return replace(part, begin=part.begin + dropped)


def _segments(run_dir: Path) -> list[tuple[int, Path]]:
    try:
        return sorted((int(path.name), path) for path in (run_dir / output.FOLDER).iterdir() if path.name.isdigit())
    except FileNotFoundError:
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _partial(run_dir: Path, written: int) -> _Part:
    """The line without an end, when it is the one that begins at `written`; else nothing of its file."""
    path = run_dir / output.FOLDER / output.PARTIAL
    offset, end, line = _Part(path, 0, _size(path)).read().partition(b"\n")
    begin = len(offset) + len(end)
    return _Part(path, begin, begin + len(line) if offset == b"%d" % written else begin)
