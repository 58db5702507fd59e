"""Real screens of Claude Code, Codex and Gemini CLI, in three sizes, run against a model of our own."""

from __future__ import annotations

import pytest

from cotemp.agents.states import Composer, State

from .stage import look, screen_of, truth_of

FOLDERS = [f"{program}-{size}" for program in ("claude", "codex", "gemini") for size in ("80x24", "120x40", "250x50")]
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
