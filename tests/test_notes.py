"""Notes: none is lost, none is cut, and nobody is told more than is known."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cotemp.errors import BadName, BadUsage, CotempError, DamagedData, StorageFailed, TookTooLong, UnknownTarget
from cotemp.notes import (
    NOTE_LIMIT,
    Fate,
    Note,
    await_reading,
    follow,
    opened,
    put_away,
    read,
    send,
    sent,
    stand_down,
    state_of,
    waiting,
)
from cotemp.panels import register
from cotemp.places import Places, SessionPlaces
from cotemp.store import receipts
from cotemp.store.identity import this_process
from cotemp.times import local_now, parse_utc

from .portable import fifo, symlink
from .waiting import eventually

LEGACY = Path(__file__).parent / "data" / "legacy" / "sessions"
OURS = re.compile(r"NOTE_\d{8}-\d{6}-[0-9a-v]{6}_co-me\.md")


@pytest.fixture
def you(places: Places) -> SessionPlaces:
    """The session that gets the notes."""
    session = places.session("co-you")
    session.make()
    return session


def tell(places: Places, text: str, sender: str = "co-me") -> str:
    """Send a note to `co-you`; returns its name."""
    return send(places, "co-you", text, sender, local_now()).name


def foreign(session: SessionPlaces, name: str, data: bytes, age: float = 60.0) -> Path:
    """A note that another program wrote `age` seconds ago."""
    path = session.inbox / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def texts(session: SessionPlaces) -> list[str | None]:
    """The texts that wait, in order, left where they are."""
    return [note.text for found in waiting(session) if (note := opened(found))]


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


# --- sending ---


def test_a_note_is_raw_text_under_the_originals_name(places: Places, you: SessionPlaces) -> None:
    """The file holds the text and a line end, under a name that the original's reader looks for."""
    note = send(places, "CO-YOU", "Planning says hi — 😀", "co-me", local_now())
    assert note.session.id == "co-you"
    assert note.path == you.inbox / note.name
    assert OURS.fullmatch(note.name)
    assert note.path.match("NOTE_*.md")
    assert note.path.read_bytes() == "Planning says hi — 😀\n".encode()


def test_a_panels_name_will_do(places: Places, you: SessionPlaces) -> None:
    """Notes go to panels, too."""
    register(places, "You", "co-you", this_process())
    assert send(places, "you", "x", "co-me", local_now()).session.id == "co-you"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example("\ufefftext")
@example("text\r")
@example("\r\ntext\n\n")
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_text_comes_back_as_it_went(places: Places, you: SessionPlaces, text: str) -> None:
    """Whatever Unicode is sent is read: BOMs, control characters and line ends of all kinds."""
    note = send(places, "co-you", text, "co-me", local_now())
    (found,) = waiting(you)
    shown = opened(found)
    assert shown
    assert shown.text == text
    note.path.unlink()


def test_200_notes_in_a_loop_arrive_in_order(places: Places, you: SessionPlaces) -> None:
    """Two hundred notes of one second are two hundred files, in order for us and by time for the original."""
    for number in range(200):
        tell(places, str(number))
    wanted = [str(number) for number in range(200)]
    assert texts(you) == wanted
    by_time = sorted(you.inbox.glob("NOTE_*.md"), key=lambda path: path.stat().st_mtime_ns)
    assert [path.read_text(encoding="utf-8").strip() for path in by_time] == wanted


