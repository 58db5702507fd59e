"""Files that are broken, strange or hostile: each gets its sentence, none is followed, none is waited for."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp.errors import BadUsage, NotFound

from .conftest import NOW, Proposing, lost, said
from .worlds import broken_world, newer_world, seed_world, spec

needs_posix = pytest.mark.skipif(os.name == "nt", reason="FIFOs and links of POSIX")

SENTENCES = [
    (".loop-backend", "holds 2 lines where one is expected"),
    (".loop-model", "is empty"),
    (".orch-model", "'--model' is no name of a model"),
    (".phases-spec", "is no phase, which is written id|planfile|statusfile: no plan"),
    (".phases-spec", "this phase has no id that can be one: |x|y"),
    (".phases-spec", "what follows the status file is not known (more): three|plan-3.md||more"),
    (".phase-idx", "'two' is no index"),
    (".builder-session-id", "is empty"),
    (".adv-session-id", "holds 2 lines where one is expected"),
    (".ghost-session-id", "a conversation of ghost, which is no agent here"),
    (".limited-claude", "this limit does not say until when: an agent that is limited will say so again"),
    (".strange", "is no file of the launchers that cotemp knows: it stays where it is"),
]


@pytest.mark.parametrize(("file", "sentence"), SENTENCES)
def test_each_thing_that_is_not_understood_is_told(
    file: str, sentence: str, tmp_path: Path, proposing: Proposing
) -> None:
    """A half broken world says of each file and line what is wrong with it."""
    assert sentence in lost(proposing(broken_world(tmp_path)), file)


def test_nothing_else_is_told_of_a_broken_world(tmp_path: Path, proposing: Proposing) -> None:
    """What could be read is taken over without a word too many."""
    proposal = proposing(broken_world(tmp_path), phase="three")
    assert len(proposal.not_understood) == len(SENTENCES) - 1
    assert [one.id for one in proposal.config.phases] == ["one", "three"]
    assert set(proposal.config.agents) == {"builder", "adversary"}


@needs_posix
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, proposing: Proposing) -> None:
    """A dotfile cannot make cotemp read, or repeat, a file elsewhere."""
    outside = tmp_path / "secret"
    outside.write_text("sonnet")
    world = tmp_path / "world"
    world.mkdir()
    (world / ".loop-model").symlink_to(outside)
    (world / ".phase-idx").symlink_to("/dev/zero")
    (world / "real").write_text("codex")
    (world / ".loop-backend").symlink_to("real")
    proposal = proposing(world)
    assert lost(proposal, ".loop-model") == lost(proposal, ".phase-idx")
    assert "leads out of the folder" in lost(proposal, ".loop-model")[0]
    assert proposal.config.agents["builder"].model is None
    assert proposal.config.agents["builder"].backend == "codex"


@needs_posix
def test_a_pipe_is_not_opened(tmp_path: Path, proposing: Proposing) -> None:
    """Nobody waits for what never comes."""
    for name in (".loop-model", ".phases-spec", ".builder-session-id", ".limited-claude"):
        os.mkfifo(tmp_path / name)
    (tmp_path / ".loop-backend").write_text("claude")
    proposal = proposing(tmp_path)
    assert lost(proposal, ".phases-spec") == ["is no file: not opened"]
    assert len(proposal.not_understood) == 4


def test_files_without_end_and_without_letters_are_left(tmp_path: Path, proposing: Proposing) -> None:
    """What is far too large, or no text, is told and not read on."""
    (tmp_path / ".loop-model").write_bytes(b"x" * (4 * 1024 * 1024 + 1))
    (tmp_path / ".loop-backend").write_bytes(b"cla\xffude")
    (tmp_path / ".phases-spec").write_bytes("a|a.md|\n".encode("utf-16"))
    proposal = proposing(tmp_path)
    assert lost(proposal, ".loop-model") == ["is larger than 4 MB"]
    assert lost(proposal, ".loop-backend") == ["is no UTF-8 (line 1)"]
    assert lost(proposal, ".phases-spec") == ["is no UTF-8 (line 1)"]


@pytest.mark.parametrize("text", ["--dangerous", "a b", "x", "\x1b[31mred", "../../etc", "$(id)", "a" * 200])
def test_no_session_id_can_be_a_switch_or_steer_a_terminal(text: str, tmp_path: Path, proposing: Proposing) -> None:
    """What follows --resume on a command line is an id, or nothing."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    (tmp_path / ".builder-session-id").write_text(text)
    proposal = proposing(tmp_path)
    assert proposal.resume == ()
    assert "is no session id" in lost(proposal, ".builder-session-id")[0]


