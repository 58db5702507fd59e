"""`log AGENT`: the last lines of its terminal; of one that has ended, its last screen."""

import time
from collections.abc import Iterator

from ..agents.places import AgentPlaces
from ..display import display
from ..errors import NotFound
from ..supervisor import agents
from .frame import Answer, Context

_LINES = 500
_EVERY = 1.0
"""Seconds between two looks, with --follow."""


def shown(cx: Context, agent: str) -> Answer:
    """What stands in its terminal now."""
    text = _text(cx, agent)
    return Answer({"schema": 1, "agent": agent, "text": text}, display(text).rstrip("\n").split("\n"))


def followed(cx: Context, agent: str) -> Iterator[Answer]:
    """Its lines, and those that come; a screen that is drawn anew is told anew. Ends when the terminal does."""
    before: list[str] = []
    text: str | None = _text(cx, agent)
    while text is not None:
        now = text.rstrip("\n").split("\n")
        if new := now[_known(before, now) :]:
            yield Answer({"agent": agent, "text": "\n".join(new)}, display("\n".join(new)).split("\n"))
        before = now
        time.sleep(_EVERY)
        text = _in_terminal(cx, agent)


def _known(before: list[str], now: list[str]) -> int:
    """How many of the first lines of `now` were the last ones of `before`."""
    for start in range(len(before)):
        if now[: len(before) - start] == before[start:]:
            return len(before) - start
    return 0


def _text(cx: Context, agent: str) -> str:
    """Its last lines; of one without a terminal its last screen. Raises NotFound when there is neither."""
    try:
        return agents.history(cx.places, agent, _LINES)
    except NotFound:
        last = _last_screen(cx, agent)
        if last is None:
            raise
        return last


def _in_terminal(cx: Context, agent: str) -> str | None:
    """Its last lines; None when it has no terminal."""
    try:
        return agents.history(cx.places, agent, _LINES)
    except NotFound:
        return None


def _last_screen(cx: Context, agent: str) -> str | None:
    """What was kept of its screen when it ended last."""
    folder = AgentPlaces.of(cx.places).screens(agent)
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    return files[-1].read_text(encoding="utf-8", errors="replace") if files else None
