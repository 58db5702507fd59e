"""CoWraps: `cowrap`, `cowrap intake`; and whether a chat has grown too long: `bloat`."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..chat.bloat import alert_line, healthy_line
from ..chat.cowrap import ANY
from ..display import display_line
from ..errors import BadUsage, NotFound
from ..times import local_now, utc
from ..wraps import Made, Order, PasteDesk, make
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from ..places import SessionPlaces
    from ..wraps.closing import Closed
    from ..wraps.intake import Taken
    from ..wraps.watching import Look
    from .answers import BloatAnswer, CowrapAnswer, IntakeAnswer

_SESSION = Arg("a panel's name or a session id (default: $COSESSION_ID)", metavar="SESSION", complete="target")


def cowrap(
    cx: Context,
    session: Annotated[str | None, _SESSION] = None,
    *,
    zip: Annotated[bool, Opt("--zip", "also make a bundle to hand over")] = False,  # noqa: A002
    to: Annotated[str, Opt("--to", "the session that the bundle is for", metavar="SESSION")] = ANY,
    repo: Annotated[list[Path] | None, Opt("--repo", "a repo to look at, besides those of its DOs")] = None,
    close: Annotated[bool, Opt("--close", "stop watching the session, and say that it is over")] = False,
) -> Answer:
    """Write down where a session stands, for a successor.

    The CoWrap tells of its repos (branch, status, last commits), its open and held DOs, unread notes, open ACKs, the
    end of its last log and what was decided; without secrets. It is made in the home's logs. Notes that it quotes
    stay unread. --zip adds a bundle, which `cotemp cowrap intake` takes in elsewhere. --close waits for the DO that
    runs, if one does.

    Examples:
      cotemp cowrap co-migrate
      cotemp cowrap co-migrate --zip --to co-planning
      cotemp cowrap Migrate --repo ~/src/app
      cotemp cowrap co-migrate --close
    """
    if to != ANY and not zip:
        raise BadUsage("--to says for whom the bundle is, and there is none", "add --zip")
    found = _session(cx, session)
    if close:
        _stop_watching(cx, found)
    order = Order(bundle=zip, to=to, why="asked for on the command line", repos=tuple(repo or ()))
    now = local_now()
    made = make(cx.places, cx.config, found, now, order, PasteDesk(cx.places, now))
    over = _close(cx, found, made) if close else None
    return Answer(_json(made, over), _told(made, over))


def intake(
    cx: Context,
    source: Annotated[Path, Arg("a ZIP or a folder", metavar="ZIP|DIR")],
    *,
    session: Annotated[
        str | None, Opt("--session", "who takes it in (default: $COSESSION_ID, or for whom it is)", complete="target")
    ] = None,
) -> Answer:
    """Take in a CoWrap that somebody else made.

    Everything is checked before anything is written: names that lead out of the folder, links, bombs, more than
    1500 files or 200 MB refuse the whole (exit code 6), which then stays where it is. What comes in is kept as it
    came, under the home's intake folder, with a file for each repo, a summary, and the summary as a paste.

    Examples:
      cotemp cowrap intake CoWrap-20261121-101500-co-migrate-to-ANY.zip
      cotemp cowrap intake ./handed-over --session co-planning
    """
    from ..wraps.intake import take_in  # zipfile: only here

    who = session or cx.env.get("COSESSION_ID", "")
    to = _session(cx, who).id if session else who
    taken = take_in(cx.places, cx.config, source.expanduser(), local_now(), to)
    return Answer(_taken_json(taken), _taken_text(taken))


def bloat(
    cx: Context,
    session: Annotated[str | None, _SESSION] = None,
    *,
    act: Annotated[bool, Opt("--act", "count this look, and make the CoWrap when a breach begins")] = False,
) -> Answer:
    """Say whether a chat has grown too long.

    Each signal is shown with its value and its threshold. The daemon looks each minute; a signal that is over its
    threshold twice in a row is a breach: then a CoWrap is made, and a line is added to the home's
    alerts/BLOAT_ALERT.txt. --act does the same where no daemon runs. The exit code is 1 when a signal is over now.

    Examples:
      cotemp bloat co-migrate
      cotemp bloat co-migrate --json
      cotemp bloat --act
    """
    from ..wraps.watching import look, watch_over

    found, now = _session(cx, session), local_now()
    desk = PasteDesk(cx.places, now)
    acted = watch_over(cx.places, cx.config, now, desk, only=[found.id]) if act else []
    looked = acted[0] if acted and acted[0].signals else look(cx.places, cx.config, found, now, desk)
    for one in acted:
        if one.told():
            cx.say(display_line(one.told()))
    return Answer(_look_json(looked), _look_text(looked), exit_code=int(any(one.breached for one in looked.signals)))


def _session(cx: Context, named: str | None) -> "SessionPlaces":
    from ..panels import resolve

    who = named or cx.env.get("COSESSION_ID")
    if not who:
        raise BadUsage("which session?", "name it, or join one first: cotemp join")
    return resolve(cx.places, who)


def _stop_watching(cx: Context, session: "SessionPlaces") -> None:
    from ..supervisor import control
    from ..wraps.closing import refuse_while_it_runs

    cx.progress("waiting for the DO that runs ...")
    with contextlib.suppress(NotFound):  # the daemon does not run, or does not watch it
        control.down(cx.places, [session.id], drain=True)
    refuse_while_it_runs(cx.places, session)


def _close(cx: Context, session: "SessionPlaces", made: Made) -> "Closed":
    from ..wraps import closing

    return closing.close(cx.places, session, made)


def _json(made: Made, over: "Closed | None") -> "CowrapAnswer":
    return {
        "schema": 1,
        "session": made.session,
        "at": utc(made.at),
        "cowrap": str(made.path),
        "bundle": str(made.bundle) if made.bundle else None,
        "repos": [repo.path for repo in made.snapshot.repos],
        "open_dos": len(made.snapshot.open_dos),
        "held": len(made.snapshot.held),
        "unread": len(made.snapshot.unread),
        "open_acks": len(made.snapshot.acks),
        "decisions": len(made.snapshot.decisions),
        "redacted": made.redacted,
        "closed": over is not None,
    }


def _told(made: Made, over: "Closed | None") -> Iterator[str]:
    yield paint(f"CoWrap of {made.session}: {display_line(str(made.path))}", "green")
    if made.bundle:
        yield f"to hand over: {display_line(str(made.bundle))}"
    told = made.snapshot
    parts = {
        "repos": told.repos, "open DOs": told.open_dos, "held": told.held, "unread notes": told.unread,
        "open ACKs": told.acks, "decisions": told.decisions,
    }  # fmt: skip
    yield "it tells of: " + ", ".join(f"{what} {len(found)}" for what, found in parts.items())
    if made.redacted:
        yield f"secrets taken out: {', '.join(f'{kind} {n}' for kind, n in sorted(made.redacted.items()))}"
    if over:
        yield f"{over.session} is over, and not watched any more"


def _taken_json(taken: "Taken") -> "IntakeAnswer":
    return {
        "schema": 1,
        "intake": str(taken.folder),
        "source": taken.source,
        "sha256": taken.sha256,
        "files": taken.files,
        "bytes": taken.size,
        "from": taken.found.sender or None,
        "to": taken.found.receiver or None,
        "session": taken.paste.session,
        "repos": [
            {"path": r.path, "name": r.name, "branch": r.branch, "changes": r.changes} for r in taken.found.repos
        ],
        "packages": [folder for folder, _ in taken.found.packages],
        "warnings": list(taken.found.warnings),
        "paste": taken.paste.id,
        "receipt": str(taken.receipt),
    }


def _taken_text(taken: "Taken") -> Iterator[str]:
    yield paint(f"taken in: {display_line(str(taken.folder))}", "green")
    yield f"{taken.files} files, from {display_line(taken.found.sender or 'nobody says whom')}"
    rows = [
        (display_line(repo.name, 40), display_line(repo.branch, 40), f"{repo.changes} changes")
        for repo in taken.found.repos
    ]
    yield from columns(rows) if rows else []
    yield from (paint(display_line(f"! {warning}"), "yellow") for warning in taken.found.warnings)
    yield f"to paste: {display_line(os.path.join(taken.folder, 'SUMMARY.paste.md'))}"


def _look_json(looked: "Look") -> "BloatAnswer":
    return {
        "schema": 1,
        "session": looked.session,
        "bloated": bool(looked.over),
        "over": list(looked.over),
        "signals": [one.json() for one in looked.signals],
        "cowrap": str(looked.made.path) if looked.made else None,
    }


def _look_text(looked: "Look") -> Iterator[str]:
    rows = []
    for one in looked.signals:
        value = "-" if one.value is None else f"{one.value:g} {one.unit}"
        state = paint("over", "red") if one.breached else "" if one.remark else paint("fine", "green")
        twice = "a breach" if one.name in looked.over else ""
        rows.append((one.name, value, f"{one.threshold:g}", state, ", ".join(filter(None, (twice, one.remark)))))
    yield from columns(rows, ("signal", "value", "threshold", "", ""), right=(1, 2))
    now = local_now()
    breached = any(one.breached for one in looked.signals)
    yield alert_line(looked.signals, now, looked.session) if breached else healthy_line(now)
