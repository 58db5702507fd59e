"""The terminal of a DO: as wide as promised, complete, in order, and never waiting for a human."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import time
from dataclasses import replace

import pytest

from cotemp.runner import read_output
from cotemp.runner.engines import ENGINES
from cotemp.runner.terminal import OurEnd
from tests.conftest import need

from .launches import Bench, await_output, memory_of, parent_of

PIPE = replace(ENGINES["python"], terminal="pipe")


def test_it_is_a_terminal_of_250_columns(bench: Bench) -> None:
    """Programs see a terminal for their output, and nothing to read."""
    ran = bench.run(
        "import os, sys\n"
        "print(os.get_terminal_size().columns, sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.isatty())",
        "python",
    )
    assert ran.said == "250 True True False\n"


def test_another_width_can_be_asked_for(bench: Bench) -> None:
    """`width` is the terminal's."""
    assert bench.run("tput cols", width=99).said == "99\n"


def test_both_outputs_come_in_the_order_in_which_they_were_written(bench: Bench) -> None:
    """Errors stand where they happened."""
    ran = bench.run("for i in 1 2 3; do echo out $i; echo err $i >&2; done")
    assert ran.said == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n"


def test_nothing_is_lost_at_the_end(bench: Bench) -> None:
    """The last bytes of a script that ends at once are there, each time."""
    for _ in range(30):
        ran = bench.run("i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done")
        assert ran.said == "".join(f"line {i}\n" for i in range(300))


def test_a_terminal_that_tells_its_end_too_early_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux does so now and then; the last bytes are there all the same."""
    ours, theirs = os.pipe()
    answers: list[bytes | None] = [b"first ", None, b"last bytes", None, None]

    def read(descriptor: int, count: int) -> bytes:
        answer = answers.pop(0)
        if answer is None:
            raise OSError(errno.EIO, "no terminal any more")
        return answer

    end = OurEnd(ours, is_terminal=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", read)
        assert end.read() == b"first last bytes"
    assert end.has_ended
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("question", [r"\033[6n", r"\033' '[6n"])
def test_a_program_that_asks_where_the_cursor_is_gets_an_answer(bench: Bench, question: str) -> None:
    """The answer comes at once, also when the question came in two writes."""
    first, _, second = question.partition("' '")
    ran = bench.run(
        "stty -icanon -echo <&2\n"
        f"printf '{first}'; sleep 0.1; printf '{second}'\n"
        "dd bs=1 count=6 <&2 2>/dev/null | tr '\\033' '!'",
        timeout=10,
    )
    assert ran.said.endswith("![1;1R"), ran.said
    assert ran.outcome == "passed"


@pytest.mark.parametrize(
    ("engine", "body", "said"),
    [
        ("python", "try: input('name? ')\nexcept EOFError: print('nobody there')", "name? nobody there\n"),
        ("sh", "read answer; echo $?", "1\n"),
        ("sh", "cat", ""),
        ("sh", "(cat < /dev/tty) 2>/dev/null || echo no terminal to ask", "no terminal to ask\n"),
        ("python", "import getpass\ntry: getpass.getpass()\nexcept EOFError: print('nobody there')", "nobody there\n"),
        ("sh", "git init -q r && cd r && git -c user.name=a -c user.email=b commit --allow-empty; echo $?", "1\n"),
        ("sh", "git -c credential.helper= ls-remote https://x@localhost:1/r 2>/dev/null; echo $?", "128\n"),
    ],
)  # fmt: skip
def test_a_question_fails_at_once(bench: Bench, engine: str, body: str, said: str) -> None:
    """No prompt waits for a human who is not there."""
    if "git" in body:
        need("git")
    ran = bench.run(body, engine, timeout=15)
    assert ran.outcome == "passed", ran.reason
    assert ran.said.endswith(said)


PAGER = """
import os, sys, termios, tty
keys = os.open(os.ttyname(2), os.O_RDONLY | os.O_NOCTTY)
tty.setcbreak(keys)
print("--More--", end="", flush=True)
while os.read(keys, 1) != b"q": pass
print("\\nover")
"""


def test_a_program_that_waits_for_a_key_is_told_to_quit(bench: Bench) -> None:
    """A pager that opens the terminal by its name, as some do, does not wait for ever."""
    ran = bench.run(PAGER, "python", timeout=20)
    assert ran.outcome == "passed", ran.reason
    assert ran.said == "--More--\nover\n"


@pytest.mark.slow
@pytest.mark.parametrize("program", ["less", "more", "vi"])
def test_real_pagers_and_editors_are_told_to_quit(bench: Bench, program: str) -> None:
    """Each of them in the way that it knows."""
    need(program)
    (bench.folder / "long").write_text("a line\n" * 500)
    ran = bench.run(f"{program} long; echo over", timeout=20)
    assert ran.outcome == "passed", ran.reason
    assert ran.said.endswith("over\n")


def test_output_can_be_read_while_the_script_runs(bench: Bench) -> None:
    """A line is there when it was printed, not when the script ends; so is a line without an end."""
    started, launch = bench.start(
        "import time\nprint('first')\nprint('50 %', end='', flush=True)\ntime.sleep(60)", "python"
    )
    await_output(launch.run_dir, "first\n50 %")
    started.cancel("the test")
    started.wait(20)


def test_a_pipe_shows_the_same(bench: Bench) -> None:
    """Where no terminal can be had, order, width, encoding and speed are kept."""
    ran = bench.run(
        "import shutil, sys\n"
        "print('ä', shutil.get_terminal_size().columns)\n"
        "print('err', file=sys.stderr)\n"
        "print('out')",
        PIPE,
    )
    assert ran.said == "ä 250\nerr\nout\n"
    started, launch = bench.start("import time\nprint('first')\ntime.sleep(60)", PIPE)
    await_output(launch.run_dir, "first")
    started.cancel("the test")
    started.wait(20)


def test_a_child_that_keeps_the_output_open_does_not_keep_the_run(bench: Bench) -> None:
    """The script's own end counts, on a terminal and on a pipe."""
    for terminal in ("pty", "pipe"):
        began = time.monotonic()
        ran = bench.run("(trap '' TERM HUP; sleep 30) & echo over", replace(ENGINES["sh"], terminal=terminal))
        assert ran.outcome == "passed"
        assert ran.said == "over\n"
        assert time.monotonic() - began < 10


