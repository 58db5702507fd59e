"""Terminal output as plain text: what a person would have seen, whatever the pieces in which it came."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.runner import text
from cotemp.runner.text import PlainText

PIECES = [
    b"\x1b[31m", b"\x1b[K", b"\x1b[2K", b"\x1b[1K", b"\x1b[3G", b"\x1b[2D", b"\x1b[C", b"\x1b", b"[", b"]0;t", b"\x07",
    b"\x1b\\", b"\r", b"\n", b"\r\n", b"\b", b"\xc3", b"\xa9", b"\xe4\xbd\xa0", b"\xff", b"a", b"bc", b"12345678",
    b"\t", b"\x00", b"\x1b=", b"\x1b(B", b"K", b";", b"3",
]  # fmt: skip
STREAMS = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)), max_size=40).map(b"".join)


def plain(*parts: bytes) -> str:
    reader = PlainText()
    return "".join([*map(reader.feed, parts), reader.finish()])


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (b"plain\n", "plain\n"),
        (b"no end", "no end"),
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"one\r\r\ntwo\r\r\n", "one\ntwo\n"),
        (b" 10%\r 50%\r100%\r\n", "100%\n"),
        (b"abcdef\rXY\r\n", "XYcdef\n"),
        (b"downloading\r\x1b[Kdone\n", "done\n"),
        (b"downloading\x1b[2K\rdone\n", "done\n"),
        (b"downloading\x1b[1G\x1b[0Kdone\n", "done\n"),
        (b"spin |\b/\b-\bdone\n", "spin done\n"),
        (b"a\x1b[3Cb\n", "a   b\n"),
        (b"abc\x1b[2DX\n", "aXc\n"),
        (b"abc\x1b[1K!\n", "   !\n"),
        (b"\x1b[?1h\x1b=\x1b[1;31mred\x1b[0m\x1b[?1l\x1b>\n", "red\n"),
        (b"\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "textlink\n"),
        (b"\x1bP1$r0m\x1b\\text\n", "text\n"),
        (b"\x1b(Btext\x1b7\x1b8\x1b[6n\x1b[2J\x1b[H\n", "text\n"),
        (b"\x1b]0;no end of title\ntext\n", "]0;no end of title\ntext\n"),
        (b"\x1b[999999999999999Gtext\n", "text\n"),
        (b"bell\x07 nul\x00 del\x7f shift\x0e\x0f\n", "bell nul del shift\n"),
        (b"tab\there\n", "tab\there\n"),
        ("zażółć 你好 🎉\n".encode(), "zażółć 你好 🎉\n"),
        (b"latin \xe9 and cut \xe4\xbd", "latin \ufffd and cut \ufffd"),
        (b"", ""),
        (b"\x1b", ""),
        (b"\r", ""),
        (b"abc\r", "abc"),
    ],
)
def test_what_a_person_would_have_seen(written: bytes, seen: str) -> None:
    """Codes go, lines stay, and what was written over is gone."""
    assert plain(written) == seen
    assert plain(*(written[i : i + 1] for i in range(len(written)))) == seen


@settings(max_examples=400, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 200), max_size=12), st.sampled_from([5, 12, 16384]))
def test_the_pieces_do_not_matter(stream: bytes, cuts: list[int], limit: int) -> None:
    """The same bytes give the same text, however they come, and none of it is a control sequence."""
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    usual, text.LINE_LIMIT = text.LINE_LIMIT, limit
    try:
        whole = plain(stream)
        assert plain(*(stream[i:j] for i, j in pairwise(ends))) == whole
        assert plain(*(stream[i : i + 1] for i in range(len(stream)))) == whole
    finally:
        text.LINE_LIMIT = usual
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", whole)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
def test_text_without_controls_stays_as_it_is(written: str) -> None:
    """Nothing is lost or added."""
    assert plain(written.encode()) == written


def test_a_line_without_end_neither_grows_in_memory_nor_is_lost() -> None:
    """A very long line is passed on in parts."""
    reader = PlainText()
    passed = "".join(reader.feed(b"x" * 10_000) for _ in range(100))
    assert len(reader.partial) < text.LINE_LIMIT
    assert passed + reader.finish() == "x" * 1_000_000


def test_a_sequence_without_end_neither_grows_in_memory_nor_hides_the_rest() -> None:
    """What looks like a title that never ends is text after all."""
    reader = PlainText()
    said = reader.feed(b"\x1b]0;" + b"t" * 10_000 + b"\nvisible\n") + reader.finish()
    assert said.endswith("t\nvisible\n")


def test_the_line_that_is_being_written_can_be_seen() -> None:
    """As it looks now, not as it was written."""
    reader = PlainText()
    assert reader.feed(b"done\n 10%\r 50%") == "done\n"
    assert reader.partial == " 50%"
