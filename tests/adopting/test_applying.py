"""Moving in for real: settings, state, originals; once, whatever crashed in between."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.adopting import Applied, Way, apply, applying, destination, earlier, finish, look, originals, past, plan
from cotemp.agents.store import Store
from cotemp.config import is_trusted, load
from cotemp.errors import BadConfig, HeldByOther, WaitsForHuman
from cotemp.places import Places, own_config_file
from cotemp.store.claims import hold
from cotemp.supervisor.daemon import CLAIM

from .conftest import NOW
from .worlds import BUILDER_ID, broken_world, newer_world, seed_world, spec

ENV = {"PATH": ""}


def moved(places: Places, folder: Path, config: Path | None = None, phase: str | None = None) -> Applied:
    """Move `folder` in."""
    config = config or own_config_file()
    proposal = plan(look(folder, ENV), config, NOW, phase)
    return apply(places, proposal, destination(config, proposal), NOW, ENV)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_looking_changes_nothing(tmp_path: Path, places: Places, nobody_home: Path) -> None:
    """A plan leaves every byte as it was, in the old world, the settings and the state."""
    root = newer_world(tmp_path / "old")
    before = contents(tmp_path), contents(nobody_home)
    config = own_config_file()
    destination(config, plan(look(root, ENV), config, NOW))
    assert (contents(tmp_path), contents(nobody_home)) == before


def test_all_is_in_its_place(tmp_path: Path, places: Places) -> None:
    """Settings can be read, the phase and the conversations are kept, the old files are kept as *.orig."""
    root = seed_world(tmp_path)
    before = contents(root)
    moved(places, root)
    config, kept = load(own_config_file()), Store(places).load()
    assert [one.id for one in config.phases][9] == kept.sequence.phase == "cf55"
    assert kept.records["builder"].resume == {"cf55": BUILDER_ID}
    assert "assistant" not in kept.records
    gone = {name: data for name, data in before.items() if name.startswith(".cc-ci-logs/.")}
    after = contents(root)
    assert {f"{name}.orig": data for name, data in gone.items()}.items() <= after.items()
    assert not gone.keys() & after.keys()
    assert after["cc-ci-plan/launch.py"] == before["cc-ci-plan/launch.py"]


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_the_settings_are_for_this_user_only(tmp_path: Path, places: Places) -> None:
    """Variables of agents may be secrets."""
    moved(places, newer_world(tmp_path))
    assert stat.S_IMODE(own_config_file().stat().st_mode) == 0o600
    assert "hunter2" in own_config_file().read_text()
    assert "hunter2" not in "".join(file.read_text() for file in places.state.rglob("*") if file.is_file())


def test_doing_it_again_does_nothing(tmp_path: Path, places: Places) -> None:
    """The second time it is known that the world moved in, by whichever of its folders it is named."""
    root = seed_world(tmp_path)
    moved(places, root)
    before = contents(tmp_path)
    for folder in (root, root / ".cc-ci-logs", root / "cc-ci-plan"):
        found = earlier(places, look(folder, ENV))
        assert found is not None
        assert found.done
        assert finish(places, found, ENV).files == []
    assert contents(tmp_path) == before


def test_an_earlier_orig_is_never_written_over(tmp_path: Path, places: Places) -> None:
    """What somebody kept under that name stays; ours gets the next one."""
    (tmp_path / ".phases-spec").write_text(spec("a"))
    (tmp_path / ".phases-spec.orig").write_text("kept")
    (tmp_path / ".phases-spec.orig2").write_text("kept, too")
    moved(places, tmp_path)
    assert (tmp_path / ".phases-spec.orig").read_text() == "kept"
    assert (tmp_path / ".phases-spec.orig2").read_text() == "kept, too"
    assert (tmp_path / ".phases-spec.orig3").read_text() == spec("a")


def test_what_was_not_understood_stays_where_it_is(tmp_path: Path, places: Places) -> None:
    """Only files that were taken over are set aside."""
    folder = broken_world(tmp_path)
    moved(places, folder, phase="three")
    assert (folder / ".strange").exists()
    assert (folder / ".adv-session-id").exists()
    assert not (folder / ".phases-spec").exists()


def test_an_open_question_comes_first(tmp_path: Path, places: Places) -> None:
    """Nothing is written while nobody knows the current phase."""
    folder = broken_world(tmp_path / "old")
    before = contents(tmp_path)
    with pytest.raises(WaitsForHuman, match="--phase"):
        moved(places, folder)
    assert contents(tmp_path) == before
    assert not own_config_file().exists()


def test_a_daemon_that_runs_keeps_its_state(tmp_path: Path, places: Places) -> None:
    """Nobody writes what the daemon has in its hands; it is said what to do."""
    root = seed_world(tmp_path)
    with hold(places, CLAIM, "the daemon"), pytest.raises(HeldByOther, match="cotemp down"):
        moved(places, root)
    assert not own_config_file().exists()


def test_a_sequence_that_stands_here_already_stays(tmp_path: Path, places: Places) -> None:
    """What agents did since the old world stopped is not undone, and it is said how to do that."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / ".phases-spec").write_text(spec("a", "b"))
    moved(places, tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / ".phases-spec").write_text(spec("a", "b"))
    (tmp_path / "two" / ".phase-idx").write_text("1")
    remarks = moved(places, tmp_path / "two").remarks
    assert Store(places).load().sequence.phase == "a"
    assert "cotemp phase set b" in remarks[0]


