"""Runs a service's command once, outside of any terminal, and keeps the end of what it printed."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from ...errors import CotempError, HeldByOther, ToolMissing
from ...places import write_whole
from ...redact import Scrubber
from ...store.identity import Life, ProcessId, identify, life
from ...times import local_now, utc

__all__ = ["KEPT", "run_service"]

KEPT = 256 * 1024
"""Bytes of `service.log`: the end of all runs together."""
_LINGER = 1.0
"""Seconds for which output is read after the end of the command; what it started may hold its pipe for ever."""


def run_service(argv: Sequence[str], cwd: Path, env: Mapping[str, str], folder: Path, scrubber: Scrubber) -> None:
    """Run it to its end; its output, without secrets, is appended to `service.log` in `folder`.

    Raises HeldByOther when the last one still runs, ToolMissing when it cannot be started, CotempError when it failed.
    """
    _refuse_second(folder)
    began = utc(local_now())
    process = _started(argv, cwd, env)
    _note(folder, process.pid)
    assert process.stdout is not None
    output = _Output(process.stdout, scrubber.fresh())
    code = process.wait()
    _append(folder / "service.log", f"--- {began} exit code {code}\n".encode() + output.end())
    if code:
        raise CotempError(f"{Path(argv[0]).name} ended with exit code {code}", f"see {folder / 'service.log'}")


def _started(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise ToolMissing(f"{argv[0]} cannot be run: {error.strerror}", "check its argv and workdir") from None


class _Output:
    """Reads what a process prints, scrubs it at once, and keeps the end of it."""

    def __init__(self, pipe: IO[bytes], scrubber: Scrubber) -> None:
        self._pipe, self._scrubber = pipe, scrubber
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, name="service", daemon=True)
        self._thread.start()

    def end(self) -> bytes:
        """What was printed, its last line ended."""
        self._thread.join(_LINGER)
        kept = bytes(self._kept)
        return kept if kept.endswith(b"\n") or not kept else kept + b"\n"

    def _read(self) -> None:
        with self._pipe:
            while data := self._pipe.read1(65536):  # type: ignore[attr-defined]
                self._keep(self._scrubber.feed(data))
            self._keep(self._scrubber.finish())

    def _keep(self, data: bytes) -> None:
        self._kept += data
        del self._kept[:-KEPT]


def _refuse_second(folder: Path) -> None:
    """A daemon that was killed may have left one that still runs."""
    try:
        told = json.loads((folder / "service.json").read_bytes())
        process = ProcessId(int(told["pid"]), str(told["host"]), str(told["start_token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return
    if life(process) is not Life.DEAD:
        raise HeldByOther(f"its last run (process {process.pid}) has not ended", "wait for it, or end that process")


def _note(folder: Path, pid: int) -> None:
    process = identify(pid)
    if process:
        told = {"schema": 1, "pid": pid, "host": process.host, "start_token": process.start_token}
        write_whole(folder / "service.json", json.dumps(told, indent=1).encode(), mode=0o600)


def _append(log: Path, data: bytes) -> None:
    try:
        before = log.read_bytes()
    except OSError:
        before = b""
    write_whole(log, (before + data)[-KEPT:], mode=0o600)
