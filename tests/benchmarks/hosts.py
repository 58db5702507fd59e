"""What 50 idle agents cost in each host, next to one bare process start: `python -m tests.benchmarks.hosts`.

A look is told in milliseconds of wall and of CPU (ours and the tmux server's), and as a ratio to starting and awaiting
`true`. Memory is what the machine would get back (PSS) from the hosts' own processes; the agents' are not counted.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from cotemp.errors import CotempError
from cotemp.hosts import Host, Launch
from cotemp.hosts.choosing import choose
from cotemp.places import Places

AGENTS, ROUNDS = 50, 40
MOST_MEGABYTES = 80.0
"""For 50 agents, where tmux is the host."""
MOST_CPU = 20.0
"""Milliseconds of one look: one per two seconds is then 1 % of a core."""
SHOWN = "for n in range(100): print(f'\\033[3{n % 8}mline {n} of what an agent says, and what it looks like\\033[0m')"


def bare() -> None:
    """The floor: a process that does nothing."""
    program = shutil.which("true") or "/bin/true"
    os.waitpid(os.posix_spawn(program, [program], os.environ), 0)


def measured(act: Callable[[], object], servers: list[psutil.Process]) -> tuple[float, float]:
    """Median milliseconds of wall, and mean milliseconds of CPU with that of `servers`."""
    walls = []
    before = _cpu(servers)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        walls.append(time.perf_counter() - began)
    return statistics.median(walls) * 1000, (_cpu(servers) - before) / ROUNDS * 1000


def _cpu(servers: list[psutil.Process]) -> float:
    mine = os.times()
    theirs = [process.cpu_times() for process in servers]
    return sum(mine[:4]) + sum(times.user + times.system for times in theirs)


def start_all(host: Host, folder: Path) -> None:
    """50 agents that have said something, and wait."""
    argv = (sys.executable, "-I", "-S", "-c", f"{SHOWN}\nimport signal; signal.pause()")
    for number in range(AGENTS):
        host.start(Launch(f"agent-{number}", argv, folder, {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}))


def own_processes(kind: str, host: Host) -> list[psutil.Process]:
    """The tmux server; or the keepers and their zygote."""
    parents = {psutil.Process(pane.pid).parent() for pane in host.look().values()}
    found = [one for one in parents if one]
    return found if kind == "tmux" else [*found, *{one.parent() or one for one in found}]


def megabytes(processes: list[psutil.Process]) -> float:
    """Memory of these processes, with their part of what several share."""
    return float(sum(process.memory_full_info().pss for process in processes)) / 1e6


def told(kind: str, folder: Path, floor: tuple[float, float]) -> bool:
    """Measure one host and print a line; False when it costs more than it may."""
    places = Places.at(folder / "home", root=folder / "state")
    places.make_state()
    host = choose(kind, places)
    try:
        start_all(host, folder)
        processes = own_processes(kind, host)
        wall, cpu = measured(host.look, processes)
        screen, _ = measured(lambda: host.screen("agent-0"), [])
        memory = megabytes(processes)
        idle = _cpu(processes)
        time.sleep(3)
        idle = (_cpu(processes) - idle) / 3 * 100
    finally:
        for agent in host.look():
            host.stop(agent)
    sys.stdout.write(
        f"{kind:5} look at {AGENTS}: {wall:5.1f} ms ({wall / floor[0]:4.1f}x), "
        f"CPU {cpu:5.1f} ms ({cpu / floor[1]:4.1f}x); a screen {screen:4.1f} ms; "
        f"memory {memory:5.1f} MB; idle {idle:.2f} % of a core\n"
    )
    return cpu <= MOST_CPU and (kind != "tmux" or memory <= MOST_MEGABYTES)


def main() -> int:
    """Print the table; returns 1 when something costs more than it may."""
    floor = measured(bare, [])
    sys.stdout.write(f"bare process start: {floor[0]:.1f} ms, CPU {floor[1]:.1f} ms\n")
    fine = []
    for kind in ("tmux", "pty"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                fine.append(told(kind, Path(folder), floor))
            except CotempError as error:
                sys.stdout.write(f"{kind}: {error}\n")
    return int(not all(fine))


if __name__ == "__main__":
    sys.exit(main())
