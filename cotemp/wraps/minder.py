"""Looks after the sessions of a home in a thread of its own, as git may take its time; the daemon has one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from ..config import in_force
from ..errors import CotempError
from ..places import Places
from ..times import local_now
from .desk import PasteDesk
from .watching import watch_over

__all__ = ["Minder"]

EVERY = 60.0
"""Seconds between two looks: two in a row are a breach, and the CoWrap is due within five minutes."""
PATIENCE = 5.0
"""Seconds that the end waits for git; what a look writes is written whole or not at all."""


class Minder:
    """From `with` to its end: a look every so many seconds. `tell` gets a session, or "", and a line about it."""

    def __init__(
        self, places: Places, file: Path, tell: Callable[[str, str], None], every: float | None = None
    ) -> None:
        self._places, self._file, self._tell = places, file, tell
        self._every = EVERY if every is None else every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="minder", daemon=True)
        self._troubles: dict[str, str] = {}
        self._bugs: dict[str, str] = {}

    def __enter__(self) -> Minder:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(timeout=PATIENCE)

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self._look()
                self._troubles.pop("", None)
            except Exception as error:  # of ours, too: it may not keep all later looks from being taken
                self._trouble("", f"the sessions are not looked after: {self._said(error)}")

    def _look(self) -> None:
        """By the settings as they are now."""
        now = local_now()
        for look in watch_over(self._places, in_force(self._places, self._file), now, PasteDesk(self._places, now)):
            if look.made:
                self._tell(look.session, look.told())
            elif look.problem:
                self._trouble(look.session, look.told())
            else:
                self._troubles.pop(look.session, None)

    def _said(self, error: Exception) -> str:
        """What went wrong; a bug is written down once, not each minute."""
        if isinstance(error, CotempError | OSError):
            return str(error)
        kind = type(error).__name__
        if kind not in self._bugs:
            from ..bugs import understood

            self._bugs[kind] = str(understood(error, "watch"))
        return self._bugs[kind]

    def _trouble(self, session: str, line: str) -> None:
        """Say it once, not each minute."""
        if self._troubles.get(session) != line:
            self._troubles[session] = line
            self._tell(session, line)
