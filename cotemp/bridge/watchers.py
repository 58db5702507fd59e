"""Methods about who runs the DOs: the status, what a watching job needs, one watcher for each session."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import sys
from typing import TYPE_CHECKING, Annotated, Any

from .. import panels
from ..places import SessionPlaces
from ..store.claims import holder
from ..store.identity import host_id, machine_of
from ..store.owner import owner
from ..times import local_now
from .caller import Caller
from .panels import told
from .spelling import spaced, spaced_all

if TYPE_CHECKING:
    from ..status import Snapshot
    from .shapes import Watched, WatchedBy, WatchInfo


def status(caller: Caller) -> "Snapshot":
    """What is going on, read from disk: what `cotemp status --json` tells.

    Example: {}
    """
    from ..status import snapshot

    found: Any = spaced_all(snapshot(caller.places, local_now(), caller.config_path).json())
    return found  # type: ignore[no-any-return]


def watch_info(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
    *,
    create: Annotated[bool, "make a session that does not exist"] = False,
) -> "WatchInfo":
    """What a job that watches a session needs: its name, how to watch, and who does so already.

    Example: {"session": "co-migrate", "create": true}
    """
    named = caller.own_session("which session?") if session is None else session
    return _info(caller, panels.resolve(caller.places, named, create=create))


def enforce(
    caller: Caller,
    sessions: Annotated[list[str] | None, "panel names or session ids (default: those of agents.toml)"] = None,
    *,
    daemon: Annotated[bool, "let the daemon watch those that nobody watches"] = False,
) -> "Watched":
    """One watcher for each session: remove dead panels, and say who watches. Sessions that are missing are made.

    Example: {"sessions": ["co-planning", "co-migrate"]}
    """
    removed = panels.remove_dead(caller.places)
    found = [panels.resolve(caller.places, name, create=True) for name in sessions or _planned(caller)]
    if daemon:
        from ..supervisor import control

        control.up(caller.places, [session.id for session in found], caller.config_path)
    return {"removed": [told(panel) for panel in removed], "sessions": [_info(caller, one) for one in found]}


def _planned(caller: Caller) -> list[str]:
    from ..config import in_force

    return list(in_force(caller.places, caller.config_path).watched())


def _info(caller: Caller, session: SessionPlaces) -> "WatchInfo":
    # The job's environment is that of its shell, which may have changed meanwhile.
    where = ["--home", str(caller.places.home)]
    if "COTEMP_CONFIG" in caller.env:
        where += ["--config", str(caller.config_path)]
    return {
        "session": session.id,
        "name": panels.default_name(caller.places, session.id),
        "job_name": f"CoQueueWatcher-{session.id}",
        "watcher": _watcher(caller, session),
        "argv": [sys.executable, "-m", "cotemp", *where, "watch", session.id],
    }


def _watcher(caller: Caller, session: SessionPlaces) -> "WatchedBy":
    by = holder(caller.places, f"watch-{session.id.casefold()}")
    if by:
        process = by.process
        state: Any = "running" if process.host == host_id() else "elsewhere"
        return {"state": state, "pid": process.pid, "host": process.host, "since": spaced(by.since), "what": by.what}
    known = owner(session)
    if known and not known.is_here():
        host = machine_of(known.host)
        return {"state": "elsewhere", "pid": None, "host": host, "since": spaced(known.since), "what": None}
    return {"state": "stopped", "pid": None, "host": None, "since": None, "what": None}
