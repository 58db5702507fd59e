"""A switchboard in a thread of its own, and the DOs that the tests drop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cotemp.config import Config
from cotemp.dispatch.desk import Event
from cotemp.dispatch.switchboard import Switchboard
from cotemp.dos import Dropped, drop
from cotemp.messages.do import Draft, Repo
from cotemp.messages.policy import Enforcing, Policy, Unenforced
from cotemp.places import Places
from cotemp.runner.engines import ENGINES
from cotemp.store.ledger import Ledger, Row
from tests.waiting import eventually

LEGACY = (
    '# ---\n# title: "T"\n# repo: { name: "x", path: "" }\n# risk: { writes: false }\n'
    "# consent: { allow_writes: false }\n# ---\n"
)
"""A header as another program writes it: without id and digest."""
LEGACY_PS = (
    '<# ---\ntitle: "T"\nrepo: { name: "x", path: "" }\nrisk: { writes: false }\n'
    "consent: { allow_writes: false }\n--- #>\n1\n"
)
"""The same for PowerShell."""


UNENFORCED = Config(policy=Policy(enforcer=Enforcing.NONE, unenforced=Unenforced.RUN))
"""The settings of an owner who wants no sandbox: DOs run with the user's own rights."""


class Running:
    """A running switchboard and what it said."""

    def __init__(self, board: Switchboard, places: Places) -> None:
        self.board = board
        self.events: list[Event] = []
        self._places = places

    def texts(self) -> str:
        return "\n".join(event.text for event in self.events)

    def outcomes(self) -> list[str]:
        return [event.outcome for event in self.events if event.outcome]

    def await_runs(self, number: int, seconds: float = 20.0) -> list[Row]:
        """Wait until this many runs are filed; returns all rows."""

        def filed() -> list[Row]:
            with Ledger(self._places) as ledger:
                rows = ledger.rows()
            return rows if sum(row.filed for row in rows) >= number else []

        try:
            return eventually(filed, seconds, f"{number} filed runs")
        except AssertionError as error:
            raise AssertionError(f"{error}; events: {self.texts()}") from None


@contextmanager
def running(
    places: Places, *sessions: str, config: Config | None = None, file: Path | None = None
) -> Iterator[Running]:
    """A switchboard that watches `sessions`, its loop in a thread; without `config` nothing is enforced."""
    with Switchboard(places, config or UNENFORCED, file) as board:
        found = Running(board, places)
        for session in sessions:
            board.add(places.session(session))
        watcher = threading.Thread(target=_collect, args=(board, found))
        watcher.start()
        try:
            yield found
        finally:
            board.stop()
            watcher.join(20)
    found.events.extend(board.leftover())


def _collect(board: Switchboard, found: Running) -> None:
    for event in board.events():
        found.events.append(event)


def drop_python(places: Places, session: str, body: str, repo: Path | None = None, **more: Any) -> Dropped:
    """Drop a Python DO of ours."""
    draft = Draft("T", body, session, Repo("x", str(repo) if repo else None), **more)
    return drop(places, session, draft, ENGINES["python"], create=True)


def log_of(places: Places, row: Row) -> str:
    """The TXT log of a run."""
    return (places.session(row.session).logs / f"{row.base}.txt").read_text(encoding="utf-8")
