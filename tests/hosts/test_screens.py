"""What a program writes becomes a screen: pieces, colours, rows; what no program may do to us or to a human."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.errors import BadUsage
from cotemp.hosts.keys import checked_text, key_bytes
from cotemp.hosts.pty.screen import Screen
from cotemp.hosts.pty.sieve import Sieve, for_screen, is_question
from cotemp.hosts.sgr import rows_of

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]")


def drawn(data: bytes, columns: int = 40, rows: int = 4, step: int = 0) -> Screen:
    """A screen after a program wrote `data`, in parts of `step` bytes."""
    screen, sieve = Screen(columns, rows, lambda _: None), Sieve()
    step = step or len(data) or 1
    for at in range(0, len(data), step):
        for piece in sieve.pieces(data[at : at + step]):
            screen.show(piece)
    return screen


def first(screen: Screen) -> str:
    """Its first row."""
    return screen.coloured().split("\n")[0]


@pytest.mark.parametrize("step", [0, 1, 3])
@pytest.mark.parametrize(
    ("written", "row"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m x", "\x1b[0;31mred\x1b[0m x"),
        ("\x1b[2mfaint\x1b[22m x", "\x1b[0;2mfaint\x1b[0m x"),
        ("\x1b[38;5;2mnot faint", "\x1b[0;38;2;0;205;0mnot faint\x1b[0m"),
        ("\x1b[38:2::1:2:3mcolons", "\x1b[0;38;2;1;2;3mcolons\x1b[0m"),
        ("\x1b[4:3mcurly\x1b[4:0m x", "\x1b[0;4mcurly\x1b[0m x"),
        ("\x1b[58:2::1:2:3mx", "x"),
        ("\x1b[>4;2m\x1b[<u\x1b[=1;1u\x1b[?4mx", "x"),
        ("\x1bP+q544e\x1b\\\x1b_Gi=1\x1b\\\x1b^x\x1b\\\x1bXy\x1b\\x", "x"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b[1 q\x1b[!p\x1b[?2026$px", "x"),
        ("❯\ufe0f after \u200b\u200dx", "❯ after x"),
        ("\x1b(0lqk\x1b(B x", "┌─┐ x"),
        ("\x1b)0\x0eq\x0f x", "─ x"),
        ("中文e\u0301", "中文é"),
        ("a\x1b[3bx", "aaaax"),
        ("\x1b7ab\x1b8c\x1b[s\x1b[5Gd\x1b[ue", "ce  d"),
        ("\x1b[1;2;3;4;5Ax", "x"),
        ("\x1b\x1b[31mx", "\x1b[0;31mx\x1b[0m"),
        ("a\x9b31mb\xa0c", "a31mb\xa0c"),
        ("\x1b[7mx\x1b[27m   ", "\x1b[0;7mx\x1b[0m"),
        ("\x1b[44m  \x1b[0m", "\x1b[0;44m  \x1b[0m"),
        ("abc\x1b[4hX\x1b[2G\x1b[4lY", "aYcX"),
    ],
)
def test_what_is_written_is_seen(written: str, row: str, step: int) -> None:
    """A row looks as in any other terminal, however the output was cut on its way."""
    assert first(drawn(written.encode(), step=step)) == row


def test_a_broken_character_is_shown_as_one() -> None:
    """Bytes that are no text do not stop what follows."""
    assert first(drawn(b"a\xff\xc3(b")) == "a\ufffd\ufffd(b"


def test_lines_wrap_and_scroll_into_the_history() -> None:
    """What leaves the screen at its top is kept without colours."""
    screen = drawn(b"\x1b[31mabcdefgh\x1b[0m\r\n1\r\n2\r\n3\r\n4", columns=5, rows=3)
    assert screen.plain(99) == "abcde\nfgh\n1\n2\n3\n4"
    assert screen.plain(2) == "3\n4"
    assert screen.plain(0) == ""


def test_parts_of_a_screen_scroll_by_themselves() -> None:
    """Between the margins lines move up and down, outside they stay."""
    data = b"a\r\nb\r\nc\r\nd\x1b[2;3r"
    assert drawn(data + b"\x1b[S").plain(9) == "a\nc\n\nd"
    assert drawn(data + b"\x1b[T").plain(9) == "a\n\nb\nd"


def test_the_other_screen_has_no_history() -> None:
    """A full-screen program leaves nothing behind."""
    screen = drawn(b"main\x1b[?1049h\x1b[2J\x1b[H" + b"x\r\n" * 20 + b"\x1b[?1049l!", columns=9, rows=3)
    assert screen.plain(99) == "main!"


def test_a_question_is_answered() -> None:
    """A program that asks where the cursor is, or what the terminal is, gets one answer."""
    said: list[str] = []
    screen, sieve = Screen(40, 4, said.append), Sieve()
    for piece in sieve.pieces(b"ab\x1b[6n\x1b[c\x1b[5n"):
        screen.show(piece)
    assert said == ["\x1b[1;3R", "\x1b[?6c", "\x1b[0n"]


@pytest.mark.parametrize(
    "question",
    ["\x1b[c", "\x1b[0c", "\x1b[>c", "\x1b[=c", "\x1b[6n", "\x1b[?6n", "\x1b[?u", "\x1b[?2026$p", "\x1b[>q", "\x1b[>0q",
     "\x1b]11;?\x07", "\x1b]10;?\x1b\\", "\x1b]4;1;?\x07", "\x1bP+q544e\x1b\\", "\x1bP$qm\x1b\\", "\x1b[14t", "\x1bZ"],
)  # fmt: skip
def test_questions_do_not_reach_a_humans_terminal(question: str) -> None:
    """Else it would answer into the program, as if somebody had typed."""
    assert is_question(question)


@pytest.mark.parametrize("no_question", ["\x1b[31m", "\x1b]2;what?\x07", "\x1b[2 q", "\x1b[?25h", "\x1b[8;40;80t", "n"])
def test_other_sequences_do(no_question: str) -> None:
    """What only draws is passed on."""
    assert not is_question(no_question)


def test_a_sequence_without_an_end_is_not_waited_for_for_ever() -> None:
    """A program cannot fill the keeper's memory with one."""
    sieve = Sieve()
    for _ in range(100):
        sieve.pieces(b"\x1b]52;c;"[: 7 if _ == 0 else 0] + b"A" * 4096)
    assert "end" in "".join(sieve.pieces(b"\x1b[0m end"))


