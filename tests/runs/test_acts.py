"""A person stops a run, takes notice of one, or drops its DO again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.errors import AnswerIsNo, NotFound
from cotemp.messages.do import Draft, Problem
from cotemp.messages.header import Syntax, is_whole, read, write
from cotemp.messages.header.renewing import renewed
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.names import new_run_id, running_name
from cotemp.places import Places, SessionPlaces
from cotemp.runs import acts
from cotemp.runs.acts import CANCEL, cancel, retry
from cotemp.store.claims import hold
from cotemp.store.filing import file_run
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.store.mailbox import read_plain
from cotemp.times import local_now
from tests.portable import symlink

from .made import begin, end, legacy_log, ran


def test_cancel_one_that_ended(places: Places, session: SessionPlaces) -> None:
    """What has ended cannot be stopped; the answer says how it ended."""
    run = ran(places, session)
    with pytest.raises(AnswerIsNo, match="it ended already: passed"):
        cancel(places, run.id, "me")


def test_cancel_one_that_is_unknown(places: Places, session: SessionPlaces) -> None:
    """To cancel a run of unknown outcome is to take notice of it: nothing waits for a human any more."""
    run = ran(places, session, Outcome.UNKNOWN)
    assert cancel(places, run.id, "me").settled
    with Ledger(places) as ledger:
        assert ledger.unknown() == []
    with pytest.raises(AnswerIsNo, match="notice was taken"):
        cancel(places, run.id, "me")


def test_cancel_one_whose_watcher_is_gone(places: Places, session: SessionPlaces) -> None:
    """Nobody is left to stop it, so it is settled at once and nobody waits."""
    run = begin(places, session)
    assert cancel(places, run.id, "me").settled
    assert not (places.runs / run.id / CANCEL).exists()


def test_cancel_one_that_runs(places: Places, session: SessionPlaces) -> None:
    """Whoever runs it is asked by a file that says who asks; the answer comes when it has ended."""
    with hold(places, f"watch-{session.id}", "watching"):
        run = begin(places, session)

        def asked(text: str) -> None:
            assert (places.runs / run.id / CANCEL).read_text() == "me\n"
            end(places, session, run, Outcome.CANCELLED)

        assert cancel(places, run.id, "me", asked).outcome == "cancelled"


def test_retry_is_the_same_do_with_a_new_id(places: Places, session: SessionPlaces) -> None:
    """A retried DO has a fresh id, says whose retry it is, and its script is the same to the byte."""
    run = ran(places, session, Outcome.FAILED)
    before = (session.outbox / f"{run.base}.py").read_bytes()
    again = retry(places, run.id)
    data = again.path.read_bytes()
    do = read(data, Syntax.HASH)
    assert again.path.parent == session.inbox
    assert run.do
    assert do.id == again.id != run.do.id
    assert do.extras["retry_of"] == run.id
    assert is_whole(data)
    assert data.split(b"# ---\n")[2] == before.split(b"# ---\n")[2]
    assert replace(do, id="", sha256="", extras={}) == replace(run.do, id="", sha256="")


def test_retry_a_retry(places: Places, session: SessionPlaces) -> None:
    """Only the run that is repeated is named, not its whole descent."""
    first = ran(places, session, Outcome.FAILED)
    data = retry(places, first.id).path.read_bytes()
    do = read(data, Syntax.HASH)
    assert do.id
    second = renewed(data, do.id, "other", "20261121-101502-1-aaaa")
    assert second.count(b"retry_of") == 1
    assert read(second, Syntax.HASH).extras["retry_of"] == "20261121-101502-1-aaaa"


@pytest.mark.parametrize("body", ["'hé'\n", 'id: "x"\n', ""])
def test_retry_powershell(body: str) -> None:
    """BOM, CRLF and a script that looks like a header survive."""
    data = write(Draft("Sm#> öke", body, "co-x", id="old"), Syntax.BLOCK)
    new = renewed(data, "old", "new", "20261121-101502-1-aaaa")
    assert is_whole(new)
    assert read(new, Syntax.BLOCK).id == "new"
    assert new.replace(b'id: "new"\r\nretry_of: "20261121-101502-1-aaaa"', b'id: "old"') == data


def test_retry_one_of_the_original(places: Places, session: SessionPlaces) -> None:
    """A DO without an id is dropped again as it is, under a new name."""
    legacy_log(session, "DO_Smoke_044440-20250909-044442-28216")
    do = session.outbox / "DO_Smoke_044440-20250909-044442-28216.ps1"
    do.write_bytes(
        b'<# ---\ntitle: "DO-Smoke"\nrepo: { name: "S", path: "" }\nrisk: { writes: false }\n'
        b"consent: { allow_writes: false }\n--- #>\nGet-Date\n"
    )
    again = retry(places, "20250909-044442-28216")
    assert again.path.read_bytes() == do.read_bytes()
    assert again.path.name.startswith("DO_DO-Smoke_")
    assert (again.id, again.path.suffix) == (None, ".ps1")


def test_retry_settles_an_unknown_one(places: Places, session: SessionPlaces) -> None:
    """Who drops it again has taken notice that nobody knows how it ended."""
    run = ran(places, session, Outcome.UNKNOWN)
    retry(places, run.id)
    with Ledger(places) as ledger:
        assert ledger.unknown() == []


def test_retry_one_that_is_being_filed(places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DO that moves to the outbox while somebody looks for it is found there."""
    run = begin(places, session)
    with Ledger(places) as ledger:
        log = ledger.conclude(run.id, Ended(local_now(), Outcome.FAILED, "why"))

    def look(path: Path, limit: int) -> object:
        file_run(session, log, run.base, b"")
        return read_plain(path, limit)

    monkeypatch.setattr(acts, "read_plain", look)
    assert retry(places, run.id).path.parent == session.inbox


def test_retry_what_cannot_be_retried(places: Places, session: SessionPlaces) -> None:
    """One that runs, one that was edited and one that is gone: each answer says what to do instead."""
    with hold(places, f"watch-{session.id}", "watching"):
        run = begin(places, session)
        with pytest.raises(AnswerIsNo, match="cotemp cancel"):
            retry(places, run.id)
    end(places, session, run)
    filed = session.outbox / f"{run.base}.py"
    filed.write_bytes(filed.read_bytes() + b"#")
    with pytest.raises(AnswerIsNo, match="was changed since it ran"):
        retry(places, run.id)
    filed.unlink()
    (session.root / "other").write_bytes(b"x")
    symlink(filed, session.root / "other")
    with pytest.raises(AnswerIsNo, match="is a symlink now"):
        retry(places, run.id)
    filed.unlink()
    with pytest.raises(NotFound, match="not in the outbox"):
        retry(places, run.id)
    assert list(session.inbox.iterdir()) == []


def test_retry_a_rejected_one(places: Places, session: SessionPlaces) -> None:
    """A rejected DO would be rejected again: its header is to be mended first."""
    run_id = new_run_id(local_now())
    run = Run(run_id, session.id, "DO_a.py", "", f"DO_a-{run_id}", "h", "DO_a", local_now())
    run = replace(run, problems=(Problem(1, 1, "title", "it is missing", "write it"),))
    (session.running / running_name(run_id, "DO_a.py")).write_bytes(b"x")
    with Ledger(places) as ledger:
        log = ledger.reject(run, this_process(), Ended(local_now(), Outcome.REJECTED, "line 1: title"))
        file_run(session, log, run.base, b"")
    with pytest.raises(AnswerIsNo, match=r"mend the header of .*rejected-DO_a-.*\.py"):
        retry(places, run_id)
