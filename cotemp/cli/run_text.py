"""How runs are told to people: the list, one run in full, and how it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..display import display_line
from ..messages.do import FLAGS
from ..times import local, parse_utc, show_duration
from .paint import clipped, columns, paint, width

__all__ = [
    "CHANGED",
    "counted",
    "ending",
    "enforcement",
    "one_run",
    "outcome_word",
    "run_list",
    "show_bytes",
    "state_of",
]

_COLOURS = {
    "passed": "green",
    "failed": "red",
    "rejected": "red",
    "refused": "red",
    "timed_out": "red",
    "running": "bold",
}
_LAYERS = {
    ("writes", "overlay"): "on a view of its repo",
    ("writes", "snapshot"): "on a copy of its repo",
    ("writes", "read-only"): "to its artifacts only",
    ("network", "netns"): "cut off",
    ("network", "denied"): "cut off",
    ("network", "shared"): "of this machine",
    ("processes", "pidns"): "only its own",
    ("memory", "none"): "not limited",
}
CHANGED = ("created", "changed", "deleted", "refs")
"""What a run can do to its repo, as its log names it."""
_NEVER_RAN = ("refused", "rejected")
_TITLE_CELLS = 60
_SHORTEST_TITLE = 16
"""Cells below which a title says nothing any more."""


def run_list(rows: Sequence[Any], room: int = 0) -> list[str]:
    """An aligned line per `RunRow`, with local times, in lines of `room` cells (0: of any length).

    What the run's id tells, too, goes first where there is little room.
    """
    cells = {
        "run": [display_line(row.run_id) for row in rows],
        "session": [display_line(row.session) for row in rows],
        "outcome": [outcome_word(state_of(row)) for row in rows],
        "started": [_local(row.started or row.ended) for row in rows],
        "took": [_took(row.started, row.ended) for row in rows],
        "engine": [display_line(row.engine or "-") for row in rows],
    }
    for name in ("engine", "took", "started", "session"):
        if room and room - _taken(cells) < _SHORTEST_TITLE:
            del cells[name]
    left = max(room - _taken(cells), _SHORTEST_TITLE) if room else 0
    titles = [_with_reason(row, left) for row in rows]
    right = [number for number, name in enumerate(cells) if name == "took"]
    return columns(zip(*cells.values(), titles, strict=True), (*cells, "title"), right=right)


def _taken(cells: dict[str, list[str]]) -> int:
    """Cells of a line before the title."""
    return sum(max(map(width, (name, *column))) + 2 for name, column in cells.items())


def state_of(row: Any) -> str | None:
    """How a `RunRow` ended, or how far it has come; None while it runs."""
    return row.outcome or (row.state if row.state in ("held", "applying") else None)


def outcome_word(outcome: str | None) -> str:
    """`timed out`, `passed`, … in its colour; `running` while there is none."""
    word = outcome or "running"
    return paint(word.replace("_", " "), _COLOURS.get(word, "yellow"))


def ending(outcome: str | None, started: str | None, ended: str | None, reason: str | None) -> str:
    """`passed after 346 ms`, `failed after 2 s: exit code 3`."""
    took = _took(started, ended)
    return outcome_word(outcome) + (f" after {took}" if took else "") + (f": {display_line(reason)}" if reason else "")


def one_run(log: dict[str, Any], outcome: str | None, where: dict[str, Path | None]) -> Iterator[str]:
    """Everything that the JSON log of a run says, as lines `name   value`; `where` names its files.

    Nothing in the log is believed to be there: the original's has eight keys.
    """
    yield f"{paint(_text(log.get('title') or log.get('do_title')), 'bold')}  {outcome_word(outcome)}"
    facts = [(name, value) for name, value in _facts(log, where) if value]
    yield from (f"  {line}" for line in columns([(paint(name, "dim"), value) for name, value in facts]))
    for warning in _list(log.get("warnings")):
        yield f"  {paint('warning', 'yellow')}  {_text(warning)}"
    for problem in _list(log.get("problems")):
        yield f"  {_text(log.get('do_file'))}:{_problem(problem)}"


def show_bytes(number: float) -> str:
    """`812 bytes`, `10.0 MiB`."""
    if number < 1024:
        return f"{number:.0f} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        number /= 1024
        if number < 1024 or unit == "GiB":
            break
    return f"{number:.1f} {unit}"


def _with_reason(row: Any, room: int) -> str:
    """The title and why it ended so, in `room` cells (0: as many as it takes); half a word of a reason says nothing."""
    title = clipped(display_line(row.title), min(room or _TITLE_CELLS, _TITLE_CELLS))
    left = min(room - width(title) - 2, _TITLE_CELLS) if room else _TITLE_CELLS
    if not row.reason or left < _SHORTEST_TITLE:
        return title
    return f"{title}  {paint(clipped(display_line(row.reason), left), 'dim')}"


def _facts(log: dict[str, Any], where: dict[str, Path | None]) -> Iterator[tuple[str, str]]:
    yield "run", _text(log.get("run_id"))
    yield "session", _text(log.get("session_id"))
    yield "DO", _path(where.get("DO")) or f"{_text(log.get('do_file') or log.get('do_title'))} (not there any more)"
    yield "DO id", _text(log.get("do_id"))
    yield "sha256", _text(log.get("sha256"))
    yield "retry of", _text(log.get("retry_of"))
    sender = _map(log.get("sender"))
    yield "sender", _joined(", ", _text(sender.get("claimed")), _after("file of user ", sender.get("os_user")))
    yield "repo", _text(log.get("repo_path")) or "none"
    yield "risk", _flags(log.get("risk"), "") + " (what its author says it does)"
    yield "consent", _flags(log.get("consent_effective"), "allow_") + " (what it may do)"
    decision = _map(log.get("decision"))
    yield "decision", _joined(", ", _text(decision.get("rule")), _after("by ", decision.get("by")))
    yield "enforcement", enforcement(log)
    engine = _map(log.get("engine"))
    yield "engine", _joined(" ", *dict.fromkeys(_text(engine.get(key)) for key in ("name", "version", "terminal")))
    for name in ("queued", "started", "ended"):
        yield name, _local(log.get(name))
    yield "took", _elapsed(log)
    yield "limit", show_duration(log["timeout_s"]) if isinstance(log.get("timeout_s"), int | float) else ""
    yield "reason", _text(log.get("reason"))
    yield "exit code", _text(log.get("exit_code"))
    yield "signal", _text(log.get("signal"))
    yield "output", _output(_map(log.get("output"))) if log.get("started") else ""
    yield "log", _path(where.get("log"))
    yield "JSON log", _path(where.get("JSON log"))
    yield "changes", _changes(_map(log.get("changes")))
    for artifact in map(_map, _list(log.get("artifacts"))):
        if artifact.get("kind") != "output":  # that is the log
            yield "artifact", _artifact(artifact, where.get("artifacts"))


def enforcement(log: Mapping[str, Any]) -> str:
    """What held a run to its consent, or would hold one that waits; nothing for a DO that did not run."""
    found = _map(log.get("enforcement"))
    enforcer = _text(found.get("enforcer")) or "none"
    if log.get("outcome") in _NEVER_RAN:
        return ""
    if "started" in log and not log["started"] and not log["outcome"]:
        return f"{enforcer}, once it runs"
    if enforcer == "none":
        return "none: nothing held it to its consent"
    names = ("writes", "network", "secrets", "processes", "memory")
    layers = (f"{name} {_layer(name, found.get(name))}" for name in names)
    return f"{enforcer} ({', '.join(layers)})"


def _layer(name: str, found: object) -> str:
    """One layer in words; what is not in the table says enough as it stands in the log."""
    text = _text(found)
    return _LAYERS.get((name, text), text)


def _changes(found: dict[str, Any]) -> str:
    """`applied: 2 created, 1 deleted`; nothing for a run that changed no repo."""
    state = _text(found.get("state"))
    counts = [counted(key, len(names)) for key in CHANGED if (names := _list(found.get(key)))]
    return f"{state}: {', '.join(counts)}" if state not in ("", "none") else ""


def counted(what: str, number: int) -> str:
    """`2 created`, `1 ref moved`, for one of CHANGED."""
    return f"{number} ref{'' if number == 1 else 's'} moved" if what == "refs" else f"{number} {what}"


def _flags(found: object, prefix: str) -> str:
    flags = _map(found)
    return ", ".join(name for name in FLAGS if flags.get(prefix + name) is True) or "none"


def _elapsed(log: dict[str, Any]) -> str:
    with contextlib.suppress(LookupError, TypeError, ValueError):
        return show_duration(log["events"][0]["elapsed_ms"] / 1000) if log.get("started") else ""
    return ""


def _output(found: dict[str, Any]) -> str:
    seen, kept = found.get("bytes_seen"), found.get("bytes_kept")
    if not isinstance(seen, int) or not isinstance(kept, int):
        return ""
    return show_bytes(seen) if seen <= kept else f"{show_bytes(seen)}, of which the log keeps {show_bytes(kept)}"


def _artifact(found: dict[str, Any], folder: Path | None) -> str:
    name, size = found.get("path"), found.get("bytes")
    where = _path(folder / name) if folder and isinstance(name, str) else _text(name)
    return f"{where} ({show_bytes(size)})" if isinstance(size, int) else where


def _problem(found: object) -> str:
    problem = _map(found)
    place = ":".join(_text(problem.get(key)) for key in ("line", "column"))
    return ": ".join([place, *(_text(problem.get(key)) for key in ("key", "what", "fix"))])


def _took(started: str | None, ended: str | None) -> str:
    if not started or not ended:
        return ""
    return show_duration(max(0.0, (parse_utc(ended) - parse_utc(started)).total_seconds()))


def _local(moment: object) -> str:
    if not isinstance(moment, str):
        return ""
    try:
        when = local(parse_utc(moment))
    except ValueError:
        return display_line(moment)
    return f"{when:%Y-%m-%d %H:%M:%S}"


def _text(value: object) -> str:
    return "" if value is None else display_line(str(value))


def _path(path: Path | None) -> str:
    return display_line(str(path)) if path else ""


def _after(words: str, value: object) -> str:
    return f"{words}{_text(value)}" if value else ""


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
