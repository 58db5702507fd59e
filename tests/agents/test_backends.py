"""The programs that agents are: what ships, and how a table in `agents.toml` changes a row or adds one."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from cotemp.agents.backends import SHIPPED, Backend, Patterns, backend_of
from cotemp.config import Config, load
from cotemp.config.settings import SHIPPED_BACKENDS
from cotemp.config.settings.backends import BackendConfig, Screen, Title
from cotemp.errors import BadConfig

ROWS = list(SHIPPED.values())
NBSP = "\u00a0"


def configured(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "agents.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def said(row: Backend, line: str) -> set[str]:
    """The states that one line of the screen tells."""
    return {one.name for one in fields(row.screen) if getattr(row.screen, one.name).find(line)}


def titled(row: Backend, title: str) -> set[str]:
    return {one.name for one in fields(row.title) if getattr(row.title, one.name).find(title)}


def test_the_settings_know_what_ships() -> None:
    """A name that the settings accept without a table has a row, and the rows have the keys of the tables."""
    assert set(SHIPPED) == set(SHIPPED_BACKENDS)
    assert {one.name for one in fields(Backend)} - {"name"} == {one.name for one in fields(BackendConfig)}
    assert {one.name for one in fields(ROWS[0].screen)} == {one.name for one in fields(Screen)}
    assert {one.name for one in fields(ROWS[0].title)} == {one.name for one in fields(Title)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_shipped_row_is_whole(row: Backend) -> None:
    """Every row can be started, told something, recognised and ended, and its patterns are regular expressions."""
    assert row.argv
    assert row.processes
    assert row.exit_keys
    assert row.account
    assert row.prompt != "argument" or any("{prompt}" in word for word in row.prompt_argv)
    assert not row.resume or row.session_id != "none"
    assert (row.session_id == "chosen") == bool(row.start_id)
    assert [re.compile(one.pattern) for state in (row.screen, row.title) for part in fields(state)
            for one in getattr(state, part.name)]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line", "states"),
    [
        ("claude", f"❯{NBSP}", {"ready"}),
        ("claude", f'❯{NBSP}Try "fix the tests"', {"ready"}),
        ("claude", "✻ Baking… (53s · ↓ 749 tokens · esc to interrupt)", {"busy"}),
        ("claude", "* Flambéing…", {"busy"}),
        ("claude", "✻ Crunched for 1m 42s", set()),
        ("claude", "  ⏵⏵ bypass permissions on (shift+tab to cycle)", set()),
        ("claude", "  ⏵⏵ accept edits on · esc to interrupt", {"busy"}),
        ("claude", "✻ Waiting for 1 background agent to finish", {"busy"}),
        ("claude", "  ⏵⏵ accept edits on · 2 shells · ctrl+t to hide", {"busy"}),
        ("claude", " Do you want to proceed?", {"blocked"}),
        ("claude", "│ Do you want to proceed?                  │", {"blocked"}),
        ("claude", " ❯ 1. Yes", {"blocked"}),
        ("claude", "   3. No, and tell Claude what to do differently (esc)", {"blocked"}),
        ("claude", "⏺ Would you like to proceed? yes. That is what the note says.", set()),
        ("claude", "  Showing detailed transcript · ctrl+o to toggle", {"covered"}),
        ("claude", "You've hit your session limit · resets 7pm (America/Los_Angeles)", {"limited"}),
        ("claude", "You’ve hit your weekly limit", {"limited"}),
        ("claude", "You have used 90% of your weekly limit", set()),
        ("claude", "Please run /login · API Error: 401", {"login"}),
        ("claude", "No conversation found with session ID: 1111", {"stale"}),
        ("codex", "• Working (1m 3s • esc to interrupt)", {"busy"}),
        ("codex", "• Working (12s • esc to i…", {"busy"}),
        ("codex", "• Working", set()),
        ("codex", "› Explain this codebase", {"ready"}),
        ("codex", "› 1. Yes, proceed (y)", {"blocked"}),
        ("codex", "  Would you like to run the following command?", {"blocked"}),
        ("codex", "> 1. Sign in with ChatGPT", {"login"}),
        ("codex", "■ You've hit your usage limit. Upgrade to Pro or try again at 7:05 PM.", {"limited"}),
        ("opencode", "   /w      tab agents  ctrl+p commands", {"ready"}),
        ("opencode", "   ⬝⬝⬝⬝⬝■■■  esc interrupt      ctrl+p commands", {"busy", "ready"}),
        ("opencode", "  △ Permission required", {"blocked"}),
        ("opencode", "   Allow once   Allow always   Reject      enter confirm", {"blocked"}),
        (
            "opencode",
            "  You have hit your usage limit [retrying in 3s attempt #2]   esc interrupt",
            {"limited", "busy"},
        ),
        ("opencode", "Error: Session not found: ses_1", {"stale"}),
        ("gemini", " >   Type your message or @path/to/file", {"ready"}),
        ("gemini", " ⠏ Thinking (esc to cancel, 12s)", {"busy"}),
        ("gemini", " │ ● 1. Trust folder (w)", {"blocked"}),
        ("gemini", "Error resuming session: No previous sessions found for this project.", {"stale"}),
        ("sh", "$ ", {"ready"}),
    ],
)
def test_a_line_tells_its_states(name: str, line: str, states: set[str]) -> None:
    """Lines that the programs really draw are told apart, those that only look so tell nothing."""
    assert said(SHIPPED[name], line) == states


@pytest.mark.parametrize(
    ("name", "title", "states"),
    [
        ("claude", "⠐ Fix the tests", {"busy"}),
        ("claude", "◐ Fix the tests", {"busy"}),
        ("claude", "✳ Fix the tests", {"idle"}),
        ("claude", "Fix the tests", set()),
        ("codex", "[ ! ] Action Required", {"blocked"}),
        ("codex", "⠋ w", {"busy"}),
        ("gemini", "◇  Ready (w)", {"idle"}),
        ("gemini", "✦  Working… (w)", {"busy"}),
        ("gemini", "✋  Action Required (w)", {"blocked"}),
        ("opencode", "OC | ⠋ words", set()),
    ],
)
def test_a_title_tells_its_states(name: str, title: str, states: set[str]) -> None:
    """What a program writes into its terminal's title is understood; a title of words tells nothing."""
    assert titled(SHIPPED[name], title) == states


