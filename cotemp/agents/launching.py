"""From the settings to what is started: the command, where, with which environment and prompt.

Nothing is started or written here; only prompt files are read.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import BadConfig, NotFound
from ..places import Places
from .backends import Backend, backend_of
from .environment import environment
from .places import AgentPlaces
from .prompts import changed, first_prompt, go_on

if TYPE_CHECKING:
    from ..config import AgentConfig, Config, Phase

__all__ = ["Here", "LaunchPlan", "PromptGiven", "Wanted", "differences", "plan_launch"]

PromptGiven = Literal["none", "argument", "stdin", "file", "keys"]
"""How a prompt reaches the program. `keys`: it is typed when the program waits for input."""

PROMPT = "prompt.md"
"""The name of the file with an agent's last prompt, in its folder."""
LONGEST = 20_000 if sys.platform == "win32" else 100_000
"""The longest prompt, in bytes, that is an argument: Windows takes 32 KB for a whole command, Linux 128 KB for one."""


@dataclass(frozen=True, slots=True)
class Here:
    """What is the same for all agents of a home: the home, its state, the user's environment, and the host that is
    taken when an agent names none."""

    home: Path
    places: AgentPlaces
    env: Mapping[str, str]
    host: Literal["tmux", "pty"]

    @classmethod
    def of(cls, places: Places, host: Literal["tmux", "pty"]) -> Here:
        """With the environment of this process."""
        return cls(places.home, AgentPlaces.of(places), os.environ, host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of one start.

    `resume`: the session id to go on with, and `known`: the digest of the prompt that its conversation knows (`parts`),
    "" for nobody knows which. `fresh_id`: an id (a UUID) for a new session, for programs that let us
    choose it. `port`: a free one of loopback, for programs that serve an API. `task`: a file that is the prompt.
    `model`: instead of the settings'.
    """

    phase: Phase | None = None
    resume: str | None = None
    known: str = ""
    fresh_id: str = ""
    port: int = 0
    task: Path | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """A start, ready to be performed.

    `prompt` is written to `prompt_file` first, when it is not "". `given` says how it reaches the program; with `keys`,
    `line` is what is typed: the prompt, or where it stands when it has several lines. `session_id` is known already
    when it was chosen or resumed; `resumed` is false where the program, or the agent's kind, knows no resuming.
    `parts` is what it was made from: `differences` compares those of two plans.
    """

    agent: str
    host: Literal["tmux", "pty"]
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    phase: str | None = None
    backend: Backend | None = None
    model: str = ""
    prompt: str = ""
    given: PromptGiven = "none"
    prompt_file: Path
    session_id: str | None = None
    resumed: bool = False
    port: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def stdin(self) -> Path | None:
        """The file that is the program's standard input."""
        return self.prompt_file if self.given == "stdin" else None

    @property
    def line(self) -> str:
        """What is typed when the program waits for input; "" when nothing is."""
        if self.given != "keys":
            return ""
        line = self.prompt.strip()
        return line if line.isprintable() and len(line) <= 400 else f"Read {self.prompt_file} and do what it says."


def plan_launch(config: Config, name: str, here: Here, wanted: Wanted | None = None) -> LaunchPlan:
    """How the agent called `name` is started. Its settings hold, changed by those of the phase, if it follows phases.

    Raises NotFound when there is no such agent, BadConfig (with file and key) when a prompt or its folder is missing.
    """
    agent = config.agents.get(name)
    if agent is None:
        raise NotFound(f"there is no agent {name}", f"add a table [agents.{name}] to agents.toml")
    wanted = wanted or Wanted()
    if agent.kind == "service":
        return _service(name, agent, here)
    return _Launch(config, name, agent, here, wanted).plan()


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What differs between the `parts` of two plans: the old and the new value, by key; "" where there is none."""
    keys = dict.fromkeys([*old, *new])
    return {key: (old.get(key, ""), new.get(key, "")) for key in keys if old.get(key, "") != new.get(key, "")}


def _service(name: str, agent: AgentConfig, here: Here) -> LaunchPlan:
    host, cwd, argv = agent.host or here.host, _workdir(name, agent), agent.argv or ()
    return LaunchPlan(
        agent=name,
        host=host,
        argv=argv,
        cwd=cwd,
        env=environment(here.env, name, here.home, agent.env),
        prompt_file=here.places.folder(name) / PROMPT,
        parts=_parts(argv=shlex.join(argv), workdir=str(cwd), host=host, env=_digest_of(agent.env)),
    )


class _Launch:
    """One start of an agent with a program, as it is worked out."""

    def __init__(self, config: Config, name: str, agent: AgentConfig, here: Here, wanted: Wanted) -> None:
        self.name, self.agent, self.here, self.wanted = name, agent, here, wanted
        self.phase = wanted.phase if agent.follows_phases else None
        backends, models = (self.phase.backends, self.phase.models) if self.phase else ({}, {})
        self.backend = backend_of(config, backends.get(name) or agent.backend or "")
        self.model = wanted.model or models.get(name) or agent.model or ""
        self.resumed = wanted.resume if self.backend.resume and agent.resumes else None
        self.first = first_prompt(name, agent, self.phase, wanted.task)
        self.file = here.places.folder(name) / PROMPT

    def plan(self) -> LaunchPlan:
        host, cwd = self.agent.host or self.here.host, _workdir(self.name, self.agent)
        prompt = self._prompt()
        given = self._given(prompt)
        own = {**self.backend.env, **self.agent.env}
        return LaunchPlan(
            agent=self.name,
            host=host,
            argv=self._argv(prompt, given),
            cwd=cwd,
            env=environment(self.here.env, self.name, self.here.home, own),
            phase=self.phase.id if self.phase else None,
            backend=self.backend,
            model=self.model,
            prompt=prompt,
            given=given,
            prompt_file=self.file,
            session_id=self.resumed or (self.wanted.fresh_id if self.backend.start_id else "") or None,
            resumed=self.resumed is not None,
            port=self.wanted.port or None if self.backend.server else None,
            parts=_parts(
                backend=self.backend.name,
                model=self.model,
                argv=self._form(),
                prompt=_digest(self.first),
                workdir=str(cwd),
                host=host,
                phase=self.phase.id if self.phase else "",
                env=_digest_of(own),
            ),
        )

    def _prompt(self) -> str:
        if not self.resumed or self.wanted.task:
            return self.first
        is_new = self.first and self.wanted.known not in ("", _digest(self.first))
        return changed(self.first) if is_new else go_on(self.agent, self.phase)

    def _given(self, prompt: str) -> PromptGiven:
        if not prompt:
            return "none"
        by: PromptGiven = self.backend.prompt
        if self.resumed and not self.backend.resume_takes_prompt:
            return "keys"
        return "keys" if by == "argument" and len(prompt.encode()) > LONGEST else by

    def _form(self) -> str:
        """The form of the command: nothing in it is new in each start."""
        row = self.backend
        return shlex.join([*row.argv, *(row.model if self.model else ()), *row.server, *row.prompt_argv])

    def _argv(self, prompt: str, given: PromptGiven) -> tuple[str, ...]:
        row, wanted = self.backend, self.wanted
        words = list(row.argv)
        words += self._session()
        words += self._filled(row.model, model=self.model) if self.model else ()
        words += self._filled(row.server, port=str(wanted.port)) if wanted.port else ()
        if given in ("argument", "file"):
            words += self._filled(row.prompt_argv, prompt=prompt, file=str(self.file))
        return tuple(words)

    def _session(self) -> list[str]:
        if self.resumed:
            return self._filled(self.backend.resume, id=self.resumed)
        return self._filled(self.backend.start_id, id=self.wanted.fresh_id) if self.wanted.fresh_id else []

    @staticmethod
    def _filled(words: tuple[str, ...], **values: str) -> list[str]:
        """`words` with each `{key}` replaced, once: what a value holds is no placeholder."""
        known = re.compile("|".join(rf"\{{{key}\}}" for key in values))
        return [known.sub(lambda found: values[found[0][1:-1]], word) for word in words]


def _workdir(name: str, agent: AgentConfig) -> Path:
    folder = agent.workdir or Path.home()
    if not folder.is_dir():
        key = f"agents.{name}.workdir"
        raise BadConfig("is no folder", f"make it, or change {key}", file=str(folder), key=key)
    return folder


def _parts(**parts: str) -> dict[str, str]:
    return {key: value for key, value in parts.items() if value}


def _digest_of(env: Mapping[str, str]) -> str:
    """Tells that an environment changed, and too short to find out a value by trying."""
    return _digest("\0".join(f"{key}={value}" for key, value in sorted(env.items())))[:4] if env else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""