def test_eight_processes_lose_nothing(places: Places, you: SessionPlaces) -> None:
    """Eight senders with a hundred notes each leave eight hundred notes, and nothing else."""
    code = (
        "import sys; from pathlib import Path\n"
        "from cotemp.notes import send; from cotemp.places import Places; from cotemp.times import local_now\n"
        "places = Places.at(sys.argv[1], root=Path(sys.argv[2]))\n"
        "for n in range(100): send(places, 'co-you', f'{sys.argv[3]} {n}', 'co-me', local_now())"
    )
    where = str(places.home), str(places.state.parent)
    senders = [subprocess.Popen(python(code, *where, str(number))) for number in range(8)]
    assert [process.wait(60) for process in senders] == [0] * 8
    assert sorted(map(str, texts(you))) == sorted(f"{p} {n}" for p in range(8) for n in range(100))
    assert len(os.listdir(you.inbox)) == 800


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "empty"), (" \n", "empty"), ("a\ud800", "U\\+D800 at character 2"), ("ä" * (NOTE_LIMIT // 2 + 1), "1 MiB")],
    ids=["nothing", "blank", "surrogate", "long"],
)
def test_what_cannot_be_a_note_is_said(places: Places, you: SessionPlaces, text: str, what: str) -> None:
    """Nothing, half a character and more than a mebibyte are errors that say so, and leave no file."""
    with pytest.raises(BadUsage, match=what):
        tell(places, text)
    assert os.listdir(you.inbox) == []


def test_a_mebibyte_arrives(places: Places, you: SessionPlaces) -> None:
    """The longest note arrives whole and can be read."""
    text = "ä" * (NOTE_LIMIT // 2)
    tell(places, text)
    assert texts(you) == [text]


def test_senders_and_targets_are_checked(places: Places, you: SessionPlaces) -> None:
    """A sender that is no session id, or a target that nobody has, stops the note."""
    with pytest.raises(BadName):
        tell(places, "x", "../me")
    with pytest.raises(UnknownTarget):
        send(places, "co-your", "x", "co-me", local_now())
    assert os.listdir(you.inbox) == []
    assert tell(places, "x", "unknown").endswith("_unknown.md")


def test_a_new_session_is_made_on_request(places: Places) -> None:
    """With `create` the note waits in a new session."""
    assert send(places, "co-new", "x", "co-me", local_now(), create=True).path.is_file()


def test_a_missing_inbox_is_made_a_linked_one_refused(places: Places, you: SessionPlaces, tmp_path: Path) -> None:
    """A session of the original without inbox gets one; an inbox that leads elsewhere gets no mail."""
    shutil.rmtree(you.inbox)
    tell(places, "x")
    shutil.rmtree(you.inbox)
    (tmp_path / "out").mkdir()
    symlink(you.inbox, tmp_path / "out")
    with pytest.raises(DamagedData):
        tell(places, "x")
    with pytest.raises(DamagedData):
        waiting(you)
    assert os.listdir(tmp_path / "out") == []


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount 64 KiB over `folder`; skips where this user may not."""
    if sys.platform == "win32":
        pytest.skip("POSIX only: mounts a small disk")
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_and_leaves_nothing(places: Places, you: SessionPlaces) -> None:
    """On a full disk the sender is told; no part of the note is left, and earlier notes stay readable."""
    with small_disk(you.root):
        you.make()
        tell(places, "first")
        with pytest.raises(StorageFailed, match="No space left"):
            tell(places, "x" * 100_000)
        assert texts(you) == ["first"]
        assert len(os.listdir(you.inbox)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only: limits the size of files")
def test_a_refused_write_is_said_and_leaves_nothing(places: Places, you: SessionPlaces) -> None:
    """When the system refuses in the middle of writing, nothing half-written is left."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from cotemp.errors import StorageFailed; from cotemp.notes import send\n"
        "from cotemp.places import Places; from cotemp.times import local_now\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "places = Places.at(sys.argv[1], root=Path(sys.argv[2]))\n"
        "try: send(places, 'co-you', 'x' * 9000, 'co-me', local_now())\n"
        "except StorageFailed: sys.exit(10)"
    )
    done = subprocess.run(python(code, str(places.home), str(places.state.parent)), check=False)
    assert done.returncode == 10
    assert os.listdir(you.inbox) == []


# --- what waits ---


def test_old_notes_are_understood(places: Places) -> None:
    """The original's notes are read with the sender and the time that their names tell."""
    shutil.copytree(LEGACY, places.sessions, dirs_exist_ok=True)
    session = places.session("co-migrate")
    (found,) = waiting(session)
    assert found.sender == "co-migrate"
    assert f"{found.sent:%Y-%m-%d %H:%M:%S}" == "2025-09-09 17:13:30"
    assert texts(session) == ["Planning says hi. Sync link up."]


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("NOTE_20250909-171330.md", None),
        ("NOTE_STANDDOWN_20250909-171330.md", None),
        ("NOTE_WATCHER_POLICY_20250909-171330.md", None),
        ("NOTE_PROFILE_POLICY.md", None),
        ("NOTE_99999999-999999_co-a.md", "co-a"),
        ("NOTE_20250909-171330_a_b.md", "a_b"),
        ("NOTE_.md", None),
    ],
)
def test_every_note_name_is_a_note(you: SessionPlaces, name: str, sender: str | None) -> None:
    """Whatever the original and its friends call a note is one; what its name does not tell is not invented."""
    foreign(you, name, b"x\r\n")
    (note,) = waiting(you)
    assert (note.name, note.sender) == (name, sender)
    assert note.sent.year == 2025 or abs(note.sent - local_now()) < timedelta(minutes=2)
    assert texts(you) == ["x"]


