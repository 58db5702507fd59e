"""What happened in a home, from all that tells of it: the ledger, notes, alerts, CoWraps, ACKs. Changes nothing."""

from __future__ import annotations

from .acks import told as acks_told
from .alerts import Alert, alerts_in, read_alerts
from .happening import Happening, Kind
from .mail import Letter, letters
from .moments import moment
from .record import told
from .wraps import Wrap, wraps_of

__all__ = [
    "Alert",
    "Happening",
    "Kind",
    "Letter",
    "Wrap",
    "acks_told",
    "alerts_in",
    "letters",
    "moment",
    "read_alerts",
    "told",
    "wraps_of",
]
