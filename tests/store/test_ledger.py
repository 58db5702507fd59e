"""The ledger knows what was meant to run and what became of it, whatever ends the process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from cotemp.errors import DamagedData, UnknownRun
from cotemp.messages.do import Do, Flags, Repo
from cotemp.messages.run import Ended, Outcome, Run, State
from cotemp.names import new_run_id
from cotemp.places import Places
from cotemp.store.identity import this_process
from cotemp.store.ledger import AlreadyRan, Ledger
from cotemp.times import local_now

DO = Do(title="DO-Smoke", repo=Repo("Sandbox"), risk=Flags(writes=True), consent=Flags(), sha256="ab" * 32, id="k3f9")


def a_run(session: str = "co-x", do: Do | None = None) -> Run:
    run_id = new_run_id(local_now())
    return Run(run_id, session, "DO_a.py", "ab" * 32, f"DO_a-{run_id}", "host", "DO-Smoke", local_now(), do=do)


def ended(outcome: Outcome = Outcome.PASSED, **more: object) -> Ended:
    return Ended(local_now(), outcome, **more)  # type: ignore[arg-type]


def test_a_run_from_intent_to_outcome(places: Places) -> None:
    """A run is known from its intent on; its log is complete when its outcome is."""
    with Ledger(places) as ledger:
        run = a_run(do=DO)
        ledger.intend(run, this_process())
        row = ledger.find(run.id)
        assert (row.state, row.outcome, row.filed) == (State.RUNNING, None, False)
        assert ledger.log(run.id)["result"] is None
        log = ledger.conclude(run.id, ended(Outcome.FAILED, reason="exit code 3", exit_code=3, elapsed_ms=12))
        assert (log["result"], log["exit_code"], log["risk"]["writes"]) == ("fail", 3, True)
        assert ledger.find("last").outcome is Outcome.FAILED
        ledger.mark_filed(run.id)
        assert ledger.open_runs() == []


def test_the_log_has_the_pinned_keys_in_order(places: Places) -> None:
    """The first eight keys of a JSON log are the original's, in its order, with its types."""
    with Ledger(places) as ledger:
        run = a_run(do=DO)
        ledger.intend(run, this_process())
        log = ledger.conclude(run.id, ended(elapsed_ms=346))
    first = ["ts", "session_id", "do_title", "repo_path", "risk", "consent_effective", "events", "result"]
    assert list(log)[:8] == first
    assert log["events"][0] | {"ts": ""} == {
        "ts": "",
        "type": "info",
        "op": "run",
        "msg": "completed",
        "elapsed_ms": 346,
    }
    assert log["consent_effective"] == dict.fromkeys(
        ["allow_writes", "allow_network", "allow_secrets", "allow_destructive"], False
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d", str(log["ts"]))


def test_a_do_runs_once(places: Places) -> None:
    """A second run of the same DO id is refused, naming the first; the ledger stays as it was."""
    with Ledger(places) as ledger:
        first = a_run(do=DO)
        ledger.intend(first, this_process())
        with pytest.raises(AlreadyRan, match=first.id):
            ledger.intend(a_run("co-y", do=DO), this_process())
        ledger.reject(a_run(do=DO), this_process(), ended(Outcome.REJECTED, reason="again"))
        assert [row.outcome for row in ledger.rows()] == [None, Outcome.REJECTED]


def test_runs_are_found_by_a_unique_beginning(places: Places) -> None:
    """Any unambiguous start of a run id will do; an ambiguous one lists what it could be."""
    with Ledger(places) as ledger:
        runs = [replace(a_run(), id=f"20260101-000000-1-{end}") for end in ("aaaa", "aaab", "bbbb")]
        for run in runs:
            ledger.intend(run, this_process())
        assert ledger.find("20260101-000000-1-b").run_id == runs[2].id
        assert ledger.find("20260101-000000-1-aaaa").run_id == runs[0].id
        with pytest.raises(UnknownRun, match="fits 2 runs"):
            ledger.find("20260101-000000-1-a")
        with pytest.raises(UnknownRun, match="no run is called"):
            ledger.find("nothing")


def test_rows_can_be_chosen(places: Places) -> None:
    """Runs can be listed by session (in any case), age and failure; today's outcomes are counted."""
    with Ledger(places) as ledger:
        for session, outcome in (("co-x", Outcome.PASSED), ("co-x", Outcome.FAILED), ("co-y", Outcome.UNKNOWN)):
            run = a_run(session)
            ledger.intend(run, this_process())
            ledger.conclude(run.id, ended(outcome))
        assert len(ledger.rows("CO-X")) == 2
        assert [row.outcome for row in ledger.rows(failed=True)] == [Outcome.FAILED, Outcome.UNKNOWN]
        assert ledger.rows(since=local_now() + timedelta(hours=1)) == []
        assert [row.session for row in ledger.rows(limit=2)] == ["co-x", "co-y"]
        assert ledger.counts() == {"co-x": {"passed": 1, "failed": 1}, "co-y": {"unknown": 1}}
        (question,) = ledger.unknown()
        ledger.settle(question.run_id)
        assert ledger.unknown() == []


def test_readers_of_nothing_see_nothing(places: Places) -> None:
    """Where nothing ever ran, there is an empty ledger, and reading makes no file."""
    with Ledger(places, create=False) as ledger:
        assert ledger.rows() == []
        assert ledger.counts() == {}
    assert not places.ledger.exists()


def test_an_intent_survives_kill_9(places: Places) -> None:
    """What was intended is known after the process was killed in the next instant."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from tests.store.test_ledger import a_run, DO\n"
        "from cotemp.places import Places; from cotemp.store.ledger import Ledger\n"
        "from cotemp.store.identity import this_process\n"
        "Ledger(Places(Path(sys.argv[2]), Path(sys.argv[3]))).intend(a_run(do=DO), this_process())\n"
        "os.kill(os.getpid(), 9)"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    subprocess.run([sys.executable, "-c", code, root, str(places.home), str(places.state)], check=False)
    with Ledger(places) as ledger:
        assert [(row.do_id, row.outcome) for row in ledger.open_runs("co-x")] == [("k3f9", None)]


def test_a_damaged_ledger_is_named(places: Places) -> None:
    """A ledger that is no database is an error that names the file and what still tells the story."""
    places.ledger.write_bytes(b"this is no database, but it is long enough to look at" * 20)
    with pytest.raises(DamagedData, match=r"ledger\.db is damaged.*outbox"):
        Ledger(places)


def test_hostile_names_are_stored(places: Places) -> None:
    """Quotes, newlines and non-ASCII text in a title are data, not statements."""
    with Ledger(places) as ledger:
        run = replace(a_run(), title="'); DROP TABLE runs; --\n\u2028\U0001f600")
        ledger.intend(run, this_process())
        assert ledger.find(run.id).title == run.title
        assert json.loads(json.dumps(ledger.log(run.id)))["title"] == run.title
