"""What a confined DO writes comes to be when it passed, waits when it destroys, and else has never been."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cotemp.errors import AnswerIsNo
from cotemp.messages.do import Flags
from cotemp.messages.run import Enforcement
from cotemp.places import Places
from cotemp.runs.changes import apply_held, drop_held
from cotemp.sandbox import Bubblewrap
from cotemp.store.ledger import Ledger, Row
from cotemp.transaction import Conflict, NotPossible, standing
from tests.dispatch.boards import drop_python, log_of, running
from tests.dispatch.repos import allowing, digest_of, git, made_repo
from tests.dispatch.test_deciding import approve, desktop, held
from tests.waiting import eventually

WRITES = Flags(writes=True)
BLOCKED = """
import os, time
open('old.txt', 'w').write('of the DO')
os.chdir(os.environ['COTEMP_ARTIFACTS'])
open('here', 'w').close()
while not os.path.exists('go'): time.sleep(0.01)
"""
"""Waits for a file among its artifacts before it ends."""


@pytest.fixture
def repo(enforcer: Bubblewrap, tmp_path: Path) -> Path:
    """A repo that DOs may write, on a machine that can confine them."""
    return made_repo(tmp_path / "repo").resolve()


def ran(places: Places, repo: Path, body: str, consent: Flags = WRITES, **more: Any) -> Row:
    """Run `body` in `repo` to its end."""
    with running(places, "co-x", config=allowing(repo)) as board:
        drop_python(places, "co-x", body, repo=repo, consent=consent, **more)
        return board.await_runs(1)[-1]


def logged(places: Places, row: Row) -> dict[str, Any]:
    log: dict[str, Any] = json.loads((places.session(row.session).logs / f"{row.base}.json").read_text())
    return log


def test_writes_of_a_do_that_passed_come_to_be(places: Places, repo: Path) -> None:
    """New, changed and committed files are in the repo; the log lists them, and the patch is an artifact."""
    row = ran(
        places, repo,
        "import subprocess\nopen('new.txt', 'w').write('new\\n')\nopen('old.txt', 'a').write('more\\n')\n"
        "subprocess.run(['git', 'commit', '-qam', 'second'], check=True)",
    )  # fmt: skip
    assert row.outcome == "passed", log_of(places, row)
    assert ((repo / "new.txt").read_text(), (repo / "old.txt").read_text()) == ("new\n", "old\nmore\n")
    assert git(repo, "log", "--format=%s").split() == ["second", "first"]
    log = logged(places, row)
    assert log["changes"]["state"] == "applied"
    assert (log["changes"]["created"], log["changes"]["changed"]) == (["new.txt"], ["old.txt"])
    assert log["enforcement"]["enforcer"].startswith("bubblewrap ")
    assert log["enforcement"]["writes"] in ("overlay", "snapshot")
    kinds = {one["kind"]: one["path"] for one in log["artifacts"]}
    assert kinds == {"diff": "diff.patch", "output": f"{row.base}.txt"}
    patch = (places.session("co-x").outbox / f"{row.base}.d" / "diff.patch").read_text()
    assert "+more" in patch


@pytest.mark.parametrize("end", ["raise SystemExit(3)", "import time; time.sleep(600)"])
def test_writes_of_a_do_that_failed_have_never_been(places: Places, repo: Path, end: str) -> None:
    """After a failure or a timeout the repo is byte for byte as before; what was tried is shown as an artifact."""
    before = digest_of(repo)
    row = ran(
        places, repo, f"import os\nopen('new.txt', 'w').write('x')\nos.remove('old.txt')\n{end}",
        timeout=2.0 if "sleep" in end else None,
    )  # fmt: skip
    assert row.outcome in ("failed", "timed_out")
    assert digest_of(repo) == before
    assert logged(places, row)["changes"]["state"] == "dropped"
    assert (places.session("co-x").outbox / f"{row.base}.d" / "diff.patch").exists()
    assert standing(places.runs / row.run_id) == "none"


def test_without_consent_nothing_can_be_written(places: Places, repo: Path) -> None:
    """A DO that may only read sees its repo, and cannot change it; the same act works when nothing enforces."""
    row = ran(places, repo, "print(open('old.txt').read())\nopen('new.txt', 'w')", Flags())
    assert row.outcome == "failed"
    assert "old" in log_of(places, row)
    assert "Read-only file system" in log_of(places, row)
    with running(places, "co-y") as board:
        drop_python(places, "co-y", "open('new.txt', 'w')", repo=repo)
        board.await_runs(2)
    assert (repo / "new.txt").exists()


def test_what_destroys_waits_for_a_human(places: Places, repo: Path) -> None:
    """A deletion without consent to destroy is held after the run; a yes lets it in, and can be seen in the log."""
    row = ran(places, repo, "import os; os.remove('old.txt')")
    assert (row.outcome, row.changes) == ("passed", "held")
    assert (repo / "old.txt").exists()
    assert "it deletes old.txt" in logged(places, row)["warnings"][-1]
    with Ledger(places) as ledger:
        apply_held(places, ledger, ledger.find(row.run_id), "a human")
        with pytest.raises(AnswerIsNo):
            apply_held(places, ledger, ledger.find(row.run_id), "a human")
    assert not (repo / "old.txt").exists()
    assert logged(places, row)["changes"]["state"] == "applied"


def test_held_changes_are_told_on_the_desktop(
    places: Places, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes that wait are announced as a held DO is; those that come to be are not."""
    told = desktop(tmp_path, monkeypatch)
    with running(places, "co-x", config=allowing(repo)) as board:
        for body in ("open('new.txt', 'w')", "import os; os.remove('old.txt')"):
            drop_python(places, "co-x", body, repo=repo, consent=WRITES)
        assert [row.changes for row in board.await_runs(2)] == ["applied", "held"]
    eventually(told.exists)
    assert told.read_text().splitlines() == [
        "--app-name=cotemp -- cotemp What a DO changed waits for you in co-x: cotemp held"
    ]