@given(
    st.lists(st.sampled_from([*"\x1b[]()?<>=;:0123456789mhlnHJKABrSTbPX^_\\\x07\r\n\t\x0e\x0fé中q \x9b"]), max_size=80)
)
def test_no_output_breaks_a_screen(letters: list[str]) -> None:
    """Whatever a program writes, the screen has its rows and nothing in them steers a terminal."""
    screen = drawn("".join(letters).encode(), columns=12, rows=3, step=5)
    text = screen.coloured()
    assert len(text.split("\n")) == 3
    assert not _CONTROL.search(text)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", text)
    for_screen("x")


@pytest.mark.parametrize(
    ("captured", "rows"),
    [
        ("a\nb\n", "a\nb"),
        ("\x1b[31ma\nb\x1b[39m c\n", "\x1b[0;31ma\x1b[0m\n\x1b[0;31mb\x1b[0m c"),
        ("\x1b[1m\x1b[38;5;208ma\x1b[0m\nb\n", "\x1b[0;1;38;5;208ma\x1b[0m\nb"),
        ("\x1b[38;2;1;2;3m\x1b[48:5:7ma\x1b[m b\n", "\x1b[0;38;2;1;2;3;48:5:7ma\x1b[0m b"),
        ("\x0elqk\nx\x0f end\n", "┌─┐\n│ end"),
        ("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c\x1b[2Jd\n", "abcd"),
        ("\x1b[2mfaint\x1b[22m\x1b[1mbold\n", "\x1b[0;2mfaint\x1b[0;1mbold\x1b[0m"),
        ("\n\n\n", "\n\n"),
    ],
)
def test_what_tmux_captured_becomes_rows(captured: str, rows: str) -> None:
    """Each row begins and ends in the default colours; what is no colour is gone."""
    assert rows_of(captured) == rows


@given(st.text(alphabet="\x1b[]0123456789;:m\n\x0e\x0fqab\x07\\", max_size=60))
def test_nothing_captured_steers_a_terminal(captured: str) -> None:
    """Whatever stood on a screen, only text and colours come out."""
    text = rows_of(captured)
    assert not _CONTROL.search(text)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;:]*m", "", text)


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("Enter", b"\r"),
        ("C-c", b"\x03"),
        ("C-\\", b"\x1c"),
        ("M-Enter", b"\x1b\r"),
        ("é", "é".encode()),
        ("C-?", b"\x7f"),
    ],
)
def test_keys_have_bytes(key: str, sent: bytes) -> None:
    """A key sends what a keyboard would."""
    assert key_bytes(key) == sent


def test_arrow_keys_follow_the_program() -> None:
    """A program that asked for application keys gets those."""
    assert (key_bytes("Up"), key_bytes("Up", application=True)) == (b"\x1b[A", b"\x1bOA")
    assert drawn(b"\x1b[?1h").application_keys
    assert not drawn(b"\x1b[?1h\x1b[?1l").application_keys


@pytest.mark.parametrize("bad", ["", "Entr", "C-", "M-", "C-é", "\n", "ab"])
def test_no_key_is_guessed(bad: str) -> None:
    """tmux would type the letters of a name that it does not know."""
    with pytest.raises(BadUsage):
        key_bytes(bad)


def test_ordinary_text_can_be_typed() -> None:
    """Letters of every script, and whatever a shell would find special."""
    text = "Grüße 中文 🎉 'x' \"y\" $z; `w` \\"
    assert checked_text(text) == text


REAL = sorted((Path(__file__).parent.parent / "data" / "screens").rglob("*.ansi"))


def _faint(text: str) -> list[str]:
    """The faint parts of rows, of which each change of colours begins with `0`."""
    parts = re.split(r"\x1b\[([0-9;:]*)m", text)
    faint = [re.match(r"0(;1)?;2(;|$)", codes) is not None for codes in parts[1::2]]
    return [words.strip() for words, is_faint in zip(parts[2::2], faint, strict=True) if is_faint and words.strip()]


@pytest.mark.parametrize("file", REAL, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_real_screen_is_drawn_alike(file: Path) -> None:
    """A real program's screen is the same to both hosts, and so is what of it is faint."""
    rows = rows_of(file.read_text())
    screen = drawn(rows.replace("\n", "\r\n").encode(), columns=400, rows=rows.count("\n") + 1)
    plain = [re.sub(r"\x1b\[[0-9;:]*m", "", row).rstrip() for row in rows.split("\n")]
    assert [screen.plain_row(y) for y in range(len(plain))] == plain
    assert _faint(screen.coloured()) == _faint(rows)
