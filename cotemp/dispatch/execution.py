"""One claimed DO, from its intent to its filed logs. The order of the steps is what makes it run at most once."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..consent import Approved, Situation, decide
from ..errors import BadName, CotempError, RefusedByPolicy, StorageFailed
from ..messages.do import Do, Problem
from ..messages.policy import Policy, Rule, Unenforced
from ..messages.run import Decision, Ended, Outcome, Output, Run
from ..names import is_run_id
from ..places import SessionPlaces, make_folder, storage_failed
from ..runner import Launch, Started, environment, outcome
from ..runner.engines import Engine, Found
from ..store.filing import outbox_base
from ..store.identity import host_id, machine_of
from ..store.ledger import AlreadyRan
from ..times import local_now
from .claim import Claimed, give_back
from .clean import clean_artifacts, clean_ended, clean_run
from .closing import close, insist, list_artifacts
from .desk import Desk, Event, Kind

__all__ = ["Control", "Execution"]


class Control:
    """Lets another thread stop a queue, and the run that it has under way."""

    def __init__(self) -> None:
        self.finishing = False
        self.stopped = threading.Event()
        self._guard = threading.Lock()
        self._started: Started | None = None

    @property
    def taking(self) -> bool:
        """True while the queue may take another DO."""
        return not (self.finishing or self.stopped.is_set())

    def attach(self, started: Started | None) -> None:
        """The run that is under way from now on; one that starts after the stop is stopped at once."""
        with self._guard:
            self._started = started
            late = self.stopped.is_set()
        if started and late:
            started.interrupt()

    def stop(self) -> None:
        """Take no more DOs, and interrupt the one that runs."""
        with self._guard:
            self.stopped.set()
            started = self._started
        if started:
            started.interrupt()


@dataclass(frozen=True, slots=True)
class Execution:
    """What is done with one claimed DO. Both ways raise StorageFailed only while nothing has begun:
    the DO then waits in the inbox again."""

    desk: Desk
    session: SessionPlaces
    claimed: Claimed
    engine: Engine
    control: Control

    def run(self, do: Do, found: Found, repo: Path | None) -> None:
        """Decide, write the intent, run, write the outcome, file."""
        approved = _let_run(do, self.session.id)
        run = self._describe(approved, found, repo)
        try:
            self.desk.ledger.intend(run, self.desk.me, _retry_of(do))
        except AlreadyRan as error:
            self.reject(str(error))
            return
        except StorageFailed:
            give_back(self.session, self.claimed.path)
            raise
        try:
            started = self._start(run, approved, repo)
        except (BadName, RefusedByPolicy) as error:  # it would be the same the next time
            reason = self.desk.scrubber.scrub(f"could not be started: {error.what}")
            ended = Ended(local_now(), Outcome.FAILED, reason)
        except (OSError, CotempError) as error:
            self._withdraw(run)
            raise _as_ours(self.desk.places.runs / run.id, error) from error
        else:
            self._report(Kind.STARTED, f"{run.do_file} runs as {run.id}", run.id)
            ended = self._await(run, started)
        log = insist(self.desk, self.session, self.control.stopped, lambda: self.desk.ledger.conclude(run.id, ended))
        if log:
            close(self.desk, self.session, log, run.base, self.control.stopped)

    def reject(self, reason: str, problems: Sequence[Problem] = ()) -> None:
        """Record and file a DO that cannot run, with every reason."""
        run = clean_run(replace(self._bare(), problems=tuple(problems)), self.claimed.data, self.desk.scrubber)
        ended = clean_ended(Ended(local_now(), Outcome.REJECTED, reason), self.desk.scrubber)
        try:
            log = self.desk.ledger.reject(run, self.desk.me, ended)
        except StorageFailed:
            give_back(self.session, self.claimed.path)
            raise
        close(self.desk, self.session, log, run.base, self.control.stopped)

    def _start(self, run: Run, approved: Approved, repo: Path | None) -> Started:
        artifacts = self.desk.places.runs / run.id / "artifacts"
        make_folder(artifacts, 0o700)
        return self.desk.runner.start(self._launch(run, approved, repo, artifacts))

    def _withdraw(self, run: Run) -> None:
        """Nothing was started, so there is no run: the DO waits again."""
        desk, stopped = self.desk, self.control.stopped
        shutil.rmtree(desk.places.runs / run.id, ignore_errors=True)

        def act() -> bool:
            desk.ledger.withdraw(run.id)
            return True

        if insist(desk, self.session, stopped, act):
            give_back(self.session, self.claimed.path)

    def _await(self, run: Run, started: Started) -> Ended:
        self.control.attach(started)
        finished = started.wait()
        self.control.attach(None)
        run_dir, scrubber = self.desk.places.runs / run.id, self.desk.scrubber
        warnings = insist(self.desk, self.session, self.control.stopped, lambda: clean_artifacts(run_dir, scrubber))
        result, reason = outcome(finished, self.engine)
        ended = Ended(
            at=local_now(),
            outcome=result,
            reason=reason,
            exit_code=finished.exit_code,
            signal=finished.signal,
            elapsed_ms=finished.elapsed_ms,
            output=Output(finished.bytes_seen, finished.bytes_kept, finished.redacted),
            artifacts=list_artifacts(self.desk.places.runs / run.id / "artifacts"),
            warnings=warnings or (),
        )
        return clean_ended(ended, self.desk.scrubber)

    def _launch(self, run: Run, approved: Approved, repo: Path | None, artifacts: Path) -> Launch:
        run_dir = self.desk.places.runs / run.id
        env = environment(
            os.environ,
            session=run.session,
            home=self.desk.places.home,
            run_id=run.id,
            artifacts=artifacts,
            outbox=artifacts / "outbox",
            repo=repo,
            do_path=run_dir / "do" / run.do_file,
            consent=approved.consent,
        )
        return Launch(
            run_id=run.id,
            approved=approved,
            data=self.claimed.data,
            do_file=run.do_file,
            engine=self.engine,
            run_dir=run_dir,
            cwd=repo or artifacts,
            env=env,
            timeout=run.timeout or self._policy().timeout,
            scrub=self.desk.scrub,
        )

    def _describe(self, approved: Approved, found: Found, repo: Path | None) -> Run:
        do, policy = approved.do, self._policy()
        run = replace(
            self._bare(),
            title=do.title,
            do=do,
            engine_version=found.version,
            terminal=self.desk.runner.terminal(self.engine.terminal),
            repo=str(repo) if repo else do.repo.path,
            sender=do.sender,
            consent=approved.consent,
            decision=Decision(approved.rule),
            timeout=min(do.timeout or policy.timeout, policy.timeout_max),
            started=local_now(),
            warnings=(*do.warnings, *_repo_warning(do, repo)),
        )
        return clean_run(run, self.claimed.data, self.desk.scrubber)

    def _policy(self) -> Policy:
        return self.desk.config.policy_of(self.session.id)

    def _bare(self) -> Run:
        claimed = self.claimed
        return Run(
            id=claimed.run_id,
            session=self.session.id,
            do_file=claimed.do_file,
            sha256=claimed.sha256,
            base=outbox_base(claimed.do_file, claimed.run_id),
            host=machine_of(host_id()),
            title=os.path.splitext(claimed.do_file)[0],
            queued=claimed.queued,
            engine=self.engine.name,
            terminal=self.engine.terminal,
            os_user=claimed.os_user,
        )

    def _report(self, kind: Kind, text: str, run_id: str) -> None:
        self.desk.report(Event(kind, self.session.id, text, run_id))


def _let_run(do: Do, session: str) -> Approved:
    """Nothing enforces consent yet, so whatever is asked is let through, as each run's log says."""
    policy = Policy(secrets=Rule.ALLOW, destructive=Rule.ALLOW, unenforced=Unenforced.RUN)
    decision = decide(do, policy, (), Situation(session, local_now(), enforced=False))
    assert isinstance(decision, Approved)
    return decision


def _retry_of(do: Do) -> str | None:
    """The run that a retried DO names in its header."""
    named = do.extras.get("retry_of")
    return named if isinstance(named, str) and is_run_id(named) else None


def _repo_warning(do: Do, repo: Path | None) -> tuple[str, ...]:
    if repo or not do.repo.path:
        return ()
    return (f"repo.path {do.repo.path} is no folder of this machine: the run worked in its artifact folder",)


def _as_ours(path: Path, error: OSError | CotempError) -> CotempError:
    return storage_failed(path, error) if isinstance(error, OSError) else error