def test_held_changes_can_be_dropped(places: Places, repo: Path) -> None:
    """After a no the repo is as it was, and nothing is kept."""
    before = digest_of(repo)
    row = ran(places, repo, "import os; os.remove('untracked.txt')")
    with Ledger(places) as ledger:
        drop_held(places, ledger, ledger.find(row.run_id), "a human", "I need it")
    assert digest_of(repo) == before
    assert logged(places, row)["changes"]["state"] == "dropped"
    assert standing(places.runs / row.run_id) == "none"


def test_with_consent_to_destroy_nobody_is_asked(places: Places, repo: Path) -> None:
    """A DO that a human let delete, deletes."""
    with running(places, "co-x", config=allowing(repo)) as board:
        drop_python(places, "co-x", "import os; os.remove('old.txt')", repo=repo, consent=Flags(True, destructive=True))
        (row,) = held(places)
        approve(places, row, Flags(True, destructive=True), enforced=True)
        (row,) = board.await_runs(1)
    assert (row.outcome, row.changes) == ("passed", "applied")
    assert not (repo / "old.txt").exists()


def test_a_repo_that_changed_meanwhile_is_a_conflict(places: Places, repo: Path, tmp_path: Path) -> None:
    """What a human wrote while the DO ran stays; nothing of the DO's comes over it, and both can be seen."""
    with running(places, "co-x", config=allowing(repo)) as board:
        drop_python(places, "co-x", BLOCKED, repo=repo, consent=WRITES)
        here = eventually(lambda: list(places.runs.glob("*/artifacts/here")))[0]
        (repo / "old.txt").write_text("of a human")
        here.with_name("go").touch()
        (row,) = board.await_runs(1)
    assert (row.outcome, row.changes) == ("failed", "conflict")
    assert "old.txt" in str(row.reason)
    assert (repo / "old.txt").read_text() == "of a human"
    assert standing(places.runs / row.run_id) == "sealed"


def test_held_changes_that_came_too_late(places: Places, repo: Path) -> None:
    """A yes to changes of a file that was changed since is a conflict, recorded as such; a no still works."""
    row = ran(places, repo, "import os; os.remove('old.txt')")
    (repo / "old.txt").write_text("of a human")
    with Ledger(places) as ledger:
        with pytest.raises(Conflict):
            apply_held(places, ledger, ledger.find(row.run_id), "a human")
        assert ledger.find(row.run_id).changes == "conflict"
        drop_held(places, ledger, ledger.find(row.run_id), "a human")
    assert (repo / "old.txt").read_text() == "of a human"


