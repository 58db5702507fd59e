"""The paste desk: what waits to be pasted into which chat, what was acknowledged, which policy a chat has.

    desk            pastes as files in the home, each with a sealed `record`
    capsules        the policy capsule in force; `chats`: which chat was given it, and echoed it; `offering`: giving it
    addressing      for whom a paste is, and into which window it goes
    letters         Backchat messages as pairs of files
    acks            what is open, overdue and done; `looking`: whether an artifact is there
    bootstrapping   the one paste of a new chat, from `templates`
    leftovers       answers that were not understood whole

What lies in the home may be anybody's: a record counts only with this machine's seal, a paste only with its digest.
"""

from __future__ import annotations

from .chats import Standing, outdated, standing
from .desk import Desk, Listing
from .record import Record

__all__ = ["Desk", "Listing", "Record", "Standing", "outdated", "standing"]
