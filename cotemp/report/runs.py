"""A run as an item of a report. Its log may be another program's: nothing in it is taken to be what it should be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import DamagedData
from ..messages.do import FLAGS
from ..messages.run import Outcome
from ..places import Places
from ..runs import Entry, RunRow
from ..runs.details import artifact_folder, do_file, document
from ..timeline import Happening, Kind, moment
from ..times import show_duration
from .model import Form, Item, Mood, Text
from .texts import Shelf

__all__ = ["item_of"]

_CHANGES = ("created", "changed", "deleted")


def item_of(places: Places, entry: Entry, story: Sequence[Happening], shelf: Shelf) -> Item | None:
    """The item of a run; None for one that says of no moment when it was."""
    row, clean = entry.row, shelf.clean
    at = moment(row.when)
    if at is None:
        return None
    log = _log(places, entry)
    facts = tuple((name, clean(value)) for name, value in _facts(row, log) if value)
    told = tuple(f"{one.at:%H:%M:%S}  {clean(one.what.removeprefix(f'{row.title}: '))}" for one in story)
    texts = tuple(_texts(places, entry, log, shelf))
    return Item(at, Kind.RUN, clean(row.title), _word(row), _mood(row, log), facts, texts, told)


def _word(row: RunRow) -> str:
    return str(row.outcome or row.state).replace("_", " ")


def _mood(row: RunRow, log: dict[str, Any]) -> Mood:
    if row.outcome is None or _of(log, "changes", "state") == "held":
        return Mood.WAITS
    return Mood.GOOD if row.outcome is Outcome.PASSED else Mood.BAD


def _log(places: Places, entry: Entry) -> dict[str, Any]:
    try:
        return document(places, entry)
    except DamagedData:
        return {}


# --- facts ---


def _facts(row: RunRow, log: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "reason", row.reason or ""
    yield "run", row.run_id
    yield "began", _clock(row.started)
    yield "took", _took(row)
    yield "exit code", "" if row.exit_code is None else str(row.exit_code)
    yield "engine", row.engine or ""
    yield "sent by", _of(log, "sender", "claimed")
    yield "was allowed", _allowed(log)
    yield "held to that by", _of(log, "enforcement", "enforcer")
    yield "decided by", _of(log, "decision", "rule")
    yield "approved by", _of(log, "decision", "by")
    yield "changes", _changes(log)


def _allowed(log: dict[str, Any]) -> str:
    given = log.get("consent_effective")
    if not isinstance(given, dict):
        return ""
    return ", ".join(flag for flag in FLAGS if given.get(f"allow_{flag}") is True) or "only to read"


def _changes(log: dict[str, Any]) -> str:
    changes = log.get("changes")
    if not isinstance(changes, dict) or _of(log, "changes", "state") in ("", "none"):
        return ""
    counts = [f"{len(names)} {what}" for what in _CHANGES if isinstance(names := changes.get(what), list) and names]
    return ", ".join([_of(log, "changes", "state"), *counts])


def _of(log: dict[str, Any], *keys: str) -> str:
    """The text under these keys; "" where there is none."""
    value: Any = log
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _took(row: RunRow) -> str:
    began, ended = moment(row.started), moment(row.ended)
    return show_duration(max(0.0, (ended - began).total_seconds())) if began and ended else ""


def _clock(text: str | None) -> str:
    at = moment(text)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


# --- texts ---


def _texts(places: Places, entry: Entry, log: dict[str, Any], shelf: Shelf) -> Iterator[Text]:
    row = entry.row
    printed = Path(row.log) if row.log else None
    for label, path, form, command in (
        ("What it printed", printed, Form.OUTPUT, "log"),
        ("What it changed", _diff(places, entry, log), Form.DIFF, "diff"),
        ("The DO", do_file(places, entry), Form.OUTPUT, "show"),
    ):
        if text := shelf.file(label, path, form, f"cotemp {command} {row.run_id}"):
            yield text


def _diff(places: Places, entry: Entry, log: dict[str, Any]) -> Path | None:
    """The artifact that tells what the run changed; one that does not lie in the run's own folder is none."""
    folder = artifact_folder(places, entry)
    real = os.path.realpath(folder)
    paths = (Path(os.path.realpath(folder / name)) for name in _diffs_named(log))
    inside = (path for path in paths if path.is_relative_to(real) and path.is_relative_to(places.sessions))
    return next(inside, None)


def _diffs_named(log: dict[str, Any]) -> Iterator[str]:
    listed = log.get("artifacts")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("kind") == "diff" and "\0" not in (name := _of(one, "path")):
            yield name
