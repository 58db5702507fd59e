"""From a file in an inbox to a filed run, with everything that can come between."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cotemp.errors import ForeignHost, HeldByOther
from cotemp.messages.run import Outcome
from cotemp.names import DO_LIMIT
from cotemp.places import Places
from cotemp.runner import read_output
from cotemp.store.claims import hold_repo
from cotemp.store.ledger import Ledger
from tests.dispatch.boards import LEGACY, LEGACY_PS, drop_python, log_of, running
from tests.waiting import eventually


def test_a_dropped_do_runs_and_is_filed(places: Places) -> None:
    """A DO runs, its output is the TXT log, its JSON log tells the truth, and it lies in the outbox."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print('hello \u2713')", brief="b")
        (row,) = board.await_runs(1)
    session = places.session("co-x")
    assert row.outcome is Outcome.PASSED
    assert log_of(places, row) == "hello \u2713\n"
    log = json.loads((session.logs / f"{row.base}.json").read_text())
    assert (log["result"], log["do_title"], log["title"], log["exit_code"]) == ("pass", "T", "T", 0)
    assert log["enforcement"]["enforcer"] == "none"
    assert os.listdir(session.outbox) == [f"{row.base}.py"]
    assert os.listdir(session.inbox) == os.listdir(session.running) == []
    assert not (places.runs / row.run_id / "do").exists()


def test_a_failing_do_keeps_its_output_so_far(places: Places) -> None:
    """What a DO printed before it failed is in its log, and the reason is told."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print('step 1', flush=True)\nraise SystemExit(3)")
        (row,) = board.await_runs(1)
    assert (row.outcome, row.reason, row.exit_code) == (Outcome.FAILED, "exit code 3", 3)
    assert log_of(places, row) == "step 1\n"


def test_a_broken_header_is_rejected_with_every_reason(places: Places) -> None:
    """A DO that cannot be understood goes to the outbox as rejected, with its reasons beside it and in its log."""
    with running(places, "co-x") as board:
        text = '# ---\n# title: "T"\n# repo: { path: "" }\n# risk: { writes: maybe }\n# ---\nprint(1)\n'
        (places.session("co-x").inbox / "DO_bad.py").write_text(text)
        (row,) = board.await_runs(1)
    session = places.session("co-x")
    assert row.outcome is Outcome.REJECTED
    name = f"rejected-{row.base}.py"
    assert sorted(os.listdir(session.outbox)) == [name, f"{name}.reasons.json"]
    assert (session.outbox / name).read_text() == text
    reasons = json.loads((session.outbox / f"{name}.reasons.json").read_text())
    assert {problem["key"] for problem in reasons["problems"]} >= {"consent", "risk.writes"}
    assert "DO_bad.py:4:" in log_of(places, row)


def test_dos_of_one_session_run_in_order_of_arrival(places: Places, tmp_path: Path) -> None:
    """Twenty DOs of a session run one after the other, as they came, though their names sort otherwise."""
    order = tmp_path / "order"
    code = f"import os; n = len(open({str(order)!r}, 'a+').read()); open({str(order)!r}, 'a').write"
    for number in range(20):
        draft = drop_python(places, "co-x", f"{code}('{number} ')")
        os.utime(draft.path, (time.time() - 100 + number, time.time() - 100 + number))
        draft.path.rename(draft.path.with_name(f"DO_{'zyxwvutsrqponmlkjihg'[number]}.py"))
    with running(places, "co-x") as board:
        board.await_runs(20)
    assert order.read_text().split() == [str(number) for number in range(20)]


def test_sessions_run_side_by_side(places: Places, tmp_path: Path) -> None:
    """Two DOs of different sessions that wait for each other both end: they run at the same time."""
    meet = "import os, time\nopen({mine!r}, 'w')\nwhile not os.path.exists({other!r}): time.sleep(0.01)"
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    with running(places, "co-x", "co-y") as board:
        drop_python(places, "co-x", meet.format(mine=a, other=b), timeout=15.0)
        drop_python(places, "co-y", meet.format(mine=b, other=a), timeout=15.0)
        rows = board.await_runs(2)
    assert [row.outcome for row in rows] == [Outcome.PASSED] * 2


def test_two_dos_never_share_a_repo(places: Places, tmp_path: Path) -> None:
    """A DO waits while another run has its repo, and says which; DOs of other repos go on."""
    repo = tmp_path / "repo"
    repo.mkdir()
    with running(places, "co-x", "co-y") as board, hold_repo(places, repo, "run 20260101-000000-1-abcd") as claim:
        drop_python(places, "co-x", "print(1)", repo=repo)
        drop_python(places, "co-y", "print(2)")
        board.await_runs(1)
        eventually(lambda: "run 20260101-000000-1-abcd" in board.texts())
        assert "is busy" in board.texts()
        assert len(os.listdir(places.session("co-x").inbox)) == 1
        claim.release()
        rows = board.await_runs(2)
    assert {row.outcome for row in rows} == {Outcome.PASSED}


def test_the_working_folder_is_the_repo(places: Places, tmp_path: Path) -> None:
    """A DO works in its repo where that exists, else in its artifact folder, and the log says so."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "import os; print(os.getcwd())", repo=tmp_path)
        drop_python(places, "co-x", "open('made.txt', 'w').write('x')", repo=tmp_path / "none")
        first, second = board.await_runs(2)
    assert log_of(places, first).strip() == str(tmp_path)
    session = places.session("co-x")
    log = json.loads((session.logs / f"{second.base}.json").read_text())
    assert "is no folder of this machine" in log["warnings"][0]
    assert [(one["path"], one["kind"]) for one in log["artifacts"]] == [
        ("made.txt", "file"), (f"{second.base}.txt", "output"),
    ]  # fmt: skip
    assert (session.outbox / f"{second.base}.d" / "made.txt").read_text() == "x"


