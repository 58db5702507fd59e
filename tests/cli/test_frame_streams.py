"""The three streams of a real process: terminals, pipes, files, and none at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from .conftest import PROGRAM, REPOSITORY, program

if sys.platform == "win32":
    pytest.skip("the terminals of these tests are POSIX pseudo terminals", allow_module_level=True)

import pexpect

GREEN, RED = "\x1b[32m", "\x1b[31m"


@pytest.fixture
def terminals() -> Iterator[list[pexpect.spawn[str]]]:
    opened: list[pexpect.spawn[str]] = []
    yield opened
    for terminal in opened:
        terminal.close(force=True)


def spawn(opened: list[pexpect.spawn[str]], *argv: str, env: Mapping[str, str] | None = None) -> pexpect.spawn[str]:
    """A pretend command on a terminal of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    terminal = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], *argv], encoding="utf-8", timeout=20, cwd=str(REPOSITORY), dimensions=(24, 80),
        env=clean | {"TERM": "xterm-256color"} | dict(env or {}),
    )  # fmt: skip
    opened.append(terminal)
    return terminal


def screen(terminal: pexpect.spawn[str]) -> str:
    """Everything until the program ended."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.before or ""


Terminals = list["pexpect.spawn[str]"]


def test_a_terminal_sees_colours_and_a_pipe_none(terminals: Terminals) -> None:
    """Styles stay where somebody sees them."""
    assert RED in screen(spawn(terminals, "show"))
    assert "\x1b" not in program("show").stdout


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False), ({}, True)],
)
def test_who_wants_no_colours_on_a_terminal_gets_none(
    terminals: Terminals, env: dict[str, str], coloured: bool
) -> None:
    """NO_COLOR and a dumb terminal are respected; so they are by help."""
    assert (RED in screen(spawn(terminals, "show", env=env))) is coloured
    assert ("\x1b[" in screen(spawn(terminals, "greet", "--help", env=env))) is coloured
    assert ("\x1b[" in screen(spawn(terminals, "greet", "--help", "x", env=env))) is coloured


@pytest.mark.parametrize("name", ["CLICOLOR_FORCE", "FORCE_COLOR"])
def test_colours_can_be_forced_into_a_pipe(name: str) -> None:
    """`cotemp … | less -R` keeps its colours when that is wanted."""
    assert RED in program("show", env={name: "1"}).stdout
    assert RED not in program("show", env={name: "0"}).stdout


def test_json_never_has_colours_and_is_wide_on_a_terminal(terminals: Terminals) -> None:
    """For people JSON is indented, for programs it is one line."""
    assert json.loads(shown := screen(spawn(terminals, "gather", "a", "--json"))) == {"files": ["a"]}
    assert shown.count("\n") > 3
    assert program("gather", "a", "--json").stdout.count("\n") == 1


def test_a_question_is_asked_on_a_terminal(terminals: Terminals) -> None:
    """An unclear answer is asked again, a clear beginning is enough, an empty line takes the default."""
    terminal = spawn(terminals, "ask")
    terminal.expect_exact("Remove it? (yes/no) [no] ")
    terminal.sendline("maybe")
    terminal.expect_exact("please type one of: yes, no")
    terminal.expect_exact("[no] ")
    terminal.sendline("Y")
    assert "answer: yes" in screen(terminal)
    terminal = spawn(terminals, "ask")
    terminal.expect_exact("[no] ")
    terminal.sendline("")
    assert "answer: no" in screen(terminal)


def test_end_of_file_takes_the_default(terminals: Terminals) -> None:
    """^D is no answer."""
    terminal = spawn(terminals, "ask")
    terminal.expect_exact("[no] ")
    terminal.sendeof()
    assert "answer: no" in screen(terminal)


def test_without_a_terminal_the_default_is_taken_and_said() -> None:
    """A script never hangs at a question."""
    done = program("ask")
    assert done.stdout == "answer: no\n"
    assert "Remove it? no (taken" in done.stderr


def test_progress_is_for_terminals_and_leaves_no_trace(terminals: Terminals) -> None:
    """The line that says what is going on is replaced by what follows."""
    shown = screen(spawn(terminals, "show"))
    assert "working\r\x1b[K" in shown
    assert "working" not in program("show").stderr
    assert "working\r\n" in screen(spawn(terminals, "show", env={"TERM": "dumb"}))


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    """`cotemp … | head -1` prints no complaint, and what the command holds is let go."""
    process = subprocess.Popen(
        [*PROGRAM, "follow", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=REPOSITORY
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "line 0\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == "let go\n"
    assert process.wait(20) == 141
    process.stderr.close()


@pytest.mark.parametrize(
    "line", [["show"], ["--help"], ["greet", "--help"], ["show", "--json"], ["fail", "held", "--json"]]
)
def test_a_reader_that_was_never_there(line: list[str]) -> None:
    """Short output into a closed pipe makes no noise either."""
    reading, writing = os.pipe()
    os.close(reading)
    done = program(*line, stdout=writing)
    os.close(writing)
    assert "Broken" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (3 if line[0] == "fail" else 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("line", [["show"], ["show", "--json"], ["follow", "3"]])
def test_a_full_disk_behind_the_output_is_told(line: list[str]) -> None:
    """`cotemp … > file` on a full disk fails with the reason."""
    with open("/dev/full", "w") as full:
        done = program(*line, stdout=full)
    assert done.returncode == 10
    assert "No space left" in done.stderr
    assert "Exception ignored" not in done.stderr


def test_closed_streams_are_no_reason_to_crash() -> None:
    """A daemon manager may start us without any stream."""
    for line, wanted in ((["show"], 0), (["show", "--json"], 0), (["fail", "held"], 3), (["greet", "x", "-"], 0)):
        closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *PROGRAM, *line]
        assert subprocess.run(closed, cwd=REPOSITORY, check=False, timeout=30).returncode == wanted, line


def test_an_encoding_without_the_character_is_no_reason_to_crash() -> None:
    """An old terminal sees a replacement; a program still gets all of it, as JSON escapes."""
    assert "?" in program("show", encoding="latin-1").stdout
    said = program("show", "--json", encoding="latin-1").stdout
    assert said.isascii()
    assert json.loads(said) == ["é✓"]


def test_a_stream_is_handed_on_line_by_line() -> None:
    """Whoever reads a stream sees each line when it happens."""
    argv, pipe = [*PROGRAM, "follow", "1", "--json"], subprocess.PIPE
    with subprocess.Popen(argv, stdout=pipe, stderr=pipe, cwd=REPOSITORY) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"n": 0}
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (130, b"", b"let go\n")


def test_stdin_is_read_as_text() -> None:
    """`-` takes UTF-8 with or without a mark, within a limit."""
    greet = ["greet", "x", "-", "--json"]
    assert json.loads(program(*greet, typed="\ufeffgrüß\n").stdout)["text"] == "grüß\n"
    too_long = program(*greet, typed="x" * 101)
    assert (too_long.returncode, "more than 100 bytes" in too_long.stderr) == (2, True)
    broken = program(*greet, typed="ÿ", encoding="latin-1")
    assert (broken.returncode, "not UTF-8" in broken.stderr) == (2, True)


def test_debug_shows_the_traceback() -> None:
    """COTEMP_DEBUG=1 is for whoever mends it."""
    assert "ValueError: cannot read this" in program("fail", "bug", "this", env={"COTEMP_DEBUG": "1"}).stderr
    assert "Traceback" not in program("fail", "bug", "this").stderr


@pytest.mark.parametrize(
    "start", [["-m", "cotemp"], ["-c", "import sys; from cotemp.cli import main; sys.exit(main())"]]
)
def test_both_doors_lead_in(start: list[str]) -> None:
    """`python -m cotemp` and the installed script are the same."""
    for line, code in (([], 0), (["--version"], 0), (["--help"], 0), (["nothing-like-it"], 2)):
        done = subprocess.run([sys.executable, *start, *line], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == code, done.stderr
