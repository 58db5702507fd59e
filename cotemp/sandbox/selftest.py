"""Whether an enforcer really holds here: a program behind its walls tries everything that works without them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import CotempError
from ..names import random_part
from ..places import make_folder
from .enforcer import Enforcer
from .prefixes import programs
from .view import Confined, View

__all__ = ["Failed", "Leaked", "overlay_works", "passes"]

FOLDER = "self-test"
"""Folder in this machine's state in which the tests are made."""
SECONDS = 20.0
"""How long the probe may take; it takes 30 ms unless the machine is stuck."""
OUTLIVES = 5.0
"""How long after its parent's end a process must live to have outlived it; the kernel ends it in a few ms."""


class Failed(Exception):
    """The enforcer cannot start here; the message says why."""


class Leaked(Failed):
    """It started, but does not hold."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """A folder with everything that the probe goes for."""

    folder: Path

    @property
    def run_dir(self) -> Path:
        return self.folder / self.folder.name

    @property
    def key(self) -> Path:
        return self.folder / "home" / ".ssh" / "id_ed25519"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    @property
    def in_repo(self) -> Path:
        return self.folder / "repo" / "file"

    @property
    def in_upper(self) -> Path:
        return self.run_dir / "upper" / "file"

    def view(self, program: Path | str, *, overlay: bool = False) -> View:
        """A run of `program` that may nothing."""
        run_dir, repo = self.run_dir, self.folder / "repo"
        return View(
            run_dir=run_dir,
            do_copy=Path(program),
            do_path=self.folder / "hidden" / "inbox" / "DO_probe.py",
            artifacts=run_dir / "artifacts",
            outbox=run_dir / "outbox",
            cwd=repo,
            home_dir=self.folder / "home",
            repo=repo,
            repo_mode="overlay" if overlay else "read",
            upper=run_dir / "upper",
            work=run_dir / "work",
            hidden=(self.folder / "hidden",),
            programs=programs(sys.executable),
        )


def passes(enforcer: Enforcer, state_root: Path) -> None:
    """Let the probe try everything behind the walls of `enforcer`.

    Raises Leaked when it got anything or outlived its parent, Failed when it did not even start.
    """
    with _ground(state_root) as ground, _listeners(ground) as (port, path, abstract):
        mark = f"cotemp-{random_part(10)}"
        words = (str(port), str(path), abstract, str(ground.key), mark[::-1], str(ground.outside), str(ground.in_repo))
        confined = enforcer.confine(ground.view(Path(__file__).with_name("probe.py")))
        with _started(confined, (sys.executable, "-I", "-S", str(confined.do_path), *words), mark) as process:
            done = _said(process, confined)
            process.kill()  # not the probe: whoever started it
            if not _ended(process):
                done.append("outlive the run")
        changed = [path for path in (ground.outside, ground.in_repo) if path.read_bytes() != b"old"]
    if done or changed:
        raise Leaked(f"a script in it could {', '.join([*done, *(f'write {path}' for path in changed)])}")


def overlay_works(enforcer: Enforcer, state_root: Path) -> bool:
    """Whether a repo can be shown copy-on-write: what is written there is seen there, and stays out of the repo."""
    with _ground(state_root) as ground:
        try:
            confined = enforcer.confine(ground.view(Path(__file__).with_name("probe.py"), overlay=True))
        except CotempError:
            return False
        command = ("/bin/sh", "-c", 'printf new > "$0" && cat "$0"', str(ground.in_repo))
        with _started(confined, command, "overlay") as process:
            seen = _heard(process, b"new")
            process.wait(SECONDS)
        written = ground.in_upper.exists() and ground.in_upper.read_bytes() == b"new"
        return seen and written and ground.in_repo.read_bytes() == b"old"


@contextlib.contextmanager
def _ground(state_root: Path) -> Iterator[_Ground]:
    here = state_root / FOLDER
    make_folder(here, 0o700)
    with tempfile.TemporaryDirectory(prefix="test-", dir=here, ignore_cleanup_errors=True) as folder:
        ground = _Ground(Path(os.path.realpath(folder)))
        parts = ("artifacts", "outbox", "upper", "work")
        for path in (*(ground.run_dir / part for part in parts), ground.key.parent, ground.in_repo.parent):
            path.mkdir(parents=True)
        (ground.folder / "hidden").mkdir()
        for file in (ground.key, ground.outside, ground.in_repo):
            file.write_bytes(b"old")
        try:
            yield ground
        finally:
            inner = ground.run_dir / "work" / "work"  # the kernel leaves it closed, even to its owner
            if inner.exists():
                inner.chmod(0o700)


@contextlib.contextmanager
def _listeners(ground: _Ground) -> Iterator[tuple[int, Path, str]]:
    """Sockets that anybody could connect to: a port, a path that is in sight, and on Linux a name."""
    path, abstract = _socket_path(ground), f"cotemp-{random_part(10)}"
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        stack.enter_context(_listener(str(path)))
        stack.callback(path.unlink)
        if sys.platform == "linux":
            stack.enter_context(_listener("\0" + abstract))
        yield network.getsockname()[1], path, abstract


def _socket_path(ground: _Ground) -> Path:
    path = ground.in_repo.with_name("socket")
    fits = len(os.fsencode(path)) <= 100  # 104 bytes on macOS
    return path if fits else Path(tempfile.gettempdir(), f"cotemp-{random_part(10)}")


def _listener(name: str) -> socket.socket:
    if sys.platform == "win32":
        raise NotImplementedError
    one = socket.socket(socket.AF_UNIX)
    one.bind(name)
    one.listen()
    return one


@contextlib.contextmanager
def _started(confined: Confined, command: tuple[str, ...], mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """A shell called `mark` that starts `command` behind the walls and waits for it."""
    entry = Path(__file__).with_name("entering.py")
    argv = (sys.executable, "-I", "-S", str(entry), json.dumps(confined.entry()), *confined.prefix, *command)
    env = {"PATH": os.defpath, **dict(confined.env)}
    process = subprocess.Popen(
        ("/bin/sh", "-c", '"$@" & wait $!', mark, *argv), env=env, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()
            _remove(confined.groups)


def _said(process: subprocess.Popen[bytes], confined: Confined) -> list[str]:
    """What the probe says that it could do. Raises Failed when it says nothing."""
    line = b""
    while not line.endswith(b"]\n"):
        part = _part(process)
        if not part:
            raise Failed(_words(line) or "it ended without a word")
        line += part
    return [str(what) for what in json.loads(line.splitlines()[-1])]


def _heard(process: subprocess.Popen[bytes], wanted: bytes) -> bool:
    heard = b""
    while part := _part(process):
        heard += part
    return heard == wanted


def _part(process: subprocess.Popen[bytes]) -> bytes:
    """Some of what it wrote; empty at the end, or when nothing came for too long."""
    assert process.stdout
    ready = select.select([process.stdout], [], [], SECONDS)[0]
    return os.read(process.stdout.fileno(), 65536) if ready else b""


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether everybody has closed its output, which none of its processes does while it lives."""
    assert process.stdout
    deadline = time.monotonic() + OUTLIVES
    while (left := deadline - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0] and not os.read(process.stdout.fileno(), 65536):
            return True
    return False


def _words(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _remove(groups: tuple[Path, ...]) -> None:
    """Remove the control groups; the system takes a moment to see that they are empty."""
    deadline = time.monotonic() + 2.0
    for group in groups:
        while group.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                group.rmdir()
