"""What is started at login: a command line, and the few variables without which it would be another cotemp."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadUsage
from ..places import Places

__all__ = ["Entry", "entry_for", "entry_name", "through_sh"]

_KEPT = ("PATH", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""Where programs, settings and state are: at login a system may say otherwise, or nothing."""
_LONG = "1d"
"""How long a start waits for its home: not every system starts it again after that."""
_INVALID = ("\ufffe", "\uffff")
"""Characters that XML cannot hold, besides control characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One start at login; `name` is the same for all entries of one home."""

    name: str
    title: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    user: str = ""
    """Windows: `DOMAIN\\user`, whose login it is."""


def entry_name(state: Path) -> str:
    """Name of the entry of the home whose state is here; another home has another one."""
    return f"cotemp-{state.name}"


def entry_for(
    places: Places,
    config: Path | None,
    python: tuple[str, ...],
    *,
    environment: Mapping[str, str],
    user: str,
    looked_after: bool,
) -> Entry:
    """The entry of this home. `looked_after`: the system starts it again after an error, and can stop it.

    Raises BadUsage for a path that not every format can hold.
    """
    # -P: the folder in which it happens to start holds no code of ours.
    argv = [*python, "-P", "-m", "cotemp", "up", "--quiet", "--timeout", _LONG]
    argv += ["--foreground"] if looked_after else []
    argv += ["--home", str(places.home)]
    argv += ["--config", str(config)] if config else []
    kept = tuple((name, environment[name]) for name in _KEPT if environment.get(name))
    _refuse_unwritable([*argv, *(value for _, value in kept)])
    return Entry(
        entry_name(places.state), f"cotemp: the sessions in {places.home} are watched", tuple(argv), kept, user
    )


def _refuse_unwritable(texts: Iterable[str]) -> None:
    for text in texts:
        if any(unicodedata.category(char) in ("Cc", "Cs") or char in _INVALID for char in text):
            raise BadUsage(
                f"{text!a} holds characters that no login entry can hold", "use a path without control characters"
            )


def through_sh(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The same command line as arguments of a shell, for programs whose path a format cannot hold."""
    return ("/bin/sh", "-c", 'exec "$0" "$@"', *argv)
