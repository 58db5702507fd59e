"""Methods that tell how the work goes: the original's BPOE log and line of status, and what is counted."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ..errors import BadUsage
from ..panels import find, resolve
from .caller import Caller
from .desk import desk_of, scrub_for, settings
from .runs import moment_of

if TYPE_CHECKING:
    from .shapes import BpoeLogged, BpoeStatus, MetricInfo, MetricList


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


def metrics(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: all)"] = None,
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
