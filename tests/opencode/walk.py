"""A walk through every state of a real opencode, for whoever looks at it there."""

from __future__ import annotations

from collections.abc import Iterator

from tests.waiting import eventually

from .model_server import Bash, Limited, ModelServer, Slow
from .program import Opencode, plain

__all__ = ["walk"]

DRAFT = "please do not send this"


def walk(program: Opencode, model: ModelServer) -> Iterator[str]:
    """Start it and lead it on; yields the name of each state when it is reached. It is left for dead at the end."""
    program.start()
    yield from _new(program)
    yield from _busy(program, model)
    yield from _permission(program, model)
    yield from _limited(program, model)
    session = program.session()
    program.close()
    program.start(resume=session)
    program.wait_for("▣")
    yield "idle-resumed"


def _new(program: Opencode) -> Iterator[str]:
    program.wait_for("Ask anything")
    yield "idle-new"
    program.type(DRAFT)
    program.wait_for(DRAFT)
    yield "draft"
    program.empty()
    program.wait_for("Ask anything")
    yield "idle-emptied"


def _busy(program: Opencode, model: ModelServer) -> Iterator[str]:
    slow = Slow()
    model.answer_with(slow)
    program.ask("count the words")
    program.wait_for("esc interrupt", "busy", without="")
    yield "busy"
    program.type(DRAFT)
    program.wait_for(DRAFT, "busy", without="")
    yield "busy-with-draft"
    program.empty()
    slow.enough.set()
    program.wait_for("▣")
    yield "idle-after-turn"
    program.type(DRAFT)
    program.wait_for(DRAFT)
    yield "draft-after-turn"
    program.empty()
    program.press("C-p")
    program.wait_for("Commands")
    yield "palette"
    program.press("Escape")
    eventually(lambda: "Commands" not in plain(program.screen()), 20)


def _permission(program: Opencode, model: ModelServer) -> Iterator[str]:
    model.answer_with(Bash("touch notes.txt"))
    program.ask("touch the notes")
    program.wait_for("Permission required", "busy")
    yield "blocked-permission"
    before = program.screen()
    program.press("Right")
    eventually(lambda: program.screen() != before, 20)
    yield "blocked-second-option"
    program.press("Enter")
    program.wait_for("Always allow", "busy", without="Permission required")
    yield "blocked-always"
    program.press("Escape")
    program.wait_for("Permission required", "busy")
    program.press("Escape")
    program.wait_for("ctrl+p commands")
    yield "idle-rejected"


def _limited(program: Opencode, model: ModelServer) -> Iterator[str]:
    model.always(Limited(after=600))
    program.ask("hit the limit")
    program.wait_for("retrying in", "retry", without="")
    yield "limited-retry"
    program.type(DRAFT)
    program.wait_for(DRAFT, "retry", without="")
    yield "limited-with-draft"
    program.empty()
    program.wait_for("retrying in", "retry", without=DRAFT)
    program.press("Escape")
    program.wait_for("again to interrupt", "retry", without="")
    yield "limited-half-interrupted"
    program.press("Escape")
    program.wait_for("ctrl+p commands", without="retrying in")
    model.always(None)
    yield "idle-interrupted"
