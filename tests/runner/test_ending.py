"""The end of a run is the end of everything that it started."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from .launches import Bench, await_output, is_alive, pids_in

SETSID = "(setsid sh -c 'echo $$ > setsid; sleep 60' >/dev/null 2>&1 &)"
NOHUP = "(nohup sh -c 'echo $$ > nohup; exec sleep 60' >/dev/null 2>&1 &)"
STUBBORN = "(setsid sh -c 'trap \"\" TERM HUP INT; echo $$ > stubborn; while :; do sleep 1; done' >/dev/null 2>&1 &)"
NAKED = "(env -i setsid sh -c 'echo $$ > naked; exec sleep 60' >/dev/null 2>&1 &)"
DOUBLE = """
python3 - <<'END'
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        with open("double", "w") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(60)
    os._exit(0)
os.wait()
END
"""
WAYS = {"setsid": SETSID, "nohup": NOHUP, "stubborn": STUBBORN, "naked": NAKED, "double": DOUBLE}
ALL = (
    "\n".join(WAYS.values())
    + "\nwhile ! [ -s setsid -a -s nohup -a -s stubborn -a -s naked -a -s double ]; do :; done\n"
)


def gone(folder: Path, *names: str) -> bool:
    return not any(is_alive(pid) for pid in pids_in(folder, *names))


@pytest.mark.parametrize("way", WAYS)
def test_what_a_script_leaves_behind_is_ended_with_it(bench: Bench, way: str) -> None:
    """Whatever way a process takes out of the tree, it is dead when the run has ended, and the run says so."""
    ran = bench.run(f"{WAYS[way]}\nwhile ! [ -s {way} ]; do :; done; echo over")
    assert gone(bench.folder, way)
    assert (ran.outcome, ran.said) == ("passed", "over\n")
    assert "left" in (ran.reason or "")


@pytest.mark.parametrize("how", ["timeout", "cancel", "interrupt"])
def test_stopping_a_run_ends_all_of_it(bench: Bench, how: str) -> None:
    """Time limit, cancel and stop leave nothing either."""
    started, launch = bench.start(f"{ALL}\necho ready; sleep 60", timeout=2.0 if how == "timeout" else 60)
    await_output(launch.run_dir, "ready")
    if how == "cancel":
        started.cancel("anna")
    if how == "interrupt":
        started.interrupt()
    started.wait(30)
    assert gone(bench.folder, *WAYS)


def test_a_script_may_end_politely(bench: Bench) -> None:
    """It is asked first, so that it can put things in order."""
    started, launch = bench.start("trap 'echo tidied up; exit 5' TERM; echo ready; while :; do sleep 0.01; done")
    await_output(launch.run_dir, "ready")
    started.cancel("anna")
    finished = started.wait(20)
    assert finished.exit_code == 5
    await_output(launch.run_dir, "tidied up")


def test_a_stopped_process_is_ended_too(bench: Bench) -> None:
    """A process that was suspended wakes up to be told, and can put things in order."""
    child = "trap 'echo > tidied; exit' TERM\necho $$ > stopped\nkill -STOP $$\nsleep 60\n"
    (bench.folder / "child.sh").write_text(child)
    ran = bench.run("sh child.sh & while ! [ -s stopped ]; do :; done; sleep 0.1")
    assert gone(bench.folder, "stopped")
    assert ran.outcome == "passed"
    assert (bench.folder / "tidied").exists()


def test_processes_that_keep_coming_are_ended(bench: Bench) -> None:
    """A script whose children start children faster than they can be listed has no chance either."""
    body = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork() != 0:
                os._exit(0)
            time.sleep(0.002)
time.sleep(0.3)
"""
    ran = bench.run(body, "python")
    assert ran.finished.exit_code == 0
    left = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if ran.launch.run_id.encode() in _environment(pid)]
    assert not left


def _environment(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def test_a_run_leaves_no_zombies_while_it_runs(bench: Bench) -> None:
    """Orphans are reaped as they end, not only with the run."""
    started, launch = bench.start(
        "for i in 1 2 3 4 5; do (setsid true &); done; sleep 0.2; ps -o stat= --ppid $PPID | grep -c Z; :"
    )
    started.wait(20)
    assert await_output(launch.run_dir, "\n") == "0\n"


def test_a_killed_script_is_no_passed_script(bench: Bench) -> None:
    """A script that somebody else kills fails with that signal."""
    started, launch = bench.start("echo ready; sleep 60")
    await_output(launch.run_dir, "ready")
    assert started.pid
    os.kill(started.pid, signal.SIGTERM)
    assert started.wait(20).signal == signal.SIGTERM
