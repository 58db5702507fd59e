"""What other processes, machines and people leave in a home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cotemp.places import Places, SessionPlaces

__all__ = ["holding", "own", "put"]

_HOLD = """
import pathlib, sys, time
from cotemp.places import Places
from cotemp.store.claims import hold
with hold(Places.at(sys.argv[1], root=pathlib.Path(sys.argv[2])), sys.argv[3], "watching"):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def holding(places: Places, claim: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a claim of this home; at the end it is killed."""
    line = [sys.executable, "-c", _HOLD, str(places.home), str(places.state.parent), claim]
    with subprocess.Popen(line, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def put(folder: Path, *names: str, age: float = 0.0) -> None:
    """Files of these names, so many seconds old."""
    for name in names:
        (folder / name).write_text("x")
        os.utime(folder / name, (time.time() - age,) * 2)


def own(session: SessionPlaces, host: str = "aaaaaaaaaaaa.0.0") -> None:
    """Another machine owns the session."""
    session.owner.write_text(json.dumps({"schema": 1, "host": host, "since": "2026-11-21T08:00:00.000Z"}))
