"""What the tests of looking at agents stand on: subjects, screens of real programs, and an API that answers as told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cotemp.agents.backends import SHIPPED
from cotemp.agents.states import Reading
from cotemp.detect import Subject, read
from cotemp.hosts.host import Pane, Size

SCREENS = Path(__file__).parents[1] / "data" / "screens"
NOW = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
GREY, RED, OFF = "\x1b[2m", "\x1b[31m", "\x1b[0m"


def pane(title: str = "", pid: int = 0, *, dead: bool = False, exit_code: int | None = None) -> Pane:
    """A terminal as a host tells of it."""
    return Pane("builder", pid, dead, exit_code, title, 0.0, 0, None, False, Size())


def screen_of(folder: str, name: str) -> str:
    """A real screen."""
    return (SCREENS / folder / f"{name}.ansi").read_text(encoding="utf-8")


def truth_of(folder: str) -> list[list[str]]:
    """What was true when the screens of a folder were taken: rows of columns."""
    lines = (SCREENS / folder / "truth.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line]


def look(backend: str, screen: str | None, title: str | None = None, now: datetime = NOW, **more: Any) -> Reading:
    """Look at an agent of a shipped backend; without a title at its screen alone."""
    terminal = more.pop("pane", None) or (pane(title) if title is not None else None)
    if terminal is not None and terminal.pid == 0 and not terminal.dead:
        return _without_processes(backend, screen, terminal, now, more)
    return read(Subject(backend=SHIPPED[backend], screen=screen, pane=terminal, **more), now)


def _without_processes(
    backend: str, screen: str | None, terminal: Pane, now: datetime, more: dict[str, Any]
) -> Reading:
    """The same, for a terminal whose processes are not looked at: this very process stands for a stranger in it."""
    import os
    from dataclasses import replace

    terminal = replace(terminal, pid=os.getpid())
    return read(Subject(backend=SHIPPED[backend], screen=screen, pane=terminal, **more), now)


@dataclass
class Api:
    """What a program answers on loopback, and where."""

    port: int
    answers: dict[str, Any]
    asked: list[str]


@contextmanager
def api(answers: Mapping[str, Any]) -> Iterator[Api]:
    """A server that answers GET with JSON, by path; 404 for what is not there. A str is sent as it is."""
    told = Api(0, dict(answers), [])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            told.asked.append(self.path)
            answer = told.answers.get(self.path)
            body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
