"""What is going on in a home, read from disk: true when nothing of ours runs, and cheap enough for a prompt."""

from .model import AgentStatus, CheckStatus, PhaseStatus, Running, SessionStatus, Snapshot, Supervisor, Watcher
from .survey import only, snapshot

__all__ = [
    "AgentStatus",
    "CheckStatus",
    "PhaseStatus",
    "Running",
    "SessionStatus",
    "Snapshot",
    "Supervisor",
    "Watcher",
    "only",
    "snapshot",
]
