"""`cotemp adopt` and `cotemp shims` as people and programs meet them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cotemp.places import own_config_file
from tests.cli.real import here, home
from tests.fitting import check

from .worlds import BUILDER_ID, broken_world, newer_world, seed_world, spec

SECRET = "ghp_" + "a1B2" * 9


@pytest.fixture(autouse=True)
def no_tmux(monkeypatch: pytest.MonkeyPatch, sockets: Path) -> None:
    """No session of anybody runs."""
    home().make_state()


def test_a_plan_can_be_read(tmp_path: Path) -> None:
    """It says what was read, what becomes of it, what was decided, and how to do it; places are said once."""
    root = seed_world(tmp_path)
    said = here("adopt", str(root))
    assert (said.code, said.err) == (0, "")
    for words in (
        "read\n",
        "  - .cc-ci-logs/.phase-idx: the old index of the phase: 10",
        "becomes\n",
        "  - builder: loop, claude, opus",
        "  - 11 phases; the sequence is at cf55, index 9",
        "decided\n",
        "mailu is there twice",
        f"settings {own_config_file()} (a new file)",
        "[agents.builder]",
        f"nothing was changed; to do it: cotemp adopt {root} --apply",
    ):
        assert words in said.out
    assert "not understood" not in said.out
    assert not own_config_file().exists()


def test_doing_it_says_what_was_done_and_what_is_next(tmp_path: Path) -> None:
    """Each file that was written or set aside is named; the second time there is nothing to do."""
    root = seed_world(tmp_path)
    said = here("adopt", str(root), "--apply")
    assert said.code == 0
    for words in ("done\n", ".phases-spec.orig", "next\n", f"cotemp shims {root / 'cc-ci-plan'}", "cotemp up"):
        assert words in said.out
    again = here("adopt", str(root), "--apply")
    assert again.code == 0
    assert again.out.startswith(f"already done: {root} moved in ")
    assert here("adopt", str(root / "cc-ci-plan")).out == again.out


def test_a_question_waits_for_a_human(tmp_path: Path) -> None:
    """The exit code says so, with --apply and without it, until the phase is named."""
    folder = broken_world(tmp_path)
    said = here("adopt", str(folder))
    assert said.code == 5
    assert said.out.rstrip().endswith("name it with --phase (one, three)")
    assert "not understood\n" in said.out
    assert here("adopt", str(folder), "--apply").code == 5
    assert here("adopt", str(folder), "--apply", "--phase", "three").code == 0


def test_settings_beside_wait_for_a_human(tmp_path: Path) -> None:
    """Where settings have agents of their own, it is said what to do with ours."""
    own_config_file().parent.mkdir(parents=True)
    own_config_file().write_text('[agents.mine]\nkind = "persistent"\nbackend = "sh"\n')
    said = here("adopt", str(seed_world(tmp_path)), "--apply")
    assert said.code == 5
    assert "agents.toml.adopted" in said.out
    assert "Bring the two files together" in said.out


@pytest.mark.parametrize("world", [seed_world, newer_world, broken_world])
def test_answers_for_programs_have_their_form(world: object, tmp_path: Path) -> None:
    """What a program reads has the keys that are documented, before, after and the second time."""
    assert callable(world)
    root = world(tmp_path)
    more = ["--phase", "three"] if world is broken_world else []
    states = []
    for apply in ([], ["--apply"], ["--apply"]):
        answer = here("adopt", str(root), *more, *apply, "--json").json
        check("answer-adopt", answer)
        states.append(answer["state"])
    assert states == ["proposed", "applied", "already"]


def test_the_answer_has_all_of_it(tmp_path: Path) -> None:
    """A program finds the phase, the conversations and each decision with its line."""
    answer = here("adopt", str(seed_world(tmp_path)), "--json").json
    assert answer["sequence"] == {"phase": "cf55", "index": 9, "phases": 11, "complete": False}
    assert {"agent": "builder", "phase": "cf55", "session_id": BUILDER_ID} in answer["conversations"]
    doubled = next(one for one in answer["decisions"] if one["what"].startswith("mailu"))
    assert doubled["file"].endswith(".phases-spec")
    assert doubled["line"] == 10


def test_no_secret_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report can be pasted anywhere: values of variables, and whatever has the shape of a key, are marks in it."""
    monkeypatch.setenv("DEPLOY_TOKEN", "correct-horse-battery")
    root = newer_world(tmp_path)
    (root / ".cc-ci-logs" / ".loop-model-builder").write_text(SECRET)
    (root / ".cc-ci-logs" / ".limited-claude").write_text("limited correct-horse-battery")
    (root / ".cc-ci-logs" / ".phases-spec").write_text(f"a|a.md|a|{SECRET}\nbroken hunter2-hunter2-hunter2\n")
    for more in ((), ("--json",), ("--apply",)):
        said = here("adopt", str(root), *more)
        for secret in (SECRET, "correct-horse-battery", "hunter2"):
            assert secret not in said.out + said.err
    assert "hunter2" in own_config_file().read_text()


