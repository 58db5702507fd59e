"""One session's queue: takes its DOs one after the other, in order of arrival, each at most once."""

from __future__ import annotations

import time

from ..errors import BadConfig, HeldByOther, StorageFailed
from ..messages.do import Do
from ..messages.header import HeaderError, read
from ..names import new_run_id
from ..places import SessionPlaces, storage_failed
from ..renames import in_use
from ..runner.engines import Found, probe
from ..store.claims import hold_repo
from ..store.mailbox import NotPlain
from ..times import local_now
from .claim import claim, give_back
from .control import Control
from .desk import Desk, Event, Kind
from .execution import Execution
from .gate import PATIENCE, Gate
from .held import HeldDos
from .inbox import Arrivals, Candidate, Whole, look
from .pause import NOTHING_WAITS, REPO_POLL, RETRY, Pause, sooner
from .recovery import finish_filing
from .situation import Target, target_of

__all__ = ["SessionQueue"]

_STORAGE, _SETTINGS = "/storage", "/settings"  # no file has these names


class SessionQueue:
    """The DOs of one session. `drain` is called by one thread at a time, `stop` and `finish` from any."""

    def __init__(self, desk: Desk, session: SessionPlaces) -> None:
        self.session = session
        self._desk = desk
        self._arrivals = Arrivals()
        self._gate = Gate()
        self._control = Control()
        self._held = HeldDos(desk, session, self._control)
        self._told: set[tuple[str, str]] = set()

    def drain(self) -> Pause | None:
        """Run every DO that is completely written; returns when to look again.

        None: nothing waits but what is held, so only a change of the session's folders is a reason to come back.
        """
        try:
            finish_filing(self._desk, self.session, self._control.stopped)
            while self._control.taking:
                pause = self._pass()
                if pause is not None:
                    return None if pause == NOTHING_WAITS else pause
                self._told.clear()
            return None
        except StorageFailed as error:
            self._tell(_STORAGE, Kind.TROUBLE, str(error))
        except BadConfig as error:
            self._tell(_SETTINGS, Kind.TROUBLE, f"no DO is begun, because the settings are wrong: {error}")
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
        if self._desk.places.is_stopped():
            self._tell(_SETTINGS, Kind.WAITING, f"no DO is begun: everything is stopped by {self._desk.places.stop}")
            return Pause(RETRY, expected=False)
        self._desk.in_force.look()
        soonest = self._held.look()  # they came before all others
        if soonest is None:
            return None
        candidates = self._arrivals.list(self.session.inbox, self._desk.engines)
        self._forget_all_but({candidate.path.name for candidate in candidates})
        for candidate in candidates:
            pause = self._consider(candidate)
            if pause is None:
                return None
            soonest = sooner(pause, soonest)
            if not pause.overtake:
                break
        return soonest

    def _forget_all_but(self, names: set[str]) -> None:
        self._gate.keep_only(names)
        self._told = {(name, text) for name, text in self._told if name in names or name in (_STORAGE, _SETTINGS)}

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
        self._desk.in_force.look()  # once more: whoever forbids something, and then drops a DO, is heard
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
        run_id, target = new_run_id(local_now()), target_of(self._desk, self.session, do)
        if target.repo is None:
            self._start(whole, run_id, do, engine, target)
            return None
        try:
            with hold_repo(self._desk.places, target.repo, f"run {run_id}"):
                self._start(whole, run_id, do, engine, target)
        except HeldByOther as error:
            name = whole.candidate.path.name
            self._tell(name, Kind.WAITING, f"{name} waits: repo {target.repo} is busy: {error.what}")
            return Pause(REPO_POLL, overtake=False)
        return None

    def _start(self, whole: Whole, run_id: str, do: Do, engine: Found, target: Target) -> None:
        claimed = claim(self.session, whole.candidate, run_id, self._desk.scrubber.scrub_name)
        if claimed is None:
            return
        if claimed.sha256 != whole.sha256:
            give_back(self.session, claimed.path)  # it changed after the check: it must prove itself again
            return
        Execution(self._desk, self.session, claimed, whole.candidate.engine, self._control).run(do, engine, target)

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
