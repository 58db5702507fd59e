"""The PowerShell wrapper: what it is told, and that it is right wherever there is a PowerShell to ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cotemp.places import shipped
from cotemp.runner.engines import ENGINES
from tests.conftest import need

from .launches import Bench

WRAPPER = shipped("ps") / "wrapper.ps1"


@pytest.fixture
def pwsh() -> str:
    return need("pwsh")


def test_it_is_what_the_runner_starts(bench: Bench) -> None:
    """The command line names wrapper, DO and a secret that is new each time; a pipe also its width."""
    echo = replace(ENGINES["pwsh"], argv=("/bin/echo", *ENGINES["pwsh"].argv[1:]))
    words = [bench.run("", echo).said.split() for _ in range(2)]
    for said in words:
        assert said[:4] == ["-NoProfile", "-NonInteractive", "-NoLogo", "-File"]
        assert said[4] == str(WRAPPER)
        assert said[5].endswith("/do/DO_x.ps1")
        assert len(said) == 7
    assert words[0][6] != words[1][6]
    assert len(words[0][6]) == 26
    assert bench.run("", replace(echo, terminal="pipe")).said.split()[7] == "250"


CASES: list[tuple[str, str, str | None, str]] = [
    ("'done'", "passed", None, "done"),
    ("exit 3", "failed", "exit code 3", ""),
    ("throw 'no such table'", "failed", "exit code 1", "no such table"),
    ("Write-Error 'no such table'; 'not reached'", "failed", "exit code 1", "no such table"),
    ("Get-Item /nowhere; 'not reached'", "failed", "exit code 1", "/nowhere"),
    ("Read-Host 'name'", "failed", "exit code 1", "NonInteractive"),
    ("sh -c 'exit 7'", "failed", "exit code 7", ""),
    ("'text'; if (", "failed", "exit code 1", "DO_x.ps1"),
    (
        "[Environment]::Exit(0)",
        "failed",
        "PowerShell ended before the script did (something in it ended the whole process)",
        "",
    ),
    ("return", "passed", None, ""),
    ("Write-Progress -Activity a -Status b -PercentComplete 50; 'done'", "passed", None, "done"),
    ("'{0}' -f [char]0x4F60", "passed", None, "\u4f60"),
    ("Split-Path -Leaf $PSCommandPath", "passed", None, "DO_x.ps1"),
    ("[Console]::Error.WriteLine('err'); Write-Warning 'warn'; Write-Host 'host'", "passed", None, "WARNING: warn"),
]


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
@pytest.mark.parametrize(("body", "expected", "reason", "said"), CASES)
def test_every_way_to_fail_is_seen(
    pwsh: str, bench: Bench, terminal: str, body: str, expected: str, reason: str | None, said: str
) -> None:
    """In a real PowerShell, each end of a script is told as it was."""
    ran = bench.run(body, replace(ENGINES["pwsh"], terminal=terminal), timeout=60)
    assert (ran.outcome, ran.reason) == (expected, reason), ran.said
    assert said in ran.said
    assert "cotemp-end" not in ran.said
    assert "not reached" not in ran.said


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_tables_are_as_wide_as_promised(pwsh: str, bench: Bench, terminal: str) -> None:
    """Nothing is cut at 80 columns."""
    body = "[pscustomobject]@{ A = 'a' * 100; B = 'b' * 100 } | Format-Table"
    ran = bench.run(body, replace(ENGINES["pwsh"], terminal=terminal), timeout=60)
    assert "a" * 100 + " " + "b" * 100 in ran.said


def test_an_error_is_shown_with_its_line(pwsh: str, bench: Bench) -> None:
    """A person can find it."""
    ran = bench.run("'one'\n'two'\nthrow 'three'\n", "pwsh", timeout=60)
    assert "DO_x.ps1:3" in ran.said or "line 3" in ran.said.lower()


def test_a_cancelled_script_has_not_passed(pwsh: str, bench: Bench) -> None:
    """Whatever exit code PowerShell ends with then."""
    started, _ = bench.start("'ready'; Start-Sleep 60", "pwsh", timeout=120)
    started.cancel("anna")
    assert started.wait(30).how == "cancelled"
