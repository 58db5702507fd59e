"""Where the proposed settings go: into a file of their own, to those that are there, or beside them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..config.reading import applied
from ..config.source import LIMIT, read_bytes, text_of, toml_of
from ..config.trusted import is_own, is_trusted, trust
from ..errors import BadConfig
from ..places import Places, make_folder, write_whole
from .model import Proposal
from .originals import keep, set_aside

__all__ = ["Destination", "Way", "destination", "write"]


class Way(StrEnum):
    """How the settings get to where they go."""

    NEW = "new"
    """There is no such file yet."""
    REPLACED = "replaced"
    """It is the old driver's own file, which is set aside."""
    APPENDED = "appended"
    """It says nothing of agents: they are added at its end."""
    THERE = "there"
    """It has all of these agents and phases already: it is left as it is."""
    BESIDE = "beside"
    """It has agents of its own: a human has to bring the two together."""


@dataclass(frozen=True, slots=True)
class Destination:
    """`file` is what would be written, `data` all of it. `other`: agents that stand there otherwise, and stay."""

    way: Way
    file: Path
    data: bytes
    other: tuple[str, ...] = ()


def destination(config: Path, proposal: Proposal) -> Destination:
    """Where `proposal` goes when `config` are the settings in force. Raises BadConfig when those are broken."""
    proposed = proposal.toml.encode()
    before = read_bytes(config)
    old = proposal.world.config
    if before is None or not before.strip():
        return _valid(Destination(Way.NEW, config, proposed))
    if old and os.path.realpath(old.file) == os.path.realpath(config):
        return _valid(Destination(Way.REPLACED, config, proposed))
    raw = toml_of(config, text_of(config, before))
    there = _there(config, before, proposal)
    if there:
        return there
    mine = toml_of(config, proposal.toml).keys() - {"schema"}
    if mine & raw.keys():
        return Destination(Way.BESIDE, config.with_name(f"{config.name}.adopted"), proposed)
    return _valid(Destination(Way.APPENDED, config, _appended(before, proposal.toml)))


def write(places: Places, where: Destination) -> list[Path]:
    """Write it; returns the `*.orig` that keep what was there. Whoever believed the file believes it as it is now."""
    if where.way is Way.THERE:
        return []
    file = where.file
    if where.way is Way.BESIDE:
        return _beside(file, where.data)
    believed = is_own(file) or not file.exists() or is_trusted(places, file)
    kept = [keep(file)] if where.way is Way.APPENDED else [set_aside(file)] if file.exists() else []
    _write(file, where.data, like=kept[0] if kept else None)
    if believed and not is_own(file):
        trust(places, file)
    return kept


def _write(file: Path, data: bytes, like: Path | None = None) -> None:
    """For this user only, as variables of agents may stand in it; a link leads to where it is written."""
    make_folder(file.parent)
    mode = stat.S_IMODE(like.stat().st_mode) & 0o600 if like else 0o600
    write_whole(Path(os.path.realpath(file)), data, mode=mode | 0o600)


def _beside(file: Path, data: bytes) -> list[Path]:
    if file.exists() and file.read_bytes() == data:
        return []
    kept = [set_aside(file)] if os.path.lexists(file) else []
    _write(file, data)
    return kept


def _valid(where: Destination) -> Destination:
    """`where`, when cotemp will read it as it is meant."""
    if len(where.data) > LIMIT:
        raise BadConfig(f"would be larger than {LIMIT} bytes", "drop phases that are long done", file=str(where.file))
    applied(where.file, where.data)
    return where


def _there(file: Path, data: bytes, proposal: Proposal) -> Destination | None:
    """The settings as they are, when they have all agents and phases; None when they do not."""
    there, wanted = applied(file, data), proposal.config
    has_agents = wanted.agents.keys() <= there.agents.keys()
    if not (has_agents and {one.id for one in wanted.phases} <= {one.id for one in there.phases}):
        return None
    other = tuple(name for name, agent in wanted.agents.items() if there.agents[name] != agent)
    return Destination(Way.THERE, file, data, other)


def _appended(before: bytes, toml: str) -> bytes:
    """Tables at the end of a file: in TOML that changes nothing of what stands before them."""
    lines = [line for line in toml.splitlines() if not line.startswith("schema = ")]
    end = "\r\n" if b"\r\n" in before else "\n"
    gap = b"" if before.endswith(b"\n") else end.encode()
    return before + gap + end.join(["", *lines, ""]).encode()
