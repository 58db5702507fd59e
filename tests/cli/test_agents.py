"""Agents from the command line: real programs in a real terminal, steered as a user does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cotemp.agents.places import AgentPlaces
from cotemp.places import own_config_file
from cotemp.testing import MOCK_BACKEND, MockAgent
from tests.conftest import need
from tests.supervisor.fleets import agent_table
from tests.waiting import eventually

from .real import Ran, background, cotemp, end_daemon, here, home

PHASES = """
[[phases]]
id = "one"
plan = "plans/one.md"
[[phases]]
id = "two"
plan = "plans/two.md"
"""


@pytest.fixture
def mock(tmp_path: Path, nobody_home: Path) -> Iterator[MockAgent]:
    """Settings with one loop, the builder, that nobody has started yet; nothing of it outlives the test."""
    need("tmux")
    cotemp("init")
    mock = MockAgent(tmp_path / "mock")
    settings(mock, tmp_path)
    yield mock
    cotemp("stop-all")
    end_daemon()
    for process in psutil.process_iter(["pid"]):
        try:
            if str(home().state) in " ".join(process.cmdline()):
                process.kill()
        except psutil.Error:
            pass


def settings(mock: MockAgent, workdir: Path, more: str = 'prompt_text = "go"', rest: str = PHASES) -> Path:
    """Write agents.toml."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"schema = 1\n{MOCK_BACKEND}\n{agent_table('builder', mock, workdir, more)}\n{rest}")
    return file


def state(name: str = "builder") -> str:
    """What `status` says of an agent."""
    (row,) = cotemp("status", name, "--json").json["agents"]
    return str(row["state"])


def becomes(wanted: str) -> None:
    """Wait until `status` says so."""
    eventually(lambda: state() == wanted, 30, f"{wanted}: {cotemp('why', 'builder').out}")


def up(*words: str) -> Ran:
    """Start the builder, and wait until it is idle."""
    done = cotemp("up", "builder", *words)
    assert done.code == 0, done.err
    becomes("idle")
    return done


class TestUp:
    def test_from_the_plan_to_the_end(self, mock: MockAgent, tmp_path: Path) -> None:
        """`plan` says what `up` does, and `up` does that; a second one changes nothing; `down` is for good."""
        assert [(one["agent"], one["what"]) for one in cotemp("plan", "--json").json["changes"]] == [
            ("builder", "start")
        ]
        up()
        assert "nothing to change" in cotemp("plan").out
        assert [start["model"] for start in mock.starts()] == ["mock-1"]

        settings(mock, tmp_path, 'prompt_text = "go"\nmodel = "opus"')
        said = cotemp("plan").out
        assert "restart builder" in said
        assert "opus" in said
        up()
        eventually(lambda: [start["model"] for start in mock.starts()] == ["mock-1", "opus"], 20)

        assert cotemp("down", "builder").code == 0
        becomes("stopped")
        assert "stopped on purpose" in cotemp("why", "builder").out

    @pytest.mark.slow
    def test_why(self, mock: MockAgent) -> None:
        """`why` tells the state, how it is known and what comes next; `watchdog --explain` the same of all."""
        up()
        said = cotemp("why", "builder").out
        assert "builder is idle" in said
        assert "known by" in said
        assert "nudge at" in said
        assert "builder is idle" in cotemp("watchdog", "--explain").out

    @pytest.mark.slow
    def test_a_note_rings(self, mock: MockAgent) -> None:
        """A note to an agent is rung, and `sent` says so until it is read."""
        up()
        cotemp("send", "builder", "the table is done", "--from", "co-planning")
        eventually(lambda: "rung" in cotemp("sent", "co-planning").out, 20)
        assert any("1 note for you" in prompt for prompt in mock.prompts())
        assert not any("the table is done" in prompt for prompt in mock.prompts())
        cotemp("notes", "builder")
        assert "read" in cotemp("sent", "co-planning").out

    @pytest.mark.slow
    def test_a_task(self, mock: MockAgent, tmp_path: Path) -> None:
        """`up AGENT --task FILE` dispatches a one-shot; without a file that is there, nothing happens."""
        file = own_config_file()
        file.write_text(file.read_text() + agent_table("assistant", mock, tmp_path, kind="task"))
        task = tmp_path / "task.md"
        assert cotemp("up", "assistant", "--task", str(task)).code == 4
        assert cotemp("up", "--task", str(file)).code == 2
        task.write_text("Reconcile the mirrors.")
        assert cotemp("up", "assistant", "--task", str(task)).code == 0
        eventually(lambda: any("Reconcile" in prompt or str(task) in prompt for prompt in mock.prompts()), 20)

    @pytest.mark.slow
    def test_the_log_of_an_agent(self, mock: MockAgent) -> None:
        """`log AGENT` shows what stands in its terminal."""
        up()
        assert "> go" in cotemp("log", "builder").out
        assert "> go" in cotemp("logs", "builder").out

    @pytest.mark.slow
    def test_wake_and_nudge(self, mock: MockAgent) -> None:
        """Who asks for it has an agent told at once."""
        up()
        for verb in ("nudge", "wake"):
            before = len(mock.prompts())
            assert cotemp(verb, "builder").code == 0
            eventually(lambda before=before: len(mock.prompts()) > before, 20)  # type: ignore[misc]


