"""What the stress tests share: numbered DOs, watchers that can be killed, and what is on the disk afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from cotemp.store.claims import holder
from cotemp.store.ledger import Ledger, Row
from tests.cli.real import PROGRAM, drop, home
from tests.waiting import eventually

__all__ = [
    "Watcher",
    "drop_numbered",
    "filed",
    "helpers",
    "is_watched",
    "keepers",
    "living",
    "numbers",
    "places_of_dos",
    "rows",
    "said",
    "settled",
    "watching",
]

_NUMBER = re.compile(rb"# number (\d+)\n")


def living(user: Path) -> dict[int, str]:
    """Pid and command line of all processes but this one that have `user` as their HOME."""
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get("HOME") == str(user):
                found[process.pid] = " ".join(process.cmdline())[:200]
    return found


# --- numbered DOs ---


def drop_numbered(number: int, tally: Path, session: str, nap: float = 0.0, more: str = "") -> None:
    """Drop a DO that appends its number to `tally`, once, in one write."""
    drop(
        f"# number {number}\nimport os, time\n"
        f"os.write(os.open({str(tally)!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), b'{number}\\n')\n"
        f"time.sleep({nap})\n{more}",
        session,
    )


def numbers(tally: Path) -> Counter[int]:
    """How often each number ran."""
    return Counter(map(int, tally.read_text().split())) if tally.exists() else Counter()


def places_of_dos() -> dict[int, list[Path]]:
    """Where each numbered DO is, in all folders of all sessions."""
    found: dict[int, list[Path]] = {}
    for path in sorted(home().sessions.glob("*/*/*.py")):
        number = _NUMBER.search(path.read_bytes())
        if number:
            found.setdefault(int(number[1]), []).append(path)
    return found


def rows() -> list[Row]:
    """All runs in the ledger."""
    with Ledger(home(), create=False) as ledger:
        return ledger.rows()


def filed(count: int) -> bool:
    """True when so many runs are filed, and no DO waits or runs."""
    return not _waiting() and sum(row.filed for row in rows()) >= count


def settled(count: int, seconds: float = 60) -> list[Row]:
    """Wait until so many runs are filed, and no DO waits or runs; returns all rows."""
    try:
        eventually(lambda: filed(count), seconds)
    except AssertionError:
        unfiled = "\n".join(str(row) for row in rows() if not row.filed)
        text = f"of {count} runs {len(rows())} after {seconds} s; waiting: {_waiting()}\n{unfiled}\n{said()}"
        raise AssertionError(text) from None
    return rows()


def _waiting() -> list[Path]:
    return [path for folder in ("inbox", "running", "held") for path in home().sessions.glob(f"*/{folder}/*DO_*")]


# --- watchers ---


def _said() -> Path:
    return home().home.parent / "watchers said.txt"


def said() -> str:
    """What all watchers said, on both outputs."""
    return _said().read_text(encoding="utf-8", errors="replace") if _said().exists() else ""


def is_watched(session: str) -> bool:
    """True when some process watches the session."""
    return holder(home(), f"watch-{session.casefold()}") is not None


class Watcher:
    """A `cotemp watch` of its own, for use in a `with` block; it is killed at the end if it still runs."""

    def __init__(self, *sessions: str, env: dict[str, str] | None = None) -> None:
        with _said().open("ab") as output:
            self.process = subprocess.Popen(
                [*PROGRAM, "watch", *sessions, "--create"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env and os.environ | env,
            )  # fmt: skip
        self._last = sessions[-1]

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_up(self) -> bool:
        """True when it holds all its sessions, or has ended."""
        return is_watched(self._last) or self.process.poll() is not None

    def lives_on(self, seconds: float) -> bool:
        """Give it some time; True when it still lives then."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is None

    def end(self) -> int:
        """End it politely; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def watching(*sessions: str) -> Iterator[Watcher]:
    """A watcher that must end politely afterwards."""
    with Watcher(*sessions) as watcher:
        eventually(watcher.is_up, 30)
        yield watcher
        assert watcher.end() == 0, said()


def helpers(watcher: int) -> list[psutil.Process]:
    """The processes from which a watcher's keepers are forked (one, unless it is being replaced)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(watcher).children()
    return []


def keepers(watcher: int) -> list[psutil.Process]:
    """The processes that keep a run of a watcher."""
    found: list[psutil.Process] = []
    for helper in helpers(watcher):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += helper.children()
    return found
