"""Methods about how the work goes: CoWraps, whether a chat has grown too long, BPOE files, what is counted."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ..errors import BadUsage
from ..panels import find, resolve
from ..places import SessionPlaces, make_folder, write_whole
from ..times import utc
from ..wraps import Order, PasteDesk, make
from ..wraps.making import wrap_logs
from .caller import Caller
from .desk import desk_of, folder_for, scrub_for, settings
from .params import Between
from .runs import moment_of

if TYPE_CHECKING:
    from ..config import Config
    from ..wraps.watching import Look
    from .shapes import BloatInfo, BloatList, BpoeLogged, BpoeStatus, CoWrapMade, MetricInfo, MetricList

_NOBODYS = "manual"
_Session = Annotated[str | None, "a panel name or session id (default: all)"]
_Stale = Annotated[int | None, Between(1, 100_000), "minutes without a sign of life (default: of the settings)"]
_Slow = Annotated[int | None, Between(0, 100_000), "so few DOs an hour are too few (default: of the settings)"]


def cowrap(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: the caller's session, else manual)"] = None,
    repos: Annotated[list[str] | None, "repos to look at, besides those of its DOs"] = None,
    max_commits: Annotated[int, Between(1, 1000), "how many commits of each repo are told"] = 30,
    out_dir: Annotated[str | None, "a folder for a copy, besides the home's logs"] = None,
    *,
    bundle: Annotated[bool, "also make a ZIP to hand over"] = False,
) -> "CoWrapMade":
    """Write down where a session stands, for a successor: its repos, DOs, notes, ACKs, decisions; no secrets.

    Example: {"session": "co-migrate", "max_commits": 10}
    """
    found = _session(caller, session)
    path, zipped = _wrapped_before(caller, found) or (None, None)
    if path is None:
        order = Order(
            bundle=bundle,
            why="asked for in PowerShell",
            repos=tuple(Path(caller.path("repos", one)) for one in repos or ()),
            commits=max_commits,
        )
        made = make(caller.places, settings(caller), found, caller.now, order, PasteDesk(caller.places, caller.now))
        path, zipped = made.path, made.bundle
    return {
        "session": found.id,
        "path": str(path),
        "copy": _copied(caller, out_dir, path),
        "bundle": str(zipped) if zipped else None,
    }


def _session(caller: Caller, named: str | None) -> SessionPlaces:
    if named or caller.session:
        return resolve(caller.places, named or caller.session or "")
    found = caller.places.session(_NOBODYS)
    found.make()
    return found


def _wrapped_before(caller: Caller, session: SessionPlaces) -> tuple[Path, Path | None] | None:
    """The files of the CoWrap that an earlier attempt at this very call has made: the home's log tells of them."""
    if not caller.is_again:
        return None
    folder = wrap_logs(caller.places)
    for line in reversed(_lines(folder / "log.ndjson")):
        try:
            one = json.loads(line)
            if one["event"] == "wrap" and one["session_id"] == session.id and one["ts"] == utc(caller.now):
                return folder / one["snapshot"], folder / one["bundle"] if one["bundle"] else None
        except (ValueError, KeyError, TypeError):
            continue  # others write there, too
    return None


def _lines(file: Path) -> Sequence[str]:
    from ..wraps.files import tail

    return tail(file, 200)


def _copied(caller: Caller, out_dir: str | None, path: Path) -> str | None:
    folder = folder_for(caller, out_dir, path.parent)
    if folder is None:
        return None
    make_folder(folder)
    write_whole(folder / path.name, path.read_bytes())
    return str(folder / path.name)


# --- bloat ---


def bloat(
    caller: Caller, session: _Session = None, stale_minutes: _Stale = None, dos_per_hour: _Slow = None
) -> "BloatList":
    """Whether chats have grown too long: each signal with its value and its threshold. Nothing is changed.

    Example: {"session": "co-migrate"}
    """
    from ..wraps.watching import look

    config, desk = _limited(caller, stale_minutes, dos_per_hour), PasteDesk(caller.places, caller.now)
    found = [look(caller.places, config, one, caller.now, desk) for one in _looked_at(caller, session)]
    return {"sessions": [_told(caller, one) for one in found]}


def act(
    caller: Caller, session: _Session = None, stale_minutes: _Stale = None, dos_per_hour: _Slow = None
) -> "BloatList":
    """The same look, and it counts: a session of which a signal is over its threshold for the second time in a row gets
    a CoWrap and an alert. Looks that are closer than 30 seconds count as one.

    Example: {"session": "co-migrate", "stale_minutes": 25, "dos_per_hour": 2}
    """
    from ..wraps.watching import look, watch_over

    config, desk = _limited(caller, stale_minutes, dos_per_hour), PasteDesk(caller.places, caller.now)
    sessions = _looked_at(caller, session)
    acted = watch_over(caller.places, config, caller.now, desk, only=[one.id for one in sessions])
    looked = {one.session: one for one in acted}
    found = []
    for one in sessions:
        seen = looked.get(one.id)
        if seen is None or not seen.signals:  # too soon after another look, or it could not be done
            fresh = look(caller.places, config, one, caller.now, desk)
            seen = replace(fresh, problem=seen.problem if seen else "")
        found.append(_told(caller, seen))
    return {"sessions": found}


