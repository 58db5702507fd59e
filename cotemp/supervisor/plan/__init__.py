"""What the supervisor does about agents, decided without touching anything: facts and events in, actions out.

    step (`stepping`)
    ├── takes an event in ........ `absorbing`; `ended` (actions), `handing` (the repo), `noting` (notes),
    │                              `asking` (requests; `upping`, `sequencing`, `diff`)
    ├── moves what concerns all .. `phases` (the sequence), `limiting` (usage limits)
    └── asks for each agent's outlook, and gives out what is due
        outlook (`rules`: the table) .. `stopping`, `healing`, `limiting`, `tasking`, `phasing`, `ringing`, `waking`,
                                        `idling`, `noting`: rules, each asked with a `case`

The words are in `model`, what is typed in `bells`.
"""

from __future__ import annotations

from .bells import text_of
from .diff import Change, changes
from .limiting import limited_until
from .rules import outlook
from .stepping import beginning, is_due, step

__all__ = ["Change", "beginning", "changes", "is_due", "limited_until", "outlook", "step", "text_of"]
