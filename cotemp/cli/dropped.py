"""What is told of a dropped DO; with `--wait` of its run, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..display import display_line
from ..store.claims import holder
from ..times import parse_utc, show_duration
from .frame import Answer, Context
from .paint import paint

if TYPE_CHECKING:
    from ..dos import Dropped
    from ..store.ledger import Row

__all__ = ["told"]

_EXIT = {"passed": 0, "held": 5, "unknown": 5, "refused": 6, "timed_out": 9}
"""Exit codes by outcome; any other one is a plain no."""
_COLOURS = {"passed": "green", "held": "yellow", "unknown": "yellow"}


def told(cx: Context, dropped: Dropped, *, wait: bool) -> Answer | Iterator[Answer]:
    """The answer of a command that dropped a DO: where it is, and with `wait`, later, how it ended."""
    watched = holder(cx.places, f"watch-{dropped.session.id.casefold()}") is not None
    if not watched:
        cx.terminal.err(f"no watcher runs for {dropped.session.id}, so it waits there: cotemp up\n")
    json = {
        "schema": 1,
        "path": str(dropped.path),
        "session": dropped.session.id,
        "title": dropped.title,
        "id": dropped.id,
        "watched": watched,
    }
    text = f"Queued DO -> {dropped.path}"
    return _waited(cx, dropped, json, text) if wait else Answer(json, text)


def _waited(cx: Context, dropped: Dropped, json: dict[str, Any], text: str) -> Iterator[Answer]:
    from ..dos import await_run

    yield Answer(text=text)
    cx.progress("waiting for it to run ...")
    row = await_run(cx.places, dropped)
    outcome = row.outcome.value if row.outcome else row.state.value
    log = dropped.session.logs / f"{row.base}.txt"
    run = {
        "run_id": row.run_id,
        "state": row.state.value,
        "outcome": row.outcome.value if row.outcome else None,
        "reason": row.reason,
        "exit_code": row.exit_code,
        "elapsed_ms": _elapsed_ms(row),
        "log": str(log),
    }
    yield Answer(
        json=json | {"run": run},
        text=_ending(outcome, row, log),
        exit_code=_EXIT["held"] if row.changes == "held" else _EXIT.get(outcome, 1),
    )


def _elapsed_ms(row: Row) -> int | None:
    if not (row.started and row.ended):
        return None
    return round((parse_utc(row.ended) - parse_utc(row.started)).total_seconds() * 1000)


def _ending(outcome: str, row: Row, log: Path) -> list[str]:
    elapsed = _elapsed_ms(row)
    after = f" after {show_duration(elapsed / 1000)}" if elapsed is not None else ""
    reason = f": {display_line(row.reason)}" if row.reason else ""
    lines = [f"{paint(outcome.replace('_', ' '), _COLOURS.get(outcome, 'red'))}{after}{reason}"]
    if outcome == "held":
        return [*lines, f"it waits for you: cotemp approve {row.run_id}"]
    changes = [f"its changes wait for you: cotemp approve {row.run_id}"] if row.changes == "held" else []
    return [*lines, *changes, f"log: {log}"]
