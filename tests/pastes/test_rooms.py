"""What the desk's neighbours know: messages on disk, ACKs, what they point at, templates, where a chat stands."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cotemp.chat.capsule import Capsule, Version, build
from cotemp.chat.references import Standing
from cotemp.chat.understanding import Ack, Lines
from cotemp.chat.understanding.acks import Judged, Verdict
from cotemp.config.trusted import trust
from cotemp.errors import BadUsage, DamagedData, HeldByOther
from cotemp.panels.forwarding import MARK, forward, forwarded, predecessors, successor
from cotemp.pastes import acks, letters, looking, templates
from cotemp.pastes.bootstrapping import todos_in, wrap_of
from cotemp.pastes.capsules import kept, publish
from cotemp.pastes.chats import chat_of, echoed, given, outdated, standing
from cotemp.pastes.letters import Letter
from cotemp.pastes.moving import move_notes
from cotemp.places import Places, shipped
from cotemp.store.claims import hold

from .tables import AT, Clock, as_is, desk_of, put


def emitted(places: Places, to: str = "co-migrate", priority: str = "normal") -> letters.Emitted:
    message = letters.written(Letter("handoff", "Planning", to, "1. go on", priority), as_is, AT)
    return letters.emit(desk_of(places), message, letters.folder_name(to), "generic", as_is)


def done(ident: str) -> Judged:
    return Judged(Ack(Lines(1, 1), id=ident), Verdict.DONE, Standing.CLAIMED, (), "it is claimed")


# --- messages ---


def test_a_message_on_disk_counts_only_as_it_was_emitted(places: Places) -> None:
    """A handoff that somebody rewrote in the home is not handed over."""
    made = emitted(places)
    assert letters.message_of(desk_of(places), made.record) == made.message
    made.json.write_text(made.json.read_text().replace("go on", "give up"))
    assert letters.message_of(desk_of(places), made.record) is None
    made.json.unlink()
    assert letters.message_of(desk_of(places), made.record) is None


def test_a_message_that_is_too_large_for_any_chat_is_refused(places: Places) -> None:
    """It is said at once, and nothing of it is left: later nobody would read it back."""
    message = letters.written(Letter("handoff", "Planning", "co-migrate", "on and on\n" * 120_000), as_is, AT)
    with pytest.raises(BadUsage, match="at most 1,048,576"):
        letters.emit(desk_of(places), message, "co-migrate", "claude", as_is)
    assert not (places.home / "inbox").exists()


def test_an_ack_that_was_cut_off_is_finished_by_the_next(places: Places) -> None:
    """A crash between the record and the message's file: the same ACK, given again, writes what is missing."""
    made = emitted(places)
    desk = desk_of(places)
    desk.happened(made.record.id, "acknowledged", standing="claimed", references=[])
    assert json.loads(made.json.read_text())["ack"] is False
    again = Judged(done(made.message.id).ack, Verdict.AGAIN, Standing.CLAIMED, (), "again")
    assert acks.accept(desk, again)
    assert json.loads(made.json.read_text())["ack"] is True
    assert made.json.with_suffix(".receipt.json").exists()


def test_a_planted_copy_does_not_catch_an_ack(places: Places) -> None:
    """Somebody puts a message with the same id before ours: the ACK of ours is recorded all the same."""
    made = emitted(places)
    planted = made.json.with_name(made.json.name.replace("2026-", "2020-"))
    planted.write_text(made.json.read_text().replace('"title": "', '"title": "not '))
    acks.accept(desk_of(places), done(made.message.id))
    assert json.loads(made.json.read_text())["ack"] is True
    assert made.json.with_suffix(".receipt.json").exists()


def test_a_link_in_the_inbox_of_messages_leads_nowhere(places: Places, tmp_path: Path) -> None:
    """Neither is a message written through a link, nor one read there acknowledged."""
    made = emitted(places)
    folder = made.json.parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert letters.message_of(desk_of(places), made.record) is None
    with pytest.raises(DamagedData):
        emitted(places)
    acks.accept(desk_of(places), done(made.message.id))
    assert json.loads((tmp_path / "elsewhere" / made.json.name).read_text())["ack"] is False


@pytest.mark.parametrize(
    ("to", "folder"),
    [
        ("co-x", "co-x"),
        ("Some Team", "Some-Team"),
        ("..", "x-"),
        ("con", "x-con"),
        (".a", "x.a"),
        ("", "x"),
        ("_b", "x_b"),
    ],
)
def test_any_name_has_a_folder(to: str, folder: str) -> None:
    """What no session can be called is kept under a name that every system can store."""
    found = letters.folder_name(to)
    assert found.startswith(folder.rstrip("-"))


