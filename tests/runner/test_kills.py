"""kill -9 of any process of ours, at any time, leaves no process of a run behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cotemp.messages.run import Outcome
from cotemp.processes import below, marked
from cotemp.runner import How, Runner, outcome, read_output, read_result
from tests.waiting import eventually

from .launches import Bench, await_output, is_alive, parent_of, pids_in
from .test_ending import ALL, WAYS

REPO = Path(__file__).parents[2]


@contextmanager
def watcher(folder: Path, body: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A watcher in a process of its own, with one run under way."""
    argv = [sys.executable, "-m", "tests.runner.watcher_program", str(folder), body]
    with subprocess.Popen(argv, cwd=REPO, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("victim", ["watcher", "zygote", "keeper", "do"])
def test_nothing_survives(tmp_path: Path, victim: str) -> None:
    """Whoever is killed, every process of the run is dead soon, however it tried to leave."""
    with watcher(tmp_path, f"{ALL}\necho ready; sleep 60") as (process, who):
        await_output(Path(who["run_dir"]), "ready")
        escaped = pids_in(tmp_path, *WAYS)
        os.kill(process.pid if victim == "watcher" else who[victim], signal.SIGKILL)
        everybody = [who["do"], who["keeper"], *escaped]
        eventually(lambda: not any(map(is_alive, everybody)), what="all dead")
        if victim == "watcher":
            eventually(lambda: not is_alive(who["zygote"]), what="the zygote too")
        process.kill()


@pytest.mark.parametrize(
    ("victim", "expected", "reason"),
    [
        ("zygote", Outcome.INTERRUPTED, "the process that starts runs was killed"),
        ("keeper", Outcome.UNKNOWN, "the process that kept it was killed: what it did up to then is not known"),
        ("do", Outcome.FAILED, "ended by signal 9 (SIGKILL)"),
    ],
)
def test_the_watcher_learns_what_happened(bench: Bench, victim: str, expected: Outcome, reason: str) -> None:
    """It is told, or finds out, and never waits for ever. (No shell stays, which might tell how its child ended.)"""
    started, launch = bench.start("echo ready; exec sleep 60")
    await_output(launch.run_dir, "ready")
    assert started.pid
    keeper = parent_of(started.pid)
    os.kill({"zygote": parent_of(keeper), "keeper": keeper, "do": started.pid}[victim], signal.SIGKILL)
    finished = started.wait(20)
    said = outcome(finished, launch.engine)
    assert said[0] is expected
    assert (said[1] or "").startswith(reason)
    assert finished.bytes_kept == len("ready\n")
    assert not (launch.run_dir / "do").exists()


def test_a_killed_zygote_is_replaced(bench: Bench) -> None:
    """The next run starts as if nothing had happened."""
    started, _ = bench.start("sleep 60")
    assert started.pid
    os.kill(parent_of(parent_of(started.pid)), signal.SIGKILL)
    assert bench.run("echo here").said == "here\n"
    assert started.wait(20).how is How.INTERRUPTED


def test_recovery_learns_that_a_run_was_lost_with_its_watcher(tmp_path: Path) -> None:
    """Whoever looks right after the watcher was killed gets the answer, not silence."""
    with watcher(tmp_path, "echo ready; sleep 60") as (process, who):
        run_dir = Path(who["run_dir"])
        await_output(run_dir, "ready")
        process.kill()
        finished = read_result(run_dir)
        assert finished
        assert finished.how is How.LOST
        assert finished.why == "its watcher ended while it ran"
        assert not is_alive(who["do"])
        assert not (run_dir / "do").exists()


def test_recovery_learns_of_an_end_that_nobody_was_told(tmp_path: Path) -> None:
    """A run that ended by itself while its watcher was stopped keeps its own end."""
    with watcher(tmp_path, "echo ready; while ! [ -e go ]; do sleep 0.01; done; exit 6") as (process, who):
        run_dir = Path(who["run_dir"])
        await_output(run_dir, "ready")
        os.kill(process.pid, signal.SIGSTOP)
        (tmp_path / "go").touch()
        eventually((run_dir / "result.json").exists)
        process.kill()
        finished = read_result(run_dir)
        assert finished
        assert (finished.how, finished.exit_code) == (How.EXITED, 6)


@pytest.mark.parametrize("victim", ["watcher", "zygote"])
def test_kills_at_any_moment_of_a_start(tmp_path: Path, victim: str) -> None:
    """Killed while it starts, again and again: no process is left, no run is started twice, and none is waited for
    that will not start any more."""
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        _kill_while_it_starts(folder, victim, random.Random(attempt).uniform(0, 0.12))
        assert _times_started(folder) <= 1


def _kill_while_it_starts(folder: Path, victim: str, seconds: float) -> None:
    argv = [sys.executable, "-m", "tests.runner.watcher_program", str(folder), "echo $$ >> started; sleep 60"]
    with subprocess.Popen(argv, cwd=REPO, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            zygote = eventually(lambda: zygotes_of(process.pid))[0]
            time.sleep(seconds)  # not for anything to happen: to be somewhere else each time
            family = below(process.pid)
            os.kill(process.pid if victim == "watcher" else zygote, signal.SIGKILL)
            if victim == "zygote":
                eventually(lambda: _times_started(folder) or _was_interrupted(folder), what="a start or its end")
        finally:
            process.kill()
    eventually(lambda: not any(map(is_alive, family)) and not marked(f"run-{process.pid}-0"), what="all dead")


def _times_started(folder: Path) -> int:
    started = folder / "started"
    return len(started.read_text().split()) if started.exists() else 0


def _was_interrupted(folder: Path) -> bool:
    """Whether the run came to its keeper, and to its end before its first word."""
    return any(f'"how": "{How.INTERRUPTED}"' in result.read_text() for result in folder.glob("run-*/result.json"))


def zygotes_of(pid: int) -> list[int]:
    return [child for child in below(pid) if b"cotemp.runner.zygote" in _command(child)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_many_starts_at_once(bench: Bench) -> None:
    """Twenty runs started by eight threads each get their own output and end."""
    results: dict[int, tuple[int | None, bytes]] = {}
    numbers = iter(range(20))
    guard = threading.Lock()

    def work() -> None:
        while True:
            with guard:
                number = next(numbers, None)
            if number is None:
                return
            started, launch = bench.start(f"echo this is {number}; exit {number}")
            finished = started.wait(30)
            results[number] = (finished.exit_code, read_output(launch.run_dir))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {number: (number, f"this is {number}\n".encode()) for number in range(20)}


def test_closing_a_runner_ends_what_runs(tmp_path: Path) -> None:
    """Nothing is left of a runner that was closed, not even its zygote."""
    with Runner() as runner:
        started, launch = Bench(runner, tmp_path).start("echo ready; sleep 60")
        await_output(launch.run_dir, "ready")
        assert started.pid
        keeper = parent_of(started.pid)
        family = [started.pid, keeper, parent_of(keeper)]
    assert started.wait().how is How.INTERRUPTED
    assert not any(map(is_alive, family))


def test_one_thread_may_wait_while_another_cancels(bench: Bench) -> None:
    """Waiting does not lock others out."""
    started, launch = bench.start("echo ready; sleep 60")
    ends: list[How] = []
    waiting = [threading.Thread(target=lambda: ends.append(started.wait(30).how)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    await_output(launch.run_dir, "ready")
    started.cancel("anna")
    for thread in waiting:
        thread.join(30)
    assert ends == [How.CANCELLED] * 3
