"""Methods about handing a session over: its CoWrap, and whether its chat has grown too long."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..panels import resolve
from ..places import SessionPlaces
from ..times import utc
from ..wraps import Order, PasteDesk, make
from ..wraps.making import wrap_logs
from .caller import Caller
from .desk import copy_into, settings
from .params import Between

if TYPE_CHECKING:
    from ..config import Config
    from ..wraps.watching import Look
    from .shapes import BloatInfo, BloatList, CoWrapMade

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
        "copy": str(copy) if (copy := copy_into(caller, out_dir, path)) else None,
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