# --- ACKs ---


@pytest.mark.parametrize(
    ("priority", "hours"), [("urgent", 0.5), ("HIGH", 2), ("normal", 24), ("whenever", 24), ("low", 72)]
)
def test_when_an_ack_is_overdue(places: Places, priority: str, hours: float) -> None:
    """By its priority, from when it was pasted, else from when it was made."""
    clock = Clock()
    desk = desk_of(places, clock)
    record = put(desk, priority=priority)
    clock.passes(hours=1)
    desk.happened(record.id, "pasted")
    since = clock.now
    just = since + timedelta(hours=hours)
    (before,) = acks.due(desk.listing().records, just - timedelta(seconds=1))
    (after,) = acks.due(desk.listing().records, just)
    assert (before.state, after.state, after.since) == ("open", "overdue", since)


def test_what_others_are_told_of_acks(places: Places) -> None:
    """Open ones as lines for a CoWrap, all of them as a history; what was dropped is nobody's concern."""
    clock = Clock()
    desk = desk_of(places, clock)
    first, second, third = put(desk, title="one"), put(desk, title="two"), put(desk, title="three")
    desk.happened(second.id, "dropped")
    clock.passes(minutes=3)
    acks.accept(desk, done(first.id))
    lines = list(acks.unanswered(desk.listing().records, "CO-MIGRATE", clock.now))
    assert lines == [f"{third.id} (note, open since 2026-11-21T10:00:00.000Z): three"]
    history = {one.title: one for one in acks.history(desk.listing().records)}
    assert {title: one.seconds for title, one in history.items()} == {"one": 180.0, "three": None}


# --- what an ACK points at ---


def test_paths_are_looked_for_and_never_opened(places: Places, tmp_path: Path) -> None:
    """A full path is there or not; a short one may be found in the repos; of other systems nobody can tell."""
    repo = tmp_path / "repo"
    (repo / "src").mkdir(parents=True)
    (repo / "src" / "a.py").touch()
    look = looking.checks(places, [repo]).path
    assert look(str(repo / "src" / "a.py")) is True
    assert look(str(repo / "src" / "b.py")) is False
    assert look("src/a.py") is look("src\\a.py") is True
    assert look("src/b.py") is None
    assert look("\\\\server\\share\\a.txt") is look("//server/share/a.txt") is None
    if os.name != "nt":
        assert look("C:\\src\\a.py") is None
    assert look("x" * 5000 + "/a.py") is None


def test_a_run_is_known_by_the_ledger_or_its_log(places: Places) -> None:
    """Runs of another machine, whose logs lie in a shared home, are known as well."""
    look = looking.checks(places, []).run
    ident = "20261121-100000-7-k3f9"
    assert look(ident) is False
    session = places.session("co-x")
    session.make()
    (session.logs / f"DO_x-{ident}.json").touch()
    assert look(ident) is True


# --- where a chat stands ---


def test_a_chat_stands_by_what_it_echoed_last(places: Places) -> None:
    """Major and minor count, the third number only when it is echoed; a new chat has echoed nothing."""
    assert (outdated(places, "co-x"), standing(places, "co-x").version) == ("", None)
    publish(places, capsule("1.2.1"), "")
    assert "has not answered 'Policy v1.2 loaded.'" in outdated(places, "co-x")
    for version, is_old in (("1.2", False), ("1.2.1", False), ("1.2.0", True), ("1.1", True), ("2.2", True)):
        assert bool(echoed(places, "Co-X", version, AT).why) is is_old
    assert echoed(places, "co-x", "1.2", AT).echo == "1.2"
    given(places, "co-x", "1.2.1", AT)
    assert outdated(places, "co-x") == ""
    given(places, "co-x", "1.2.1", AT, new_chat=True)
    assert outdated(places, "co-x")


