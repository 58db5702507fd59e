"""The environment of a run: what it needs, what cotemp tells it, and nothing else of the host's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cotemp.messages.do import Flags
from cotemp.runner import environment
from tests.conftest import need

HOST = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home/me",
    "LC_TIME": "de_DE.UTF-8",
    "AWS_SECRET_ACCESS_KEY": "s3cr3t",
    "GH_TOKEN": "ghp_x",
    "SSH_AUTH_SOCK": "/run/agent",
    "DISPLAY": ":0",
    "EDITOR": "code --wait",
    "PYTHONPATH": "/evil",
    "LD_PRELOAD": "/evil.so",
    "COSESSION_ID": "somebody-else",
    "COAGENT_ALLOW_WRITES": "1",
    "COAGENT_ALLOW_NETWORK": "1",
    "FORCE_COLOR": "1",
    "HTTPS_PROXY": "http://proxy:3128",
    "HTTP_PROXY": "http://me:password@proxy:3128",
}


def made(base: dict[str, str] | None = None, **more: Any) -> dict[str, str]:
    given: dict[str, Any] = {
        "session": "co-x",
        "home": Path("/home/me/CoTemp"),
        "run_id": "run-1",
        "artifacts": Path("/state/artifacts"),
        "outbox": Path("/state/artifacts/outbox"),
        "repo": None,
        "do_path": Path("/state/do/DO_x.sh"),
        "consent": Flags(),
    }
    return environment(HOST if base is None else base, **given | more)


def test_it_is_exactly_this(tmp_path: Path) -> None:
    """Nothing that is not named here reaches a DO."""
    assert made(repo=tmp_path) == {
        "PATH": "/usr/bin:/bin",
        "HOME": "/home/me",
        "LC_TIME": "de_DE.UTF-8",
        "COSESSION_ID": "co-x",
        "COTEMP_HOME": "/home/me/CoTemp",
        "COTEMP_RUN_ID": "run-1",
        "COTEMP_ARTIFACTS": "/state/artifacts",
        "COTEMP_OUTBOX": "/state/artifacts/outbox",
        "COTEMP_REPO": str(tmp_path),
        "COTEMP_DO": "/state/do/DO_x.sh",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_EDITOR": ":",
        "DEBIAN_FRONTEND": "noninteractive",
        "NO_COLOR": "1",
        "TERM": "xterm-256color",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "commit.gpgsign",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_CONFIG_KEY_1": "tag.gpgsign",
        "GIT_CONFIG_VALUE_1": "false",
    }


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("network", [False, True])
def test_consent_is_told_exactly_when_it_was_given(writes: bool, network: bool) -> None:
    """What the host's environment says about it does not count."""
    env = made(consent=Flags(writes=writes, network=network))
    assert env.get("COAGENT_ALLOW_WRITES") == ("1" if writes else None)
    assert env.get("COAGENT_ALLOW_NETWORK") == ("1" if network else None)


def test_the_way_out_is_told_with_network_consent_only() -> None:
    """A proxy is of use only then, and one with a password in it is a secret."""
    assert "HTTPS_PROXY" not in made()
    env = made(consent=Flags(network=True))
    assert env["HTTPS_PROXY"] == "http://proxy:3128"
    assert "HTTP_PROXY" not in env


def test_windows_names_are_known_in_any_case() -> None:
    """There the case of a variable's name means nothing."""
    assert made({"Path": "C:\\", "SystemRoot": "C:\\Windows", "Secret": "x"}).items() >= {
        ("Path", "C:\\"),
        ("SystemRoot", "C:\\Windows"),
    }
    assert "Secret" not in made({"Secret": "x"})


def git(*argv: str, cwd: Path | None = None) -> None:
    subprocess.run([need("git"), *argv], check=True, cwd=cwd, stdout=subprocess.DEVNULL)


def identity(env: dict[str, str]) -> list[str | None]:
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    return [env.get(name) for name in names]


def test_commits_name_whom_git_would_name_here(tmp_path: Path) -> None:
    """The user's own settings count, a repo's before them, and a change is noticed."""
    repo = tmp_path / "repo"
    git("init", "-q", str(repo))
    host = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    assert identity(made(host, repo=repo)) == [None] * 4
    git("config", "--global", "user.name", "Ann")
    git("config", "--global", "user.email", "ann@home")
    assert identity(made(host)) == identity(made(host, repo=repo)) == ["Ann", "ann@home"] * 2
    git("config", "user.email", "ann@work", cwd=repo)
    assert identity(made(host, repo=repo)) == ["Ann", "ann@work"] * 2
    assert identity(made(host)) == ["Ann", "ann@home"] * 2
    named = host | {"GIT_AUTHOR_NAME": "Bot"}
    assert identity(made(named, repo=repo)) == ["Bot", "ann@work", "Ann", "ann@work"]


def test_git_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run does not wait for git when nothing changed."""
    host = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    made(host)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("asked again"))
    made(host)


def test_a_git_that_does_not_work_is_no_obstacle(tmp_path: Path) -> None:
    """Without it nobody is named, and the run starts."""
    (tmp_path / "git").write_text("#!/nowhere/sh\n")
    (tmp_path / "git").chmod(0o755)
    assert identity(made({"PATH": str(tmp_path), "HOME": str(tmp_path)})) == [None] * 4


def test_secrets_consent_lets_the_named_variables_through() -> None:
    """Exactly those that the policy names, and only with the consent."""
    named: dict[str, Any] = {"secret_env": ("GH_TOKEN", "NOT_SET")}
    assert made(**named) == made()
    assert made(consent=Flags(secrets=True)) == made()
    assert made(consent=Flags(secrets=True), **named) == made() | {"GH_TOKEN": "ghp_x"}
