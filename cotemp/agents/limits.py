"""Usage limits: one window per account, in `limits/<account>.json`; every agent on the account is parked while it is
open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .moment import Moment

__all__ = ["MARGIN", "Limit"]

MARGIN = timedelta(seconds=90)
"""After the end of a window that a program named, until it is tried: programs tell it cut to the minute, and the other
side's clock may be behind."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An open window; it is closed when a probe shows so. Times are UTC.

    `until`: when it should be over, margin included. `resumes_itself`: the program goes on by itself, so nothing is
    typed. `probe`: the agent that tries first, once `until` has passed. `attempts`: probes that met the limit again.
    `closed`: when it was found over; the agents of `parked` are then resumed one after the other, `resumed` are done.
    """

    account: str
    opened: Moment
    until: Moment
    quote: str
    agent: str
    resumes_itself: bool = False
    probe: str | None = None
    probed: Moment | None = None
    attempts: int = 0
    closed: Moment | None = None
    parked: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
