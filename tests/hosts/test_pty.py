"""What only terminals of our own have: keepers that can be killed, sockets, files, and how a human leaves."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pexpect
import psutil
import pytest

from cotemp.errors import HeldByOther, NotFound
from cotemp.hosts import Host
from cotemp.hosts.choosing import choose
from cotemp.hosts.pty.leaving import Leaving
from cotemp.places import Places
from cotemp.setup import plan_removal
from tests.waiting import eventually

from .programs import SMALL, is_running, launch, pane, python, until_dead, until_shown

if sys.platform == "win32":
    pytest.skip("POSIX only: these terminals are not pseudo consoles", allow_module_level=True)

from cotemp.hosts.pty.line import socket_path

CAT = ("cat",)


@pytest.fixture
def kind() -> str:
    """Only this host."""
    return "pty"


def _folder(places: Places, agent: str = "builder") -> Path:
    return places.state / "hosts" / "pty" / agent


def _keeper(places: Places) -> psutil.Process:
    return psutil.Process(json.loads((_folder(places) / "pane.json").read_text())["keeper"]["pid"])


def test_the_program_of_a_killed_keeper_ends(host: Host, places: Places, tmp_path: Path) -> None:
    """`kill -9` of a keeper leaves no program that nobody can reach; the agent is dead, and can be started again."""
    started = host.start(launch("builder", tmp_path, "sh", "-c", "trap '' HUP; echo deaf; while :; do sleep 1; done"))
    until_shown(host, "builder", "deaf")
    _keeper(places).kill()
    assert eventually(lambda: pane(host, "builder").dead)
    assert pane(host, "builder").exit_code is None
    eventually(lambda: not is_running(started.pid))
    with pytest.raises(NotFound):
        host.screen("builder")
    assert not host.start(launch("builder", tmp_path, *CAT)).dead


def test_keepers_outlive_what_they_were_forked_from(host: Host, places: Places, tmp_path: Path) -> None:
    """Their zygote may be killed: they go on, and the next agent starts all the same."""
    host.start(launch("builder", tmp_path, *CAT))
    zygote = _keeper(places).parent()
    assert zygote
    zygote.kill()
    eventually(lambda: not is_running(zygote.pid))
    host.start(launch("other", tmp_path, *CAT))
    host.type("builder", "still here")
    until_shown(host, "builder", "still here")
    assert sorted(host.look()) == ["builder", "other"]


def test_what_left_the_tree_of_its_program_ends_too(host: Host, tmp_path: Path) -> None:
    """A process whose parent has ended and that has a session of its own is still the agent's."""
    host.start(launch("builder", tmp_path, "sh", "-c", "(setsid sh -c 'echo $$ > pid; exec sleep 600' &); exec cat"))
    pid = int(eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    eventually(lambda: psutil.Process(pid).name() == "sleep")
    host.stop("builder")
    assert not is_running(pid)


def test_a_stopped_agent_leaves_nothing(host: Host, places: Places, tmp_path: Path) -> None:
    """No keeper, no folder, no socket."""
    host.start(launch("builder", tmp_path, *CAT))
    keeper = _keeper(places)
    host.stop("builder")
    assert not is_running(keeper.pid)
    assert not _folder(places).exists()
    assert not socket_path(_folder(places)).exists()


def test_a_killed_keeper_leaves_nothing(host: Host, places: Places, tmp_path: Path) -> None:
    """Its socket may lie in another folder than the rest: it goes, too, when the agent is stopped."""
    host.start(launch("builder", tmp_path, *CAT))
    _keeper(places).kill()
    eventually(lambda: pane(host, "builder").dead)
    host.stop("builder")
    assert not _folder(places).exists()
    assert not socket_path(_folder(places)).exists()


def test_who_runs_can_be_reached_until_the_end(host: Host, places: Places, tmp_path: Path) -> None:
    """What cotemp knows of this machine is not removed while an agent runs: nobody could reach it any more."""
    host.start(launch("builder", tmp_path, *CAT))
    with pytest.raises(HeldByOther, match="agent builder still runs"):
        plan_removal(places)
    host.stop("builder")
    plan_removal(places)


def test_nobody_else_can_reach_a_terminal(host: Host, places: Places, tmp_path: Path) -> None:
    """Its folder, its socket and its record are this user's alone."""
    host.start(launch("builder", tmp_path, *CAT))
    zygote = _folder(places).parent / ".zygote"
    sockets = [socket_path(zygote), socket_path(_folder(places))]
    for path in (_folder(places), *_folder(places).iterdir(), zygote, *zygote.iterdir(), *sockets, sockets[0].parent):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_a_damaged_record_hides_no_agent(host: Host, places: Places, tmp_path: Path) -> None:
    """The keeper tells anew what its file cannot; one that has no keeper counts as not there."""
    host.start(launch("builder", tmp_path, *CAT))
    (_folder(places) / "pane.json").write_text('{"schema": 1, "agent"')
    assert not host.look()["builder"].dead
    (_folder(places, "nobody")).mkdir()
    (_folder(places, "nobody") / "pane.json").write_text("[]")
    assert list(host.look()) == ["builder"]
    host.start(launch("nobody", tmp_path, *CAT))


@pytest.mark.parametrize(
    "sent", [b"\n", b"[]\n", b'{"do":"no such thing"}\n', b"\xff\xff\n", b'{"do":"attach"}\n', b"x"]
)
def test_nonsense_does_a_keeper_no_harm(host: Host, places: Places, tmp_path: Path, sent: bytes) -> None:
    """Whatever is sent to its socket, the agent goes on."""
    host.start(launch("builder", tmp_path, *CAT))
    with socket.socket(socket.AF_UNIX) as end:
        end.settimeout(10)
        end.connect(str(socket_path(_folder(places))))
        end.sendall(sent)
        if sent.endswith(b"\n"):
            end.recv(1000)
    host.type("builder", "still here")
    until_shown(host, "builder", "still here")


def test_a_program_that_writes_without_end_can_be_stopped(host: Host, tmp_path: Path) -> None:
    """A flood of output slows nothing down but itself."""
    host.start(launch("builder", tmp_path, "yes"))
    until_shown(host, "builder", "y\ny\ny")
    host.stop("builder")
    assert host.look() == {}


def test_a_program_that_reads_nothing_does_no_harm(host: Host, tmp_path: Path) -> None:
    """What is typed waits, within bounds, and a look still answers."""
    host.start(python("builder", tmp_path, "import tty; tty.setraw(0); print('raw', flush=True)"))
    until_shown(host, "builder", "raw")
    for _ in range(3):
        host.type("builder", "x" * 700_000)
    assert "raw" in host.screen("builder")


def test_a_line_that_its_program_would_lose_is_refused(host: Host, tmp_path: Path) -> None:
    """A program that reads whole lines is given no line that its terminal would cut."""
    from cotemp.errors import BadUsage

    host.start(launch("builder", tmp_path, *CAT))
    with pytest.raises(BadUsage):
        host.type("builder", "x" * 5000)


def test_a_program_may_close_its_terminal_for_a_while(host: Host, tmp_path: Path) -> None:
    """What it writes there afterwards is seen."""
    host.start(launch("builder", tmp_path, "sh", "-c", "exec <&- >&- 2>&-; sleep 0.2; echo again >/dev/tty; sleep 600"))
    until_shown(host, "builder", "again")


def _attached(host: Host) -> pexpect.spawn[str]:
    argv = list(host.attach("builder"))
    return pexpect.spawn(argv[0], argv[1:], dimensions=(30, 100), encoding="utf-8", timeout=20)


def test_a_human_leaves_by_one_key(host: Host, tmp_path: Path) -> None:
    """`C-\\` detaches; the human's terminal is as it was before, and told what happened."""
    host.start(launch("builder", tmp_path, "sh", "-c", "printf '\\033[?1000h\\033[?25l'; echo welcome; exec cat"))
    with _attached(host) as human:
        human.expect("welcome")
        human.send("\x1c")
        human.expect(r"\x1b\[\?1000l.*\x1b\[\?25h\x1b\[\?1049l.*\[detached from builder\]")
        human.expect(pexpect.EOF)
    assert not pane(host, "builder").dead


def test_a_human_sees_the_program_end(host: Host, tmp_path: Path) -> None:
    """They are told that it has ended, and how it stands on the screen."""
    host.start(launch("builder", tmp_path, "sh", "-c", "echo welcome; read x; echo bye; exit 3"))
    with _attached(host) as human:
        human.expect("welcome")
        human.send("\r")
        human.expect(r"\[builder has ended\]")
        human.expect(pexpect.EOF)
    assert until_dead(host, "builder").exit_code == 3


def test_a_humans_terminal_answers_no_question(host: Host, tmp_path: Path) -> None:
    """The keeper answers what a program asks its terminal, once, whether somebody is attached or not."""
    code = (
        "import os, tty; tty.setraw(0); print('raw', flush=True)\nwhile os.read(0, 1) == b'x':\n"
        " os.write(1, b'\\x1b[2;3H\\x1b[6n\\x1b[c'); got = b''\n"
        " while not got.endswith(b'c'): got += os.read(0, 1)\n print(ascii(got), flush=True)"
    )
    host.start(python("builder", tmp_path, code, SMALL))
    until_shown(host, "builder", "raw")
    with _attached(host) as human:
        human.expect("raw")
        host.press("builder", "x")
        until_shown(host, "builder", r"b'\x1b[2;3R\x1b[?6c'")
        human.expect("2;3R")
        assert "\x1b[6n" not in human.before
        assert "\x1b[c" not in human.before


def test_answers_of_a_humans_terminal_are_no_typing(host: Host, places: Places, tmp_path: Path) -> None:
    """Nobody has typed when their terminal tells that it got the focus."""
    host.start(launch("builder", tmp_path, *CAT))
    with _attached(host) as human:
        came = eventually(lambda: pane(host, "builder").typed)
        human.send("\x1b[I\x1b[3;4R\x1b[?6c")
        until_shown(host, "builder", "6c")
        assert pane(host, "builder").typed == came


def test_a_second_zygote_is_not_needed(host: Host, places: Places, tmp_path: Path) -> None:
    """Keepers of one home are forked from one process, whose memory they share."""
    for agent in ("builder", "other"):
        host.start(launch(agent, tmp_path, *CAT))
    records = [json.loads((_folder(places, agent) / "pane.json").read_text()) for agent in ("builder", "other")]
    assert len({psutil.Process(record["keeper"]["pid"]).ppid() for record in records}) == 1


def test_two_processes_start_one_agent(places: Places, host: Host, tmp_path: Path) -> None:
    """Of two that start the same agent at the same moment, one is refused."""
    from concurrent.futures import ThreadPoolExecutor

    from cotemp.errors import HeldByOther

    def start(_: int) -> bool:
        try:
            choose("pty", places).start(launch("builder", tmp_path, *CAT))
        except HeldByOther:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(start, range(4))) == 1
    assert not pane(host, "builder").dead


