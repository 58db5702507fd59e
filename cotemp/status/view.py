"""One session as a whole: what its folders hold, who runs its DOs, and what became of those that were begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..names import split_running
from ..places import Places
from ..store.claims import Holder, holder
from ..store.identity import host_id, machine_of
from .folders import Contents
from .model import Running, Watcher
from .presence import Claims
from .work import Open, Work

__all__ = ["View", "views"]


class View(NamedTuple):
    """What is known of one session.

    `lost`: ids of runs without an outcome, and nobody alive who could write one. `unknown`: ids of runs
    whose outcome nobody knows; `changes`: of those whose changes wait for a human. `stranded`: files of DOs
    that were begun, and nobody is there to put them away.
    """

    id: str
    contents: Contents
    watcher: Watcher
    running: tuple[Running, ...] = ()
    lost: Sequence[str] = ()
    unknown: Sequence[str] = ()
    stranded: Sequence[str] = ()
    changes: Sequence[str] = ()
    today: Mapping[str, int] = {}


def views(places: Places, contents: Mapping[str, Contents], claims: Claims, work: Work) -> Iterator[View]:
    """A view of each session of `contents`."""
    going: dict[str, list[Open]] = {}
    for run in work.going:
        going.setdefault(run.session, []).append(run)
    here = host_id()
    for sid, found in contents.items():
        watcher = _watcher(claims.watchers.get(sid.casefold()), found.owner, here)
        if watcher.state == "stopped" and sid in going:
            # Its watcher may have come a moment after the claims were read.
            watcher = _watcher(holder(places, f"watch-{sid.casefold()}"), found.owner, here)
        view = View(
            sid, found, watcher, unknown=work.unknown.get(sid, ()), changes=work.changes.get(sid, ()),
            today=work.today.get(sid, {}),
        )  # fmt: skip
        yield _begun(view, going.get(sid, [])) if found.running or sid in going else view


_STOPPED = Watcher("stopped")


def _watcher(by: Holder | None, owner: Sequence[str] | None, here: str) -> Watcher:
    """Who runs the DOs of a session that `by` watches here, and that belongs to `owner` (host, since)."""
    if by:
        process = by.process
        return Watcher("running" if process.host == here else "elsewhere", process.pid, process.host, by.since)
    if owner and machine_of(owner[0]) != machine_of(here):
        return Watcher("elsewhere", host=owner[0], since=owner[1])
    return _STOPPED


def _begun(view: View, going: Sequence[Open]) -> View:
    """`view` with the DOs that were begun: `going` by this machine, and what its folder `running` tells of others."""
    ids = {run.run_id for run in going}
    others = {name: claimed for name in view.contents.running if (claimed := split_running(name))}
    others = {name: claimed for name, claimed in others.items() if claimed[0] not in ids}
    running = tuple(Running(run.run_id, run.title, run.since) for run in going)
    if view.watcher.state == "stopped":
        return view._replace(lost=[run.run_id for run in going if not run.noticed], stranded=list(others))
    if view.watcher.state == "elsewhere":
        running += tuple(Running(run_id, do_file, None) for run_id, do_file in others.values())
    return view._replace(running=running)