def test_loops_of_a_complete_sequence_stay_stopped(tmp_path: Path, places: Places) -> None:
    """They were stopped on purpose; the orchestrator was not."""
    root = seed_world(tmp_path)
    (root / ".cc-ci-logs" / "SEQUENCE-COMPLETE").touch()
    moved(places, root)
    records = Store(places).load().records
    assert records["builder"].stopped
    assert records["builder"].stopped.why == "finished"
    assert records["orchestrator"].stopped is None


# --- where the settings go ---


def settings(text: str) -> Path:
    """This machine's settings, as somebody wrote them."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def test_settings_without_agents_get_them(tmp_path: Path, places: Places) -> None:
    """What stands in them stays to the byte; the agents are added at the end, and the file is kept as it was."""
    text = 'schema = 1\r\n[sessions.co-planning]\r\nname = "Planning"'
    file = settings(text)
    moved(places, seed_world(tmp_path))
    assert file.read_bytes().startswith(text.encode())
    assert load(file).sessions["co-planning"].name == "Planning"
    assert "builder" in load(file).agents
    assert file.with_name("agents.toml.orig").read_bytes() == text.encode()


def test_settings_with_agents_are_left_alone(tmp_path: Path, places: Places) -> None:
    """Two sets of agents are brought together by a human: nothing else is done."""
    text = '[agents.mine]\nkind = "persistent"\nbackend = "sh"\n'
    file, root = settings(text), seed_world(tmp_path)
    moved(places, root)
    assert file.read_text() == text
    assert "builder" in load(file.with_name("agents.toml.adopted")).agents
    assert (root / ".cc-ci-logs" / ".phase-idx").exists()
    assert earlier(places, look(root, ENV)) is None
    assert moved(places, root).files[0][1].name == "agents.toml.adopted"
    assert not file.with_name("agents.toml.adopted.orig").exists()


def test_settings_that_a_human_brought_together_are_enough(tmp_path: Path, places: Places) -> None:
    """When all agents and phases stand in them, they stay as they are, and the rest is done."""
    root = seed_world(tmp_path)
    config = own_config_file()
    together = plan(look(root, ENV), config, NOW).toml + '\n[agents.mine]\nkind = "persistent"\nbackend = "sh"\n'
    settings(together)
    moved(places, root)
    assert config.read_text() == together
    assert Store(places).load().sequence.phase == "cf55"


def test_the_old_drivers_own_file_can_be_the_settings(tmp_path: Path, places: Places) -> None:
    """With `--config` at the old file, it is kept as *.orig and ours takes its place."""
    root = newer_world(tmp_path)
    config = root / "cc-ci-plan" / "agents.toml"
    before = config.read_bytes()
    moved(places, root, config)
    assert config.with_name("agents.toml.orig").read_bytes() == before
    assert load(config).agents["adv"].model == "sonnet"
    assert not config.with_name("agents.toml.orig2").exists()


def test_settings_elsewhere_are_believed_by_who_wrote_them(tmp_path: Path, places: Places) -> None:
    """A new file that --config names counts at once; one that nobody trusted does not become trusted."""
    root = seed_world(tmp_path / "old")
    moved(places, root, tmp_path / "mine.toml")
    assert is_trusted(places, tmp_path / "mine.toml")
    strange = tmp_path / "strange.toml"
    strange.write_text("schema = 1\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".phases-spec").write_text(spec("a"))
    moved(places, other, strange)
    assert not is_trusted(places, strange)


def test_broken_settings_are_told_before_anything_is_done(tmp_path: Path, places: Places) -> None:
    """Nothing is added to a file that nobody can read."""
    root = seed_world(tmp_path)
    settings("schema = = 1\n")
    with pytest.raises(BadConfig):
        moved(places, root)
    assert (root / ".cc-ci-logs" / ".phase-idx").exists()


def test_a_list_too_long_for_settings_is_refused(tmp_path: Path, places: Places) -> None:
    """What could not be read again is not written."""
    long = "x" * 100
    (tmp_path / ".phases-spec").write_text("".join(f"p{number}|{long}.md|\n" for number in range(9_000)))
    with pytest.raises(BadConfig, match="would be larger"):
        moved(places, tmp_path)


# --- crashes ---


class Killed(BaseException):
    """What a kill is to the code that it ends."""


STEPS: list[tuple[object, str]] = [
    (applying, "keep_state"),
    (applying, "note"),
    (applying, "finish"),
    (applying, "set_aside"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("room", "step"), STEPS, ids=[step for _, step in STEPS])
def test_a_crash_at_any_step_leads_to_the_same_end(
    room: object, step: str, after: bool, tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does it again after a crash has what an undisturbed run would have left."""
    root = seed_world(tmp_path)
    with monkeypatch.context() as broken:
        real: Callable[..., object] = getattr(room, step)

        def dies(*args: object, **more: object) -> None:
            if after:
                real(*args, **more)
            raise Killed

        broken.setattr(room, step, dies)
        with pytest.raises(Killed):
            moved(places, root)
    _again(places, root)
    assert Store(places).load().sequence.phase == "cf55"
    assert Store(places).load().records["builder"].resume == {"cf55": BUILDER_ID}
    assert sorted(file.name for file in (root / ".cc-ci-logs").glob(".*")) == [
        ".adv-session-id.orig", ".builder-session-id.orig", ".loop-backend.orig", ".loop-model-builder.orig",
        ".loop-model.orig", ".orch-model.orig", ".orchestrator-session-id.orig", ".phase-idx.orig", ".phases-spec.orig",
    ]  # fmt: skip
    assert [file.name for file in own_config_file().parent.iterdir()] == ["agents.toml"]


