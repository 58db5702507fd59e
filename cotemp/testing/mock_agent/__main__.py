"""Starts the mock agent, and runs it until it is told to end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from .agent import Agent
from .commands import is_command, perform
from .drawing import frame
from .records import Records
from .terminal import Keys, Terminal

LOOK = 0.04
"""Seconds between two looks for commands."""


class Ended(BaseException):
    """A signal asked it to end."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mock-agent", description="An agent program for tests.")
    parser.add_argument("--resume", metavar="ID", help="show this conversation again, and go on with it")
    parser.add_argument("--session-id", metavar="ID", help="the id of a new conversation")
    parser.add_argument("--model", metavar="M", default="mock-1")
    parser.add_argument("--state", metavar="FOLDER", type=Path)
    parser.add_argument("prompt", metavar="PROMPT", nargs="?")
    return parser.parse_args()


def main() -> int:
    """The exit code."""
    given = _parse()
    records = Records(given.state or Path(os.environ.get("MOCK_AGENT_STATE") or ".mock-agent"))
    agent = Agent(records, given.resume or given.session_id or str(uuid.uuid4()), given.model)
    records.life(
        "started",
        session_id=agent.session_id,
        resumed=bool(given.resume),
        model=given.model,
        prompt=given.prompt,
        cwd=os.getcwd(),
        environment=sorted(os.environ),  # names only
    )
    code = _start(agent, given)
    records.life("died", code=code)
    return code


def _start(agent: Agent, given: argparse.Namespace) -> int:
    for command in agent.records.at_start():
        perform(agent, command)
    _take_commands(agent)
    known = agent.records.recall(agent.session_id)
    if given.resume and known is None:
        return _refuse(f"No conversation found with session ID: {given.resume}")
    if not given.resume and known is not None:
        return _refuse(f"Error: Session ID {agent.session_id} is already in use.")
    agent.turns[:0] = known or []
    agent.records.remember(agent.session_id, agent.turns)
    if given.prompt:
        _send(agent, given.prompt, "first-prompt")
    return _run(agent)


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)  # noqa: T201
    return 1


def _run(agent: Agent) -> int:
    terminal, keys = Terminal(), Keys()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    agent.tell()

    def show() -> None:
        terminal.show(frame(agent, *terminal.size()))

    try:
        while agent.code is None:
            agent.pass_time(time.monotonic())
            show()
            _take_commands(agent, show)
            if agent.wedged:
                _freeze(agent)
            _take_keys(agent, keys, terminal.read(LOOK))
    except Ended as ended:
        agent.code = 128 + int(ended.args[0])
    finally:
        terminal.close()
    if agent.code == 0:
        agent.records.leave()
    return agent.code


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)


def _freeze(agent: Agent) -> None:
    if agent.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while True:
        time.sleep(3600)


def _take_commands(agent: Agent, show: Callable[[], None] = lambda: None) -> None:
    for command, done in agent.records.waiting():
        perform(agent, command)
        show()
        done()
        if agent.wedged or agent.code is not None:
            return


def _take_keys(agent: Agent, keys: Keys, data: bytes | None) -> None:
    if data is None:
        agent.code = 129
        return
    came = list(keys.read(data))
    for kind, what in came:
        if kind == "text":
            agent.type(what)
        elif what == "Enter" and agent.gulps and len(came) > 1:
            agent.type("\n")
        elif what == "Enter" and is_command(agent.composer):
            command, agent.composer = agent.composer, ""
            _send(agent, command, "prompt")
        else:
            agent.press(what)


def _send(agent: Agent, prompt: str, kind: str) -> None:
    if not is_command(prompt):
        agent.submit(prompt, kind)
        return
    agent.records.sent("command", prompt)
    perform(agent, prompt[1:])


if __name__ == "__main__":
    sys.exit(main())
