"""`audit`: what the ledger can prove: who asked, who allowed, what was done, and whether the record was edited."""

from typing import TYPE_CHECKING, Annotated, Any

from ..errors import BadUsage
from ..store.ledger import Entry, Ledger
from ..times import utc
from .audit_text import event_table, run_story
from .frame import Answer, Arg, Context, Opt
from .moments import ago
from .paint import paint

if TYPE_CHECKING:
    from ..messages.do import Flags
    from ..store.ledger import Parent

_SHOWN = 30
"""How many events are shown unless more are asked for."""


def audit(
    cx: Context,
    run: Annotated[str, Arg("its id or the start of it, or `last`", metavar="RUN", complete="run")] = "",
    *,
    verify: Annotated[bool, Opt("--verify", "check whether anybody edited the record")] = False,
    limit: Annotated[int, Opt("--limit", "how many events, at most (0: all)")] = _SHOWN,
    session: Annotated[str | None, Opt("--session", "only those of this panel or session", complete="target")] = None,
    since: Annotated[str | None, Opt("--since", "only those since then: 1h, 2d, or a date", metavar="WHEN")] = None,
) -> Answer:
    """Say who asked, who allowed, and what became of it.

    Of a run: who sent it, what it asked for, which rule or human let it run, what held it to that, what it changed, and
    every event in order. Without a run: the last events of all. --verify exits with 1 when an event, a run, an approval
    or a grant is not as it was written.

    Examples:
      cotemp audit last
      cotemp audit --session co-migrate --since 1d
      cotemp audit --verify
    """
    narrowed = session is not None or since is not None or limit != _SHOWN
    if (run or verify) and (narrowed or (run and verify)):
        raise BadUsage(
            f"{'--verify checks everything' if verify else 'a run is told in full'}: nothing else can be named with it",
            "leave the rest out",
        )
    with Ledger(cx.places, create=False) as ledger:
        if verify:
            return _verified(cx, ledger)
        if run:
            return _of_run(cx, ledger, run)
        return _events(ledger, _session(cx, session), utc(ago(since)) if since else "", limit)


def _verified(cx: Context, ledger: Ledger) -> Answer:
    cx.progress("checking every event")
    broken, number = ledger.verify(), ledger.length()
    answer = {"schema": 1, "whole": broken is None, "events": number, "broken": broken and broken._asdict()}
    if broken is None:
        return Answer(answer, paint(f"the record is whole: {number} events, each as it was written", "green"))
    from .audit_text import broken_place

    return Answer(answer, broken_place(broken), 1)


def _of_run(cx: Context, ledger: Ledger, name: str) -> Answer:
    from ..runs.details import do_of
    from ..runs.overview import own_entry

    row = ledger.find(name)
    do = do_of(cx.places, own_entry(cx.places, row))
    log, entries = ledger.log(row.run_id), ledger.events(row.run_id)
    approval, denial = _approval(entries), ledger.denial_of(row.run_id)
    parent = ledger.parent_of(row.session, row.do_file, row.sha256)
    answer = {
        "schema": 1,
        "run_id": row.run_id,
        "state": row.state,
        "asked": do and _plain(do.consent),
        "reasons": list(ledger.reasons(row.run_id)),
        "approval": approval,
        "denial": denial and denial._asdict(),
        "parent": parent and _parent(parent),
        "log": log,
        "events": [_event(entry) for entry in entries],
    }
    return Answer(answer, run_story(row, answer))


def _events(ledger: Ledger, session: str | None, since: str, limit: int) -> Answer:
    if limit < 0:
        raise BadUsage("--limit is a number of events", "0 for all of them")
    entries = ledger.events(session=session, since=since, limit=limit)
    text = event_table(entries) if entries else ["no events"]
    return Answer({"schema": 1, "events": [_event(entry) for entry in entries]}, text)


def _approval(entries: list[Entry]) -> dict[str, Any] | None:
    """The approval by which a run began, else the last that it was given; None when it had none."""
    given = {entry.data["body"]["id"]: entry.data["body"] for entry in entries if entry.kind == "approved"}
    used = [name for entry in entries if entry.kind == "began" for name in entry.data["ends"]]
    if not given:
        return None
    body = given.get(used[-1]) if used else None
    return {**(body or list(given.values())[-1]), "used": body is not None}


def _parent(parent: "Parent") -> dict[str, Any]:
    return parent._asdict() | {"ceiling": _plain(parent.ceiling)}


def _plain(flags: "Flags") -> dict[str, bool]:
    from dataclasses import asdict

    return asdict(flags)


def _event(entry: Entry) -> dict[str, Any]:
    return entry._asdict()


def _session(cx: Context, name: str | None) -> str | None:
    if name is None:
        return None
    from ..panels import resolve  # only who asks for one session pays for the registry

    return resolve(cx.places, name).id
