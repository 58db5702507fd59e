"""The demo: two sessions, two notes and three DOs in a throwaway home, told step by step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .config import Config
from .dispatch.desk import Kind
from .dispatch.switchboard import Switchboard
from .display import display
from .dos import drop, from_template
from .messages.do import Draft, Flags
from .messages.header import write
from .messages.run import Outcome
from .names import do_name
from .notes import read, send, state_of
from .panels import register
from .places import Places, SessionPlaces
from .runner.engines import ENGINES, Engine, Found, probe
from .setup import initialise
from .store.identity import os_user, this_process
from .store.ledger import Ledger, Row
from .store.mailbox import deliver
from .times import local_now

__all__ = ["Line", "Tone", "ended_as_announced", "play"]

PLANNING, MIGRATE = "co-planning", "co-migrate"

_FAILING = {
    "pwsh": "'step 1 of 2: done'\nthrow 'step 2 of 2: there is no such table'\n",
    "python": "print('step 1 of 2: done')\nraise SystemExit('step 2 of 2: there is no such table')\n",
}


class Tone(StrEnum):
    """How a line is meant: a heading, plain text, something quoted, or how a DO ended."""

    STEP = "step"
    TEXT = "text"
    QUOTE = "quote"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story."""

    tone: Tone
    text: str


def play(
    places: Places, stoppable: Callable[[Callable[[], None]], None] = lambda stop: None
) -> Generator[Line, None, None]:
    """Play the demo in the empty home of `places`; the lines come as things happen.

    `stoppable` is handed a function that makes the DOs' part end early; a signal handler may call it.
    """
    engine = _engine()
    yield Line(Tone.TEXT, f"A demo of cotemp, in a home of its own: {places.home}")
    yield Line(Tone.TEXT, "(the paths below start there)")
    with Switchboard(places, Config()) as board:
        stoppable(board.stop)
        yield from _sessions(places, board)
        yield from _notes(places)
        yield from _drops(places, engine)
        yield Line(Tone.TEXT, _enforced(board))
        yield from _runs(places, board)
    yield from _whereabouts(places)


def ended_as_announced(places: Places) -> bool:
    """Whether the three DOs passed, were rejected, and failed."""
    with Ledger(places) as ledger:
        found = sorted(str(row.outcome) for row in ledger.rows())
    return found == sorted([Outcome.PASSED, Outcome.REJECTED, Outcome.FAILED])


def _engine() -> Engine:
    """PowerShell where there is one, else the Python that runs this."""
    pwsh = ENGINES["pwsh"]
    return pwsh if isinstance(probe(pwsh), Found) else ENGINES["python"]


def _sessions(places: Places, board: Switchboard) -> Iterator[Line]:
    yield Line(Tone.STEP, "Two sessions come up")
    initialise(places, [PLANNING, MIGRATE], places.home.parent / "agents.toml")
    for session, name in ((PLANNING, "Planning"), (MIGRATE, "Migrate")):
        board.add(places.session(session))
        register(places, name, session, this_process())
        yield Line(Tone.TEXT, f"{name} is session {session}; its inbox is watched")


def _notes(places: Places) -> Iterator[Line]:
    yield Line(Tone.STEP, "A note goes there, and one comes back")
    yield from _note(places, PLANNING, "Migrate", "Sync link up. How far is the table?")
    yield from _note(places, MIGRATE, "Planning", "Two columns to go \u2014 the next checkpoint is at noon.")


def _note(places: Places, sender: str, to: str, text: str) -> Iterator[Line]:
    sent = send(places, to, text, sender, local_now())
    yield Line(Tone.TEXT, f"{sender} to {to}: {_below(places, sent.path)}")
    for note in read(sent.session, sent.session.id, "demo"):
        yield Line(Tone.QUOTE, display(note.text or ""))
    fate = state_of(sent.session, sent.name).said(local_now())
    yield Line(Tone.TEXT, f"{fate}; it is in {_below(places, sent.session.notes)} now")


