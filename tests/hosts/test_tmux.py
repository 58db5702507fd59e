"""What only tmux has: servers and sessions of others, split windows, people who scroll."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.errors import HeldByOther, NotFound, ToolMissing
from cotemp.hosts import Host, Taken
from cotemp.hosts.choosing import choose, default_host
from cotemp.places import Places
from tests.conftest import need
from tests.waiting import eventually

from .conftest import Make
from .programs import is_running, launch, pane, until_shown

CAT = ("cat",)


class Theirs:
    """A tmux server that somebody else started."""

    def __init__(self, socket: Path) -> None:
        self.socket = str(socket)

    def __call__(self, *words: str) -> str:
        argv = ["tmux", "-u", "-S", self.socket, "-f", "/dev/null", *words]
        env = dict(os.environ) | {"LC_ALL": "C.UTF-8"}
        return subprocess.run(argv, check=True, capture_output=True, text=True, env=env, timeout=20).stdout.strip()


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Theirs]:
    """A server with the sessions `cc`, `cc-3` and, hostile by name, `a|b`."""
    need("tmux")
    server = Theirs(tmp_path / "their.sock")
    for name in ("cc-3", "cc", "a|b"):
        server("new-session", "-d", "-s", name, "-x", "80", "-y", "24", f"echo 'this is {name}'; exec cat")
    yield server
    subprocess.run(["tmux", "-S", server.socket, "kill-server"], check=False, capture_output=True, timeout=20)


def test_a_running_session_is_taken_over(theirs: Theirs, tmux_with: Make) -> None:
    """An agent that somebody started in their own tmux is seen, read, typed to and attached to, without a restart."""
    host = tmux_with({"builder": Taken(theirs.socket, "cc"), "other": Taken(theirs.socket, "a|b")})
    assert sorted(host.look()) == ["builder", "other"]
    assert pane(host, "builder").pid == int(theirs("display-message", "-p", "-t", "=cc:", "#{pane_pid}"))
    until_shown(host, "builder", "this is cc")
    host.type("builder", "hello")
    host.press("builder", "Enter")
    until_shown(host, "builder", "hello\nhello")
    until_shown(host, "other", "this is a|b")
    assert "hello" not in theirs("capture-pane", "-p", "-t", "=cc-3:")
    assert theirs.socket in host.attach("builder")


def test_one_that_was_taken_over_and_ends_comes_back_as_ours(theirs: Theirs, tmux_with: Make, tmp_path: Path) -> None:
    """It starts on our own server, and their other sessions are left alone."""
    host = tmux_with({"builder": Taken(theirs.socket, "cc")})
    with pytest.raises(HeldByOther):
        host.start(launch("builder", tmp_path, *CAT))
    theirs("kill-session", "-t", "=cc:")
    assert host.look() == {}
    host.start(launch("builder", tmp_path, *CAT))
    assert pane(host, "builder").size.columns == 160
    assert theirs("list-sessions", "-F", "#{session_name}").split("\n") == ["a|b", "cc-3"]


def test_stopping_one_that_was_taken_over_leaves_their_other_sessions(theirs: Theirs, tmux_with: Make) -> None:
    """Only its session ends, and what ran in it."""
    host = tmux_with({"builder": Taken(theirs.socket, "cc")})
    pid = pane(host, "builder").pid
    host.stop("builder")
    assert not is_running(pid)
    assert theirs("list-sessions", "-F", "#{session_name}").split("\n") == ["a|b", "cc-3"]


def test_a_server_of_others_that_is_gone_hides_nothing(tmux_with: Make, tmp_path: Path) -> None:
    """After a reboot, say, our own agents are still seen."""
    host = tmux_with({"builder": Taken(str(tmp_path / "gone.sock"), "cc"), "other": Taken("cotemp-test-none", "x")})
    host.start(launch("mine", tmp_path, *CAT))
    assert list(host.look()) == ["mine"]


def _own(host: Host) -> list[str]:
    """The beginning of a command to the server of ours that a human may use as well."""
    argv = list(host.attach("builder"))
    return argv[: argv.index("attach-session")]


def test_a_humans_own_panes_are_not_the_agents(tmux_with: Make, tmp_path: Path) -> None:
    """Somebody splits the agent's window, renames its session and opens another one: keys still reach the agent."""
    host = tmux_with({})
    host.start(launch("builder", tmp_path, *CAT))
    tmux = _own(host)
    for words in (
        ["split-window", "-t", "=builder:", "cat"],
        ["new-session", "-d", "-s", "theirs", "cat"],
        ["rename-session", "-t", "=builder:", "renamed"],
    ):
        subprocess.run([*tmux, *words], check=True, timeout=20)
    assert list(host.look()) == ["builder"]
    host.type("builder", "for the agent")
    until_shown(host, "builder", "for the agent")
    host.stop("builder")
    left = subprocess.run([*tmux, "list-sessions", "-F", "#{session_name}"], capture_output=True, text=True, timeout=20)
    assert left.stdout.split() == ["theirs"]
    subprocess.run([*tmux, "kill-session", "-t", "=theirs:"], check=True, timeout=20)


