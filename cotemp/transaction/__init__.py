"""What a DO writes is a transaction: it works on a copy-on-write view of its repo, and the difference is judged.

prepare ── the DO runs on the view ── seal ── judge ─┬─ apply ── undo
                                                     ├─ held: a human applies or drops it
                                                     └─ drop

opening, snapshot    the view is laid out; what the repo is now is written down
sealing, hostile     the difference is read; what no DO may leave is refused
git, refs            what git says, asked so that nothing of the DO's is run
rules, judging       what must be seen by a human first
checking             is the repo still what it was?
swapping, applying   all steps or none, whatever is killed when
patching             the difference as text
keeping, model, tree the files of a transaction; it as data; folders walked without following links
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .applying import Recovered, Standing, apply, recover, standing, undo
    from .failures import Conflict, NotPossible, Overlap
    from .judging import Verdict, judge
    from .keeping import drop
    from .model import Changes
    from .opening import Prepared, prepare
    from .patching import patch
    from .sealing import seal
    from .snapshot import Limits

__all__ = [
    "Changes",
    "Conflict",
    "Limits",
    "NotPossible",
    "Overlap",
    "Prepared",
    "Recovered",
    "Standing",
    "Verdict",
    "apply",
    "drop",
    "judge",
    "patch",
    "prepare",
    "recover",
    "seal",
    "standing",
    "undo",
]

_ROOMS = {
    "applying": ("Recovered", "Standing", "apply", "recover", "standing", "undo"),
    "failures": ("Conflict", "NotPossible", "Overlap"),
    "judging": ("Verdict", "judge"),
    "keeping": ("drop",),
    "model": ("Changes",),
    "opening": ("Prepared", "prepare"),
    "patching": ("patch",),
    "sealing": ("seal",),
    "snapshot": ("Limits",),
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: most commands want none of it."""
    import importlib

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(f".{room}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
