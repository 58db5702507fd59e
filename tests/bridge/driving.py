"""Drives the bridge as PowerShell does: a child process, one JSON line each way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["Server", "call", "key", "line", "serving"]

SERVE = (sys.executable, "-m", "cotemp", "bridge", "serve")
DYING = """
import os, signal, sys
from unittest.mock import patch
from cotemp.bridge import stdio
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
with patch({at!r}, die):
    stdio.serve(os.environ)
"""
"""A server that is killed (-9) at one place of ours."""


def key() -> str:
    """A new request key."""
    return str(uuid.uuid4())


def line(method: str, params: Mapping[str, Any] | None = None, request_id: Any = 1) -> bytes:
    """A request as it is written."""
    request = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params or {}}
    return json.dumps(request).encode() + b"\n"


class Server:
    """A running server."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self.process = process
        self.stdin = process.stdin
        self.stdout = process.stdout

    def write(self, data: bytes) -> None:
        """Write bytes, whatever they are."""
        self.stdin.write(data)
        self.stdin.flush()

    @contextmanager
    def pouring(self, data: bytes) -> Iterator[None]:
        """Write bytes beside what the block does, which may read, or kill the server: then the rest is let go."""

        def pour() -> None:
            with suppress(OSError):
                self.write(data)

        thread = threading.Thread(target=pour)
        thread.start()
        try:
            yield
        except BaseException:
            self.process.kill()  # it may wait for a reader, and the thread for it
            raise
        finally:
            thread.join()

    def answer(self) -> Any:
        """The next line; None at the end."""
        got = self.stdout.readline()
        return json.loads(got) if got else None

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a call. Fails when it is an error."""
        self.write(line(method, params))
        answer = self.answer()
        assert answer, "it has ended"
        assert "result" in answer, answer
        return answer["result"]

    def end(self) -> int:
        """Close its stdin; returns the exit code."""
        self.stdin.close()
        return self.process.wait(20)


@contextmanager
def serving(argv: tuple[str, ...] = SERVE, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server, which is gone when the block ends."""
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(env or {})}
    )
    with process:
        server = Server(process)
        try:
            yield server
        finally:
            process.kill()
            with suppress(OSError):  # what it did not read
                server.stdin.close()


def dying(at: str) -> tuple[str, ...]:
    """A server that is killed when it comes to `at`, a function of ours."""
    return sys.executable, "-c", DYING.format(at=at)


def call(method: str, stdin: bytes, *options: str) -> tuple[int, Any]:
    """`cotemp bridge call`: its exit code and its answer."""
    argv = [sys.executable, "-m", "cotemp", *options, "bridge", "call", method]
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1
    return done.returncode, json.loads(done.stdout)
