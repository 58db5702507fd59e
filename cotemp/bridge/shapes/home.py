"""The home: the handshake, where everything is, what is missing."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = ["ChatInfo", "Hello", "HomeInfo", "Parts", "SessionPaths"]


class Hello(TypedDict):
    """Both sides speak protocol 1."""

    protocol: Literal[1]
    version: str
    """Of cotemp."""
    home: str | None
    """null where the configuration cannot be read; then every other call says why."""
    pid: int


class HomeInfo(TypedDict):
    """Where everything is."""

    home: str
    exists: bool
    sessions: str
    panels: str
    state: str
    config: str
    python: str
    version: str
    session: str | None
    """The caller's."""


class Part(TypedDict):
    """Something that `cotemp init` makes."""

    what: str
    path: str


class Parts(TypedDict):
    """Whether the home is complete."""

    home: str
    complete: bool
    missing: list[Part]


class ChatInfo(TypedDict):
    """What to open, and what to put on the clipboard."""

    session: str
    name: str
    url: str
    greeting: str
    """The text to paste into the chat."""
    greeting_file: str | None
    """Where it is from; null where the home has none, and it is cotemp's own."""


class SessionPaths(TypedDict):
    """The folders of a session."""

    session: str
    exists: bool
    path: str
    inbox: str
    outbox: str
    logs: str
    notes: str
    scripts: str
    held: str
    running: str
