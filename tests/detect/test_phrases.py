"""Every phrase by which Claude Code, Codex and Gemini CLI show their state, and those that only look like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.agents.backends import backend_of
from cotemp.agents.states import Composer, Problem, State
from cotemp.config.reading import applied
from cotemp.detect.screen import see
from cotemp.testing import MOCK_BACKEND

from .drawn import LIMIT, SPINNER, SUGGESTION, claude, claude_dialog, codex, gemini
from .stage import OFF, RED, look

IDLE, BUSY, BLOCKED, LIMITED, UNKNOWN = State.IDLE, State.BUSY, State.BLOCKED, State.LIMITED, State.UNKNOWN
EMPTY, DRAFT, COVERED = Composer.EMPTY, Composer.DRAFT, Composer.COVERED
TYPED = "\x1b[48;5;237m"
"""The ground on which Claude Code shows what a human sent."""
MENU = ("❯ 1. Yes", "  2. Yes, and don't ask again", "  3. No, and tell Claude what to do differently (esc)")

CLAUDE = {
    "idle": (claude("⏺ Done."), IDLE, EMPTY),
    "idle, a suggestion": (claude(composer=SUGGESTION), IDLE, EMPTY),
    "idle, a long grey suggestion": (claude(composer="\x1b[38;5;246mrun the tests again\x1b[0m"), IDLE, EMPTY),
    "idle, done": (claude("⏺ Done.", "", "✻ Crunched for 1m 42s"), IDLE, EMPTY),
    "draft": (claude("⏺ Done.", composer="half a thought"), IDLE, DRAFT),
    "draft of two lines": (claude("⏺ Done.", composer="half a\n  thought"), IDLE, DRAFT),
    "draft in the shell mode": (claude().replace("❯\u00a0", "!\u00a0"), IDLE, DRAFT),
    "a materialised suggestion": (claude(composer='Try "fix the tests"'), IDLE, DRAFT),
    "busy, footer": (claude("⏺ Reading.", footer="  ⏵⏵ accept edits on · esc to interrupt"), BUSY, EMPTY),
    "busy, ctrl+c": (claude(footer="  ⏵⏵ accept edits on · ctrl+c to interrupt"), BUSY, EMPTY),
    "busy, spinner": (claude(SPINNER), BUSY, EMPTY),
    "busy, accents": (claude("✽ Flambéing… (3s · ↑ 1.2k tokens)"), BUSY, EMPTY),
    "busy, reduced motion": (claude("● Pondering…"), BUSY, EMPTY),
    "busy, a list of tasks below": (claude(SPINNER, "  ⎿  ☐ Read the plan", "     ☐ Write the code"), BUSY, EMPTY),
    "busy with a draft": (claude(SPINNER, composer="wait, not that"), BUSY, DRAFT),
    "done mid-turn, a fresh spinner below": (claude("✻ Baked for 42s", "", "⏺ Next.", "", SPINNER), BUSY, EMPTY),
    "a spinner of old above what is done": (claude(SPINNER, "", "✻ Baked for 42s"), IDLE, EMPTY),
    "a spinner of another pane, quoted": (claude("⏺ Bash(tmux capture-pane)", f"  ⎿  {SPINNER}"), IDLE, EMPTY),
    "background agents": (claude("✻ Waiting for 1 background agent to finish"), BUSY, EMPTY),
    "shells still running": (claude("✻ Baked for 42s · 2 shells still running"), BUSY, EMPTY),
    "shells in the footer": (claude(footer="  ⏵⏵ accept edits on · 2 shells · ? for shortcuts"), BUSY, EMPTY),
    "a task of MCP": (claude("✻ Baked for 4s · 1 MCP task still running"), BUSY, EMPTY),
    "a strip of tokens is no work": (claude("⏺ Done.", footer="  agents  ↓ 36.4k tokens"), IDLE, EMPTY),
    "permission": (claude_dialog(" Bash command", "   rm x", " Do you want to proceed?", *MENU), BLOCKED, COVERED),
    "permission, in a box": (
        "╭────────────────╮\n│ Do you want to proceed? │\n│ ❯ 1. Yes │\n│   2. No  │\n╰────────────────╯",
        BLOCKED,
        COVERED,
    ),
    "plan": (claude_dialog(" Would you like to proceed?", " ❯ 1. Yes, and auto-accept edits"), BLOCKED, COVERED),
    "question": (claude_dialog(" Which one?", " Enter to select · ↑/↓ to navigate · Esc"), BLOCKED, COVERED),
    "deny": (claude_dialog(" Allow this?", "   2. Deny (esc)"), BLOCKED, COVERED),
    "amend": (claude_dialog(" Edit file", " Esc to cancel · tab to amend · ctrl+e to explain"), BLOCKED, COVERED),
    "resume": (claude_dialog(" ❯ 1. Resume from summary (recommended)"), BLOCKED, COVERED),
    "first run, trust": (claude_dialog(" Quick safety check", " ❯ 1. Yes, I trust this folder"), BLOCKED, COVERED),
    "first run, bypass": (
        claude_dialog(" Bypass Permissions mode", " ❯ 1. No, exit", "   2. Yes, I accept"),
        BLOCKED,
        COVERED,
    ),
    "first run, key": (claude_dialog(" Use this API key?", "   1. Yes", " ❯ 2. No (recommended)"), BLOCKED, COVERED),
    "prose that asks": (claude("⏺ Would you like to proceed?", "", "  1. Yes", "  2. No"), IDLE, EMPTY),
    "prose that asks, after an old rule": (claude("─" * 80, "⏺ Do you want to proceed?"), IDLE, EMPTY),
    "a dialog that quotes a composer": (
        claude_dialog(*claude("⏺ Done.").splitlines(), " Do you want to proceed?", *MENU),
        BLOCKED,
        COVERED,
    ),
    "transcript": (claude_dialog("  Showing detailed transcript · ctrl+o to toggle"), UNKNOWN, COVERED),
    "queued": (claude(SPINNER, composer="\x1b[2mPress up to edit queued messages\x1b[0m"), BUSY, COVERED),
    "rewind": (claude_dialog("  Rewind", "  ❯ (current)", "  Enter to continue · Esc to cancel"), UNKNOWN, COVERED),
    "aside": (claude_dialog("  /btw what is this", "  ↑/↓ to scroll · esc to close"), UNKNOWN, COVERED),
    "history search": (claude(footer="  search prompts:"), UNKNOWN, COVERED),
    "limited": (claude("❯ go on", f"  ⎿  {LIMIT}", "     /upgrade to increase your usage limit"), LIMITED, EMPTY),
    "limited, as a message": (claude(f"⏺ {LIMIT}", "", "✻ Cogitated for 0s"), LIMITED, EMPTY),
    "limited, at the edge": (claude(LIMIT, "/login to switch", "", "✻ Cogitated for 0s"), LIMITED, EMPTY),
    "limited in the middle of a turn": (
        claude("⏺ Bash(ls)", "  ⎿  a.py", "     b.py", f"  ⎿  {RED}{LIMIT}{OFF}"),
        LIMITED,
        EMPTY,
    ),
    "a tool fails with a limit": (claude("⏺ Bash(cat log)", f"  ⎿  {RED}{LIMIT}{OFF}"), IDLE, EMPTY),
    "a human quotes a limit in a second line": (claude("❯ the log says", f"{TYPED}{LIMIT}{OFF}"), IDLE, EMPTY),
    "limited with a draft": (claude(LIMIT, composer="then this"), LIMITED, DRAFT),
    "limited, dialog": (
        claude_dialog(" What do you want to do?", " ❯ 1. Stop and wait for limit to reset", "   2. Add funds"),
        LIMITED,
        COVERED,
    ),
    "limited, rate": (claude("⏺ API Error: Rate limit reached"), LIMITED, EMPTY),
    "near the limit": (claude(footer="  You've used 91% of your session limit · resets 3pm"), IDLE, EMPTY),
    "limited once, answered since": (claude(LIMIT, "", "❯ go on", "", "⏺ Here it is."), IDLE, EMPTY),
    "limited once, at work since": (claude(LIMIT, "", "❯ go on", "", SPINNER), BUSY, EMPTY),
    "a tool quotes a limit": (claude("⏺ Bash(cat log)", f"  ⎿  {LIMIT}"), IDLE, EMPTY),
    "a tool quotes a limit further down": (claude("⏺ Bash(cat log)", "  ⎿  a", f"     {LIMIT}"), IDLE, EMPTY),
    "a human quotes a limit": (claude(f"❯ {LIMIT}"), IDLE, EMPTY),
    "a human types a limit": (claude(composer=LIMIT), IDLE, DRAFT),
    "prose about a limit": (claude(f'⏺ The log says "{LIMIT}" at noon.'), IDLE, EMPTY),
    "prose about a limit, wrapped": (claude("⏺ The log says this:", f"  {LIMIT}"), IDLE, EMPTY),
}
CODEX = {
    "idle": (codex("• Done."), IDLE, EMPTY),
    "draft": (codex("• Done.", composer="half a thought"), IDLE, DRAFT),
    "draft of two lines": (codex(composer="half a\n  thought"), IDLE, DRAFT),
    "busy": (codex("• Working (1m 3s • esc to interrupt)"), BUSY, EMPTY),
    "busy, narrow": (codex("◦ Working (3s • esc to i…"), BUSY, EMPTY),
    "busy with a draft": (codex("• Working (3s • esc to interrupt)", composer="wait"), BUSY, DRAFT),
    "work of old": (codex("• Working", "", "• Done."), IDLE, EMPTY),
    "command": (
        "• Running touch x\n\n  Would you like to run the following command?\n\n› 1. Yes, proceed (y)\n  2. No\n\n"
        "  Press enter to confirm or esc to cancel",
        BLOCKED,
        COVERED,
    ),
    "edits": ("  Would you like to make the following edits?\n\n  1. Yes\n› 2. No", BLOCKED, COVERED),
    "permissions": ("  Would you like to grant these permissions?\n", BLOCKED, COVERED),
    "network": ("  Do you want to approve network access to example.org?\n", BLOCKED, COVERED),
    "question": ("  Which one?\n\n  enter to submit answer", BLOCKED, COVERED),
    "tool": ("  Allow command?\n\n› 1. Yes", BLOCKED, COVERED),
    "trust": ("  Do you trust the contents of this directory?\n\n› 1. Yes", BLOCKED, COVERED),
    "update": ("  Update available! 1 -> 2\n\n› 1. Update now\n  3. Skip until next version", BLOCKED, COVERED),
    "prose that asks": (codex("• Would you like to run the following command?"), IDLE, EMPTY),
    "limited": (codex("■ You've hit your usage limit. Upgrade or try again at 9:05 PM."), LIMITED, EMPTY),
    "limited, wrapped": (codex("■ You've hit your usage limit. Upgrade or try again in 3", "hours."), LIMITED, EMPTY),
    "limited once": (codex("■ You've hit your usage limit.", "", "› go on", "", "• Done."), IDLE, EMPTY),
    "a tool quotes a limit": (codex("• Ran cat log", "  └ You've hit your usage limit."), IDLE, EMPTY),
}
GEMINI = {
    "idle": (gemini("✦ Done."), IDLE, EMPTY),
    "draft": (gemini(composer="half a thought"), IDLE, DRAFT),
    "busy": (gemini(" ⠏ Thinking... (esc to cancel, 12s)"), BUSY, EMPTY),
    "busy with a draft": (gemini(" ⠏ Thinking... (esc to cancel, 12s)", composer="wait"), BUSY, DRAFT),
    "permission": ("╭──────╮\n│ Allow execution of [Shell]?  │\n│ ● 1. Allow once │\n╰──────╯", BLOCKED, COVERED),
    "edit": ("╭──────╮\n│ Apply this change?  │\n│ ● 1. Yes │\n╰──────╯", BLOCKED, COVERED),
    "folder": ("╭──────╮\n│ Do you trust the files in this folder? │\n╰──────╯", BLOCKED, COVERED),
    "limited": (gemini("✕ Usage limit reached for gemini-3-pro.", "  Access resets at 9:57 PM UTC."), LIMITED, EMPTY),
}
CASES = [
    pytest.param(backend, *case, id=f"{backend}: {name}")
    for backend, table in (("claude", CLAUDE), ("codex", CODEX), ("gemini", GEMINI))
    for name, case in table.items()
]


@pytest.mark.parametrize(("backend", "screen", "state", "composer"), CASES)
def test_phrases(backend: str, screen: str, state: State, composer: Composer) -> None:
    """What stands on the screen is read as what it is."""
    title = "app" if backend == "codex" and state == State.IDLE else None  # its screen alone does not tell that
    reading = look(backend, screen, title)
    assert (reading.state, reading.composer) == (state, composer)


@pytest.mark.parametrize("width", [40, 80, 250])
def test_width_does_not_matter(width: int) -> None:
    """The composer is found by its rules, however long they are."""
    assert look("claude", claude("⏺ Done.", columns=width)).composer == EMPTY


PROBLEMS = {
    "login": ("⏺ Please run /login · API Error: 401 Invalid authentication credentials", Problem.LOGIN),
    "token": ('⏺ API Error: 401 {"type":"error"} OAuth token has expired.', Problem.LOGIN),
    "key": ("⏺ Invalid API key · Fix external API key", Problem.LOGIN),
    "prose": ("⏺ Please run /login when you can.", None),
    "tool": ("  ⎿  Please run /login · API Error: 401", None),
    "human": ("❯ Please run /login · API Error: 401", None),
    "model": ("⏺ API Error: claude-opus is currently unavailable", Problem.MODEL),
    "quick": ("✻ Baked for 0s", None),
}


@pytest.mark.parametrize(("line", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_no_restart_mends_is_named(line: str, problem: Problem | None) -> None:
    """A dead login and a missing model are shown beside the state, only when the program itself tells of them."""
    reading = look("claude", claude(line))
    assert (reading.state, reading.problem) == (IDLE, problem)


CONTEXT = {
    "claude, left": ("claude", claude(footer="  Context left until auto-compact: 12%"), 88),
    "claude, statusline": ("claude", claude(footer="  opus · 62% context used"), 62),
    "claude, low": ("claude", claude(footer="  Context low (9% remaining) · Run /compact"), 91),
    "claude, none": ("claude", claude("⏺ 30% of the tests are left"), None),
    "codex": ("codex", codex(), 38),
    "gemini": ("gemini", gemini(), 38),
}


@pytest.mark.parametrize(("backend", "screen", "used"), CONTEXT.values(), ids=CONTEXT)
def test_the_context_is_read_where_the_program_tells_it(backend: str, screen: str, used: int | None) -> None:
    """In its footer; prose about per cents is no count."""
    assert look(backend, screen).context_pct == used


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("⏺ There's an issue with the selected model (mock-1). It may not exist.", "model"),
        ("⏺ Please run /login · API Error: 401 OAuth token has expired", "login"),
    ],
)
def test_a_trouble_is_known_until_it_goes_on(words: str, problem: str) -> None:
    """The program's own words tell of it; not when it was started again since."""
    backend = backend_of(applied(Path("agents.toml"), f"schema = 1\n{MOCK_BACKEND}".encode()), "mock")
    rule = "─" * 60
    composer = ["", rule, "❯\u00a0", rule]
    assert see(backend, "\n".join(["> go", "", words, *composer])).problem == problem
    later = ["", "> You were restarted. Go on where you were.", "", "⏺ Done."]
    assert see(backend, "\n".join(["> go", "", words, *later, *composer])).problem is None