def test_a_crash_between_two_old_files_reads_nothing_anew(
    tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a world is no world: only what was begun is ended, and no word is said of what the rest might mean."""
    root, real = seed_world(tmp_path), originals.set_aside

    def dies(file: Path) -> Path:
        if file.name == ".phases-spec":
            raise Killed
        return real(file)

    with monkeypatch.context() as broken:
        broken.setattr(applying, "set_aside", dies)
        with pytest.raises(Killed):
            moved(places, root)
    before = earlier(places, look(root, ENV))
    assert before
    assert [file.name for file in before.left()] == [".phases-spec"]
    assert finish(places, before, ENV).remarks == []
    assert not (root / ".cc-ci-logs" / ".phases-spec").exists()


def _again(places: Places, root: Path) -> None:
    """What `cotemp adopt --apply` does the next time."""
    before = earlier(places, look(root, ENV))
    if before is None:
        moved(places, root)
    else:
        finish(places, before, ENV)


def test_a_damaged_note_of_worlds_is_set_aside(tmp_path: Path, places: Places) -> None:
    """It counts as missing, and can be found."""
    root = seed_world(tmp_path)
    (places.state / "adopted.json").write_text("{")
    assert earlier(places, look(root, ENV)) is None
    assert list(places.state.glob("adopted.json.damaged-*"))


def test_several_worlds_are_told_apart(tmp_path: Path, places: Places) -> None:
    """One that moved in does not keep another from it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".loop-model").write_text("sonnet")
    moved(places, tmp_path / "one")
    assert earlier(places, look(tmp_path / "two", ENV)) is None
    config = own_config_file()
    (tmp_path / "two" / ".loop-model-builder").write_text("opus")
    proposal = plan(look(tmp_path / "two", ENV), config, NOW)
    where = destination(config, proposal)
    assert (where.way, where.other) == (Way.THERE, ("builder", "adversary"))
    apply(places, proposal, where, NOW, ENV)
    told = json.loads((places.state / "adopted.json").read_text())
    assert len(told["worlds"]) == 2
    assert past.moved_in(places, (str(tmp_path / "one"),))
