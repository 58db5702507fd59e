"""What can be found in an answer. Each item knows its lines, and what was odd about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from ...errors import BadUsage
from ...messages.backchat import Backchat, Flaw
from ...messages.do import FLAGS, Do, Draft, Flags, Problem
from ...messages.language import Language
from ..references import Reference

__all__ = ["Ack", "Copy", "Echo", "Item", "Lines", "Message", "Script", "Unclear", "Understood", "WrapRequest"]


NONE = Flags()


class Lines(NamedTuple):
    """A range of lines of the answer, counted from 1, both ends in it."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"line {self.first}" if self.first == self.last else f"lines {self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Item:
    """Something found. `odd` are sentences about what the window, or somebody, did to it."""

    lines: Lines
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ack(Item):
    """`ACK <id>`: says that what `id` asked for was done, and points at `references`. Nobody checked any of it.

    The id is in lower case; it may be one that nobody ever gave out.
    """

    id: str = ""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Echo(Item):
    """`Policy v<version> loaded.`"""

    version: str = ""


@dataclass(frozen=True, slots=True)
class Message(Item):
    """A Backchat message; `message` is None when it has `flaws`, and then `id` is all that may be left of it."""

    id: str = ""
    message: Backchat | None = None
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy(Item):
    """A paste of ours that came back: the chat quoted `id`, which answers nothing."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class WrapRequest(Item):
    """Asks for a CoWrap, of `session` when it names one."""

    session: str | None = None


@dataclass(frozen=True, slots=True)
class Script(Item):
    """A script in a fence. It was not run, and gets no consent that a human does not give it here.

    `do` is its header if it has a good one, `problems` what is wrong with a bad one. `text` is the whole script,
    `body` what stands below the header.
    """

    language: Language | None = None
    text: str = ""
    body: str = ""
    do: Do | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def asks(self) -> Flags:
        """The consent that its header asks for."""
        return self.do.consent if self.do else Flags()

    def draft(self, session: str, allow: Flags = NONE, title: str = "Pasted script") -> Draft:
        """What to drop: consent only where the header asks and the human allows; ids that it brought do not count.

        Raises BadUsage when its header is broken.
        """
        if self.problems:
            raise BadUsage(f"its header has {len(self.problems)} problems", "see them: cotemp check FILE")
        consent = Flags(**{flag: getattr(self.asks, flag) and getattr(allow, flag) for flag in FLAGS})
        draft = Draft(title, self.body, session, consent=consent, brief="Pasted from a chat")
        if self.do is None:
            return draft
        do = self.do
        return replace(draft, title=do.title, repo=do.repo, brief=do.brief or draft.brief, timeout=do.timeout)


@dataclass(frozen=True, slots=True)
class Unclear(Item):
    """Something that may have been meant as an item, and is not taken for one: `what` stands there, and `why` not."""

    what: str = ""
    why: str = ""


_Found = TypeVar("_Found", bound=Item)


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer: its items, and the lines that none of them covers; each in the order of the lines."""

    items: tuple[Item, ...]
    rest: tuple[Lines, ...]

    def of(self, kind: type[_Found]) -> tuple[_Found, ...]:
        """The items of one kind."""
        return tuple(item for item in self.items if isinstance(item, kind))

    def by_line(self) -> Iterable[Item]:
        """The items, first line first."""
        return sorted(self.items, key=lambda item: item.lines)
