"""What is on record, and what was checked: nobody puts something else in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.runner import Launch, Runner, Started
from cotemp.store.ledger import Ledger

from .lair import Lair, tries

FORGERIES = {
    "approval": (
        "INSERT INTO decisions SELECT 'forged', 'approval', run_id, '2999-01-01T00:00:00.000Z', '{}', 1, NULL"
        " FROM runs WHERE state = 'held'"
    ),
    "line": "UPDATE events SET who = 'somebody else' WHERE seq = 1",
    "log": "UPDATE runs SET log = replace(log, 'passed', 'failed') WHERE filed = 1",
}
FORGE = """
import sqlite3
def forge(statement):
    with sqlite3.connect({ledger!r}) as ledger:
        assert ledger.execute(statement).rowcount > 0
"""


@pytest.mark.parametrize("what", FORGERIES)
def test_forgeries(lair: Lair, what: str) -> None:
    """A DO reaches no line of the ledger; where nothing holds it, what it did there is found."""
    lair.settings('secrets = "ask"\n')
    body = FORGE.format(ledger=str(lair.places.ledger)) + tries({what: f"forge({FORGERIES[what]!r})"})
    held, run = lair.run_all([("print('secret')", {"secrets": True}), (body, {})])
    assert (held.row.state, run.worked()) == ("held", set())
    assert lair.here("audit", "--verify").code == 0
    assert lair.run(body, walls=False).worked() == {what}
    assert lair.here("audit", "--verify").code == 1


@pytest.mark.parametrize("link", [False, True])
def test_what_was_checked_is_what_runs(lair: Lair, monkeypatch: pytest.MonkeyPatch, *, link: bool) -> None:
    """The DO's file becomes another one, or a link to one, between the check and the start: what was checked runs."""
    evil = lair.user / "evil.py"
    evil.write_text("print('evil')")
    started: list[Path] = []

    def start(self: Runner, launch: Launch) -> Started:
        (path,) = lair.mine.running.iterdir()
        path.unlink()
        path.symlink_to(evil) if link else path.write_text(evil.read_text())
        started.append(path)
        ran = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
        assert ran.stdout == "evil\n", "whoever starts the file itself would run it"
        return real(self, launch)

    real = Runner.start
    monkeypatch.setattr(Runner, "start", start)
    run = lair.run("print('checked')")
    assert (run.text, len(started)) == ("checked\n", 1)
    with Ledger(lair.places) as ledger:
        assert ledger.verify() is None
    assert "evil" not in "".join(os.listdir(lair.mine.inbox))
