"""Fetching the one ref that is watched, every so often and in the background; nobody is asked for a password."""

from __future__ import annotations

import os
import re
import threading
import time

from ..display import display_line
from .git import SAFE, GitFailed, Repo, ask, call, environment

__all__ = ["Fetcher", "fetch", "source_of"]

OFTEN = 30.0
"""Seconds between two fetches, unless the settings say otherwise."""
SELDOM = 600.0
"""Seconds between two fetches that fail, at most."""
PATIENCE = 30.0
_PROTOCOLS = "https:http:ssh:git:file"
_PROGRAMS = re.compile(
    r"core\.(sshcommand|gitproxy|alternaterefscommand)|credential\.(.+\.)?helper|remote\..+\.(uploadpack|vcs)",
    re.DOTALL,
)
"""Settings that name a program. In the repo's own file anybody who works there can have written them."""


def source_of(repo: Repo, ref: str) -> tuple[str, str] | None:
    """The remote and the branch there that `ref` follows; None for a local ref. Raises GitFailed."""
    asked = ["rev-parse", "--verify", "--quiet", "--symbolic-full-name", "--end-of-options", ref]
    name = os.fsdecode((ask(repo, asked, most=4096) or b"").strip() or ref.encode())
    if name.startswith("refs/") and not name.startswith("refs/remotes/"):
        return None
    name = name.removeprefix("refs/remotes/")
    remotes = os.fsdecode(ask(repo, ["remote"]) or b"").splitlines()
    fitting = [remote for remote in remotes if name.startswith(f"{remote}/")]
    remote = max(fitting, key=len, default=None)
    return (remote, name[len(remote) + 1 :]) if remote else None


def fetch(repo: Repo, ref: str, patience: float = PATIENCE) -> None:
    """Bring `ref` of a remote up to date, and nothing else. Raises GitFailed with git's own words."""
    source = source_of(repo, ref)
    if source is None:
        return
    if named := _programs(repo):
        raise GitFailed(f"the repo's own settings name a program ({named}): put that into your own git settings")
    remote, branch = source
    options = ["-c", "core.askPass=", "-c", "fetch.writeCommitGraph=false"]
    quiet = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head")
    refspec = f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
    argv = ["git", *SAFE, *options, "fetch", *quiet, "--end-of-options", remote, refspec]
    said = call(argv, _environment(repo), repo, most=64 * 1024, patience=patience, with_errors=True)
    if said.code != 0:
        raise GitFailed(_words(said.out) or f"git fetch ended with {said.code}")


def _words(said: bytes) -> str:
    """What git and ssh said, in a line, without git's advice."""
    facts = said.decode("utf-8", "replace").partition("\n\nPlease make sure")[0]
    return display_line("; ".join(filter(None, map(str.strip, facts.splitlines()))), 200)


def _environment(repo: Repo) -> dict[str, str]:
    """The user's own settings and keys count here, as in a fetch by hand."""
    ours = environment() | {"GIT_DIR": str(repo.gitdir), "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
    del ours["GIT_CONFIG_NOSYSTEM"], ours["GIT_NO_LAZY_FETCH"]
    wanted = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")
    return ours | {name: os.environ[name] for name in wanted if name in os.environ}


def _programs(repo: Repo) -> str:
    """The first setting of the repo itself that would run a program; "" without one."""
    listed = ask(repo, ["config", "--list", "--show-scope", "-z", "--includes"]) or b""
    fields = listed.decode("utf-8", "replace").split("\0")
    own = (fields[i + 1] for i in range(0, len(fields) - 1, 2) if fields[i] in ("local", "worktree"))
    keys = (entry.partition("\n")[0] for entry in own)
    return next((display_line(key, 80) for key in keys if _PROGRAMS.fullmatch(key)), "")


class Fetcher:
    """Fetches in a thread of its own. What fails is tried again ever more seldom; it is told from the second time on,
    as an agent's own `git pull` may have been in the way."""

    def __init__(self, ref: str, every: float | None) -> None:
        self._ref = ref
        self._every = every or OFTEN
        self._due = 0.0
        self._failures = 0
        self._thread: threading.Thread | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why nothing is fetched; "" while it goes well."""
        return f"the handoff's repo is not fetched: {self._problem}" if self._failures > 1 else ""

    def poll(self, repo: Repo) -> None:
        """Fetch when that is due; returns at once."""
        if time.monotonic() >= self._due and not (self._thread and self._thread.is_alive()):
            self._due = float("inf")
            self._thread = threading.Thread(target=self._fetch, args=(repo,), name="fetch", daemon=True)
            self._thread.start()

    def _fetch(self, repo: Repo) -> None:
        try:
            fetch(repo, self._ref)
            self._failures = 0
        except GitFailed as error:
            self._problem = str(error)
            self._failures += 1
        pause = self._every * 2 ** max(0, min(self._failures, 12) - 1)
        self._due = time.monotonic() + max(self._every, min(pause, SELDOM))
