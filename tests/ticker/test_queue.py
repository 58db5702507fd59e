"""What the original's tools leave in `coticker/inbox` is shown once and put away, whatever it is."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cotemp.errors import DamagedData
from cotemp.places import Places
from cotemp.ticker import Foreign, foreign
from cotemp.ticker.queue import LIMIT, SETTLING


@pytest.fixture
def queue(places: Places) -> Path:
    folder = places.home / "coticker" / "inbox"
    folder.mkdir(parents=True)
    return folder


def left(queue: Path, data: bytes | str, name: str = "evt_00000001.json", age: float = 60) -> Path:
    """A file of the queue, `age` seconds old."""
    path = queue / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ({"type": "block", "text": "built", "icon": "\U0001f528", "fg": "Green"}, "\U0001f528 built"),
        ({"Type": "Block", "Text": "built"}, "built"),
        ({"text": "waiting", "type": "dots"}, "waiting \u2026"),
        ({"type": "clear"}, "(clear)"),
        ({"text": "two\nlines\tand  more"}, "two lines and more"),
        ({"text": "known", "more": {"a": [1]}}, "known"),
    ],
)
def test_an_event_is_shown_and_put_away(places: Places, queue: Path, event: dict[str, object], shown: str) -> None:
    """The original's keys are understood in any case; what is not known is passed over."""
    left(queue, json.dumps(event))
    assert [one.text for one in foreign(places)] == [shown]
    assert names(queue) == []
    assert names(queue.parent / "processed") == ["evt_00000001.json"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no JSON"), (b"{", "no JSON"), (b"\xff\xfe{", "no JSON"), (b"[1]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"{}", "no text"), (b'{"text": 7}', "no text"), (b'{"text": "  "}', "no text"), (b"[" * 50_000, ""),
        (b'{"text": "' + b"x" * LIMIT + b'"}', "more than 65,536 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_said_and_put_away(places: Places, queue: Path, data: bytes, why: str) -> None:
    """A broken file is told by name with the reason, and does not come again."""
    left(queue, data)
    (one,) = foreign(places)
    assert why in one.problem
    assert one.problem
    assert one.happening().what.startswith("evt_00000001.json cannot be shown: ")
    assert (names(queue), names(queue.parent / "processed")) == ([], ["evt_00000001.json"])


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), lambda path: os.mkfifo(path), lambda path: path.symlink_to("/etc/passwd")]
)
def test_what_is_no_file_is_never_opened(places: Places, queue: Path, make) -> None:  # type: ignore[no-untyped-def]
    """A folder, a FIFO and a link are told as what they are; a link is put away as a link."""
    make(queue / "evt_00000001.json")
    (one,) = foreign(places)
    assert "no file" in one.problem
    assert names(queue.parent / "processed") == ["evt_00000001.json"]


def test_a_bom_and_the_order_of_arrival_are_kept(places: Places, queue: Path) -> None:
    """PowerShell writes a BOM; the oldest is shown first; other files are left alone."""
    left(queue, b'\xef\xbb\xbf{"text": "second"}', "evt_00000001.json", age=10)
    left(queue, '{"text": "first"}', "evt_00000002.json", age=20)
    left(queue, "x", "notes.txt")
    left(queue, "x", ".evt_00000003.json")
    assert [one.text for one in foreign(places)] == ["first", "second"]
    assert names(queue) == [".evt_00000003.json", "notes.txt"]


def test_what_is_still_being_written_is_left_for_the_next_look(places: Places, queue: Path) -> None:
    """The original does not write in one step: half a file is no broken one until it has settled."""
    path = left(queue, '{"text": "ha', age=0)
    assert list(foreign(places)) == []
    assert names(queue) == ["evt_00000001.json"]
    path.write_text('{"text": "half and half"}')
    assert [one.text for one in foreign(places)] == ["half and half"]
    left(queue, '{"text": "ha', age=SETTLING + 1)
    assert [bool(one.problem) for one in foreign(places)] == [True]


def test_none_is_lost_when_the_ticker_ends_in_the_middle(places: Places, queue: Path) -> None:
    """An event is put away when the next one is asked for: who is stopped before sees it again."""
    left(queue, '{"text": "seen?"}')
    reading = foreign(places)
    assert isinstance(next(reading), Foreign)
    reading.close()  # type: ignore[attr-defined]
    assert names(queue) == ["evt_00000001.json"]


def test_no_name_replaces_another(places: Places, queue: Path) -> None:
    """Two events of one name both stay in `processed`."""
    for text in ("one", "two"):
        left(queue, json.dumps({"text": text}))
        assert [one.text for one in foreign(places)] == [text]
    assert len(names(queue.parent / "processed")) == 2


@pytest.mark.parametrize("folder", ["coticker", "coticker/inbox", "coticker/processed"])
def test_a_queue_that_leads_elsewhere_is_not_followed(places: Places, tmp_path: Path, folder: str) -> None:
    """A link in place of a folder would move somebody's files: it is refused, and nothing moves."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "inbox").mkdir(parents=True)
    left(elsewhere / "inbox", '{"text": "x"}')
    left(elsewhere, '{"text": "x"}')
    path = places.home / folder
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(elsewhere)
    with pytest.raises(DamagedData):
        list(foreign(places))
    assert len(list(elsewhere.rglob("evt_*.json"))) == 2


def test_no_queue_is_no_error(places: Places) -> None:
    """A home that the original never saw has nothing to show."""
    assert list(foreign(places)) == []
    assert not (places.home / "coticker").exists()
