"""Finding what is wrong here, each thing with its fix: a table of small checks, some of which can mend."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import CotempError
from . import agents, downloaded, engines, home, login, machine, powershell, synced, work
from .finding import Check, Finding, Found, Look, State

__all__ = ["CHECKS", "Finding", "Look", "State", "diagnose", "mend"]

CHECKS = (
    Check("home", home.layout, home.make_folders),
    Check("home", home.writable),
    Check("rights", home.rights),
    Check("settings", machine.settings),
    Check("state", machine.state, machine.close_state),
    Check("two homes", home.two_homes),
    Check("events", home.events),
    Check("sync", synced.service),
    Check("sync", synced.conflicts),
    Check("sync", synced.placeholders),
    Check("watchers", work.watchers),
    Check("watchers", work.old_helpers),
    Check("agents", agents.looked_after),
    Check("agents", agents.startable),
    Check("agents", agents.strangers),
    Check("agents", agents.forgotten),
    Check("agents", agents.damaged),
    Check("login", login.at_login),
    Check("owner", work.owners),
    Check("runs", work.unfinished_runs),
    Check("panels", work.panels, work.remove_panels),
    Check("leftovers", home.leftovers, home.remove_leftovers),
    Check("engines", engines.engine_programs),
    Check("powershell", powershell.modules),
    Check("powershell", powershell.recorded_python),
    Check("powershell", powershell.policies),
    Check("powershell", downloaded.find, downloaded.mend),
    Check("sandbox", machine.sandbox),
    Check("clock", machine.clock),
    Check("disk", machine.disk),
    Check("disk", machine.long_paths),
    Check("python", machine.python),
    Check("tmux", machine.tmux),
    Check("clipboard", machine.clipboard),
)
"""Every check, in the order in which a person reads them."""


def diagnose(look: Look) -> list[Finding]:
    """What every check finds. A check that cannot look says so, and stops no other."""
    return [
        Finding(check.name, found.state, found.what, found.fix, found.can_fix)
        for check in CHECKS
        for found in _found(check, look)
    ]


def _found(check: Check, look: Look) -> Iterator[Found]:
    try:
        yield from check.find(look)
    except (CotempError, OSError) as error:
        fix = error.fix if isinstance(error, CotempError) else "see the other lines"
        yield Found(State.BAD, f"cannot be checked: {error}", fix)


def mend(look: Look) -> list[Finding]:
    """Do everything that is safe; returns what was done, and what could not be."""
    return [done for check in CHECKS if check.mend for done in _mended(check, look)]


def _mended(check: Check, look: Look) -> Iterator[Finding]:
    assert check.mend, "only checks that mend are asked"
    try:
        for what in check.mend(look):
            yield Finding(check.name, State.OK, what, "", can_fix=False)
    except (CotempError, OSError) as error:
        fix = error.fix if isinstance(error, CotempError) else "mend its rights"
        yield Finding(check.name, State.BAD, f"cannot be mended: {error}", fix, can_fix=False)
