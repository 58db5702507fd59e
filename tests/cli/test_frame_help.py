"""Help: what is listed, how it is set, and that it can be compared with the documentation."""

from __future__ import annotations

import pytest

from cotemp.cli import help as texts
from cotemp.cli.frame import Command, Group
from cotemp.cli.paint import plain, width
from cotemp.cli.table import TABLE as REAL

from .conftest import Say
from .pretend import TABLE

GREET = """\
Usage: cotemp greet [OPTIONS] TO [TEXT]

Greet somebody.

The text may be left out. Then only the name is said, which is often enough.

Arguments
  TO    who
  TEXT  what to say; - reads stdin

Options
  --from TEXT      who says it (default: you)
  -w, --wait       wait for an answer
  --times N        how often [default: 1]
  --loud N         how loud
  --shell sh|pwsh  for which shell
  -t, --tag TEXT   a word to find it by [may be repeated]
  --file PATH      where to keep it

Everywhere
  --home PATH    the shared folder (default: $COTEMP_HOME, config,
                 Downloads/CoTemp)
  --config FILE  the configuration (default: $COTEMP_CONFIG, agents.toml)
  --json         answer as JSON, for programs

Examples
  cotemp greet Migrate "hello [all]"
    cotemp greet co-planning -    # reads stdin
"""


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    "line", ["greet --help", "help greet", "hail -h", "greet x --help --json", "--json greet --help"]
)
def test_the_help_of_a_command_is_the_same_however_it_is_asked_for(say: Say, line: str) -> None:
    """Usage, text, arguments, options and the examples word by word."""
    assert say(*line.split()) == (0, GREET, "")


def test_nothing_typed_shows_the_daily_commands(say: Say) -> None:
    """`cotemp` alone is short and says where more is."""
    said = say()
    assert said.code == 0
    assert "  greet  Greet somebody\n" in said.out
    assert "gather" not in said.out
    assert "cotemp --help" in said.out


@pytest.mark.parametrize("line", [["--help"], ["help"], ["--json", "--help"]])
def test_the_overview_lists_every_command_under_its_group(say: Say, line: list[str]) -> None:
    """Groups in their order, hidden commands and aliases left out."""
    said = say(*line)
    assert said.code == 0
    headings = [text for text in said.out.splitlines() if text in ("Daily", "Runs", "Admin", "Options")]
    assert headings == ["Daily", "Runs", "Admin", "Options"]
    assert "deep show  Show from further down" in said.out
    assert "hail" not in said.out
    assert "secret" not in said.out


def test_the_help_of_a_group_lists_its_commands(say: Say) -> None:
    """`cotemp deep --help` shows what is below `deep`."""
    said = say("deep", "--help")
    assert "deep show" in said.out
    assert "greet" not in said.out


def test_help_for_what_does_not_exist_says_so(say: Say) -> None:
    """A mistyped name is told, not answered with everything."""
    assert say("graet", "--help").code == 2
    assert "did you mean greet?" in say("help", "graet").err


def test_the_version_is_told_anywhere(say: Say) -> None:
    """`--version` works beside other options."""
    assert say("--json", "--version").out.startswith("cotemp ")


def test_documentation_can_be_compared() -> None:
    """What the documentation may name is listed from the declarations."""
    greet = next(one for one in texts.documented(TABLE) if one.name == "greet")
    assert greet.arguments == ("TO", "TEXT")
    assert greet.group is Group.DAILY
    assert "--from" in greet.options
    assert "--old" not in greet.options
    assert "secret" not in [one.name for one in texts.documented(TABLE)]


@pytest.mark.parametrize("command", [*filter(Command.exists, REAL.commands)], ids=lambda command: command.name)
def test_every_help_fits_a_terminal_and_shows_an_example(command: Command) -> None:
    """No help line is wider than 80 columns (an example: 100), and an example shows the command."""
    lines = [plain(line) for line in texts.of_command(command)]
    start = lines.index("Examples")
    examples = lines[start + 1 :]
    assert [line for line in lines[:start] if width(line) > 80] == []
    assert [line for line in examples if width(line) > 100] == []
    assert any(f"cotemp {command.name}" in line for line in examples)
    assert lines[2].rstrip(".") == command.summary, "the list of commands and the help begin alike"