def test_other_files_are_no_notes(places: Places, you: SessionPlaces) -> None:
    """DOs, drafts and unfinished files in an inbox are not shown as notes."""
    for name in ("DO_x.ps1", "NOTE_x.txt", "notes.md", ".tmp-abc", "evt_1.json"):
        foreign(you, name, b"x")
    assert waiting(you) == []
    assert waiting(places.session("co-none")) == []


def test_a_bom_of_the_original_is_not_text(you: SessionPlaces) -> None:
    """Windows PowerShell writes a BOM and CRLF; neither is part of what was said."""
    foreign(you, "NOTE_20250909-171330_co-a.md", "\ufeffé\r\nb\r\n".encode())
    assert texts(you) == ["é\r\nb"]


def odd(session: SessionPlaces, kind: str) -> Path:
    path = session.inbox / "NOTE_odd.md"
    if kind == "folder":
        path.mkdir()
    elif kind == "symlink":
        secret = session.root / "secret"
        secret.write_text("secret")
        symlink(path, secret)
    elif kind == "FIFO":
        fifo(path)
    elif kind == "UTF-16":
        path.write_text("x", encoding="utf-16")
    elif kind == "Latin-1":
        path.write_text("é", encoding="latin-1")
    else:
        path.touch()
        os.truncate(path, 1024**3)
    return path


@pytest.mark.parametrize("kind", ["folder", "symlink", "FIFO", "UTF-16", "Latin-1", "1 GB"])
def test_what_cannot_be_read_is_shown_and_kept(places: Places, you: SessionPlaces, kind: str) -> None:
    """A note that cannot be read is shown with the reason, stays where it is, and holds up no other."""
    path = odd(you, kind)
    tell(places, "good")
    shown = {note.name: note for note in read(you, "me", "test")}
    assert shown[path.name].problem
    assert shown[path.name].text is None
    assert [note.text for note in shown.values() if note.text] == ["good"]
    assert os.listdir(you.inbox) == [path.name]
    assert os.listdir(you.notes) == [name for name in shown if name != path.name]


# --- reading ---


def test_reading_files_the_note_and_leaves_a_receipt(places: Places, you: SessionPlaces) -> None:
    """A read note lies under `notes/` with its name, and its receipt says who read it and when."""
    name = tell(places, "hello")
    assert [note.text for note in read(you, "co-reader", "test")] == ["hello"]
    assert (os.listdir(you.inbox), os.listdir(you.notes)) == ([], [name])
    written = json.loads((you.receipts / f"{name}.json").read_text())
    assert list(written) == ["schema", "note", "to", "read_by", "read_at", "via"]
    assert (written["schema"], written["note"], written["to"]) == (1, name, "co-you")
    assert (written["read_by"], written["via"]) == ("co-reader", "test")
    assert written["read_at"].endswith("Z")
    assert abs(parse_utc(written["read_at"]) - local_now()) < timedelta(seconds=10)


def test_a_note_is_filed_only_after_it_was_shown(places: Places, you: SessionPlaces) -> None:
    """A reader that stops while it shows a note finds that note again."""
    for text in "abc":
        tell(places, text)
    reader = read(you, "me", "test")
    assert [next(reader).text, next(reader).text] == ["a", "b"]
    reader.close()  # type: ignore[attr-defined]
    assert texts(you) == ["b", "c"]


def test_a_filed_note_is_never_overwritten(you: SessionPlaces) -> None:
    """Two notes that the original gave one name both stay, and both are still from their sender."""
    name = "NOTE_20250909-171330_co-a.md"
    for text in (b"first", b"second", b"third"):
        foreign(you, name, text)
        list(read(you, "me", "test"))
    assert sorted(path.read_bytes() for path in you.notes.iterdir()) == [b"first", b"second", b"third"]
    assert {Note(you, path.name, 0).sender for path in you.notes.iterdir()} == {"co-a"}
    assert all(receipts.read(you, path.name) for path in you.notes.iterdir())


def test_a_name_without_stamp_is_never_overwritten_either(you: SessionPlaces) -> None:
    """Notes that are always called the same are kept apart, too."""
    for text in (b"first", b"second"):
        foreign(you, "NOTE_PROFILE_POLICY.md", text)
        list(read(you, "me", "test"))
    assert sorted(path.read_bytes() for path in you.notes.iterdir()) == [b"first", b"second"]


