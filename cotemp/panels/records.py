"""One panel's record: what its file says, and what can be said of its process."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadName
from ..names import session_id
from ..places import Places, SessionPlaces
from ..store.identity import Life, ProcessId, host_id, identify, life, machine_of
from ..store.mailbox import NotPlain, read_plain

if TYPE_CHECKING:
    from ..messages.panel import PanelRecord

__all__ = ["Panel", "Presence", "Unreadable", "everything", "known", "made", "presence", "read"]

RECORD_LIMIT = 64 * 1024
"""The largest panel record in bytes; real ones have about 500."""

_KEYS = ("pid", "name", "session_id", "inbox", "outbox", "logs", "ts", "host", "start_token")
_LARGEST_PID = 2**31 - 1
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class Presence(StrEnum):
    """What can be said about the process of a panel.

    `unverified`: its pid is alive, but the record (the original's) does not tell whether it is the same
    process. `elsewhere`: it was registered on another machine or in another container.
    """

    ALIVE = "alive"
    UNVERIFIED = "unverified"
    ELSEWHERE = "elsewhere"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Panel:
    """One record. The folders follow from `session_id`; the paths in the file are never used as paths.

    `ts` is the original's local time with offset; `host` and `start_token` are None in records of the original.
    """

    pid: int
    name: str
    session_id: str
    inbox: str
    outbox: str
    logs: str
    ts: str
    host: str | None
    start_token: str | None
    file: Path = Path()
    state: Presence = Presence.ALIVE

    def record(self) -> PanelRecord:
        """The JSON record: the original's seven keys in its order, then ours."""
        return {
            "pid": self.pid,
            "name": self.name,
            "session_id": self.session_id,
            "inbox": self.inbox,
            "outbox": self.outbox,
            "logs": self.logs,
            "ts": self.ts,
            "host": self.host,
            "start_token": self.start_token,
        }


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file in the place of a record that is none, and why."""

    file: Path
    why: str


def _files(places: Places) -> list[Path]:
    try:
        return [places.panels / name for name in sorted(os.listdir(places.panels)) if name.lower().endswith(".json")]
    except (FileNotFoundError, NotADirectoryError):
        return []


def everything(places: Places) -> list[Panel | Unreadable]:
    """Every record of the home, and every file that stands in the place of one."""
    return [found for file in _files(places) if (found := read(places, file))]


def known(places: Places) -> list[Panel]:
    """Every panel of the registry, dead ones too."""
    return [found for found in everything(places) if isinstance(found, Panel)]


def read(places: Places, file: Path) -> Panel | Unreadable | None:
    """What `file` holds; None when it is gone."""
    try:
        data, _ = read_plain(file, RECORD_LIMIT + 1)
    except FileNotFoundError:
        return None
    except NotPlain as error:
        return Unreadable(file, f"it is {error.kind}")
    except OSError as error:
        return Unreadable(file, error.strerror or str(error))
    if len(data) > RECORD_LIMIT:
        return Unreadable(file, f"it is larger than {RECORD_LIMIT // 1024} KiB")
    try:
        return _panel(places, file, json.loads(data.decode("utf-8-sig")))
    except (RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        return Unreadable(file, f"it is no JSON ({error})")
    except ValueError as error:
        return Unreadable(file, str(error))
    except BadName as error:
        return Unreadable(file, error.what)


def _panel(places: Places, file: Path, record: Any) -> Panel:
    """The panel of a parsed record. Raises ValueError or BadName that says what is wrong with it."""
    if not isinstance(record, dict):
        raise ValueError("it is no record")
    pid, host, token = record.get("pid"), record.get("host"), record.get("start_token")
    if type(pid) is not int or not 0 < pid <= _LARGEST_PID:
        raise ValueError(f"pid is no process id: {pid!r:.40}")
    for key, value in record.items():
        if key in _KEYS[1:] and not (isinstance(value, str) or (value is None and key in ("host", "start_token"))):
            raise ValueError(f"{key} is no text: {value!r:.40}")
    missing = [key for key in ("name", "session_id") if key not in record]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    folders = SessionPlaces(record["session_id"], places.sessions / session_id(record["session_id"]))
    panel = made(folders, record["name"], pid, record.get("ts", ""), host, token)
    return replace(panel, file=file, state=_state(pid, host, token, record.get("inbox", "")))


def made(session: SessionPlaces, name: str, pid: int, ts: str, host: str | None, start_token: str | None) -> Panel:
    """A panel of `session` that no file holds yet."""
    inbox, outbox, logs = map(str, (session.inbox, session.outbox, session.logs))
    return Panel(pid, name, session.id, inbox, outbox, logs, ts, host, start_token)


def _state(pid: int, host: str | None, token: str | None, inbox: str) -> Presence:
    """What can be said about the process; `inbox`, as recorded, only tells which kind of system wrote it."""
    if host and token:
        return presence(pid, host, token)
    of_windows = _WINDOWS_PATH.match(inbox) is not None
    if (host and machine_of(host) != machine_of(host_id())) or (inbox and of_windows != (os.name == "nt")):
        return Presence.ELSEWHERE
    return presence(pid, host, token)


def presence(pid: int, host: str | None, token: str | None) -> Presence:
    """What can be said about a process now; without `host` and `token`, as about one of this machine."""
    if host and token:
        lives = {Life.ALIVE: Presence.ALIVE, Life.DEAD: Presence.DEAD, Life.UNKNOWN: Presence.ELSEWHERE}
        return lives[life(ProcessId(pid, host, token))]
    return Presence.UNVERIFIED if identify(pid) else Presence.DEAD
