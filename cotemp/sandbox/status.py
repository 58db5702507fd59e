"""What bubblewrap says about a run while it holds it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["began"]


def began(status: Path) -> bool:
    """Whether the program behind the walls was started: bubblewrap writes the exit code only of a program that
    it could start. Asked when bubblewrap has ended by itself."""
    try:
        return b'"exit-code"' in status.read_bytes()
    except OSError:
        return False
