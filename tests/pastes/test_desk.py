"""The desk: pastes survive whatever happens, and nothing in the home is believed that this machine did not write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.chat.budget import VENDORS, size
from cotemp.chat.capsule import Capsule
from cotemp.chat.paste import Kind, Paste, new_id
from cotemp.errors import AnswerIsNo, BadUsage, DamagedData, NotFound, StorageFailed
from cotemp.pastes import Desk, outdated
from cotemp.pastes.capsules import publish
from cotemp.pastes.chats import echoed
from cotemp.pastes.record import STATES, opened, sealed
from cotemp.places import Places, write_whole
from tests.fitting import check

from .tables import AT, Clock, as_is, desk_of, put


def test_a_paste_waits_with_its_record_and_its_text(places: Places) -> None:
    """What is made lies as a file that can be opened and copied, and beside it the record of its fate."""
    desk = desk_of(places)
    record = put(desk)
    folder = places.home / "pastes" / "co-migrate"
    assert sorted(path.name for path in folder.iterdir()) == [f"{record.base}.json", f"{record.base}.paste.md"]
    assert record.base.endswith(f"-{record.id.removeprefix('p-')}__note")
    assert "the body" in desk.text(record, 1)
    assert record.id in desk.text(record, 1)
    check("paste", json.loads((folder / f"{record.base}.json").read_text()))
    assert desk.listing().records == (record,)


def test_the_newest_is_on_top(places: Places) -> None:
    """Who asks what to paste sees what was made last first."""
    clock = Clock()
    desk = desk_of(places, clock)
    made = []
    for number in range(3):
        made.append(put(desk, session=f"co-{number}").id)
        clock.passes(minutes=1)
    assert [record.id for record in desk.listing().records] == made[::-1]
    assert [record.id for record in desk.listing("co-1").records] == [made[1]]


@pytest.mark.parametrize("name", VENDORS)
def test_a_long_paste_comes_in_parts_that_fit(places: Places, name: str) -> None:
    """For each vendor no file is longer than what its window takes, and together they are the whole text."""
    desk = desk_of(places)
    body = "\n".join(f"line {number} of a long log" for number in range(8000))
    record = put(desk, body, window=name)
    texts = [desk.text(record, number) for number in range(1, len(record.parts) + 1)]
    assert len(texts) > 1
    assert all(size(text) <= VENDORS[name].room for text in texts)
    assert [part["characters"] for part in record.parts] == [size(text) for text in texts]
    assert all(f"line {number} of a long log\n" in "\n".join(texts) for number in (0, 4000, 7999))
    assert [part["file"] for part in record.parts[:2]] == [f"{record.base}.paste.md", f"{record.base}.part-2.paste.md"]


def test_its_fate_is_kept_with_times(places: Places) -> None:
    """Waiting, pasted, acknowledged: each with its moment; what is done stays done."""
    clock = Clock()
    desk = desk_of(places, clock)
    ident = put(desk).id
    clock.passes(minutes=5)
    assert desk.happened(ident, "pasted").state == "pasted"
    clock.passes(minutes=5)
    assert desk.happened(ident, "pasted") == desk.find(ident)
    desk.happened(ident, "acknowledged", standing="claimed", references=["7"])
    record = desk.find(ident)
    assert [(event["what"], event["at"]) for event in record.history] == [
        ("made", "2026-11-21T10:00:00.000Z"),
        ("pasted", "2026-11-21T10:05:00.000Z"),
        ("acknowledged", "2026-11-21T10:10:00.000Z"),
    ]
    for state in ("waiting", "pasted", "dropped"):
        with pytest.raises(AnswerIsNo, match="acknowledged already"):
            desk.happened(ident, state)


def test_an_id_may_be_short(places: Places) -> None:
    """The beginning of an id is enough, with or without `p-`; what fits none or several is refused."""
    desk = desk_of(places)
    record, other = put(desk), put(desk)
    assert desk.find(record.id[:7]) == desk.find(record.id[2:].upper()) == record
    for name in ("p-", "", "p-zzzzzz", f"{other.id}x"):
        with pytest.raises(NotFound):
            desk.find(name)


def test_a_record_survives_a_change_of_the_time_zone(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who travels with the machine finds the same pastes."""
    record = put(desk_of(places))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    if sys.platform != "win32":
        __import__("time").tzset()
    try:
        assert desk_of(places).find(record.id) == record
    finally:
        monkeypatch.undo()
        if sys.platform != "win32":
            __import__("time").tzset()


