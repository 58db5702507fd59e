"""Runs as the rooms below leave them on disk, without anything having run."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from cotemp.messages.do import Draft
from cotemp.messages.header import Syntax, read, write
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.names import new_run_id, running_name
from cotemp.places import Places, SessionPlaces
from cotemp.store.filing import file_run, outbox_base
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.times import local_now

LEGACY = json.dumps(
    {
        "ts": "2025-09-09T04:44:42.6130296-04:00",
        "session_id": "co-migrate",
        "do_title": "DO_DO-Smoke_044440",
        "events": [{"ts": "2025-09-09T04:44:42.6140292-04:00", "type": "info", "op": "run", "elapsed_ms": 346}],
        "result": "pass",
    },
    indent=4,
).encode("utf-8-sig")
DAY = 86400.0


def begin(places: Places, session: SessionPlaces, script: str = "print('hi')") -> Run:
    """A run whose intent is written and whose DO lies under `running/`."""
    data = write(Draft("Smoke", script, session.id), Syntax.HASH)
    do, run_id = read(data, Syntax.HASH), new_run_id(local_now())
    run = Run(
        run_id, session.id, "DO_Smoke.py", do.sha256, outbox_base("DO_Smoke.py", run_id), "host", do.title, local_now(),
        do=do, engine="python", started=local_now(),
    )  # fmt: skip
    with Ledger(places) as ledger:
        ledger.intend(run, this_process())
    (session.running / running_name(run_id, run.do_file)).write_bytes(data)
    return run


def end(places: Places, session: SessionPlaces, run: Run, outcome: Outcome = Outcome.PASSED) -> None:
    """The run ends, and its logs are written."""
    with Ledger(places) as ledger:
        log = ledger.conclude(run.id, Ended(local_now(), outcome, None if outcome is Outcome.PASSED else "why"))
        file_run(session, log, run.base, b"hi\n")
        ledger.mark_filed(run.id)


def ran(places: Places, session: SessionPlaces, outcome: Outcome = Outcome.PASSED) -> Run:
    run = begin(places, session)
    end(places, session, run, outcome)
    return run


def legacy_log(session: SessionPlaces, base: str, data: bytes = LEGACY) -> Path:
    path = session.logs / f"{base}.json"
    path.write_bytes(data)
    (session.logs / f"{base}.txt").write_bytes(b"a line\n")
    return path


def aged(days: float, *folders: Path) -> None:
    """Make everything in `folders` that old."""
    then = time.time() - days * DAY
    for folder in folders:
        for path in sorted(folder.rglob("*"), reverse=True):
            os.utime(path, (then, then))
