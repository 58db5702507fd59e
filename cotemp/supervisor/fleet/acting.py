"""Does what the plan says, in threads of its own, and sends back how it went."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from ...agents.desk import Desk
from ...bugs import understood
from ...errors import CotempError
from ..everything import go_on, stop_everything
from ..plan.model import (
    Action,
    Answer,
    Done,
    Event,
    Journal,
    MarkComplete,
    MarkStopped,
    Notify,
    Outcome,
    Ring,
    RunService,
    Start,
    Stop,
    Tell,
    World,
)
from .book import Book
from .desktop import notify
from .journal import append_once
from .station import Station
from .terminals import Terminals
from .workers import Workers

__all__ = ["Acting"]

LEAVING = 12.0
"""Seconds that the end waits for what is being done; what is cut off is taken up by who comes next."""
SERVICES = 8
"""How many services may run at the same time; one that is cut off by our end runs on by itself."""
Work = Callable[[], Done | None]


class Acting:
    """Performs actions; `report` gets the `Done` of each that has one. Nothing here raises."""

    def __init__(
        self, station: Station, book: Book, desk: Desk, terminals: Terminals, report: Callable[[Event], None]
    ) -> None:
        self._station, self._book, self._desk = station, book, desk
        self._terminals = terminals
        self._report = report
        self._workers = Workers()
        self._services = Workers(SERVICES)

    def perform(self, action: Action, world: World) -> None:
        """Begin it; `world` is the one in which it was decided."""
        if isinstance(action, Tell):
            self._station.say(action.agent, action.line)
        elif isinstance(action, Answer):
            self._say(action)
            self._workers.give("answers", partial(self._answer, action))
        elif isinstance(action, RunService):
            self._services.give(
                action.agent, partial(self._work, action, partial(self._terminals.serve, action, world))
            )
        elif isinstance(action, Start | Stop | Ring):
            self._workers.give(_lane(action), partial(self._work, action, self._act(action, world)))
        else:
            self._workers.give("", partial(self._work, action, partial(self._write, action, world)))

    def is_busy(self) -> bool:
        """Whether something is being done."""
        return self._workers.is_busy()

    def close(self) -> None:
        """Begin nothing more; wait a while for what is being done."""
        self._services.close(0)
        self._workers.close(LEAVING)

    def _act(self, action: Start | Stop | Ring, world: World) -> Work:
        if isinstance(action, Start):
            return partial(self._terminals.start, action, world)
        if isinstance(action, Stop):
            return partial(self._terminals.stop, action, world)
        return partial(self._terminals.ring, action, world)

    def _write(self, action: MarkComplete | MarkStopped | Journal | Notify, world: World) -> Done:
        if isinstance(action, MarkComplete):
            self._book.mark_complete(world)
        elif isinstance(action, MarkStopped):
            (stop_everything if action.there else go_on)(self._station.places)
        elif isinstance(action, Journal):
            file = world.config.handoff.journal_file if world.config.handoff else None
            if file:
                append_once(file, action.line)
        elif isinstance(action, Notify):
            self._notify(action, world)
        else:
            assert_never(action)
        return Done("", action, Outcome.DONE)

    def _notify(self, action: Notify, world: World) -> None:
        """Where there is no desktop the log says it; that is no reason to try again."""
        self._station.tell("", f"notification: {action.title}: {action.text}")
        try:
            notify(action.title, action.text, world.config.supervisor.notify)
        except CotempError as error:
            self._station.tell("", f"no notification: {error}")

    def _work(self, action: Action, work: Work) -> None:
        """In a worker's thread: a failure, even a bug, is an answer."""
        agent = getattr(action, "agent", "")
        try:
            done = work()
        except Exception as error:
            said = understood(error, f"the daemon: {type(action).__name__} {agent}".rstrip())
            self._station.tell(agent, f"{type(action).__name__.lower()}: {said}")
            done = Done(agent, action, Outcome.FAILED, str(said))
        if done:
            self._report(done)

    def _say(self, answer: Answer) -> None:
        for line in (*answer.said, *([f"refused: {answer.problem}"] if answer.problem else [])):
            self._station.say("", line)

    def _answer(self, answer: Answer) -> None:
        try:
            self._desk.answer(answer)
        except CotempError as error:
            self._station.tell("", f"a request got no answer: {error}")


def _lane(action: Start | Stop | Ring) -> str:
    """What is done one after the other; an end at once waits for nothing that is done to the agent meanwhile."""
    return f"end {action.agent}" if isinstance(action, Stop) and not action.gently else action.agent