def test_colours_and_titles_do_not_reach_the_log(bench: Bench) -> None:
    """The log is what a person would have read."""
    ran = bench.run(r"printf '\033]0;title\007\033[1;31mred\033[0m\r\n 1%%\r 50%%\r100%%\n'")
    assert ran.said == "red\n100%\n"


FLOOD = """
import os
block = b"".join(b"%06d the quick brown fox jumps over the lazy dog 0123456789 abcdefg\\n" % i for i in range(1000))
written = 0
while written < {size}:
    written += os.write(1, block)
print("the end")
"""


@pytest.mark.parametrize(
    ("terminal", "size", "left_out"),
    [
        ("pipe", 100_000_000, "90 MB"),
        ("pty", 30_000_000, "20 MB"),
        pytest.param("pty", 1_000_000_000, "990 MB", marks=[pytest.mark.slow, pytest.mark.timeout(400)]),
    ],
)
def test_a_flood_is_cut_in_the_middle(bench: Bench, terminal: str, size: int, left_out: str) -> None:
    """The log keeps head and tail and says what is missing; neither memory nor disk grow with the flood."""
    seconds = 30 + size / 5_000_000
    engine = replace(ENGINES["python"], terminal=terminal)
    began = time.monotonic()
    started, launch = bench.start(FLOOD.format(size=size), engine, timeout=seconds)
    assert started.pid
    keeper = parent_of(started.pid)
    at_first = memory_of(keeper)
    most = at_first
    while (launch.run_dir / "result.json").exists() is False:
        most = max(most, memory_of(keeper))
        assert len(os.listdir(launch.run_dir / "output")) <= 13
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    finished, said = started.wait(), read_output(launch.run_dir).decode()
    assert most - at_first < 16 * 1024 * 1024
    assert said.startswith("000000 the quick")
    assert said.endswith("\nthe end\n")
    assert re.findall("\n… (.*) left out here …\n", said) == [left_out]
    assert finished.bytes_seen > size
    assert 10 * 1024 * 1024 - 200 < finished.bytes_kept <= 10 * 1024 * 1024


def test_git_is_there_as_the_user_is(bench: Bench) -> None:
    """A commit of a DO names the user of this machine."""
    git = need("git")
    for key, value in (("user.name", "Ann Ä"), ("user.email", "ann@example.org"), ("commit.gpgsign", "true")):
        subprocess.run([git, "config", "--global", key, value], check=True)
    ran = bench.run("git init -q r && cd r && git commit -q --allow-empty -m x && git log --format='%an <%ae> %cn'")
    assert ran.said == "Ann Ä <ann@example.org> Ann Ä\n", ran.reason
