"""What a run came to, in the words that a person reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.errors import BadName, RefusedByPolicy, TookTooLong
from cotemp.messages.run import Outcome
from cotemp.runner import Finished, How, outcome, read_output, read_result
from cotemp.runner.engines import ENGINES

from .launches import Bench, await_output

SH, PYTHON = "sh", "python"


@pytest.mark.parametrize(
    ("engine", "body", "expected", "reason"),
    [
        (SH, "echo done", "passed", None),
        (SH, "exit 3", "failed", "exit code 3"),
        (SH, "kill -9 $$", "failed", "ended by signal 9 (SIGKILL)"),
        (SH, "kill -SEGV $$", "failed", "ended by signal 11 (SIGSEGV)"),
        (SH, "no-such-program", "failed", "exit code 127"),
        (SH, "yes | head -1", "passed", None),
        (SH, "if", "failed", "exit code 2"),
        (SH, "", "passed", None),
        (PYTHON, "print('done')", "passed", None),
        (PYTHON, "raise SystemExit(7)", "failed", "exit code 7"),
        (PYTHON, "raise SystemExit('no such table')", "failed", "exit code 1"),
        (PYTHON, "1/0", "failed", "exit code 1"),
        (PYTHON, "import os; os.abort()", "failed", "ended by signal 6 (SIGABRT)"),
        (PYTHON, "def", "failed", "exit code 1"),
    ],
)  # fmt: skip
def test_the_end_of_a_script_is_told_as_it_was(
    bench: Bench, engine: str, body: str, expected: str, reason: str | None
) -> None:
    """Exit codes and signals become the outcome and a reason that a person understands."""
    ran = bench.run(body, engine)
    assert (ran.outcome, ran.reason) == (expected, reason), ran.said


def test_signals_mean_what_they_usually_mean(bench: Bench) -> None:
    """A script is not bothered with what suits the processes around it, such as ignored signals."""
    assert bench.run("yes | head -1").said == "y\n"
    assert bench.run("import signal; print(signal.getsignal(signal.SIGTERM))", PYTHON).said == "0\n"
    assert bench.run("kill -TERM $$").reason == "ended by signal 15 (SIGTERM)"


def test_output_so_far_is_kept_when_a_script_fails(bench: Bench) -> None:
    """What a failed script printed is there, its error with file and line too."""
    ran = bench.run("print('step 1')\nraise ValueError('step 2')", "python")
    assert ran.said.startswith("step 1\n")
    assert "line 2" in ran.said
    assert "ValueError: step 2" in ran.said


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_a_program_that_is_not_there_is_told_apart_from_a_failing_script(bench: Bench, terminal: str) -> None:
    """A start that failed says so, and why."""
    engine = replace(ENGINES["sh"], argv=("/nowhere/sh", "{do}"), terminal=terminal)
    ran = bench.run("true", engine)
    assert ran.finished.how is How.NOT_STARTED
    assert ran.outcome == "failed"
    assert (ran.reason or "").startswith("could not be started: ")
    assert "/nowhere/sh" in (ran.reason or "")


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_a_working_folder_that_vanished_is_told_apart_from_a_failing_script(bench: Bench, terminal: str) -> None:
    """The reason names the folder."""
    ran = bench.run("true", replace(ENGINES[SH], terminal=terminal), cwd=bench.folder / "gone")
    assert ran.finished.how is How.NOT_STARTED
    assert str(bench.folder / "gone") in (ran.reason or "")


def test_a_run_that_could_not_be_started_has_no_process(bench: Bench) -> None:
    """There is no pid to show, and waiting twice says the same."""
    started, _ = bench.start("true", replace(ENGINES[SH], argv=("/nowhere/sh", "{do}")))
    assert started.pid is None
    assert started.wait() == started.wait()


@pytest.mark.parametrize("seconds", [0.5, 0.7])
def test_a_script_that_takes_too_long_is_ended(bench: Bench, seconds: float) -> None:
    """The limit holds, and the reason names it."""
    # No shell stays that could report the end of its child.
    ran = bench.run("echo begun; exec sleep 60", timeout=seconds)
    assert ran.outcome == "timed_out"
    assert ran.reason == f"took longer than {seconds * 1000:.0f} ms"
    assert ran.said == "begun\n"
    assert seconds * 1000 <= ran.finished.elapsed_ms < 5000


def test_cancelling_ends_a_run_and_names_who_did(bench: Bench) -> None:
    """Whoever asked stands in the reason."""
    started, launch = bench.start("echo begun; sleep 60")
    await_output(launch.run_dir, "begun")
    started.cancel("anna")
    finished = started.wait(20)
    assert outcome(finished, launch.engine) == (Outcome.CANCELLED, "cancelled by anna")


def test_any_process_can_cancel_by_a_file(bench: Bench) -> None:
    """The file `cancel` in the run's folder is enough, before the start too."""
    launch = bench.launch("sleep 60")
    launch.run_dir.mkdir()
    (launch.run_dir / "cancel").write_text("bert on another terminal\nmore\n")
    finished = bench.runner.start(launch).wait(20)
    assert outcome(finished, launch.engine) == (Outcome.CANCELLED, "cancelled by bert on another terminal")


