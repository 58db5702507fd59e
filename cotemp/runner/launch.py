"""From an approved DO to the plan of its run: the digest is checked, and a private copy is made that will run."""

from __future__ import annotations

import codecs
import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..consent import Approved
from ..errors import BadName, RefusedByPolicy
from ..names import random_part
from ..places import make_folder, shipped, storage_failed
from ..redact import Scrub
from ..sandbox.view import Confined
from .engines import Engine, locate
from .plan import COPY, Plan
from .walls import Walls

__all__ = ["Launch", "make_copy", "plan"]


@dataclass(frozen=True, slots=True)
class Launch:
    """One run to start: an approved DO, its bytes, and where it works.

    `run_dir` is made where it is missing. `timeout` in seconds, `width` in columns of the terminal.
    `confined`: the command that holds it to its consent; None when nothing does.
    `scrub` is what must not get into its output; without it nothing is taken out.
    """

    run_id: str
    approved: Approved
    data: bytes
    do_file: str
    engine: Engine
    run_dir: Path
    cwd: Path
    env: Mapping[str, str]
    timeout: float
    width: int = 250
    confined: Confined | None = None
    scrub: Scrub | None = None


def plan(launch: Launch) -> Plan:
    """What the keeper needs to know.

    Raises RefusedByPolicy when the bytes are not those that were approved, BadName for a name that is no
    plain file name.
    """
    if (
        not isinstance(launch.approved, Approved)
        or hashlib.sha256(launch.data).hexdigest() != launch.approved.do.sha256
    ):
        raise RefusedByPolicy(f"{launch.do_file} is not what was checked and approved", "drop it again")
    if (
        launch.do_file in ("", ".", "..")
        or os.path.basename(launch.do_file) != launch.do_file
        or "\0" in launch.do_file
    ):
        raise BadName("file name of a DO", launch.do_file, "it is not plain")
    secret = random_part(26) if launch.engine.end_mark else None
    prefix = launch.confined.prefix if launch.confined else ()
    return Plan(
        run_id=launch.run_id,
        run_dir=str(launch.run_dir),
        argv=(*prefix, *_command(launch), *_for_wrapper(launch, secret)),
        env=_environment(launch),
        cwd=str(launch.cwd),
        terminal=launch.engine.terminal,
        width=launch.width,
        timeout=launch.timeout,
        secret=secret,
        scrub=launch.scrub,
        walls=Walls.of(launch.confined) if launch.confined else None,
    )


def _environment(launch: Launch) -> dict[str, str]:
    confined = dict(launch.confined.env) if launch.confined else {}
    return {**launch.env, **dict(launch.engine.env), **_for_pipe(launch), **confined}


def _command(launch: Launch) -> list[str]:
    program, *arguments = launch.engine.argv
    here = launch.run_dir / COPY / launch.do_file
    known = {
        "{python}": sys.executable,
        "{wrapper}": str(shipped("ps") / "wrapper.ps1"),
        "{do}": str(launch.confined.do_path if launch.confined else here),
    }
    return [locate(launch.engine, program) or program, *(_filled(word, known) for word in arguments)]


def _filled(word: str, known: Mapping[str, str]) -> str:
    for placeholder, value in known.items():
        word = word.replace(placeholder, value)
    return word


def _for_wrapper(launch: Launch, secret: str | None) -> tuple[str, ...]:
    """The wrapper's own arguments: its end mark, and how wide to print where no terminal tells it."""
    if secret is None:
        return ()
    return (secret, str(launch.width)) if launch.engine.terminal == "pipe" else (secret,)


def _for_pipe(launch: Launch) -> dict[str, str]:
    """What makes programs print into a pipe as they would on our terminal: wide, at once, in UTF-8."""
    if launch.engine.terminal != "pipe":
        return {}
    return {"COLUMNS": str(launch.width), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def make_copy(launch: Launch) -> None:
    """Write the private copy that will run. Raises StorageFailed when the disk refuses."""
    make_folder(launch.run_dir, 0o700)
    folder = launch.run_dir / COPY
    make_folder(folder, 0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(folder / launch.do_file, flags, 0o600), "wb") as file:
            file.write(_for_old_powershell(launch) + launch.data)
    except OSError as error:
        raise storage_failed(folder / launch.do_file, error) from error


def _for_old_powershell(launch: Launch) -> bytes:
    """Windows PowerShell takes a file without BOM for the local code page; ours are all UTF-8."""
    program = locate(launch.engine, launch.engine.argv[0]) or ""
    old = Path(program).name.casefold() == "powershell.exe"
    return codecs.BOM_UTF8 if old and not launch.data.startswith(codecs.BOM_UTF8) else b""
