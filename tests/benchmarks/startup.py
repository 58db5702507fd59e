"""How long what is typed all day takes, as multiples of `python -c pass`: `python -m tests.benchmarks.startup`.

Every figure is the median of runs that take turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .all_day import calls, furnish

ROUNDS = 15
LIMIT = 6.0
SCRIPT = "import sys; from cotemp.cli import main; sys.exit(main())"  # what pip installs as `cotemp`


def measure(lines: dict[str, list[str]], env: dict[str, str]) -> dict[str, float]:
    """Median milliseconds of each command line; the first round only warms the caches.

    Raises CalledProcessError when one fails: the time of an error message says nothing.
    """
    taken: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(ROUNDS + 1):
        for name, line in lines.items():
            start = time.perf_counter()
            subprocess.run(
                line,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def main() -> int:
    """Print the table; returns 1 when a command is slower than it may be."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        env = os.environ | furnish(Path(folder))
        ours = [["--version"], ["--help"], *calls()]
        lines = {"python -c pass": [sys.executable, "-c", "pass"]}
        lines |= {f"cotemp {line[0]}": [sys.executable, "-c", SCRIPT, *line] for line in ours}
        taken = measure(lines, env)
    base = taken["python -c pass"]
    for name, milliseconds in taken.items():
        mark = "  too slow" if milliseconds > LIMIT * base else ""
        sys.stdout.write(f"{name:20} {milliseconds:7.1f} ms {milliseconds / base:5.1f}x{mark}\n")
    return int(max(taken.values()) > LIMIT * base)


if __name__ == "__main__":
    sys.exit(main())
