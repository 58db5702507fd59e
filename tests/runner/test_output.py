"""The output of a run on disk, and reading it: head and tail, cuts, the end mark, live."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotemp.runner import follow, output, read_output
from cotemp.runner.output import OutputLog, end_mark
from cotemp.runner.reading import kept_bytes
from tests.waiting import eventually

SECRET = "0123456789abcdefghijklmnop"
MARK = end_mark(SECRET).encode()
PIECES = [b"a", b"bc\n", "ä".encode(), b"\x1b[31m", b"x" * 90, b"y" * 250 + b"\n", b"\r\n"]
FILES = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Segments of 100 bytes: the head is 200, the tail 300."""
    monkeypatch.setattr(output, "SEGMENT", 100)
    monkeypatch.setattr(output, "HEAD", 2)
    monkeypatch.setattr(output, "TAIL", 3)
    return iter(())


def written(folder: Path, *parts: bytes, secret: str | None = None) -> tuple[bytes, output.Kept]:
    log = OutputLog(folder, secret)
    for part in parts:
        log.write(part)
    kept = log.close()
    return read_output(folder), kept


def lines(count: int) -> bytes:
    return b"".join(b"line %04d\n" % number for number in range(count))


def test_small_output_is_kept_as_it_is(tmp_path: Path) -> None:
    """Text comes back byte for byte."""
    said, kept = written(tmp_path, b"one\ntwo\n", b"three")
    assert said == b"one\ntwo\nthree"
    assert (kept.bytes_seen, kept_bytes(tmp_path), kept.trouble) == (13, 13, None)


def test_a_run_that_printed_nothing_has_empty_output(tmp_path: Path) -> None:
    """Neither a folder nor a file is needed for that."""
    assert written(tmp_path / "silent")[0] == b""
    assert read_output(tmp_path / "never started") == b""


def test_the_middle_of_a_flood_is_left_out(small: None, tmp_path: Path) -> None:
    """Whole lines at both edges, the number of missing bytes between them, nothing lost at the end."""
    said, kept = written(tmp_path, lines(1000))
    head, _, rest = said.decode().partition("… ")
    number, _, tail = rest.partition(" left out here …\n")
    assert head == lines(20).decode()
    assert tail == lines(1000).decode()[-len(tail) :]
    assert tail.startswith("line ")
    assert 290 <= len(tail) <= 300
    assert number == "9.5 kB"
    assert kept.bytes_seen == 10_000
    assert kept_bytes(tmp_path) == len(head) + len(tail)
    assert len(os.listdir(tmp_path / "output")) <= 6


@FILES
@given(
    st.lists(st.sampled_from(PIECES), max_size=60),
    st.lists(st.integers(0, 4000), max_size=10),
)  # fmt: skip
def test_the_pieces_do_not_matter_on_disk_either(
    small: None, tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cuts: list[int]
) -> None:
    """The same bytes leave the same log, cut or not, and it is valid UTF-8."""
    stream = b"".join(pieces)
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    whole, kept = written(tmp_path_factory.mktemp("whole"), stream)
    parts = written(tmp_path_factory.mktemp("parts"), *(stream[i:j] for i, j in pairwise(ends)))
    assert parts == (whole, kept)
    whole.decode("utf-8")
    if kept.bytes_seen <= 500:
        assert len(whole) == kept.bytes_seen


@FILES
@given(st.integers(0, 80), st.booleans(), st.booleans())
def test_the_end_mark_is_noticed_and_taken_out(
    tmp_path_factory: pytest.TempPathFactory, cut: int, own_line: bool, more: bool
) -> None:
    """In one piece or two, on a line of its own or not, before later output or not."""
    before = b"text\n" if own_line else b"text"
    stream = before + MARK + b"\r\n" + (b"later\r\n" if more else b"")
    said, kept = written(tmp_path_factory.mktemp("mark"), stream[:cut], stream[cut:], secret=SECRET)
    assert kept.marked
    assert said == before + (b"later\n" if more else b"")


@pytest.mark.parametrize("text", [b"", b"text\n", SECRET.encode() + b"\n", MARK[:-1] + b"\n", b"[[cotemp-end x]]\n"])
def test_without_the_end_mark_nothing_is_taken_for_it(tmp_path: Path, text: bytes) -> None:
    """A script that prints its own command line has not ended by that."""
    said, kept = written(tmp_path, text, secret=SECRET)
    assert not kept.marked
    assert said == text


