"""A panel's record, key by key: the shape of `panels/<pid>.json`.

Only type checkers and the schemas need this room: nothing imports it when a program runs.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

__all__ = ["PanelRecord"]


class PanelRecord(TypedDict):
    """Who is where: the original's seven keys, then ours, which records of the original do not have."""

    pid: int
    """The process that stands for the panel: the shell of its terminal."""
    name: str
    session_id: str
    inbox: str
    """This path and the next two are written for the original; cotemp derives them from `session_id`."""
    outbox: str
    logs: str
    ts: str
    """When it was registered: local time with seven decimals and offset."""
    host: NotRequired[str | None]
    """The machine of the process."""
    start_token: NotRequired[str | None]
    """When the process started, in the words of its system: tells it from a later one of the same number."""
