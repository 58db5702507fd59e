"""`ticker`, and the original's BPOE log and line of status: how the work goes, as lines."""

import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..errors import BadUsage
from ..pastes.acks import history
from ..times import local_now, parse_duration
from .frame import Answer, Arg, Context, Opt
from .moments import ago
from .paint import paint
from .pasting import desk, scrub

if TYPE_CHECKING:
    from ..messages.ack import Ack
    from ..timeline import Happening

_LAST = 20
_WHAT = 2000
_BODY_LIMIT = 1024 * 1024
_COLOURS = {True: "green", False: "yellow", None: ""}


def ticker(
    cx: Context,
    *,
    following: Annotated[bool, Opt("--follow", "go on with what happens, until ^C", short="-f")] = False,
    since: Annotated[str | None, Opt("--since", "begin then: 1h, 2d, or a date", metavar="WHEN")] = None,
    last: Annotated[int, Opt("--last", "begin with so many that happened before", metavar="N")] = _LAST,
) -> Iterator[Answer]:
    """Show what happens, a line each.

    Notes, DOs, runs, what humans decide, changes to repos, pastes, ACKs and alerts.

    What the original and its tools leave in coticker/inbox is shown, too, and moves to coticker/processed; so does what
    cannot be shown, which is said. Secrets become marks. With --json each line is one JSON object.

    Examples:
      cotemp ticker --follow
      cotemp ticker --since 1h
      cotemp ticker --follow --last 0 --json
    """
    if last < 0:
        raise BadUsage("--last cannot be below 0", "0 shows only what happens from now on, with --follow")
    return _ticking(cx, ago(since) if since else None, last, following=following)


def _ticking(cx: Context, since: datetime | None, last: int, *, following: bool) -> Iterator[Answer]:
    from ..ticker import tick

    today, found, clean = local_now().date(), desk(cx), scrub(cx)

    def acks() -> "list[Ack]":
        return history(found.listing().records)

    for one in tick(cx.places, last=last, since=since, following=following, acks=acks):
        told = one._replace(what=clean(one.what)[:_WHAT], about=clean(one.about))  # no cut leaves half a key
        yield Answer(told.json(), _line(told, today))


def _line(one: "Happening", today: date) -> str:
    at = one.at.astimezone()
    when = f"{at:%H:%M:%S}" if at.date() == today else f"{at:%Y-%m-%d %H:%M:%S}"
    colour = _COLOURS[one.good]
    what = display_line(one.what, 300)
    told = f"{one.kind:<8}  {display_line(one.session or '-'):<12}  {paint(what, colour) if colour else what}"
    return f"{paint(when, 'dim')}  {told}"


def log_bpoe(
    cx: Context,
    title: Annotated[str, Arg("what it is about, one line")],
    body: Annotated[str | None, Arg("the text; `-` or nothing: read from stdin")] = None,
) -> Answer:
    """Add an entry to the log of the workflow.

    It goes to logs/BPOE.workflow.log.md in the home, in the original's form: title, time (UTC), text. Secrets become
    marks.

    Examples:
      cotemp log-bpoe "Checkpoint" "Header tests are green; next: the watcher"
      git log -3 --oneline | cotemp log-bpoe "Merged"
    """
    from ..bpoe import append

    if not title.strip():
        raise BadUsage("the title is empty", 'say what it is about: cotemp log-bpoe "Checkpoint" "…"')
    text = body if body is not None and body != "-" else cx.stdin_text(_BODY_LIMIT)
    file = append(cx.places, title, text, local_now(), scrub(cx))
    return Answer({"schema": 1, "path": str(file)}, f"Logged -> {display_line(str(file))}")


def bpoe(
    cx: Context,
    *,
    focus: Annotated[str | None, Opt("--focus", "what the work is about now (default: as said last)")] = None,
    repo: Annotated[Path | None, Opt("--repo", "the repo that is worked in (default: this folder)")] = None,
    every: Annotated[str | None, Opt("--every", "go on, and write it anew so often, such as 90s")] = None,
) -> Answer | Iterator[Answer]:
    """Write the line of status, and show it.

    [BPOE] t=TIME | focus=WHAT | repo=NAME@BRANCH | health=HEALTH, in logs/BPOE.status.txt of the home. The health is
    OK, or what is wrong and how often: ATTENTION (what cotemp status says needs you), BLOAT (sessions with an alert in
    the last hour), FAILING (sessions whose last DO did not pass). Exit code 1: not OK.

    Examples:
      cotemp bpoe --focus Migration --repo ~/src/app
      cotemp bpoe --every 90s
    """
    pause = None if every is None else parse_duration(every)
    if pause == 0:
        raise BadUsage("--every 0s would never rest", "say how often: --every 90s")
    return _status(cx, focus, repo) if pause is None else _statuses(cx, focus, repo, pause)


def _statuses(cx: Context, focus: str | None, repo: Path | None, pause: float) -> Iterator[Answer]:
    while True:
        yield _status(cx, focus, repo)._replace(exit_code=0)
        time.sleep(pause)


def _status(cx: Context, focus: str | None, repo: Path | None) -> Answer:
    from .. import bpoe as room

    now, folder = local_now(), (repo or Path.cwd()).expanduser()
    branch = room.branch_of(folder)
    if repo is not None and branch == "-":
        raise BadUsage(f"{folder} is no git repo", "name its top folder")
    said = room.Said(focus or room.focus_of(cx.places), "-" if branch == "-" else folder.resolve().name, branch)
    found = room.health(cx.places, now)
    line = scrub(cx)(room.status_line(said, found, now))
    file = room.write(cx.places, line)
    json = {"schema": 1, "path": str(file), "line": line, "health": found.word}
    more = {"attention": list(found.attention), "bloated": list(found.bloated), "failing": list(found.failing)}
    colour = "green" if found.word == "OK" else "yellow"
    text = [paint(display_line(line), colour), *(f"  {display_line(one)}" for one in found.attention)]
    return Answer(json | more, text, int(found.word != "OK"))
