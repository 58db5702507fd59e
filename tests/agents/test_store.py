"""What is kept of agents: whole, readable by people, believed only when it is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp.agents.handed import HandoffRecord
from cotemp.agents.limits import Limit
from cotemp.agents.places import AgentPlaces
from cotemp.agents.record import AgentRecord, Bell, BellKind, BellState, Launched, Stopped, TakenOver, Told
from cotemp.agents.sequence import AddedPhase, Completion, Ending, Sequence
from cotemp.agents.states import Problem
from cotemp.agents.store import Kept, Store
from cotemp.errors import StorageFailed
from cotemp.places import Places

NOW = datetime(2026, 11, 21, 9, 20, 0, 123456, tzinfo=UTC)
BELL = Bell("commit:1a", BellKind.COMMIT, 7, "0123abc", NOW, BellState.RUNG, 2, NOW + timedelta(seconds=3))
RECORD = AgentRecord(
    "Builder",
    wanted=True,
    stopped=Stopped(NOW, "a person’s words"),
    launched=Launched(NOW, "tmux", "pvfix", {"backend": "claude"}, 42, "id-1", 4096, taken_over=TakenOver("s", "=n:")),
    resume={"": "a", "pvfix": "b"},
    restarts=(NOW, NOW + timedelta(minutes=1)),
    problem=Problem.LOGIN,
    bells=(BELL,),
    bell_ids=("commit:1a",),
    bell_count=7,
    told_notes=Told(("NOTE_ä.md",), 1, NOW),
)
LIMIT = Limit("anthropic", NOW, NOW + timedelta(hours=2), "resets 11am", "builder", parked=("builder",))
KEPT = Kept(
    {"Builder": RECORD, "adversary": AgentRecord("adversary")},
    Sequence("ghost", 2, NOW, ("pvfix",), (AddedPhase("cf48", "plans/cf48.md", "STATUS-cf48.md"),), "b10b",
             Completion(NOW, (Ending.STOPPED,))),
    {"anthropic": LIMIT, "../Work (ä)": replace(LIMIT, account="../Work (ä)")},
    HandoffRecord(("1a", "2b"), began=True, inboxes={"BUILDER-INBOX.md": 2}, plans={"pvfix": "c0de"}),
)  # fmt: skip


@pytest.fixture
def at(places: Places) -> AgentPlaces:
    return AgentPlaces.of(places)


@pytest.fixture
def kept(places: Places) -> Kept:
    """Everything is on disk."""
    store = Store(places)
    store.save(store.load(), KEPT)
    return KEPT


def marks(root: Path) -> dict[Path, int]:
    """Each file below `root`, and which file it is: one that is written whole is another one."""
    return {path: path.stat().st_ino for path in root.rglob("*") if path.is_file()}


# --- keeping ---


def test_what_was_kept_comes_back_as_it_was(places: Places, kept: Kept) -> None:
    """A daemon that comes back knows everything that the one before it knew, to the microsecond."""
    store = Store(places)
    assert store.load() == kept
    assert store.problems == []


def test_nothing_is_known_at_first(places: Places) -> None:
    """A home without agents has no records, and no problem."""
    store = Store(places)
    assert store.load() == Kept()
    assert store.problems == []


def test_only_what_changed_is_written(places: Places, kept: Kept) -> None:
    """A bell for one agent writes that agent's record, and no other file."""
    before = marks(places.state)
    after = replace(kept, records={**kept.records, "adversary": AgentRecord("adversary", wanted=True)})
    Store(places).save(kept, after)
    changed = {path for path, mark in marks(places.state).items() if before.get(path) != mark}
    assert changed == {AgentPlaces.of(places).record("adversary")}