def test_who_writes_of_a_chat_does_so_alone(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """An echo and a new chat, noted down at the same moment, would undo each other: one of them waits."""
    monkeypatch.setattr("cotemp.pastes.chats._PATIENCE", 0.0)
    with hold(places, "chats", "what the chats were given"):
        with pytest.raises(HeldByOther):
            given(places, "co-migrate", "1.0.0", AT)
        with pytest.raises(HeldByOther):
            echoed(places, "co-migrate", "1.0", AT)
    given(places, "co-migrate", "1.0.0", AT)
    assert echoed(places, "co-migrate", "1.0", AT).echo == "1.0"
    assert chat_of(places, "co-migrate").given == "1.0.0"


def test_what_lies_in_the_home_changes_no_policy(places: Places) -> None:
    """The copy in the home may be rewritten by anybody: the capsule in force is this machine's own."""
    path, _ = publish(places, capsule("1.2.0"), "")
    path.write_text(path.read_text().replace("1.2.0", "0.0.1"))
    found = kept(places)
    assert found
    assert found.version == Version(1, 2)
    (places.state / "capsule.json").write_text("{}")
    with pytest.raises(DamagedData, match=r"capsule\.json"):
        kept(places)


def capsule(version: str) -> Capsule:
    return build({"rules": ["r"]}, "p.json", Version.of(version), as_is)


# --- templates, lists, CoWraps ---


@pytest.mark.parametrize("name", templates.HOMES)
def test_a_template_of_the_home_counts_once_it_is_trusted(places: Places, name: str) -> None:
    """Ours is used until its owner believes the one in the home, byte for byte; a wrong one is told by its name."""
    ours = (shipped("templates") / name).read_text(encoding="utf-8")
    for home in templates.HOMES[name]:
        own = places.home / home
        own.parent.mkdir(exist_ok=True)
        own.write_text("for ${session}")
        assert templates.template(places, name) == templates.Text(ours, (own,))
        trust(places, own)
        assert templates.template(places, name).text == "for ${session}"
        own.write_text("for ${session}!")
        assert templates.template(places, name).text == ours
        own.write_text("${nobody}")
        trust(places, own)
        with pytest.raises(BadUsage, match=name):
            templates.template(places, name)
        own.unlink()


def test_points_of_a_list_are_found() -> None:
    """Numbered ones, boxes that are not ticked, and TODOs; prose is none."""
    text = "# Next\n1. one\n 2) two\n- [ ] three\n- [x] done\nTODO: four\n- five\nIn 2026. we\n> 3. six"
    assert todos_in(text) == ["one", "two", "three", "four", "six"]


def test_the_newest_cowrap_of_the_session_is_found(places: Places) -> None:
    """That of another session is not handed over, nor what only has the name."""
    logs = places.home / "logs"
    assert wrap_of(places, "co-x") == ""
    logs.mkdir()
    for day, session in (("20", "co-x"), ("21", "co-x"), ("22", "co-y")):
        text = f"# CoWrap Snapshot\n\nUTC: 2026-11-{day}\nSession: {session}\n"
        (logs / f"CoWrap_Snapshot_2026-11-{day}_100000Z.md").write_text(text)
    (logs / "CoWrap_Snapshot_2026-11-23_100000Z.md").write_text("Session: co-x")
    (logs / "CoWrap_Snapshot_2026-11-24_100000Z.md").mkdir()
    assert "2026-11-21" in wrap_of(places, "CO-X")


# --- successors ---


def test_a_chain_of_successors_leads_to_its_end(places: Places) -> None:
    """However often a session was closed, its first id means the last session; no chain leads back."""
    ids = ["co-a", "co-b", "co-c"]
    sessions = [places.session(sid) for sid in ids]
    for session in sessions:
        session.make()
    for old, new in pairwise(sessions):
        forward(places, old, new)
        (old.root / MARK).touch()
    assert successor(places, "CO-A") == "co-c"
    assert forwarded(places, sessions[0]).id == "co-c"
    assert sorted(predecessors(places, "co-c")) == ["co-a", "co-b"]
    with pytest.raises(BadUsage):
        forward(places, sessions[2], sessions[0])
    (places.state / "forwards.json").write_text('{"sessions": {"co-a": "co-b", "co-b": "co-a"}}')
    assert successor(places, "co-a") in ("co-a", "co-b")


def test_notes_move_and_nothing_else(places: Places) -> None:
    """Unread notes go to the successor, under another name where theirs is taken; DOs and strangers stay."""
    old, new = places.session("co-a"), places.session("co-b")
    old.make()
    new.make()
    for name in ("NOTE_20261121-100000_co-x.md", "DO_x_100000.ps1", "other.txt"):
        (old.inbox / name).write_text(name)
    (new.inbox / "NOTE_20261121-100000_co-x.md").write_text("was there")
    assert move_notes(old, new) == 1
    assert move_notes(old, new) == 0
    assert sorted(path.name for path in old.inbox.iterdir()) == ["DO_x_100000.ps1", "other.txt"]
    assert sorted(path.read_text() for path in new.inbox.iterdir()) == ["NOTE_20261121-100000_co-x.md", "was there"]