def test_the_end_of_a_limit_is_found() -> None:
    """When a limit ends stands in the words of the program, with its zone."""
    found = SHIPPED["claude"].screen.limited.find("│ You've hit your session limit · resets 7pm (Europe/Berlin)  │")
    assert found
    assert found["until"] == "7pm (Europe/Berlin)"


def test_real_screens_are_told_apart() -> None:
    """Each real screen of opencode tells the state that the program itself told at that moment."""
    folder = Path(__file__).parents[1] / "data" / "screens" / "opencode-120x40"
    expected = {"busy": "busy", "blocked-permission": "blocked", "limited-retry": "limited", "idle-new": "ready"}
    for name, state in expected.items():
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", (folder / f"{name}.ansi").read_text(encoding="utf-8"))
        told = set().union(*(said(SHIPPED["opencode"], line) for line in text.splitlines()))
        assert state in told, name


def test_a_table_changes_only_what_it_says(tmp_path: Path) -> None:
    """A table for a shipped program keeps the rest of its row, key by key, also within screen and title."""
    config = configured(tmp_path, '[backends.claude]\naccount = "team"\nscreen.busy = ["x+"]\nenv = { A = "1" }\n')
    claude, row = backend_of(config, "claude"), SHIPPED["claude"]
    assert (claude.account, claude.env) == ("team", {"A": "1"})
    assert claude.screen.busy.find("xx")
    assert claude.screen.busy == Patterns("x+")
    assert (claude.screen.blocked, claude.title, claude.argv) == (row.screen.blocked, row.title, row.argv)
    assert backend_of(config, "codex") is SHIPPED["codex"]


def test_an_empty_list_takes_away(tmp_path: Path) -> None:
    """Who writes an empty list means none: no patterns, no resuming."""
    config = configured(tmp_path, "[backends.claude]\nresume = []\nscreen.busy = []\n")
    assert backend_of(config, "claude").resume == ()
    assert not backend_of(config, "claude").screen.busy


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('prompt = "file"', ("{file}",)),
        ('prompt = "keys"', ()),
        ('prompt = "argument"', ("--", "{prompt}")),
        ('prompt = "file"\nprompt_argv = ["-f", "{file}"]', ("-f", "{file}")),
    ],
)
def test_another_way_for_the_prompt_has_its_own_words(tmp_path: Path, table: str, words: tuple[str, ...]) -> None:
    """Who changes only how the prompt is given gets the words for that way, not those of the old one."""
    assert backend_of(configured(tmp_path, f"[backends.claude]\n{table}\n"), "claude").prompt_argv == words


def test_a_new_program_needs_only_its_command(tmp_path: Path) -> None:
    """A table with a command is a whole backend: the rest has a sense, and nothing is resumed by guessing."""
    new = backend_of(configured(tmp_path, '[backends.mine]\nargv = ["/opt/mine.exe", "chat"]\n'), "mine")
    assert (new.argv, new.prompt, new.prompt_argv) == (("/opt/mine.exe", "chat"), "argument", ("{prompt}",))
    assert (new.processes, new.account, new.resume, new.session_id) == (("mine",), "mine", (), "none")


def test_a_backend_that_nobody_knows_is_an_error() -> None:
    """A name without row and table is named, with what to do."""
    with pytest.raises(BadConfig, match=r"add a table \[backends\.nobody\]"):
        backend_of(Config(), "nobody")


def test_nothing_is_compiled_before_it_is_needed() -> None:
    """A command that only asks whose limits an agent shares pays for no pattern, and for no validator."""
    script = (
        "import re, sys; real = re.compile; seen = [];"
        "re.compile = lambda *a, **k: seen.append(a[0]) or real(*a, **k);"
        "from cotemp.agents.backends import SHIPPED; assert SHIPPED['claude'].account == 'anthropic';"
        "sys.exit(bool([one for one in seen if 'limit' in str(one)] or 'pydantic' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
