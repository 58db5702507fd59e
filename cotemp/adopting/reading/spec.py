"""`.phases-spec`: a phase a line, as `id|planfile|statusfile`; comments and blank lines do not count."""

from __future__ import annotations

import re
from pathlib import Path

from ..model import NotUnderstood, OldPhase, Origin

__all__ = ["ID", "phase_of", "phases"]

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def phases(text: str, file: Path) -> tuple[tuple[OldPhase, ...], list[NotUnderstood]]:
    """The phases in `text`, and what is wrong with lines. A line that cannot be understood is a phase without an id:
    the launchers counted it, too."""
    found, mistakes = list[OldPhase](), list[NotUnderstood]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        phase, wrong = phase_of([part.strip() for part in line.split("|")], Origin(file, number))
        found.append(phase)
        if wrong:
            mistakes.append(NotUnderstood(phase.origin, f"{wrong}: {line.strip()[:200]}"))
    return tuple(found), mistakes


def phase_of(parts: list[str], origin: Origin) -> tuple[OldPhase, str]:
    """The phase that `id, plan, status` make, and what is wrong with it (empty: nothing)."""
    name, plan, status, *more = [*parts, "", ""] if len(parts) < 3 else parts
    nothing = OldPhase("", "", "", origin)
    if len(parts) == 1:
        return nothing, "is no phase, which is written id|planfile|statusfile"
    if not ID.fullmatch(name):
        return nothing, "this phase has no id that can be one"
    if not plan or any(map(_CONTROL.search, (plan, status))):
        return nothing, "this phase names no plan file"
    wrong = f"what follows the status file is not known ({'|'.join(more)[:80]})" if any(more) else ""
    return OldPhase(name, plan, status, origin), wrong
