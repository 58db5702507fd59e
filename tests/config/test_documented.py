"""docs/agents-toml.md: its examples load, and it names every key that an agent's settings can have."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from cotemp.agents.backends import SHIPPED, backend_of
from cotemp.config.reading import applied
from cotemp.config.settings import (
    AgentConfig,
    BackendConfig,
    CheckConfig,
    CommitRule,
    Handoff,
    InboxRule,
    Phase,
    Restarts,
    Screen,
    SupervisorConfig,
    Title,
    Wake,
    Watch,
)

PAGE = (Path(__file__).parents[2] / "docs" / "agents-toml.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TABLES = (
    AgentConfig, BackendConfig, CheckConfig, CommitRule, Handoff, InboxRule, Phase, Restarts, Screen, SupervisorConfig,
    Title, Wake, Watch,
)  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n", 1)[0])
def test_an_example_loads(example: str, tmp_path: Path) -> None:
    """Whoever copies an example has settings without a mistake, whose backends can be told."""
    config = applied(tmp_path / "agents.toml", example.encode())
    assert [backend_of(config, name) for name in config.backends] or config.agents


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_named(table: type) -> None:
    """No key can be used that the page does not tell of."""
    spans = " ".join(re.findall(r"`[^`\n]+`", PAGE))
    named = set(re.findall(r"[a-z_]+", spans))
    assert {one.name for one in fields(table)} <= named


def test_every_program_is_named() -> None:
    """The programs that the page says are known are those that ship."""
    (sentence,) = re.findall(r"^(.*) are known; a table of that name", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", sentence) == list(SHIPPED)


def test_the_defaults_are_true() -> None:
    """What the page says holds when nothing is said, holds."""
    watch, restarts = Watch(), Restarts()
    text = f"heal = {watch.heal}, nudge = {watch.nudge}, ".lower()
    assert f'{{ {text}wedged_after = "{watch.wedged_after / 60:.0f}m", context_max = {watch.context_max} }}' in PAGE
    assert f'{{ max = {restarts.max}, within = "{restarts.within / 60:.0f}m" }}' in PAGE
    check = CheckConfig(argv=("x",))
    assert f"(`{check.every / 60:.0f}m`), and how long it may take (`{check.timeout:.0f}s`)" in PAGE
    assert f"`{(AgentConfig(kind='loop').idles_for or 0) / 60:.0f}m` for a loop" in PAGE
