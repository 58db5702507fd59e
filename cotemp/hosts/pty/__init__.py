"""The host without tmux: a keeper process of ours for each agent."""

from __future__ import annotations
