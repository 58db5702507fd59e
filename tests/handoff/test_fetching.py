"""Fetching the ref that is watched: bounded, silent, and nothing of the repo is run."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cotemp.handoff import fetching
from cotemp.handoff.fetching import Fetcher, fetch, source_of
from cotemp.handoff.git import GitFailed, Repo, find

from ..waiting import eventually, gone
from .conftest import Pair
from .repos import Clone


@pytest.fixture
def repo_of(pair: Pair) -> Repo:
    found = find(pair.builder.path)
    assert found
    return found


def test_a_remote_ref_is_fetched_and_nothing_else(pair: Pair, repo_of: Repo) -> None:
    """What was pushed to the watched branch is there; other branches, tags and the working tree are left alone."""
    sha = pair.adversary.commit("claim(a): x", A="1")
    pair.adversary.git("tag", "v1")
    pair.adversary.git("push", "-q", "origin", "main", "main:other", "v1")
    fetch(repo_of, "origin/main")
    assert pair.builder.git("rev-parse", "origin/main") == sha
    assert pair.builder.git("for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/remotes/origin/main"
    assert not (pair.builder.path / "A").exists()
    assert not (pair.builder.path / ".git" / "FETCH_HEAD").exists()


@pytest.mark.parametrize(
    ("ref", "source"),
    [
        ("origin/main", ("origin", "main")),
        ("refs/remotes/origin/main", ("origin", "main")),
        ("origin/not/yet", ("origin", "not/yet")),
        ("team/a/main", ("team/a", "main")),
        ("main", None),
        ("HEAD", None),
        ("nothing", None),
        ("--upload-pack=evil", None),
    ],
)
def test_which_ref_is_fetched(pair: Pair, repo_of: Repo, ref: str, source: tuple[str, str] | None) -> None:
    """A ref of a remote, also one that is not there yet; a local one never."""
    pair.builder.git("remote", "add", "team/a", str(pair.origin))
    assert source_of(repo_of, ref) == source


@pytest.mark.parametrize(
    "key",
    [
        "core.sshCommand",
        "remote.origin.uploadpack",
        "credential.helper",
        "credential.https://x.helper",
        "core.gitProxy",
    ],
)
def test_a_program_in_the_repos_settings_is_refused(pair: Pair, repo_of: Repo, tmp_path: Path, key: str) -> None:
    """Who may write there could have anything run by us: a person is told which setting it is."""
    pair.builder.git("config", key, f"touch {tmp_path / 'ran'}; false")
    with pytest.raises(GitFailed, match=key.lower().split(".")[-1]):
        fetch(repo_of, "origin/main")
    assert not (tmp_path / "ran").exists()


def test_a_remote_that_is_a_program_is_refused(pair: Pair, repo_of: Repo, tmp_path: Path) -> None:
    """No transport runs a command, whatever the repo's settings allow."""
    pair.builder.git("config", "protocol.ext.allow", "always")
    pair.builder.git("remote", "set-url", "origin", f"ext::touch {tmp_path / 'ran'}")
    with pytest.raises(GitFailed, match="transport 'ext' not allowed"):
        fetch(repo_of, "origin/main")
    assert not (tmp_path / "ran").exists()


class _Locked(BaseHTTPRequestHandler):
    """A server that wants a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture
def locked() -> Iterator[str]:
    """The URL of a repo that wants a password."""
    server = HTTPServer(("127.0.0.1", 0), _Locked)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/r.git"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nobody_is_asked_for_a_password(
    pair: Pair, repo_of: Repo, locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remote that wants one fails at once, and no window opens."""
    askpass = pair.builder.write("askpass", f"#!/bin/sh\ntouch {tmp_path / 'asked'}\n")
    askpass.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(askpass))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pair.builder.git("config", "core.askPass", str(askpass))
    pair.builder.git("remote", "set-url", "origin", locked)
    with pytest.raises(GitFailed):
        fetch(repo_of, "origin/main")
    assert not (tmp_path / "asked").exists()


@pytest.mark.skipif(os.name != "posix", reason="a script as git's helper")
def test_a_fetch_that_hangs_is_ended_with_all_that_it_started(
    pair: Pair, repo_of: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead connection costs its time and leaves no process behind."""
    pid = tmp_path / "pid"
    hang = pair.builder.write("hang", f"#!/bin/sh\necho $$ > {pid}\nexec sleep 300\n")
    hang.chmod(0o755)
    mine = tmp_path / "gitconfig"  # the user's own settings, which are believed
    mine.write_text(f'[remote "origin"]\n\tuploadpack = {hang}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(mine))
    with pytest.raises(GitFailed, match="did not answer"):
        fetch(repo_of, "origin/main", patience=1.5)
    started = pid.read_text() if pid.exists() else ""  # on a busy machine it may not have come that far
    eventually(lambda: not started or gone(int(started)))


def test_failures_are_told_from_the_second_on(pair: Pair, repo_of: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that an agent's own `git pull` caused is not worth a word; when it works again, nothing is told."""
    monkeypatch.setattr(fetching, "SELDOM", 0.0)
    fetcher = Fetcher("origin/main", 0.001)
    pair.origin.rename(pair.origin.with_suffix(".away"))
    fetcher.poll(repo_of)
    eventually(lambda: fetcher._failures == 1)
    assert fetcher.problem == ""
    eventually(lambda: polled(fetcher, repo_of))
    assert "is not fetched" in fetcher.problem
    pair.origin.with_suffix(".away").rename(pair.origin)
    eventually(lambda: not polled(fetcher, repo_of))
    _ended(fetcher)


def test_a_fetch_that_fails_is_tried_ever_more_seldom(
    pair: Pair, repo_of: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is down is not hammered: 1, 2, 4 … times the pause, up to a limit."""
    now = [0.0]
    monkeypatch.setattr("cotemp.handoff.fetching.time.monotonic", lambda: now[0])
    pair.origin.rename(pair.origin.with_suffix(".away"))
    fetcher, pauses = Fetcher("origin/main", 100.0), []
    for _ in range(5):
        now[0] = fetcher._due
        fetcher.poll(repo_of)
        _ended(fetcher)
        pauses.append(fetcher._due - now[0])
    assert pauses == [100.0, 200.0, 400.0, 600.0, 600.0]


def polled(fetcher: Fetcher, repo: Repo) -> str:
    """The problem after one more poll."""
    fetcher.poll(repo)
    return fetcher.problem


def _ended(fetcher: Fetcher) -> None:
    assert fetcher._thread
    fetcher._thread.join(30)


def test_a_local_ref_is_never_fetched(repo: Clone) -> None:
    """Nothing is asked over the network for a branch of one's own."""
    repo.commit("x")
    found = find(repo.path)
    assert found
    repo.git("remote", "add", "origin", "ext::false")
    fetch(found, "main")
