"""The host without tmux: a keeper process of ours for each agent, which holds its terminal and knows its screen."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import CotempError, HeldByOther, NotFound
from ...names import session_id
from ...places import Places
from ...same_python import same_python
from ...store.identity import Life, life
from .. import trees
from ..host import Launch, Pane
from ..keys import checked_keys, checked_text
from ..launching import handed_over, hosts_folder
from .record import RECORD, Record, read_record

if sys.platform == "win32":
    from .windows_line import ask, forget, start_keeper

    _ATTACH = "windows_attach"
else:
    from .line import ask, forget
    from .nursery import start_keeper

    _ATTACH = "attach"

if TYPE_CHECKING:
    import psutil

__all__ = ["PtyHost"]

_QUICKLY = 1.0
"""Seconds for a keeper to leave; then it is ended."""


class PtyHost:
    """A `Host`."""

    name = "pty"

    def __init__(self, places: Places) -> None:
        self._places = places
        self._root = places.state / "hosts" / "pty"

    def look(self) -> Mapping[str, Pane]:
        return {record.agent: record.pane() for _, record in self._records()}

    def start(self, launch: Launch) -> Pane:
        self._clear_for(launch.agent)
        hosts_folder(self._places)
        with handed_over(self._places, launch) as file:
            asked = {
                "agent": launch.agent, "file": str(file), "columns": launch.size.columns, "rows": launch.size.rows
            }  # fmt: skip
            said = start_keeper(self._folder(launch.agent), asked)
        return Record.from_json(said).pane()

    def screen(self, agent: str) -> str:
        return str(self._ask(agent, do="screen"))

    def history(self, agent: str, lines: int) -> str:
        return str(self._ask(agent, do="history", lines=lines))

    def type(self, agent: str, text: str) -> None:
        self._ask(agent, do="type", text=checked_text(text))

    def press(self, agent: str, *keys: str) -> None:
        self._ask(agent, do="press", keys=checked_keys(keys))

    def leave_mode(self, agent: str) -> None:
        """Nobody can scroll in these terminals: their human's own terminal does that."""
        self._record(agent)

    def stop(self, agent: str) -> None:
        folder = self._folder(agent)
        record = _record_of(folder)
        if record:
            keeper = _alive(record)
            # The keeper adopts what leaves the tree of its program, so all of it is below the keeper.
            below = trees.tree(record.program.pid, has_ended=life(record.program) is not Life.ALIVE)
            trees.end([*below, *trees.below(keeper)])
            _send_away(folder, keeper)
        forget(folder)
        shutil.rmtree(folder, ignore_errors=True)

    def attach(self, agent: str) -> Sequence[str]:
        self._record(agent)
        return same_python(f"{__package__}.{_ATTACH}", str(self._folder(agent)))

    def _folder(self, agent: str) -> Path:
        return self._root / session_id(agent)

    def _ask(self, agent: str, **asked: Any) -> Any:
        self._record(agent)
        return ask(self._folder(agent), asked)

    def _clear_for(self, agent: str) -> None:
        record = _record_of(self._folder(agent))
        if record and not record.pane().dead:
            raise HeldByOther(f"{agent} runs already, as process {record.program.pid}", f"end it: cotemp down {agent}")
        self.stop(agent)

    def _record(self, agent: str) -> Record:
        record = _record_of(self._folder(agent))
        if not record:
            raise NotFound(f"{agent} has no terminal", f"start it: cotemp up {agent}")
        return record

    def _records(self) -> Iterator[tuple[Path, Record]]:
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(self._root)):
                folder = self._root / name
                if not name.startswith(".") and (record := _record_of(folder)):
                    yield folder, record


def _record_of(folder: Path) -> Record | None:
    """The record; where its file is damaged, the keeper tells it anew."""
    if (record := read_record(folder)) or not (folder / RECORD).exists():
        return record
    with contextlib.suppress(CotempError, KeyError, TypeError, ValueError, AttributeError):
        return Record.from_json(ask(folder, {"do": "look"}, _QUICKLY))
    return None


def _alive(record: Record) -> psutil.Process | None:
    import psutil

    if life(record.keeper) is Life.ALIVE:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(record.keeper.pid)
    return None


def _send_away(folder: Path, keeper: psutil.Process | None) -> None:
    if keeper:
        with contextlib.suppress(CotempError):
            ask(folder, {"do": "leave"}, _QUICKLY)
        trees.await_end(keeper, _QUICKLY)
