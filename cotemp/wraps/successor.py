"""The bootstrap that a fresh chat needs after a CoWrap, laid on the desk before anybody notices that it is time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import pastes
from ..pastes.bootstrapping import Wanted, bootstrap, handoff_of, todos_of
from ..pastes.capsules import kept
from ..places import Places
from ..redact import scrub_of
from .making import Made

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["ready_for_fresh_chat"]


def ready_for_fresh_chat(places: Places, config: Config, made: Made) -> str:
    """Put the bootstrap with this CoWrap on the desk; returns its id. The one that waits from an earlier CoWrap goes.

    Nothing, and "", where there is no policy capsule: to make the first one would put every chat on an old policy.
    Raises BadUsage for a template of the owner's that has a place nobody fills, StorageFailed.
    """
    if kept(places) is None:
        return ""
    desk, session = pastes.Desk(places), made.session
    handoff = handoff_of(desk, session)
    window = config.session(session).chat or "generic"
    wanted = Wanted(session, window, made.text, tuple(todos_of(desk, session, handoff)), config.cowrap.dos or 5)
    scrub = scrub_of(places, os.environ, config.policy_of(session)).scrubber().scrub
    return bootstrap(desk, wanted, scrub, made.at, ahead=True).record.id
