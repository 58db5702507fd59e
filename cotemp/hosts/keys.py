"""What may be typed and pressed: text of one line, and keys by tmux's names with the bytes that a terminal sends."""

from __future__ import annotations

import re

from ..errors import BadUsage

__all__ = ["checked_keys", "checked_text", "key_bytes"]

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FIX = "keys are Enter, Escape, Tab, Up, PageDown, F5, C-c, M-x or one character"

_PLAIN = {
    "Enter": b"\r", "Escape": b"\x1b", "Tab": b"\t", "BTab": b"\x1b[Z", "BSpace": b"\x7f", "Space": b" ",
    "IC": b"\x1b[2~", "DC": b"\x1b[3~", "PageUp": b"\x1b[5~", "PPage": b"\x1b[5~", "PageDown": b"\x1b[6~",
    "NPage": b"\x1b[6~",
    "F1": b"\x1bOP", "F2": b"\x1bOQ", "F3": b"\x1bOR", "F4": b"\x1bOS", "F5": b"\x1b[15~", "F6": b"\x1b[17~",
    "F7": b"\x1b[18~", "F8": b"\x1b[19~", "F9": b"\x1b[20~", "F10": b"\x1b[21~", "F11": b"\x1b[23~", "F12": b"\x1b[24~",
}  # fmt: skip
_CURSOR = {"Up": b"A", "Down": b"B", "Right": b"C", "Left": b"D", "Home": b"H", "End": b"F"}
"""Keys whose bytes depend on whether the program asked for "application cursor keys"."""


def checked_text(text: str) -> str:
    """`text`, when it can be typed without pressing any key. Raises BadUsage when it holds a control character."""
    if found := _CONTROL.search(text):
        raise BadUsage(
            f"this text holds U+{ord(found[0]):04X}, which would be a key of its own",
            "type one line of text; press keys by their names",
        )
    return text


def checked_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """`keys`, when each is one. Raises BadUsage: tmux would type the letters of a name that it does not know."""
    for key in keys:
        key_bytes(key)
    return keys


def key_bytes(key: str, *, application: bool = False) -> bytes:
    """What a terminal sends for `key`. Raises BadUsage.

    `application`: the program asked for application cursor keys.
    """
    if key in _PLAIN:
        return _PLAIN[key]
    if key in _CURSOR:
        return (b"\x1bO" if application else b"\x1b[") + _CURSOR[key]
    if key.startswith("M-") and len(key) > 2:
        return b"\x1b" + key_bytes(key[2:], application=application)
    if re.fullmatch(r"C-[a-zA-Z@\[\\\]^_?]", key):
        return b"\x7f" if key[2] == "?" else bytes([ord(key[2].upper()) & 0x1F])
    if len(key) == 1 and not _CONTROL.search(key):
        return key.encode()
    raise BadUsage(f"{key!r} is no key", _FIX)
