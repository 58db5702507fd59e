"""The dotfiles of the launchers: backends, models, the phases and where they stand, session ids, limits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from ..model import Told
from .deadlines import deadline
from .found import Found
from .ids import resume_id
from .spec import phases

__all__ = ["read_dotfiles"]

_COMPLETE = "SEQUENCE-COMPLETE"
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,127}")
_BACKEND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WHOSE = r"(?P<whose>[A-Za-z0-9][A-Za-z0-9._-]*)"
_Reader = Callable[[Found, Path, str], None]


def read_dotfiles(found: Found, folder: Path) -> None:
    """Read each dotfile of `folder`; one that nobody knows is noted, and stays where it is."""
    for name in sorted(os.listdir(folder)):
        file = folder / name
        if name == _COMPLETE and found.text(file) is not None:
            found.complete = file
            found.took(file, "the sequence is complete")
        elif name.startswith(".") and not name.endswith(".orig") and not file.is_dir():
            _read(found, file)


def _read(found: Found, file: Path) -> None:
    for pattern, reader in _READERS:
        fits = re.fullmatch(pattern, file.name)
        if fits:
            return reader(found, file, fits.groupdict().get("whose") or "")
    found.gave_up(file, "is no file of the launchers that cotemp knows: it stays where it is")
    return None


def _backend(found: Found, file: Path, whose: str) -> None:
    _name(found, file, whose, "backend", _BACKEND, found.backends)


def _model(found: Found, file: Path, whose: str) -> None:
    _name(found, file, whose, "model", _MODEL, found.models)


def _name(found: Found, file: Path, whose: str, what: str, fits: re.Pattern[str], names: dict[str, Told]) -> None:
    """The name of a backend or model, for an agent or for the loops."""
    told = found.word(file)
    if told is None:
        return
    if not fits.fullmatch(told.value):
        found.gave_up(file, f"{told.value[:80]!r} is no name of a {what}", 1)
        return
    names[_own(whose)] = told
    found.took(file, f"the {what} of {_own(whose) or 'the loops'}: {told.value}")


def _own(whose: str) -> str:
    """What belongs to the loops belongs to none of them in particular."""
    return "" if whose == "loop" else whose


def _spec(found: Found, file: Path, whose: str) -> None:
    text = found.text(file)
    if text is None:
        return
    found.phases, mistakes = phases(text, file)
    found.not_understood += mistakes
    found.took(file, f"{sum(bool(one.id) for one in found.phases)} phases")


def _index(found: Found, file: Path, whose: str) -> None:
    found.index = found.word(file)
    if found.index:
        found.took(file, f"the old index of the phase: {found.index.value[:80]}")


def _session_id(found: Found, file: Path, whose: str) -> None:
    one = resume_id(found, file, whose)
    if one:
        found.resume.append(one)
        found.took(file, f"the conversation that {one.agent} takes up again")


def _limit(found: Found, file: Path, whose: str) -> None:
    text = found.text(file)
    if text is not None:
        found.limits.append(deadline(whose, text, file))
        found.took(file, f"a usage limit of {whose}")


_READERS: tuple[tuple[str, _Reader], ...] = (
    (rf"\.loop-backend(?:-{_WHOSE})?", _backend),
    (rf"\.loop-model(?:-{_WHOSE})?", _model),
    (rf"\.{_WHOSE}-backend", _backend),
    (rf"\.{_WHOSE}-model", _model),
    (r"\.phases-spec", _spec),
    (r"\.phase-idx", _index),
    (rf"\.{_WHOSE}-session-id", _session_id),
    (rf"\.limited-{_WHOSE}", _limit),
)
"""What each file is, by its name; the first that fits."""
