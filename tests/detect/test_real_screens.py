"""Real screens of Claude Code, Codex and Gemini CLI, in three sizes, run against a model of our own."""

from __future__ import annotations

import pytest

from cotemp.agents.states import Composer, Problem, State

from .stage import SCREENS, look, screen_of, truth_of

FOLDERS = sorted(folder.name for folder in SCREENS.glob("*-*x*") if not folder.name.startswith("opencode"))
CASES = [(folder, *row) for folder in FOLDERS for row in truth_of(folder)]
QUIET = {"idle", "busy"}
"""States that the screen of Codex does not tell apart while words of an answer arrive."""


@pytest.mark.parametrize(("folder", "name", "title", "state", "composer"), CASES, ids=lambda value: str(value)[:24])
def test_real_screens_with_their_titles(folder: str, name: str, title: str, state: str, composer: str) -> None:
    """State and composer are what they were."""
    reading = look(folder.partition("-")[0], screen_of(folder, name), title)
    assert (reading.state, reading.composer) == (state, composer)


@pytest.mark.parametrize(("folder", "name", "title", "state", "composer"), CASES, ids=lambda value: str(value)[:24])
def test_real_screens_alone(folder: str, name: str, title: str, state: str, composer: str) -> None:
    """Without a title it is the same, or unknown: under an overlay, and where a program shows nothing of its work."""
    reading = look(folder.partition("-")[0], screen_of(folder, name))
    covered = composer == Composer.COVERED and state == State.IDLE
    quiet = folder.startswith("codex") and state in QUIET
    assert reading.state == (State.UNKNOWN if covered or quiet else state)
    assert reading.composer == composer


def test_a_real_login_that_is_gone() -> None:
    """Claude Code answers the prompt itself, and waits: the problem stands beside the state."""
    assert look("claude", screen_of("claude-120x40", "idle-login-gone")).problem == Problem.LOGIN
    assert look("claude", screen_of("claude-120x40", "idle-after-turn")).problem is None
