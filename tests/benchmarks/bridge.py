"""What a call of the bridge takes: `python -m tests.benchmarks.bridge`.

Warm calls are timed in a real server, from writing the request to having read the answer; the floor beside them is
what the same deed takes without the bridge. The original's figures were measured once on a real PowerShell, with its
own part in them, so they are no ratio but a mark to stay below.
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

from cotemp.messages.do import Draft
from cotemp.messages.language import LANGUAGES
from cotemp.places import Places
from cotemp.times import local_now
from tests.bridge.driving import SERVE, Server, key, line, serving

WARM, COLD, SESSIONS = 400, 15, 10


class Way(NamedTuple):
    """Something to time: what it is, how to do it once, its limit and the original's figure, in milliseconds."""

    name: str
    once: Callable[[], Any]
    limit: float | None = None
    original: str = ""


def median(once: Callable[[], Any], rounds: int) -> float:
    """Median milliseconds; the first rounds only warm up."""
    taken = []
    for _ in range(rounds + 3):
        began = time.perf_counter()
        once()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[3:]) * 1000


def warm(server: Server, places: Places) -> list[Way]:
    """Calls of a server that runs."""
    from cotemp import dos
    from cotemp.notes import send

    def note() -> Any:
        return server.ask("note.send", to="co-0", text="hello", request_key=key())

    def do() -> Any:
        return server.ask("do.drop", to="co-1", title="DO-Smoke", body="Get-Date\n", request_key=key())

    return [
        Way("hello", lambda: server.ask("hello", protocol=1)),
        Way(f"status, {SESSIONS} sessions", lambda: server.ask("status"), 4.0, "Status-QuickCheck 280"),
        Way("panels.list", lambda: server.ask("panels.list")),
        Way("note.send", note, 0.3, "Send-CoNote 1.76"),
        Way("  without the bridge", lambda: send(places, "co-0", "hello", "unknown", local_now())),
        Way("do.drop", do, 0.6, "Drop-CoDO 2.99"),
        Way("  without the bridge", lambda: dos.drop(places, "co-1", _DRAFT, LANGUAGES["pwsh"])),
    ]


_DRAFT = Draft("DO-Smoke", "Get-Date\n", "")


def first_answer(request: Callable[[], bytes]) -> None:
    """Start a server, and wait for its first answer."""
    with serving() as server:
        server.write(request())
        assert server.answer()["result"]


def call(method: str, params: str) -> None:
    """One `cotemp bridge call`."""
    argv = [*SERVE[:-1], "call", method]
    subprocess.run(argv, input=params.encode(), stdout=subprocess.DEVNULL, check=True)


def note_params() -> dict[str, str]:
    """The params of a new note."""
    return {"to": "co-0", "text": "hello", "request_key": key()}


def cold() -> list[Way]:
    """Calls that start a process."""
    return [
        Way("python -c pass", lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)),
        Way("serve, first hello", lambda: first_answer(lambda: line("hello", {"protocol": 1}))),
        Way("serve, first note.send", lambda: first_answer(lambda: line("note.send", note_params()))),
        Way("bridge call note.send", lambda: call("note.send", json.dumps(note_params()))),
        Way("bridge call status", lambda: call("status", "{}")),
    ]


def show(ways: list[Way], rounds: int) -> bool:
    """Print a line for each; False when one is over its limit."""
    good = True
    for way in ways:
        found = median(way.once, rounds)
        over = way.limit is not None and found > way.limit
        good = good and not over
        limit = f"limit {way.limit:g}{', OVER IT' if over else ''}" if way.limit else ""
        print(f"{way.name:24} {found:8.3f} ms   {limit:18} {way.original and f'the original: {way.original}'}")
    return good


def main() -> int:
    """Print what each takes; the exit code is 1 when a warm call is over its limit."""
    with tempfile.TemporaryDirectory() as root:
        os.environ |= {"HOME": root, "COTEMP_HOME": f"{root}/CoTemp"}
        places = Places.at(Path(root, "CoTemp"))
        for number in range(SESSIONS):
            places.session(f"co-{number}").make()
        with serving() as server:
            good = show(warm(server, places), WARM)
        show(cold(), COLD)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
