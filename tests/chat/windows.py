"""What chat windows and clipboards do to a text, one function for each; `mangled` puts several of them together."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable

__all__ = ["MANGLES", "mangled"]

Mangle = Callable[[str, random.Random], str]

_BEFORE = ("Sure! Here is what you asked for.", "Understood. I have read everything.", "### Summary\n\n- one\n- two")
_AFTER = (
    "Let me know if you need anything else.",
    "_I can also write the tests._",
    "**Next steps**\n1. Review\n2. Merge",
)


def smart_quotes(text: str, chance: random.Random) -> str:
    """Every straight quotation mark becomes a typographic one."""
    text = re.sub(r'(?<![\w.!?])"', "\u201c", text).replace('"', "\u201d")
    return re.sub(r"(?<!\w)'", "\u2018", text).replace("'", "\u2019")


def dashes(text: str, chance: random.Random) -> str:
    """Hyphens become ones that do not break, or dashes."""
    return "".join(chance.choice("-\u2011\u2010\u2013") if char == "-" else char for char in text)


def trimmed(text: str, chance: random.Random) -> str:
    """Lines lose the spaces at both ends."""
    return "\n".join(line.strip() for line in text.split("\n"))


def reflowed(text: str, chance: random.Random) -> str:
    """Paragraphs are filled anew, to another width."""
    width = chance.choice((30, 60, 100, 10_000))
    fill = textwrap.TextWrapper(width, break_long_words=False)
    return "\n\n".join(fill.fill(part) for part in re.split(r"\n\s*\n", text))


def wrapped(text: str, chance: random.Random) -> str:
    """Only lines that are too long are broken."""
    fill = textwrap.TextWrapper(chance.choice((40, 78)), break_long_words=False, replace_whitespace=False)
    return "\n".join(fill.fill(line) for line in text.split("\n"))


def quoted(text: str, chance: random.Random) -> str:
    """The whole is quoted, once or twice."""
    mark = chance.choice(("> ", ">", "> > "))
    return "\n".join(f"{mark}{line}" for line in text.split("\n"))


def unbreakable(text: str, chance: random.Random) -> str:
    """Some spaces are such as do not break."""
    return "".join(chance.choice(" \u00a0\u202f") if char == " " else char for char in text)


def windows_lines(text: str, chance: random.Random) -> str:
    """Lines end as on Windows."""
    return text.replace("\n", "\r\n")


def zero_width(text: str, chance: random.Random) -> str:
    """Characters that nobody can see are strewn in, in words and ids too."""
    unseen = ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e")
    return "".join(char + chance.choice(unseen) if chance.random() < 0.08 and char != "\n" else char for char in text)


def unmarked(text: str, chance: random.Random) -> str:
    """The window showed bold text and quotes, and what was copied has no marks any more."""
    return re.sub(r"(?m)^> ?", "", text.replace("**", ""))


def with_prose(text: str, chance: random.Random) -> str:
    """Somebody says something before it and after it."""
    return f"{chance.choice(_BEFORE)}\n\n{text}\n\n{chance.choice(_AFTER)}\n"


MANGLES: dict[str, Mangle] = {
    made.__name__: made
    for made in (
        smart_quotes, dashes, trimmed, reflowed, wrapped, quoted, unbreakable, windows_lines, zero_width, unmarked,
        with_prose,
    )
}  # fmt: skip


def mangled(text: str, names: list[str], seed: int) -> str:
    """`text` as it is after all of these, in this order."""
    chance = random.Random(seed)
    for name in names:
        text = MANGLES[name](text, chance)
    return text
