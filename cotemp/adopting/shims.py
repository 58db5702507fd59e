"""Shims: small programs under the old launchers' names that call `cotemp` with the words that mean the same."""

from __future__ import annotations

import json
import os
import shlex
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..config.settings import Config
from ..errors import BadUsage, NotFound
from ..places import shipped, write_whole
from .originals import set_aside
from .reading.folders import LAUNCHERS
from .reading.launchers import OURS

__all__ = ["Shim", "Shims", "differing", "write_shims"]

_LOOPS = ("builder", "adversary")
_MODE = 0o755


@dataclass(frozen=True, slots=True)
class Shim:
    """One file, what became of it, and where that is kept which was there before."""

    file: Path
    state: Literal["written", "updated", "same"]
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class Shims:
    """All of them; `program` is what they run where `cotemp` is not on PATH."""

    folder: Path
    files: tuple[Shim, ...]
    program: tuple[str, ...]


def write_shims(folder: Path, loops: Sequence[str]) -> Shims:
    """Write all shims into `folder`; `loops` are the agents that `launch.py` starts (none: builder and adversary).

    Raises NotFound, BadUsage, StorageFailed.
    """
    if not folder.exists():
        raise NotFound(f"there is no folder {folder}", "name the one with the launchers")
    if not folder.is_dir():
        raise BadUsage(f"{folder} is no folder", "name the one with the launchers")
    program = (sys.executable, "-m", "cotemp")
    texts = {name: _text(name, program, loops or _LOOPS) for name in LAUNCHERS}
    in_the_way = next((name for name in texts if _is_folder(folder / name)), None)
    if in_the_way:
        raise BadUsage(f"{folder / in_the_way} is a folder", "move it away, then do this again")
    return Shims(folder, tuple(_put(folder / name, text) for name, text in texts.items()), program)


def _text(name: str, program: Sequence[str], loops: Sequence[str]) -> bytes:
    """The template with this machine's values; JSON texts are Python's, too."""
    kind = "launcher.sh" if name.endswith(".sh") else "launcher.py"
    template = (shipped("templates") / "shims" / kind).read_text(encoding="utf-8")
    values = {
        "@OURS@": f"{OURS} for cotemp; it may be written anew at any time.",
        "@PYTHON@": _quoted(program[0]),
        '["@PROGRAM@"]': json.dumps(list(program)),
        '["@LOOPS@"]': json.dumps(list(loops)),
        "@TARGET@": name.replace(".sh", ".py"),
    }
    for mark, value in values.items():
        template = template.replace(mark, value)
    return template.encode("utf-8", "surrogateescape")


def _quoted(word: str) -> str:
    return shlex.quote(word)


def _is_folder(file: Path) -> bool:
    return file.is_dir() and not file.is_symlink()


def _put(file: Path, text: bytes) -> Shim:
    before = _ours(file)
    if before == text:
        return Shim(file, "same")
    kept = set_aside(file) if before is None and os.path.lexists(file) else None
    write_whole(file, text, mode=_MODE)
    os.chmod(file, _MODE)
    return Shim(file, "updated" if before is not None else "written", kept)


def _ours(file: Path) -> bytes | None:
    """What stands in `file`, when an earlier call wrote it; None for whatever else is there."""
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            return None
        with open(file, "rb") as opened:
            data = opened.read(64 * 1024)
    except OSError:
        return None
    return data if OURS.encode() in data[:400] else None


def differing(config: Config, agents: Sequence[str], backend: str | None, model: str | None, file: Path) -> list[str]:
    """What old variables ask for that `config` does not give these agents, a sentence each, with the line to edit."""
    found = []
    for name in agents:
        agent = config.agents.get(name)
        if agent is None:
            found.append(f"there is no agent {name}: add [agents.{name}] to {file}")
            continue
        for key, asked in (("backend", backend), ("model", model)):
            given = getattr(agent, key)
            if asked and asked != given:
                what = f"{name} has {key} {given}" if given else f"{name} has no {key} of its own"
                fix = f'write {key} = "{asked}" under [agents.{name}] in {file}, then: cotemp reload'
                fix += f"; or once: cotemp up {name} --model {asked}" if key == "model" else ""
                found.append(f"{what}, not {asked}: {fix}")
    return found
