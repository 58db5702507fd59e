"""What the settings decide for the queues of a process; read again when a human has changed them."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import Config
from ..places import Places, own_config_file
from ..redact import Scrub, Scrubber, scrub_of
from ..runner.engines import Engine, engines

if TYPE_CHECKING:
    from ..sandbox import Enforcer

__all__ = ["InForce", "Rules", "rules_of"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings, and all that follows from them."""

    config: Config
    engines: Mapping[str, Engine]
    scrub: Scrub
    """What must not get into anything that is written; handed to whoever keeps a run."""
    scrubber: Scrubber
    """The same, ready for use in this process, from any thread."""
    enforcer: Enforcer | None
    """What holds DOs to their consent; None when nothing does."""


def rules_of(places: Places, config: Config) -> Rules:
    """What follows from `config` here. The first time after a boot the enforcer is tried out, which takes a moment."""
    from ..sandbox import Missing, find

    scrub = scrub_of(places, os.environ, config.policy)
    found = find(places.state.parent, wanted=config.policy.enforcer.value)
    return Rules(
        config, engines(config.engines), scrub, scrub.scrubber(), None if isinstance(found, Missing) else found
    )


class InForce:
    """The rules that hold now. `file` is where the settings came from; None: from nowhere, they stay as they are."""

    def __init__(self, places: Places, config: Config, file: Path | None = None) -> None:
        self.rules = rules_of(places, config)
        self._places = places
        self._file = file
        self._read: tuple[object, ...] = ()
        self._guard = threading.Lock()

    def look(self) -> None:
        """Read the settings again if they were changed; to be called before each decision, from any thread.

        Raises BadConfig when they cannot be meant or are a stranger's: then nothing may be decided by the old ones.
        """
        with self._guard:
            now = self._as_on_disk()
            if self._file is None or now == self._read:
                return
            from ..config import in_force

            config = in_force(self._places, self._file)
            if config != self.rules.config:
                self.rules = rules_of(self._places, config)
            self._read = now

    def _as_on_disk(self) -> tuple[object, ...]:
        """Of every file that the settings depend on, what changes when it is written."""
        files = (self._file, own_config_file(), self._places.trusted) if self._file else ()
        return tuple(_stamp(file) for file in files if file)


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