def test_ids_of_phases_cannot_break_the_settings(tmp_path: Path, proposing: Proposing) -> None:
    """Quotes, brackets and escapes in a list of phases are text in the settings, or are refused."""
    (tmp_path / ".phases-spec").write_text(
        'a"]\n|x.md|\nb|pl"an\\u0000.md|S.md\nc|p\x07.md|\nd|d.md|../../x.md\n[agents]|x.md|\n'
    )
    proposal = proposing(tmp_path, phase="b")
    assert [(one.id, one.plan) for one in proposal.config.phases] == [("b", 'pl"an\\u0000.md'), ("d", "d.md")]
    assert proposal.config.phases[1].status is None
    assert sum(one.origin.file.name == ".phases-spec" for one in proposal.not_understood) == 4
    assert any("phases[1].status" in one.why for one in proposal.not_understood)


def test_an_unknown_backend_becomes_a_table_to_complete(tmp_path: Path, proposing: Proposing) -> None:
    """A program that cotemp does not ship is kept by its name, and it is said what is missing."""
    (tmp_path / ".loop-backend").write_text("aider")
    proposal = proposing(tmp_path)
    assert proposal.config.backends["aider"].argv == ("aider",)
    assert "complete [backends.aider]" in lost(proposal, ".loop-backend")[0]


def test_a_launcher_that_does_not_tell_its_prompt_is_told(tmp_path: Path, proposing: Proposing) -> None:
    """An agent of which nobody knows what it should do is not made up."""
    root = seed_world(tmp_path)
    (root / "cc-ci-plan" / "launch-report.py").write_text('TASKS = ["/one", "/two"]')
    proposal = proposing(root)
    assert "report" not in proposal.config.agents
    assert "add [agents.report] yourself" in lost(proposal, "launch-report.py")[0]


def test_settings_that_are_no_toml_are_told_with_their_line(tmp_path: Path, proposing: Proposing) -> None:
    """The dotfiles count where the newer settings cannot be read."""
    root = newer_world(tmp_path)
    (root / "cc-ci-plan" / "agents.toml").write_text("[agents]\nx = = 1\n")
    proposal = proposing(root)
    (found,) = (one for one in proposal.not_understood if one.origin.file.name == "agents.toml")
    assert found.origin.line == 2
    assert proposal.config.agents["builder"].model == "opus"


def test_an_agent_that_cannot_be_is_left_out_and_told(tmp_path: Path, proposing: Proposing) -> None:
    """A table of an unknown kind goes as a whole, with what refers to it; the others stay."""
    root = newer_world(tmp_path)
    file = root / "cc-ci-plan" / "agents.toml"
    file.write_text(file.read_text() + '\n[agents."odd one"]\nkind = "loop"\n[agents.daemon]\nkind = "sprite"\n')
    proposal = proposing(root)
    assert {"builder", "adv"} <= set(proposal.config.agents)
    assert not {"odd one", "daemon"} & set(proposal.config.agents)
    assert sum(".daemon" in one.why or "odd one" in one.why for one in proposal.not_understood) >= 2


def test_however_many_keys_are_unknown(tmp_path: Path, proposing: Proposing) -> None:
    """A file of another program's making is read to its end."""
    root = newer_world(tmp_path)
    file = root / "cc-ci-plan" / "agents.toml"
    file.write_text(file.read_text() + "\n[odd]\n" + "".join(f"[agents.builder.x{n}]\ny = 1\n" for n in range(100)))
    proposal = proposing(root)
    assert sum("agents.builder.x" in one.why for one in proposal.not_understood) == 100
    assert proposal.config.agents["builder"].model == "sonnet"


# --- limits ---

