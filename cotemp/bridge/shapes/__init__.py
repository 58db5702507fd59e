"""What the methods of the bridge return, key by key. Every time in them has a space where RFC 3339 has its T.

Only type checkers and the schemas need this room: nothing imports it when a program runs.
"""

from __future__ import annotations

from .home import ChatInfo, Hello, HomeInfo, Parts, SessionPaths
from .people import NoPanel, NoteList, NotesRead, Panel, PanelList, Repaired, SentNote, StoodDown, Targets, WaitingNote
from .work import (
    Checked,
    DroppedDo,
    DroppedText,
    HeldList,
    HeldRun,
    RunAll,
    RunDecision,
    RunInfo,
    RunList,
    Wait,
    Watched,
    WatchedBy,
    WatchInfo,
)

__all__ = [
    "ChatInfo",
    "Checked",
    "DroppedDo",
    "DroppedText",
    "HeldList",
    "HeldRun",
    "Hello",
    "HomeInfo",
    "NoPanel",
    "NoteList",
    "NotesRead",
    "Panel",
    "PanelList",
    "Parts",
    "Repaired",
    "RunAll",
    "RunDecision",
    "RunInfo",
    "RunList",
    "SentNote",
    "SessionPaths",
    "StoodDown",
    "Targets",
    "Wait",
    "WaitingNote",
    "WatchInfo",
    "Watched",
    "WatchedBy",
]
