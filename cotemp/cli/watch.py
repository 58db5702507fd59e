"""Watching sessions in the foreground: `watch`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..supervisor import control
from ..times import local_now, utc
from .frame import Answer, Arg, Context, Opt
from .interrupting import Stops
from .interruption import INTERRUPTED
from .starting import CREATE, resolved

if TYPE_CHECKING:
    from ..dispatch.desk import Event


def watch(
    cx: Context,
    sessions: Annotated[list[str], Arg("panel names or session ids", metavar="SESSION", complete="target")],
    *,
    once: Annotated[bool, Opt("--once", "end when everything that waits has run")] = False,
    create: Annotated[bool, CREATE] = False,
) -> Iterator[Answer]:
    """Run what arrives, in the foreground.

    Runs the DOs in the inboxes of the sessions and tells what happens, until ^C, SIGTERM, SIGHUP or, when stdin is a
    pipe, its end; what runs then is interrupted. One process at a time may watch a session: another one ends here
    with exit code 3 and says who it is.

    Examples:
      cotemp watch co-migrate
      cotemp watch Planning Migrate --once
    """
    names = resolved(cx, sessions, create=create)
    control.ensure_free(cx.places, names)
    with Stops(cx.terminal.stdin) as stops:
        yield from _watch(cx, names, stops, once=once)
    if stops.interrupted:
        yield Answer(exit_code=INTERRUPTED)


def _watch(cx: Context, names: list[str], stops: Stops, *, once: bool) -> Iterator[Answer]:
    from ..dispatch.switchboard import Switchboard

    with Switchboard(cx.places, cx.config, cx.config_path) as board:
        stops.call(board.stop)
        for name in sorted(names, key=str.casefold):  # of two watchers of the same sessions, one gets all of them
            board.add(cx.places.session(name))
        for event in board.events(once=once):
            yield _told(event)
    for event in board.leftover():
        yield _told(event)


def _told(event: "Event") -> Answer:
    json = {
        "schema": 1,
        "at": utc(local_now()),
        "kind": event.kind,
        "session": event.session,
        "text": event.text,
        "run_id": event.run_id,
        "outcome": event.outcome,
    }
    return Answer(json, display_line(event.text))
