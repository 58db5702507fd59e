"""Where agents run: in tmux, or in terminals of our own; both outlive the daemon."""

from __future__ import annotations

from .host import Host, Launch, Pane, Size, Taken

__all__ = ["Host", "Launch", "Pane", "Size", "Taken"]