def test_a_person_can_read_the_files(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """They are JSON with a schema, a line for each key, times in UTC, and lie where one looks for them."""
    text = (places.state / "agents" / "builder" / "record.json").read_text()
    assert json.loads(text)["schema"] == 1
    assert '\n "agent": "Builder",\n' in text
    assert json.loads((places.state / "phases" / "index").read_text())["phase"] == "ghost"
    assert (
        json.loads((places.state / "limits" / "anthropic.json").read_text())["until"] == "2026-11-21T11:20:00.123456Z"
    )
    assert all(path.stat().st_mode & 0o077 == 0 for path in (at.record("builder"), at.index, at.handoff))


def test_names_of_agents_ignore_case(places: Places, kept: Kept) -> None:
    """Who spells an agent anew in the settings goes on with its record."""
    assert Store(places).load().record("BUILDER") == replace(RECORD, agent="BUILDER")
    assert Store(places).load().record("new") == AgentRecord("new")


def test_an_account_may_be_called_anything(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """No account's name leads out of the folder, names a device, or is taken for another one's."""
    files = [at.limit(name) for name in ("a", "A", "..", "/", "con", "a/b", "a b", "x" * 300, "ä", "ö")]
    assert len({file.name.casefold() for file in files}) == len(files)
    assert all(file.parent == at.limits and len(file.name) < 80 for file in files)
    assert at.limit("anthropic").name == "anthropic.json"
    assert at.limit("con").stem != "con"


def test_a_name_that_is_no_text_spoils_no_record(places: Places) -> None:
    """A note whose file name is no UTF-8 may wait; the record with its name is still one."""
    store = Store(places)
    store.save(store.load(), Kept({"a": AgentRecord("a", told_notes=Told(("NOTE_\udcff\ud800.md",)))}))
    assert Store(places).load().records["a"].told_notes.names == ("NOTE_??.md",)


def test_the_end_of_the_sequence_stands_in_a_file(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """`SEQUENCE-COMPLETE` says when, may be written twice, and goes when a phase is added."""
    store = Store(places)
    before = store.load()
    for _ in range(2):
        store.mark_complete(before.sequence)
    assert at.complete.read_text() == "2026-11-21T09:20:00.123Z 1 phases done\n"
    store.save(before, replace(before, sequence=replace(before.sequence, complete=None)))
    assert not at.complete.exists()


def test_what_a_killed_writer_left_is_cleared(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """Half a file that a crash left is no file, and is not kept for ever."""
    left = [folder / ".tmp-abc" for folder in (at.folder("builder"), at.limits, at.index.parent)]
    for file in left:
        file.write_bytes(b"{")
    assert Store(places).load() == kept
    assert not any(file.exists() for file in left)


# --- damage ---

WRONG: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[:-20],
    "no object": lambda data: b"[]",
    "no JSON": lambda data: b"\xff\x00",
    "too deep": lambda data: b"[" * 100_000,
    "naive time": lambda data: data.replace(b'123456Z"', b'123456"'),
    "wrong type": lambda data: data.replace(b'"parked": [', b'"parked": [3,').replace(b'true', b'"yes"'),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_damaged_file_is_set_aside_and_told(places: Places, kept: Kept, at: AgentPlaces, wrong: str) -> None:
    """It counts as missing, a person finds it beside its place, and everything else is still known."""
    files = [at.record("builder"), at.limit("anthropic")]
    for file in files:
        file.write_bytes(WRONG[wrong](file.read_bytes()))
    store = Store(places)
    assert store.load() == replace(
        kept,
        records={"adversary": kept.records["adversary"]},
        limits={name: one for name, one in kept.limits.items() if name != "anthropic"},
    )
    for file in files:
        (aside,) = file.parent.glob(f"{file.name}.damaged-*")
        assert any(str(file) in problem and aside.name in problem for problem in store.problems)
        assert not file.exists()
    store.problems.clear()
    store.load()
    assert store.problems == []


def test_a_link_in_place_of_a_file_is_not_followed(places: Places, kept: Kept, at: AgentPlaces, tmp_path: Path) -> None:
    """Nobody leads us to another file, or makes us wait for a FIFO."""
    at.handoff.unlink()
    at.handoff.symlink_to(tmp_path)
    at.index.unlink()
    os.mkfifo(at.index)
    store = Store(places)
    found = store.load()
    assert (found.handoff, found.sequence) == (HandoffRecord(), Sequence())
    assert [problem.split(": ")[1].split(";")[0] for problem in store.problems] == [
        "it is a FIFO, no file",
        "it is a symlink, no file",
    ]


def test_a_record_of_another_agent_counts_for_nobody(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """Who copies a record into another agent's folder does not make two agents resume one conversation."""
    at.record("adversary").write_bytes(at.record("builder").read_bytes())
    store = Store(places)
    assert set(store.load().records) == {"Builder"}
    assert "another one's file" in store.problems[0]


def test_what_a_newer_cotemp_wrote_is_read_and_told(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """After a downgrade what is known counts, and a person is told what will be lost."""
    record = json.loads(at.record("builder").read_bytes())
    record |= {"schema": 2, "mood": "fine"}
    record["bells"][0]["tune"] = "loud"
    at.record("builder").write_text(json.dumps(record))
    store = Store(places)
    assert store.load() == kept
    (problem,) = store.problems
    assert all(word in problem for word in ("schema 2", "mood", "bells.tune"))


def test_a_file_that_cannot_be_read_is_not_forgotten(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """What is there and cannot be opened is not taken for missing: that would start the sequence anew."""
    at.index.rename(at.state / "moved")
    at.index.parent.rmdir()
    at.index.parent.write_text("")  # no folder: not even root reads what should be in it
    with pytest.raises(StorageFailed):
        Store(places).load()


# --- limits, which a person may change ---


def test_a_person_may_end_a_limit(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """Deleting the file of a limit, or changing it, is seen by a running daemon; our own writing is no news."""
    store = Store(places)
    before = store.load()
    assert store.edited_limits() is None
    later = replace(LIMIT, attempts=1)
    store.save(before, replace(before, limits={**before.limits, "anthropic": later}))
    assert store.edited_limits() is None
    at.limit("anthropic").unlink()
    assert store.edited_limits() is None  # an editor may be about to put it back
    assert store.edited_limits() == {name: one for name, one in before.limits.items() if name != "anthropic"}
    assert store.edited_limits() is None
    at.limit("anthropic").write_text(
        '{"account": "anthropic", "opened": "2026-11-21T10:20:00+01:00", "until": "2026-11-21T12:00:00+02:00",'
        ' "quote": "by hand", "agent": "me"}'
    )
    store.edited_limits()
    found = store.edited_limits()
    assert found
    assert found["anthropic"].until == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found["anthropic"].until.tzinfo is UTC


def test_a_limit_that_is_over_leaves_no_file(places: Places, kept: Kept, at: AgentPlaces) -> None:
    """What the plan forgets is gone from the disk."""
    Store(places).save(kept, replace(kept, limits={}))
    assert list(at.limits.iterdir()) == []