def test_signals_that_we_ignore_are_not_ignored_by_agents(host: Host, tmp_path: Path) -> None:
    """Ctrl+C, a hangup and a broken pipe do to a program what they do in any terminal."""
    host.start(launch("builder", tmp_path, "sh", "-c", "grep SigIgn /proc/self/status; exec cat"))
    until_shown(host, "builder", "SigIgn:\t0000000000000000".expandtabs())
    host.press("builder", "C-c")
    assert until_dead(host, "builder").exit_code == 128 + signal.SIGINT


@pytest.mark.parametrize(
    ("typed", "meant", "leaves"),
    [
        ([b"abc"], b"abc", False),
        ([b"ab\x1ccd"], b"ab", True),
        ([b"a\x02", b"d"], b"a", True),
        ([b"a\x02d"], b"a", True),
        ([b"\x02\x02d"], b"\x02d", False),
        ([b"\x02", b"\x02", b"d"], b"\x02d", False),
        ([b"\x02", b"x"], b"\x02x", False),
        ([b"\x02\x02\x02", b"d"], b"\x02", True),
    ],
)
def test_keys_that_leave_a_terminal(typed: list[bytes], meant: bytes, leaves: bool) -> None:
    """`C-b d` leaves however its keys arrive, `C-b C-b` is one `C-b`, and every other key is the program's."""
    leaving = Leaving()
    said = [leaving.meant(keys) for keys in typed]
    assert (b"".join(keys for keys, _ in said), said[-1][1]) == (meant, leaves)
    assert os.name == "posix"
