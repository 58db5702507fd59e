"""What a keeper tells of its terminal, in a small file: one look reads it for each agent, without asking anybody."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...places import write_whole
from ...store.identity import Life, ProcessId, life
from ..host import Pane, Size

__all__ = ["RECORD", "Record", "read_record"]

RECORD = "pane.json"


@dataclass(slots=True)
class Record:
    """The keeper's process and the program's, and what a `Pane` says. Times are seconds since the epoch."""

    agent: str
    keeper: ProcessId
    program: ProcessId
    output: float
    columns: int
    rows: int
    dead: bool = False
    exit_code: int | None = None
    title: str = ""
    attached: int = 0
    typed: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The record as it is written."""
        return {"schema": 1} | asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Record:
        """Raises KeyError, TypeError, ValueError or AttributeError when it is none."""
        known = {name: value for name, value in said.items() if name != "schema"}
        return cls(**known | {name: ProcessId(**known[name]) for name in ("keeper", "program")})

    def write(self, folder: Path) -> None:
        """Raises StorageFailed."""
        write_whole(folder / RECORD, json.dumps(self.to_json(), indent=1).encode(), mode=0o600)

    def pane(self) -> Pane:
        """What a look says. A program whose keeper was killed has ended with it."""
        dead = self.dead or life(self.keeper) is Life.DEAD
        attached = 0 if dead else self.attached
        return Pane(
            agent=self.agent,
            pid=self.program.pid,
            dead=dead,
            exit_code=self.exit_code,
            title=self.title,
            output=self.output,
            attached=attached,
            typed=self.typed if attached else None,
            in_mode=False,
            size=Size(self.columns, self.rows),
        )


def read_record(folder: Path) -> Record | None:
    """The record in a keeper's folder; None when there is none that can be read."""
    try:
        return Record.from_json(json.loads((folder / RECORD).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
