"""What notes cost, in ratios of one run: `python -m tests.benchmarks.notes`.

Sending is compared with the least that delivers a file whole (write, then rename), and with the
original's 1.76 ms for each note of a loop, of which it kept 2 of 200. Listing 10 000 notes is
compared with 1 000. Every figure is the median of rounds that take turns.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cotemp.names import random_part
from cotemp.notes import opened, send, waiting
from cotemp.places import Places, SessionPlaces
from cotemp.times import local_now

ROUNDS = 7
LOOP = 200
ORIGINAL_MS = 1.76
WHOLE = 4.0
"""A note may cost this many times a bare write and rename: it never overwrites, is dated exactly, finds its target."""
LINEAR = 13.0
"""Ten times the notes may take this many times as long: 10, and room for what grows with n log n and caches."""


def main() -> int:
    """Print the figures; returns 1 when one of them is beyond its limit."""
    with tempfile.TemporaryDirectory() as root:
        places = Places.at(Path(root) / "CoTemp", root=Path(root) / "state")
        ok = _sending(places, Path(root))
        return 0 if _listing(places) and ok else 1


def _sending(places: Places, root: Path) -> bool:
    session = places.session("co-you")
    session.make()
    bare = root / "bare"
    bare.mkdir()
    ours, floor = _alternate(lambda: _send_loop(places), lambda: _bare_loop(bare))
    arrived = len(waiting(session))
    print(f"send: {ours / LOOP * 1e3:.3f} ms a note, {ours / floor:.1f} x write and rename", end=", ")
    print(f"{ORIGINAL_MS / (ours / LOOP * 1e3):.0f} x faster than the original's {ORIGINAL_MS} ms")
    print(f"sent {ROUNDS * LOOP}, arrived {arrived}")
    return arrived == ROUNDS * LOOP and ours / floor < WHOLE


def _listing(places: Places) -> bool:
    few, many = _filled(places, "co-few", 1_000), _filled(places, "co-many", 10_000)
    short, long = _alternate(lambda: waiting(few), lambda: waiting(many))
    print(f"list: 1 000 notes {short * 1e3:.1f} ms, 10 000 notes {long * 1e3:.1f} ms, ratio {long / short:.1f}")
    short_read, long_read = _alternate(lambda: _read(few), lambda: _read(many))
    ratio = long_read / short_read
    print(f"read: 1 000 notes {short_read * 1e3:.0f} ms, 10 000 notes {long_read * 1e3:.0f} ms, ratio {ratio:.1f}")
    return long / short < LINEAR and ratio < LINEAR


def _alternate(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for times, action in zip(spent, (first, second), strict=True):
            begun = time.perf_counter()
            action()
            times.append(time.perf_counter() - begun)
    return statistics.median(spent[0]), statistics.median(spent[1])


def _send_loop(places: Places) -> None:
    for _ in range(LOOP):
        send(places, "co-you", "Planning says hi. Sync link up.", "co-me", local_now())


def _bare_loop(folder: Path) -> None:
    for _ in range(LOOP):
        with open(folder / "tmp", "wb") as file:
            file.write(b"Planning says hi. Sync link up.\n")
        os.rename(folder / "tmp", folder / random_part(12))


def _filled(places: Places, sid: str, count: int) -> SessionPlaces:
    session = places.session(sid)
    session.make()
    for _ in range(count):
        send(places, sid, "Planning says hi. Sync link up.", "co-me", local_now())
    return session


def _read(session: SessionPlaces) -> int:
    return sum(1 for note in waiting(session) if opened(note))


if __name__ == "__main__":
    sys.exit(main())
