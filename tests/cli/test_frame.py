"""What a command gets, what becomes of its answer, and what is said when it fails."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cotemp.cli import declared
from cotemp.cli.entry import run
from cotemp.cli.frame import Command, Context, Group
from cotemp.cli.table import TABLE, Table

from .conftest import Say


def test_an_answer_is_text_for_people_and_json_for_programs(say: Say) -> None:
    """The same answer is readable or parseable, as asked."""
    assert say("gather", "a", "b").out == "a\nb\n"
    assert say("gather", "a", "b", "--json").json == {"files": ["a", "b"]}
    assert say("--json", "gather", "a").json == {"files": ["a"]}


def test_a_stream_is_one_json_value_a_line(say: Say) -> None:
    """A program may read a stream line by line; the last exit code that is not 0 counts."""
    said = say("follow", "4", "--json")
    assert [json.loads(line) for line in said.out.splitlines()] == [{"n": n} for n in range(4)]
    assert said.code == 1


def test_an_alias_is_the_command(say: Say) -> None:
    """Both names do the same."""
    assert say("hail", "x").out == say("greet", "x").out


def test_the_home_is_the_flag_then_the_environment(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--home, before or behind the command, wins over COTEMP_HOME."""
    monkeypatch.setenv("COTEMP_HOME", str(tmp_path / "env"))
    assert say("where").out.strip() == str(tmp_path / "env")
    assert say("where", "--home", str(tmp_path / "flag")).out.strip() == str(tmp_path / "flag")
    assert say("--home", str(tmp_path / "flag"), "where").out.strip() == str(tmp_path / "flag")


def test_the_config_is_the_flag_then_the_environment(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config wins over COTEMP_CONFIG."""
    monkeypatch.setenv("COTEMP_HOME", str(tmp_path))
    monkeypatch.setenv("COTEMP_CONFIG", "/env.toml")
    assert say("where", "--json").json["config"] == str(Path("/env.toml"))
    assert say("where", "--json", "--config", "/flag.toml").json["config"] == str(Path("/flag.toml"))


def test_a_failure_says_what_and_what_to_do(say: Say) -> None:
    """The exit code is the error's, stdout stays empty, and foreign text cannot steer the terminal."""
    said = say("fail", "held", "7")
    assert (said.code, said.out) == (3, "")
    assert said.err == "cotemp: held by \u241b[31m7\nfix: wait for 7\n"


def test_a_failure_is_json_too(say: Say) -> None:
    """A program that asked for JSON gets the error as JSON."""
    said = say("fail", "held", "7", "--json")
    assert said.json == {
        "schema": 1,
        "error": {"type": "HeldByOther", "what": "held by \x1b[31m7", "fix": "wait for 7", "exit_code": 3},
    }


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (["greet"], "missing argument 'TO'"),
        (["greet", "x", "--nope"], "--nope"),
        (["greet", "x", "--times", "x"], "--times"),
        (["greet", "x", "--shell", "fish"], "fish"),
        (["greet", "x", "y", "z"], "z"),
        (["--home", "x"], "missing command"),
        (["deep"], "missing command"),
        (["deep", "shwo"], "'shwo'"),
    ],
)
def test_wrong_usage_names_what_is_wrong(say: Say, line: list[str], what: str) -> None:
    """A wrong line ends with 2, names the wrong part and where help is; as JSON too."""
    said = say(*line)
    assert said.code == 2
    assert what in said.err.splitlines()[0]
    assert "--help" in said.err.splitlines()[1]
    assert say("--json", *line).json["error"]["exit_code"] == 2


def test_a_mistyped_command_finds_the_nearest(say: Say) -> None:
    """`graet` is not a riddle."""
    said = say("graet", "x")
    assert said.code == 2
    assert "did you mean greet?" in said.err


def test_a_disk_that_refuses_is_no_bug(say: Say) -> None:
    """An error of the machine is told as one."""
    said = say("fail", "disk")
    assert said.code == 10
    assert said.err.startswith("cotemp: /there: Read-only file system")


def test_interrupt_ends_quietly(say: Say) -> None:
    """^C is no failure to talk about."""
    assert say("fail", "interrupt") == (130, "", "")


@pytest.mark.parametrize("how", ["bug", "gone", "type"])
def test_a_bug_leaves_a_report_without_the_users_words(
    say: Say, how: str, nobody_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report has the traceback, and neither arguments nor environment."""
    monkeypatch.setenv("TOKEN", "hunter2-from-the-environment")
    said = say("fail", how, "my-secret-text")
    assert said.code == 70
    assert "this is a bug in cotemp" in said.err
    [report] = nobody_home.rglob("errors/*.txt")
    assert str(report) in said.err
    text = report.read_text("utf-8")
    assert "command: fail" in text
    assert "pretend.py" in text
    assert "my-secret-text" not in text + said.err
    assert "hunter2" not in text
    if os.name == "posix":
        assert report.stat().st_mode & 0o077 == 0


def test_the_report_keeps_a_message_that_quotes_nothing(say: Say, nobody_home: Path) -> None:
    """Where Python speaks of code, the message helps to find the bug."""
    say("fail", "type")
    [report] = nobody_home.rglob("errors/*.txt")
    assert "TypeError: none has no length" in report.read_text("utf-8")


def test_a_bug_is_told_even_where_no_report_can_be_written(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a state folder the report is on the screen."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("cotemp.bugs.state_root", lambda: tmp_path / "file")
    said = say("fail", "type")
    assert said.code == 70
    assert "TypeError: none has no length" in said.err


def test_text_in_a_broken_encoding_is_refused(say: Say) -> None:
    """What is no text is not sent to anybody as text; a file may be named so."""
    assert say("greet", "a\udc80").code == 2
    assert say("greet", "x", "--file", "a\udc80").code == 0


def test_json_is_whole_whatever_a_name_holds(say: Say) -> None:
    """A file name that is no text survives as JSON."""
    assert say("gather", "a\udc80", "--json").json == {"files": ["a\udc80"]}


def test_every_real_declaration_can_be_read() -> None:
    """No command's option hides one of those that every command has, and names stay apart."""
    names = [name for command in TABLE.commands for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))
    ours = {flag for param in declared.EVERYWHERE for flag in param.flags} | {"--help", "-h"}
    for command in filter(Command.exists, TABLE.commands):
        params = declared.params_of(command.load())
        flags = [flag for param in params for flag in param.flags]
        assert len(flags) == len(set(flags)), command.name
        assert not ours & set(flags), command.name
        assert not {"home", "config", "json"} & {param.name for param in params}, command.name
        many = [param for param in params if param.many and not param.flags]
        assert many in ([], [param for param in params if not param.flags][-1:]), f"{command.name}: a list comes last"


def test_a_declaration_that_nobody_can_type_is_an_error() -> None:
    """A mistake in a declaration shows at once, not when somebody types it."""

    def bare(cx: Context, to: str) -> None: ...

    with pytest.raises(TypeError, match="'to' has no Arg or Opt"):
        declared.params_of(bare)


def test_a_missing_command_is_not_listed_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that this installation lacks is an answer, not a traceback."""
    lost = Table([Command("lost", "tests.cli.nowhere:lost", Group.DAILY, "Lost")])
    assert run(["lost"], lost) == 2
    assert "not part of this version" in capsys.readouterr().err
    run(["--help"], lost)
    assert "lost" not in capsys.readouterr().out
