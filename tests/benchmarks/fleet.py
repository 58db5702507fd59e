"""What fifty idle agents cost the daemon: `python -m tests.benchmarks.fleet [AGENTS] [SECONDS]`.

Each is a shell in a tmux pane of its own. The processor time is the daemon's with all that it starts (every call of
tmux), beside that of the tmux server; the memory is the daemon's. The floor is one call of tmux for each look.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from cotemp.agents import desk
from cotemp.agents.requests import What
from cotemp.agents.seen import read_seen
from cotemp.hosts.choosing import choose
from cotemp.places import Places
from cotemp.supervisor import agents, control
from tests.waiting import eventually

AGENT = '[agents.a{0}]\nkind = "persistent"\nbackend = "sh"\nworkdir = "{1}"\n'
SH = '[backends.sh]\nargv = ["sh"]\nprompt = "keys"\nenv = { PS1 = "$ " }\n'
LOOK = 2.0
"""Seconds between two looks."""


def main(number: int = 50, seconds: float = 60.0) -> None:
    """Start so many agents, let them idle, and print what that costs."""
    with tempfile.TemporaryDirectory() as root:
        home = Path(root)
        os.environ |= {"HOME": root, "COTEMP_HOME": f"{root}/CoTemp"}
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            del os.environ[name]
        config = home / ".config" / "cotemp" / "agents.toml"
        config.parent.mkdir(parents=True)
        config.write_text("schema = 1\n" + SH + "".join(AGENT.format(n, root) for n in range(number)))
        places = Places.at(home / "CoTemp")
        places.sessions.mkdir(parents=True)
        places.make_state()
        daemon = _begin(places, config)
        try:
            _measure(places, daemon, number, seconds)
        finally:
            daemon.kill()
            host = choose("tmux", places)
            for name in host.look():
                host.stop(name)


def _begin(places: Places, config: Path) -> subprocess.Popen[bytes]:
    desk.leave(places, agents.request_for(What.UP, (), {}, config))
    daemon = subprocess.Popen([sys.executable, "-m", "cotemp.supervisor", str(places.home), str(config)])
    eventually(lambda: control.daemon(places) is not None, 30)
    return daemon


def _measure(places: Places, daemon: subprocess.Popen[bytes], number: int, seconds: float) -> None:
    began = time.monotonic()
    eventually(lambda: sum(row["state"] == "idle" for row in read_seen(places)) == number, 300)
    print(f"{number} agents were idle after {time.monotonic() - began:.1f} s")
    time.sleep(5)
    process, server = psutil.Process(daemon.pid), _server(places)
    before, served = _used(process), _used(server)
    time.sleep(seconds)
    used = 100 * (_used(process) - before) / seconds
    print(f"daemon: {used:.2f} % of a core, {process.memory_info().rss / 1e6:.0f} MB")
    print(f"tmux server: {100 * (_used(server) - served) / seconds:.2f} % of a core")
    floor = 100 * _one_look(places) / LOOK
    print(f"floor (one call of tmux every {LOOK:g} s): {floor:.2f} %; ours is {used / floor:.1f} times that")


def _server(places: Places) -> psutil.Process:
    pane = next(iter(choose("tmux", places).look().values()))
    found = psutil.Process(pane.pid).parent()
    assert found
    return found


def _used(process: psutil.Process) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _one_look(places: Places) -> float:
    host, times = choose("tmux", places), 50
    before = os.times()
    for _ in range(times):
        host.look()
    after = os.times()
    return (sum(after[:4]) - sum(before[:4])) / times


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
