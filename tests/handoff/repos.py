"""Real git repos to hand work over in, made as agents make them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Builder",
    "GIT_AUTHOR_EMAIL": "builder@example.com",
    "GIT_COMMITTER_NAME": "Builder",
    "GIT_COMMITTER_EMAIL": "builder@example.com",
}


@dataclass
class Clone:
    """A repo and its working tree; each commit is a minute later than the one before."""

    path: Path
    minute: int = 0

    def git(self, *words: str | bytes, given: bytes | None = None) -> str:
        """What git says; it must say yes."""
        date = f"{1_790_000_000 + 60 * self.minute} +0200"
        env = os.environ | ENV | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(["git", *words], cwd=self.path, env=env, input=given, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="replace").strip()

    def write(self, name: str, text: str | bytes) -> Path:
        """A file in the working tree."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def commit(self, subject: str | bytes, **files: str) -> str:
        """Commit everything, `files` too (`__` stands for a dot); returns the commit's id."""
        self.minute += 1
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "-A")
        message = subject if isinstance(subject, bytes) else subject.encode()
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", given=message)
        return self.git("rev-parse", "HEAD")


def new_repo(path: Path, *words: str) -> Clone:
    """An empty repo with the branch main."""
    path.mkdir(parents=True)
    clone = Clone(path)
    clone.git("init", "-q", "-b", "main", *words)
    return clone


def clone_of(origin: Path, path: Path, *words: str) -> Clone:
    """Another clone of `origin`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Clone(path.parent).git("clone", "-q", *words, str(origin), path.name)
    return Clone(path)


def many(clone: Clone, subjects: list[str]) -> None:
    """So many commits at once on main, in no time."""
    stream = b""
    for number, subject in enumerate(subjects):
        text = subject.encode()
        first = b"from refs/heads/main^0\n" if number == 0 and clone.minute else b""
        when = b"%d +0000" % (1_700_000_000 + number)
        stream += b"commit refs/heads/main\nauthor A <a@b> " + when + b"\ncommitter A <a@b> " + when
        stream += b"\ndata %d\n%s\n%s" % (len(text), text, first)
    clone.git("fast-import", "--quiet", given=stream)
