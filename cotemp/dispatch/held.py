"""The DOs of one session that wait for a human: each is taken up when something was decided that concerns it."""

from __future__ import annotations

from dataclasses import dataclass

from ..consent import Held
from ..errors import HeldByOther
from ..messages.do import Do
from ..messages.grant import Approval
from ..messages.header import HeaderError, read
from ..messages.run import State
from ..names import DO_LIMIT, running_name
from ..places import SessionPlaces
from ..runner.engines import ENGINES, Engine, Found, engine_of, probe
from ..store.claims import hold_repo
from ..store.ledger import Row
from ..store.mailbox import NotPlain, read_plain
from ..times import local, local_now, parse_utc
from .claim import Claimed, of_run, read_claimed, take_up
from .control import Control
from .desk import Desk, Event, Kind
from .execution import Execution
from .pause import NOTHING_WAITS, REPO_POLL, RETRY, Pause, sooner
from .situation import Target, decided, target_of

__all__ = ["HeldDos"]

GONE = "its file was taken away while it was held"
CHANGED = "it was changed while it was held: only what was checked may run"


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is known of a held DO: its bytes' header, what runs it, and a human's yes, if there is one."""

    row: Row
    do: Do
    engine: Engine
    found: Found
    target: Target
    yes: Approval | None


class HeldDos:
    """Looks through what is held; only what concerns a DO makes it be looked at again."""

    def __init__(self, desk: Desk, session: SessionPlaces, control: Control) -> None:
        self._desk = desk
        self._session = session
        self._control = control
        self._known: dict[str, object] = {}

    def look(self) -> Pause | None:
        """Handle the first DO that need not wait any more: None when one was handled, else when to look again."""
        soonest, rows = NOTHING_WAITS, self._rows()
        grants = tuple(grant.id for grant in self._desk.ledger.grants(local_now())) if rows else ()
        for row in rows:
            pause = self._consider(row, grants)
            if pause is None:
                return None
            soonest = sooner(pause, soonest)
        return soonest

    def _rows(self) -> list[Row]:
        rows = [row for row in self._desk.ledger.open_runs(self._session.id) if row.state is State.HELD]
        self._known = {row.run_id: self._known[row.run_id] for row in rows if row.run_id in self._known}
        return rows

    def _consider(self, row: Row, grants: tuple[str, ...]) -> Pause | None:
        ledger = self._desk.ledger
        no, yes = ledger.denial_of(row.run_id), ledger.approval_of(row.run_id, local_now())
        news = (no, yes, grants)
        if self._known.get(row.run_id) == news:
            return NOTHING_WAITS
        if no:
            self._taken_up(row).deny(self._header(row), no.by, no.why)
            return None
        pause = self._decide(row, yes)
        if pause in (None, NOTHING_WAITS):
            self._known[row.run_id] = news
        return pause

    def _decide(self, row: Row, yes: Approval | None) -> Pause | None:
        problem, do = self._checked(row)
        if do is None:
            self._taken_up(row).reject(problem)
            return None
        engine = _engine(self._desk, row)
        found = probe(engine)
        if not isinstance(found, Found):
            return Pause(RETRY * 5, expected=False)
        paper = _Paper(row, do, engine, found, target_of(self._desk, do), yes)
        by = decided(self._desk, self._session, row.do_file, do, paper.target, yes)
        if isinstance(by, Held):
            if yes:
                text = f"{row.do_file} stays held although {yes.by} approved it: {'; '.join(by.reasons)}"
                self._desk.report(Event(Kind.WAITING, self._session.id, text, row.run_id))
            return NOTHING_WAITS
        return self._run(paper)

    def _run(self, paper: _Paper) -> Pause | None:
        repo = paper.target.repo
        if repo is None:
            self._start(paper)
            return None
        try:
            with hold_repo(self._desk.places, repo, f"run {paper.row.run_id}"):
                self._start(paper)
        except HeldByOther:
            return Pause(REPO_POLL)
        return None

    def _start(self, paper: _Paper) -> None:
        execution = self._taken_up(paper.row)
        if execution.claimed.sha256 != paper.row.sha256:  # in the last moment
            execution.reject(CHANGED)
            return
        execution.run(paper.do, paper.found, paper.target, paper.yes)

    def _taken_up(self, row: Row) -> Execution:
        """What is done with the DO of `row`, which lies in `running/` from now on."""
        session = self._session
        there = take_up(session, row.run_id) and of_run(session.running, row.run_id)
        claimed = read_claimed(row.run_id, row.do_file, there) if there else _gone(session, row)
        return Execution(self._desk, session, claimed, _engine(self._desk, row), self._control, waited=True)

    def _checked(self, row: Row) -> tuple[str, Do | None]:
        """The DO as it was checked, or why it is not that any more."""
        path = of_run(self._session.held, row.run_id)
        try:
            data = read_plain(path, DO_LIMIT + 1)[0] if path else None
        except FileNotFoundError:
            data = None
        except NotPlain as error:
            return f"it is {error.kind} now, not what was checked", None
        if data is None:
            return GONE, None
        return CHANGED, _read(data, row, _engine(self._desk, row))

    def _header(self, row: Row) -> Do | None:
        return self._checked(row)[1]


def _read(data: bytes, row: Row, engine: Engine) -> Do | None:
    """What was checked; None when these are other bytes."""
    try:
        do = read(data, engine.syntax)
    except HeaderError:
        return None
    return do if do.sha256 == row.sha256 else None


def _engine(desk: Desk, row: Row) -> Engine:
    """What runs the DO; the settings may have changed since it was held."""
    return engine_of(row.do_file, desk.engines) or ENGINES["sh"]


def _gone(session: SessionPlaces, row: Row) -> Claimed:
    """A DO whose file is not there any more."""
    path = session.running / running_name(row.run_id, row.do_file)
    return Claimed(row.run_id, row.do_file, path, b"", row.sha256, local(parse_utc(row.queued)), "")
