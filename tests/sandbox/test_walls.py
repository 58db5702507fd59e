"""Attacks on the walls. Each is tried without them first, where it works, and then behind them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cotemp.sandbox.layout import listening
from tests.runner.launches import Ran, await_output, is_alive, parent_of
from tests.waiting import eventually

from .cells import Cell

assert sys.platform != "win32"


def refused(told: dict[str, object]) -> list[str]:
    """What did not work."""
    return sorted(name for name, what in told.items() if str(what).startswith("no: "))


def test_nothing_outside_is_written(cell: Cell) -> None:
    """Not directly, not through links, not through /proc, and not after mounting something over it."""
    outside = cell.root / "outside"
    outside.mkdir()
    (cell.root / "file").write_text("old")
    (cell.repo / "link").symlink_to(outside)
    os.link(cell.root / "file", cell.repo / "hard")
    attempts = f"""
        direct=lambda: write("{outside}/a"),
        dots=lambda: write("{cell.repo}/../../../outside/b"),
        symlink=lambda: write("{cell.repo}/link/c"),
        hardlink=lambda: write("{cell.repo}/hard"),
        root=lambda: write("/proc/self/root{outside}/d"),
        working=lambda: (os.chdir("{outside}"), write("/proc/self/cwd/e")),
        mode=lambda: os.chmod("{cell.repo}/file", 0o777),
        time=lambda: os.utime("{cell.repo}/file", (1, 1)),
        linked=lambda: os.link("{cell.repo}/file", "{cell.repo}/linked"),
        renamed=lambda: os.rename("{cell.repo}/file", "{cell.repo}/renamed"),
    """
    view = cell.view(repo=cell.repo, repo_mode="read")
    told = cell.tries(attempts, view)
    assert set(refused(told)) >= {"hardlink", "renamed", "mode", "time", "linked"}
    assert list(outside.iterdir()) == []
    assert (cell.repo / "hard").read_text() == "old"
    assert sorted(path.name for path in cell.repo.iterdir()) == [".env", "deep", "file", "hard", "link"]
    assert refused(cell.tries(attempts, cell.view(repo=cell.repo, repo_mode="read"), walls=False)) == []


def test_mounts_stay_as_they_are(cell: Cell) -> None:
    """No remount, bind, new namespace, chroot, or module makes the system writable again."""
    flags = {"NEWUSER": 0x10000000, "NEWNS": 0x20000, "NEWNET": 0x40000000}
    attempts = f"""
        remount=lambda: call("mount", "-o", "remount,rw,bind", "/"),
        bind=lambda: call("mount", "--bind", "{cell.repo}", "/mnt"),
        tmpfs=lambda: call("mount", "-t", "tmpfs", "none", "/mnt"),
        umount=lambda: call("umount", "{cell.home}"),
        chroot=lambda: os.chroot("/"),
        nested=lambda: call("unshare", "--user", "--map-root-user", "true"),
        **{{name: (lambda flag=flag: kernel("unshare", flag)) for name, flag in {flags}.items()}},
        clone=lambda: kernel("syscall", {56 if os.uname().machine == "x86_64" else 220}, 0x10000011, 0, 0, 0, 0),
    """
    kernel = """
import ctypes, os
def kernel(name, *words):
    result = getattr(ctypes.CDLL(None, use_errno=True), name)(*words)
    if result == 0 and name == "syscall":
        os._exit(0)
    assert result >= 0, os.strerror(ctypes.get_errno())
"""
    told = cell.tries(attempts, before=kernel)
    assert refused(told) == sorted(told)
    mounts = "mount -t tmpfs none /mnt && umount /mnt && mount --rbind / /mnt && chroot / true"
    free = subprocess.run(("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounts), check=False)
    assert free.returncode == 0, "the same works without the walls"


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Everything that listens on this machine, as arguments of `connect`."""
    with ExitStack() as stack:

        def bound(family: int, kind: int, where: object, protocol: int = 0) -> socket.socket:
            one = stack.enter_context(socket.socket(family, kind, protocol))
            one.bind(where)  # type: ignore[arg-type]
            if kind == socket.SOCK_STREAM:
                one.listen()
            return one

        tcp = bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)).getsockname()
        udp = bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)).getsockname()
        bound(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "stream"))
        bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "datagram"))
        bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0cotemp-test-{os.getpid()}")
        found = {
            "tcp": f"socket.AF_INET, socket.SOCK_STREAM, {tcp}",
            "udp": f"socket.AF_INET, socket.SOCK_DGRAM, {udp}",
            "mptcp": f"socket.AF_INET, socket.SOCK_STREAM, {tcp}, 262",
            "stream": f"socket.AF_UNIX, socket.SOCK_STREAM, '{folder}/stream'",
            "datagram": f"socket.AF_UNIX, socket.SOCK_DGRAM, '{folder}/datagram'",
            "abstract": f"socket.AF_UNIX, socket.SOCK_STREAM, '\\0cotemp-test-{os.getpid()}'",
        }
        if Path("/proc/net/if_inet6").exists() and Path("/proc/net/if_inet6").read_text():
            six = bound(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)).getsockname()
            found["ipv6"] = f"socket.AF_INET6, socket.SOCK_STREAM, {six}"
        yield found


