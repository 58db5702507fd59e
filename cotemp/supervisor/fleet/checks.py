"""Runs the configured checks, each as often as it says, and keeps what came of them for `status`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ...config.settings import CheckConfig
from ...display import display_line
from ...places import write_whole
from ...redact import Scrubber
from ...times import utc
from ..plan.model import CheckSeen

__all__ = ["Due", "keep", "run_check"]

WIDTH = 200
"""Characters of a check's words that are shown."""
_READ = 16 * 1024


class Due:
    """Which checks are due. The first time each is due at once."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def take(self, checks: Mapping[str, CheckConfig]) -> Iterator[str]:
        """The names of those that are due now; each is due again in its time."""
        now = time.monotonic()
        for name, check in checks.items():
            if now - self._last.get(name, float("-inf")) >= check.every:
                self._last[name] = now
                yield name


def run_check(check: CheckConfig, at: datetime, scrubber: Scrubber) -> CheckSeen:
    """Run its command, at most `timeout` seconds; its last words, or why it failed, are what is shown."""
    try:
        code, said = _run(check.argv, check.timeout)
    except subprocess.TimeoutExpired:
        return CheckSeen(ok=False, at=at, text=f"no answer in {check.timeout:g} s")
    except OSError as error:
        return CheckSeen(ok=False, at=at, text=f"{check.argv[0]} cannot be run: {error.strerror}")
    lines = scrubber.scrub(said.decode("utf-8", "replace")).strip().splitlines()
    words = display_line(lines[-1], WIDTH) if lines else ""
    return CheckSeen(ok=code == 0, at=at, text=words if code == 0 else words or f"exit code {code}")


def _run(argv: Sequence[str], seconds: float) -> tuple[int, bytes]:
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=os.name == "posix",
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise
    return process.returncode, said[-_READ:]


def _kill(process: subprocess.Popen[bytes]) -> None:
    """It, and what it started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=1)


def keep(file: Path, checks: Mapping[str, CheckSeen]) -> None:
    """Write down how the checks went, for who asks when no daemon runs. Raises StorageFailed."""
    rows = [{"name": name, "ok": one.ok, "at": utc(one.at), "text": one.text} for name, one in checks.items()]
    write_whole(file, json.dumps({"schema": 1, "checks": rows}, indent=1).encode() + b"\n", mode=0o600)