def test_a_file_without_digest_passes_the_gate_first(places: Places) -> None:
    """A DO that is still being written is not run in part, and delays no other one."""
    with running(places, "co-x") as board:
        slow = places.session("co-x").inbox / "DO_a.py"
        began = time.monotonic()
        slow.write_text(LEGACY)
        drop_python(places, "co-x", "print('fast')")
        board.await_runs(1)
        for _ in range(4):  # each pause is shorter than the gate's three looks
            time.sleep(0.3)
            with slow.open("a") as file:
                file.write("print('part')\n")
        rows = board.await_runs(2)
    assert time.monotonic() - began > 4 * 0.3 + 0.9
    assert [row.do_file for row in rows][-1] == "DO_a.py"
    assert log_of(places, rows[-1]) == "part\n" * 4


def test_the_same_do_never_runs_twice(places: Places) -> None:
    """A copy of a DO that ran is rejected, naming the run, also in another session."""
    with running(places, "co-x", "co-y") as board:
        dropped = drop_python(places, "co-x", "print('once')")
        copy = dropped.path.read_bytes() if dropped.path.exists() else b""
        first = board.await_runs(1)[0]
        copy = copy or (places.session("co-x").outbox / f"{first.base}.py").read_bytes()
        (places.session("co-y").inbox / "DO_copy.py").write_bytes(copy)
        rows = board.await_runs(2)
    assert rows[1].outcome is Outcome.REJECTED
    assert first.run_id in str(rows[1].reason)


@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder", "empty", "huge", "binary", "utf16"])
def test_what_is_no_script_is_rejected_and_kept(places: Places, tmp_path: Path, kind: str) -> None:
    """Whatever has a DO's name but is no script is moved aside with the reason; nothing is lost or followed."""
    (tmp_path / "secret").write_text("secret")
    with running(places, "co-x") as board:
        path = places.session("co-x").inbox / "DO_x.ps1"
        if kind == "symlink":
            path.symlink_to(tmp_path / "secret")
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        else:
            data = {
                "empty": b"",
                "huge": b"x" * (DO_LIMIT + 1),
                "binary": b"\x00\xff" * 9,
                "utf16": LEGACY.encode("utf-16"),
            }
            path.write_bytes(data[kind])
        (row,) = board.await_runs(1)
    session = places.session("co-x")
    assert row.outcome is Outcome.REJECTED
    assert (session.outbox / f"rejected-{row.base}.ps1").is_symlink() == (kind == "symlink")
    assert os.path.lexists(session.outbox / f"rejected-{row.base}.ps1")
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.parametrize("stem", ["a\nb", "q\"uo'te", "..", "\U0001f600", "x" * 240, "\udc80bad"])
def test_hostile_names_are_taken_unharmed(places: Places, stem: str) -> None:
    """A DO runs whatever its file is called, and every file of the run has a name that can be stored."""
    with running(places, "co-x") as board:
        path = places.session("co-x").inbox / f"DO_{stem}.py"
        drop_python(places, "co-y", "print(1)")
        (body,) = (places.session("co-y").inbox).iterdir()
        os.rename(body, path)
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED, row.reason
    for folder in ("outbox", "logs"):
        for name in os.listdir(places.session("co-x").root / folder):
            assert name.isprintable()


def test_a_stopped_watcher_interrupts(places: Places) -> None:
    """When the watcher is stopped, the DO that runs is ended, filed as interrupted, and nothing survives."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "import os, time; print(os.getpid(), flush=True); time.sleep(600)")
        eventually(lambda: "runs as" in board.texts())
        pid = _first_line(places)
    with Ledger(places) as ledger:
        (row,) = ledger.rows()
    assert (row.outcome, row.filed) == (Outcome.INTERRUPTED, True)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def _first_line(places: Places) -> int:
    def read() -> str:
        found = [read_output(folder).decode() for folder in places.runs.iterdir()]
        return found[0] if found and "\n" in found[0] else ""

    return int(eventually(read))


def test_a_timeout_ends_the_run(places: Places) -> None:
    """A DO that takes longer than its limit is ended, and its output so far is kept."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "import time; print('begun', flush=True); time.sleep(600)", timeout=1.0)
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.TIMED_OUT
    assert log_of(places, row) == "begun\n"


