"""The stand-down note of the original: asks a session to start no watcher of its own. It stops nothing."""

from __future__ import annotations

from datetime import datetime

from ..names import Mark
from ..panels import listing, resolve
from ..places import Places
from .sending import Sent, send

__all__ = ["stand_down"]

_NOTE = """\
# {name}: Stand Down (pre-CoAgent watcher)

Time: {time}

Please stand down from building or starting another watcher. One is already responsible for this session's DOs, and
a second would only stand in its way.

Go on with this panel's own work, and send notes and DOs through CoTemp as needed."""

_INFO = """\
# {name}: Stand Down (pre-CoAgent watcher)

Time: {time}

{name} ({session}) was asked to stand down from building or starting another watcher."""


def stand_down(
    places: Places, to: str, sender: str, now: datetime, *, notify: str | None = None, mark: Mark | None = None
) -> list[Sent]:
    """Send the note to `to`, and word of it to `notify`; `mark` as in `send`. Raises as `send`, before anything is
    sent."""
    session = resolve(places, to)
    informed = resolve(places, notify) if notify is not None else None
    names = (panel.name for panel in listing(places).present if panel.session_id.casefold() == session.id.casefold())
    about = {"name": next(names, session.id), "time": f"{now:%Y-%m-%d %H:%M:%S}", "session": session.id}
    notes = [send(places, session.id, _NOTE.format(**about), sender, now, kind="STANDDOWN", mark=mark)]
    if informed:
        notes.append(send(places, informed.id, _INFO.format(**about), sender, now, kind="INFO", mark=mark))
    return notes
