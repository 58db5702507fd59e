"""Methods about panels: who is where, who is meant by a name, and how a shell becomes one."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

from typing import TYPE_CHECKING, Annotated

from .. import panels
from ..errors import NotFound
from ..panels import Panel as Record
from ..panels.registry import SEED_NAMES
from ..places import SessionPlaces
from ..store.identity import ProcessId, identify
from ..times import stamp
from .caller import Caller
from .params import BadParams, Between
from .spelling import spaced

if TYPE_CHECKING:
    from .shapes import NoPanel, Panel, PanelList, Repaired, Targets

_LARGEST_PID = 2**31 - 1


def targets(caller: Caller) -> "Targets":
    """What can be typed where a panel or session is meant: for completion.

    Example: {}
    """
    return {"names": panels.names(caller.places), "sessions": caller.places.session_ids()}


def listing(
    caller: Caller,
    *,
    all: Annotated[bool, "those whose process has ended, too"] = False,  # noqa: A002
) -> "PanelList":
    """The panels that are present, by name.

    Example: {}
    """
    found = panels.listing(caller.places)
    shown = [*found.present, *(found.dead if all else ())]
    return {"panels": [told(panel) for panel in shown], "unreadable": _unreadable(found)}


def resolve(caller: Caller, to: Annotated[str, "a panel name or session id"]) -> "Panel":
    """The panel that a name means; of a session without one, a record with no process.

    Example: {"to": "Planning"}
    """
    session = panels.resolve(caller.places, to)
    here = [one for one in panels.listing(caller.places).present if one.session_id.casefold() == session.id.casefold()]
    named = [one for one in here if one.name.casefold() == to.casefold()]
    return told((named or here)[0]) if here else _without_panel(session)


def register(
    caller: Caller,
    name: Annotated[str | None, "the panel's name (default: as configured, else the session's last one)"] = None,
    session_id: Annotated[str | None, "new or not (default: the caller's, else a new one)"] = None,
    *,
    share: Annotated[bool, "call it SharePanel when nobody says how"] = False,
    pid: Annotated[int | None, Between(1, _LARGEST_PID), "the shell (default: context.shell_pid)"] = None,
) -> "Panel":
    """Register the caller's shell as a panel; a session that does not exist is made.

    Example: {"name": "Planning", "session_id": "co-planning"}
    """
    process = _process(pid or caller.shell_pid)
    sid = session_id or caller.session or f"co-{process.pid}-{stamp(caller.now)}"
    wanted = name if name is not None or share else _configured(caller, sid)
    return told(panels.register(caller.places, wanted, sid, process, share=share))


def _process(pid: int | None) -> ProcessId:
    if pid is None:
        raise BadParams("pid is missing", "send it, or context.shell_pid")
    found = identify(pid)
    if found is None:
        raise NotFound(f"no process has the number {pid}", "send the pid of the shell: $PID")
    return found


def _configured(caller: Caller, sid: str) -> str | None:
    if not caller.config_path.exists():  # the settings cost 20 ms to import
        return None
    from ..config import in_force

    return in_force(caller.places, caller.config_path).session(sid).name


def repair(caller: Caller) -> "Repaired":
    """Remove the records of panels whose process has ended.

    Example: {}
    """
    removed = panels.remove_dead(caller.places)
    left = panels.listing(caller.places)
    return {
        "removed": [told(panel) for panel in removed],
        "panels": [told(panel) for panel in left.present],
        "unreadable": _unreadable(left),
    }


def told(panel: Record) -> "Panel":
    """A panel as the bridge tells of it."""
    return {
        **panel.record(),
        "ts": spaced(panel.ts),
        "host": panel.host,
        "start_token": panel.start_token,
        "state": panel.state.value,
        "file": str(panel.file),
    }


def _without_panel(session: SessionPlaces) -> "Panel":
    return {
        "pid": None,
        "name": SEED_NAMES.get(session.id.casefold(), session.id),
        "session_id": session.id,
        "inbox": str(session.inbox),
        "outbox": str(session.outbox),
        "logs": str(session.logs),
        "ts": None,
        "host": None,
        "start_token": None,
        "state": "none",
        "file": None,
    }


def _unreadable(found: panels.Panels) -> "list[NoPanel]":
    return [{"file": str(one.file), "why": one.why} for one in found.unreadable]
