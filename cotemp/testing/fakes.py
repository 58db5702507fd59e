"""Fakes of what runs DOs and of what holds them to their consent; held to the same tests as the real things."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Protocol

from ..errors import RefusedByPolicy
from ..messages.run import Enforcement
from ..runner import Finished, How, Launch, read_result
from ..runner.output import OutputLog
from ..runner.result import write_result
from ..sandbox import Confined, View

__all__ = ["FakeEnforcer", "FakeRunner", "FakeStarted"]

_WORD = re.compile(rb"^# fake: (passed|failed|print (.*)|write (.*))$", re.MULTILINE)


class Interruption(Protocol):
    """What may happen while a fake run is under way; raises to end the process that waits."""

    def moment(self) -> None: ...


class FakeEnforcer:
    """Holds nobody to anything, and says so; repos are copied, so that what a DO writes is a transaction."""

    name = "fake"
    self_tested = ""
    overlay = False
    limits_memory = False

    def confine(self, view: View) -> Confined:
        """No walls at all."""
        return Confined((), view.do_path, Enforcement(self.name))


class FakeStarted:
    """A fake run under way: it ends when somebody waits for it."""

    def __init__(self, runner: FakeRunner, launch: Launch) -> None:
        self._runner = runner
        self._launch = launch
        self._how = How.EXITED
        self.started = datetime.now(UTC)
        self.pid = 0

    def wait(self, timeout: float | None = None) -> Finished:
        """How the run ended, as the DO's `# fake:` lines say."""
        if self._runner.keeper_lives:
            self._finish()
        if self._runner.power:
            self._runner.power.moment()
        return self._finish()

    def cancel(self, who: str) -> None:
        """End the run because somebody asked for it."""
        self._how = How.CANCELLED

    def interrupt(self) -> None:
        """End the run because we stop."""
        self._how = How.INTERRUPTED

    def _finish(self) -> Finished:
        run_dir = self._launch.run_dir
        known = read_result(run_dir)
        if known:
            return known
        said = _WORD.findall(self._launch.data)
        log = OutputLog(run_dir)
        for _, text, name in said:
            if text:
                log.write(text + b"\n")
            if name:
                (run_dir / "transaction" / "copy" / name.decode()).write_text("written\n")
        kept = log.close()
        code = 1 if any(word == b"failed" for word, *_ in said) else 0
        finished = Finished(
            how=self._how,
            exit_code=code if self._how is How.EXITED else None,
            marked=True,
            elapsed_ms=1,
            bytes_seen=kept.bytes_seen,
            bytes_kept=kept.bytes_seen,
            ended=datetime.now(UTC),
        )
        write_result(run_dir, self._launch.run_id, finished)
        return read_result(run_dir) or finished  # as the file has it, to the millisecond


class FakeRunner:
    """Runs nothing: a DO ends as its lines `# fake: passed`, `# fake: failed` and `# fake: print TEXT` say;
    `# fake: write NAME` leaves a file in the copy of its repo.

    `ran` has the titles of what was started, `runs` their run ids too. With `keeper_lives`, a run's
    own record of its end is written even when the process that waits for it dies.
    """

    def __init__(self) -> None:
        self.runs: list[tuple[str, str]] = []
        self.power: Interruption | None = None
        self.keeper_lives = False

    @property
    def ran(self) -> list[str]:
        """Ids of the DOs that were started, in order."""
        return [do_id for _, do_id in self.runs]

    def start(self, launch: Launch) -> FakeStarted:
        """Start a run. Raises RefusedByPolicy when the bytes are not those that were approved."""
        if hashlib.sha256(launch.data).hexdigest() != launch.approved.do.sha256:
            raise RefusedByPolicy(f"{launch.do_file} is not what was checked and approved", "drop it again")
        self.runs.append((launch.run_id, launch.approved.do.id or launch.do_file))
        return FakeStarted(self, launch)

    def terminal(self, wanted: str) -> str:
        """What was wanted: there is none."""
        return wanted

    def close(self) -> None:
        """Nothing to end."""
