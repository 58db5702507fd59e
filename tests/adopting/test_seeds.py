"""Every behaviour of the old world that concerns moving in, sentence by sentence of the documents that describe it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.adopting import Proposal
from cotemp.adopting.proposing.roles import called
from cotemp.config import Config
from cotemp.config.settings import Wake

from .conftest import Proposing, said
from .worlds import BUILDER_ID, newer_world, seed_world

Truth = Callable[[Config, Proposal, Path], bool]

ROWS: list[tuple[str, Truth]] = [
    ("five launchers become one file", lambda c, p, r: set(c.agents) >= {"builder", "adversary", "orchestrator"}),
    ("the assistant is idle unless dispatched", lambda c, p, r: c.agents["assistant"].kind == "task"),
    ("the assistant's work is set when it is dispatched", lambda c, p, r: c.agents["assistant"].prompt is None),
    ("the builder and the adversary are loops", lambda c, p, r: _kinds(c, "builder", "adversary") == {"loop"}),
    ("the orchestrator is persistent", lambda c, p, r: c.agents["orchestrator"].kind == "persistent"),
    ("upgrader and report are one-shot tasks", lambda c, p, r: _kinds(c, "upgrader", "report") == {"task"}),
    ("the upgrader runs /upgrade-all", lambda c, p, r: c.agents["upgrader"].prompt_text == "/upgrade-all"),
    ("the report runs its own slash command", lambda c, p, r: c.agents["report"].prompt_text == "/weekly-report"),
    ("upgrades are on Sundays at 02:00", lambda c, p, r: _wake(c, "upgrader").cron == "0 2 * * 0"),
    ("the timer's zone is UTC", lambda c, p, r: _wake(c, "upgrader").tz == "UTC"),
    ("the orchestrator is woken hourly", lambda c, p, r: _wake(c, "orchestrator").every == 3600),
    (
        "it is woken with its own prompt",
        lambda c, p, r: _wake(c, "orchestrator").prompt == r / "cc-ci-plan/ai-progress-monitor-prompt.txt",
    ),
    (".loop-backend is the backend of the loops", lambda c, p, r: c.agents["adversary"].backend == "claude"),
    (".loop-model is the model of the loops", lambda c, p, r: c.agents["adversary"].model == "sonnet"),
    (".loop-model-builder is the builder's own", lambda c, p, r: c.agents["builder"].model == "opus"),
    (".orch-model is the orchestrator's", lambda c, p, r: c.agents["orchestrator"].model == "opus"),
    ("the builder's prompt", lambda c, p, r: c.agents["builder"].prompt == r / "cc-ci-plan/prompts/builder.md"),
    ("the adversary's prompt", lambda c, p, r: c.agents["adversary"].prompt == r / "cc-ci-plan/prompts/adversary.md"),
    ("the builder works in cc-ci", lambda c, p, r: c.agents["builder"].workdir == r / "cc-ci"),
    ("the adversary works in cc-ci-adv", lambda c, p, r: c.agents["adversary"].workdir == r / "cc-ci-adv"),
    ("the orchestrator works beside it", lambda c, p, r: c.agents["orchestrator"].workdir == r.parent / "cc-ci-orch"),
    ("so does the assistant", lambda c, p, r: c.agents["assistant"].workdir == r.parent / "cc-ci-orch"),
    ("the upgrader works in the root", lambda c, p, r: c.agents["upgrader"].workdir == r),
    ("all of them live in tmux", lambda c, p, r: {one.host for one in c.agents.values()} == {"tmux"}),
    ("phases are id, plan and status", lambda c, p, r: c.phases[1].status_file == "STATUS-dns.md"),
    ("a plan beside the launchers is found", lambda c, p, r: _plan(c, "cf55") == str(r / "cc-ci-plan/plan-cf55.md")),
    ("a plan that is nowhere stays as it is named", lambda c, p, r: _plan(c, "dns") == "plan-dns.md"),
    ("mailu is listed once", lambda c, p, r: [one.id for one in c.phases].count("mailu") == 1),
    ("the first mailu stays at index 5", lambda c, p, r: c.phases[5].id == "mailu"),
    ("cf55 moves from index 10 to 9", lambda c, p, r: (p.sequence.phase, p.sequence.index) == ("cf55", 9)),
    ("that it moves is said", lambda c, p, r: "cf55 moves from index 10 to 9" in said(p)),
    ("that mailu is dropped is said", lambda c, p, r: "mailu is there twice: the one at index 7 is dropped" in said(p)),
    ("what came before is done", lambda c, p, r: p.sequence.done == tuple(one.id for one in c.phases[:9])),
    ("loops take up their conversation in the phase", lambda c, p, r: _resumed(p, "builder") == ("cf55", BUILDER_ID)),
    ("adv is the adversary", lambda c, p, r: _resumed(p, "adversary")[0] == "cf55"),
    ("the orchestrator's conversation has no phase", lambda c, p, r: _resumed(p, "orchestrator")[0] == ""),
    ("claim( reaches the adversary", lambda c, p, r: ("claim(", "adversary") in _commits(c)),
    ("review( reaches the builder", lambda c, p, r: ("review(", "builder") in _commits(c)),
    ("the builder's inbox", lambda c, p, r: ("BUILDER-INBOX.md", "builder") in _inboxes(c)),
    ("the adversary's inbox", lambda c, p, r: ("ADVERSARY-INBOX.md", "adversary") in _inboxes(c)),
    ("the loops meet in the builder's repo", lambda c, p, r: bool(c.handoff and c.handoff.repo == r / "cc-ci")),
    ("they meet on what is pushed", lambda c, p, r: bool(c.handoff and c.handoff.ref == "origin/main")),
    (
        "the end is told to the journal",
        lambda c, p, r: bool(c.handoff and c.handoff.journal_file == r / "cc-ci-plan/JOURNAL.md"),
    ),
    ("the host stays reachable", lambda c, p, r: c.checks["cc-ci"].argv[-2:] == ("cc-ci", "hostname")),
    ("claude asks nobody, as before", lambda c, p, r: "--dangerously-skip-permissions" in _argv(c, "claude")),
    ("what is left to a human: the old timer", lambda c, p, r: any("cc-ci-upgrade-all" in one for one in p.todo)),
]  # fmt: skip


def _kinds(config: Config, *names: str) -> set[str]:
    return {config.agents[name].kind for name in names}


def _argv(config: Config, backend: str) -> tuple[str, ...]:
    return config.backends[backend].argv or ()


def _wake(config: Config, name: str) -> Wake:
    return config.agents[name].wake or Wake()


def _plan(config: Config, phase: str) -> str:
    return next(one.plan for one in config.phases if one.id == phase)


def _resumed(proposal: Proposal, agent: str) -> tuple[str | None, str]:
    return next((one.phase, one.id) for one in proposal.resume if one.agent == agent)


def _commits(config: Config) -> list[tuple[str, str]]:
    return [(one.prefix, one.to) for one in config.handoff.commits] if config.handoff else []


def _inboxes(config: Config) -> list[tuple[str, str]]:
    return [(one.file, one.to) for one in config.handoff.inboxes] if config.handoff else []


@pytest.fixture
def seeds(tmp_path: Path, proposing: Proposing) -> tuple[Proposal, Path]:
    root = seed_world(tmp_path)
    return proposing(root), root


@pytest.mark.parametrize(("sentence", "truth"), ROWS, ids=[sentence for sentence, _ in ROWS])
def test_the_old_world_lives_on(sentence: str, truth: Truth, seeds: tuple[Proposal, Path]) -> None:
    """What the old world did is what the new settings and state say."""
    proposal, root = seeds
    assert truth(proposal.config, proposal, root), sentence


def test_nothing_of_the_seed_is_not_understood(seeds: tuple[Proposal, Path]) -> None:
    """A world exactly as it is described leaves no question."""
    assert seeds[0].not_understood == ()
    assert seeds[0].open_question == ""


@pytest.mark.parametrize("named", ["", ".cc-ci-logs", "cc-ci-plan"])
def test_any_folder_of_a_world_will_do(named: str, tmp_path: Path, proposing: Proposing) -> None:
    """Whoever names the logs, the plans or the folder of both gets the same."""
    root = seed_world(tmp_path)
    proposal = proposing(root / named)
    assert (proposal.world.root, proposal.sequence.phase, len(proposal.config.agents)) == (root, "cf55", 6)


def test_another_world_beside_it_is_none_of_its_business(tmp_path: Path, proposing: Proposing) -> None:
    """Folders of other names are not looked at, however they end."""
    root = seed_world(tmp_path)
    (root / "other-logs").mkdir()
    (root / "other-logs" / ".loop-model").write_text("haiku")
    assert proposing(root / ".cc-ci-logs").config.agents["adversary"].model == "sonnet"


def test_the_logs_of_another_world_are_not_taken_for_missing_ones(tmp_path: Path, proposing: Proposing) -> None:
    """Where a world has no dotfiles, those of its neighbour are not its own."""
    root = seed_world(tmp_path)
    (root / ".cc-ci-logs").rename(root / "other-logs")
    assert proposing(root / "cc-ci-plan").world.logs is None


def test_an_agent_of_that_very_name_comes_first() -> None:
    """`adv` is the adversary only where no agent is called adv."""
    assert called(["adversary", "adv"], "adv") == "adv"
    assert called(["adv"], "adversary") == "adv"
    assert called(["builder"], "adv") is None


# --- after the cut-over ---

NEWER_ROWS: list[tuple[str, Truth]] = [
    ("the settings count", lambda c, p, r: c.agents["builder"].model == "sonnet"),
    ("that they count is said", lambda c, p, r: "agents.toml counts, not opus" in said(p)),
    ("its list of phases counts", lambda c, p, r: [one.id for one in c.phases] == ["ghost", "cf48"]),
    ("its index counts", lambda c, p, r: (p.sequence.phase, p.sequence.index) == ("cf48", 1)),
    ("models of a phase are kept", lambda c, p, r: dict(c.phases[1].models) == {"builder": "opus"}),
    ("names of agents are kept", lambda c, p, r: "adv" in c.agents and "adversary" not in c.agents),
    ("claim( reaches it by its name", lambda c, p, r: ("claim(", "adv") in _commits(c)),
    ("defaults are said for each agent", lambda c, p, r: c.agents["adv"].backend == "claude"),
    ("cleanlogs is a service", lambda c, p, r: (c.agents["cleanlogs"].argv or ("",))[0] == "find"),
    ("a service has no backend", lambda c, p, r: c.agents["cleanlogs"].backend is None),
    ("seconds become durations", lambda c, p, r: c.agents["builder"].idle_after == 900),
    ("a wake in seconds, too", lambda c, p, r: _wake(c, "orchestrator").every == 3600),
    ("a schedule is UTC", lambda c, p, r: (_wake(c, "upgrader").cron, _wake(c, "upgrader").tz) == ("0 2 * * 0", "UTC")),
    ("a backend is data", lambda c, p, r: c.backends["claude"].resume == ("--resume", "{id}")),
    ("its command is split", lambda c, p, r: c.backends["claude"].argv == ("claude", "--dangerously-skip-permissions")),
    ("a watch policy is kept", lambda c, p, r: c.agents["builder"].watch.wedged_after == 600),
    ("paths are found from here", lambda c, p, r: c.agents["adv"].workdir == r / "cc-ci-adv"),
    ("variables are kept", lambda c, p, r: c.agents["adv"].env["EDITOR"] == "vi"),
    ("the watchdog is no agent any more", lambda c, p, r: "watchdog" not in c.agents),
    ("an id of a phase is that phase's", lambda c, p, r: ("adv", "ghost") in _phases_of_ids(p)),
    ("where agents work is found where it is not said", lambda c, p, r: c.agents["upgrader"].workdir == r),
    ("what is said stays", lambda c, p, r: c.agents["builder"].workdir == r / "cc-ci"),
    ("the newer id counts", lambda c, p, r: _resumed(p, "builder")[1].startswith("1111")),
]


def test_wakes_that_the_old_driver_had_built_in_are_not_lost(tmp_path: Path, proposing: Proposing) -> None:
    """Settings that say nothing of the hourly and the weekly wake get them, and it is said."""
    root = newer_world(tmp_path)
    file = root / "cc-ci-plan" / "agents.toml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(("wake_", "schedule"))]
    file.write_text("\n".join(lines))
    proposal = proposing(root)
    assert _wake(proposal.config, "orchestrator").every == 3600
    assert _wake(proposal.config, "upgrader").cron == "0 2 * * 0"
    assert "do not say wake for orchestrator" in said(proposal)
    assert proposal.config.agents["cleanlogs"].wake is None


def _phases_of_ids(proposal: Proposal) -> list[tuple[str, str | None]]:
    return [(one.agent, one.phase) for one in proposal.resume]


@pytest.mark.parametrize(("sentence", "truth"), NEWER_ROWS, ids=[sentence for sentence, _ in NEWER_ROWS])
def test_the_newer_driver_lives_on(sentence: str, truth: Truth, tmp_path: Path, proposing: Proposing) -> None:
    """Settings and state of the newer driver count more than the dotfiles that still lie beside them."""
    root = newer_world(tmp_path)
    proposal = proposing(root)
    assert truth(proposal.config, proposal, root), sentence


def test_what_the_newer_settings_say_beyond_ours_is_told_with_its_line(tmp_path: Path, proposing: Proposing) -> None:
    """No key is lost silently: each that cotemp does not know is named, with the line on which it stands."""
    root = newer_world(tmp_path)
    text = (root / "cc-ci-plan" / "agents.toml").read_text().splitlines()
    found = [one for one in proposing(root).not_understood if one.origin.file.name == "agents.toml"]
    lines = {text[one.origin.line - 1].split(" =")[0] for one in found}
    assert lines == {"colour", "nice", "watch", "review"}
    assert any("watch.mood" in one.why for one in found)
