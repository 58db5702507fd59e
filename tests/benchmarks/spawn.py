"""How long it takes until a DO runs, and until it is over, next to a bare spawn: `python -m tests.benchmarks.spawn`.

The floor is `posix_spawn` of the same interpreter with the same script. Both take turns, so that a
busy machine slows them alike. The script itself tells when it began, on the clock that all share.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cotemp.runner import Runner, read_output
from tests.runner.launches import Bench

ROUNDS = 60
LIMIT = 10.0
"""Milliseconds that ours may take longer than a bare spawn, until the first line."""
SCRIPT = "import time\nprint(time.monotonic())\n"


def ours(bench: Bench) -> tuple[float, float]:
    """Seconds until the first line, and until the run was over."""
    launch = bench.launch(SCRIPT, "python")
    began = time.monotonic()
    bench.runner.start(launch).wait()
    ended = time.monotonic()
    return float(read_output(launch.run_dir)) - began, ended - began


def bare(script: Path) -> tuple[float, float]:
    """The same for a bare spawn into a pipe."""
    ours, theirs = os.pipe()
    began = time.monotonic()
    actions = [(os.POSIX_SPAWN_DUP2, theirs, 1)]
    pid = os.posix_spawn(sys.executable, [sys.executable, str(script)], os.environ, file_actions=actions)
    os.waitpid(pid, 0)
    ended = time.monotonic()
    os.close(theirs)
    with open(ours, "rb") as file:
        return float(file.read()) - began, ended - began


def measure(ways: dict[str, Callable[[], tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """Median milliseconds of each way; the first rounds only warm up."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 3):
        for name, way in ways.items():
            taken[name].append(way())
    return {
        name: (statistics.median(x for x, _ in times[3:]) * 1000, statistics.median(y for _, y in times[3:]) * 1000)
        for name, times in taken.items()
    }


def main() -> int:
    """Print the table; returns 1 when ours is slower than it may be."""
    with tempfile.TemporaryDirectory() as folder, Runner() as runner:
        script = Path(folder, "script.py")
        script.write_text(SCRIPT)
        bench = Bench(runner, Path(folder))
        found = measure({"ours": lambda: ours(bench), "bare spawn": lambda: bare(script)})
    for column, what in enumerate(("until the first line", "until it is over")):
        mine, floor = found["ours"][column], found["bare spawn"][column]
        sys.stdout.write(
            f"{what:22} {mine:6.1f} ms, bare {floor:5.1f} ms: {mine / floor:4.2f}x, {mine - floor:+.1f} ms\n"
        )
    return int(found["ours"][0] - found["bare spawn"][0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
