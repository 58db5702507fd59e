"""The policy: what the owner of this machine lets DOs do at most, whatever their headers ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Enforcing", "OldPolicy", "Policy", "Rule", "Unenforced"]


class Rule(StrEnum):
    """What happens when a DO asks for something; from the widest to the narrowest."""

    ALLOW = "allow"
    ASK = "ask"
    NEVER = "never"


class Unenforced(StrEnum):
    """What happens to a DO where nothing can hold it to its consent; from the widest to the narrowest."""

    RUN = "run"
    HOLD = "hold"
    REFUSE = "refuse"


class Enforcing(StrEnum):
    """What holds DOs to their consent; from the widest to the narrowest.

    `none`: no sandbox, though there may be one; `unenforced` then decides about every DO.
    """

    NONE = "none"
    AUTO = "auto"


class OldPolicy(StrEnum):
    """What happens to the DOs of a session whose chat has not echoed the policy capsule of now; widest first."""

    RUN = "run"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's limits; `timeout` and `timeout_max` are seconds.

    The paths are real ones, resolved when the settings were read: compare with them as they are. A
    repo may be written only below `repos`; `read` is what a DO may read of HOME besides its repo;
    `secret_env` and `secret_read` are all that secrets consent shows.
    """

    writes: Rule = Rule.ALLOW
    network: Rule = Rule.ALLOW
    secrets: Rule = Rule.ASK
    destructive: Rule = Rule.ASK
    unenforced: Unenforced = Unenforced.HOLD
    old_policy: OldPolicy = OldPolicy.RUN
    enforcer: Enforcing = Enforcing.AUTO
    repos: tuple[Path, ...] = ()
    read: tuple[Path, ...] = ()
    secret_env: tuple[str, ...] = ()
    secret_read: tuple[Path, ...] = ()
    timeout: float = 30 * 60.0
    timeout_max: float = 4 * 3600.0