def test_nothing_is_typed_while_somebody_scrolls(tmux_with: Make, tmp_path: Path) -> None:
    """Keys of ours would steer the scrolling; they are refused until it is left."""
    host = tmux_with({})
    host.start(launch("builder", tmp_path, *CAT))
    subprocess.run([*_own(host), "copy-mode", "-t", "=builder:"], check=True, timeout=20)
    assert eventually(lambda: pane(host, "builder").in_mode)
    with pytest.raises(HeldByOther):
        host.type("builder", "lost")
    with pytest.raises(HeldByOther):
        host.press("builder", "Enter")
    host.leave_mode("builder")
    assert not pane(host, "builder").in_mode
    host.type("builder", "found")
    until_shown(host, "builder", "found")


def test_the_server_ends_with_its_last_agent(tmux_with: Make, tmp_path: Path) -> None:
    """No process of ours is left behind when nothing runs."""
    host = tmux_with({})
    pid = host.start(launch("builder", tmp_path, *CAT)).pid
    server = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    host.stop("builder")
    eventually(lambda: not is_running(server))


def test_the_server_is_put_out_of_reach_of_a_logout(
    tmux_with: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where systemd looks after the user, the server runs in a scope of its own, not in the daemon's unit."""
    fake, runtime = tmp_path / "bin", tmp_path / "runtime" / "systemd"
    fake.mkdir()
    runtime.mkdir(parents=True)
    (runtime / "private").touch()
    script = fake / "systemd-run"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime.parent))
    host = tmux_with({})
    for agent in ("builder", "other"):
        host.start(launch(agent, tmp_path, *CAT))
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 1, "once for a server"
    assert asked[0].startswith("--user --scope --collect --quiet -- ")


def test_a_systemd_that_refuses_is_no_obstacle(
    tmux_with: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent starts all the same, as where there is no systemd."""
    fake, runtime = tmp_path / "bin", tmp_path / "runtime" / "systemd"
    fake.mkdir()
    runtime.mkdir(parents=True)
    (runtime / "private").touch()
    (fake / "systemd-run").write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    (fake / "systemd-run").chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime.parent))
    host = tmux_with({})
    assert not host.start(launch("builder", tmp_path, *CAT)).dead


def test_a_tmux_that_is_too_old_is_named(tmux_with: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which version is needed, and what to do without it."""
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "tmux"
    old.write_text(
        '#!/bin/sh\nfor word; do [ "$word" = -V ] && echo tmux 2.8 && exit; done\necho no server running >&2\nexit 1\n'
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    host = tmux_with({})
    with pytest.raises(ToolMissing, match=r"tmux 2\.8 is too old.*pty"):
        host.start(launch("builder", tmp_path, *CAT))
    monkeypatch.undo()


def test_a_tmux_that_hangs_is_given_up(tmux_with: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is bounded in time, so that the daemon goes on."""
    from cotemp.errors import TookTooLong
    from cotemp.hosts.tmux import server

    monkeypatch.setattr(server, "PATIENCE", 0.05)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tmux").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "bin" / "tmux").chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
        host = choose("tmux", Places.at(tmp_path / "hung", root=tmp_path / "state"))
        with pytest.raises(TookTooLong):
            host.look()


def test_without_tmux_the_other_host_is_named(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants tmux is told what to do; whoever wants nothing in particular gets what there is."""
    assert choose(None, places).name == default_host()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing, match='host = "pty"'):
        choose("tmux", places)
    assert choose(None, places).name == "pty"


def test_an_agent_that_has_no_terminal_cannot_be_attached_to(tmux_with: Make) -> None:
    """The answer says how to start it."""
    with pytest.raises(NotFound, match="cotemp up builder"):
        tmux_with({}).attach("builder")
