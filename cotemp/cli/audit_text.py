"""How the ledger's record is told to people: one run as a story, events as a table, and where the chain is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..display import display_line
from ..messages.do import FLAGS
from ..times import local, parse_utc
from .paint import columns, paint
from .run_text import CHANGED, counted, enforcement, outcome_word

if TYPE_CHECKING:
    from ..store.ledger import Entry, Row
    from ..store.ledger.verifying import Broken

__all__ = ["broken_place", "event_table", "run_story"]

_NAMES = 5
"""How many changed files are named in a line."""
_CELLS = 100
_SAID = {"intended": "started", "began": "started", "concluded": "ended", "child": "dropped", "changed": "changes"}
"""Events that people call otherwise than programs do."""


def run_story(row: Row, answer: Mapping[str, Any]) -> Iterator[str]:
    """All that is on record of one run: facts as lines `name   value`, then the events."""
    yield f"{paint(display_line(row.title), 'bold')}  {outcome_word(row.outcome or row.state)}"
    facts = [(paint(name, "dim"), value) for name, value in _facts(row, answer) if value]
    yield from (f"  {line}" for line in columns(facts))
    yield from (f"  {line}" for line in _lines(answer["events"]))


def event_table(entries: Sequence[Entry]) -> list[str]:
    """An aligned line for each event, with the run that it is about."""
    return _lines([entry._asdict() for entry in entries], with_run=True)


def broken_place(broken: Broken) -> Iterator[str]:
    """Where the record was edited, and what to make of it."""
    event = f"event {broken.seq}" + (f" ({display_line(broken.kind)})" if broken.kind else "")
    run = f" of run {display_line(broken.run_id)}" if broken.run_id else ""
    yield paint(f"the record was edited: {event}{run}: {display_line(broken.what)}", "red")
    yield "what comes after that place proves nothing; the logs of the sessions may still tell what ran"


def _facts(row: Row, answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    log = answer["log"]
    sender, decision = log["sender"], log["decision"]
    yield "run", display_line(row.run_id)
    yield "session", display_line(row.session)
    yield "sent by", _sent(sender)
    yield "dropped by", _parent(answer["parent"])
    yield "DO", f"{display_line(row.do_file)}, sha256 {row.sha256}"
    yield "asked for", _asked(row, answer)
    yield "its author says", _flags(log["risk"])
    yield "repo", display_line(row.repo or "none")
    yield "held because", display_line("; ".join(answer["reasons"]))
    yield "decided by", display_line(decision["rule"])
    yield "approved by", _approval(answer["approval"])
    yield "denied by", _denial(answer["denial"])
    yield "enforced by", enforcement(log)
    yield "changed", _changes(log["changes"]) if row.outcome else ""
    yield "later", _later(answer["events"])
    yield "outcome", _outcome(row)


def _sent(sender: Mapping[str, Any]) -> str:
    claimed = f"{display_line(sender['claimed'])} (its header says so; nothing proves it)" if sender["claimed"] else ""
    user = f"file of user {display_line(sender['os_user'])}" if sender["os_user"] else ""
    return ", ".join(part for part in (claimed, user) if part)


def _asked(row: Row, answer: Mapping[str, Any]) -> str:
    if answer["asked"]:
        return _flags(answer["asked"])
    if row.outcome in ("refused", "rejected"):  # then its log tells only that it got nothing
        return "not known: the DO is not there any more as it was"
    return _flags(answer["log"]["consent_effective"], "allow_")


def _parent(parent: Mapping[str, Any] | None) -> str:
    return f"run {display_line(parent['run_id'])}, which was allowed {_flags(parent['ceiling'])}" if parent else ""


def _approval(approval: Mapping[str, Any] | None) -> str:
    if approval is None:
        return ""
    used = "" if approval["used"] else f", not used, until {_local(approval['until'])}"
    sandbox = "" if approval["enforced"] else ", knowing that nothing holds it to that"
    flags = _flags(approval["consent"])
    return f"{display_line(approval['by'])} at {_local(approval['at'])} ({approval['id']}): {flags}{sandbox}{used}"


def _denial(denial: Mapping[str, Any] | None) -> str:
    return display_line(f"{denial['by']}: {denial['why']}") if denial else ""


def _later(events: Sequence[Mapping[str, Any]]) -> str:
    """What was decided last about the changes of a run that had ended, by whom, and why."""
    for event in reversed(events):
        if event["kind"] == "changed":
            return display_line(f"its changes were {_details(event)} (by {event['who']} at {_local(event['at'])})")
    return ""


def _changes(found: Mapping[str, Any]) -> str:
    parts = []
    for what in CHANGED:
        names = found[what]
        if names:
            more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
            parts.append(f"{counted(what, len(names))}: {', '.join(names[:_NAMES])}{more}")
    state = "nothing" if found["state"] == "none" else found["state"]
    return display_line("; ".join([state, *parts]))


def _outcome(row: Row) -> str:
    reason = f": {display_line(row.reason)}" if row.reason and row.outcome else ""
    return outcome_word(row.outcome or row.state) + reason + (f", {_local(row.ended)}" if row.ended else "")


def _flags(found: Mapping[str, Any], prefix: str = "") -> str:
    return ", ".join(flag for flag in FLAGS if found.get(prefix + flag)) or "nothing"


def _lines(events: Sequence[Mapping[str, Any]], *, with_run: bool = False) -> list[str]:
    rows = []
    for event in events:
        run = [display_line(event["run_id"] or "-")] if with_run else []
        cells = (
            str(event["seq"]),
            _local(event["at"]),
            *run,
            _SAID.get(event["kind"], event["kind"]),
            event["who"],
            _details(event),
        )
        rows.append([display_line(cell, _CELLS) if cell else "" for cell in cells])
    return columns(rows, ("event", "when", *(["run"] if with_run else []), "what", "who", "details"), right=(0,))


def _details(event: Mapping[str, Any]) -> str:
    """What an event tells beyond its kind."""
    kind, data = event["kind"], event["data"]
    body = data.get("body", {})
    if kind == "held":
        return "; ".join(data["reasons"])
    if kind == "approved":
        return f"{body['id']}: {_flags(body['consent'])}, until {_local(body['until'])}"
    if kind == "denied":
        return str(body["why"])
    if kind == "granted":
        place = " on ".join(part for part in (body["session"], body["repo"]) if part)
        end = f"until {_local(body['until'])}" if body["until"] else "until revoked"
        unenforced = ", unenforced" if body["unenforced"] else ""
        return f"{body['id']}: {_flags(body['consent'])}{unenforced} for {place}, {end}"
    if kind in ("began", "revoked"):
        return ", ".join(data["ends"])
    if kind == "child":
        return f"{data['child']['do_file']} for {data['child']['session']}"
    if kind == "changed":
        return ": ".join(part for part in (data["what"], data.get("why")) if part)
    return str(data.get("reason") or data.get("outcome") or "")


def _local(moment: str) -> str:
    return f"{local(parse_utc(moment)):%Y-%m-%d %H:%M:%S}"
