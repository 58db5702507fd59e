"""docs/agents.md: what it says of states, bells, times and files is what the code does, and its commands run."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cotemp.agents.places import AgentPlaces
from cotemp.agents.record import Bell, BellKind
from cotemp.agents.states import State
from cotemp.config.reading import applied
from cotemp.config.settings import AgentConfig, Restarts, Watch
from cotemp.handoff import statuses
from cotemp.hosts.tmux.server import OLDEST
from cotemp.places import own_config_file
from cotemp.supervisor.fleet import last_screen, ringing
from cotemp.supervisor.plan import healing, idling, noting, phasing, stopping
from cotemp.supervisor.plan.bells import text_of
from cotemp.testing import MOCK_BACKEND, MockAgent
from tests.cli.real import cotemp, end_daemon
from tests.waiting import eventually

PAGE = (Path(__file__).parents[1] / "docs" / "agents.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
FENCED = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUBJECTS = {
    BellKind.COMMIT: "3f9c2ab",
    BellKind.INBOX: "BUILDER-INBOX.md",
    BellKind.NOTES: "2",
    BellKind.DOS: "1",
    BellKind.WAKE: "prompts/wake.txt",
    BellKind.LAST_WAKE: "prompts/wake.txt",
    BellKind.PLAN: "plans/first.md",
    BellKind.TASK: "tasks/one.md",
}


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return [text for found, text in FENCED if found == language]


def test_every_state_is_told() -> None:
    """The table of states has each that `status` can show, and no other."""
    told = re.findall(r"^\| `([\w-]+)` \|", section("States, and how each is known"), re.MULTILINE)
    assert sorted(told) == sorted(State)


@pytest.mark.parametrize("kind", [kind for kind in BellKind if kind is not BellKind.PROMPT])
def test_what_is_typed_is_told(kind: BellKind) -> None:
    """Every bell stands there as it is typed."""
    assert f"`{text_of(Bell('id', kind, 7, SUBJECTS.get(kind, ''), NOW))}`" in PAGE


def test_the_status_files_mean_what_the_page_says() -> None:
    """The one ends its phase; the other waits until the time in it."""
    done, waiting = (statuses.read(text.encode()) for text in blocks("markdown"))
    assert done.done
    assert not waiting.done
    assert waiting.seen("blob", NOW).waiting_until == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)


def test_the_times_are_true() -> None:
    """Delays, budgets and patience are those of the plan."""
    restarts, watch, loop = Restarts(), Watch(), AgentConfig(kind="loop")
    minutes = idling.LONGEST.total_seconds() / 60
    for said in (
        f"The first time after {healing.FIRST:g} s, then after twice the time",
        f"up to {healing.LONGEST / 60:g} min.",
        f"`wedged_after`, {watch.wedged_after / 60:g} min",
        f"(a loop, {(loop.idles_for or 0) / 60:g} min)",
        f"up to {minutes / 60:g} h.",
        f"{restarts.max} restarts within {restarts.within / 60:g} min",
        f"({phasing.LAST_WORDS / 60:g} min at most)",
        f"at most {statuses.FARTHEST.days} days ahead",
        f"in its terminal for {stopping.HANDS:g} s",
        f"Enter is tried {ringing.TRIES} times at most",
        f"again after {noting.AGAIN.total_seconds() / 60:g} min, at most {noting.TIMES} times",
        f"its programs that ended, {last_screen.KEPT} of them",
        f"tmux {OLDEST[0]}.{OLDEST[1]} or later",
    ):
        assert said in WORDS, said


def test_the_files_lie_where_the_page_says() -> None:
    """Whoever looks for a file of the state finds it under the name that is told."""
    at = AgentPlaces(Path("state"))
    told = re.findall(r"`([^`\s]+)`", section("What lies where").partition("|---|")[2])
    files = (
        at.record("<name>"),
        at.seen("<name>"),
        at.index,
        at.complete,
        at.handoff,
        at.checks,
        at.limits / "<account>.json",
    )
    assert {file.relative_to("state").as_posix() for file in files} <= set(told)


def test_the_first_ten_minutes_load(tmp_path: Path) -> None:
    """The settings of the first ten minutes have no mistake."""
    assert list(applied(tmp_path / "agents.toml", blocks("toml")[0].encode()).agents) == ["builder"]


@pytest.mark.slow
def test_the_first_ten_minutes(tmp_path: Path, nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands run in their order, on a machine without tmux, and nothing is left running."""
    monkeypatch.setenv("PATH", "")
    mock, prompt = MockAgent(tmp_path / "mock"), own_config_file().parent / "prompts" / "builder.md"
    env = ", ".join(f"{key} = {json.dumps(value)}" for key, value in mock.env.items())
    settings = blocks("toml")[0].replace('"claude"', '"mock"').replace("~/src/app", tmp_path.as_posix())
    prompt.parent.mkdir(parents=True)
    prompt.write_text("go on")
    own_config_file().write_text(f"{settings}env = {{ {env} }}\n{MOCK_BACKEND}")
    cotemp("init")
    try:
        _type_all(blocks("sh")[0].splitlines())
    finally:
        cotemp("stop-all")
        end_daemon()


def _type_all(lines: list[str]) -> None:
    for line in lines:
        _, *words = shlex.split(line, comments=True)
        done = cotemp(*words)
        assert done.code == (2 if words[0] == "attach" else 0), done  # a test has no terminal
        if words[0] == "up":
            eventually(lambda: "is idle" in cotemp("why", "builder").out, 30)
    eventually(lambda: "is stopped" in cotemp("why", "builder").out, 30)