def test_a_note_that_changed_meanwhile_stays(you: SessionPlaces) -> None:
    """A note that was overwritten while it was being shown is not filed: its new text was not seen."""
    path = foreign(you, "NOTE_20250909-171330_co-a.md", b"old")
    reader = read(you, "me", "test")
    assert next(reader).text == "old"
    path.write_bytes(b"new text")
    assert list(reader) == []
    assert texts(you) == ["new text"]


def test_a_note_that_is_still_written_is_read_whole(you: SessionPlaces) -> None:
    """A note that another program writes bit by bit is shown when it is complete."""
    path = you.inbox / "NOTE_20250909-171330_co-a.md"
    begun = threading.Event()

    def writer() -> None:
        with path.open("wb", buffering=0) as file:
            for part in (b"one ", b"two ", b"three"):
                file.write(part)
                begun.set()
                time.sleep(0.05)

    thread = threading.Thread(target=writer)
    thread.start()
    assert begun.wait(10)
    assert [note.text for note in read(you, "me", "test")] == ["one two three"]
    thread.join()


READER = (
    "import sys; from pathlib import Path\n"
    "from cotemp.notes import read; from cotemp.places import Places\n"
    "session = Places.at(sys.argv[1], root=Path(sys.argv[2])).session('co-you')\n"
    "for note in read(session, sys.argv[3], 'test'): print(note.text, flush=True)"
)


def test_two_readers_at_once_lose_nothing(places: Places, you: SessionPlaces) -> None:
    """Of two readers that start together each note is shown by one at least, filed once, with one receipt."""
    names = {tell(places, str(number)) for number in range(200)}
    where = str(places.home), str(places.state.parent)
    readers = [
        subprocess.Popen(python(READER, *where, name), stdout=subprocess.PIPE, text=True) for name in ("co-a", "co-b")
    ]
    shown = [process.communicate(timeout=60)[0].split() for process in readers]
    assert [process.returncode for process in readers] == [0, 0]
    assert {*shown[0], *shown[1]} == {str(number) for number in range(200)}
    assert os.listdir(you.inbox) == []
    assert set(os.listdir(you.notes)) == names
    assert set(receipts.noted(you)) == names


