"""The engines: which program runs which DO, as data. A new language is a new row."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..config import EngineConfig
from ..messages.header import Syntax

__all__ = ["ENGINES", "Engine", "Found", "Missing", "engine_of", "engines", "find", "locate", "probe"]

WINDOWS = sys.platform == "win32"
PROBE_SECONDS = 30.0
"""How long a program may take to tell its version; PowerShell's very first start is slow."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How to run one kind of DO.

    `argv` and `probe` may hold `{python}`, `{wrapper}`, `{do}`. `pattern` is of file names, in any
    case. `title` is what people call the program, `install` how they get it, `instead` a program that
    can do the same where the first is missing. `env` is added to the environment of its DOs.
    """

    name: str
    argv: tuple[str, ...]
    extension: str
    pattern: str
    syntax: Syntax
    probe: tuple[str, ...]
    terminal: str = "pty"
    title: str = ""
    install: str = "install it"
    instead: str | None = None
    env: tuple[tuple[str, str], ...] = ()

    @property
    def end_mark(self) -> bool:
        """Whether only the mark that the wrapper prints at the end proves that the script got there."""
        return any("{wrapper}" in word for word in self.argv)


_VERSION_OF_ANY = ("-NoProfile", "-NonInteractive", "-Command", "[string]$PSVersionTable.PSVersion")

ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            name="pwsh",
            argv=(
                "pwsh", "-NoProfile", "-NonInteractive", "-NoLogo",
                *(("-ExecutionPolicy", "Bypass") if WINDOWS else ()), "-File", "{wrapper}", "{do}",
            ),
            extension=".ps1",
            pattern="*.ps1",
            syntax=Syntax.BLOCK,
            probe=("pwsh", *(_VERSION_OF_ANY if WINDOWS else ("-Version",))),
            title="PowerShell",
            install="install it (https://aka.ms/install-powershell)",
            instead="powershell.exe" if WINDOWS else None,
            env=(("POWERSHELL_TELEMETRY_OPTOUT", "1"), ("POWERSHELL_UPDATECHECK", "Off")),
        ),
        Engine(
            name="python",
            argv=("{python}", "{do}"),
            extension=".py",
            pattern="DO_*.py",
            syntax=Syntax.HASH,
            probe=("{python}", "--version"),
            title="Python",
        ),
        Engine(
            name="sh",
            argv=("sh", "{do}"),
            extension=".sh",
            pattern="DO_*.sh",
            syntax=Syntax.HASH,
            probe=("sh", "-c", "echo sh"),
            title="sh",
            install="install it (on Windows: Git for Windows has one)",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """The engine's program is here; `version` is its name again when it does not tell one."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The engine's program is not here, or does not work; `fix` says what a person can do."""

    what: str
    fix: str


def engine_of(file_name: str, engines: Mapping[str, Engine]) -> Engine | None:
    """The engine that runs a file of this name; None when it is no DO's name."""
    folded = file_name.casefold()
    return next((e for e in engines.values() if fnmatch.fnmatchcase(folded, e.pattern.casefold())), None)


def engines(overrides: Mapping[str, EngineConfig]) -> dict[str, Engine]:
    """The shipped engines, changed and completed by what `agents.toml` says."""
    return ENGINES | {name: _overridden(name, config) for name, config in overrides.items()}


def _overridden(name: str, config: EngineConfig) -> Engine:
    base = ENGINES.get(name) or _new(name, config)
    extension = config.extension or base.extension
    argv = config.argv or base.argv
    return replace(
        base,
        argv=argv,
        extension=extension,
        pattern=base.pattern.removesuffix(base.extension) + extension,
        syntax=Syntax(config.header) if config.header else base.syntax,
        terminal=config.terminal or base.terminal,
        probe=config.probe or ((argv[0], *base.probe[1:]) if config.argv else base.probe),
        instead=None if config.argv else base.instead,
    )


def _new(name: str, config: EngineConfig) -> Engine:
    argv, extension = config.argv or (name, "{do}"), config.extension or f".{name}"
    return Engine(name, argv, extension, f"DO_*{extension}", Syntax.HASH, (argv[0], "--version"), title=name)


def locate(engine: Engine, word: str) -> str | None:
    """Path of the program that `word`, the first of an engine's `argv` or `probe`, names; None when it is not here."""
    if word == "{python}":
        return sys.executable
    return shutil.which(word) or (shutil.which(engine.instead) if engine.instead else None)


def find(engine: Engine) -> str | Missing:
    """The path of the engine's program, which is not started to see whether it works."""
    return locate(engine, engine.probe[0]) or Missing(
        f"{engine.title} not found",
        f"{engine.install}, or name its program in agents.toml: [engines.{engine.name}] argv and probe",
    )


def probe(engine: Engine) -> Found | Missing:
    """Whether the engine's program is here, and its version. A program that answered is asked again only
    when its file changes."""
    program = find(engine)
    if isinstance(program, Missing):
        return program
    question = (program, *engine.probe[1:])
    key = (question, os.stat(program).st_mtime_ns)
    with _asking:
        answer = _answers.get(key) or _ask(engine, question)
        if isinstance(answer, Found):
            _answers[key] = answer
    return answer


_asking = threading.Lock()
_answers: dict[tuple[tuple[str, ...], int], Found] = {}


def _ask(engine: Engine, question: tuple[str, ...]) -> Found | Missing:
    import subprocess  # start-up: most commands only want to know which engines there are

    try:
        asked = subprocess.run(
            question, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PROBE_SECONDS
        )
    except subprocess.TimeoutExpired:
        trouble = f"said nothing in {PROBE_SECONDS:.0f} s"
    except OSError as error:
        trouble = error.strerror or str(error)
    else:
        said = asked.stdout.decode("utf-8", "replace").strip()
        version = re.search(r"\d+(\.[\w-]+)*", said)
        if asked.returncode == 0:
            return Found(question[0], version[0] if version else engine.name)
        trouble = f"exit code {asked.returncode}: {said[:200]}"
    return Missing(
        f"{engine.title} does not work ({question[0]}: {trouble})",
        f"mend it, or name another program in agents.toml: [engines.{engine.name}] argv and probe",
    )
