"""Checks of what goes on: who watches which session, what was left unfinished, who is registered."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import CotempError
from ..panels import Presence, remove_dead
from ..store.claims import Holder, holders
from ..store.identity import machine_of
from ..store.ledger import Ledger
from ..store.owner import owner
from .finding import Found, Look, bad, info, ok, warn

__all__ = ["old_helpers", "owners", "panels", "remove_panels", "unfinished_runs", "watchers"]

_HELPERS = ("coagentlauncher", "coqueuewatcher", "coinboxwatcher")
"""Names of the original's watchers, as they stand in a command line."""


def watchers(look: Look) -> Iterator[Found]:
    """Each session that should be watched is, and by one process."""
    held = holders(look.places, "watch-")
    for sid in look.config.watched():
        who = held.get(sid.casefold())
        if who:
            yield ok(f"{sid} is watched by {who.said()}")
        elif look.places.session(sid).exists():
            yield info(f"nobody watches {sid}: its DOs wait", "cotemp up")
    yield from _twice(look, held)


def _twice(look: Look, held: dict[str, Holder]) -> Iterator[Found]:
    """Panels of the original whose process may watch a session that we watch too."""
    for panel in look.panels.present:
        ours = held.get(panel.session_id.casefold())
        if ours and panel.state is Presence.UNVERIFIED and panel.pid != ours.process.pid:
            yield warn(
                f"process {panel.pid} (a PowerShell helper, panel {panel.name!r}) may watch {panel.session_id} too",
                "there: Stop-CoAgentLauncher; a DO is claimed by whoever is first, by that helper without a claim",
            )


def old_helpers(look: Look) -> Iterator[Found]:
    """No watcher of the original runs beside ours."""
    import psutil  # 25 ms, and only this check needs it

    for process in psutil.process_iter(["pid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ()).casefold()
        if "pwsh" in words or "powershell" in words:
            named = [name for name in _HELPERS if name in words]
            if named:
                yield warn(
                    f"process {process.info['pid']} is a watcher of the PowerShell helpers",
                    "stop it there (Stop-CoAgentLauncher), or stop ours: cotemp down",
                )


def owners(look: Look) -> Iterator[Found]:
    """This machine runs the DOs of the sessions that it should watch."""
    for sid in look.config.watched():
        try:
            known = owner(look.places.session(sid))
        except CotempError as error:
            yield bad(error.what, error.fix)
            continue
        if known and not known.is_here():
            what = f"{sid} is run by another machine ({machine_of(known.host)}, since {known.since})"
            yield info(what, f"to run its DOs here from now on: cotemp take {sid}")


def unfinished_runs(look: Look) -> Iterator[Found]:
    """Of every run it is known how it ended."""
    watched = holders(look.places, "watch-")
    with Ledger(look.places, create=False) as ledger:
        unknown, going = ledger.unknown(), ledger.open_runs()
    for row in unknown:
        fix = f"see what it did: cotemp show {row.run_id}; once more: cotemp retry {row.run_id}"
        yield warn(f"nobody knows how {row.run_id} ({row.title!r}, {row.session}) ended", fix)
    for row in going:
        if row.session.casefold() not in watched:
            yield warn(f"{row.run_id} ({row.session}) is not finished, and nobody watches it", "cotemp up settles it")


def panels(look: Look) -> Iterator[Found]:
    """Every panel record is readable, and its process is alive."""
    found = look.panels
    if found.dead:
        names = ", ".join(f"{panel.name!r} (process {panel.pid})" for panel in found.dead[:3])
        yield warn(f"{len(found.dead)} panels are dead: {names}", "cotemp doctor --fix", can_fix=True)
    for broken in found.unreadable:
        yield warn(f"no panel record: {broken.file}: {broken.why}", "remove the file")
    if not found.dead and not found.unreadable:
        yield ok(f"{len(found.present)} panels")


def remove_panels(look: Look) -> Iterator[str]:
    """Remove the records of dead panels."""
    for panel in remove_dead(look.places):
        yield f"removed the panel {panel.name!r} of the dead process {panel.pid}"
