"""The keys by which a human leaves a terminal: `C-\\`, and `C-b d` as in tmux; `C-b C-b` is one `C-b`."""

from __future__ import annotations

import re

__all__ = ["Leaving"]

_PREFIX = b"\x02"
_MEANT = re.compile(rb"\x1c|\x02d|\x02\x02|\x02\Z")


class Leaving:
    """Remembers a `C-b` until the next key tells what it meant."""

    def __init__(self) -> None:
        self._held = b""

    def meant(self, keys: bytes) -> tuple[bytes, bool]:
        """What of `keys` is for the program, and whether the human leaves."""
        keys, self._held = self._held + keys, b""
        meant, end = b"", 0
        for found in _MEANT.finditer(keys):
            meant, end = meant + keys[end : found.start()], found.end()
            if found[0] == _PREFIX:
                self._held = _PREFIX
            elif found[0] == _PREFIX * 2:
                meant += _PREFIX
            else:
                return meant, True
        return meant + keys[end:], False
