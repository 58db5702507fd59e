"""The keys of a DO's header as a shape: what `schemas/do-header.json` documents.

Only the schemas need this room: `meaning` is what reads headers, and a test compares the two.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

__all__ = ["Header"]


class Risk(TypedDict, total=False):
    """What the author says the DO does; what is left out is false."""

    writes: bool
    network: bool
    secrets: bool
    destructive: bool


class Consent(TypedDict, total=False):
    """What the DO may do; what is left out is false."""

    allow_writes: bool
    allow_network: bool
    allow_secrets: bool
    allow_destructive: bool


class Repo(TypedDict):
    """The folder that the DO is about, and starts in."""

    name: NotRequired[str]
    path: str
    """Empty, or a template's placeholder, when the DO is about no folder."""


class Header(TypedDict):
    """The header of a DO, once its lines are read as keys and values (the lines are no YAML: there are no escapes).

    Other keys are allowed, and mean nothing.
    """

    title: str
    session_id: NotRequired[str | None]
    """The session that it was dropped into."""
    repo: Repo
    risk: Risk
    consent: Consent
    sender: NotRequired[str | None]
    """The session that it claims to come from."""
    brief: NotRequired[str | None]
    timeout: NotRequired[str | None]
    """The longest that it may run, such as `30m`; the owner's policy caps it."""
    est_runtime: NotRequired[str | None]
    """How long the author thinks it takes; only shown."""
    id: NotRequired[str | None]
    """A DO with an id runs at most once, on any machine. `cotemp drop` writes it."""
    body_sha256: NotRequired[str | None]
    """The SHA-256 of every byte below the header: proves that the file is whole. `cotemp drop` writes it."""
