"""One reading from several sources: who is believed, who only knows less, and what is a contradiction."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cotemp.agents.states import Composer, State
from cotemp.detect.ladder import start_token

from .drawn import LIMIT, SPINNER, claude, claude_dialog, codex
from .stage import NOW, look, pane

IDLE, BUSY, BLOCKED, LIMITED, UNKNOWN = State.IDLE, State.BUSY, State.BLOCKED, State.LIMITED, State.UNKNOWN
ASKS = claude_dialog(" Do you want to proceed?", " ❯ 1. Yes")
WAITS, WORKS = claude("⏺ Done."), claude(SPINNER)
STAR, SPINS = "✳ app", "⠂ app"
AFTER = claude("✻ Waiting for 1 background agent to finish")


@pytest.fixture
def session(tmp_path: Path) -> dict[str, Any]:
    """The environment of a Claude Code whose session file says whatever `say` writes; this process stands for it."""
    (tmp_path / "sessions").mkdir()
    return {"env": {"CLAUDE_CONFIG_DIR": str(tmp_path)}, "pid": os.getpid()}


def say(session: dict[str, Any], status: str, **more: Any) -> None:
    """Write the session file of this process."""
    stamp = NOW.timestamp() * 1000
    told = {"pid": os.getpid(), "sessionId": "s-1", "procStart": start_token(os.getpid()), "status": status} | more
    file = Path(session["env"]["CLAUDE_CONFIG_DIR"]) / "sessions" / f"{os.getpid()}.json"
    file.write_text(json.dumps(told | {"statusUpdatedAt": stamp}), encoding="utf-8")


TABLE = {  # what the session file says, the title, the screen: the state, and who is quoted for it
    "all agree, idle": ("idle", STAR, WAITS, IDLE, "claude-session-file"),
    "all agree, busy": ("busy", SPINS, WORKS, BUSY, "claude-session-file"),
    "waiting, the dialog is there": ("waiting", STAR, ASKS, BLOCKED, "claude-session-file"),
    "waiting, the dialog is not yet drawn": ("waiting", SPINS, WAITS, BLOCKED, "claude-session-file"),
    "the title is idle while it asks": (None, STAR, ASKS, BLOCKED, "screen"),
    "it calls itself busy while it asks": ("busy", STAR, ASKS, BLOCKED, "screen"),
    "it calls itself idle while it asks": ("idle", STAR, ASKS, BLOCKED, "screen"),
    "idle, its limit is told on the screen": ("idle", STAR, claude(LIMIT), LIMITED, "screen"),
    "idle, agents still run": ("idle", STAR, AFTER, BUSY, "screen"),
    "idle, a shell still runs": ("shell", STAR, WAITS, BUSY, "claude-session-file"),
    "idle against a spinner": ("idle", STAR, WORKS, UNKNOWN, "claude-session-file"),
    "busy against an idle prompt": ("busy", SPINS, WAITS, UNKNOWN, "claude-session-file"),
    "busy against an idle title": ("busy", STAR, WORKS, UNKNOWN, "claude-session-file"),
    "busy against a limit": ("busy", SPINS, claude(LIMIT), UNKNOWN, "claude-session-file"),
    "only the title": (None, SPINS, None, BUSY, "title"),
    "only the session file": ("busy", None, None, BUSY, "claude-session-file"),
    "a status of the future": ("pondering", STAR, WAITS, IDLE, "title"),
}


@pytest.mark.parametrize(("status", "title", "screen", "state", "source"), TABLE.values(), ids=TABLE)
def test_who_is_believed(
    session: dict[str, Any], status: str | None, title: str | None, screen: str | None, state: State, source: str
) -> None:
    """Structured sources first; who cannot tell two states apart does not contradict who can."""
    if status:
        say(session, status)
    reading = look("claude", screen, title, **session)
    assert (reading.state, reading.evidence.source) == (state, source)


def test_a_contradiction_quotes_both(session: dict[str, Any]) -> None:
    """Whoever reads `unknown` sees why."""
    say(session, "busy")
    reading = look("claude", WAITS, **session)
    assert reading.evidence.quote == "claude-session-file: status=busy ≠ screen: its empty prompt"
    assert [one.quote for one in reading.against] == ["its empty prompt"]


def test_a_draft_stays_beside_an_idle_state(session: dict[str, Any]) -> None:
    """The program says idle, the screen has text in its composer: both are told."""
    say(session, "idle")
    reading = look("claude", claude(composer="half a thought"), **session)
    assert (reading.state, reading.composer) == (IDLE, Composer.DRAFT)


def test_an_overlay_keeps_what_was_known() -> None:
    """While somebody reads the transcript, the state stands on; nothing is typed."""
    before = look("claude", WORKS)
    covered = claude_dialog("  Showing detailed transcript · ctrl+o to toggle")
    reading = look("claude", covered, previous=before)
    assert (reading.state, reading.composer, reading.evidence) == (BUSY, Composer.COVERED, before.evidence)
    assert look("claude", covered).state == UNKNOWN


def test_an_overlay_does_not_silence_the_program(session: dict[str, Any]) -> None:
    """What the session file says now counts for more than what was seen before."""
    say(session, "idle")
    covered = claude_dialog("  Showing detailed transcript · ctrl+o to toggle")
    reading = look("claude", covered, previous=look("claude", WORKS), **session)
    assert (reading.state, reading.composer) == (IDLE, Composer.COVERED)


def test_the_host_name_is_no_title(monkeypatch: pytest.MonkeyPatch) -> None:
    """tmux shows it until a program writes one; it proves nothing."""
    monkeypatch.setattr("platform.node", lambda: "build.example")
    assert look("codex", codex(), "build").state == UNKNOWN
    assert look("codex", codex(), "app").state == IDLE


def test_text_alone_proves_no_death() -> None:
    """What looks like an end on the screen of a program that runs is not believed."""
    screen = claude("⏺ API Error: socket connection closed")
    assert look("claude", screen).state == UNKNOWN


def test_a_secret_in_a_quote_is_taken_out() -> None:
    """Quotes are logged and shown: they pass the scrubber, are one line, and short."""
    from cotemp.agents.backends import SHIPPED
    from cotemp.detect import Subject, read

    screen = claude_dialog(" Run with TOKEN=hunter2-hunter2 and \x1b[1mmore\x1b[0m" + " words" * 99 + "?", " ❯ 1. Yes")
    subject = Subject(backend=SHIPPED["claude"], screen=screen, pane=pane(pid=os.getpid()))
    quote = read(subject, NOW, lambda text: text.replace("hunter2-hunter2", "[secret]")).evidence.quote
    assert "TOKEN=[secret]" in quote
    assert "\n" not in quote
    assert len(quote) <= 120


def test_evil_text_is_shown_and_not_sent_to_the_terminal() -> None:
    """A title with direction marks is made visible."""
    quote = look("codex", None, "⠋ a\u202eb").evidence.quote
    assert "\u202e" not in quote
    assert "<U+202E>" in quote
