"""How the mock agent looks: a whole frame, of what it is and does."""

from __future__ import annotations

import time

from .agent import OPTIONS, PALETTE, Agent, Doing

__all__ = ["frame", "title"]

_DIM, _PLAIN, _RED = "\x1b[2m", "\x1b[0m", "\x1b[31m"
_SPINNER = "·✢✳✶✻✽"
_HALVES = "◐◓◑◒"
_MARKS = {"you": "> ", "agent": "⏺ ", "thought": "∴ ", "error": "⏺ "}
_PLACEHOLDER = 'Try "fix the tests"'
_POINTER, _NO_BREAK = "\u276f", "\u00a0"


def frame(agent: Agent, columns: int, rows: int) -> str:
    """Title, all rows and the cursor's place, as one write."""
    below, cursor = _bottom(agent, columns)
    above = _history(agent, columns)[-max(rows - len(below), 0) :] if rows > len(below) else []
    lines = ([""] * (rows - len(below) - len(above)) + above + below)[-rows:]
    if agent.palette is not None:
        lines = _over(lines, _palette(agent))
    body = "\r\n".join(f"{line}{_PLAIN}\x1b[K" for line in lines)
    row, column = rows - len(below) + cursor[0] + 1, min(cursor[1] + 1, columns)
    return f"\x1b]0;{title(agent)}\x07\x1b[?25l\x1b[H{body}\x1b[{row};{column}H\x1b[?25h"


def title(agent: Agent) -> str:
    """What stands over its window."""
    mark = _HALVES[_tick(agent, 0.5) % len(_HALVES)] if agent.doing == Doing.BUSY else "✳"
    return f"{mark} mock agent"


def _tick(agent: Agent, seconds: float) -> int:
    return int((time.monotonic() - agent.since) / seconds)


def _history(agent: Agent, columns: int) -> list[str]:
    lines = [f"✻ mock agent · {agent.model} · session {agent.session_id}"[:columns], ""]
    for who, text in agent.turns:
        colour = {"thought": _DIM, "error": _RED}.get(who, "")
        for number, line in enumerate(text.splitlines() or [""]):
            mark = _MARKS[who] if number == 0 else "  "
            lines += [f"{colour}{part}{_PLAIN}" for part in _wrapped(mark + line, columns)]
        lines.append("")
    return lines


def _wrapped(line: str, columns: int) -> list[str]:
    return [line[start : start + columns] for start in range(0, len(line), columns)] or [""]


def _bottom(agent: Agent, columns: int) -> tuple[list[str], tuple[int, int]]:
    """The rows below the history, and where in them the cursor stands."""
    if agent.doing == Doing.STARTING:
        return ["Starting…"], (0, 0)
    rule = f"{_DIM}{'─' * columns}"
    if agent.doing == Doing.ASKING:
        return [rule, *_dialog(agent)], (0, 0)
    above = [_working(agent), ""] if agent.doing == Doing.BUSY else []
    typed = _composer(agent, columns)
    plain = _wrapped_input(agent.composer, columns)
    lines = [*above, rule, *typed, rule, _footer(agent, columns)]
    return lines, (len(above) + len(plain), len(plain[-1]) if agent.composer else 2)


def _working(agent: Agent) -> str:
    passed = _tick(agent, 1)
    if agent.retrying is not None:
        left = max(int(agent.retrying - time.monotonic()), 0)
        return f"{agent.limit} [retrying in {left}s] (esc to interrupt)"
    return f"{_SPINNER[_tick(agent, 0.12) % len(_SPINNER)]} Working… ({passed}s · esc to interrupt)"


def _dialog(agent: Agent) -> list[str]:
    options = (f" {_POINTER if n == agent.option else ' '} {n + 1}. {text}" for n, text in enumerate(OPTIONS))
    return [" Bash command", "", "   touch notes.txt", "", " Do you want to proceed?", *options, ""]


def _wrapped_input(text: str, columns: int) -> list[str]:
    lines = (text or "").split("\n")
    marked = [(_POINTER if n == 0 else " ") + _NO_BREAK + line for n, line in enumerate(lines)]
    return [part for line in marked for part in _wrapped(line, columns)]


def _composer(agent: Agent, columns: int) -> list[str]:
    if agent.composer:
        return _wrapped_input(agent.composer, columns)
    return [f"{_POINTER}{_NO_BREAK}{_DIM}{(agent.suggestion or _PLACEHOLDER)[: columns - 2]}"]


def _footer(agent: Agent, columns: int) -> str:
    queued = f" · {len(agent.queued)} queued" if agent.queued else ""
    return f"{_DIM}  {agent.model} · context {agent.context}% used{queued}"[: columns + len(_DIM)]


def _palette(agent: Agent) -> list[str]:
    found = [one for one in PALETTE if (agent.palette or "").lower() in one.lower()]
    rows = ["Commands" + " " * 20 + "esc", "", agent.palette or "Search", "", *found]
    return [f"   \x1b[7m {row[:40]:<40} " for row in rows]


def _over(lines: list[str], box: list[str]) -> list[str]:
    top = max((len(lines) - len(box)) // 2, 0)
    return (lines[:top] + box + lines[top + len(box) :])[: len(lines)]
