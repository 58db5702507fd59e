"""What both hosts must do alike: run over tmux and over terminals of our own."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import psutil
import pytest

from cotemp.errors import BadUsage, HeldByOther, NotFound, ToolMissing
from cotemp.hosts import Host, Launch, Size
from cotemp.hosts.choosing import choose
from cotemp.places import Places
from tests.waiting import eventually

from .programs import PATH, SMALL, is_running, launch, pane, python, seconds, until_dead, until_shown, writes

CAT = ("cat",)


def test_an_empty_home_has_no_agents(host: Host) -> None:
    """Where nothing runs a look says so, and is no error."""
    assert host.look() == {}
    with pytest.raises(NotFound):
        host.screen("nobody")
    host.stop("nobody")


def test_an_agent_starts_where_it_should(host: Host, tmp_path: Path) -> None:
    """It runs in its folder, in a terminal of the size that was asked for, as the process that the look names."""
    code = "import os; open('told', 'w').write(f'{os.getcwd()} {os.get_terminal_size()} {os.isatty(0)} {os.getpid()}')"
    started = host.start(python("builder", tmp_path, code, Size(90, 20)))
    told = eventually(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text())
    assert told == f"{tmp_path} {os.terminal_size((90, 20))} True {started.pid}"
    assert pane(host, "builder").size == Size(90, 20)
    assert not pane(host, "builder").dead


def test_the_environment_is_exactly_what_was_given(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the daemon's or the server's environment reaches an agent, and no value is changed on the way."""
    monkeypatch.setenv("OF_THE_DAEMON", "1")
    given = {"PATH": PATH, "A": "1\n2 ; $x 'y' \"z\" é", "EMPTY": ""}
    code = "import json, os; open('env', 'w').write(json.dumps(dict(os.environ)))"
    host.start(Launch("builder", (sys.executable, "-I", "-S", "-c", code), tmp_path, given))
    until_dead(host, "builder")
    found = json.loads((tmp_path / "env").read_text())
    found.pop("LC_CTYPE", None)  # Python itself sets it where no locale is given
    assert found == given


