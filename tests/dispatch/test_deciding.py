"""A DO is refused, held or run; what is held runs only after a human's yes, as it was checked, and once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cotemp.config import Config
from cotemp.messages.do import Flags
from cotemp.messages.grant import Grant
from cotemp.messages.policy import Enforcing, Policy, Rule, Unenforced
from cotemp.messages.run import State
from cotemp.places import Places
from cotemp.store.ledger import Ledger, Row
from cotemp.times import local_now
from cotemp.watcher import wake
from tests.dispatch.boards import drop_python, log_of, running
from tests.waiting import eventually

NETWORK = Flags(network=True)


def config(**rules: Any) -> Config:
    """Settings of an owner without a sandbox: only the rules decide."""
    return Config(policy=Policy(**({"enforcer": Enforcing.NONE, "unenforced": Unenforced.RUN} | rules)))


ASK = config(network=Rule.ASK)


def held(places: Places, number: int = 1) -> list[Row]:
    """Wait until so many DOs are held, each at its place."""

    def look() -> list[Row]:
        with Ledger(places) as ledger:
            rows = [row for row in ledger.rows() if row.state is State.HELD]
        there = [name for row in rows for name in os.listdir(places.session(row.session).held) if row.run_id in name]
        return rows if len(rows) == len(there) == number else []

    return eventually(look, what=f"{number} held DOs")


def held_file(places: Places, row: Row) -> Path:
    return next(places.session(row.session).held.glob(f"{row.run_id}__*"))


def approve(places: Places, row: Row, consent: Flags = NETWORK, *, enforced: bool = False) -> str:
    with Ledger(places) as ledger:
        yes = ledger.approve(row.run_id, consent, "a human", enforced=enforced)
    wake(places.session(row.session))
    return yes.id


def logged(places: Places, row: Row) -> dict[str, Any]:
    log: dict[str, Any] = json.loads((places.session(row.session).logs / f"{row.base}.json").read_text())
    return log


def test_what_the_policy_never_allows_is_refused(places: Places, tmp_path: Path) -> None:
    """Such a DO does not run, lies in the outbox, and its logs say why in plain words."""
    ran = tmp_path / "ran"
    with running(places, "co-x", config=config(network=Rule.NEVER)) as board:
        drop_python(places, "co-x", f"open({str(ran)!r}, 'x')", consent=NETWORK)
        (row,) = board.await_runs(1)
    assert row.outcome == "refused"
    assert log_of(places, row) == "refused: it asks for the network, which the policy never allows\n"
    assert logged(places, row)["decision"]["rule"] == "policy.network=never"
    assert os.listdir(places.session("co-x").outbox) == [f"{row.base}.py"]
    assert not ran.exists()


def test_a_held_do_waits_and_those_behind_it_go_on(places: Places, tmp_path: Path) -> None:
    """What asks for more than the policy lets through lies in held/, is told with its reason, and delays nobody."""
    ran = tmp_path / "ran"
    with running(places, "co-x", config=ASK) as board:
        drop_python(places, "co-x", f"open({str(ran)!r}, 'x')", consent=NETWORK)
        drop_python(places, "co-x", "print('next')")
        board.await_runs(1)
        (row,) = held(places)
        assert f"is held (it asks for the network): cotemp approve {row.run_id}" in board.texts()
    session = places.session("co-x")
    assert os.listdir(session.inbox) == os.listdir(session.running) == []
    assert not ran.exists()


def test_an_approved_do_runs_once_as_the_same_run(places: Places, tmp_path: Path) -> None:
    """A yes lets it run with what it asked for, at once, under its run id; the log names who said it."""
    marks = tmp_path / "marks"
    body = f"import os\nopen({str(marks)!r}, 'a').write(os.environ['COAGENT_ALLOW_NETWORK'])"
    with running(places, "co-x", config=ASK) as board:
        drop_python(places, "co-x", body, consent=NETWORK)
        (row,) = held(places)
        yes = approve(places, row)
        (ran,) = board.await_runs(1)
        wake(places.session("co-x"))
        drop_python(places, "co-x", "print('next')")
        board.await_runs(2)
    assert (ran.run_id, ran.outcome) == (row.run_id, "passed")
    assert marks.read_text() == "1"
    assert logged(places, ran)["decision"] == {"rule": f"approval {yes}", "approval": yes, "by": "a human"}
    assert os.listdir(places.session("co-x").held) == []


def test_a_yes_counts_though_nobody_watched(places: Places) -> None:
    """A DO that was approved while no watcher ran runs as soon as one does."""
    with running(places, "co-x", config=ASK):
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
    approve(places, row)
    with running(places, "co-x", config=ASK) as board:
        (ran,) = board.await_runs(1)
    assert (ran.run_id, ran.outcome) == (row.run_id, "passed")


def test_a_denied_do_is_filed_as_refused(places: Places) -> None:
    """A no ends it, with who said it and why."""
    with running(places, "co-x", config=ASK) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
        with Ledger(places) as ledger:
            ledger.deny(row.run_id, "a human", "not today")
        wake(places.session("co-x"))
        (ended,) = board.await_runs(1)
    assert (ended.run_id, ended.outcome, ended.title) == (row.run_id, "refused", "T")
    assert log_of(places, ended) == "refused: denied by a human: not today\n"


@pytest.mark.parametrize("how", ["edited", "symlink", "folder", "gone"])
def test_what_was_changed_after_the_check_never_runs(places: Places, tmp_path: Path, how: str) -> None:
    """A held file that is not what was checked any more ends as rejected, approved or not."""
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.py"
    with running(places, "co-x", config=ASK):
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
    path = held_file(places, row)
    evil.write_bytes(path.read_bytes() + f"\nopen({str(ran)!r}, 'x')".encode())
    path.unlink()
    if how == "edited":
        evil.rename(path)
    elif how == "symlink":
        path.symlink_to(evil)
    elif how == "folder":
        path.mkdir()
    approve(places, row)
    with running(places, "co-x", config=ASK) as board:
        (ended,) = board.await_runs(1)
    assert ended.outcome == "rejected"
    assert "while it was held" in str(ended.reason)
    assert not ran.exists()


def test_a_grant_lets_go_what_it_covers(places: Places) -> None:
    """A standing yes also counts for what waits already; what it does not cover waits on."""
    with running(places, "co-x", "co-y", config=ASK) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        drop_python(places, "co-y", "print(2)", consent=NETWORK)
        held(places, 2)
        with Ledger(places) as ledger:
            ledger.grant(Grant("g-1", None, "co-x", NETWORK, False, "a human", local_now(), None))
        wake(places.session("co-x"))
        wake(places.session("co-y"))
        board.await_runs(1)
        (row,) = held(places)
    assert row.session == "co-y"


@pytest.mark.parametrize(("unenforced", "state"), [(Unenforced.HOLD, "held"), (Unenforced.REFUSE, "done")])
def test_where_nothing_enforces_nothing_just_runs(places: Places, unenforced: Unenforced, state: str) -> None:
    """A DO that asks for nothing is held or refused there, and says so; a yes that knows of it lets it run."""
    with running(places, "co-x", config=config(unenforced=unenforced)) as board:
        drop_python(places, "co-x", "print(1)")
        if state == "held":
            (row,) = held(places)
            assert row.reason == "nothing on this machine can hold it to its consent"
            approve(places, row, Flags())
        (row,) = board.await_runs(1)
    assert row.outcome == ("passed" if state == "held" else "refused")
    assert logged(places, row)["enforcement"]["enforcer"] == "none"


def test_a_yes_to_the_sandbox_is_none_without_it(places: Places) -> None:
    """Who approved a DO in the sandbox did not approve it with the user's own rights: it stays held, and says why."""
    with running(places, "co-x", config=config(network=Rule.ASK, unenforced=Unenforced.HOLD)) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
        approve(places, row, enforced=True)
        eventually(lambda: "stays held although a human approved it" in board.texts())
        held(places)


