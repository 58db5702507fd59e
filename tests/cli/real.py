"""The real command line as a program of its own, in a home of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cotemp import dos
from cotemp.cli.entry import run
from cotemp.dos import Dropped
from cotemp.messages.do import Draft, Repo
from cotemp.names import split_running
from cotemp.places import Places, default_home
from cotemp.runner import read_output
from cotemp.runner.engines import ENGINES
from cotemp.supervisor import control
from tests.waiting import eventually

__all__ = ["PROGRAM", "Ran", "background", "cotemp", "drop", "end_daemon", "here", "home", "running"]

PROGRAM = [sys.executable, "-m", "cotemp"]
if sys.platform == "win32":
    KILL = signal.SIGTERM
else:
    KILL = signal.SIGKILL


class Ran(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def cotemp(*argv: str, typed: str | None = None) -> Ran:
    """Run a command line to its end."""
    given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}
    done = subprocess.run([*PROGRAM, *argv], capture_output=True, encoding="utf-8", timeout=60, check=False, **given)
    assert done.returncode != 70, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def here(*argv: str) -> Ran:
    """Run a command line in this process, which takes a tenth of the time."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        io.TextIOWrapper(out, "utf-8", newline="") as stdout,
        io.TextIOWrapper(err, "utf-8", newline="") as stderr,
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        code = run(argv)
        stdout.flush()
        stderr.flush()
        said = Ran(code, out.getvalue().decode(), err.getvalue().decode())
    assert code != 70, said.err
    return said


@contextlib.contextmanager
def background(*argv: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """A command line that goes on; it is killed at the end, if it still runs."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, *argv], stdin=stdin, stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


def home() -> Places:
    """The home that the command line finds."""
    return Places.at(default_home())


def end_daemon() -> None:
    """Kill this home's daemon, if there is one."""
    found = control.daemon(home())
    if found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.process.pid, KILL)
        eventually(lambda: control.daemon(home()) is None)


def drop(script: str, session: str = "co-migrate", engine: str = "python", repo: Path | None = None) -> Dropped:
    """Drop a script into a session, which is created if need be."""
    draft = Draft("Test", script, session, Repo("x", str(repo) if repo else None))
    return dos.drop(home(), session, draft, ENGINES[engine], create=True)


def running(session: str, said: str) -> str:
    """Wait until a DO of `session` runs and has printed `said`; returns its run id."""

    def look() -> str | None:
        for path in home().session(session).running.glob("*__*"):
            run_id = (split_running(path.name) or ("",))[0]
            if said.encode() in read_output(home().runs / run_id):
                return run_id
        return None

    return eventually(look, what=f"a DO of {session} that printed {said!r}") or ""
