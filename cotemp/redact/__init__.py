"""Keeps secrets out of everything that is written: known values and a table of detectors, as a stream.

    known values, every form (known) ──┐
    the table of kinds (detectors) ────┴─ search ── stream (pieces) ── scrubber (marks) | report (places)

What is not found: a secret wrapped over lines (private keys are), in an encoding other than those of `known`,
a short or wordy value that nothing names as secret.
"""

from __future__ import annotations

from .known import looks_secret, secrets_in
from .machine import Scrub, machine_key, scrub_of
from .report import Hit, scan_text
from .scrubber import Clean, Scrubber

__all__ = [
    "Clean",
    "Hit",
    "Scrub",
    "Scrubber",
    "looks_secret",
    "machine_key",
    "scan_text",
    "scrub_of",
    "secrets_in",
]
