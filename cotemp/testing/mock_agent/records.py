"""The files in which the mock agent tells of itself, and those that tell it what to do."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["Records"]


class Records:
    """One mock agent's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = folder / "commands"
        self.mute = False
        self._started = time.time()
        for one in ("commands", "sessions", "conversations"):
            (folder / one).mkdir(parents=True, exist_ok=True)

    def sent(self, kind: str, text: str, **more: Any) -> None:
        """Note down what somebody sent."""
        self._append("turns.jsonl", {"kind": kind, "text": text, **more})

    def life(self, event: str, **more: Any) -> None:
        """Note down a start or an end."""
        self._append("life.jsonl", {"event": event, "pid": os.getpid(), **more})

    def at_start(self) -> list[str]:
        """The commands that every start takes."""
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "at_start").read_text(encoding="utf-8").splitlines()
        return []

    def waiting(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Commands that nobody took yet, each with what to call when it was done."""
        for name in sorted(one for one in os.listdir(self.commands) if not one.startswith(".")):
            file = self.commands / name
            yield file.read_text(encoding="utf-8").strip(), file.unlink

    def say(self, session_id: str, status: str, waiting_for: str = "") -> None:
        """Tell what it does, as claude does in its session file; nothing while mute."""
        file = self._session_file()
        if self.mute:
            file.unlink(missing_ok=True)
            return
        now = int(time.time() * 1000)
        said: dict[str, Any] = {
            "pid": os.getpid(),
            "sessionId": session_id,
            "cwd": os.getcwd(),
            "startedAt": int(self._started * 1000),
            "procStart": _start_of_process(),
            "version": "1.0.0",
            "kind": "interactive",
            "status": status,
            "statusUpdatedAt": now,
            "updatedAt": now,
        }
        _write(file, said | ({"waitingFor": waiting_for} if waiting_for else {}))

    def leave(self) -> None:
        """Say nothing any more, as after a clean exit."""
        self._session_file().unlink(missing_ok=True)

    def remember(self, session_id: str, turns: list[tuple[str, str]]) -> None:
        """Keep a conversation for `--resume`."""
        _write(self._conversation(session_id), {"sessionId": session_id, "turns": turns})

    def recall(self, session_id: str) -> list[tuple[str, str]] | None:
        """A conversation that was kept; None when that id is not known."""
        try:
            found = json.loads(self._conversation(session_id).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return [(who, text) for who, text in found["turns"]]

    def forget(self) -> None:
        """Know no conversation any more."""
        for file in (self.folder / "conversations").iterdir():
            file.unlink(missing_ok=True)

    def _session_file(self) -> Path:
        return self.folder / "sessions" / f"{os.getpid()}.json"

    def _conversation(self, session_id: str) -> Path:
        return self.folder / "conversations" / f"{session_id}.json"

    def _append(self, name: str, entry: dict[str, Any]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(), **entry}, ensure_ascii=False) + "\n"
        with (self.folder / name).open("ab", buffering=0) as stream:
            stream.write(line.encode())  # in one piece: several agents may share a folder


def _write(file: Path, content: dict[str, Any]) -> None:
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_text(json.dumps(content, indent=1), encoding="utf-8")
    new.replace(file)


def _start_of_process() -> str:
    """What guards against a pid that was given to another process: field 22 of /proc/self/stat; empty elsewhere."""
    if sys.platform != "linux":
        return ""
    return Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
