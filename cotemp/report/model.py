"""What a report shows, as values without secrets; what could deceive the eye is made visible when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..timeline import Kind

__all__ = ["Form", "Item", "Mood", "Report", "Text"]


class Mood(StrEnum):
    """How an item is coloured; the word beside it says the same."""

    GOOD = "good"
    BAD = "bad"
    WAITS = "waits"
    PLAIN = "plain"


class Form(StrEnum):
    """How a text is set."""

    PROSE = "prose"
    OUTPUT = "output"
    DIFF = "diff"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an item. `left_out`: so many characters of its middle are not shown; `instead`: what to say for it."""

    label: str
    body: str
    form: Form
    left_out: int = 0
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the timeline. `word` says how it stands; `facts` are pairs of name and value."""

    at: datetime
    kind: Kind
    title: str
    word: str = ""
    mood: Mood = Mood.PLAIN
    facts: tuple[tuple[str, str], ...] = ()
    texts: tuple[Text, ...] = ()
    story: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A session at one moment, its items oldest first; `since` is None where everything is shown."""

    session: str
    name: str
    at: datetime
    since: datetime | None
    items: tuple[Item, ...]
