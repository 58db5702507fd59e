"""Approved DOs to start, and what is left of them."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cotemp.consent import Approved, Situation, decide
from cotemp.messages.do import Do, Flags, Repo
from cotemp.messages.policy import Policy
from cotemp.runner import Finished, Launch, Runner, Started, environment, outcome, read_output
from cotemp.runner.engines import ENGINES, Engine
from cotemp.times import local_now
from tests.waiting import eventually

_numbers = itertools.count()


def approved(data: bytes) -> Approved:
    """`data` as an approved DO."""
    do = Do("T", Repo(), Flags(), Flags(), hashlib.sha256(data).hexdigest())
    decision = decide(do, Policy(), (), Situation("co-x", local_now(), enforced=True))
    assert isinstance(decision, Approved)
    return decision


@dataclass(frozen=True)
class Bench:
    """A place where DOs can be started."""

    runner: Runner
    folder: Path

    def launch(self, body: str | bytes, engine: str | Engine = "sh", **more: Any) -> Launch:
        """A launch of `body`, which needs no header here."""
        data = body if isinstance(body, bytes) else body.encode()
        run_id = f"run-{os.getpid()}-{next(_numbers)}"
        run_dir, known = self.folder / run_id, ENGINES[engine] if isinstance(engine, str) else engine
        do_file = f"DO_x{known.extension}"
        given: dict[str, Any] = {
            "run_id": run_id,
            "approved": approved(data),
            "data": data,
            "do_file": do_file,
            "engine": known,
            "run_dir": run_dir,
            "cwd": self.folder,
            "env": self.environment(run_id, run_dir / "do" / do_file),
            "timeout": 30.0,
        }
        return Launch(**given | more)

    def environment(self, run_id: str, do_path: Path, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What a DO of `run_id` finds."""
        return environment(
            base, session="s", home=self.folder, run_id=run_id, artifacts=self.folder, outbox=self.folder,
            repo=None, do_path=do_path, consent=Flags(),
        )  # fmt: skip

    def start(self, body: str | bytes, engine: str | Engine = "sh", **more: Any) -> tuple[Started, Launch]:
        launch = self.launch(body, engine, **more)
        return self.runner.start(launch), launch

    def run(self, body: str | bytes, engine: str | Engine = "sh", **more: Any) -> Ran:
        """Run `body` to its end."""
        started, launch = self.start(body, engine, **more)
        return Ran(launch, started.wait(60))


@dataclass(frozen=True)
class Ran:
    """A run that has ended."""

    launch: Launch
    finished: Finished

    @property
    def said(self) -> str:
        return read_output(self.launch.run_dir).decode()

    @property
    def outcome(self) -> str:
        return outcome(self.finished, self.launch.engine)[0].value

    @property
    def reason(self) -> str | None:
        return outcome(self.finished, self.launch.engine)[1]


def await_output(run_dir: Path, word: str) -> str:
    """Wait until a run has printed `word`; returns all it printed."""

    def look() -> str:
        said = read_output(run_dir).decode()
        return said if word in said else ""

    return eventually(look, what=f"{word!r} in the output")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in b"ZX"


def pids_in(folder: Path, *names: str) -> list[int]:
    """The pids that a DO's processes wrote into these files of `folder`, once all are there."""

    def look() -> list[int]:
        texts = [(folder / name).read_text() if (folder / name).exists() else "" for name in names]
        return [int(text) for text in texts] if all(text.endswith("\n") for text in texts) else []

    return eventually(look, what=f"pids in {names}")


def parent_of(pid: int) -> int:
    """The parent of a process: of a run's first process, its keeper."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def memory_of(pid: int) -> int:
    """Resident memory of a process in bytes; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0
