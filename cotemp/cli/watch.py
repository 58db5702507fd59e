"""Watching sessions: `watch` in the foreground, `up` and `down` for the daemon in the background."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..errors import BadUsage
from ..supervisor import control, login
from ..supervisor.logfile import log_file
from ..times import local_now, parse_duration, parse_utc, utc
from .frame import Answer, Arg, Context, Opt
from .interrupting import Stops
from .interruption import INTERRUPTED
from .paint import columns, paint

if TYPE_CHECKING:
    from ..dispatch.desk import Event
    from ..store.claims import Holder

_CREATE = Opt("--create", "create a session that does not exist")


def watch(
    cx: Context,
    sessions: Annotated[list[str], Arg("panel names or session ids", metavar="SESSION", complete="target")],
    *,
    once: Annotated[bool, Opt("--once", "end when everything that waits has run")] = False,
    create: Annotated[bool, _CREATE] = False,
) -> Iterator[Answer]:
    """Run what arrives, in the foreground.

    Runs the DOs in the inboxes of the sessions and tells what happens, until ^C, SIGTERM, SIGHUP or, when stdin is a
    pipe, its end; what runs then is interrupted. One process at a time may watch a session: another one ends here
    with exit code 3 and says who it is.

    Examples:
      cotemp watch co-migrate
      cotemp watch Planning Migrate --once
    """
    names = _resolve(cx, sessions, create=create)
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


def up(
    cx: Context,
    sessions: Annotated[
        list[str] | None,
        Arg("panel names or session ids (default: those of the configuration)", metavar="SESSION", complete="target"),
    ] = None,
    *,
    create: Annotated[bool, _CREATE] = False,
    quiet: Annotated[
        bool, Opt("--quiet", "for a start at login: wait for the home, write to the log", short="-q")
    ] = False,
    timeout: Annotated[str | None, Opt("--timeout", "with --quiet: give up after this time (default: 10m)")] = None,
    foreground: Annotated[bool, Opt("--foreground", "be the daemon, for a service manager")] = False,
) -> Answer:
    """Start the watchers in the background.

    Without names these are the sessions with `watch = true` in agents.toml, or co-planning and co-migrate when it
    names none. What is watched already stays so. Exit code 3: another process watches one of them.

    With --quiet nothing is said when it worked. A home that was here before, and a configuration that is named, may
    come later (exit code 9 when they do not); what happens stands in the daemon's log. With --foreground this
    process becomes the daemon where none runs: `cotemp down` or SIGTERM ends it. See cotemp autostart.

    Examples:
      cotemp up
      cotemp up co-migrate
      cotemp up --quiet --timeout 1h
    """
    if timeout is not None and not quiet:
        raise BadUsage("--timeout needs --quiet", "add --quiet, or leave --timeout out")
    if not quiet:
        return _up(cx, sessions, create=create, foreground=foreground)
    patience = login.PATIENCE if timeout is None else parse_duration(timeout)
    was_here = cx.places.state.is_dir()
    with login.quietly(cx.places) as log:
        named = cx.options.config or cx.env.get("COTEMP_CONFIG")
        login.wait_for([cx.places.sessions] * was_here + [cx.config_path] * bool(named), log, patience)
        log.info("[login] up")
        answer = _up(cx, sessions, create=create, foreground=foreground)
    return answer if answer.exit_code else answer._replace(text="")


def _up(cx: Context, sessions: list[str] | None, *, create: bool, foreground: bool) -> Answer:
    names = _resolve(cx, sessions or cx.config.watched(), create=create)
    if foreground:
        ended = control.become(cx.places, names, cx.config_path)
        if ended is not None:
            return Answer(exit_code=ended)
    watched = control.up(cx.places, names, cx.config_path)
    log = log_file(cx.places)
    json = {"schema": 1, "log": str(log), "sessions": [_json(one) for one in watched]}
    lines = [*columns([(one.session, _who(one)) for one in watched]), f"log: {log}"]
    return Answer(json, lines, exit_code=0 if all(one.ours for one in watched) else 3)


def down(
    cx: Context,
    sessions: Annotated[
        list[str] | None,
        Arg("panel names or session ids (default: all that up started)", metavar="SESSION", complete="target"),
    ] = None,
    *,
    drain: Annotated[bool, Opt("--drain", "let the DOs that run end first")] = False,
) -> Answer:
    """Stop what up started.

    A DO that runs is interrupted, unless --drain waits for it. DOs that wait stay where they are.

    Examples:
      cotemp down
      cotemp down co-migrate --drain
    """
    names = _resolve(cx, sessions or [], create=False)
    if drain:
        cx.progress("waiting for the DOs that run ...")
    stopped = control.down(cx.places, names, drain=drain)
    said = f"not watched any more: {', '.join(stopped)}" if stopped else "nothing was stopped: it is wanted again"
    return Answer({"schema": 1, "stopped": stopped}, said)


def _resolve(cx: Context, names: list[str], *, create: bool) -> list[str]:
    """Session ids of panels or sessions; those that the configuration or the seed names are created when missing.

    Raises UnknownTarget with the nearest names.
    """
    from ..config.settings import SEED_SESSIONS
    from ..panels import resolve

    planned = {name.casefold(): name for name in (*SEED_SESSIONS, *cx.config.sessions)}
    found = []
    for name in names:
        spelled = planned.get(name.casefold())
        found.append(resolve(cx.places, spelled or name, create=create or spelled is not None).id)
    return list(dict.fromkeys(found))


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


def _json(one: control.Watched) -> dict[str, Any]:
    return {
        "session": one.session,
        "ours": one.ours,
        "pid": one.by.process.pid if one.by else None,
        "since": one.by.since if one.by else None,
        "why": one.why or None,
    }


def _who(one: control.Watched) -> str:
    if one.ours and one.by:
        return paint(f"watched by {_process('the daemon', one.by)}", "green")
    held = _process("watched by another process", one.by) if one.by else one.why
    return paint(display_line(held), "red")


def _process(who: str, holder: "Holder") -> str:
    since = parse_utc(holder.since).astimezone()
    return f"{who} (process {holder.process.pid}, since {since:%Y-%m-%d %H:%M:%S})"
