"""The Python face: `Home`, whose methods each call one room. For example:

    from cotemp import Home

    home = Home.open()
    home.send("Planning", "the table is done", sender="co-migrate")
    dropped = home.drop("Migrate", title="DO-Smoke", body="print('ok')", engine="python")
    print(home.wait(dropped).outcome)

Every path is in `home.places`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .config import find_home, in_force
from .errors import BadUsage
from .messages.do import Draft, Flags, Repo
from .places import Places, config_file
from .times import local_now

if TYPE_CHECKING:
    from .dos import Dropped
    from .notes import Note, Sent
    from .panels import Panel
    from .runs import RunRow
    from .status import Snapshot
    from .store.ledger import Row

__all__ = ["Home"]

_NO_CONSENT = Flags()


class Home:
    """One home: its sessions, panels, notes, DOs and runs.

    `places` has every path. Methods raise errors of `cotemp.errors`, each with a fix; all of them are
    CotempError.
    """

    def __init__(self, places: Places, config: Path | None = None) -> None:
        self.places = places
        self._config = config or config_file()

    @classmethod
    def open(cls, path: str | Path | None = None) -> Home:
        """The home at `path`, else the one that the command line would take: COTEMP_HOME, config, default."""
        config = config_file()
        return cls(Places.at(find_home(str(path) if path else None, os.environ, config)), config)

    def send(self, to: str, text: str, *, sender: str | None = None, create: bool = False) -> Sent:
        """Put a note into the inbox of `to`, a panel name or session id.

        `sender` is a session id; default: the environment's COSESSION_ID, else `unknown`.
        """
        from .notes import send

        sender = sender or os.environ.get("COSESSION_ID") or "unknown"
        return send(self.places, to, text, sender, local_now(), create=create)

    def drop(
        self,
        to: str,
        *,
        title: str,
        body: str,
        engine: str = "pwsh",
        repo: str | Path | None = None,
        brief: str = "Ad-hoc DO",
        consent: Flags = _NO_CONSENT,
        timeout: float | None = None,
        create: bool = False,
    ) -> Dropped:
        """Drop a DO: `body` under a header made of the rest. `engine` is pwsh, python, sh or one of the config;
        `timeout` in seconds."""
        from .dos import drop
        from .runner.engines import engines

        known = engines(in_force(self.places, self._config).engines)
        if engine not in known:
            raise BadUsage(f"no engine is called {engine!r}", f"there are {', '.join(known)}")
        where = Repo("Sandbox", str(repo) if repo else None)
        draft = Draft(title, body, to, where, brief, consent, timeout, sender=os.environ.get("COSESSION_ID"))
        return drop(self.places, to, draft, known[engine], create=create)

    def wait(self, dropped: Dropped) -> Row:
        """Wait until a dropped DO has run and its logs are written, or until it is held for a human."""
        from .dos import await_run

        return await_run(self.places, dropped)

    def notes(self, session: str, *, file: bool = False) -> Sequence[Note]:
        """The notes that wait in a session's inbox, opened; `file` puts them away as read."""
        from .notes import opened, put_away, waiting
        from .panels import resolve

        found = [note for name in waiting(resolve(self.places, session)) if (note := opened(name))]
        for note in found if file else ():
            if note.problem is None:
                put_away(note, os.environ.get("COSESSION_ID") or session, "python")
        return found

    def panels(self) -> Sequence[Panel]:
        """The panels that are present."""
        from .panels import listing

        return listing(self.places).present

    def runs(
        self, session: str | None = None, since: datetime | None = None, *, failed: bool = False
    ) -> Sequence[RunRow]:
        """All runs, oldest first; `failed`: only those that ended, and not as passed."""
        from .runs import listing

        return listing(self.places, session, since, failed=failed)

    def status(self) -> Snapshot:
        """What is going on now, read from disk."""
        from .status import snapshot

        return snapshot(self.places, local_now(), self._config)