def _looked_at(caller: Caller, session: str | None) -> list[SessionPlaces]:
    if session:
        return [resolve(caller.places, session)]
    return [caller.places.session(sid) for sid in sorted(caller.places.session_ids(), key=str.casefold)]


def _limited(caller: Caller, stale_minutes: int | None, dos_per_hour: int | None) -> "Config":
    config = settings(caller)
    limits = config.cowrap
    if stale_minutes is not None:
        limits = replace(limits, stale=float(stale_minutes * 60))
    if dos_per_hour is not None:
        limits = replace(limits, dos_per_hour=float(dos_per_hour))
    return replace(config, cowrap=limits)


def _told(caller: Caller, one: "Look") -> "BloatInfo":
    from ..chat.bloat import alert_line, healthy_line

    breached = any(signal.breached for signal in one.signals)
    said = alert_line(one.signals, caller.now, one.session) if breached else healthy_line(caller.now)
    return {
        "session": one.session,
        "breached": breached,
        "over": list(one.over),
        "line": said,
        "signals": [signal.json() for signal in one.signals],
        "cowrap": str(one.made.path) if one.made else None,
        "paste": one.paste or None,
        "problem": one.problem or None,
    }


# --- the original's BPOE files ---


def log_bpoe(
    caller: Caller,
    title: Annotated[str, "what it is about, one line"],
    body: Annotated[str, "the text"],
) -> "BpoeLogged":
    """Add an entry to the log of the workflow, logs/BPOE.workflow.log.md in the home. Secrets become marks.

    Example: {"title": "Checkpoint", "body": "Header tests are green; next: the watcher"}
    """
    from .. import bpoe

    if not title.strip():
        raise BadUsage("the title is empty", "say what it is about")
    scrub = scrub_for(caller, settings(caller))
    if caller.is_again and bpoe.stands(caller.places, title, body, caller.now, scrub):
        return {"path": str(bpoe.log_file(caller.places))}
    return {"path": str(bpoe.append(caller.places, title, body, caller.now, scrub))}


def bpoe_status(
    caller: Caller,
    focus: Annotated[str | None, "what the work is about now (default: as said last)"] = None,
    repo: Annotated[str | None, "the repo that is worked in"] = None,
    branch: Annotated[str | None, "its branch (default: the one that is checked out there)"] = None,
) -> "BpoeStatus":
    """Write the line of status, logs/BPOE.status.txt in the home, with a health that is computed.

    Example: {"focus": "Migration", "repo": "/home/me/src/app"}
    """
    from .. import bpoe

    folder = Path(caller.path("repo", repo)) if repo else None
    name = folder.name if folder else "-"
    found = branch or (bpoe.branch_of(folder) if folder else "-")
    said = bpoe.Said(focus or bpoe.focus_of(caller.places), name, found)
    health = bpoe.health(caller.places, caller.now)
    line = scrub_for(caller, settings(caller))(bpoe.status_line(said, health, caller.now))
    return {
        "path": str(bpoe.write(caller.places, line)),
        "line": line,
        "health": health.word,
        "attention": list(health.attention),
        "bloated": list(health.bloated),
        "failing": list(health.failing),
    }


# --- what is counted ---


def metrics(
    caller: Caller,
    session: _Session = None,
    since: Annotated[str | None, "only what happened since this date and time, RFC 3339"] = None,
) -> "MetricList":
    """What is counted here: DOs, rejected headers, notes, ACKs, bloat, and how long things took.

    Example: {"session": "co-migrate", "since": "2026-11-21 10:00:00Z"}
    """
    from .. import metrics as room
    from ..chat.metrics import summarise
    from ..pastes.acks import history

    sid = _counted(caller, session) if session else None
    events = room.collect(caller.places, history(desk_of(caller).listing().records))
    return {"metrics": _figures(summarise(events, moment_of(since), sid).json())}


def _counted(caller: Caller, session: str) -> str:
    """A closed session itself, not its successor."""
    return (find(caller.places, session) or resolve(caller.places, session)).id


def _figures(found: dict[str, Any]) -> "list[MetricInfo]":
    figures = [_figure(name, value) for name, value in found["counts"].items()]
    figures.append(_figure("pass_rate", found["pass_rate"], "rate"))
    figures += [_figure(name, value, "s") for name, value in found["median_seconds"].items()]
    for name in ("header_rejects", "failures", "bloat"):
        figures += [_figure(name, value, reason=reason) for reason, value in found[name].items()]
    return figures


def _figure(
    name: str, value: float | None, unit: Literal["", "rate", "s"] = "", reason: str | None = None
) -> "MetricInfo":
    return {"name": name, "reason": reason, "value": value, "unit": unit}
