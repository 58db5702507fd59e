"""From an old world to a running one: moved in, started, and never interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cotemp.testing.mock import MOCK_BACKEND, MockAgent
from tests.cli.real import Ran, cotemp, end_daemon, here, home
from tests.conftest import need
from tests.waiting import eventually

from .worlds import seed_world, spec

CONVERSATION = "6f1f2c9e-1111-4222-8333-944455556666"


class OldWorld:
    """A world of the newer driver, whose builder runs in the user's own tmux; the adversary does not run."""

    def __init__(self, folder: Path) -> None:
        self.root = seed_world(folder)
        self.mocks = {name: MockAgent(folder / f"{name}-mock") for name in ("builder", "adversary")}
        self._repo(folder)
        logs = self.root / ".cc-ci-logs"
        (logs / ".phases-spec").write_text(spec("one", "two", "one", "three"))
        (logs / ".phase-idx").write_text("3")
        (logs / ".builder-session-id").write_text(CONVERSATION)
        for name in (".adv-session-id", ".orchestrator-session-id"):
            (logs / name).unlink()
        (self.root / "cc-ci-plan" / "agents.toml").write_text(self._settings())
        self._start()

    def _repo(self, folder: Path) -> None:
        repo = self.root / "cc-ci"
        (repo / ".git" / "refs" / "remotes" / "origin" / "HEAD").unlink()
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
        for words in (
            ["init", "-q", "--bare", str(folder / "origin.git")],
            ["-C", str(repo), "init", "-q"],
            ["-C", str(repo), "commit", "-q", "--allow-empty", "-m", "begin"],
            ["-C", str(repo), "remote", "add", "origin", str(folder / "origin.git")],
            ["-C", str(repo), "push", "-q", "-u", "origin", "main"],
        ):
            subprocess.run([*git, *words], check=True, timeout=30)

    def _settings(self) -> str:
        tables = []
        for name, folder in (("builder", "cc-ci"), ("adversary", "cc-ci-adv")):
            env = ", ".join(f'{key} = "{value}"' for key, value in self.mocks[name].env.items())
            tables.append(
                f'[agents.{name}]\nkind = "loop"\nbackend = "mock"\nmodel = "sonnet"\n'
                f'prompt = "prompts/{name}.md"\nworkdir = "../{folder}"\nenv = {{ {env} }}\n'
            )
        return "\n".join([MOCK_BACKEND, *tables])

    def _start(self) -> None:
        """As the old launcher did: in the user's own tmux server, with an id of the conversation."""
        words = [
            sys.executable,
            "-m",
            "cotemp.testing.mock_agent",
            "--session-id",
            CONVERSATION,
            "--model",
            "sonnet",
            "--",
            "go",
        ]
        argv = ["tmux", "new-session", "-d", "-s", "cc-ci-builder", "-c", str(self.root / "cc-ci")]
        for key, value in self.mocks["builder"].env.items():
            argv += ["-e", f"{key}={value}"]
        subprocess.run([*argv, *words], check=True, timeout=10)
        eventually(lambda: self.mocks["builder"].said())

    def pid(self) -> int:
        """The process of the builder, that runs."""
        said = self.mocks["builder"].said()
        assert said
        return int(said["pid"])


@pytest.fixture
def old(tmp_path: Path, sockets: Path) -> Iterator[OldWorld]:
    need("tmux")
    need("git")
    home().make_state()
    try:
        yield OldWorld(tmp_path)
    finally:
        cotemp("stop-all")
        end_daemon()
        subprocess.run(["tmux", "kill-server"], capture_output=True, check=False, timeout=10)
        _kill_what_is_left()


def _kill_what_is_left() -> None:
    for process in psutil.process_iter(["pid"]):
        try:
            if str(home().state) in " ".join(process.cmdline()):
                process.kill()
        except psutil.Error:
            pass


def row(agent: str) -> dict[str, object]:
    """What `status` says of an agent."""
    agents: list[dict[str, object]] = cotemp("status", "--json").json["agents"]
    return next((one for one in agents if one["agent"] == agent), {})


def test_an_agent_that_runs_never_notices(old: OldWorld) -> None:
    """Moved in and started, the builder is the same process in the same conversation; the adversary is started."""
    before = old.pid()
    assert here("adopt", str(old.root), "--apply").code == 0
    changes = {one["agent"]: one["what"] for one in cotemp("plan", "--json").json["changes"]}
    assert changes["builder"] in ("keep", "take-over")
    assert changes["adversary"] == "start"
    assert cotemp("up").code == 0
    eventually(lambda: old.mocks["adversary"].starts(), 30)
    eventually(lambda: row("builder").get("state") in ("idle", "busy"), 30)
    assert old.pid() == before
    assert len(old.mocks["builder"].starts()) == 1
    assert row("builder")["phase"] == "three"
    os.kill(before, 0)


def test_the_old_status_names_phase_plan_and_status_file(old: OldWorld) -> None:
    """What the orchestrator types at each wake goes on answering its question."""
    here("adopt", str(old.root), "--apply")
    here("shims", str(old.root / "cc-ci-plan"))
    said = shim(old, "launch.py", "status")
    for words in ("three", "plan-three.md", "STATUS-three.md"):
        assert words in said.out


@pytest.mark.slow
def test_the_old_line_that_heals_a_loop_works(old: OldWorld) -> None:
    """The handbook's line starts what is missing, and leaves the rest alone."""
    here("adopt", str(old.root), "--apply")
    here("shims", str(old.root / "cc-ci-plan"))
    before = old.pid()
    said = shim(old, "launch.py", "start", RESUME_PHASE="1", LOOP_BACKEND="mock", LOOP_MODEL="sonnet")
    assert said.code == 0, said.err
    eventually(lambda: old.mocks["adversary"].starts(), 30)
    assert old.pid() == before
    refused = shim(old, "launch.py", "start", RESUME_PHASE="1", LOOP_MODEL="opus")
    assert refused.code == 1
    assert 'write model = "opus" under [agents.builder]' in refused.out


def shim(old: OldWorld, *words: str, **env: str) -> Ran:
    """Run one of the shims as its user does."""
    argv = [sys.executable, str(old.root / "cc-ci-plan" / words[0]), *words[1:]]
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)
