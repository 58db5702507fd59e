"""Runs the configured checks, each as often as it says, and keeps what came of them for `status`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from ...asking import NoAnswer, ask
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
_MOST = 1024 * 1024


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
        said = ask(check.argv, os.environ, most=_MOST, patience=check.timeout, with_errors=True, alone=True)
    except NoAnswer:
        return CheckSeen(ok=False, at=at, text=f"no answer in {check.timeout:g} s")
    except OSError as error:
        return CheckSeen(ok=False, at=at, text=f"{check.argv[0]} cannot be run: {error.strerror}")
    if said.code is None:
        return CheckSeen(ok=False, at=at, text=f"it was ended: it said more than {_MOST:,} bytes")
    lines = scrubber.scrub(said.out[-_READ:].decode("utf-8", "replace")).strip().splitlines()
    words = display_line(lines[-1], WIDTH) if lines else ""
    return CheckSeen(ok=said.code == 0, at=at, text=words if said.code == 0 else words or f"exit code {said.code}")


def keep(file: Path, checks: Mapping[str, CheckSeen]) -> None:
    """Write down how the checks went, for who asks when no daemon runs. Raises StorageFailed."""
    rows = [{"name": name, "ok": one.ok, "at": utc(one.at), "text": one.text} for name, one in checks.items()]
    write_whole(file, json.dumps({"schema": 1, "checks": rows}, indent=1).encode() + b"\n", mode=0o600)
