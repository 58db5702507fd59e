"""A user with keys, a repo and two sessions; the DOs of a stranger run there, behind the walls or without them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cotemp.config import Config
from cotemp.dos import drop
from cotemp.messages.do import Draft, Flags, Repo
from cotemp.messages.policy import Enforcing, Policy, Unenforced
from cotemp.places import Places, SessionPlaces, default_home, own_config_file
from cotemp.runner.engines import ENGINES
from cotemp.store.ledger import Ledger, Row
from tests.cli.real import Ran, here
from tests.conftest import need
from tests.dispatch.boards import Running, running
from tests.waiting import eventually

__all__ = ["ATTEMPTS", "Lair", "Told", "tries"]

SESSIONS = ("co-mine", "co-other")
ATTEMPTS = """
import json, os, subprocess, sys
from pathlib import Path
def call(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    assert done.returncode == 0, (done.stdout + done.stderr)[-300:]
    return done.stdout
def write(path, text="evil"):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
def append(path, text="evil"):
    with open(path, "a") as file:
        file.write(text)
def read(path):
    text = Path(path).read_text(errors="replace")
    assert text, "it is empty"
    return text
def seen(file, wanted):
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / file).read_bytes():
                return True
        except OSError:  # it ended meanwhile, or is not ours
            pass
    raise LookupError(wanted)
told = {}
def tell(name, attempt):
    try:
        told[name] = attempt()
    except BaseException as error:
        told[name] = f"no: {type(error).__name__}: {error}"[:300]
"""


def tries(attempts: dict[str, str]) -> str:
    """A Python DO that tries all of these expressions and tells what came of each, in JSON on its last line."""
    lines = [f"tell({name!r}, lambda: {attempt})" for name, attempt in attempts.items()]
    return ATTEMPTS + "\n".join([*lines, 'print("told " + json.dumps(told, default=str))', ""])


@dataclass(frozen=True)
class Told:
    """One run: its row, its JSON log, and its output."""

    row: Row
    log: dict[str, Any]
    text: str

    @property
    def attempts(self) -> dict[str, Any]:
        """What `tries` printed."""
        lines = [line for line in self.text.splitlines() if line.startswith("told ")]
        assert lines, (self.text, self.row.outcome, self.row.reason)
        told: dict[str, Any] = json.loads(lines[-1].removeprefix("told "))
        return told

    def worked(self) -> set[str]:
        """The attempts that did not fail."""
        return {name for name, what in self.attempts.items() if not str(what).startswith("no: ")}


@dataclass
class Lair:
    """The machine of one user. Its home, state and settings are where the command line finds them."""

    user: Path
    key: str = "the key of a human"
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.places = Places.at(default_home())
        for session in SESSIONS:
            self.places.session(session).make()
        self.places.make_state()
        self.settings("")
        for path, text in {
            self.user / ".ssh" / "id_ed25519": self.key,
            self.user / ".bashrc": "# mine\n",
            self.user / ".config" / "autostart" / "mine.desktop": "[Desktop Entry]\n",
            self.repo / "file": "old\n",
            self.repo / ".env": "PASSWORD=in-the-repo\n",
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    @property
    def repo(self) -> Path:
        """A folder that DOs may write."""
        return self.user / "src" / "app"

    @property
    def mine(self) -> SessionPlaces:
        return self.places.session("co-mine")

    def settings(self, more: str) -> None:
        """The owner's `agents.toml`: DOs may write below ~/src; `more` stands in `[policy]`."""
        file = own_config_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'schema = 1\n[policy]\nrepos = ["{self.user}/src"]\n{more}')

    def make_git(self) -> None:
        """Make the repo one of git's, with one commit."""
        need("git")
        name = ("-c", "user.name=a", "-c", "user.email=a@b")
        for words in (("init", "-q", "-b", "main"), ("add", "file"), (*name, "commit", "-qm", "x")):
            subprocess.run(("git", *words), cwd=self.repo, check=True)

    def config(self, *, walls: bool = True, **policy: Any) -> Config:
        """The owner's settings; without walls, they switch the sandbox off and let everything run."""
        none = {} if walls else {"enforcer": Enforcing.NONE, "unenforced": Unenforced.RUN}
        return Config(policy=Policy(**{"repos": (Path(os.path.realpath(self.user / "src")),)} | none | policy))

    def here(self, *argv: str) -> Ran:
        """What the user types, in their own terminal."""
        return here(*argv)

    @contextmanager
    def watched(self, *sessions: str, walls: bool = True, **policy: Any) -> Iterator[Running]:
        """A switchboard that watches the sessions (default: both)."""
        with running(self.places, *(sessions or SESSIONS), config=self.config(walls=walls, **policy)) as board:
            yield board

    def drop(
        self, body: str, *, session: str = "co-mine", engine: str = "python", repo: Path | str | None = None,
        title: str = "T", timeout: float | None = None, **consent: bool,
    ) -> Path:  # fmt: skip
        """Drop a DO; returns its file in the inbox."""
        about = Repo("x", str(repo) if repo else None)
        draft = Draft(title, body, session, about, consent=Flags(**consent), timeout=timeout)
        return drop(self.places, session, draft, ENGINES[engine]).path

    def run(self, body: str, *, walls: bool = True, seconds: float = 30.0, **more: Any) -> Told:
        """Drop one DO, let it run to its end."""
        (told,) = self.run_all([(body, more)], walls=walls, seconds=seconds)
        return told

    def run_all(
        self, dos: list[tuple[str, dict[str, Any]]], *, walls: bool = True, seconds: float = 30.0
    ) -> list[Told]:
        """Drop DOs one after the other, each when the one before has been filed or held."""
        found = []
        with self.watched(walls=walls) as board:
            for body, more in dos:
                name = self.drop(body, **more).name
                found.append(self.told(self.settled(name, board, seconds)))
        return found

    def settled(self, do_file: str, board: Running, seconds: float = 30.0) -> Row:
        """The run of the DO of this file name, when it was filed or is held."""

        def look() -> Row | None:
            with Ledger(self.places) as ledger:
                rows = [row for row in ledger.rows() if row.do_file == do_file]
            return next((row for row in rows if row.filed or row.state.value == "held"), None)

        try:
            found = eventually(look, seconds, do_file)
        except AssertionError as error:
            raise AssertionError(f"{error}; events: {board.texts()}") from None
        assert found
        return found

    def told(self, row: Row) -> Told:
        """All about a run."""
        with Ledger(self.places) as ledger:
            log: dict[str, Any] = dict(ledger.log(row.run_id))
        text = self.places.session(row.session).logs / f"{row.base}.txt"
        return Told(row, log, text.read_text(encoding="utf-8") if text.exists() else "")

    def artifacts(self, row: Row) -> Path:
        """Where the artifacts of a filed run lie."""
        return self.places.session(row.session).outbox / f"{row.base}.d"
