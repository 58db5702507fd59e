"""CoWraps: what a successor has to know of a session.

    making      gathers (`gathering`, `git`, `repos`, `decisions`), scrubs and writes one; `bundle` zips it
    intake      takes in one of somebody else, who may be hostile (`archive`, `folder`, `hostile`)
    signals     measures whether a chat has grown too long; `watching` makes a CoWrap when it has
    closing     says that a session is over

`memory` is what this machine remembers in between; `desk` is what the paste desk has to tell.
"""

from __future__ import annotations

from .desk import NOBODY, Desk, Pasted, PasteDesk
from .making import Made, Order, make

__all__ = ["NOBODY", "Desk", "Made", "Order", "PasteDesk", "Pasted", "make"]
