"""Screens drawn by hand, as Claude Code, Codex and Gemini CLI draw them, around whatever a test puts there."""

from __future__ import annotations

from .stage import GREY, OFF

NBSP = "\u00a0"
FOOTER = "  ⏵⏵ bypass permissions on (shift+tab to cycle)"


def claude(*said: str, composer: str = "", footer: str = FOOTER, columns: int = 120) -> str:
    """What was said, then the composer between its two rules, then the footer."""
    rule = GREY + "─" * columns + OFF
    return "\n".join([*said, "", rule, f"❯{NBSP}{composer}", rule, footer])


def claude_dialog(*dialog: str, said: tuple[str, ...] = (), columns: int = 120) -> str:
    """What was said, then a dialog below a rule: the composer is not there."""
    return "\n".join([*said, "─" * columns, *dialog])


def codex(*said: str, composer: str = f"{GREY}Ask Codex to do anything{OFF}") -> str:
    """What was said, then the composer, then the footer."""
    return "\n".join([*said, "", "", f"\x1b[1m›{OFF} {composer}", "", "  gpt-6 default · ~/src/app · 62% left"])


def gemini(*said: str, composer: str = f"\x1b[7m {OFF}{GREY} Type your message or @path/to/file{OFF}") -> str:
    """What was said, then the composer on its band."""
    band = "\x1b[48;5;240m"
    foot = f"{OFF} ~/src/app      no sandbox      Auto (38% context used)"
    return "\n".join([*said, "─" * 80, " Shift+Tab to accept edits", band, f" > {composer}{band}", "", foot])


SUGGESTION = f'\x1b[7mT{OFF}{GREY}ry "fix the tests"{OFF}'
"""A suggestion with the cursor on its first letter."""
SPINNER = "✻ Cogitating… (53s · ↓ 749 tokens)"
LIMIT = "You've hit your session limit · resets 3pm (America/Los_Angeles)"
