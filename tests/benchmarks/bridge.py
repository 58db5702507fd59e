"""What a call of the bridge takes, in ratios of one run: `python -m tests.benchmarks.bridge`.

A warm call is timed by the client, from writing the request to having read the answer. Its floor is a bare Python that
echoes the same line, plus the same deed done without the bridge; the three take turns. A cold call is compared with
`python -c pass`. The figures behind that, of what a function of PowerShell may take and of what the original's took,
have PowerShell's own part in them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cotemp import dos, panels
from cotemp.messages.do import Draft
from cotemp.messages.language import LANGUAGES
from cotemp.notes import send
from cotemp.places import Places
from cotemp.status import snapshot
from cotemp.times import local_now
from tests.bridge.driving import SERVE, Server, key, line, serving

WARM, COLD, SESSIONS = 400, 15, 10
LIMIT = 4.0
"""A call may take this many times its floor; on a machine that does nothing else it takes about two."""
PAUSE = 3.0
"""Seconds before each warm call, in which what was just written grows old: until then the status reads it anew."""
ECHO = (sys.executable, "-I", "-S", "-c", "import os\nwhile data := os.read(0, 65536): os.write(1, data)")
_DRAFT = Draft("DO-Smoke", "Get-Date\n", "")


class Warm(NamedTuple):
    """A call of a server that runs, and the deed that it does."""

    method: str
    params: dict[str, Any]
    deed: Callable[[], Any]
    target: str = ""
    """What PowerShell may take for the whole of it, and what the original took there."""
    changing: bool = False


def warm(places: Places) -> list[Warm]:
    """The calls that PowerShell makes most."""

    def note() -> Any:
        return send(places, "co-0", "hello", "unknown", local_now())

    def do() -> Any:
        return dos.drop(places, "co-1", _DRAFT, LANGUAGES["pwsh"])

    def look() -> Any:
        return json.dumps(snapshot(places, local_now(), Path("agents.toml")).json())

    draft = {"to": "co-1", "title": _DRAFT.title, "body": _DRAFT.body}
    return [
        Warm("hello", {"protocol": 1}, bool),
        Warm("panels.list", {}, lambda: panels.listing(places)),
        Warm("note.send", {"to": "co-0", "text": "hello"}, note, "Send-CoNote 0.6 ms, was 1.76", changing=True),
        Warm("do.drop", draft, do, "Drop-CoDO 0.9 ms, was 2.99", changing=True),
        Warm("status", {}, look, "Status-QuickCheck 5 ms, was 280"),
    ]


def in_turns(rounds: int, *ways: Callable[[], Any]) -> list[float]:
    """The median of each way, in milliseconds; the first rounds only warm up."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds + 3):
        for way, times in zip(ways, taken, strict=True):
            began = time.perf_counter()
            way()
            times.append(time.perf_counter() - began)
    return [statistics.median(times[3:]) * 1000 for times in taken]


def show_warm(server: Server, echo: Server, places: Places) -> bool:
    """A line for each warm call; False when one is beyond the limit."""
    good = True
    env = {"COTEMP_HOME": str(places.home), "COSESSION_ID": "co-0", "COTEMP_CONFIG": None}
    context = {"cwd": str(places.home), "shell_pid": os.getpid(), "env": env}
    for call in warm(places):

        def ask(to: Server, call: Warm = call) -> Any:
            more = {"request_key": key()} if call.changing else {}
            to.write(line(call.method, {"context": context, **call.params, **more}))
            return to.answer()

        time.sleep(PAUSE)
        assert "result" in ask(server)
        ours, bare, deed = in_turns(WARM, lambda: ask(server), lambda: ask(echo), call.deed)
        ratio = ours / (bare + deed)
        good = good and ratio <= LIMIT
        floor = f"{ratio:.1f} x an echo ({bare:.3f}) and the deed ({deed:.3f}){', TOO MUCH' * (ratio > LIMIT)}"
        print(f"{call.method:12} {ours:6.3f} ms, {floor}{call.target and f'; {call.target}'}")
    return good


def first_answer(method: str, params: dict[str, Any]) -> None:
    """Start a server, and wait for its first answer."""
    with serving() as server:
        server.ask(method, **params)


def alone(method: str, params: dict[str, Any]) -> None:
    """One `cotemp bridge call`."""
    argv = [*SERVE[:-1], "call", method]
    subprocess.run(argv, input=json.dumps(params).encode(), stdout=subprocess.DEVNULL, check=True)


def show_cold() -> None:
    """A line for each call that starts a process."""

    def note() -> dict[str, str]:
        return {"to": "co-0", "text": "hello", "request_key": key()}

    ways: dict[str, Callable[[], Any]] = {
        "python -c pass": lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
        "serve, first hello": lambda: first_answer("hello", {"protocol": 1}),
        "serve, first note.send": lambda: first_answer("note.send", note()),
        "bridge call note.send": lambda: alone("note.send", note()),
        "bridge call status": lambda: alone("status", {}),
    }
    figures = in_turns(COLD, *ways.values())
    for name, figure in zip(ways, figures, strict=True):
        print(f"{name:24} {figure:5.1f} ms, {figure / figures[0]:4.1f} x a bare Python")


def main() -> int:
    """Print what each takes; the exit code is 1 when a warm call is beyond the limit."""
    with tempfile.TemporaryDirectory() as root:
        os.environ |= {"HOME": root, "COTEMP_HOME": f"{root}/CoTemp"}
        places = Places.at(Path(root, "CoTemp"))
        for number in range(SESSIONS):
            places.session(f"co-{number}").make()
        with serving() as server, serving(ECHO) as echo:
            good = show_warm(server, echo, places)
        show_cold()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
