"""Inside of a run that cannot see the home: what is sent or dropped goes to the run's spool."""

from pathlib import Path

from ..display import display_line
from ..errors import BadUsage
from ..store.spool import spool_of
from .frame import Answer, Context

__all__ = ["left", "say_if_hidden", "spool"]


def spool(cx: Context, *, wait: bool) -> Path | None:
    """The spool of the run in which this is typed; None where the home can be seen, as everywhere outside of runs.

    Raises BadUsage when somebody wants to `wait`: nothing is delivered before the run has ended.
    """
    if "COTEMP_RUN_ID" not in cx.env:
        return None
    found = spool_of(cx.env, cx.places.home)
    if found and wait:
        raise BadUsage("it is delivered when this run has ended, so nobody can wait for it here", "leave --wait out")
    return found


def say_if_hidden(cx: Context) -> None:
    """Say that what is shown is not all, where a run cannot see the home."""
    if spool(cx, wait=False):
        cx.say("this run cannot see the home: outside, there may be more; what you send and drop is delivered later")


def left(path: Path, to: str, what: str) -> Answer:
    """The answer about something that was left in the spool."""
    text = f"{what} for {display_line(to)} -> {display_line(str(path))}: delivered when this run has ended"
    json = {"schema": 1, "path": str(path), "name": path.name, "session": None, "spooled": True}
    return Answer(json, text)