# --- crashes ---


def test_a_paste_is_there_whole_or_not_at_all(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stops while a paste is made or changed, the list holds what was there before, or what came."""
    desk = desk_of(places)
    before = put(desk, "short")
    real, left = write_whole, [0]

    def failing(path: Path, data: bytes) -> None:
        if not left[0]:
            raise StorageFailed("the disk is full")
        left[0] -= 1
        real(path, data)

    monkeypatch.setattr("cotemp.pastes.desk.write_whole", failing)
    for writes in range(3):  # two parts and the record
        left[0] = writes
        with pytest.raises(StorageFailed):
            put(desk, "\n".join(["line"] * 2000))
        assert desk.listing().records == (before,)
    left[0] = 3
    made = put(desk, "\n".join(["line"] * 2000))
    assert {one.id for one in desk.listing().records} == {before.id, made.id}
    with pytest.raises(StorageFailed):
        desk.happened(before.id, "dropped")
    assert desk.find(before.id).state == "waiting"


def test_what_a_killed_writer_left_is_no_paste(places: Places) -> None:
    """A half-written file and parts without a record are not listed, and are not told as strangers."""
    desk = desk_of(places)
    record = put(desk)
    folder = desk.path(record, 1).parent
    (folder / ".tmp-abcdefghij").write_bytes(b"{")
    (folder / "20261121-100000-000000__note.paste.md").write_text("half")
    assert desk.listing().records == (record,)
    assert desk.listing().strangers == ()


def test_two_processes_lose_nothing(places: Places) -> None:
    """Ten processes that note something down about one paste at once: all of it is in its history."""
    record = put(desk_of(places))
    program = (
        "import sys; from pathlib import Path; from cotemp.pastes import Desk; from cotemp.places import Places\n"
        "desk = Desk(Places(Path(sys.argv[1]), Path(sys.argv[2])))\n"
        "for number in range(3): desk.happened(sys.argv[3], 'copied', part=1)"
    )
    argv = [sys.executable, "-c", program, str(places.home), str(places.state), record.id]
    running = [subprocess.Popen(argv) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert [event["what"] for event in desk_of(places).find(record.id).history] == ["made"] + ["copied"] * 12


def test_what_is_printed_each_minute_is_not_lost(places: Places) -> None:
    """A record does not grow without end; how a paste stands, and when it was made, is known to its end."""
    record = put(desk_of(places))
    for number in range(1000):
        record = record.after({"at": "2026-11-21T10:00:00.000Z", "what": "copied", "part": number % 3 + 1})
        record = record.after({"at": "2026-11-21T10:00:00.000Z", "what": "printed"})
    record = record.after({"at": "2026-11-21T10:00:00.000Z", "what": "pasted"})
    assert len(record.history) <= 200
    assert (record.history[0]["what"], record.copied, record.state) == ("made", 1, "pasted")
    assert record.last("printed")
    assert opened(sealed(record, b"k" * 32), b"k" * 32) == record


def test_more_parts_than_anybody_pastes_are_refused(places: Places) -> None:
    """A book is refused, and nothing of it is left."""
    with pytest.raises(BadUsage, match="parts, and at most 200"):
        put(desk_of(places), "a line of a book\n" * 110_000)
    assert not list(places.home.rglob("*.md"))


def test_a_chat_owes_its_echo_though_a_crash_came_between(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """When noting down that a bootstrap went out is cut off, the new chat does not have its old one's echo."""
    publish(places, Capsule({"version": "1.0.0"}), "")
    echoed(places, "co-migrate", "1.0", AT)
    desk, ident = desk_of(places), new_id()
    paste = Paste(ident, Kind.BOOTSTRAP, "co-migrate", "Bootstrap", "begin", "Policy v1.0 loaded.", AT)
    desk.make(paste, "generic", as_is, about="1.0.0")
    assert not outdated(places, "co-migrate")
    with monkeypatch.context() as crash:
        crash.setattr(Desk, "_write", lambda *_: (_ for _ in ()).throw(StorageFailed("cut off")))
        with pytest.raises(StorageFailed):
            desk.happened(ident, "copied", part=1)
    assert outdated(places, "co-migrate")


# --- hostile files ---


def forged(record: Path) -> None:
    value = json.loads(record.read_text())
    record.write_text(json.dumps(value | {"state": "acknowledged"}))


def without_seal(record: Path) -> None:
    value = json.loads(record.read_text())
    del value["seal"]
    record.write_text(json.dumps(value))


def of_another_key(record: Path) -> None:
    key = next(record.parents[3].glob("state/fingerprint.key"))
    found = opened(record.read_bytes(), key.read_bytes())
    assert found
    record.write_bytes(sealed(found, b"k" * 32))


def a_folder(record: Path) -> None:
    record.unlink()
    record.mkdir()


def a_link(record: Path) -> None:
    record.symlink_to(record.rename(record.with_suffix(".old")))


def a_fifo(record: Path) -> None:
    record.unlink()
    if sys.platform != "win32":
        os.mkfifo(record)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "changed": forged,
    "unsealed": without_seal,
    "sealed elsewhere": of_another_key,
    "no JSON": lambda record: record.write_text("{"),
    "a number": lambda record: record.write_text("7"),
    "nested": lambda record: record.write_text("[" * 100_000),
    "half characters": lambda record: record.write_bytes(b'{"seal": "\xff"}'),
    "a seal that is none": lambda record: record.write_text('{"seal": {"a": 1}}'),
    "a folder": a_folder,
    "a link": a_link,
    "a FIFO": a_fifo,
}
if sys.platform == "win32":
    del HOSTILE["a FIFO"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_record_that_this_machine_did_not_write_is_told_and_not_believed(places: Places, name: str) -> None:
    """Whatever stands in its place: it is named, it counts for nothing, and the others are listed as ever."""
    desk = desk_of(places)
    good, bad = put(desk), put(desk)
    path = desk.path(bad, 1).parent / f"{bad.base}.json"
    HOSTILE[name](path)
    found = Desk(places).listing()
    assert found.records == (good,)
    assert found.strangers == (path,)
    with pytest.raises(NotFound):
        desk.find(bad.id)


def test_a_record_counts_only_where_it_was_put(places: Places) -> None:
    """A copy under another name, or in another session's folder, is no second paste."""
    desk = desk_of(places)
    record = put(desk)
    folder = desk.path(record, 1).parent
    shutil.copytree(folder, folder.with_name("co-planning"))
    shutil.copy(folder / f"{record.base}.json", folder / "20200101-000000-000000__note.json")
    found = desk.listing()
    assert found.records == (record,)
    assert len(found.strangers) == 2


def test_a_text_that_somebody_changed_is_not_pasted(places: Places) -> None:
    """Nobody slips words into a paste between its making and its pasting."""
    desk = desk_of(places)
    record = put(desk)
    path = desk.path(record, 1)
    path.write_text(path.read_text().replace("the body", "the bodY"))
    with pytest.raises(DamagedData, match="somebody changed"):
        desk.text(record, 1)
    path.unlink()
    with pytest.raises(NotFound):
        desk.text(record, 1)
    with pytest.raises(NotFound, match="1 part"):
        desk.text(record, 2)


@pytest.mark.parametrize("where", ["pastes", "pastes/co-migrate"])
def test_a_folder_that_is_a_link_leads_nowhere(places: Places, tmp_path: Path, where: str) -> None:
    """Nothing is written through a link in the home, and nothing is read through it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = places.home / where
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(DamagedData, match="is a link"):
        put(desk_of(places))
    assert list(elsewhere.iterdir()) == []
    assert desk_of(places).listing().records == ()


def test_a_vendor_that_is_none_is_refused(places: Places) -> None:
    """A typing error makes no paste that fits nowhere."""
    with pytest.raises(BadUsage, match="no vendor is called"):
        put(desk_of(places), window="clippy")
    assert not (places.home / "pastes").exists()


def test_every_state_has_its_word() -> None:
    """The states are those of the schema."""
    assert STATES == ("waiting", "pasted", "acknowledged", "dropped")
