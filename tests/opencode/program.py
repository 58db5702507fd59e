"""A real opencode in a terminal: where its binary comes from, how it is started, what it shows and says."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests.conftest import need
from tests.waiting import eventually

__all__ = ["VERSION", "Opencode", "binary", "environment", "free_port", "plain", "squeezed", "write_config"]

VERSION = "1.18.33"
PACKAGE = "opencode-linux-x64"
_GIVEN = os.environ.get("COTEMP_OPENCODE")
"""Read now: no test sees variables of that kind."""
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cotemp-tests"


def binary() -> Path:
    """A real opencode: $COTEMP_OPENCODE, else the one on PATH, else the npm package, installed once per machine."""
    found = _GIVEN or shutil.which("opencode")
    if found:
        return Path(found)
    return _installed()


def _installed() -> Path:
    folder = _CACHE / f"opencode-{VERSION}"
    program = folder / "node_modules" / PACKAGE / "bin" / "opencode"
    if program.exists():
        return program
    assert (sys.platform, platform.machine()) == ("linux", "x86_64"), "COTEMP_OPENCODE has to name an opencode"
    npm = need("npm")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(_CACHE / "lock"):
        if not program.exists():
            making = folder.with_suffix(".new")
            shutil.rmtree(making, ignore_errors=True)
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(making)]
            subprocess.run([npm, "install", *options, f"{PACKAGE}@{VERSION}"], check=True, timeout=100, cwd=_CACHE)
            making.rename(folder)
    return program


def environment(home: Path) -> dict[str, str]:
    """All of the environment that opencode gets: nothing of the user's."""
    switches = ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        **{f"OPENCODE_DISABLE_{switch}": "1" for switch in switches},
    }


def write_config(home: Path, url: str) -> None:
    """Give opencode a home that knows one model, at `url`, and asks before it runs or writes anything."""
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Mock",
        "options": {"baseURL": url, "apiKey": "none"},
        "models": {"mock": {"name": "Mock", "limit": {"context": 8000, "output": 1000}}},
    }
    config = {
        "autoupdate": False,
        "share": "disabled",
        "model": "mock/mock",
        "small_model": "mock/mock",
        "enabled_providers": ["mock"],
        "permission": {"bash": "ask", "edit": "ask"},
        "provider": {"mock": provider},
    }
    folder = home / ".config" / "opencode"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opencode.json").write_text(json.dumps(config, indent=1))


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Opencode:
    """One opencode in a tmux server of its own."""

    def __init__(self, program: Path, folder: Path, url: str, size: tuple[int, int] = (120, 40)) -> None:
        self.program = program
        self.home, self.work = folder / "home", folder / "work"
        self.size = size
        self.port = 0
        self._folder = folder
        self._starts = 0
        self.work.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True)
        write_config(self.home, url)

    def start(self, *arguments: str) -> None:
        """Start it; it serves its API at `port`. Returns when its composer is there."""
        self.port = free_port()
        self._starts += 1  # a tmux server that is told to end takes its time
        assigned = [f"{name}={value}" for name, value in environment(self.home).items()]
        command = [str(self.program), "--port", str(self.port), "--hostname", "127.0.0.1", *arguments]
        columns, rows = self.size
        self._tmux("new-session", "-d", "-s", "oc", "-x", str(columns), "-y", str(rows), "-c", str(self.work),
                   "env", "-i", *assigned, *command)  # fmt: skip
        eventually(lambda: "ctrl+p" in self.screen(), 60, "opencode is up")

    def screen(self) -> str:
        """What stands on its screen, with colours."""
        return self._tmux("capture-pane", "-p", "-e", "-t", "=oc:")

    def title(self) -> str:
        """Of its terminal."""
        return self._tmux("display-message", "-p", "-t", "=oc:", "#{pane_title}").rstrip("\n")

    def pid(self) -> int:
        """Of opencode itself."""
        return int(self._tmux("display-message", "-p", "-t", "=oc:", "#{pane_pid}"))

    def type(self, text: str) -> None:
        """Type text; no Enter."""
        self._tmux("send-keys", "-t", "=oc:", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys."""
        self._tmux("send-keys", "-t", "=oc:", *keys)

    def ask(self, text: str) -> None:
        """Type a prompt and send it."""
        self.type(text)
        eventually(lambda: text in plain(self.screen()), 20, "the text is in the composer")
        self.press("Enter")

    def api(self, path: str) -> Any:
        """What its API says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.load(answer)

    def status(self) -> str:
        """`busy`, `retry` or `idle`, as its API has it."""
        return next((one["type"] for one in self.api("/session/status").values()), "idle")

    def close(self) -> None:
        """End it and its terminal."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, timeout=10)

    @property
    def _socket(self) -> Path:
        return self._folder / f"tmux{self._starts}"

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", "/dev/null", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout


def squeezed(screen: str) -> str:
    """A screen without colours and white space: a narrow one breaks lines within words."""
    return "".join(plain(screen).split())


def plain(screen: str) -> str:
    """A screen without its colours."""
    return re.sub(r"\x1b\[[0-9;:]*m", "", screen)
