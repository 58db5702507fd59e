"""What `cotemp status` costs, as whole processes, in ratios of one run: `python -m tests.benchmarks.status`.

Two homes are compared with `python -c pass` and with each other: one of 2 sessions and one of 1000,
with 100 logs each and a panel for every session. The original takes 0.28 s and 9.6 s for them, beside
the start of PowerShell. Every figure is the median of runs that take turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cotemp.places import Places
from cotemp.status.index import FRESH

from .startup import SCRIPT, measure

__all__ = ["plant", "settle"]

LOGS = 100
START = 6.0
"""`status` of the small home may take this many times as long as `python -c pass`."""
GROWTH = 2.0
"""`status` of the large home may take this many times as long as of the small one."""
ORIGINAL = {2: 0.28, 1000: 9.6}
"""Seconds that the original takes, by number of sessions."""


def plant(root: Path, sessions: int, logs: int = LOGS) -> Places:
    """A home with as many sessions of the original, each with a panel that has ended, and its logs."""
    places = Places.at(root / "CoTemp")
    places.panels.mkdir(parents=True)
    for number in range(sessions):
        session = places.session(f"co-{number:04d}-20250908-062405")
        session.make()
        for log in range(logs):
            base = session.logs / f"DO_DO-Smoke_{log:06d}-20250909-{log:06d}-28216"
            for ending in (".txt", ".json"):
                base.with_name(base.name + ending).touch()
        panel = {"pid": 2**31 - 1 - number, "name": f"Panel-{number}", "session_id": session.id}
        (places.panels / f"{panel['pid']}.json").write_text(json.dumps(panel, indent=2))
    return places


def settle() -> None:
    """Wait until what was planted is old enough to be remembered."""
    deadline = time.time() + FRESH
    while time.time() < deadline:
        time.sleep(0.1)


def main() -> int:
    """Print the table; returns 1 when a figure is beyond its limit."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        lines = {"python -c pass": [sys.executable, "-c", "pass"]}
        for sessions in ORIGINAL:
            home = plant(Path(folder) / str(sessions), sessions).home
            lines[f"{sessions} sessions"] = [sys.executable, "-c", SCRIPT, "status", "--home", str(home)]
        first = _first(lines["1000 sessions"])
        settle()
        taken = measure(lines, dict(os.environ))
    base, small, large = taken.values()
    for (name, milliseconds), original in zip(taken.items(), (None, *ORIGINAL.values()), strict=True):
        beside = f"   original {original * 1000:6.0f} ms" if original else ""
        sys.stdout.write(f"{name:16} {milliseconds:7.1f} ms {milliseconds / base:5.1f}x{beside}\n")
    sys.stdout.write(f"1000 sessions for the first time: {first:.0f} ms\n")
    sys.stdout.write(f"start {small / base:.2f}x (limit {START:g}), growth {large / small:.2f}x (limit {GROWTH:g})\n")
    return int(small > START * base or large > GROWTH * small)


def _first(line: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([*line, "--compact"], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