def _drops(places: Places, engine: Engine) -> Iterator[Line]:
    script = engine.title or engine.name.capitalize()
    yield Line(Tone.STEP, f"Three DOs ({script} scripts with a header) are dropped into {MIGRATE}")
    if engine.name != "pwsh":
        yield Line(Tone.TEXT, "PowerShell was not found; with it, they would be PowerShell scripts")
    session = places.session(MIGRATE)
    hello = drop(places, "Migrate", from_template("hello", engine), engine).path
    yield Line(Tone.TEXT, f"{_below(places, hello)}: says hello")
    yield Line(Tone.TEXT, f"{_below(places, _drop_broken(session, engine))}: has a broken header")
    failing = Draft("DO-Fails", _FAILING[engine.name], MIGRATE, brief="Fails at its second step")
    yield Line(Tone.TEXT, f"{_below(places, drop(places, 'Migrate', failing, engine).path)}: fails halfway")


def _drop_broken(session: SessionPlaces, engine: Engine) -> Path:
    """A DO as a hand that slipped would write it."""
    whole = write(Draft("DO-Broken", "1\n", session.id), engine.syntax, sealed=False).decode()
    text = whole.replace("allow_network: false", "allow_network: maybe").replace("risk:", "risc:")
    return deliver(session.inbox, do_name("DO-Broken", local_now(), engine.extension), text.encode())


def _runs(places: Places, board: Switchboard) -> Iterator[Line]:
    yield Line(Tone.STEP, "They run, one at a time")
    for event in board.events(once=True):
        if event.kind is Kind.WAITING and event.run_id:
            _approve(places, board, event.run_id)
        elif event.kind is Kind.PROCESSED:
            with Ledger(places) as ledger:
                row = ledger.find(event.run_id or "last")
            yield from (_rejected if row.outcome is Outcome.REJECTED else _ended)(places, row)


def _enforced(board: Switchboard) -> str:
    """Who makes sure that DOs without consent only read."""
    if board.enforcer:
        return f"They ask for no consent, so they may only read: {board.enforcer} sees to that"
    return "Nothing here can hold them to their consent, so they wait for you; these the demo approves itself"


def _approve(places: Places, board: Switchboard, run_id: str) -> None:
    """Let a DO of the demo's own run, as a human would elsewhere."""
    with Ledger(places) as ledger:
        row = ledger.find(run_id)
        ledger.approve(run_id, Flags(), os_user(), enforced=False)
    board.look(row.session)


def _ended(places: Places, row: Row) -> Iterator[Line]:
    """A DO that ran, and what it printed."""
    passed = row.outcome is Outcome.PASSED
    after = "" if passed else f" ({row.reason}); what it printed is kept"
    yield Line(Tone.GOOD if passed else Tone.BAD, f"{row.outcome}: {row.do_file}{after}")
    log = places.session(row.session).logs / f"{row.base}.txt"
    for line in log.read_text(encoding="utf-8").rstrip().splitlines():
        yield Line(Tone.QUOTE, display(line))


def _rejected(places: Places, row: Row) -> Iterator[Line]:
    """A DO that did not run, and everything that is wrong with it."""
    yield Line(Tone.BAD, f"{row.outcome}: {row.do_file}; it did not run")
    with Ledger(places) as ledger:
        problems = ledger.log(row.run_id)["problems"]
    for problem in problems:
        place = f"{row.do_file}:{problem['line']}:{problem['column']}"
        yield Line(Tone.QUOTE, display(f"{place}: {problem['key']}: {problem['what']}"))
        yield Line(Tone.QUOTE, display(f"  fix: {problem['fix']}"))


def _whereabouts(places: Places) -> Iterator[Line]:
    session = places.session(MIGRATE)
    yield Line(Tone.STEP, "Where everything is")
    told = {
        session.outbox: "the DOs that ran; the rejected one, with its reasons beside it",
        session.logs: "for each a .txt with its output, and a .json with all the rest",
        session.notes: "the note that was read",
        session.receipts: "who read it, and when",
    }
    for folder, what in told.items():
        yield Line(Tone.TEXT, f"{_below(places, folder):<{len(MIGRATE) + 19}}  {what}")


def _below(places: Places, path: Path) -> str:
    return path.relative_to(places.home).as_posix()
