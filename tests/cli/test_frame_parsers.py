"""Two parsers read one declaration: they must never understand it differently."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cotemp.cli import fast, typed
from cotemp.cli.declared import EVERYWHERE, Call, Param, params_of
from cotemp.cli.frame import Arg, Command
from cotemp.cli.table import TABLE as REAL
from cotemp.cli.table import Table
from cotemp.errors import BadUsage

from .pretend import TABLE

ODD = [
    "-",
    "--",
    "-5",
    "007",
    "1.5",
    "1_0",
    "\u0663",
    "",
    " 5 ",
    "zsh",
    "a=b",
    "=",
    "-x",
    "-wt",
    "--json",
    "--nope",
    "\n",
]


TAKEN = """
x | x text | x - | x '' | -- -x | x -- -- | x --from a | x --from=a | x --from= | x --from=- | x --from - | x --from=a=b
-w x | x --times 007 | x --loud 1.5 | x --shell pwsh | x -t a --tag b | x --tag=-b | x --from a --from b |
--json --json x | x --file ./a/../b | 'a b' c | x --home=H --config C
"""

DOUBTFUL = """
x y z | x --nope | x --fr a | x -t=2 | x -tb | x -wt b | x --wait=yes | x --from | x --from --wait | x --from -5 | -5
x --times -5 | x --times 1_0 | x --times ' 5' | x --times 1.0 | x --times '' | x --times \u0665 | x --loud 1e3
x --loud nan | x --loud .5 | x --shell PWSH | x --shell= | x --file '' | --help
"""

GLOBAL = ["hail x", "--json greet x", "--home=H greet x", "--home H greet x --home I", "--home H --json greet x --json"]
UNCLEAR = ["", "greet", "nope x", "--nope greet x", "-- greet x", "--home -- greet x", "--help greet x", "--version"]


def lines(text: str) -> list[str]:
    return [f"greet {line.strip()}" for line in text.replace("\n", "|").split("|") if line.strip()]


def value_of(param: Param) -> st.SearchStrategy[str]:
    """What may be typed for `param`: mostly what it wants, sometimes not."""
    wanted = {
        int: st.integers(0, 99).map(str),
        float: st.sampled_from(["1", "2.5"]),
    }.get(param.kind, st.sampled_from(["x", "a b", "last"]))
    if param.choices:
        wanted = st.sampled_from(param.choices)
    return wanted | wanted | wanted | st.sampled_from(ODD)


def spelled(param: Param) -> st.SearchStrategy[list[str]]:
    """`param` as it may stand on a command line."""
    if isinstance(param.meta, Arg):
        return st.lists(value_of(param), min_size=int(param.required), max_size=3 if param.many else 1)
    flag = st.sampled_from(param.flags)
    if param.kind is bool:
        return st.builds(lambda one: [one], flag)
    apart = st.builds(lambda one, value: [one, value], flag, value_of(param))
    return apart | st.builds(lambda one, value: [f"{one}={value}"], flag, value_of(param))


def argv_for(command: Command) -> st.SearchStrategy[list[str]]:
    """Argument lists that come near to what `command` takes, right and wrong."""
    params = [*params_of(command.load()), *EVERYWHERE]
    required = [spelled(param) for param in params if param.required]
    some = st.lists(st.one_of(*map(spelled, params)), max_size=3)
    odd = st.lists(st.sampled_from(ODD).map(lambda one: [one]), max_size=1)
    parts = st.tuples(st.tuples(*required), some, odd).map(lambda three: [*three[0], *three[1], *three[2]])
    tail = parts.flatmap(st.permutations).map(lambda lists: [word for words in lists for word in words])
    before = st.sampled_from([[], [], ["--json"], ["--home", "H"], ["--config=C"], ["--home", "-x"], ["--"]])
    return st.builds(lambda first, rest: [*first, *command.name.split(), *rest], before, tail)


def by_typer(argv: list[str], command: Command) -> Call | int | BadUsage:
    try:
        return typed.parse(argv, Table([command]))
    except BadUsage as error:
        return error


def agree(argv: list[str], command: Command) -> bool:
    """True when the small parser took `argv`; it must then have understood what typer does."""
    call = fast.parse(argv, Table([command]))
    if call is not None:
        assert by_typer(argv, command) == call
    return call is not None


GREET = TABLE.commands[0]


@settings(max_examples=300, deadline=None)
@given(argv_for(GREET))
def test_what_the_small_parser_accepts_typer_reads_the_same(argv: list[str]) -> None:
    """Which of the two parsers reads a line is never seen in what the command is given."""
    event("accepted" if agree(argv, GREET) else "left to typer")


@pytest.mark.parametrize(
    "command", [command for command in REAL.commands if command.exists()], ids=lambda command: command.name
)
@settings(max_examples=8, deadline=None)  # the declarations differ; how lines are read is tried above, 300 times
@given(data=st.data())
def test_the_parsers_agree_on_every_real_command(command: Command, data: st.DataObject) -> None:
    """No command is declared in a way that the two parsers read differently."""
    agree(data.draw(argv_for(command)), command)


@pytest.mark.parametrize("line", lines(TAKEN) + GLOBAL)
def test_the_small_parser_takes_what_is_typed_all_day(line: str) -> None:
    """Ordinary lines do not pay for typer."""
    assert agree(shlex.split(line), GREET)


@pytest.mark.parametrize("line", lines(DOUBTFUL) + UNCLEAR)
def test_the_small_parser_leaves_the_unusual_to_typer(line: str) -> None:
    """Where typer might see something else, the small parser does not guess."""
    assert not agree(shlex.split(line), GREET)