def test_no_text_of_others_steers_the_terminal(tmp_path: Path) -> None:
    """Escape sequences in files and in names of files are shown, not sent."""
    folder = tmp_path / "wor\x1b[2Jld"
    folder.mkdir()
    (folder / ".phases-spec").write_text("a|a.md|\n\x1b]0;owned\x07|x|y\nb|b\u202e.md|\n")
    (folder / ".builder-session-id").write_text("\x1b[31mred")
    (folder / ".strange\x1b[1m").touch()
    for more in ((), ("--phase", "a", "--apply")):
        said = here("adopt", str(folder), *more)
        assert not {"\x1b", "\x07", "\u202e"} & set(said.out + said.err)
        assert "\u241b[2J" in said.out


def test_long_lists_are_cut_for_people_only(tmp_path: Path) -> None:
    """A page stays a page; --json has everything."""
    (tmp_path / ".phases-spec").write_text(spec(*(f"p{number}" for number in range(200))) + "broken\n" * 100)
    said = here("adopt", str(tmp_path))
    assert "… and 60 more: add --json" in said.out
    assert len(said.out.splitlines()) < 250
    assert len(here("adopt", str(tmp_path), "--json").json["not_understood"]) == 100


def test_moving_in_is_for_humans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No DO moves a world in, or writes launchers; it may look."""
    root = seed_world(tmp_path)
    monkeypatch.setenv("COTEMP_RUN_ID", "20261121-101502-28216-k3f9")
    assert here("adopt", str(root), "--apply").code == 6
    assert here("shims", str(root)).code == 6
    assert here("adopt", str(root)).code == 0


def test_shims_tell_what_they_wrote(tmp_path: Path) -> None:
    """Each file with what became of it; the loops are those of the settings."""
    root = seed_world(tmp_path)
    here("adopt", str(root), "--apply")
    said = here("shims", str(root / "cc-ci-plan"), "--json")
    check("answer-shims", said.json)
    kept = {os.path.basename(one["file"]): one["kept"] for one in said.json["files"]}
    assert kept["launch.py"].endswith("launch.py.orig")
    assert kept["agents.py"] is None
    assert 'LOOPS = ["builder", "adversary"]' in (root / "cc-ci-plan" / "launch.py").read_text()
    assert "same " in here("shims", str(root / "cc-ci-plan")).out


def test_a_shim_asks_whether_the_settings_say_so(tmp_path: Path) -> None:
    """The hidden command behind the old variables: 0 when it is so, 1 with the line to edit when not."""
    here("adopt", str(seed_world(tmp_path)), "--apply")
    assert here("shims", "check", "adversary", "--backend=claude", "--model=sonnet").code == 0
    assert here("shims", "check", "builder", "adversary", "--some", "--model=sonnet").code == 0
    assert here("shims", "check", "builder", "adversary", "--some", "--model=haiku").code == 1
    said = here("shims", "check", "builder", "adversary", "--model=sonnet")
    assert said.code == 1
    assert "builder has model opus, not sonnet: write model" in said.out


def test_shims_are_known_again_by_adopt(tmp_path: Path) -> None:
    """Our own shims are no sign of an old world."""
    here("shims", str(tmp_path))
    assert here("adopt", str(tmp_path)).code == 4