def test_a_second_copy_of_a_held_do_is_rejected(places: Places) -> None:
    """A DO that waits for a human is known: a copy of it does not slip by."""
    with running(places, "co-x", "co-y", config=ASK) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
        (places.session("co-y").inbox / "DO_copy.py").write_bytes(held_file(places, row).read_bytes())
        board.await_runs(1)
        with Ledger(places) as ledger:
            copy = ledger.rows()[-1]
    assert copy.outcome == "rejected"
    assert row.run_id in str(copy.reason)


def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop whose notifications go into this file."""
    told = tmp_path / "told"
    for name in ("notify-send", "osascript"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" >> {told}.new; mv {told}.new {told}\n')
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return told


def test_a_human_is_told_on_the_desktop(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A held DO is announced there with a text of ours, never with one of the DO's."""
    told = desktop(tmp_path, monkeypatch)
    with running(places, "co-x", config=ASK):
        drop_python(places, "co-x", "print('body')", consent=NETWORK)
        eventually(told.exists)
    assert "A DO waits for you in co-x: cotemp held" in told.read_text()
    assert "body" not in told.read_text()


@pytest.mark.parametrize("decided", [False, True])
def test_a_crash_on_the_way_to_or_from_held(places: Places, decided: bool) -> None:
    """A DO that was under way to those that wait, or back, waits on; its yes still counts, once."""
    with running(places, "co-x", config=ASK):
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
    path = held_file(places, row)
    path.rename(places.session("co-x").running / path.name)
    (places.runs / row.run_id / "artifacts").mkdir(parents=True)  # its place was being made
    if decided:
        approve(places, row)
    with running(places, "co-x", config=ASK) as board:
        if not decided:
            held(places)
            approve(places, row)
        (ran,) = board.await_runs(1)
    assert (ran.run_id, ran.outcome) == (row.run_id, "passed")


def test_what_lies_among_the_held_unknown_is_decided_anew(places: Places) -> None:
    """A held DO that this machine's ledger does not know, as after `cotemp take`, goes back to the inbox."""
    with running(places, "co-x", config=ASK):
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        (row,) = held(places)
    with Ledger(places) as ledger:
        ledger.withdraw(row.run_id)
    with running(places, "co-x", config=ASK):
        (again,) = held(places)
    assert again.run_id != row.run_id
