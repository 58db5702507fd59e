"""Checks: a configured command, its exit code, and its last words."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cotemp.config.settings import CheckConfig
from cotemp.messages.policy import Policy
from cotemp.places import Places
from cotemp.redact import scrub_of
from cotemp.supervisor.fleet.checks import Due, keep, run_check
from cotemp.supervisor.plan.model import CheckSeen

from ..waiting import eventually, gone

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOKEN = "ghp_" + "a1B2" * 9


def checked(places: Places, code: str, timeout: float = 30.0) -> CheckSeen:
    """How a check went whose command is this Python."""
    scrubber = scrub_of(places, {}, Policy()).scrubber()
    return run_check(CheckConfig(argv=(sys.executable, "-c", code), timeout=timeout), NOW, scrubber)


@pytest.mark.parametrize(
    ("code", "ok", "text"),
    [
        ("print('a'); print('up 3 days')", True, "up 3 days"),
        ("pass", True, ""),
        ("exit(3)", False, "exit code 3"),
        ("import sys; print('no route', file=sys.stderr); exit(1)", False, "no route"),
        ("print('\\x1b[2J\\x07')", True, "\u241b[2J\u2407"),
        ("print('x' * 999)", True, "x" * 199 + "…"),
        ("print('y\\n' * 100_000)", True, "y"),
        ("print('y' * 2_000_000)", False, "it was ended: it said more than 1,048,576 bytes"),
        (f"print('token {TOKEN}')", True, "[secret:github-token:"),
    ],
)
def test_the_last_words_and_the_exit_code_tell(places: Places, code: str, ok: bool, text: str) -> None:
    """What the command said last is shown, scrubbed and safe for a terminal; it passed when its exit code was 0."""
    seen = checked(places, code)
    assert (seen.ok, seen.at) == (ok, NOW)
    assert text in seen.text
    assert len(seen.text) <= 200
    assert TOKEN not in seen.text


def test_a_check_that_hangs_is_ended_with_what_it_started(places: Places, tmp_path: Path) -> None:
    """A dead host costs its time, and leaves no process behind."""
    pid = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        f"open({str(pid)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(300)"
    )
    seen = checked(places, code, timeout=2)
    assert (seen.ok, seen.text) == (False, "no answer in 2 s")
    started = pid.read_text() if pid.exists() else ""  # on a busy machine it may not have come that far
    eventually(lambda: not started or gone(int(started)))


def test_a_command_that_is_not_there(places: Places) -> None:
    """The check fails, and says why."""
    seen = run_check(CheckConfig(argv=("no-such-program",)), NOW, scrub_of(places, {}, Policy()).scrubber())
    assert not seen.ok
    assert seen.text.startswith("no-such-program cannot be run")


def test_each_check_is_due_in_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once at first, then as often as it says."""
    now = [0.0]
    monkeypatch.setattr("cotemp.supervisor.fleet.checks.time.monotonic", lambda: now[0])
    due, checks = Due(), {"a": CheckConfig(argv=("a",), every=10), "b": CheckConfig(argv=("b",), every=25)}
    taken = []
    for at in (0.0, 5.0, 10.0, 20.0, 25.0, 30.0):
        now[0] = at
        taken.append("".join(due.take(checks)))
    assert taken == ["ab", "", "a", "a", "b", "a"]


def test_what_came_of_them_is_kept(places: Places) -> None:
    """`status` shows the checks when no daemon runs, too."""
    file = places.state / "checks.json"
    keep(file, {"host": CheckSeen(ok=False, at=NOW, text="no route")})
    assert json.loads(file.read_text()) == {
        "schema": 1,
        "checks": [{"name": "host", "ok": False, "at": "2026-11-21T09:00:00.000Z", "text": "no route"}],
    }
