"""What an agent is told first: its prompt with the current phase in it, or that it goes on after a restart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadConfig

if TYPE_CHECKING:
    from ..config import AgentConfig, Phase

__all__ = ["changed", "first_prompt", "go_on"]

LIMIT = 1024 * 1024
"""The largest prompt in bytes."""

_PLACEHOLDER = re.compile(r"\{(phase|plan|status|agent)\}")


def first_prompt(name: str, agent: AgentConfig, phase: Phase | None, task: Path | None = None) -> str:
    """The text with which an agent starts afresh: that of its `task` where it was given one; "" when it has none.

    `phase` is the current one, where the agent follows phases. Raises BadConfig, naming file and key.
    """
    text = _source(name, agent, phase, task)
    if not text:
        return ""
    whole = _PLACEHOLDER.sub(lambda found: _words(name, phase)[found[1]], text)
    named = any(found[1] != "agent" for found in _PLACEHOLDER.finditer(text))
    return whole if named or phase is None else f"{whole.rstrip()}\n\n{_about(phase)}\n"


def go_on(agent: AgentConfig, phase: Phase | None) -> str:
    """What a program is told whose conversation was resumed; "" for an agent that waits until it is told something."""
    if agent.kind == "persistent":
        return ""
    return " ".join(["You were restarted. Go on where you were.", *([_about(phase)] if phase else [])])


def changed(prompt: str) -> str:
    """What a program is told whose conversation was resumed, but with another first prompt than it knows."""
    return f"You were restarted, because what you are told has changed. From now on this is it:\n\n{prompt}"


def _about(phase: Phase) -> str:
    return f"The current phase is {phase.id}: its plan is {phase.plan}, its status file {phase.status_file}."


def _words(name: str, phase: Phase | None) -> dict[str, str]:
    if phase is None:
        return {"agent": name, "phase": "none", "plan": "none", "status": "none"}
    return {"agent": name, "phase": phase.id, "plan": phase.plan, "status": phase.status_file}


def _source(name: str, agent: AgentConfig, phase: Phase | None, task: Path | None) -> str:
    """The prompt as somebody wrote it."""
    if task:
        return _text(task, "--task")
    if phase and name in phase.prompts:
        return _text(phase.prompts[name], f"phases.{phase.id}.prompts.{name}")
    if agent.prompt:
        return _text(agent.prompt, f"agents.{name}.prompt")
    return agent.prompt_text or ""


def _text(file: Path, key: str) -> str:
    try:
        with open(file, "rb") as opened:
            data = opened.read(LIMIT + 1)
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise BadConfig(
            f"cannot be read: {error.strerror}", f"write the prompt, or change {key}", file=str(file), key=key
        ) from None
    except UnicodeDecodeError:
        raise BadConfig("is no UTF-8 text", "save it as UTF-8", file=str(file), key=key) from None
    return _sound(text, len(data), file, key)


def _sound(text: str, size: int, file: Path, key: str) -> str:
    if size > LIMIT:
        raise BadConfig(f"is larger than {LIMIT} bytes", "shorten it; name files that are to be read", file=str(file))
    if not text.strip():
        raise BadConfig("is empty", "write the prompt", file=str(file), key=key)
    if "\0" in text:
        raise BadConfig("holds a NUL character", "save it as text", file=str(file), key=key)
    return text
