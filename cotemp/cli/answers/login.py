"""What `cotemp autostart` answers with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = [
    "Agreement",
    "AutostartAnswer",
    "AutostartDisableAnswer",
    "AutostartEnableAnswer",
]


class Agreement(TypedDict):
    """Who agreed to a login entry, and when."""

    by: str
    """A user of the system."""
    at: str
    """UTC with milliseconds."""
    sha256: str
    """Of what the system acts on: the whole file; of a task, its command, triggers and rights."""


class AutostartAnswer(TypedDict):
    """`cotemp autostart status --json`: what starts at login for this home."""

    schema: Literal[1]
    state: Literal["disabled", "enabled", "changed", "stale"]
    """`changed`: what is there is not what was agreed to. `stale`: it starts a cotemp that is gone."""
    system: Literal["systemd", "xdg", "launchd", "task", "run-key"] | None
    where: str | None
    """A file, a task or a value of the registry; null where nothing is."""
    agreed: Agreement | None
    why: str | None
    """What is wrong; null when nothing is."""
    fix: str | None
    lingers: bool | None
    """Whether it starts with the machine and outlives logout; null where systemd does not start it."""


class AutostartEnableAnswer(AutostartAnswer):
    """`cotemp autostart enable --json`: how it stands then."""

    changed: bool
    """False when it was so before."""
    text: str
    """What was written."""


class AutostartDisableAnswer(TypedDict):
    """`cotemp autostart disable --json`: where the entries stood."""

    schema: Literal[1]
    removed: list[str]
