"""Completion in the shells that typer knows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.cli import complete
from cotemp.cli.entry import run
from cotemp.cli.frame import Context, Everywhere
from cotemp.cli.terminal import Terminal
from cotemp.panels import register
from cotemp.places import Places
from cotemp.store.identity import this_process

from .pretend import TABLE

Offered = Callable[[str, str], str]

SHELLS = ["bash", "zsh", "fish", "powershell", "pwsh"]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Offered:
    """What `shell` offers for a line; its last word is the one being typed."""

    def ask(shell: str, line: str) -> str:
        words = line.split(" ")
        monkeypatch.setenv("COTEMP_HOME", str(tmp_path / "OurHome"))
        monkeypatch.setenv("_COTEMP_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", "\n".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", words[-1])
        with pytest.raises(SystemExit):
            run([], TABLE)
        return capsys.readouterr().out

    return ask


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_options_and_names_are_completed(offered: Offered, shell: str) -> None:
    """In every shell: the name of a command, of an option, of a panel."""
    commands = offered(shell, "cotemp g")
    assert "greet" in commands
    assert "gather" in commands
    assert "fail" not in commands
    assert "--shell" in offered(shell, "cotemp greet --sh")
    assert "pwsh" in offered(shell, "cotemp greet --shell p")
    people = offered(shell, "cotemp greet Pl")
    assert "Planning" in people
    assert "co-migrate" not in people


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_a_real_bash_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--show-completion` prints works in the shell that it is for."""
    monkeypatch.setenv("COTEMP", f"{sys.executable}\n-m\ncotemp")
    script = (
        'eval "$("$PYTHON" -m cotemp --show-completion bash)"; '
        'COMP_WORDS=(cotemp send --fro); COMP_CWORD=2; _cotemp_completion "$COTEMP"; echo "${COMPREPLY[@]}"'
    )
    env = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "--from\n"


def test_completion_looks_into_the_home_that_the_line_names(offered: Offered, tmp_path: Path) -> None:
    """--home counts while a line is being typed, too."""
    assert "OurHome" in offered("bash", "cotemp greet O")
    assert "Other" in offered("bash", f"cotemp greet --home {tmp_path}/Other O")


def test_a_completer_that_fails_offers_nothing(offered: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message appears in the middle of a line."""

    def broken(cx: Context, word: str) -> list[str]:
        raise PermissionError(13, "no")

    monkeypatch.setattr("tests.cli.pretend.names", broken)
    assert offered("bash", "cotemp greet Pl").strip() == ""


def test_what_the_real_completers_offer(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels and sessions by name; a name that a shell would have to quote is left out."""
    monkeypatch.setenv("COTEMP_HOME", str(places.home))
    cx = Context(Everywhere(home=str(places.home)), Terminal({}), {})
    for sid in ("co-a", "co-b"):
        places.session(sid).make()
    register(places, "Première", "co-a", this_process())
    register(places, "rm $HOME", "co-b", this_process())
    assert complete.targets(cx, "") == ["Première", "co-a", "co-b"]
    places.session("co-planning").make()
    assert "Planning" in complete.targets(cx, "")
    assert complete.sessions(cx, "") == ["co-a", "co-b", "co-planning"]
    assert complete.run_ids(cx, "") == ["last"]
