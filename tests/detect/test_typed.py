"""What the ringing of bells asks: does the composer hold exactly this, does it stand on the screen?"""

from __future__ import annotations

import pytest

from cotemp.agents.backends import SHIPPED, Backend, Patterns, Screens
from cotemp.agents.states import Composer, State
from cotemp.detect import Shown, Subject, composer_of, read, shows

from .drawn import SUGGESTION, claude, codex, gemini
from .stage import GREY, NOW, OFF, screen_of

BELL = "cotemp: bell 12. New commits are for you: read the log from 4f6e8e4 on."
MOCK = Backend(name="mock", argv=("mock",), screen=Screens(ready=Patterns(r"^mock> $"), busy=Patterns("^working")))


@pytest.mark.parametrize("columns", [20, 40, 120])
def test_what_was_typed_is_found_though_it_is_wrapped(columns: int) -> None:
    """The program breaks lines where it likes."""
    words = "\n  ".join(BELL[start : start + columns] for start in range(0, len(BELL), columns))
    assert shows(SHIPPED["claude"], claude(composer=words), BELL) is Shown.COMPOSER


SHOWN = {
    "typed": (claude(composer=BELL), Shown.COMPOSER),
    "typed behind a draft": (claude(composer=f"half a thought {BELL}"), Shown.NOWHERE),
    "sent": (claude(f"❯ {BELL}", "", "⏺ Reading."), Shown.SCREEN),
    "sent, and typed again": (claude(f"❯ {BELL}", composer=BELL), Shown.COMPOSER),
    "a suggestion": (claude(composer=SUGGESTION), Shown.NOWHERE),
    "half of it": (claude(composer=BELL[:20]), Shown.NOWHERE),
    "nothing": ("", Shown.NOWHERE),
}


@pytest.mark.parametrize(("screen", "shown"), SHOWN.values(), ids=SHOWN)
def test_where_a_text_stands(screen: str, shown: Shown) -> None:
    """In the composer by itself, on the screen, or nowhere."""
    assert shows(SHIPPED["claude"], screen, BELL) is shown


@pytest.mark.parametrize(
    ("backend", "screen"),
    [("codex", codex(composer=BELL)), ("gemini", gemini(composer=BELL)), ("claude", claude(composer=BELL))],
)
def test_in_every_program(backend: str, screen: str) -> None:
    """Wherever the composer is."""
    assert shows(SHIPPED[backend], screen, BELL) is Shown.COMPOSER


def test_on_real_screens_of_opencode() -> None:
    """Beside a sidebar, in three sizes."""
    for size in ("80x24", "120x40", "250x50"):
        screen = screen_of(f"opencode-{size}", "draft-after-turn")
        assert shows(SHIPPED["opencode"], screen, "please do not send this") is Shown.COMPOSER


def test_a_placeholder_is_no_text() -> None:
    """What the program itself put there is not held."""
    screen = claude(composer=f"{GREY}{BELL}{OFF}")
    assert composer_of(SHIPPED["claude"], screen) == Composer.EMPTY
    assert shows(SHIPPED["claude"], screen, BELL) is not Shown.COMPOSER


LINES = {
    "waits": ("hello\nmock> ", State.IDLE, Composer.EMPTY),
    "waits, as tmux cuts it": ("hello\nmock>", State.IDLE, Composer.EMPTY),
    "works": ("mock> do it\nworking (3s)", State.BUSY, Composer.UNKNOWN),
    "worked": ("mock> do it\nworking (3s)\ndone\nmock> ", State.IDLE, Composer.EMPTY),
    "draft": ("hello\nmock> half a", State.UNKNOWN, Composer.UNKNOWN),
}


@pytest.mark.parametrize(("screen", "state", "composer"), LINES.values(), ids=LINES)
def test_a_program_that_writes_line_by_line_needs_its_patterns_only(
    screen: str, state: State, composer: Composer
) -> None:
    """Declared in `agents.toml`, nothing else is known of it: its prompt at the end is the newest mark."""
    reading = read(Subject(backend=MOCK, screen=screen), NOW)
    assert (reading.state, reading.composer) == (state, composer)


def test_a_program_that_is_like_another_is_read_like_it() -> None:
    """A backend of any name whose process is Claude Code's has its composer."""
    mine = Backend(name="mine", argv=("claude", "--foo"), processes=("claude",))
    assert composer_of(mine, claude(composer="half a thought")) == Composer.DRAFT
    unknown = Backend(name="new", argv=("new",))
    assert composer_of(unknown, claude(composer="half a thought")) == Composer.DRAFT
    assert composer_of(unknown, screen_of("opencode-80x24", "draft")) == Composer.DRAFT
