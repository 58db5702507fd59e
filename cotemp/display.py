"""Foreign text on a terminal: what could steer the terminal or deceive the eye is made visible."""

from __future__ import annotations

import unicodedata

__all__ = ["display", "display_line"]

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_PLAIN = {"\n", "\t"}
# Joiners are part of ordinary emoji and scripts, but they also hide in look-alike ids: shown as well.


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"


def _is_safe(char: str) -> bool:
    return char in _PLAIN or unicodedata.category(char) not in _HIDDEN


def display(text: str) -> str:
    """`text` with control, bidi, zero-width and surrogate characters made visible.

    Line ends and tabs stay; a CR before LF is dropped, any other CR is shown.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_safe(char) else _escape(char) for char in text)


def display_line(text: str, width: int = 0) -> str:
    """`display` on one line: line ends and tabs become visible too; cut to `width` characters if given."""
    shown = display(text).replace("\n", "\u240a").replace("\t", " ")
    return shown if not width or len(shown) <= width else shown[: width - 1] + "\u2026"
