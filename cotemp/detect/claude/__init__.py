"""What Claude Code says of itself: a session file for each process, and the transcript of each conversation."""

from __future__ import annotations

from . import session_file, transcript

__all__ = ["session_file", "transcript"]