def test_a_second_watcher_is_refused(places: Places) -> None:
    """Of two switchboards, the second cannot have a session that the first one watches."""
    with running(places, "co-x"), running(places) as second:
        with pytest.raises(HeldByOther, match=rf"watching co-x \(process {os.getpid()}"):
            second.board.add(places.session("CO-X"))
        second.board.add(places.session("co-y"))


def test_a_session_of_another_machine_is_refused(places: Places) -> None:
    """A session that another machine owns is not watched here."""
    session = places.session("co-x")
    session.make()
    session.owner.write_text('{"host": "feedbeef0123.-.-", "since": "2026-01-01T00:00:00.000Z"}')
    with running(places) as board, pytest.raises(ForeignHost):
        board.board.add(session)


def test_a_missing_program_leaves_the_do_waiting(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PowerShell a PowerShell DO waits, what is missing is said, and other DOs run."""
    monkeypatch.setenv("PATH", "/nowhere")
    with running(places, "co-x") as board:
        (places.session("co-x").inbox / "DO_x.ps1").write_text(LEGACY_PS)
        drop_python(places, "co-x", "print(1)")
        rows = board.await_runs(1)
        eventually(lambda: "PowerShell not found" in board.texts(), 5, board.texts())
    assert rows[0].do_file.endswith(".py")
    assert os.listdir(places.session("co-x").inbox) == ["DO_x.ps1"]


def test_nothing_begins_while_everything_is_stopped(places: Places) -> None:
    """While the file STOP stands in the home no DO is begun; they run as soon as it is gone."""
    places.stop.touch()
    with running(places, "co-a") as ran:
        waits = drop_python(places, "co-a", "print('late')")
        eventually(lambda: "everything is stopped" in ran.texts())
        assert waits.path.exists()
        places.stop.unlink()
        assert [row.outcome for row in ran.await_runs(1)] == ["passed"]


def test_a_slow_copy_of_a_sealed_do_is_waited_for(places: Places) -> None:
    """A DO that carries a digest and arrives in pieces, with pauses longer than the gate, runs when it is whole."""
    with running(places, "co-x") as board:
        whole = drop_python(places, "co-y", "print('whole')").path.read_bytes()
        path = places.session("co-x").inbox / "DO_copied.py"
        path.write_bytes(whole[:-5])
        time.sleep(1.5)
        path.write_bytes(whole)
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED
    assert log_of(places, row) == "whole\n"


def test_the_sender_is_in_the_log(places: Places) -> None:
    """A DO says which session it claims to come from, and its log repeats that as a claim."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print(1)", sender="co-planning")
        (row,) = board.await_runs(1)
    log = json.loads((places.session("co-x").logs / f"{row.base}.json").read_text())
    assert log["sender"]["claimed"] == "co-planning"


def test_what_a_run_leaves_is_not_trusted(places: Places) -> None:
    """Artifacts that are no files (a FIFO, a socket, links, odd names) neither hang the filing nor are followed."""
    body = (
        "import os, socket\n"
        "os.mkfifo('fifo'); socket.socket(socket.AF_UNIX).bind('socket'); os.symlink('/etc/passwd', 'link')\n"
        "os.symlink('.', 'loop'); os.mkdir('folder'); open('folder/a\\nb', 'w').write('x'); open(b'\\xff', 'w')\n"
    )
    with running(places, "co-x") as board:
        drop_python(places, "co-x", body)
        (row,) = board.await_runs(1)
    session = places.session("co-x")
    assert row.outcome is Outcome.PASSED
    kept = session.outbox / f"{row.base}.d"
    assert sorted(os.listdir(os.fsencode(kept))) == [b"folder", b"link", b"loop", b"\xff"]
    assert (kept / "link").is_symlink()
    log = json.loads((session.logs / f"{row.base}.json").read_text())
    files = [artifact["path"] for artifact in log["artifacts"] if artifact["kind"] == "file"]
    assert files == ["folder/a\nb", "\udcff"]


def test_folders_of_old_runs_are_cleared(places: Places) -> None:
    """The folder of a run that was filed long ago goes when the next run is filed."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print(1)")
        (row,) = board.await_runs(1)
        os.utime(places.runs / row.run_id, (0, 0))
        drop_python(places, "co-x", "print(2)")
        board.await_runs(2)
        eventually(lambda: not (places.runs / row.run_id).exists())
