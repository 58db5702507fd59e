"""Texts of a report: read, scrubbed to well beyond where they are cut, then cut: no half secret is left at a cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..store.mailbox import NotPlain, read_plain
from .model import Form, Text

__all__ = ["Clean", "Shelf"]

Clean = Callable[[str], str]

READ = 16 * 1024 * 1024
"""Bytes of a file that are read; a log of ours has at most about 10 MiB."""
HEAD, TAIL = 48 * 1024, 16 * 1024
"""Characters of a long text that are shown of its beginning and of its end."""
MARGIN = 64 * 1024
"""No secret has so many characters: what is further than this from an end of what was scrubbed is no part of half a
secret."""
ROOM = 6 * 1024 * 1024
"""Characters of all texts of a page: more is slow to open and to scroll."""


class Shelf:
    """Takes texts as long as there is room on the page; whoever comes first is shown."""

    def __init__(self, clean: Clean, room: int = ROOM) -> None:
        self.clean = clean
        self._room = room

    def file(self, label: str, path: Path | None, form: Form, where: str) -> Text | None:
        """The text of a file; None where there is none. `where`: the command that shows it."""
        if path is None:
            return None
        try:
            data, found = read_plain(path, READ)
        except (OSError, NotPlain):
            return None
        text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        return self.text(label, text, form, where, beyond=max(0, found.st_size - len(data)))

    def text(self, label: str, text: str, form: Form, where: str, *, beyond: int = 0) -> Text | None:
        """A text, scrubbed and cut; None for an empty one. `beyond`: so many bytes of it were not read."""
        if not text.strip():
            return None
        if self._room <= 0:
            return Text(label, "", form, instead=f"left out, as the page would be too large: {where}")
        shown, left_out = _shortened(text, self.clean, whole=not beyond)
        self._room -= len(shown)
        return Text(label, shown, form, left_out + beyond, f"all of it: {where}" if left_out or beyond else "")


def _shortened(text: str, clean: Clean, *, whole: bool) -> tuple[str, int]:
    """Beginning and end of a text, scrubbed, and how much is left out; where it is not `whole`, it has no end."""
    if whole and len(text) <= HEAD + TAIL:
        return clean(text), 0
    first, last = clean(text[: HEAD + 2 * MARGIN]), clean(text[-TAIL - 2 * MARGIN :])
    if len(first) < HEAD + MARGIN or len(last) < TAIL + MARGIN:  # so full of secrets that little is left of a margin
        first = last = clean(text)
        if whole and len(first) <= HEAD + TAIL:
            return first, 0
    head, tail = first[:HEAD], last[-TAIL:] if whole else ""
    head, tail = head[: head.rfind("\n") + 1] or head, tail[tail.find("\n") + 1 :] or tail
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n\u2026 {left_out:,} characters are left out here \u2026\n\n{tail}", left_out
