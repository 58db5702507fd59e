"""One ordinary call of each hot command, in the home that `furnish` makes."""

from __future__ import annotations

from pathlib import Path

from cotemp.cli.table import TABLE
from cotemp.places import Places
from tests.runs.made import ran

SESSION = "co-planning"

CALLS = {
    "status": [],
    "send": [SESSION, "hello"],
    "notes": ["--peek"],
    "sent": [],
    "drop": [SESSION, "--title", "Hello", "--body", "print(1)", "--engine", "python"],
    "join": [SESSION],
    "panels": [],
    "runs": [],
    "log": ["last"],
}
"""Arguments by command; a hot command that is not here is a mistake."""


def furnish(root: Path) -> dict[str, str]:
    """Make a home with one session and one run; returns the environment that leads there."""
    places = Places.at(root / "CoTemp")
    places.make_state()
    session = places.session(SESSION)
    session.make()
    ran(places, session)
    return {"COTEMP_HOME": str(places.home), "COSESSION_ID": SESSION}


def calls() -> list[list[str]]:
    """Command lines of every hot command."""
    return [[command.name, *CALLS[command.name]] for command in TABLE.commands if command.hot and command.exists()]
