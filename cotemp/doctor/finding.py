"""What a check finds, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ..config import Config, in_force
from ..errors import BadConfig, CotempError
from ..panels import Panels, listing
from ..places import Places

__all__ = ["Check", "Finding", "Found", "Look", "State", "bad", "info", "ok", "warn"]


class State(StrEnum):
    """`bad` stops something from working, `warn` may, `info` is only good to know."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Found:
    """What one check has to say; `can_fix`: `doctor --fix` mends it without risk."""

    state: State
    what: str
    fix: str = ""
    can_fix: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, under the name of its check."""

    name: str
    state: State
    what: str
    fix: str
    can_fix: bool


def ok(what: str) -> Found:
    return Found(State.OK, what)


def info(what: str, fix: str = "") -> Found:
    return Found(State.INFO, what, fix)


def warn(what: str, fix: str, *, can_fix: bool = False) -> Found:
    return Found(State.WARN, what, fix, can_fix)


def bad(what: str, fix: str, *, can_fix: bool = False) -> Found:
    return Found(State.BAD, what, fix, can_fix)


@dataclass(frozen=True)
class Look:
    """What the checks look at: a home, the config in force, the environment. Each part is read once."""

    places: Places
    config_file: Path
    env: Mapping[str, str]

    @cached_property
    def config(self) -> Config:
        """The settings; the defaults where they cannot be read (a check of its own tells why)."""
        return self._config[0]

    @property
    def config_problems(self) -> tuple[BadConfig, ...]:
        """Everything that is wrong with the settings."""
        return self._config[1]

    @cached_property
    def _config(self) -> tuple[Config, tuple[BadConfig, ...]]:
        try:
            return in_force(self.places, self.config_file), ()
        except BadConfig as error:
            return Config(), error.problems
        except CotempError as error:  # the record of what is trusted is damaged
            return Config(), (BadConfig(error.what, error.fix),)

    @cached_property
    def panels(self) -> Panels:
        return listing(self.places)

    @cached_property
    def sessions(self) -> list[str]:
        return self.places.session_ids()


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table: its name, what finds, and what mends (returns what it did)."""

    name: str
    find: Callable[[Look], Iterable[Found]]
    mend: Callable[[Look], Iterable[str]] | None = None
