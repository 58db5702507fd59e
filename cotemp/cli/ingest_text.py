"""How what a chat answered is shown: every foreign character through `display`, and set in, so that it is not ours."""

from __future__ import annotations

from collections.abc import Iterator

from ..chat.understanding import Ack, Copy, Echo, Item, Message, Script, Unclear, Understood, WrapRequest
from ..display import display, display_line
from ..messages.do import FLAGS
from .paint import paint

__all__ = ["left_over", "shown"]

_NAMES: dict[type[Item], str] = {
    Ack: "ACK",
    Copy: "a paste of ours that came back",
    Echo: "policy echo",
    Message: "message",
    Script: "script",
    Unclear: "unclear",
    WrapRequest: "asks for a CoWrap",
}
_SNIPPET = 60


def shown(item: Item, number: int, of: int) -> Iterator[str]:
    """An item by itself: what it is and where it stands, what is in it, what was odd about it."""
    yield paint(f"{number} of {of}: {_NAMES[type(item)]} ({item.lines})", "bold")
    yield from _content(item)
    yield from (paint(f"  odd: {display_line(one, 300)}", "yellow") for one in item.odd)


def left_over(text: str, understood: Understood, kept: str | None, *, again: str) -> Iterator[str]:
    """What nobody understood, by its lines, and where the whole answer is kept.

    `again`: what comes after `cotemp ingest FILE` to take in what waits for a yes; empty when nothing does.
    """
    if not understood.items:
        yield "nothing in it was understood"
    lines = text.splitlines()
    for rest in understood.rest[:20]:
        begins = lines[rest.first - 1] if rest.first <= len(lines) else ""
        yield paint(f"not understood: {rest}: {display_line(begins, _SNIPPET)}", "dim")
    if len(understood.rest) > 20:
        yield paint(f"not understood: {len(understood.rest) - 20} more places", "dim")
    if kept:
        yield f"kept whole: {display_line(kept)}"
    if kept and again:
        yield f"to decide about its scripts, on a terminal: cotemp ingest {display_line(kept)} {display_line(again)}"


def _content(item: Item) -> Iterator[str]:
    if isinstance(item, Script):
        yield from _script(item)
    elif isinstance(item, Message):
        yield from _message(item)
    elif isinstance(item, Echo):
        yield f"  v{item.version}"
    elif isinstance(item, Ack | Copy):
        yield f"  {item.id}"
    elif isinstance(item, Unclear):
        yield f"  {display_line(item.what, 200)}"


def _script(script: Script) -> Iterator[str]:
    do = script.do
    if do:
        asks = ", ".join(name for name in FLAGS if getattr(script.asks, name)) or "nothing, it may only read"
        yield f"  title: {display_line(do.title, 200)}"
        yield f"  brief: {display_line(do.brief or '', 300)}"
        yield f"  repo: {display_line(do.repo.path or '(none)', 200)}"
        yield f"  asks for: {asks}"
        yield from (paint(f"  warning: {display_line(one, 300)}", "yellow") for one in do.warnings)
    for problem in script.problems:
        yield paint(f"  {display_line(problem.located('header'), 300)}", "red")
    yield from (f"  | {display(line)}" for line in script.body.rstrip("\n").split("\n"))


def _message(message: Message) -> Iterator[str]:
    if message.message is None:
        yield f"  {display_line(message.id, 80) or '(no id)'}"
        yield from (paint(f"  {display_line(str(flaw), 300)}", "red") for flaw in message.flaws)
        return
    told = message.message
    yield f"  {told.type} from {display_line(told.from_session, 80)} to {display_line(told.to_session, 80)}"
    yield from (f"  | {display(line)}" for line in told.body_markdown.rstrip("\n").split("\n"))