def test_nothing_is_reached_over_a_socket(cell: Cell) -> None:
    """TCP, UDP, IPv6, MPTCP, raw packets, netlink, DNS, and unix sockets with a path or a name."""
    with servers(cell.repo) as found:
        reached = ",".join(f"{name}=lambda: connect({where})" for name, where in found.items())
        made = """,
            netlink=lambda: socket.socket(16, 3, 0).close(),
            raw=lambda: socket.socket(2, 3, 1).close(),
            packet=lambda: socket.socket(17, 3, 0).close(),
            vsock=lambda: socket.socket(40, 1, 0).close()"""
        told = cell.tries(
            reached + made + ", name=lambda: socket.gethostbyname('example.com')",
            cell.view(repo=cell.repo, repo_mode="read"),
        )
        assert refused(told) == sorted(told)
        plain = cell.tries(reached + made, cell.view(repo=cell.repo, repo_mode="read"), walls=False)
        assert set(refused(plain)) <= {"mptcp", "vsock", "raw", "packet"}, (
            "not every kernel has, and not every user may"
        )


def test_network_consent_opens_the_network_and_nothing_else(cell: Cell) -> None:
    """With it TCP works; files stay as closed as they were."""
    with servers(cell.repo) as found:
        told = cell.tries(
            f"""tcp=lambda: connect({found["tcp"]}), udp=lambda: connect({found["udp"]}),
                stream=lambda: connect({found["stream"]}), key=lambda: read("{cell.home}/.ssh/id_ed25519"),
                file=lambda: write("{cell.repo}/file"), resolver=lambda: read("/etc/resolv.conf")""",
            cell.view(repo=cell.repo, repo_mode="read", network=True),
        )
    assert refused(told) == ["file", "key", "stream"]


def test_sockets_that_listen_are_found(tmp_path: Path) -> None:
    """Also those that nobody thought of."""
    with servers(tmp_path):
        assert {tmp_path / "stream", tmp_path / "datagram"} <= set(listening())


def test_what_is_gone_needs_no_mask(cell: Cell) -> None:
    """A socket or a file that was to be hidden, and vanishes before the run begins, keeps nothing from running."""
    view = cell.view(repo=cell.repo, repo_mode="read")
    stays, goes = cell.repo / ".env", cell.repo / ".env.goes"
    goes.write_text("KEY=gone")
    launch = cell.launch(f"print('seen:', repr(open({str(stays)!r}).read()))", view)
    goes.unlink()
    ran = Ran(launch, cell.runner.start(launch).wait(90))
    assert "seen: ''" in ran.said, ran.reason


def test_own_sockets_work(cell: Cell) -> None:
    """A script may talk to its own processes."""
    told = cell.tries("""
        pair=lambda: [one.close() for one in socket.socketpair()] and "fine",
        own=lambda: (lambda s: (s.bind("/tmp/own"), s.listen(), connect(1, 1, "/tmp/own")))(socket.socket(1, 1)),
    """)
    assert refused(told) == []


def test_nothing_private_is_read(cell: Cell) -> None:
    """No key, no session, no state, no policy, no `.env` at any depth, not even for root the password file."""
    files = {
        "key": cell.home / ".ssh" / "id_ed25519",
        "others": cell.cotemp / "sessions" / "other" / "inbox" / "NOTE_x.md",
        "own": cell.cotemp / "sessions" / "s" / "inbox" / "NOTE_y.md",
        "ledger": cell.state / "ledger.db",
        "policy": cell.config / "agents.toml",
        "env": cell.repo / ".env",
        "deep": cell.repo / "deep" / "er" / ".env.local",
    }
    attempts = ",".join(
        f'{name}=lambda: read("{path}"), via_{name}=lambda: read("/proc/self/root{path}")'
        for name, path in files.items()
    )
    told = cell.tries(attempts, cell.view(repo=cell.repo, repo_mode="read"))
    assert {what for what in told.values() if not what.startswith("no: ")} <= {""}
    assert refused(cell.tries(attempts, cell.view(repo=cell.repo, repo_mode="read"), walls=False)) == []
    shadow = cell.tries('shadow=lambda: read("/etc/shadow")')["shadow"]
    assert shadow == "" or shadow.startswith("no: ")


