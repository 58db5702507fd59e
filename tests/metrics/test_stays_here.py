"""Nothing leaves this machine: what tells of the work neither imports nor reaches any network."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cotemp

PACKAGE = Path(cotemp.__file__).parent
ROOMS = (
    "metrics.py",
    "bpoe.py",
    "chat",
    "ticker",
    "timeline",
    "report",
    "cli/metrics.py",
    "cli/ticker.py",
    "cli/report.py",
)
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "nats", "nntplib", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "telnetlib", "urllib3", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip
PROGRAM = """
import json, os, sys
heard = []
sys.addaudithook(lambda event, _: heard.append(event) if event.split(".")[0] in {network} else None)
{planted}
sys.stdout = sys.stderr
from cotemp.cli.entry import run
code = run(sys.argv[1:])
sys.__stdout__.write(json.dumps([code, sorted(set(sys.modules)), heard]))
"""
WATCHED = {"socket", "urllib", "http", "ftplib", "smtplib", "imaplib", "poplib", "webbrowser", "subprocess"}
COMMANDS = (
    ["metrics"], ["metrics", "--prometheus"], ["metrics", "--record"], ["ticker"], ["bpoe"],
    ["log-bpoe", "Title", "Body"],
    ["report", "co-migrate", "-o", "-"],
)  # fmt: skip


def imported(source: str) -> Iterator[str]:
    """The modules that a source imports, wherever in it; of relative imports those of other packages cannot be."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def sources(*names: str) -> Iterator[Path]:
    for name in names:
        path = PACKAGE / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def reaches_out(module: str) -> bool:
    return module.partition(".")[0] in NETWORK or module.startswith("urllib.request")


@pytest.mark.parametrize("file", list(sources(*ROOMS)), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_room_that_tells_of_the_work_imports_network_code(file: Path) -> None:
    """Not one line of these rooms imports what could send anything, not even inside a function."""
    assert [module for module in imported(file.read_text(encoding="utf-8")) if reaches_out(module)] == []


def test_an_import_would_be_seen() -> None:
    """The search above finds an import that hides in a function."""
    hidden = "def f():\n    from urllib.request import urlopen\n    import http.client as h\n    from . import socket\n"
    assert [module for module in imported(hidden) if reaches_out(module)] == ["urllib.request", "http.client"]


def ran(argv: list[str], planted: str = "") -> tuple[int, set[str], list[str]]:
    program = PROGRAM.format(network=WATCHED, planted=planted)
    done = subprocess.run(
        [sys.executable, "-c", program, *argv], capture_output=True, text=True, timeout=60, check=True
    )
    code, modules, heard = json.loads(done.stdout)
    return code, set(modules), heard


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_no_command_that_tells_of_the_work_reaches_out(argv: list[str], nobody_home: Path) -> None:
    """While they run, no socket is made, no program is started, and nothing that speaks a protocol is even loaded."""
    (nobody_home / "Downloads" / "CoTemp" / "sessions" / "co-migrate" / "inbox").mkdir(parents=True)
    code, modules, heard = ran(argv)
    assert code in (0, 1)
    assert heard == []
    assert modules & {"ssl", "http.client", "urllib.request", "asyncio", "smtplib", "ftplib", "requests"} == set()
    loaded = [PACKAGE.parent / f"{name.replace('.', '/')}.py" for name in modules if name.startswith("cotemp.")]
    ours = [file for file in loaded if file.is_file()]
    assert len(ours) > 10
    assert [file for file in ours if any(map(reaches_out, imported(file.read_text(encoding="utf-8"))))] == []


def test_reaching_out_would_be_heard() -> None:
    """The hook above hears of a socket that somebody makes."""
    assert "socket.__new__" in ran(["--version"], "import socket; socket.socket().close()")[2]
