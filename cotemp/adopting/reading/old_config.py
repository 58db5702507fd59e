"""The old driver's `agents.toml`: its own keys under our names where they mean the same, all others as they are.

Nothing is judged here. What our own reader of `agents.toml` does not take is found out, and told, later.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...config.lines import Path as Way
from ...config.lines import line_numbers
from ...config.source import toml_of
from ...errors import BadConfig
from ...times import spell_duration
from ..model import NotUnderstood, OldConfig, OldPhase, Origin
from .found import Found
from .spec import phase_of

__all__ = ["read_config"]

_Raw = Mapping[str, Any]


def read_config(found: Found, file: Path) -> None:
    """Read `file`, if it is there."""
    if not file.exists() and not file.is_symlink():
        return
    text = found.text(file)
    if text is None:
        return
    try:
        raw = toml_of(file, text)
    except BadConfig as error:
        found.gave_up(file, error.problems[0].what.partition(": ")[2] or error.what, error.line)
        return
    translation = _Translation(file, raw, line_numbers(text))
    found.config = translation.result()
    found.not_understood += translation.mistakes
    found.took(file, "what it says of backends, agents and phases, under the names that cotemp uses")


class _Translation:
    """One file on its way into our keys; `lines` follow the values to where they go."""

    def __init__(self, file: Path, raw: _Raw, lines: Mapping[Way, int]) -> None:
        self._file = file
        self._raw = raw
        self._old_lines = lines
        self._lines: dict[Way, int] = {}
        self._tables: dict[str, Any] = {}
        self._sessions: dict[str, str] = {}
        self.mistakes: list[NotUnderstood] = []

    def result(self) -> OldConfig:
        for key, value in self._raw.items():
            if key in _TRANSLATED and isinstance(value, Mapping):
                self._section(key, value)
            elif key not in ("phases", "defaults", "schema"):
                self._put((key,), value, (key,))
        self._defaults()
        return OldConfig(self._file, self._tables, self._phases(), self._sessions, self._lines)

    def _section(self, section: str, tables: _Raw) -> None:
        for name, table in tables.items():
            if not isinstance(table, Mapping):
                self._put((section, name), table, (section, name))
                continue
            self._lines[section, name] = self._line(section, name)
            self._tables.setdefault(section, {}).setdefault(name, {})
            for key, value in table.items():
                self._key(section, name, key, value)

    def _key(self, section: str, name: str, key: str, value: Any) -> None:
        old: Way = (section, name, key)
        if key in _SESSION_KEYS and section == "agents" and isinstance(value, str):
            self._sessions[name] = value.removeprefix("=").removesuffix(":")
            return
        ours, change = _TRANSLATED[section].get(key, ((key,), _as_it_is))
        changed = change(value, self._file.parent)
        if key == "prompt" and section == "agents" and isinstance(value, str) and changed == value:
            ours = ("prompt_text",)
        if changed is not _NOTHING:
            self._put((section, name, *ours), changed, old)

    def _put(self, way: Way, value: Any, old: Way) -> None:
        table = self._tables
        for part in way[:-1]:
            inner = table.setdefault(str(part), {})
            if not isinstance(inner, dict):
                return
            table = inner
        if isinstance(value, dict) and isinstance(table.get(str(way[-1])), dict):
            table[str(way[-1])] |= value
        else:
            table[str(way[-1])] = value
        line = self._line(*old)
        self._lines[way] = line
        for inner_key in value if isinstance(value, dict) else ():
            self._lines[*way, inner_key] = self._old_lines.get((*old, inner_key), line)

    def _line(self, *way: str | int) -> int:
        return self._old_lines.get(way, 0)

    def _defaults(self) -> None:
        """What holds for every agent that does not say otherwise itself; a service has neither backend nor model."""
        defaults = self._raw.get("defaults")
        for key, value in defaults.items() if isinstance(defaults, Mapping) else ():
            if key not in ("backend", "model", "workdir", "cwd", "host"):
                self.mistakes.append(NotUnderstood(Origin(self._file, self._line("defaults", key)), _UNKNOWN_DEFAULT))
                continue
            for name, agent in self._tables.get("agents", {}).items():
                ours, change = _AGENT.get(key, ((key,), _as_it_is))
                if isinstance(agent, dict) and agent.get("kind") != "service" and ours[0] not in agent:
                    self._put(("agents", name, *ours), change(value, self._file.parent), ("defaults", key))

    def _phases(self) -> tuple[OldPhase, ...]:
        listed = self._raw.get("phases")
        return tuple(self._phase(number, one) for number, one in enumerate(listed if isinstance(listed, list) else ()))

    def _phase(self, number: int, one: Any) -> OldPhase:
        origin = Origin(self._file, self._line("phases", number))
        parts, models = _parts(one), dict[str, str]()
        if isinstance(one, Mapping):
            models = self._models(one)
            for key in one.keys() - _PHASE_KEYS:
                line = self._line("phases", number, key) or origin.line
                self.mistakes.append(NotUnderstood(Origin(self._file, line), f"{key} of a phase is no key"))
        phase, wrong = phase_of(parts, origin)
        if wrong:
            self.mistakes.append(NotUnderstood(origin, wrong))
        return OldPhase(phase.id, phase.plan, phase.status, origin, models if phase.id else {})

    def _models(self, phase: _Raw) -> dict[str, str]:
        models = phase.get("models")
        told = models.items() if isinstance(models, Mapping) else ()
        return {str(agent): model for agent, model in told if isinstance(model, str)}


_UNKNOWN_DEFAULT = "this default is no key that cotemp knows: it is said for each agent, if at all"
_SESSION_KEYS = ("session", "tmux", "tmux_session")
_PHASE_KEYS = {"id", "name", "plan", "planfile", "status", "statusfile", "models"}
_NOTHING: Any = object()
"""There is nothing to be said for it: it is so anyway."""


def _parts(one: Any) -> list[str]:
    if isinstance(one, str):
        return [part.strip() for part in one.split("|")]
    if not isinstance(one, Mapping):
        return [""]
    keys = (("id", "name"), ("plan", "planfile"), ("status", "statusfile"))
    return [next((str(one[key]) for key in names if key in one), "") for names in keys]


# --- what becomes of a value ---


def _as_it_is(value: Any, folder: Path) -> Any:
    return value


def _path(value: Any, folder: Path) -> Any:
    """Relative to the old file, and so in full: ours may lie elsewhere."""
    is_path = isinstance(value, str) and value and not value.startswith("~")
    return os.path.normpath(folder / value) if is_path else value


def _prompt(value: Any, folder: Path) -> Any:
    """A file where there is one, or what is called as one; any other text stays as it is."""
    if not isinstance(value, str) or "\n" in value or len(value) > 1000:
        return value
    is_file = re.search(r"\.(?:md|txt)$", value) or (folder / value).is_file()
    return _path(value, folder) if is_file else value


def _argv(value: Any, folder: Path) -> Any:
    try:
        return shlex.split(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _switch(placeholder: str) -> Callable[[Any, Path], Any]:
    """`"--model"` becomes `["--model", "{model}"]`."""

    def change(value: Any, folder: Path) -> Any:
        words = _argv(value, folder)
        has = isinstance(words, list) and any(placeholder in str(word) for word in words)
        return [*words, placeholder] if isinstance(words, list) and words and not has else words

    return change


def _duration(value: Any, folder: Path) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return spell_duration(value) if is_number and 0 < value < 10**9 else value


def _cron(value: Any, folder: Path) -> Any:
    return {"cron": value, "tz": "UTC"} if isinstance(value, str) else value


def _wake(value: Any, folder: Path) -> Any:
    """The old driver knew one zone."""
    if isinstance(value, str) and len(value.split()) == 5:
        return _cron(value, folder)
    if not isinstance(value, Mapping):
        return {"every": _duration(value, folder)}
    wake = dict(value)
    for key in ("interval", "seconds", "every"):
        if key in wake:
            wake["every"] = _duration(wake.pop(key), folder)
    if "schedule" in wake:
        wake["cron"] = wake.pop("schedule")
    if "prompt" in wake:
        wake["prompt"] = _path(wake["prompt"], folder)
    return {"tz": "UTC"} | wake if "cron" in wake else wake


def _watch(value: Any, folder: Path) -> Any:
    if value is True:
        return _NOTHING
    return {"heal": False, "nudge": False} if value is False else dict(value) if isinstance(value, Mapping) else value


_Change = Callable[[Any, Path], Any]
_AGENT: dict[str, tuple[Way, _Change]] = {
    "prompt": (("prompt",), _prompt),
    "prompt_file": (("prompt",), _path),
    "slash_command": (("prompt_text",), _as_it_is),
    "slash": (("prompt_text",), _as_it_is),
    "workdir": (("workdir",), _path),
    "cwd": (("workdir",), _path),
    "dir": (("workdir",), _path),
    "argv": (("argv",), _argv),
    "cmd": (("argv",), _argv),
    "command": (("argv",), _argv),
    "wake": (("wake",), _wake),
    "wake_every": (("wake", "every"), _duration),
    "wake_interval": (("wake", "every"), _duration),
    "wake_prompt": (("wake", "prompt"), _path),
    "schedule": (("wake",), _cron),
    "cron": (("wake",), _cron),
    "idle_after": (("idle_after",), _duration),
    "idle_timeout": (("idle_after",), _duration),
    "watch": (("watch",), _watch),
    "watch_policy": (("watch",), _watch),
}
_BACKEND: dict[str, tuple[Way, _Change]] = {
    "argv": (("argv",), _argv),
    "cmd": (("argv",), _argv),
    "command": (("argv",), _argv),
    "model": (("model",), _switch("{model}")),
    "model_flag": (("model",), _switch("{model}")),
    "resume": (("resume",), _switch("{id}")),
    "resume_flag": (("resume",), _switch("{id}")),
}
_TRANSLATED = {"agents": _AGENT, "backends": _BACKEND}
"""Where each key of the old driver goes, and what becomes of its value."""
