"""Where keepers come from (Linux, macOS): the zygote of this home, which is started when there is none."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ...errors import CotempError, NotFound, TookTooLong
from ...places import make_folder
from ...same_python import same_python
from ..lasting import outliving

assert sys.platform != "win32"

from .line import ask  # noqa: E402  (not on Windows)

__all__ = ["ZYGOTE", "start_keeper"]

ZYGOTE = ".zygote"
"""Its folder, beside those of the keepers; no agent's name begins with a dot."""
PATIENCE = 4.0
"""Seconds for a zygote to begin."""


def start_keeper(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Start a keeper for `folder`; its first record. Raises HeldByOther when it has one, TookTooLong, CotempError."""
    make_folder(folder, 0o700)
    zygote = folder.parent / ZYGOTE
    make_folder(zygote, 0o700)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            record: dict[str, Any] = ask(zygote, asked | {"folder": str(folder)})
            return record
        except NotFound:  # none runs, or it is just beginning or ending
            if time.monotonic() > deadline:
                raise TookTooLong(f"no keeper began within {PATIENCE:.0f} s", f"see {zygote / 'log'}") from None
        _start_zygote(zygote)


def _start_zygote(folder: Path) -> None:
    scope, more = outliving(os.environ)
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "USER") if name in os.environ}
    argv = [*scope, *same_python(f"{__package__}.zygote", str(folder))]
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            argv, env=environment | more | {"PYTHONUTF8": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=log, cwd="/", start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(log)
    assert process.stdout
    with process, process.stdout as said:
        if not select.select([said], [], [], PATIENCE)[0]:
            process.kill()
            raise TookTooLong(f"no keeper began within {PATIENCE:.0f} s", f"see {folder / 'log'}")
        if not os.read(said.fileno(), 100):
            raise CotempError("no keeper could be started", f"see {folder / 'log'}")
