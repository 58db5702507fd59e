"""What this machine's ledger says of a DO that nobody has run yet: grants, a run that dropped it, an approval."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..dispatch.situation import outdated_by, parent_of
from ..messages.do import Do, Flags
from ..messages.grant import Approval, Grant
from ..messages.policy import Policy
from ..names import split_running
from ..places import Places
from ..store.ledger import Ledger
from ..times import local_now

__all__ = ["Standing", "session_of", "standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`ceiling`: what the run that dropped the DO was allowed, None when no run did.

    `outdated`: in which way the chat of its session is on old policy; empty when it is not, or nobody asks.
    """

    grants: tuple[Grant, ...] = ()
    ceiling: Flags | None = None
    approval: Approval | None = None
    outdated: str = ""


def session_of(places: Places, file: Path) -> str | None:
    """The session in whose inbox `file` lies, or where it is held; None for a file from elsewhere."""
    folder = Path(os.path.realpath(file)).parent
    if folder.name not in ("inbox", "held") or folder.parent.parent != places.sessions:
        return None
    return folder.parent.name if folder.parent.name in places.session_ids() else None


def standing(places: Places, session: str | None, file: Path, do: Do, policy: Policy) -> Standing:
    """What is known of `do`, which is in `file`. A DO that is held has its run's id in its name."""
    run_id, do_file = split_running(file.name) or (None, file.name)
    now = local_now()
    with Ledger(places, create=False) as ledger:
        parent = parent_of(ledger, session or "", do_file, do)
        return Standing(
            tuple(ledger.grants(now)),
            parent.ceiling if parent else None,
            ledger.approval_of(run_id, now) if run_id else None,
            outdated_by(places, session, policy) if session else "",
        )
