"""What an agent's program is doing right now, with the evidence; it never guesses.

    files and servers of the program (claude/, codex, opencode) ──┐
    title · screen (rows ─ composer ─ quoting ─ limits) ──────────┼─ claims ── verdict ── Reading
    processes of its terminal (ladder) ───────────────────────────┘

What a program looks like is data: patterns in its backend's row, shapes and places in `looks`.
"""

from __future__ import annotations

from .look import read
from .subject import Scrub, Subject
from .typed import Shown, composer_of, shows

__all__ = ["Scrub", "Shown", "Subject", "composer_of", "read", "shows"]
