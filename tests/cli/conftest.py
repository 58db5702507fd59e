"""Running the pretend commands, in this process or as a program of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import pytest

from cotemp.cli.entry import run

from . import pretend

REPOSITORY = Path(__file__).parent.parent.parent
PROGRAM = [sys.executable, "-m", "tests.cli.pretend"]


class Said(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Say = Callable[..., Said]


@pytest.fixture(autouse=True)
def buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs buffer their output as they do for the user."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a pretend command in this process."""

    def said(*argv: str) -> Said:
        code = run(argv, pretend.TABLE)
        return Said(code, *capsys.readouterr())

    return said


def program(
    *argv: str,
    env: Mapping[str, str] | None = None,
    typed: str | None = None,
    stdout: int | IO[Any] = subprocess.PIPE,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """Run a pretend command as a program; `typed` is what its stdin holds, which else is closed."""
    source: dict[str, Any] = {"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}
    return subprocess.run(
        [*PROGRAM, *argv],
        env={**os.environ, "PYTHONIOENCODING": encoding, **(env or {})},
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding=encoding,
        cwd=REPOSITORY,
        timeout=30,
        check=False,
        **source,
    )