LIMITS = [
    ("1781337600\n", "2026-06-13T08:00:00+00:00"),
    ("1781337600000", "2026-06-13T08:00:00+00:00"),
    ("2026-06-13T08:00:00Z", "2026-06-13T08:00:00+00:00"),
    ("2026-06-13T10:00:00+02:00\nusage limit", "2026-06-13T08:00:00+00:00"),
    ("2026-06-13 08:00:00", "2026-06-13T08:00:00+00:00"),
    ("You've hit your session limit · resets 8am (UTC)", "2026-06-13T08:01:30+00:00"),
]


@pytest.mark.parametrize(("text", "until"), LIMITS)
def test_a_limit_lasts_until_it_says(text: str, until: str, tmp_path: Path, proposing: Proposing) -> None:
    """An epoch, an ISO time and a program's own words open the account's window, and its agents wait."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    file = tmp_path / ".limited-claude"
    file.write_text(text)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    (limit,) = proposing(tmp_path).limits
    assert limit.until == datetime.fromisoformat(until)
    assert (limit.account, limit.parked) == ("anthropic", ("builder", "adversary"))


REFUSED = [
    ("in 200 years", "7999999999", "no usage limit lasts"),
    ("in nine days", str(int((NOW + timedelta(days=9)).timestamp())), "no usage limit lasts"),
    ("far beyond any calendar", "9" * 13, "no usage limit lasts"),
    ("nothing", "", "does not say until when"),
    ("without a time", "limited", "does not say until when"),
    ("in an unknown zone", "resets 7pm (Middle/Earth)", "does not say until when"),
]


@pytest.mark.parametrize(("what", "text", "sentence"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_senseless_limit_is_not_believed(
    what: str, text: str, sentence: str, tmp_path: Path, proposing: Proposing
) -> None:
    """No agent is parked for 200 years."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    (tmp_path / ".limited-claude").write_text(text)
    proposal = proposing(tmp_path)
    assert proposal.limits == ()
    assert sentence in lost(proposal, ".limited-claude")[0]


def test_a_limit_that_is_over_is_let_go(tmp_path: Path, proposing: Proposing) -> None:
    """What ended before is said, and parks nobody."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    (tmp_path / ".limited-claude").write_text(str(int(NOW.timestamp()) - 60))
    proposal = proposing(tmp_path)
    assert proposal.limits == ()
    assert "is over" in said(proposal)


def test_a_limit_of_one_agent_is_its_accounts(tmp_path: Path, proposing: Proposing) -> None:
    """Of two limits of one account the longer counts; one that concerns nobody is told."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    later = NOW + timedelta(hours=3)
    (tmp_path / ".limited-adv").write_text(later.isoformat())
    (tmp_path / ".limited-claude").write_text((NOW + timedelta(hours=1)).isoformat())
    (tmp_path / ".limited-codex").write_text(later.isoformat())
    proposal = proposing(tmp_path)
    assert [(one.account, one.until, one.agent) for one in proposal.limits] == [("anthropic", later, "adversary")]
    assert "which no agent here uses" in lost(proposal, ".limited-codex")[0]


@pytest.mark.parametrize("key", ["until", "resets_at", "limited_until"])
def test_a_limit_of_the_newer_driver_is_json(key: str, tmp_path: Path, proposing: Proposing) -> None:
    """Its time stands under one of a few keys, as an epoch or as ISO."""
    root = newer_world(tmp_path)
    file = root / ".cc-ci-logs" / "state" / "limited-claude.json"
    file.write_text(json.dumps({key: (NOW + timedelta(hours=2)).timestamp(), "reason": "weekly"}))
    (limit,) = proposing(root).limits
    assert (limit.until, limit.quote) == (NOW + timedelta(hours=2), "weekly")
    file.write_text("[1")
    assert lost(proposing(root), file.name) == ["is no JSON object"]


# --- where there is nothing ---


def test_an_empty_folder_is_no_world(tmp_path: Path, proposing: Proposing) -> None:
    """Where nothing of an old world is, that is said, with where it was looked."""
    with pytest.raises(NotFound, match=r"nothing of an old world is in .*name the folder"):
        proposing(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, proposing: Proposing) -> None:
    """A wrong name, or a file, is no folder."""
    with pytest.raises(NotFound):
        proposing(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(BadUsage):
        proposing(tmp_path / "file")


def test_times_are_utc(tmp_path: Path, proposing: Proposing) -> None:
    """What is written down is in UTC, whatever the machine's zone is."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    assert proposing(tmp_path).sequence.since == NOW.astimezone(UTC)
