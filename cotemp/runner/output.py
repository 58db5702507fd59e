"""The output of a run on disk: written as it comes, head and tail kept, the middle of a flood dropped.

    output/000000 …   segments of 1 MiB, only ever appended to; the first five and the last six stay
    output/partial    the line that has no end yet, behind the offset at which it begins

Memory stays flat and the disk holds at most 11 MiB, however much a script writes.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import StorageFailed
from ..places import make_folder, write_whole
from ..renames import remove
from .text import PlainText

__all__ = ["FOLDER", "PARTIAL", "Kept", "OutputLog", "Scrubber", "end_mark"]

FOLDER = "output"
PARTIAL = "partial"
SEGMENT = 1024 * 1024
"""Bytes of one segment."""
HEAD = 5
"""Segments that stay from the beginning."""
TAIL = 5
"""Whole segments that stay from the end."""


class Scrubber(Protocol):
    """Takes text out of the output before any of it reaches the disk; keeps state between calls."""

    def feed(self, text: bytes) -> bytes:
        """What may be written now; the rest is held back until more is known."""

    def glance(self, line: bytes) -> bytes:
        """What may be shown now of a line without an end; it comes again, through `feed`."""

    def finish(self) -> bytes:
        """Everything that was held back: nothing more comes."""


class Unchanged:
    """The scrubber that takes nothing out."""

    def feed(self, text: bytes) -> bytes:
        return text

    def glance(self, line: bytes) -> bytes:
        return line

    def finish(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Kept:
    """How much text there was, in bytes, whether the end mark was in it, and what went wrong with the disk."""

    bytes_seen: int
    marked: bool
    trouble: str | None


def end_mark(secret: str) -> str:
    """What the wrapper prints when the script came to its end. Not `secret` itself: a script that
    lists processes would print that by accident."""
    return f"[[cotemp-end {secret}]]"


class OutputLog:
    """Writes the output of one run to its folder. Never raises for the disk: see `Kept.trouble`."""

    def __init__(self, run_dir: Path, secret: str | None = None, scrubber: Scrubber | None = None) -> None:
        self._text = PlainText()
        self._mark = _Mark(end_mark(secret)) if secret else None
        self._scrubber = scrubber or Unchanged()
        self._partial = run_dir / FOLDER / PARTIAL
        self._shown = b""
        self._segments = _Segments(run_dir / FOLDER)
        self._trouble: str | None = None
        self._seen = 0
        self._try_to(lambda: make_folder(run_dir / FOLDER, 0o700))

    def write(self, data: bytes) -> None:
        """Add what the script wrote."""
        self._keep(self._text.feed(data))

    def show_partial(self) -> None:
        """Let readers see the line that has no end yet."""
        line = self._text.partial
        shown = self._scrubber.glance((self._mark.hide(line) if self._mark else line).encode())
        if shown != self._shown and not self._trouble:
            self._shown = shown
            self._try_to(lambda: write_whole(self._partial, b"%d\n" % self._segments.total + shown, mode=0o600))

    def close(self) -> Kept:
        """Write what is left."""
        self._keep(self._text.finish(), last=True)
        self._append(self._scrubber.finish())
        self._try_to(self._segments.close)
        self._try_to(self._forget_partial)
        return Kept(self._seen, bool(self._mark and self._mark.seen), self._trouble)

    def _forget_partial(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            remove(self._partial)

    def _keep(self, text: str, *, last: bool = False) -> None:
        if self._mark:
            text = self._mark.take_out(text, last=last)
        if text:
            self._append(self._scrubber.feed(text.encode()))

    def _append(self, data: bytes) -> None:
        self._seen += len(data)
        if data and not self._trouble:
            self._try_to(lambda: self._segments.append(data))

    def _try_to(self, act: Act) -> None:
        try:
            act()
        except StorageFailed as error:
            self._trouble = error.what
        except OSError as error:
            self._trouble = error.strerror or str(error)


class Act(Protocol):
    def __call__(self) -> None: ...


class _Mark:
    """Takes the end mark out of the text, also when it comes in two pieces."""

    def __init__(self, mark: str) -> None:
        self.seen = False
        self._line = mark + "\n"
        self._held = ""

    def take_out(self, text: str, *, last: bool) -> str:
        text = self._held + text
        if self._line in text:
            self.seen = True
            text = text.replace(self._line, "")
        if last:
            self.seen |= text.endswith(self._line[:-1])
            return text.removesuffix(self._line[:-1])
        lengths = range(min(len(self._line), len(text)), 0, -1)
        length = next((n for n in lengths if self._line.startswith(text[-n:])), 0)
        self._held = text[len(text) - length :]
        return text[: len(text) - length]

    def hide(self, line: str) -> str:
        return line.replace(self._line[:-1], "")


class _Segments:
    """Files of `SEGMENT` bytes, of which the first and the last few stay."""

    def __init__(self, folder: Path) -> None:
        self.total = 0
        self._folder = folder
        self._descriptor = -1

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            index, filled = divmod(self.total, SEGMENT)
            if filled == 0 or self._descriptor < 0:
                self._begin(index)
            written = os.write(self._descriptor, view[: SEGMENT - filled])
            self.total += written
            view = view[written:]

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _begin(self, index: int) -> None:
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(self._folder / f"{index:06d}", flags, 0o600)
        outdated = index - TAIL - 1
        if outdated >= HEAD:
            with contextlib.suppress(FileNotFoundError):
                remove(self._folder / f"{outdated:06d}")
