"""A session in which something of every kind happened, as the rooms below leave it on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cotemp import notes
from cotemp.messages.ack import Ack
from cotemp.messages.run import Change, Ended, Outcome
from cotemp.places import Places, SessionPlaces
from cotemp.store.filing import file_run
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from tests.runs.made import begin, ran

__all__ = ["NOW", "SECRET", "acks", "told"]

SECRET = "ghp_" + "0123456789abcdefghij0123456789abcdef"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
DIFF = """diff --git a/app.py b/app.py
--- a/app.py
+++ b/app.py
@@ -1,3 +1,3 @@
 import os
-print("old")
+print("new")
"""


def told(places: Places) -> SessionPlaces:
    """Notes both ways, DOs that passed, failed and wait, a diff, alerts and a CoWrap."""
    session, other = places.session("co-migrate"), places.session("co-planning")
    session.make()
    other.make()
    notes.send(
        places, "co-migrate", "Please count the Python files.\n\n- in app/\n- in tests/", "co-planning", local_now()
    )
    notes.send(places, "co-planning", f"Counted: 214. The key was {SECRET}.", "co-migrate", local_now())
    for note in notes.read(session, "co-migrate", "cli"):
        assert note.text
    ran(places, session)
    ran(places, session, Outcome.FAILED)
    changed(places, session)
    begin(places, session)
    alerts(places, session)
    wrapped(places, session)
    return session


def changed(places: Places, session: SessionPlaces) -> None:
    """A run that changed its repo, with the diff among its artifacts."""
    run = begin(places, session, "open('app.py', 'w')")
    folder = session.outbox / f"{run.base}.d"
    folder.mkdir()
    (folder / "changes.patch").write_text(DIFF)
    listed = ({"path": "changes.patch", "kind": "diff", "bytes": len(DIFF), "sha256": "0" * 64},)
    with Ledger(places) as ledger:
        ended = Ended(local_now(), Outcome.PASSED, changes=Change("applied", changed=("app.py",)), artifacts=listed)  # type: ignore[arg-type]
        file_run(session, ledger.conclude(run.id, ended), run.base, b"wrote app.py\n")
        ledger.mark_filed(run.id)


def alerts(places: Places, session: SessionPlaces) -> None:
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    at = f"{local_now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ours = f"[BLOAT?] DOs since CoWrap: 5 (>=5) \u2014 {at} [{session.id}]\n"
    original = f"[BLOAT?] Low DO throughput: 1/h (<2/h) | Status stale: 30 min (>25) \u2014 {at}\r\n"
    file.write_text(ours + "some words\n" + original, encoding="utf-8-sig", newline="")


def wrapped(places: Places, session: SessionPlaces) -> None:
    logs = places.home / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "CoWrap_Snapshot_2026-11-21_170000Z.md").write_text(
        f"# CoWrap Snapshot\n\nUTC: 2026-11-21 17:00:00 Z\nOutDir: ~\nSession: {session.id}\n\n## Repo: ~/src/app\n"
    )
    (logs / f"CoWrap-20261121-170000-{session.id}-to-ANY.zip").write_bytes(b"PK")
    (logs / "CoWrap-20261121-170000-co-other-to-ANY.zip").write_bytes(b"PK")


def acks() -> list[Ack]:
    """A paste that was acknowledged, and one that is open."""
    offered = local_now() - timedelta(minutes=4)
    open_one = Ack("p-aaaaaa", "co-migrate", "bootstrap", "Bootstrap of co-migrate", offered)
    done = replace(
        open_one, id="p-bbbbbb", kind="handoff", title="Handoff from co-planning", acknowledged=local_now(),
        references=("PR #12", "docs/plan.md"), standing="verified",
    )  # fmt: skip
    return [open_one, done]


def foreign_log(session: SessionPlaces, base: str, log: object) -> Path:
    """A JSON log of another program."""
    path = session.logs / f"{base}.json"
    path.write_text(json.dumps(log))
    return path