@pytest.mark.slow
class TestPhases:
    def test_by_hand(self, mock: MockAgent) -> None:
        """The sequence is shown and moved; the loop is started anew in the phase that was chosen."""
        up()
        assert "phase one (1 of 2), plan plans/one.md, status STATUS-one.md" in cotemp("phase").out
        assert cotemp("phase", "next").code == 0
        assert cotemp("phase", "--json").json["phase"]["id"] == "two"
        eventually(lambda: len(mock.starts()) == 2, 20)
        assert cotemp("phase", "back").code == 0
        assert cotemp("phase", "add", "three", "plans/three.md").code == 0
        assert [row["id"] for row in cotemp("phase", "list", "--json").json["phases"]] == ["one", "two", "three"]
        assert cotemp("phase", "set", "three").code == 0
        assert cotemp("status", "--json").json["phase"]["plan"] == "plans/three.md"
        done = cotemp("phase", "set", "tree")
        assert done.code == 4
        assert "three" in done.err


@pytest.mark.slow
class TestStopping:
    def test_everything(self, mock: MockAgent) -> None:
        """`stop-all` ends every agent and lets nothing start until `resume`."""
        up()
        assert "stopped: builder" in cotemp("stop-all").out
        eventually(lambda: not psutil.pid_exists(mock.starts()[-1]["pid"]))
        becomes("stopped")
        assert "STOP" in cotemp("status").out
        assert cotemp("resume").code == 0
        becomes("idle")
        assert mock.starts()[-1]["resumed"] is not None


@pytest.mark.slow
class TestSettings:
    def test_a_broken_file_changes_nothing(self, mock: MockAgent, tmp_path: Path) -> None:
        """`reload` takes a file as a whole: a mistake is named with its line, and the old settings stay."""
        up()
        file = settings(mock, tmp_path, 'prompt_text = "go"\nmodle = "opus"')
        done = cotemp("reload")
        assert done.code == 7
        assert f"{file}:" in done.err
        assert "model" in done.err
        settings(mock, tmp_path, 'prompt_text = "go"\nmodel = "opus"')
        assert cotemp("reload").code == 0
        assert len(mock.starts()) == 1


@pytest.mark.usefixtures("mock")
class TestErrors:
    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("why", "bilder"), 4, "did you mean builder"),
            (("nudge", "bilder"), 4, "did you mean builder"),
            (("log", "bilder"), 4, "did you mean builder"),
            (("phase", "nxt"), 2, "did you mean phase next"),
            (("phase", "set"), 2, "cotemp phase set --help"),
            (("attach", "builder"), 4, "has no terminal"),
            (("nudge", "builder"), 4, "no daemon runs"),
            (("reload",), 4, "no daemon runs"),
            (("up", "--model", "opus"), 2, "--model needs the names of agents"),
        ],
    )
    def test_what_cannot_be(self, words: tuple[str, ...], code: int, said: str) -> None:
        """Each says what to do instead."""
        done = here(*words)
        assert (done.code, said in done.err) == (code, True), done.err


@pytest.mark.slow
def test_one_watchdog(mock: MockAgent) -> None:
    """`watchdog` is the supervisor itself; a second one refuses, and says who is there."""
    with background("watchdog") as first:
        eventually(lambda: "running" in cotemp("status").out, 20)
        second = cotemp("watchdog")
        assert second.code == 3
        assert str(first.pid) in second.err
        becomes("idle")
        first.terminate()
        first.wait(20)
    assert psutil.pid_exists(mock.starts()[-1]["pid"]), "the end of the supervisor leaves agents alone"
    assert AgentPlaces.of(home()).seen("builder").exists()


def test_a_plan_without_tmux(tmp_path: Path, nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody without tmux learns where agents get their terminals, unless the settings say it."""
    here("init")
    monkeypatch.setenv("PATH", "")
    settings(MockAgent(tmp_path / "mock"), tmp_path)
    assert "terminal of cotemp's own" in here("plan").out
    settings(MockAgent(tmp_path / "mock"), tmp_path, 'prompt_text = "go"\nhost = "pty"')
    assert "tmux" not in here("plan").out