def test_a_killed_reader_loses_nothing(places: Places, you: SessionPlaces) -> None:
    """Whenever a reader is killed, each note lies in one place, and none was filed that had not been shown."""
    names = {tell(places, str(number)) for number in range(300)}
    where = str(places.home), str(places.state.parent)
    for patience in (1, 40, 120):
        before = {name: (you.inbox / name).read_text().strip() for name in os.listdir(you.inbox)}
        with subprocess.Popen(python(READER, *where, "co-a"), stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout
            shown = [reader.stdout.readline().strip() for _ in range(patience)]
            reader.kill()
            shown += reader.stdout.read().split()
        inbox, filed = set(os.listdir(you.inbox)), set(os.listdir(you.notes))
        assert inbox | filed == names
        assert not inbox & filed
        assert {before[name] for name in filed & set(before)} <= set(shown)
    list(read(you, "me", "test"))
    assert set(os.listdir(you.notes)) == names


@pytest.mark.parametrize("folder", ["notes", "receipts"])
def test_folders_that_lead_elsewhere_are_refused(
    places: Places, you: SessionPlaces, tmp_path: Path, folder: str
) -> None:
    """Neither notes nor receipts are written through a link out of the home."""
    name = tell(places, "x")
    (tmp_path / "out").mkdir()
    shutil.rmtree(you.root / folder)
    symlink(you.root / folder, tmp_path / "out")
    with pytest.raises(DamagedData):
        list(read(you, "me", "test"))
    assert os.listdir(tmp_path / "out") == []
    assert (you.inbox / name).exists() or (you.notes / name).exists()


def test_folders_that_are_missing_are_made(places: Places, you: SessionPlaces) -> None:
    """A session of the original has neither `notes` nor `receipts`; reading makes them."""
    name = tell(places, "x")
    for folder in (you.notes, you.receipts):
        shutil.rmtree(folder)
    list(read(you, "me", "test"))
    assert receipts.read(you, name)


def test_a_note_that_is_gone_is_no_error(places: Places, you: SessionPlaces) -> None:
    """A note that somebody else took between listing and reading is passed over."""
    tell(places, "x")
    (found,) = waiting(you)
    shown = opened(found)
    assert shown
    found.path.unlink()
    assert opened(found) is None
    assert put_away(shown, "me", "test") is None


# --- following ---


def test_following_shows_what_comes_later(places: Places, you: SessionPlaces) -> None:
    """A follower shows what waits, then what arrives, and files each."""
    tell(places, "waits")
    follower = follow(you, "me", "test")
    assert next(follower).text == "waits"
    threading.Timer(0.4, tell, (places, "comes")).start()
    assert next(follower).text == "comes"
    threading.Timer(0.4, tell, (places, "last")).start()
    assert next(follower).text == "last"
    assert texts(you) == ["last"]


def test_following_without_filing_shows_each_once(places: Places, you: SessionPlaces) -> None:
    """Peeking for longer shows a note once and leaves it; a note that cannot be read does not come again either."""
    tell(places, "a")
    odd(you, "folder")
    follower = follow(you, "me", "test", keep=True)
    assert {next(follower).text, next(follower).text} == {"a", None}
    threading.Timer(0.4, tell, (places, "b")).start()
    assert next(follower).text == "b"
    assert texts(you)[-1] == "b"
    assert len(waiting(you)) == 3


def test_following_outlives_a_home_that_goes_away(places: Places, you: SessionPlaces, tmp_path: Path) -> None:
    """When the home vanishes and comes back, the follower goes on; what it could not file it shows again."""
    follower = follow(you, "me", "test")
    tell(places, "a")
    assert next(follower).text == "a"
    shutil.move(places.home, tmp_path / "away")

    def back() -> None:
        shutil.move(tmp_path / "away", places.home)
        tell(places, "b")

    threading.Timer(0.6, back).start()
    assert [next(follower).text, next(follower).text] == ["a", "b"]


# --- what became of it ---


def test_the_fate_of_a_note_is_what_is_known(places: Places, you: SessionPlaces) -> None:
    """Unread, read by whom and when, filed by another program, gone: no more than the files tell."""
    names = {fate: tell(places, fate) for fate in Fate}
    now = local_now()
    os.rename(you.inbox / names[Fate.FILED], you.notes / names[Fate.FILED])
    (you.inbox / names[Fate.GONE]).unlink()
    (found,) = (note for note in waiting(you) if note.name == names[Fate.READ])
    shown = opened(found)
    assert shown
    put_away(shown, "co-reader", "test")
    states = {fate: state_of(you, name) for fate, name in names.items()}
    assert {fate: state.fate for fate, state in states.items()} == {fate: fate for fate in Fate}
    assert states[Fate.UNREAD].said(now) == "not read yet"
    assert re.fullmatch(r"read at \d\d:\d\d by co-reader", states[Fate.READ].said(local_now()))
    assert re.fullmatch(
        r"read on \d{4}-\d\d-\d\d at \d\d:\d\d by co-reader", states[Fate.READ].said(now + timedelta(days=2))
    )
    assert states[Fate.FILED].said(now) == "filed by another program, time unknown"
    assert "gone" in states[Fate.GONE].said(now)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"note": 1}', b"[" * 4000, b"x" * 10_000])
def test_a_damaged_receipt_proves_nothing(places: Places, you: SessionPlaces, data: bytes) -> None:
    """A receipt that cannot be read counts as none."""
    name = tell(places, "x")
    list(read(you, "me", "test"))
    (you.receipts / f"{name}.json").write_bytes(data)
    assert state_of(you, name).fate is Fate.FILED


def test_a_receipt_of_another_note_proves_nothing(places: Places, you: SessionPlaces) -> None:
    """A receipt counts for the note that it names, and for no other."""
    name, other = tell(places, "x"), tell(places, "y")
    list(read(you, "me", "test"))
    shutil.copy(you.receipts / f"{name}.json", you.receipts / f"{other}.json")
    assert state_of(you, other).fate is Fate.FILED


def test_sent_lists_all_notes_of_one_sender(places: Places, you: SessionPlaces) -> None:
    """A sender sees its notes in every session, oldest first, the read ones too, and nobody else's."""
    places.session("co-third").make()
    first = tell(places, "1")
    list(read(you, "co-you", "test"))
    second = send(places, "co-third", "2", "CO-ME", local_now() + timedelta(seconds=1)).name
    third = send(places, "co-you", "3", "co-me", local_now() + timedelta(seconds=2)).name
    tell(places, "not mine", "x_co-me")
    tell(places, "not mine", "co-other")
    foreign(you, "NOTE_PROFILE_POLICY.md", b"nobody's")
    found = sent(places, "co-me")
    assert [(note.name, note.session, note.state.fate) for note in found] == [
        (first, "co-you", Fate.READ),
        (second, "co-third", Fate.UNREAD),
        (third, "co-you", Fate.UNREAD),
    ]
    assert sent(places, "co-nobody") == []