def test_the_mark_counts_without_a_line_end_too(tmp_path: Path) -> None:
    """A wrapper that was killed right after its mark had ended all the same."""
    assert written(tmp_path, b"text\n" + MARK, secret=SECRET)[1].marked


def test_the_line_being_written_can_be_read(tmp_path: Path) -> None:
    """Also when the run is killed before the line ends."""
    log = OutputLog(tmp_path)
    log.write(b"whole\n 10%")
    log.show_partial()
    assert read_output(tmp_path) == b"whole\n 10%"
    log.write(b"\r 20%")
    log.show_partial()
    assert read_output(tmp_path) == b"whole\n 20%"
    log.write(b"\r100%\n")
    assert read_output(tmp_path) == b"whole\n100%\n"
    log.close()
    assert read_output(tmp_path) == b"whole\n100%\n"


def test_a_disk_that_refuses_is_named_and_ends_nothing(tmp_path: Path) -> None:
    """The run goes on; its end says that the output is not complete."""
    log = OutputLog(tmp_path)
    log.write(b"before\n")
    for name in os.listdir(tmp_path / "output"):
        (tmp_path / "output" / name).unlink()
    (tmp_path / "output").rmdir()
    log.write(b"x" * output.SEGMENT * 2)
    kept = log.close()
    assert kept.trouble
    assert "No such file" in kept.trouble


class Upper:
    """A scrubber that holds back digits until it has seen what follows."""

    def __init__(self) -> None:
        self.held = b""

    def feed(self, text: bytes) -> bytes:
        text = self.held + text
        ready = text.rstrip(b"0123456789")
        self.held = text[len(ready) :]
        return ready.upper()

    def glance(self, line: bytes) -> bytes:
        return line.upper()

    def finish(self) -> bytes:
        return self.held


def test_nothing_reaches_the_disk_past_the_scrubber(tmp_path: Path) -> None:
    """Lines, unfinished lines and what was held back all go through it."""
    log = OutputLog(tmp_path, None, Upper())
    log.write(b"secret\nunfinished")
    log.show_partial()
    files = (path.read_bytes() for path in (tmp_path / "output").iterdir())
    assert not any(b"secret" in data or b"unfinished" in data for data in files)
    log.write(b" 12")
    log.close()
    assert read_output(tmp_path) == b"SECRET\nUNFINISHED 12"


@pytest.mark.parametrize("step", [7, 64, 1000])
def test_following_shows_everything_once(tmp_path: Path, step: int) -> None:
    """Whoever follows a run sees what read_output shows afterwards."""
    ended = threading.Event()
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(follow(tmp_path, ended.is_set)))
    reader.start()
    log = OutputLog(tmp_path)
    data = lines(300)
    for begin in range(0, len(data), step):
        log.write(data[begin : begin + step])
        log.show_partial()
    log.close()
    ended.set()
    reader.join(20)
    assert b"".join(seen) == data == read_output(tmp_path)


def test_following_shows_a_line_before_its_end(tmp_path: Path) -> None:
    """A line that is written over begins anew on the next line of the view."""
    view = follow(tmp_path, lambda: False)
    log = OutputLog(tmp_path)
    for data, shown in ((b"dots .", b"dots ."), (b".", b"."), (b"\n", b"\n"), (b"10%", b"10%"), (b"\r20%", b"\n20%")):
        log.write(data)
        log.show_partial()
        assert next(view) == shown
    log.write(b"\r99%\nrest\n")
    assert next(view) == b"\n99%\nrest\n"
    log.close()


def test_following_says_what_it_missed(small: None, tmp_path: Path) -> None:
    """A view that is too slow for a flood says how much it left out."""
    log = OutputLog(tmp_path)
    log.write(lines(3))
    view = follow(tmp_path)
    assert next(view) == lines(3)
    log.write(lines(1000)[30:])
    log.close()
    (tmp_path / "result.json").touch()
    rest = b"".join(view)
    assert rest.startswith(b"line 0003")
    assert rest.count(" left out here …".encode()) == 1
    assert rest.endswith(b"line 0999\n")


def test_following_ends_with_the_run(tmp_path: Path) -> None:
    """Without being told, it finds out from the run's folder."""
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(follow(tmp_path)))
    reader.start()
    log = OutputLog(tmp_path)
    log.write(b"text\n")
    eventually(lambda: seen)
    log.close()
    (tmp_path / "result.json").touch()
    reader.join(20)
    assert not reader.is_alive()
    assert seen == [b"text\n"]
