"""After a run: its logs are written and its DO leaves the queue. Every step may be repeated after a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..names import TITLE_BYTES, fit, random_part, running_name
from ..places import TEMPORARY, SessionPlaces, storage_failed, write_whole
from ..renames import replace
from .mailbox import move

if TYPE_CHECKING:
    from ..messages.runlog import Reasons, RunLog

__all__ = ["file_run", "outbox_base", "refile"]


def outbox_base(do_file: str, run_id: str) -> str:
    """The common name of a run's outbox file and logs, without ending: `<DO's base>-<run id>`."""
    return fit(os.path.splitext(do_file)[0], TITLE_BYTES) + f"-{run_id}"


def file_run(session: SessionPlaces, log: RunLog, base: str, output: bytes) -> Path:
    """Write the JSON and TXT log of an ended run and move its DO to the outbox; returns the TXT's path.

    A rejected DO goes there as `rejected-…`, with its reasons beside it; of one that never ran, the reasons
    are the TXT. Raises StorageFailed when the disk refuses; calling it again then finishes the rest.
    """
    name = base + os.path.splitext(log["do_file"])[1]
    if log["outcome"] == "rejected":
        name = f"rejected-{name}"
        write_whole(session.outbox / f"{name}.reasons.json", _text(_reasons(log)))
    if log["outcome"] in ("rejected", "refused"):
        output = _said(log).encode("utf-8", "backslashreplace")
    text = session.logs / f"{base}.txt"
    _write_through(session, f"{base}.json", _text(log))
    _write_through(session, text.name, output)
    _leave_queue(session, log, name)
    return text


def refile(session: SessionPlaces, log: RunLog, base: str) -> None:
    """Write the JSON log of a run anew that was filed before; one that was cleared away since stays away.

    Raises StorageFailed when the disk refuses.
    """
    if (session.logs / f"{base}.json").exists():
        _write_through(session, f"{base}.json", _text(log))


def _reasons(log: RunLog) -> Reasons:
    return {
        "schema": 1,
        "run_id": log["run_id"],
        "do_file": log["do_file"],
        "reason": log["reason"],
        "problems": log["problems"],
    }


def _said(log: RunLog) -> str:
    file, listed = log["do_file"], log["problems"]
    lines = [f"{file}:{p['line']}:{p['column']}: {p['key']}: {p['what']}: {p['fix']}" for p in listed]
    return "\n".join([f"{log['outcome']}: {log['reason']}", *lines, ""])


def _write_through(session: SessionPlaces, name: str, data: bytes) -> None:
    """Write a log whole; its temporary file lies outside `logs/`, where people read "the newest file"."""
    temporary = session.running / (TEMPORARY + random_part(10))
    try:
        temporary.write_bytes(data)
        replace(temporary, session.logs / name)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise storage_failed(session.logs / name, error) from error


def _leave_queue(session: SessionPlaces, log: RunLog, name: str) -> None:
    claimed = session.running / running_name(log["run_id"], log["do_file"])
    try:
        move(claimed, session.outbox / name)
    except FileNotFoundError:
        return  # moved before the crash, or taken away by somebody
    except OSError as error:
        raise storage_failed(session.outbox / name, error) from error


def _text(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