def test_a_receipt_outlives_its_note(places: Places, you: SessionPlaces) -> None:
    """A note that was read and then deleted is still known to have been read."""
    name = tell(places, "1")
    list(read(you, "co-you", "test"))
    (you.notes / name).unlink()
    (found,) = sent(places, "co-me")
    assert (found.name, found.state.fate) == (name, Fate.READ)


def test_waiting_for_the_reader_ends_when_it_is_read(places: Places, you: SessionPlaces) -> None:
    """A sender that waits is told as soon as somebody has read the note, by whom."""
    name = tell(places, "x")
    threading.Timer(0.4, lambda: list(read(you, "co-reader", "test"))).start()
    state = await_reading(you, name, 20)
    assert state.receipt
    assert state.receipt.read_by == "co-reader"


def test_waiting_for_the_reader_has_an_end(places: Places, you: SessionPlaces) -> None:
    """After the time limit the sender is told that the note still waits, and where."""
    name = tell(places, "x")
    with pytest.raises(TookTooLong, match=name):
        await_reading(you, name, 0.1)


def test_a_receipt_may_come_a_moment_later(places: Places, you: SessionPlaces) -> None:
    """A reader of ours files first and writes the receipt then; who looks in between is not told of another program."""
    name = tell(places, "x")
    (you.inbox / name).rename(you.notes / name)
    threading.Timer(0.1, receipts.write, (you, name, "co-slow", "test")).start()
    assert await_reading(you, name, 20).fate is Fate.READ


def test_waiting_for_another_programs_reader(places: Places, you: SessionPlaces) -> None:
    """When the original's reader files the note, the wait ends without inventing a time."""
    name = tell(places, "x")
    (you.inbox / name).rename(you.notes / name)
    assert await_reading(you, name, 20).fate is Fate.FILED


def test_a_full_inbox_is_listed_quickly(you: SessionPlaces) -> None:
    """Two thousand notes are listed in a fraction of a second; the benchmark shows that it stays linear."""
    for number in range(2_000):
        (you.inbox / f"NOTE_20250909-171330-{number:06d}_co-a.md").touch()
    begun = time.perf_counter()
    assert len(waiting(you)) == 2_000
    assert time.perf_counter() - begun < 0.5


def test_stand_down_is_two_notes(places: Places, you: SessionPlaces) -> None:
    """The stand-down note has the original's name and heading; the other session is told; nothing collides."""
    register(places, "Migrate", "co-migrate", this_process())
    for _ in range(2):
        notes = stand_down(places, "Migrate", "co-you", local_now(), notify="co-you")
    assert len(waiting(places.session("co-migrate"))) == 2
    assert len(waiting(you)) == 2
    order, word = notes
    assert re.fullmatch(r"NOTE_STANDDOWN_\d{8}-\d{6}-[0-9a-v]{6}_co-you\.md", order.name)
    assert re.fullmatch(r"NOTE_INFO_\d{8}-\d{6}-[0-9a-v]{6}_co-you\.md", word.name)
    lines = order.path.read_text().splitlines()
    assert lines[0] == "# Migrate: Stand Down (pre-CoAgent watcher)"
    assert re.fullmatch(r"Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", lines[2])
    assert [found.sender for found in waiting(you)] == ["co-you", "co-you"]


def test_stand_down_tells_all_or_nobody(places: Places, you: SessionPlaces) -> None:
    """When one of the two sessions is unknown, no note is sent."""
    with pytest.raises(CotempError):
        stand_down(places, "co-you", "co-me", local_now(), notify="co-nobody")
    assert waiting(you) == []


def test_the_inbox_is_seen_to_fill(places: Places, you: SessionPlaces) -> None:
    """A note is either not there or whole, at every moment that a reader may look."""
    stop = threading.Event()
    seen: set[int] = set()

    def look() -> None:
        while not stop.is_set():
            for path in you.inbox.glob("NOTE_*.md"):
                seen.add(path.stat().st_size)

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(30):
        tell(places, "x" * 200_000)
    eventually(lambda: seen, what="a look")
    stop.set()
    thread.join()
    assert seen == {200_001}
