"""The other end of the mock agent: its row for `agents.toml`, and what a test says to it and reads of it."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from ..errors import BadUsage, TookTooLong
from .mock_agent.commands import COMMANDS

__all__ = ["MOCK_BACKEND", "MockAgent"]

MOCK_BACKEND = f"""
[backends.mock]
argv = [{json.dumps(sys.executable)}, "-m", "cotemp.testing.mock_agent"]
model = ["--model", "{{model}}"]
resume = ["--resume", "{{id}}"]
start_id = ["--session-id", "{{id}}"]
session_id = "chosen"
prompt = "argument"
prompt_argv = ["--", "{{prompt}}"]
processes = ["python", "python3", {json.dumps(Path(os.path.realpath(sys.executable)).name)}]
evidence = ["claude-session-file", "title", "screen"]
account = "mock"
exit_keys = ["C-c", "C-c"]
settle = "100ms"
compact = "/compact"
screen.ready = ['^\\u276f\\u00a0']
screen.busy = ['\\(\\d+s · esc to interrupt\\)']
screen.blocked = ['Do you want to proceed\\?']
screen.limited = ["You've hit your session limit · resets (?P<until>.+)"]
screen.covered = ['^ +Commands +esc ']
screen.login = ['Please run /login · API Error: 401']
screen.model = ["There's an issue with the selected model"]
screen.stale = ['^No conversation found with session ID']
title.busy = ['^[◐◓◑◒] ']
title.idle = ['^✳ ']
"""
"""How agents.toml declares the mock agent: with it, `backend = "mock"` works. Each agent needs `MockAgent.env`."""


class MockAgent:
    """One mock agent, as a test sees it: a folder, whether or not the program runs.

    Several starts of the same agent share the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(time.time_ns())  # further on, also for a second object of the same folder
        (folder / "commands").mkdir(parents=True, exist_ok=True)

    @property
    def env(self) -> dict[str, str]:
        """What its environment needs: where it is told, and where its session file is looked for."""
        return {"MOCK_AGENT_STATE": str(self.folder), "CLAUDE_CONFIG_DIR": str(self.folder)}

    def tell(self, command: str) -> Path:
        """Give it a command (`busy 3`; all of them: `mock_agent/commands.py`), which it takes when it runs.

        Raises BadUsage for one that it does not know.
        """
        if command.split()[0] not in COMMANDS:
            raise BadUsage(f"the mock agent does not know `{command}`", f"say one of: {', '.join(COMMANDS)}")
        name = f"{next(self._numbers):020}"
        hidden, file = (self.folder / "commands" / one for one in (f".{name}", name))
        hidden.write_text(command, encoding="utf-8")
        return hidden.rename(file)

    def do(self, command: str, seconds: float = 10) -> None:
        """Give it a command, and wait until it is done and on the screen. Raises TookTooLong."""
        file = self.tell(command)
        deadline = time.monotonic() + seconds
        while file.exists():
            if time.monotonic() > deadline:
                raise TookTooLong(f"the mock agent did not take `{command}` within {seconds:g} s", "is it running?")
            time.sleep(0.005)

    def at_each_start(self, *commands: str) -> None:
        """What every start begins with, as `die 3` or `starting 2`; without any, nothing."""
        new = self.folder / ".at_start"
        new.write_text("".join(f"{command}\n" for command in commands), encoding="utf-8")
        new.replace(self.folder / "at_start")

    def turns(self) -> list[dict[str, Any]]:
        """Everything that it was sent, in order: `at`, `kind` (`first-prompt`, `prompt`, `suggestion`, `command`,
        `answer`, `palette`, `interrupted`, `resumed-itself`), `text`."""
        return self._lines("turns.jsonl")

    def prompts(self) -> list[str]:
        """The texts that were sent to it as prompts, in order; the one of its start included."""
        return [turn["text"] for turn in self.turns() if turn["kind"] in ("first-prompt", "prompt", "suggestion")]

    def life(self) -> list[dict[str, Any]]:
        """Its starts (`started`: with `session_id`, `resumed`, `model`, `prompt`, `cwd`, names of the environment)
        and ends (`died`: with `code`); one that was killed has no end."""
        return self._lines("life.jsonl")

    def starts(self) -> list[dict[str, Any]]:
        """Its starts, in order."""
        return [event for event in self.life() if event["event"] == "started"]

    def said(self, pid: int | None = None) -> dict[str, Any] | None:
        """Its session file (of its last start, or of that pid); None when there is none."""
        pid = pid or next((event["pid"] for event in reversed(self.starts())), 0)
        try:
            found: dict[str, Any] = json.loads((self.folder / "sessions" / f"{pid}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def _lines(self, name: str) -> list[dict[str, Any]]:
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]
