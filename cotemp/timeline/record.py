"""The ledger's events, told as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..times import local, parse_utc, show_duration
from .happening import Happening, Kind

if TYPE_CHECKING:
    from ..store.ledger import Entry, Row

__all__ = ["told"]

_Sentence = Callable[["Entry", "Row | None"], "tuple[Kind, str, bool | None]"]


def told(entries: Iterable[Entry], row_of: Callable[[str], Row | None]) -> Iterator[Happening]:
    """A line for each event that a person wants to hear of; `row_of` gives the run of an id, None when it is gone."""
    for entry in entries:
        say = _SENTENCES.get(entry.kind)
        if say:
            row = row_of(entry.run_id) if entry.run_id else None
            kind, what, good = say(entry, row)
            title = f"{row.title}: " if row else ""
            session = row.session if row else str(entry.data.get("session") or "")
            yield Happening(local(parse_utc(entry.at)), kind, session, title + what, entry.run_id or "", good)


def _plainly(kind: Kind, what: str) -> _Sentence:
    return lambda entry, row: (kind, what, None)


def _by(kind: Kind, what: str, *, good: bool | None = None) -> _Sentence:
    return lambda entry, row: (kind, f"{what} by {entry.who}" + _because(entry), good)


def _because(entry: Entry) -> str:
    why = entry.data.get("body", {}).get("why") or entry.data.get("why")
    return f": {why}" if why else ""


def _held(entry: Entry, row: Row | None) -> tuple[Kind, str, bool | None]:
    return Kind.HELD, f"held: {'; '.join(entry.data.get('reasons', []))}", False


def _ended(entry: Entry, row: Row | None) -> tuple[Kind, str, bool | None]:
    outcome = str(entry.data.get("outcome") or "ended").replace("_", " ")
    reason = f": {row.reason}" if row and row.reason else ""
    waits = "; its changes wait for you" if row and row.changes == "held" else ""
    return Kind.RUN, outcome + _after(row) + reason + waits, outcome == "passed"


def _after(row: Row | None) -> str:
    if not row or not row.started or not row.ended:
        return ""
    seconds = (parse_utc(row.ended) - parse_utc(row.started)).total_seconds()
    return f" after {show_duration(max(0.0, seconds))}"


def _changed(entry: Entry, row: Row | None) -> tuple[Kind, str, bool | None]:
    what = str(entry.data.get("what"))
    by = "" if entry.who.startswith("process ") else f" by {entry.who}"
    return Kind.CHANGES, f"changes: {what}{by}{_because(entry)}", {"applied": True, "conflict": False}.get(what)


def _child(entry: Entry, row: Row | None) -> tuple[Kind, str, bool | None]:
    child = entry.data.get("child", {})
    return Kind.DO, f"dropped {child.get('do_file')} for {child.get('session')}", None


_SENTENCES: dict[str, _Sentence] = {
    "intended": _plainly(Kind.RUN, "started"),
    "began": _plainly(Kind.RUN, "started"),
    "held": _held,
    "approved": _by(Kind.DECISION, "approved", good=True),
    "denied": _by(Kind.DECISION, "denied", good=False),
    "granted": _by(Kind.DECISION, "standing consent given"),
    "revoked": _by(Kind.DECISION, "standing consent taken back"),
    "refused": _ended,
    "rejected": _ended,
    "concluded": _ended,
    "withdrawn": _plainly(Kind.RUN, "taken back before it began"),
    "settled": _by(Kind.DECISION, "taken notice of"),
    "changed": _changed,
    "child": _child,
}
"""What is left out (filed, applying, adopted) is the ledger's own business."""
