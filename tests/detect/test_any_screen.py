"""No screen whatever leads astray: nothing is raised, and nothing is called idle and empty without its prompt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cotemp.agents.backends import SHIPPED
from cotemp.agents.states import Composer, State
from cotemp.detect import Subject, read, shows
from cotemp.detect.screen import see
from cotemp.display import display_line

from .drawn import LIMIT, SPINNER, claude, codex, gemini
from .stage import NOW, SCREENS

PIECES = [
    *("\x1b[2m", "\x1b[0m", "\x1b[38;5;8m", "\x1b[48;2;1;2;3m", "\x1b[7m", "\x1b[", "\x1b]8;;x\x07", "\x1b"),
    *(
        "\n",
        "\n\n",
        " ",
        "─" * 30,
        "╭────────╮",
        "╰────────╯",
        "│ ",
        "┃  ",
        "╹▀▀▀▀▀▀▀",
        "❯\u00a0",
        "❯ 1. Yes",
        "› ",
        " > ",
    ),
    *(SPINNER, LIMIT, "Do you want to proceed?", "esc to interrupt", "ctrl+p commands", "△ Permission required"),
    *("⏺ ", "  ⎿  ", "漢字", "é\u0301", "\x0e", "\r", "\t", "$ ", "mock> ", "100% left", "   Commands      esc  "),
]
SCREEN = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=60).map("".join)
BACKENDS = st.sampled_from(sorted(SHIPPED))
REAL = sorted(one for one in SCREENS.glob("*/*.ansi") if not one.name.startswith("over-"))  # their last line tells
PROMPTS = re.compile(r"[❯›>!#$%*╹]")


@given(BACKENDS, SCREEN)
def test_no_screen_whatever_raises(name: str, screen: str) -> None:
    """Half a sequence, foreign characters, mixtures of programs."""
    reading = read(Subject(backend=SHIPPED[name], screen=screen), NOW)
    assert len(reading.evidence.quote) <= 120
    assert display_line(reading.evidence.quote) == reading.evidence.quote
    shows(SHIPPED[name], screen, "bell 12")


@given(BACKENDS, SCREEN)
def test_without_a_prompt_nothing_is_idle_and_empty(name: str, screen: str) -> None:
    """Only what was seen to be empty is typed into."""
    assume(not PROMPTS.search(screen))
    reading = read(Subject(backend=SHIPPED[name], screen=screen), NOW)
    assert (reading.state, reading.composer) != (State.IDLE, Composer.EMPTY)


@given(st.sampled_from(REAL), st.data())
@settings(max_examples=60)
def test_a_screen_that_is_cut_off_is_never_emptier_than_it_was(path: Path, data: st.DataObject) -> None:
    """Of a screen whose composer is not empty, no upper part shows an empty one: its draft or dialog may be cut off."""
    text = path.read_text(encoding="utf-8")
    name = path.parent.name.partition("-")[0]
    whole = see(SHIPPED[name], text)
    lines = text.split("\n")
    upper = "\n".join(lines[: data.draw(st.integers(0, len(lines)))])
    part = see(SHIPPED[name], upper)
    if part.composer == Composer.EMPTY:
        assert whole.composer == Composer.EMPTY


TYPED = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="│"), min_size=1, max_size=30)


@pytest.mark.parametrize(("name", "draw"), [("claude", claude), ("codex", codex), ("gemini", gemini)])
@given(typed=TYPED)
@settings(max_examples=60)
def test_whatever_a_human_typed_is_a_draft(name: str, draw: object, typed: str) -> None:
    """A composer with any text of a normal colour is never empty."""
    assert callable(draw)
    assert see(SHIPPED[name], draw(composer=typed)).composer != Composer.EMPTY