def test_secrets_consent_shows_what_the_policy_names(cell: Cell) -> None:
    """The named paths and the repo's `.env`, read-only, and nothing else."""
    named = cell.home / ".config" / "gh"
    named.mkdir()
    (named / "hosts").write_text("token")
    view = cell.view(repo=cell.repo, repo_mode="read", secrets=True, secret_read=(named,))
    told = cell.tries(
        f"""hosts=lambda: read("{named}/hosts"), env=lambda: read("{cell.repo}/.env"),
            changed=lambda: write("{named}/hosts"), key=lambda: read("{cell.home}/.ssh/id_ed25519"),
            policy=lambda: read("{cell.config}/agents.toml")""",
        view,
    )
    assert refused(told) == ["changed", "key", "policy"]
    assert (told["hosts"], told["env"]) == ("token", "PASSWORD=hidden")
    without = cell.view(repo=cell.repo, repo_mode="read", secret_read=(named,))
    assert refused(cell.tries(f'hosts=lambda: read("{named}/hosts")', without)) == ["hosts"]


def test_other_processes_are_not_seen(cell: Cell) -> None:
    """Neither their environment nor their pids; and none can be sent a signal."""
    scan = """
def scan(file, wanted):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if wanted in read(f"/proc/{pid}/{file}"):
                return "seen"
        except OSError:  # it ended meanwhile, or is not ours
            pass
    raise LookupError
"""
    with subprocess.Popen(("sleep", "61.25"), env={"SECRET": "of-another-process"}) as other:
        attempts = f"""
            environ=lambda: scan("environ", "of-another-" + "process"),
            words=lambda: scan("cmdline", "61" + ".25"),
            signal=lambda: os.kill({other.pid}, 0),
        """
        try:
            told = cell.tries(attempts, before=scan)
            plain = cell.tries(attempts, before=scan, walls=False)
        finally:
            other.kill()
    assert refused(told) == sorted(told)
    assert refused(plain) == []


ESCAPES = {
    "setsid": "os.setsid(); time.sleep(60)",
    "stubborn": "os.setsid(); [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(60)",
    "double": "os.setsid(); os.fork() and os._exit(0); [os.close(n) for n in (0, 1, 2)]; time.sleep(60)",
}


def _escaping(rest: str) -> str:
    children = "\n".join(f"if os.fork() == 0: {act}; os._exit(0)" for act in ESCAPES.values())
    return f"import os, signal, time\n{children}\nprint('ready', flush=True)\n{rest}"


def alive(run_id: str) -> list[int]:
    """Processes of a run, seen from outside by their environment."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if f"COTEMP_RUN_ID={run_id}".encode() in environment and is_alive(pid):
            found.append(pid)
    return found


@pytest.mark.parametrize("end", ["by itself", "cancel", "timeout"])
def test_nothing_outlives_the_run(cell: Cell, end: str) -> None:
    """Whatever it does to get away, and however the run ends."""
    rest = "" if end == "by itself" else "time.sleep(60)"
    launch = cell.launch(_escaping(rest), cell.view(), timeout=1.0 if end == "timeout" else 60.0)
    started = cell.runner.start(launch)
    if end != "by itself":
        await_output(launch.run_dir, "ready")
        eventually(lambda: len(alive(launch.run_id)) >= len(ESCAPES), what="all of them at work")
    if end == "cancel":
        started.cancel("anna")
    started.wait(60)
    assert alive(launch.run_id) == []


REAPER = """
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
env = os.environ | {"COTEMP_RUN_ID": sys.argv[2]}
subprocess.run([sys.executable, "-c", sys.argv[1]], env=env, stdout=subprocess.DEVNULL, check=True)
print("ended", flush=True)
while True:
    os.wait()
"""


def test_they_would_outlive_their_parent() -> None:
    """The same script that nobody holds leaves all of them behind."""
    run_id = f"free-{os.getpid()}"
    argv = (sys.executable, "-c", REAPER, _escaping(""), run_id)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as reaper:
        try:
            assert reaper.stdout
            assert reaper.stdout.readline() == "ended\n"
            eventually(lambda: len(alive(run_id)) == len(ESCAPES), what="all of them alone")
        finally:
            for pid in alive(run_id):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("victim", ["enforcer", "keeper", "zygote"])
def test_killing_a_part_of_the_machinery_ends_all_that_is_behind_the_walls(cell: Cell, victim: str) -> None:
    """The walls do not come down and leave somebody free."""
    launch = cell.launch(_escaping("time.sleep(60)"), cell.view())
    started = cell.runner.start(launch)
    await_output(launch.run_dir, "ready")
    assert started.pid
    keeper = parent_of(started.pid)
    os.kill({"enforcer": started.pid, "keeper": keeper, "zygote": parent_of(keeper)}[victim], 9)
    eventually(lambda: not alive(launch.run_id), what="all dead")
    started.wait(60)
