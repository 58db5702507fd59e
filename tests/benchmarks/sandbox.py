"""What confinement costs: `python -m tests.benchmarks.sandbox`. Ours, next to plain bubblewrap with the same
mounts and to a bare process; then with a copy-on-write view of a repo of 20 000 files.

All take turns, so that a busy machine slows them alike, and the quick quarter of the rounds counts. Each starts
`/bin/true` the same way; ours includes making its command (looking at the machine, writing its files). The
control groups, which plain bubblewrap has not, are told apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cotemp.sandbox import Bubblewrap, Confined, View, find, programs
from cotemp.sandbox.entering import enter
from cotemp.sandbox.memory import Groups

ROUNDS = 60
FILES, PER_FOLDER = 20_000, 50
SANDBOX_LIMIT, OVERLAY_LIMIT = 3.0, 2.0
"""Milliseconds that ours may take longer than plain bubblewrap, and how many more of an overlay are ours: the rest
is the kernel's, which writes the upper folder's file system to disk when the overlay goes."""
TRUE = ("/bin/true",)


class Bench:
    """A folder with a state, a home and a big repo; each way of starting `/bin/true` in it returns its seconds."""

    def __init__(self, folder: Path, enforcer: Bubblewrap) -> None:
        self.folder, self.enforcer = folder, enforcer
        self.number = 0
        self.repo = folder / "me" / "src" / "big"
        for number in range(FILES // PER_FOLDER):
            inside = self.repo / f"{number // 20}" / f"{number}"
            inside.mkdir(parents=True)
            for name in range(PER_FOLDER):
                (inside / f"{name}.txt").write_bytes(b"x" * 100)
        (folder / "CoTemp").mkdir()

    def view(self, *, overlay: bool) -> View:
        self.number += 1
        run_dir = self.folder / "state" / f"bench-{os.getpid()}-{self.number}"
        for name in ("artifacts", "outbox", "upper", "work", "do"):
            (run_dir / name).mkdir(parents=True)
        (run_dir / "do" / "DO_x.sh").touch()
        view = View(
            run_dir=run_dir, do_copy=run_dir / "do" / "DO_x.sh", do_path=self.folder / "CoTemp" / "DO_x.sh",
            artifacts=run_dir / "artifacts", outbox=run_dir / "outbox", cwd=run_dir / "artifacts",
            home_dir=self.folder / "me", hidden=(self.folder / "CoTemp", self.folder / "state"),
            programs=programs(sys.executable),
        )  # fmt: skip
        extra = {"repo": self.repo, "repo_mode": "overlay", "upper": run_dir / "upper", "work": run_dir / "work"}
        return replace(view, **extra) if overlay else view  # type: ignore[arg-type]

    def ours(self, *, overlay: bool = False, groups: bool = False) -> float:
        view = self.view(overlay=overlay)
        enforcer = self.enforcer if groups else replace(self.enforcer, groups=Groups())
        began = time.perf_counter()
        confined = enforcer.confine(view)
        _run(confined, (*confined.prefix, *TRUE))
        taken = time.perf_counter() - began
        _clear(confined, view)
        return taken

    def plain(self, *, overlay: bool = False) -> float:
        """Bubblewrap with the same mounts and nothing else: no filter, no limits, made beforehand."""
        view = self.view(overlay=overlay)
        confined = replace(self.enforcer, groups=Groups()).confine(view)
        words = [os.fsdecode(word) for word in confined.descriptors[0][1].read_bytes().split(b"\0")][:-1]
        for option in ("--seccomp", "--json-status-fd"):
            del words[(at := words.index(option)) : at + 2]
        bare = replace(confined, descriptors=(), status=None, limits=())
        began = time.perf_counter()
        _run(bare, (confined.prefix[0], *words, "--", *TRUE))
        taken = time.perf_counter() - began
        _clear(confined, view)
        return taken

    def bare(self) -> float:
        began = time.perf_counter()
        _run(None, TRUE)
        return time.perf_counter() - began


def _run(confined: Confined | None, argv: tuple[str, ...]) -> None:
    entry = confined.entry() if confined else None
    pid = os.fork()
    if pid == 0:
        if entry:
            enter(**entry)
        os.execv(argv[0], argv)
    assert os.waitpid(pid, 0)[1] == 0, json.dumps(argv)


def _clear(confined: Confined, view: View) -> None:
    for group in confined.groups:
        while group.exists():
            with contextlib.suppress(OSError):
                group.rmdir()
    with contextlib.suppress(FileNotFoundError):
        (view.run_dir / "work" / "work").chmod(0o700)
    shutil.rmtree(view.run_dir)


def measure(ways: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The lower quartile of each way's milliseconds: what others do on the machine only adds to it."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 3):
        for name, way in ways.items():
            taken[name].append(way() * 1000)
    return {name: statistics.quantiles(times[3:], n=4)[0] for name, times in taken.items()}


def main() -> int:
    """Print the table; returns 1 when a limit is broken."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else Path.cwd()) as folder:
        enforcer = find(Path(folder, "found"))
        assert isinstance(enforcer, Bubblewrap), enforcer
        bench = Bench(Path(folder), enforcer)
        began = time.perf_counter()
        bench.ours(overlay=True)
        first = (time.perf_counter() - began) * 1000
        time.sleep(2.5)  # what changed just now is looked at again each time
        bench.ours(overlay=True)
        found = measure(
            {
                "bare": bench.bare,
                "plain": bench.plain,
                "ours": bench.ours,
                "plain overlay": lambda: bench.plain(overlay=True),
                "groups": lambda: bench.ours(groups=True),
                "overlay": lambda: bench.ours(overlay=True),
            }
        )
    cost, overlay = found["ours"] - found["plain"], found["overlay"] - found["plain overlay"]
    groups = found["groups"] - found["ours"]
    sys.stdout.write(
        f"bare {found['bare']:.2f} ms, plain bubblewrap {found['plain']:.2f} ms\n"
        f"ours {found['ours']:.2f} ms: {cost:+.2f} ms, {found['ours'] / found['plain']:.2f}x (limit +{SANDBOX_LIMIT})\n"
        f"control groups, where there are any: {groups:+.2f} ms more\n"
        f"with an overlay over {FILES} files: plain {found['plain overlay']:.2f} ms, ours {found['overlay']:.2f} ms: "
        f"{overlay:+.2f} ms (limit +{SANDBOX_LIMIT + OVERLAY_LIMIT}); the very first {first:.0f} ms\n"
    )
    return int(cost > SANDBOX_LIMIT or overlay > SANDBOX_LIMIT + OVERLAY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
