"""What a watcher costs, and how soon a DO runs: `python -m tests.benchmarks.watching [SESSIONS]`.

Beside each figure stand the physical floor (the bare process start, the bare rename) and the
PowerShell original's, measured on PowerShell 7.6 on another machine of two cores.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from cotemp.config import Config
from cotemp.dispatch.desk import Event, Kind
from cotemp.dispatch.switchboard import Switchboard
from cotemp.dos import drop
from cotemp.messages.do import Draft
from cotemp.places import Places
from cotemp.runner.engines import ENGINES
from tests.waiting import eventually

ROUNDS = 30
ORIGINAL_DROP_MS, ORIGINAL_DRAIN_S, ORIGINAL_MB = 1304.0, 91.3, 171.0
IDLE_SECONDS = 20.0


def say(what: str, ours: float, unit: str, floor: tuple[str, float], original: float | None) -> None:
    """One line: our figure, the floor and the original's, as ratios."""
    name, value = floor
    line = f"{what:38} {ours:9.2f} {unit}   {ours / value:7.2f}x {name} ({value:.2f} {unit})"
    if original:
        line += f"   1/{original / ours:.0f} of the original ({original:.0f} {unit})"
    sys.stdout.write(line + "\n")


def watched(places: Places, sessions: list[str]) -> tuple[Switchboard, list[Event]]:
    """A switchboard whose loop runs in a thread, and what it tells."""
    board, events = Switchboard(places, Config()), list[Event]()
    for session in sessions:
        board.add(places.session(session))

    def loop() -> None:
        for event in board.events():
            events.append(event)

    threading.Thread(target=loop, daemon=True).start()
    return board, events


def bare_start(script: Path) -> float:
    """Milliseconds from starting Python to its first line."""
    began = time.time()
    subprocess.run([sys.executable, str(script)], check=True)
    return (float(script.with_suffix(".out").read_text()) - began) * 1000


def latency(folder: Path) -> None:
    """From the start of a drop to the DO's first line, beside the bare start of the same Python."""
    places = Places.at(folder / "CoTemp", root=folder / "state")
    board, _ = watched(places, ["co-x"])
    script = folder / "bare.py"
    out = script.with_suffix(".out")
    body = f"import time; open({str(out)!r}, 'w').write(str(time.time()))"
    script.write_text(body)
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(bare_start(script))
        out.unlink()
        began = time.time()
        drop(places, "co-x", Draft("T", body, ""), ENGINES["python"])
        eventually(lambda: out.exists() and out.read_text())
        ours.append((float(out.read_text()) - began) * 1000)
        out.unlink()
        eventually(lambda: not any(places.session("co-x").running.iterdir()))
    board.stop()
    floor = statistics.median(bare)
    say("drop -> the DO's first line", statistics.median(ours), "ms", ("bare start", floor), ORIGINAL_DROP_MS)
    sys.stdout.write(f"{'  of it ours':38} {statistics.median(ours) - floor:9.2f} ms   (limit 15)\n")


def drain(folder: Path, number: int = 100) -> None:
    """A hundred DOs of one session, one after the other."""
    places = Places.at(folder / "CoTemp", root=folder / "state")
    places.session("co-x").make()
    for _ in range(number):
        drop(places, "co-x", Draft("T", "print(1)", ""), ENGINES["python"])
    began = time.perf_counter()
    for _ in range(number):
        subprocess.run([sys.executable, "-c", "print(1)"], stdout=subprocess.DEVNULL, check=True)
    bare = time.perf_counter() - began
    began = time.perf_counter()
    with Switchboard(places, Config()) as board:
        board.add(places.session("co-x"))
        done = sum(event.kind is Kind.PROCESSED for event in board.events(once=True))
    assert done == number
    say(f"{number} DOs drained", time.perf_counter() - began, "s", ("bare starts", bare), ORIGINAL_DRAIN_S)


def idle(folder: Path, sessions: int) -> None:
    """What a watcher of many quiet sessions takes."""
    home, state = folder / "CoTemp", folder / "state"
    places = Places.at(home, root=state)
    names = [f"co-{number:04}" for number in range(sessions)]
    for name in names:
        places.session(name).make()
    argv = [sys.executable, "-m", "cotemp", "--home", str(home), "watch", *names]
    env = os.environ | {"XDG_STATE_HOME": str(state), "HOME": str(folder)}
    with subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in names:
            process.stdout.readline()
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        time.sleep(3)  # what starting costs is not what idling costs
        before = sum(sum(one.cpu_times()[:2]) for one in family)
        time.sleep(IDLE_SECONDS)
        used = sum(sum(one.cpu_times()[:2]) for one in family) - before
        memory = sum(one.memory_full_info().pss for one in family) / 1e6
        process.terminate()
    sys.stdout.write(f"{f'{sessions} idle sessions: CPU':38} {100 * used / IDLE_SECONDS:9.3f} %    (limit 0.1)\n")
    say(f"{sessions} idle sessions: memory", memory, "MB", ("bare Python", 9.0), ORIGINAL_MB)


def main() -> None:
    """Print all figures."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for act in (latency, drain, lambda folder: idle(folder, sessions)):
        with tempfile.TemporaryDirectory() as folder:
            act(Path(folder))


if __name__ == "__main__":
    main()
