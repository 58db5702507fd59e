"""The `state/` folder of the newer driver: `phase-idx`, `*.id`, `limited-*.json`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..model import Deadline
from .deadlines import deadline_in
from .found import Found
from .ids import resume_id

__all__ = ["read_state"]

_COMPLETE = "SEQUENCE-COMPLETE"
_ID = re.compile(r"(?P<agent>[A-Za-z0-9][A-Za-z0-9._-]*)\.id")
_LIMIT = re.compile(r"limited-(?P<whose>[A-Za-z0-9][A-Za-z0-9._-]*)\.json")


def read_state(found: Found, folder: Path, phases: Sequence[str]) -> None:
    """Read each file of `folder`; `phases` are the known ids, by which an id of an agent's phase is told."""
    for name in sorted(os.listdir(folder)):
        file = folder / name
        if not file.is_dir() and not name.endswith(".orig"):
            _read(found, file, phases)


def _read(found: Found, file: Path, phases: Sequence[str]) -> None:
    if file.name == "phase-idx":
        _index(found, file)
    elif file.name == _COMPLETE:
        if found.text(file) is not None:
            found.complete = file
            found.took(file, "the sequence is complete")
    elif of_agent := _ID.fullmatch(file.name):
        _session_id(found, file, of_agent["agent"], phases)
    elif limit := _LIMIT.fullmatch(file.name):
        _limit(found, file, limit["whose"])
    else:
        found.gave_up(file, "is no state of the old driver that cotemp knows: it stays where it is")


def _index(found: Found, file: Path) -> None:
    found.state_index = found.word(file)
    if found.state_index:
        found.took(file, f"the old index of the phase: {found.state_index.value[:80]}")


def _session_id(found: Found, file: Path, name: str, phases: Sequence[str]) -> None:
    phase = max((one for one in phases if re.fullmatch(rf".+[._-]{re.escape(one)}", name)), key=len, default=None)
    agent = name[: -len(phase) - 1] if phase else name
    one = resume_id(found, file, agent, phase)
    if one:
        found.resume.append(one)
        found.took(file, f"the conversation that {one.agent} takes up again{f' in phase {phase}' if phase else ''}")


def _limit(found: Found, file: Path, whose: str) -> None:
    one = _parsed(found, file, whose)
    if one:
        found.limits.append(one)
        found.took(file, f"a usage limit of {one.whose[:80]}")


def _parsed(found: Found, file: Path, whose: str) -> Deadline | None:
    text = found.text(file)
    if text is None:
        return None
    try:
        return deadline_in(whose, text, file)
    except (ValueError, RecursionError):
        found.gave_up(file, "is no JSON object")
        return None