def test_interrupting_ends_a_run(bench: Bench) -> None:
    """A watcher that stops says so."""
    started, launch = bench.start("echo begun; sleep 60")
    await_output(launch.run_dir, "begun")
    started.interrupt()
    assert outcome(started.wait(20), launch.engine) == (Outcome.INTERRUPTED, "its watcher was stopped")


def test_a_script_that_ended_before_it_was_cancelled_keeps_its_own_end(bench: Bench) -> None:
    """Cancelling too late changes nothing."""
    started, launch = bench.start("exit 3")
    finished = started.wait(20)
    started.cancel("anna")
    started.interrupt()
    assert started.wait() == finished
    assert outcome(finished, launch.engine) == (Outcome.FAILED, "exit code 3")


def test_waiting_has_a_limit(bench: Bench) -> None:
    """A wait that gives up leaves the run alone."""
    started, launch = bench.start("sleep 60")
    with pytest.raises(TookTooLong):
        started.wait(0.05)
    started.cancel("anna")
    assert outcome(started.wait(20), launch.engine)[0] is Outcome.CANCELLED


def test_bytes_that_were_not_approved_never_run(bench: Bench) -> None:
    """One changed byte is enough to be refused, and nothing is left on disk."""
    launch = bench.launch("echo good")
    with pytest.raises(RefusedByPolicy):
        bench.runner.start(replace(launch, data=b"echo evil"))
    assert not launch.run_dir.exists()


@pytest.mark.parametrize("name", ["../x.sh", "a/b.sh", "", "..", "x\0.sh"])
def test_a_do_cannot_leave_its_folder_by_its_name(bench: Bench, name: str) -> None:
    """Only plain file names are taken."""
    with pytest.raises(BadName):
        bench.runner.start(bench.launch("true", do_file=name))


def test_the_private_copy_is_what_runs_and_is_gone_afterwards(bench: Bench) -> None:
    """It has the DO's name, nobody else can read it, and nothing of it stays."""
    ran = bench.run(
        'ls -l "$0" | cut -c1-10; basename "$0"; touch "$(dirname "$0")/left"; cat "$0"', do_file="DO_ä b.sh"
    )
    mode, name, source = ran.said.split("\n", 2)
    assert (mode, name) == ("-rw-------", "DO_ä b.sh")
    assert source == ran.launch.data.decode()
    assert not (ran.launch.run_dir / "do").exists()


def test_the_result_is_on_disk_whole(bench: Bench) -> None:
    """Recovery finds the same end that the watcher was told."""
    ran = bench.run("echo x; exit 4")
    assert read_result(ran.launch.run_dir) == ran.finished
    said = json.loads((ran.launch.run_dir / "result.json").read_text())
    assert (said["schema"], said["run_id"], said["how"], said["exit_code"]) == (1, ran.launch.run_id, "exited", 4)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"how": "exited"}', "\x00", '{"how": 3, "ended": 4}'])
def test_a_damaged_result_counts_as_none(tmp_path: Path, text: str) -> None:
    """What cannot be understood is not guessed."""
    (tmp_path / "result.json").write_text(text)
    assert read_result(tmp_path) is None


def test_what_a_runs_own_process_tells_is_measured(bench: Bench) -> None:
    """Pid, sizes and times are those of the script."""
    started, launch = bench.start("echo $$; sleep 0.2")
    finished = started.wait(20)
    said = read_output(launch.run_dir)
    assert started.pid == int(said)
    assert 200 <= finished.elapsed_ms < 5000
    assert finished.bytes_seen == finished.bytes_kept == len(said)
    assert started.started < finished.ended


PWSH = ENGINES["pwsh"]


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        (Finished(How.EXITED, 0, marked=True), (Outcome.PASSED, None)),
        (
            Finished(How.EXITED, 0, marked=False),
            (Outcome.FAILED, "PowerShell ended before the script did (something in it ended the whole process)"),
        ),
        (Finished(How.EXITED, 5, marked=True), (Outcome.FAILED, "exit code 5")),
        (Finished(How.EXITED, None, 63), (Outcome.FAILED, "ended by signal 63 (unknown)")),
        (Finished(How.EXITED, 0, marked=True, why="more"), (Outcome.PASSED, "more")),
        (Finished(How.EXITED, 1, why="more"), (Outcome.FAILED, "exit code 1; more")),
        (Finished(How.LOST, why="gone"), (Outcome.UNKNOWN, "gone")),
        (Finished(How.TIMED_OUT, 0, marked=True, why="slow"), (Outcome.TIMED_OUT, "slow")),
    ],
)
def test_powershell_passes_only_with_its_end_mark(finished: Finished, expected: tuple[Outcome, str | None]) -> None:
    """Exit code 0 alone proves nothing there."""
    assert outcome(finished, PWSH) == expected
