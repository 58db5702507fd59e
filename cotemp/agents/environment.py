"""The environment of an agent: the user's, without what belongs to the terminal or program that cotemp runs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["environment"]

_NOT_ITS_OWN = (
    # A run of a DO, from which somebody may call `cotemp up`.
    *("COTEMP_RUN_ID", "COTEMP_DO", "COTEMP_ARTIFACTS", "COTEMP_OUTBOX", "COTEMP_REPO"),
    *("COAGENT_ALLOW_WRITES", "COAGENT_ALLOW_NETWORK"),
    # The terminal, and tmux or screen in it: an agent that sees these takes itself for a guest there.
    *("TMUX", "TMUX_PANE", "STY", "WINDOW", "COLUMNS", "LINES", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERMCAP"),
    # An agent program, from which somebody may call `cotemp up`: nested in itself it refuses to start, or acts oddly.
    *("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_SESSION_ID"),
    *("OPENCODE", "OPENCODE_PID", "GEMINI_CLI", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED"),
    # The systemd unit of the daemon.
    *("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "MAINPID", "INVOCATION_ID", "JOURNAL_STREAM"),
    *("WATCHDOG_PID", "WATCHDOG_USEC"),
)


def environment(users: Mapping[str, str], agent: str, home: Path, own: Mapping[str, str]) -> dict[str, str]:
    """What the agent's program gets: the user's environment, `own` (its backend's and its own `env`), and who it is."""
    kept = {key: value for key, value in users.items() if key not in _NOT_ITS_OWN}
    who = {"COSESSION_ID": agent, "COTEMP_AGENT": agent, "COTEMP_HOME": str(home)}
    return {**kept, "TERM": "xterm-256color", **own, **who}
