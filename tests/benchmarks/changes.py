"""What a transaction costs, next to a plain copy of the one changed file: `python -m tests.benchmarks.changes`.

A repo of 20 000 files under git, one of which is edited. The floor copies that file; the peers are what a
person would do instead: `git status` afterwards, or a copy of the whole beforehand.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cotemp import transaction

FILES, ROUNDS = 20_000, 15
LIMIT = 2.0
"""Milliseconds that preparing an overlay may take."""


def filled(repo: Path) -> Path:
    """20 000 small files in 200 folders, committed."""
    for number in range(FILES):
        path = repo / f"d{number % 200}" / f"f{number}.txt"
        if number < 200:
            path.parent.mkdir(parents=True)
        path.write_text(f"{number}\n" * 50)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "1"]):
        subprocess.run(["git", "-c", "gc.auto=0", *command], cwd=repo, check=True)  # nothing goes on behind us
    return repo


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def one_run(root: Path, repo: Path, number: int) -> dict[str, float]:
    """Milliseconds of each part of a run that changes one file."""
    run_dir, edited = root / "runs" / str(number), f"d{number}/f{number}.txt"
    prepared: list[transaction.Prepared] = []
    found = {"prepare": timed(lambda: prepared.append(transaction.prepare(run_dir, repo, overlay=True)))}
    upper = prepared[0].upper
    assert upper is not None
    (upper / edited).parent.mkdir()
    (upper / edited).write_text(f"edited {number}\n")  # as the overlay would leave it
    found["seal"] = timed(lambda: transaction.seal(run_dir))
    found["apply"] = timed(lambda: transaction.apply(run_dir))
    found["undo"] = timed(lambda: transaction.undo(run_dir))
    found["copy of the file"] = timed(lambda: shutil.copy(repo / edited, root / "copied"))
    found["git status"] = timed(lambda: subprocess.run(["git", "status", "-s"], cwd=repo, check=True))
    if number < 3:
        found["cp -r"] = timed(lambda: subprocess.run(["cp", "-r", repo, root / f"copy{number}"], check=True))
    return found


def main() -> int:
    """Print the table; returns 1 when preparing takes longer than it may."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        repo = filled(root / "repo")
        taken: dict[str, list[float]] = {}
        for number in range(ROUNDS):
            for name, took in one_run(root, repo, number).items():
                taken.setdefault(name, []).append(took)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        sys.stdout.write(f"{name:18} {median:8.2f} ms\n")
    ours, peer = medians["prepare"] + medians["seal"], medians["git status"]
    sys.stdout.write(f"prepare and seal are {ours / medians['copy of the file']:.0f}x the copy, {peer / ours:.0f}x ")
    sys.stdout.write("faster than git status\n")
    return int(medians["prepare"] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
