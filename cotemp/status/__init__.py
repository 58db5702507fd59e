"""What is going on in a home, read from disk: true when nothing of ours runs, and cheap enough for a prompt."""

from .model import Running, SessionStatus, Snapshot, Supervisor, Watcher
from .survey import snapshot

__all__ = ["Running", "SessionStatus", "Snapshot", "Supervisor", "Watcher", "snapshot"]