def test_what_may_never_be_is_refused(places: Places, repo: Path) -> None:
    """A passing DO that leaves a git hook fails, and nothing of it comes to be."""
    (repo / ".git/hooks").rename(repo / ".git/no-hooks")  # so that the view does not protect it already
    before = digest_of(repo)
    row = ran(places, repo, "import os\nos.mkdir('.git/hooks')\nopen('.git/hooks/pre-commit', 'w').write('x')")
    assert row.outcome == "failed"
    assert "its changes were refused: .git/hooks" in str(row.reason)
    assert digest_of(repo) == before


def test_a_repo_beyond_the_policy_is_held(places: Places, repo: Path, tmp_path: Path) -> None:
    """Writing a folder that the policy does not name needs a human; with their yes it is a transaction as well."""
    with running(places, "co-x", config=allowing(tmp_path / "elsewhere")) as board:
        drop_python(places, "co-x", "open('new.txt', 'w').write('x')", repo=repo, consent=WRITES)
        (row,) = held(places)
        assert "is not below policy.repos" in str(row.reason)
        approve(places, row, WRITES, enforced=True)
        (row,) = board.await_runs(1)
    assert (row.outcome, row.changes) == ("passed", "applied")


def test_a_repo_that_holds_our_state_is_never_written(places: Places, enforcer: Bubblewrap, tmp_path: Path) -> None:
    """A folder in which cotemp's own state lies is refused to who writes, and hidden from who reads."""
    with running(places, "co-x", config=allowing(tmp_path)) as board:
        drop_python(places, "co-x", "open('x', 'w')", repo=tmp_path, consent=WRITES)
        drop_python(places, "co-x", "import os; print(os.getcwd(), os.environ['COTEMP_REPO'])", repo=tmp_path)
        first, second = board.await_runs(2)
    assert first.outcome == "refused"
    assert log_of(places, second).startswith(str(places.runs / second.run_id / "artifacts"))
    assert "is not shown to it" in logged(places, second)["warnings"][0]


def test_writes_that_could_not_be_taken_back_are_held(
    places: Places, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no transaction is possible the DO waits and says why; after a yes it ends, as nothing has changed."""

    def not_possible(*_: object, **__: object) -> None:
        raise NotPossible("it holds more than 20000 files")

    monkeypatch.setattr("cotemp.transaction.opening.prepare", not_possible)
    with running(places, "co-x", config=allowing(repo)) as board:
        drop_python(places, "co-x", "open('new.txt', 'w')", repo=repo, consent=WRITES)
        (row,) = held(places)
        assert row.reason == "what it writes could not be taken back: it holds more than 20000 files"
        approve(places, row, WRITES, enforced=True)
        (row,) = board.await_runs(1)
    assert (row.outcome, (repo / "new.txt").exists()) == ("refused", False)
    assert not (places.runs / row.run_id / "transaction").exists()


def test_unenforced_writes_are_no_transaction(places: Places, tmp_path: Path) -> None:
    """Where the owner wants no sandbox, a DO writes its repo itself, and the log claims nothing else."""
    repo = made_repo(tmp_path / "repo")
    with running(places, "co-x", config=None) as board:
        drop_python(places, "co-x", "open('new.txt', 'w')\nraise SystemExit(1)", repo=repo)
        (row,) = board.await_runs(1)
    log = logged(places, row)
    assert (log["changes"]["state"], log["enforcement"]["enforcer"]) == ("none", Enforcement().enforcer)
    assert (repo / "new.txt").exists()


def test_what_the_do_calls_diff_patch_is_kept(places: Places, repo: Path) -> None:
    """A DO's own diff.patch does not pass for ours, and is not lost."""
    row = ran(
        places, repo,
        "import os\nopen('new.txt', 'w').write('true\\n')\n"
        "open(os.environ['COTEMP_ARTIFACTS'] + '/diff.patch', 'w').write('forged')",
    )  # fmt: skip
    kept = places.session("co-x").outbox / f"{row.base}.d"
    assert "+true" in (kept / "diff.patch").read_text()
    assert (kept / "own-diff.patch").read_text() == "forged"
    assert sorted(os.listdir(kept)) == ["diff.patch", "own-diff.patch"]
