"""The DOs of one session that wait for a human: each is taken up when something was decided that concerns it."""

from __future__ import annotations

from dataclasses import dataclass

from ..consent import Held
from ..errors import HeldByOther
from ..messages.do import Do
from ..messages.grant import Approval
from ..messages.header import HeaderError, read
from ..messages.run import State
from ..names import running_name
from ..places import SessionPlaces
from ..runner.engines import ENGINES, Engine, Found, engine_of, probe
from ..store.claims import hold_repo
from ..store.ledger import Row
from ..times import local, local_now, parse_utc
from .claim import Claimed, of_run, read_claimed, take_up
from .control import Control
from .describing import described, foreseen
from .desk import Desk, Event, Kind
from .execution import NO_TRANSACTION, Execution
from .pause import NOTHING_WAITS, REPO_POLL, RETRY, Pause, sooner
from .situation import Target, decided, outdated_by, target_of

__all__ = ["HeldDos"]

GONE = "its file was taken away while it was held"
CHANGED = "it was changed while it was held: only what was checked may run"


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is known of a held DO: its bytes and their header, what runs it, and a human's yes, if there is one."""

    row: Row
    claimed: Claimed
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
        if not rows:
            return soonest
        grants = (*(grant.id for grant in self._desk.ledger.grants(local_now())), self._outdated())
        for row in rows:
            pause = self._consider(row, grants)
            if pause is None:
                return None
            soonest = sooner(pause, soonest)
        return soonest

    def _outdated(self) -> str:
        desk = self._desk
        return outdated_by(desk.places, self._session.id, desk.config.policy_of(self._session.id))

    def _rows(self) -> list[Row]:
        rows = [row for row in self._desk.ledger.open_runs(self._session.id) if row.state is State.HELD]
        self._known = {row.run_id: self._known[row.run_id] for row in rows if row.run_id in self._known}
        return rows

    def _consider(self, row: Row, grants: tuple[str, ...]) -> Pause | None:
        ledger = self._desk.ledger
        no, yes = ledger.denial_of(row.run_id), ledger.approval_of(row.run_id, local_now())
        news = (no, yes, grants, self._desk.config)
        if self._known.get(row.run_id) == news:
            return NOTHING_WAITS
        if no:
            execution = self._taken_up(row)
            execution.deny(_header(execution.claimed, execution.engine), no.by, no.why)
            return None
        pause = self._decide(row, yes)
        if pause in (None, NOTHING_WAITS):
            self._known[row.run_id] = news
        return pause

    def _decide(self, row: Row, yes: Approval | None) -> Pause | None:
        claimed, problem = self._there(row)
        do = _header(claimed, _engine(self._desk, row))
        if problem or do is None:
            self._taken_up(row).reject(problem or CHANGED)
            return None
        engine = _engine(self._desk, row)
        found = probe(engine)
        if not isinstance(found, Found):
            return Pause(RETRY * 5, expected=False)
        paper = _Paper(row, claimed, do, engine, found, target_of(self._desk, self._session, do), yes)
        by = decided(self._desk, self._session, row.do_file, do, paper.target, yes)
        if isinstance(by, Held):
            self._stays(paper, by)
            return NOTHING_WAITS
        tried = self._desk.ledger.log(row.run_id)["decision"]["rule"] == NO_TRANSACTION
        return NOTHING_WAITS if tried and yes is None else self._run(paper)

    def _stays(self, paper: _Paper, by: Held) -> None:
        """It waits on; what it waits for, and what would enforce it, may be another now."""
        desk, row = self._desk, paper.row
        reasons = tuple(desk.scrubber.scrub(reason) for reason in by.reasons)
        known = desk.ledger.log(row.run_id)["enforcement"]["enforcer"]
        run = described(desk, self._session, paper.claimed, paper.engine, paper.found, paper.target, by)
        run = foreseen(desk, run)
        if (reasons, run.enforcement.enforcer) != (desk.ledger.reasons(row.run_id), known):
            desk.ledger.hold(run, desk.me, reasons)
        if paper.yes:
            text = f"{row.do_file} stays held although {paper.yes.by} approved it: {'; '.join(reasons)}"
            desk.report(Event(Kind.WAITING, self._session.id, text, row.run_id))

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

    def _there(self, row: Row) -> tuple[Claimed, str]:
        """The DO as it lies there, and why it is not what was checked any more (empty: it is)."""
        path = of_run(self._session.held, row.run_id)
        if path is None:
            return _gone(self._session, row), GONE
        claimed = read_claimed(row.run_id, row.do_file, path)
        return claimed, "" if claimed.sha256 == row.sha256 else CHANGED


def _header(claimed: Claimed, engine: Engine) -> Do | None:
    try:
        return read(claimed.data, engine.syntax)
    except HeaderError:
        return None


def _engine(desk: Desk, row: Row) -> Engine:
    """What runs the DO; the settings may have changed since it was held."""
    return engine_of(row.do_file, desk.engines) or ENGINES["sh"]


def _gone(session: SessionPlaces, row: Row) -> Claimed:
    """A DO whose file is not there any more."""
    path = session.running / running_name(row.run_id, row.do_file)
    return Claimed(row.run_id, row.do_file, path, b"", row.sha256, local(parse_utc(row.queued)), "")
