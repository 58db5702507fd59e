"""Where a call comes from: the home, session, folder and shell of whoever makes it, and the mark of what it makes.

The environment of a kept process is as old as the process, so each call brings what counts of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import BadUsage
from ..names import Mark
from ..places import Places
from ..times import local_now
from .homes import Homes
from .params import BadParams

__all__ = ["VARIABLES", "Caller"]

VARIABLES = ("COSESSION_ID", "COTEMP_HOME", "COTEMP_CONFIG")
"""What counts of a caller's environment."""
_PATHS = VARIABLES[1:]


class Caller:
    """One call's surroundings. `env` holds VARIABLES only; `cwd` is absolute, None when nobody said."""

    def __init__(
        self, homes: Homes, env: Mapping[str, str], cwd: str | None = None, shell_pid: int | None = None
    ) -> None:
        self._homes = homes
        self.env = env
        self.cwd = cwd
        self.shell_pid = shell_pid
        self.mark: Mark | None = None
        """Of a call that must not be done twice."""

    @classmethod
    def of(cls, context: Any, default: Mapping[str, str], homes: Homes) -> Caller:
        """The caller that `context`, from the params of a call, describes; `default` is the environment of one that
        says nothing of its own. Raises BadParams."""
        if context is None:
            context = {}
        env = _part(context, "env", dict, "the environment variables")
        cwd = _part(context, "cwd", str, "the full path of a folder")
        pid = _part(context, "shell_pid", int, "the process of the shell")
        if cwd and (not os.path.isabs(cwd) or "\0" in cwd):
            raise BadParams(f"context.cwd is no full path: {cwd[:200]!r}", "send the provider path of $PWD")
        return cls(homes, default if env is None else _kept(env, cwd), cwd or None, pid)

    def take_over(self) -> None:
        """Make this process's environment the caller's: rooms that know of no caller look there."""
        for name in VARIABLES:
            if os.environ.get(name) != self.env.get(name):
                os.environ.pop(name, None)
                if name in self.env:
                    os.environ[name] = self.env[name]

    @property
    def session(self) -> str | None:
        """The session of whoever calls, as said; None when nobody said."""
        return self.env.get("COSESSION_ID")

    @property
    def now(self) -> datetime:
        """This moment; of a call that is done again, the moment of the first time."""
        return self.mark.at if self.mark else local_now()

    @cached_property
    def config_path(self) -> Path:
        """The `agents.toml` to read, whether it exists or not."""
        return self._homes.config(self.env)

    @cached_property
    def places(self) -> Places:
        """The home and this machine's state for it. Raises BadConfig."""
        return self._homes.places(self.env)

    @property
    def is_again(self) -> bool:
        """True when an earlier attempt at this very call may have done it, and died before it could say so."""
        return self.mark is not None and self.mark.again

    def path(self, name: str, text: str) -> str:
        """The full path that the param `name` means. Raises BadParams."""
        if not text or "\0" in text:
            raise BadParams(f"{name} is no path: {text[:200]!r}", "send the full path of a file")
        expanded = os.path.expanduser(text)
        if not os.path.isabs(expanded) and not self.cwd:
            raise BadParams(f"{name} is no full path: {text[:200]!r}", "send the full path, or context.cwd")
        return os.path.normpath(os.path.join(self.cwd or "", expanded))

    def own_session(self, what: str) -> str:
        """The session of whoever calls. Raises BadUsage when that is nobody's."""
        if not self.session:
            raise BadUsage(f"{what}: COSESSION_ID is not set", "name the session, or join one: Join-CoAgent.ps1")
        return self.session


def _part(context: Any, name: str, kind: type, says: str) -> Any:
    if not isinstance(context, dict):
        raise BadParams("context must be an object", "it holds cwd, env and shell_pid")
    value = context.get(name)
    if value is not None and type(value) is not kind:
        raise BadParams(f"context.{name} is wrong", f"it is {says}")
    return value


def _kept(env: Mapping[str, Any], cwd: str | None) -> dict[str, str]:
    kept = {}
    for name in VARIABLES:
        value = env.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str) or "\0" in value or not _is_text(value):
            raise BadParams(f"context.env.{name} is no text", "send it as it is in the environment")
        kept[name] = os.path.join(cwd, value) if cwd and name in _PATHS and not value.startswith("~") else value
    return kept


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
