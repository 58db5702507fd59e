"""`log`: what a run printed, live while it runs; or what stands in an agent's terminal."""

import codecs
from collections.abc import Iterator
from typing import Annotated

from ..display import display
from ..errors import NotFound, UnknownTarget
from ..messages.run import Outcome
from ..places import Places
from ..runs import Entry, find
from ..runs.details import run_dir, text_log
from ..runs.overview import is_abandoned
from ..store.ledger import Ledger, Row
from .frame import Answer, Arg, Context, Opt
from .run_text import ending


def log(
    cx: Context,
    run: Annotated[
        str, Arg("a run's id or the start of it, `last`, or an agent", metavar="RUN|AGENT", complete="run")
    ] = "last",
    *,
    follow: Annotated[bool, Opt("--follow", "go on while it runs, and tell how it ended", short="-f")] = False,
) -> Answer | Iterator[Answer]:
    """Show the log of a run, or the terminal of an agent.

    Of an agent you see its last lines, and its last screen when it has ended. A terminal shows control characters as
    visible signs; into a pipe or file the bytes go as they are.

    Examples:
      cotemp log
      cotemp log 20261121-1015
      cotemp log last -f
      cotemp log builder
    """
    if agent := _agent(cx, run):
        from . import agent_log  # runs are looked at far more often

        return agent_log.followed(cx, agent) if follow else agent_log.shown(cx, agent)
    entry = _run(cx, run)
    if follow:
        return _follow(cx, entry)
    data = _data(cx.places, entry)
    whole = {"schema": 1, "run_id": entry.row.run_id, "log": entry.row.log, "text": data.decode("utf-8", "replace")}
    return Answer(whole, _Shown(cx).all_of(data))


def _agent(cx: Context, name: str) -> str | None:
    """The agent of that name, as its record spells it; ids of runs begin with a digit, so most are told at once."""
    if name == "last" or not (cx.places.state / "agents" / name.casefold()).is_dir():
        return None
    from ..agents import kept

    return next((one for one in kept.known(cx.places) if one.casefold() == name.casefold()), None)


def _run(cx: Context, name: str) -> Entry:
    """The run of that name. Raises NotFound, with the nearest agent where there is one."""
    try:
        return find(cx.places, name)
    except NotFound:
        from difflib import get_close_matches

        from ..agents import kept

        near = get_close_matches(name, kept.spelled(cx.places, cx.config).values(), 3)
        if not near:
            raise
        raise UnknownTarget(name, near, kind="run or agent") from None


class _Shown:
    """What is written of a log: for a terminal as safe text that ends with a line end, else the bytes as they are."""

    def __init__(self, cx: Context) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._encoding = cx.terminal.stdout.encoding if cx.stdout_is_terminal else None
        self._is_at_line_start = True

    def piece(self, data: bytes, *, final: bool = False) -> bytes:
        """The next part of a log."""
        if self._encoding:
            data = display(self._decode(data, final)).encode(self._encoding, "replace")
        if data:
            self._is_at_line_start = data.endswith(b"\n")
        return data

    def end(self) -> bytes:
        """What is left, and the end of the last line."""
        rest = self.piece(b"", final=True)
        return rest if self._is_at_line_start else rest + b"\n"

    def all_of(self, data: bytes) -> bytes:
        """A whole log at once."""
        return self.piece(data) + self.end() if self._encoding else data


def _data(places: Places, entry: Entry) -> bytes:
    """What a run printed: its TXT log, or what is kept of it so far."""
    if entry.row.log or entry.own is None or entry.own.filed:
        return text_log(entry).read_bytes()
    from ..runner import read_output  # only a run whose log is not written yet needs it

    return read_output(run_dir(places, entry))


def _follow(cx: Context, entry: Entry) -> Iterator[Answer]:
    """The output as it comes, then how the run ended."""
    shown, row = _Shown(cx), entry.row
    for data in _growing(cx.places, entry):
        yield Answer({"text": data.decode("utf-8", "replace")}, shown.piece(data))
    yield Answer(text=shown.end())
    last = _now(cx.places, entry.own) if entry.own else None
    outcome, reason = (last.outcome, last.reason) if last else (row.outcome, row.reason)
    if outcome is None:
        outcome, reason = Outcome.UNKNOWN, "its watcher ended while it ran"
    ended = last.ended if last else row.ended
    yield Answer(
        {"run_id": row.run_id, "outcome": outcome, "reason": reason, "ended": ended},
        ending(outcome, row.started, ended, reason),
    )


def _growing(places: Places, entry: Entry) -> Iterator[bytes]:
    own = entry.own
    if entry.row.log or own is None or own.filed:
        yield text_log(entry).read_bytes()
        return
    from ..runner import follow  # not for a log that is there already

    yield from follow(run_dir(places, entry), lambda: _has_ended(places, own))


def _has_ended(places: Places, own: Row) -> bool:
    row = _now(places, own)
    return row.outcome is not None or is_abandoned(places, row)


def _now(places: Places, own: Row) -> Row:
    with Ledger(places, create=False) as ledger:
        return ledger.find(own.run_id)
