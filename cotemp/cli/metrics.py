"""`metrics`: what is counted here, for people, for programs and for Prometheus. None of it leaves this machine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..errors import BadUsage
from ..pastes.acks import history
from ..times import show_duration
from .frame import Answer, Context, Opt
from .moments import ago
from .paint import columns, paint
from .pasting import desk

if TYPE_CHECKING:
    from ..chat.metrics import Summary


def metrics(
    cx: Context,
    *,
    since: Annotated[
        str | None, Opt("--since", "only what happened since then: 1h, 7d, or a date", metavar="WHEN")
    ] = None,
    session: Annotated[str | None, Opt("--session", "only this panel or session", complete="target")] = None,
    prometheus: Annotated[bool, Opt("--prometheus", "Prometheus' text format, counted from the beginning")] = False,
    record: Annotated[bool, Opt("--record", "also write each event as a line of JSON into the home's logs")] = False,
) -> Answer:
    """Show what is counted here.

    DOs, pass rate, rejected headers, times, notes, pastes, bloat. It is worked out from the ledger, the logs, the notes
    and the alerts whenever you ask. Nothing leaves this machine: cotemp has no code that could send it, and you need
    not switch anything off. --record writes logs/metrics-MACHINE.jsonl in the home, with names, times and outcomes, and
    no text of anybody.

    Examples:
      cotemp metrics --since 7d
      cotemp metrics --session co-migrate --json
      cotemp metrics --prometheus > /var/lib/node_exporter/cotemp.prom
    """
    if prometheus and (since or cx.json):
        raise BadUsage(
            f"--prometheus cannot go with {'--since' if since else '--json'}",
            "leave it out: Prometheus counts from the beginning, and works out what is new by itself",
        )
    from ..chat.metrics import prometheus as exposition
    from ..chat.metrics import summarise
    from ..metrics import collect
    from ..metrics import record as write

    events, sid = collect(cx.places, history(desk(cx).listing().records)), session and _session(cx, session)
    if record:
        cx.say(f"written: {display_line(str(write(cx.places, events)))}")
    if prometheus:
        return Answer(text=exposition(one for one in events if not sid or one.session.casefold() == sid.casefold()))
    found = summarise(events, ago(since) if since else None, sid)
    return Answer(found.json() | {"since": since, "session": sid}, _told(found))


def _session(cx: Context, name: str) -> str:
    from ..panels import find, resolve  # only who asks for one session pays for the registry

    return (find(cx.places, name) or resolve(cx.places, name)).id  # of a closed one itself, not its successor


def _told(found: "Summary") -> Iterator[str]:
    yield from columns([(paint(name, "dim"), value) for name, value in _figures(found)])
    for title, counts in (("header rejects", found.rejects), ("failures", found.failures), ("bloat", found.bloat)):
        if counts:
            yield ""
            yield paint(title, "bold")
            rows = [(str(number), display_line(reason, 100)) for reason, number in counts.items()]
            yield from (f"  {line}" for line in columns(rows, right=(0,)))


def _figures(found: "Summary") -> Iterator[tuple[str, str]]:
    from ..chat.metrics import What

    count, rate = found.counts, found.pass_rate
    of_ran = "" if rate is None else f"  ({count[What.DO_PASSED]} of {count[What.DO_PASSED] + count[What.DO_FAILED]})"
    yield "DOs dropped", str(count[What.DO_QUEUED])
    yield "pass rate", ("-" if rate is None else f"{rate:.0%}") + of_ran
    yield "header rejects", str(count[What.HEADER_REJECTED])
    yield "drop to done", _median(found.medians[What.DO_PASSED])
    yield "session to first DO", _median(found.medians[What.FIRST_DO])
    yield "notes sent", str(count[What.NOTE_SENT])
    yield "ACKs asked for", f"{count[What.PASTE_MADE]}, {count[What.ACK]} given"
    yield "paste to ACK", _median(found.medians[What.ACK])
    yield "bloat alerts", str(count[What.BLOAT])


def _median(seconds: float | None) -> str:
    return "-" if seconds is None else f"{show_duration(seconds)} (median)"