def test_no_value_of_the_environment_is_on_a_command_line(host: Host, tmp_path: Path) -> None:
    """What an agent is given stays between us and the agent: everybody may read the list of processes."""
    seen: list[str] = []
    env = {"PATH": PATH, "TOKEN": "hunter2hunter2"}
    watching = subprocess.Popen(
        [sys.executable, "-c", _WATCH, "hunter2"], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert watching.stdout
    with watching:
        watching.stdout.readline()
        host.start(launch("builder", tmp_path, "sleep", "600", env=env))
        host.stop("builder")
        seen = watching.communicate("", timeout=20)[0].splitlines()
    assert seen == ["looked"]
    assert not list((tmp_path / "state").rglob("launch-*"))


_WATCH = """
import os, sys, select
word, looks = sys.argv.pop()[::-1].encode()[::-1], 0
print("ready", flush=True)
found = set()
while not select.select([0], [], [], 0)[0]:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = open(f"/proc/{pid}/cmdline", "rb").read()
        except OSError:
            continue
        if word in line and int(pid) != os.getpid():
            found.add(line)
    looks += 1
for line in found: print(line)
print("looked" if looks else "never looked")
"""


def test_a_file_can_be_the_input(host: Host, tmp_path: Path) -> None:
    """A program that reads its prompt from its standard input gets the file as it is."""
    (tmp_path / "prompt").write_text("do it\n")
    host.start(launch("builder", tmp_path, "sh", "-c", "cat > got; tty < /dev/tty", stdin=tmp_path / "prompt"))
    assert until_dead(host, "builder").exit_code == 0
    assert (tmp_path / "got").read_text() == "do it\n"


@pytest.mark.parametrize(("ending", "code"), [("exit 3", 3), ("exit 0", 0), ("kill -TERM $$", 128 + signal.SIGTERM)])
def test_a_dead_agent_is_seen_as_dead(host: Host, tmp_path: Path, ending: str, code: int) -> None:
    """Its exit code and its last words can be read after its end."""
    host.start(launch("builder", tmp_path, "sh", "-c", f"echo last words; {ending}"))
    assert until_dead(host, "builder").exit_code == code
    until_shown(host, "builder", "last words")
    with pytest.raises(NotFound):
        host.type("builder", "hello")


def test_a_dead_agent_makes_way(host: Host, tmp_path: Path) -> None:
    """Starting an agent whose program has ended clears the old terminal away."""
    host.start(launch("builder", tmp_path, "sh", "-c", "echo old; exit 3"))
    until_dead(host, "builder")
    host.start(launch("builder", tmp_path, "sh", "-c", "echo new; exec cat"))
    assert "old" not in until_shown(host, "builder", "new")
    assert not pane(host, "builder").dead


def test_an_agent_runs_once(host: Host, kind: str, places: Places, tmp_path: Path) -> None:
    """A second start is refused, by this process and by any other, and the first one lives."""
    first = host.start(launch("builder", tmp_path, *CAT))
    for other in (host, choose(kind, places)):
        with pytest.raises(HeldByOther):
            other.start(launch("builder", tmp_path, *CAT))
    assert pane(host, "builder").pid == first.pid


@pytest.mark.parametrize("wrong", ["program", "folder", "input"])
def test_what_cannot_be_started_is_said_at_once(host: Host, tmp_path: Path, wrong: str) -> None:
    """A start that cannot work leaves no terminal behind, and says what is missing."""
    launches = {
        "program": launch("builder", tmp_path, "no-such-program"),
        "folder": launch("builder", tmp_path / "gone", *CAT),
        "input": launch("builder", tmp_path, *CAT, stdin=tmp_path / "gone"),
    }
    with pytest.raises((ToolMissing, NotFound)) as raised:
        host.start(launches[wrong])
    assert raised.value.fix
    assert host.look() == {}


def test_names_that_begin_alike_are_told_apart(host: Host, tmp_path: Path) -> None:
    """`cc`, `cc-3` and `cc.3` are three agents, whatever is done to one of them."""
    names = ("cc", "cc-3", "cc.3", "cc_3", "cc-30")
    for name in names:
        host.start(launch(name, tmp_path, "sh", "-c", f"echo I am {name}.; exec cat"))
    assert sorted(host.look()) == sorted(names)
    for name in names:
        until_shown(host, name, f"I am {name}.")
        host.type(name, f"to {name}!")
    for name in names:
        assert re.findall(r"to (.+)!", until_shown(host, name, "to ")) == [name]
    host.stop("cc")
    assert sorted(host.look()) == sorted(set(names) - {"cc"})
    with pytest.raises(NotFound):
        host.type("cc", "x")


def test_a_screen_has_colours_and_every_character(host: Host, tmp_path: Path) -> None:
    """Colours, faint text, wide, combined and line-drawing characters come as they are seen, row by row."""
    text = "\x1b[31mred\x1b[0m \x1b[2mfaint\x1b[0m \x1b[1;44mb\r\nnext\x1b[0m\r\n中e\u0301x\r\n\x1b(0lqk\x1b(B end"
    host.start(writes("builder", tmp_path, text))
    rows = until_shown(host, "builder", "end").split("\n")
    assert len(rows) == 8
    assert "\x1b[0;31mred\x1b[0m" in rows[0]
    assert "\x1b[0;2mfaint\x1b[0m" in rows[0]
    assert rows[1] == "\x1b[0;1;44mnext\x1b[0m", "a row stands for itself"
    assert rows[2].replace("e\u0301", "é") == "中éx"
    assert rows[3] == "┌─┐ end"


def test_nothing_on_a_screen_steers_the_terminal(host: Host, tmp_path: Path) -> None:
    """Whoever prints a screen gets text and colours: no title, no clipboard, no cursor movement."""
    text = "a\x1b[?25l\x1b]52;c;aGk=\x07b\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1bPq#0\x1b\\c\x1b[>4;2m\x1b[<u\x07 "
    text += "\x9bX end"
    host.start(writes("builder", tmp_path, text))
    screen = until_shown(host, "builder", "end")
    assert not re.sub(r"\x1b\[[0-9;]*m|[^\x00-\x09\x0b-\x1f\x7f-\x9f]", "", screen)
    assert "ablink c " in screen


def test_the_other_screen_comes_and_goes(host: Host, tmp_path: Path) -> None:
    """A program's full screen is shown while it has one, and afterwards what stood there before."""
    code = (
        "import os, tty; tty.setraw(0); os.write(1, b'before\\x1b[?1049h\\x1b[Hfull'); os.read(0, 1);"
        " os.write(1, b'\\x1b[?1049l after')"
    )
    host.start(python("builder", tmp_path, code, SMALL))
    assert "before" not in until_shown(host, "builder", "full")
    host.press("builder", "x")
    screen = until_shown(host, "builder", "after")
    assert "before after" in screen
    assert "full" not in screen


def test_what_scrolled_away_can_be_read(host: Host, tmp_path: Path) -> None:
    """The history holds more lines than the screen, in their order, and none of their colours."""
    code = "for n in range(100): print(f'\\033[31mline {n}\\033[0m')\nprint('end')"
    host.start(python("builder", tmp_path, code, SMALL))
    until_shown(host, "builder", "end")
    assert host.history("builder", 51) == "\n".join([*(f"line {n}" for n in range(50, 100)), "end"])
    assert host.history("builder", 1) == "end"


def test_typing_does_not_submit(host: Host, tmp_path: Path) -> None:
    """Text appears as it was given, whatever it holds; nothing is read before Enter is pressed."""
    text = '; it\'s "$HOME" `x` \\; é中 -l %1 {a} #{pane_id} end\\;'
    host.start(
        launch("builder", tmp_path, "sh", "-c", 'read -r line; printf %s "$line" > got; exec cat', size=Size(99, 8))
    )
    host.type("builder", text)
    until_shown(host, "builder", text)
    assert not (tmp_path / "got").exists()
    host.press("builder", "Enter")
    assert eventually(lambda: (tmp_path / "got").exists() and (tmp_path / "got").read_text()) == text


def test_a_long_text_arrives_whole(host: Host, tmp_path: Path) -> None:
    """A text longer than tmux takes at a time, and than a terminal keeps, arrives in one piece."""
    text = "".join(f"{n:05};" for n in range(4000))
    code = (
        "import os, tty; tty.setraw(0); data = b''; print('raw', flush=True)\n"
        f"while len(data) < {len(text)}: data += os.read(0, 1024)\nopen('got', 'wb').write(data)\nprint('whole')"
    )
    host.start(python("builder", tmp_path, code))
    until_shown(host, "builder", "raw")
    host.type("builder", text)
    until_shown(host, "builder", "whole")
    assert (tmp_path / "got").read_text() == text


@pytest.mark.parametrize("bad", ["\x1b", "a\rb", "a\nb", "a\x08", "a\tb", "\x7f", "\x9b", "\u2028", "\udc80"])
def test_text_that_would_be_keys_is_refused(host: Host, tmp_path: Path, bad: str) -> None:
    """No text can submit itself, erase what stands there or steer the program."""
    host.start(launch("builder", tmp_path, *CAT))
    with pytest.raises(BadUsage):
        host.type("builder", bad)


def test_keys_are_pressed_by_their_names(host: Host, tmp_path: Path) -> None:
    """A program gets what a keyboard would send; a name that is none is refused, not typed."""
    code = (
        "import os, tty; tty.setraw(0); print('raw', flush=True); data = b''\n"
        "while not data.endswith(b'q'): data += os.read(0, 99)\nprint(ascii(data))"
    )
    host.start(python("builder", tmp_path, code))
    until_shown(host, "builder", "raw")
    with pytest.raises(BadUsage):
        host.press("builder", "Entr")
    host.press("builder", "Up", "Enter", "C-c", "Tab", "BSpace", "M-x", ";", "-", "q")
    assert r"\x1b[A\r\x03\t\x7f\x1bx;-q" in until_shown(host, "builder", "q'")


def test_stop_ends_everything_below(host: Host, tmp_path: Path) -> None:
    """Children, grandchildren, what ignores hangups and what left for a session of its own end with the agent."""
    script = "(trap '' HUP TERM; sleep 600) & setsid sleep 600 & sh -c 'sleep 600 & wait' & echo ready; wait"
    started = host.start(launch("builder", tmp_path, "sh", "-c", script))
    until_shown(host, "builder", "ready")
    eventually(lambda: len(psutil.Process(started.pid).children(recursive=True)) >= 4)
    below = [child.pid for child in psutil.Process(started.pid).children(recursive=True)]
    host.stop("builder")
    assert [pid for pid in [started.pid, *below] if is_running(pid)] == []
    assert host.look() == {}


def test_agents_outlive_whoever_started_them(host: Host, kind: str, places: Places, tmp_path: Path) -> None:
    """A process that starts an agent may end in any way: the agent goes on, and the next one finds it."""
    code = (
        "import os, sys; from pathlib import Path; from cotemp.hosts import Launch; from cotemp.places import Places\n"
        "from cotemp.hosts.choosing import choose\n"
        f"places = Places.at({str(places.home)!r}, root=Path({str(places.state.parent)!r}))\n"
        f"launch = Launch('builder', ('cat',), Path({str(tmp_path)!r}), {{'PATH': os.environ['PATH']}})\n"
        f"print(choose({kind!r}, places).start(launch).pid, flush=True); os.kill(0, 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True, timeout=60, check=False
    )
    assert done.returncode == -9
    assert pane(host, "builder").pid == int(done.stdout)
    host.type("builder", "still here")
    until_shown(host, "builder", "still here")


def _attached(host: Host, agent: str, size: tuple[int, int] = (30, 100)) -> pexpect.spawn[str]:
    argv = list(host.attach(agent))
    env = dict(os.environ) | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    return pexpect.spawn(argv[0], argv[1:], env=env, dimensions=size, encoding="utf-8", timeout=20)


def test_a_human_attaches_types_and_leaves(host: Host, tmp_path: Path) -> None:
    """A human sees what stands there, types into it, and leaves it running; meanwhile a look tells of them."""
    host.start(launch("builder", tmp_path, "sh", "-c", "echo welcome; exec cat"))
    until_shown(host, "builder", "welcome")
    before = seconds()
    with _attached(host, "builder") as human:
        human.expect("welcome")
        eventually(lambda: pane(host, "builder").attached == 1)
        human.send("by hand\r")
        until_shown(host, "builder", "by hand\nby hand")
        assert eventually(lambda: pane(host, "builder").typed or 0) >= before
        eventually(lambda: pane(host, "builder").size.columns == 100)
        human.send("\x02d")
        human.expect(pexpect.EOF)
    assert eventually(lambda: pane(host, "builder").attached == 0)
    assert pane(host, "builder").typed is None
    assert not pane(host, "builder").dead


def test_a_humans_later_keys_are_seen(host: Host, tmp_path: Path) -> None:
    """The time of typing moves on with each key."""
    host.start(launch("builder", tmp_path, *CAT))
    with _attached(host, "builder") as human:
        first = eventually(lambda: pane(host, "builder").typed or 0)

        def is_later() -> bool:
            human.send("x")
            return (pane(host, "builder").typed or 0) > first

        eventually(is_later)


def test_a_human_sees_the_end(host: Host, tmp_path: Path) -> None:
    """Stopping an agent gives the human's terminal back."""
    host.start(launch("builder", tmp_path, "sh", "-c", "echo welcome; exec cat"))
    with _attached(host, "builder") as human:
        human.expect("welcome")
        host.stop("builder")
        human.expect(pexpect.EOF)


def test_two_homes_do_not_see_each_other(host: Host, kind: str, tmp_path: Path, clear_away: list[Host]) -> None:
    """An agent of the same name runs in each home, and stopping one leaves the other alone."""
    other = choose(kind, Places.at(tmp_path / "Other", root=tmp_path / "state"))
    clear_away.append(other)
    host.start(launch("builder", tmp_path, *CAT))
    assert other.look() == {}
    other.start(launch("builder", tmp_path, *CAT))
    other.stop("builder")
    assert list(host.look()) == ["builder"]


@pytest.mark.parametrize("title", ["a|b|%1|p|", "x\np|%9|$9|evil|1|0|||1|0|0|80|24|4|evil|t", "\x1b[31mred", "é中"])
def test_a_hostile_title_stays_one_pane(host: Host, tmp_path: Path, title: str) -> None:
    """Whatever a program calls its terminal, a look tells of one agent, and its title has no control character."""
    host.start(writes("builder", tmp_path, f"\x1b]2;first\x07\x1b]2;{title}\x07end"))
    until_shown(host, "builder", "end")
    panes = host.look()
    assert list(panes) == ["builder"]
    assert panes["builder"].title.isprintable()
    if title.isprintable():
        assert eventually(lambda: pane(host, "builder").title == title)


def test_output_moves_the_time_of_output(host: Host, tmp_path: Path) -> None:
    """A look tells when the program last wrote something."""
    host.start(launch("builder", tmp_path, *CAT))
    before = pane(host, "builder").output

    def wrote_later() -> bool:
        host.type("builder", "x")
        return pane(host, "builder").output > before

    eventually(wrote_later)


def test_a_long_path_of_the_state_does_no_harm(kind: str, tmp_path: Path, clear_away: list[Host]) -> None:
    """Where the state's path is too long for a socket, another process still finds the same agents."""
    places = Places.at(tmp_path / "home", root=tmp_path / ("long-" * 30))
    places.make_state()
    clear_away.append(choose(kind, places))
    clear_away[0].start(launch("builder", tmp_path, "sh", "-c", "echo welcome; exec cat"))
    until_shown(choose(kind, places), "builder", "welcome")
    argv = clear_away[0].attach("builder")
    assert shlex.join(argv)
