"""Where on a program's screen to look for what: one row per program, beside the patterns of its backend.

A backend that is none of these (declared in `agents.toml`) is looked at with all shapes of composers that are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..agents.backends import Backend

__all__ = ["ANY", "LOOKS", "RULE", "Looks", "Shape", "looks_of"]

Pattern = re.Pattern[str]
_c = re.compile

RULE = _c(r"^\s{0,3}(?:[╭┌┏]?[─━═▔]{6,}.*|[─━═▔╌]{6,}.*)$")
"""A row that is a horizontal rule, or the upper edge of a box; a label may stand in it."""
_MENU = _c(r"^\s*(?:[❯›>●]\s*)?\d{1,2}[.)]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How to find a composer, from the bottom of the screen upwards.

    `anchor` is the row that shows it; `lead` is what stands before a human's text in each of its rows, `tail` behind.
    `upwards`: the composer's rows are those above the anchor that fit this, as long as the ground keeps its colour;
    the last of them is its `label` and holds no text. Else they begin at the anchor and go down to a row that fits
    `foot` (a blank one, where there is no `foot`). `head` must stand at most `within` rows above.
    `below`: what every later row must look like. `prompted`: an empty one shows a placeholder, always.
    """

    anchor: Pattern
    lead: Pattern
    tail: Pattern = _c(r"\s*$")
    upwards: Pattern | None = None
    label: Pattern | None = None
    foot: Pattern | None = None
    head: Pattern | None = None
    within: int = 1
    below: Pattern | None = None
    prompted: bool = False
    unlike: Pattern = _MENU
    """An anchor like this is a menu's, not a composer's."""


RULED = Shape(  # Claude Code: between two rules
    anchor=_c(r"^[❯>!#][\u00a0 ]|^[❯>!#]$"),
    lead=_c(r"^[❯>]?[\u00a0 ]{0,2}"),  # the marks of its shell and memory modes count as text
    head=RULE,
    foot=RULE,
    unlike=_c(r"^[❯>] \d{1,2}\. "),
)
FRAMED = Shape(  # older Claude Code and Gemini: in a box of lines
    anchor=_c(r"^\s?│\s[❯>!*](?:\s.*)?│\s*$"),
    lead=_c(r"^\s?│\s(?:[❯>*]\s{1,3})?\s?"),
    tail=_c(r"\s*│\s*$"),
    head=_c(r"^\s?╭─+.*╮\s*$"),
    foot=_c(r"^\s?╰─+.*╯?\s*$"),
    unlike=_c(r"^\s?│\s[❯>●]\s+\d{1,2}\. "),
)
BANDED = Shape(  # Gemini CLI: a band of another ground, below a rule
    anchor=_c(r"^ [>!*] "),
    lead=_c(r"^(?: [>*] | {3}) ?"),
    head=RULE,
    within=4,
    below=_c(r"^(?: |[▀▄─]|$)"),
    prompted=True,
    unlike=_c(r"^ [>●] \d{1,2}\. "),
)
BARRED = Shape(  # opencode: a bar at the left, an edge below
    anchor=_c(r"^\s*╹▀{3,}"),
    lead=_c(r"^\s*┃ {0,2}"),
    upwards=_c(r"^\s*┃"),
    label=_c(r"^\s*┃ +\S.* · \S"),  # agent and model
)
CHEVRON = Shape(  # Codex: the last thing on the screen but for a footer
    anchor=_c(r"^›(?: |$)"),
    lead=_c(r"^(?:› ?| {0,2})"),
    below=_c(r"^(?:  |$)"),
    prompted=True,
    unlike=_c(r"^› \d{1,2}\. "),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Where to look on the screens of one program.

    `window`: a row of an overlay, searched for in parts of rows that stand on one ground. `speech`: a row with which a
    message begins; what stands above the last of them is history. `done`: it has answered; what works above is
    history. `background`: it has answered, and something of it still works. `footer`: its state stands below the
    composer, never above. `quiet`: while it answers, its screen may look as if it waited. `context`: how full its
    context is, as `used` or `left` in per cent.
    """

    shapes: tuple[Shape, ...]
    window: Pattern | None = None
    speech: Pattern | None = None
    done: Pattern | None = None
    background: Pattern | None = None
    footer: bool = False
    quiet: bool = False
    context: tuple[Pattern, ...] = ()


_WINDOW = _c(r"^\s+[A-Z][\w /,'-]{1,60}?\s{2,}esc\s*$")
_CONTEXT = (
    _c(r"(?i)\bcontext (?:left until auto-compact|low)\b.{0,24}?\b(?P<left>\d{1,3}) ?%"),
    _c(r"(?i)\b(?P<left>\d{1,3}) ?% (?:context |until auto-compact)?(?:left|remaining)\b"),
    _c(r"(?i)\b(?P<left>\d{1,3}) ?% until auto-compact\b"),
    _c(r"(?i)\bcontext:? (?P<used>\d{1,3}) ?%(?: used)?(?!\s*(?:left|remaining))"),
    _c(r"(?i)\b(?P<used>\d{1,3}) ?% (?:of context )?(?:context )?used\b"),
)
_BACKGROUND = _c(
    r"Waiting for \d+ background agents? to finish|\b\d+ (?:shells?|MCP tasks?) still running|· \d+ shells? ·"
)

ANY = Looks(shapes=(RULED, BARRED, FRAMED, BANDED), window=_WINDOW, background=_BACKGROUND, context=_CONTEXT)
"""For a program that nothing is known of."""

LOOKS: Mapping[str, Looks] = MappingProxyType(
    {
        "claude": Looks(
            shapes=(RULED, FRAMED),
            speech=_c(r"^(?:[❯>] \S|[❯>]\u00a0\S|[⏺●] \S)"),
            done=_c(r"^\s*[·✢✳✶✻✽*●] [^\W\d_][\w’'-]* for (?:\d+[dhms] ?)+"),
            background=_BACKGROUND,
            context=_CONTEXT,
        ),
        "codex": Looks(
            shapes=(CHEVRON,), speech=_c(r"^[›•■✗] \S"), done=_c(r"^─ Worked for "), quiet=True, context=_CONTEXT
        ),
        "opencode": Looks(
            shapes=(BARRED,),
            window=_WINDOW,
            footer=True,
            context=(_c(r"\b(?P<used>\d{1,3})% used\b"), _c(r"\b[\d.,]+[KM]? +\((?P<used>\d{1,3})%\)")),
        ),
        "gemini": Looks(shapes=(BANDED, FRAMED), speech=_c(r"^\s?(?:[>✦✕ℹ] \S)"), context=_CONTEXT),  # noqa: RUF001
    }
)
"""The rows, by the name of the backend, or of its process."""


def looks_of(backend: Backend) -> Looks:
    """The row for a backend, also for one that only renames a shipped program."""
    names = (backend.name, *backend.processes)
    return next((LOOKS[name] for name in names if name in LOOKS), ANY)
