"""Check of what starts at login: is it there as somebody agreed to it, and does it still work?"""

from __future__ import annotations

from collections.abc import Iterator

from ..autostart import Machine, State, lingers, standing
from .finding import Found, Look, info, ok, warn

__all__ = ["at_login"]


def at_login(look: Look) -> Iterator[Found]:
    """What starts at login works, and is what somebody agreed to."""
    machine = Machine.here(look.env)
    now = standing(look.places, machine)
    if now.system is None:
        yield ok("nothing starts at login; to change that: cotemp autostart enable")
    elif now.state is not State.ENABLED:
        yield warn(f"what starts at login: {now.why}: {now.where}", now.fix)
    else:
        yield ok(f"the watchers start at login: {now.where}")
        if lingers(now.system, machine) is False:
            yield info("what starts at login ends at logout", f"loginctl enable-linger {machine.user}")
