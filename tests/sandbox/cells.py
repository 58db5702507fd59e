"""A small machine inside a folder: HOME with a key, a home of cotemp with its state, a repo; and runs in it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cotemp.messages.do import Flags
from cotemp.runner import Launch, Runner, environment
from cotemp.runner.engines import ENGINES
from cotemp.sandbox import Bubblewrap, View, programs
from tests.conftest import need
from tests.runner.launches import Ran, approved

_numbers = itertools.count()
_ATTEMPTS = """
import json, os, socket, subprocess, sys
def tell(**attempts):
    told = {}
    for name, attempt in attempts.items():
        try:
            told[name] = attempt()
        except BaseException as error:
            told[name] = f"no: {type(error).__name__}"
    print("told " + json.dumps(told, default=str), flush=True)
def write(path, data=b"changed"):
    with open(path, "wb") as file:
        file.write(data)
    return "written"
def read(path):
    with open(path, "rb") as file:
        return file.read().decode(errors="replace")
def connect(family, kind, where, protocol=0):
    with socket.socket(family, kind, protocol) as one:
        one.settimeout(5)
        one.connect(where)
        one.send(b"x")
    return "connected"
def call(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return "done"
"""


@dataclass(frozen=True)
class Cell:
    """The folder of one test, and what runs DOs in it."""

    root: Path
    enforcer: Bubblewrap
    runner: Runner

    @classmethod
    def made(cls, root: Path, enforcer: Bubblewrap, runner: Runner) -> Cell:
        cell = cls(root, enforcer, runner)
        for path, text in {
            cell.home / ".ssh" / "id_ed25519": "the key",
            cell.cotemp / "sessions" / "other" / "inbox" / "NOTE_x.md": "for others",
            cell.cotemp / "sessions" / "s" / "inbox" / "NOTE_y.md": "for us",
            cell.config / "agents.toml": "[policy]",
            cell.state / "ledger.db": "the ledger",
            cell.repo / "file": "old",
            cell.repo / ".env": "PASSWORD=hidden",
            cell.repo / "deep" / "er" / ".env.local": "PASSWORD=hidden",
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return cell

    @property
    def home(self) -> Path:
        return self.root / "me"

    @property
    def cotemp(self) -> Path:
        return self.home / "Downloads" / "CoTemp"

    @property
    def config(self) -> Path:
        return self.home / ".config" / "cotemp"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def repo(self) -> Path:
        return self.home / "src" / "app"

    def make_git(self) -> None:
        """Make the repo one of git's, with one commit."""
        need("git")
        for words in (
            ("init", "-q"),
            ("add", "file"),
            ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"),
        ):
            subprocess.run(("git", *words), cwd=self.repo, check=True)

    def view(self, do_file: str = "DO_x.py", **more: Any) -> View:
        """A run that may nothing, unless `more` says otherwise."""
        run_dir = self.state / "runs" / f"run-{os.getpid()}-{next(_numbers)}"
        folders = {name: run_dir / name for name in ("artifacts", "outbox", "upper", "work", "copy")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        given: dict[str, Any] = {
            "run_dir": run_dir,
            "do_copy": run_dir / "do" / do_file,
            "do_path": self.cotemp / "sessions" / "s" / "inbox" / do_file,
            "cwd": folders["artifacts"],
            "home_dir": self.home,
            "hidden": (self.cotemp, self.state, self.config),
            "programs": programs(sys.executable),
            **folders,
        }
        return View(**given | more)

    def launch(self, body: str, view: View, engine: str = "python", *, walls: bool = True, **more: Any) -> Launch:
        """A launch of `body` with `view`, or with the same circumstances and no walls."""
        data = body.encode()
        if not walls:
            view = replace(view, do_path=view.do_copy)
        consent = Flags(writes=view.repo_mode in ("overlay", "copy"), network=view.network, secrets=view.secrets)
        env = environment(
            os.environ | {"HOME": str(self.home)}, session="s", home=self.cotemp, run_id=view.run_dir.name,
            artifacts=view.artifacts, outbox=view.outbox, repo=view.repo, do_path=view.do_path, consent=consent,
        )  # fmt: skip
        given: dict[str, Any] = {
            "run_id": view.run_dir.name,
            "approved": approved(data),
            "data": data,
            "do_file": view.do_copy.name,
            "engine": ENGINES[engine],
            "run_dir": view.run_dir,
            "cwd": view.cwd,
            "env": env,
            "timeout": 60.0,
            "confined": self.enforcer.confine(view) if walls else None,
        }
        return Launch(**given | more)

    def run(self, body: str, view: View | None = None, engine: str = "python", **more: Any) -> Ran:
        """Run `body` to its end."""
        launch = self.launch(body, view or self.view(f"DO_x{ENGINES[engine].extension}"), engine, **more)
        return Ran(launch, self.runner.start(launch).wait(90))

    def tries(self, attempts: str, view: View | None = None, *, before: str = "", **more: Any) -> dict[str, Any]:
        """What came of each of `attempts` (Python keyword arguments of `tell`): its value, or "no: SomeError"."""
        ran = self.run(f"{_ATTEMPTS}{before}\ntell({attempts})\n", view or self.view(), **more)
        lines = [line for line in ran.said.splitlines() if line.startswith("told ")]
        assert lines, f"{ran.said!r} {ran.reason}"
        told: dict[str, Any] = json.loads(lines[-1].removeprefix("told "))
        return told
