"""One session's queue: takes its DOs one after the other, in order of arrival, each at most once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import HeldByOther, StorageFailed
from ..messages.do import Do
from ..messages.header import HeaderError, read
from ..names import new_run_id
from ..places import SessionPlaces, storage_failed
from ..renames import in_use
from ..repos import existing
from ..runner.engines import Found, probe
from ..store.claims import hold_repo
from ..store.mailbox import NotPlain
from ..times import local_now
from .claim import claim, give_back
from .desk import Desk, Event, Kind
from .execution import Control, Execution
from .gate import PATIENCE, Gate
from .inbox import Arrivals, Candidate, Whole, look
from .recovery import finish_filing

__all__ = ["Pause", "SessionQueue"]

RETRY = 2.0
"""Seconds after which something that could not be done is tried again."""
REPO_POLL = 0.25
"""Seconds between two looks at a repo that another run holds."""
_STORAGE = "/storage"  # no file has this name


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing can be taken now: look again in `seconds`.

    `overtake`: later DOs of the session may go first meanwhile. `expected`: it is a matter of time
    only, not of something that a human has to do.
    """

    seconds: float
    overtake: bool = True
    expected: bool = True


_NOTHING_WAITS = Pause(float("inf"), expected=False)


class SessionQueue:
    """The DOs of one session. `drain` is called by one thread at a time, `stop` and `finish` from any."""

    def __init__(self, desk: Desk, session: SessionPlaces) -> None:
        self.session = session
        self._desk = desk
        self._arrivals = Arrivals()
        self._gate = Gate()
        self._control = Control()
        self._told: set[tuple[str, str]] = set()

    def drain(self) -> Pause | None:
        """Run every DO that is completely written; returns when to look again.

        None: nothing waits, so only a change of the inbox is a reason to come back.
        """
        try:
            finish_filing(self._desk, self.session, self._control.stopped)
            while self._control.taking:
                pause = self._pass()
                if pause is not None:
                    return None if pause is _NOTHING_WAITS else pause
                self._told.clear()
            return None
        except StorageFailed as error:
            self._tell(_STORAGE, Kind.TROUBLE, str(error))
        except OSError as error:
            self._tell(_STORAGE, Kind.TROUBLE, str(storage_failed(self.session.inbox, error)))
        return Pause(RETRY, expected=False)

    def stop(self) -> None:
        """Take no more DOs; the one that runs is interrupted."""
        self._control.stop()

    def finish(self) -> None:
        """Take no more DOs; the one that runs may end by itself."""
        self._control.finishing = True

    def _pass(self) -> Pause | None:
        """Handle the first DO that is ready: None when one was handled, else when to look again."""
        candidates = self._arrivals.list(self.session.inbox, self._desk.engines)
        self._forget_all_but({candidate.path.name for candidate in candidates})
        soonest = _NOTHING_WAITS
        for candidate in candidates:
            pause = self._consider(candidate)
            if pause is None:
                return None
            soonest = Pause(min(pause.seconds, soonest.seconds), expected=pause.expected or soonest.expected)
            if not pause.overtake:
                break
        return soonest

    def _forget_all_but(self, names: set[str]) -> None:
        self._gate.keep_only(names)
        self._told = {(name, text) for name, text in self._told if name in names or name == _STORAGE}

    def _consider(self, candidate: Candidate) -> Pause | None:
        name, now = candidate.path.name, time.monotonic()
        try:
            whole = look(candidate, self._gate, now)
        except NotPlain as error:
            self._reject(candidate, f"it is {error.kind}, not a file; drop the script itself")
            return None
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._try_again(name, error)
        if whole is None:
            restless = self._gate.is_restless(name, now)
            if restless:
                self._tell(name, Kind.TROUBLE, f"{name} keeps changing for {PATIENCE:.0f} s; it runs when it stops")
            return Pause(max(0.01, self._gate.next_look(name) - now), expected=not restless)
        try:
            return self._take(whole)
        except OSError as error:
            if in_use(error):  # Windows: it can be read, but not be moved
                return self._try_again(name, error)
            raise

    def _try_again(self, name: str, error: OSError) -> Pause:
        self._tell(name, Kind.WAITING, f"{name} cannot be taken yet ({error.strerror}); it is tried again")
        return Pause(RETRY, expected=False)

    def _take(self, whole: Whole) -> Pause | None:
        candidate = whole.candidate
        try:
            do = read(whole.data, candidate.engine.syntax)
        except HeaderError as error:
            self._reject(candidate, error.what, error)
            return None
        engine = probe(candidate.engine)
        if not isinstance(engine, Found):
            self._tell(candidate.path.name, Kind.WAITING, f"{candidate.path.name} waits: {engine.what} ({engine.fix})")
            return Pause(RETRY * 5, expected=False)
        return self._run(whole, do, engine)

    def _run(self, whole: Whole, do: Do, engine: Found) -> Pause | None:
        run_id, repo = new_run_id(local_now()), existing(do.repo.path)
        if repo is None:
            self._start(whole, run_id, do, engine, None)
            return None
        try:
            with hold_repo(self._desk.places, repo, f"run {run_id}"):
                self._start(whole, run_id, do, engine, repo)
        except HeldByOther as error:
            name = whole.candidate.path.name
            self._tell(name, Kind.WAITING, f"{name} waits: repo {repo} is busy: {error.what}")
            return Pause(REPO_POLL, overtake=False)
        return None

    def _start(self, whole: Whole, run_id: str, do: Do, engine: Found, repo: Path | None) -> None:
        claimed = claim(self.session, whole.candidate, run_id, self._desk.scrubber.scrub_name)
        if claimed is None:
            return
        if claimed.sha256 != whole.sha256:
            give_back(self.session, claimed.path)  # it changed after the check: it must prove itself again
            return
        Execution(self._desk, self.session, claimed, whole.candidate.engine, self._control).run(do, engine, repo)

    def _reject(self, candidate: Candidate, reason: str, error: HeaderError | None = None) -> None:
        claimed = claim(self.session, candidate, new_run_id(local_now()), self._desk.scrubber.scrub_name)
        if claimed:
            problems = error.problems if error else ()
            Execution(self._desk, self.session, claimed, candidate.engine, self._control).reject(reason, problems)

    def _tell(self, name: str, kind: Kind, text: str) -> None:
        """Report `text` about the file `name`, once as long as that file waits."""
        if (name, text) not in self._told:
            self._told.add((name, text))
            self._desk.report(Event(kind, self.session.id, text))
