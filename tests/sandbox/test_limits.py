"""What a run may take of the machine: processes, file size, memory, private space."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from cotemp.processes import marked
from cotemp.sandbox import Limits
from tests.waiting import eventually

from .cells import Cell

FORK_BOMB = """
import os, sys, time
count = 0
try:
    while count < 20000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
except OSError as error:
    print(f"stopped after {count}", flush=True)
    os._exit(9)
print("not stopped", flush=True)
"""


def test_a_fork_bomb_is_stopped(cell: Cell) -> None:
    """It reaches its limit, the machine stays usable, and nothing of it is left."""
    grouped = cell.enforcer.groups.limits_processes
    if os.getuid() == 0 and not grouped:
        pytest.skip("root is limited by a control group only, and none can be written here")
    ran = cell.run(FORK_BOMB, cell.view(limits=Limits(processes=50)))
    assert ran.finished.exit_code == 9
    assert 0 < int(ran.said.split()[-1]) <= (50 if grouped else 19000), "an ordinary user's other processes count, too"
    assert cell.run(FORK_BOMB.replace("20000", "60"), walls=False).said == "not stopped\n"


def test_a_file_has_a_largest_size(cell: Cell) -> None:
    """A file of 10 GB is never written, wherever it is tried."""
    big = 'os.truncate(os.open("{}/big", os.O_CREAT | os.O_RDWR), 10 * 10**9)'
    view = cell.view()
    told = cell.tries(
        f"home=lambda: {big.format(cell.home)}, own=lambda: {big.format(view.artifacts)}",
        view, before="import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n",
    )  # fmt: skip
    assert all(what.startswith("no: ") for what in told.values())
    plain = cell.view()
    assert cell.tries(f"own=lambda: {big.format(plain.artifacts)}", plain, walls=False) == {"own": None}


def test_private_space_is_limited(cell: Cell) -> None:
    """HOME, /tmp and shared memory are in memory, and take no more than they may."""
    fill = 'write("{}/fill", bytes(3 * 2**20))'
    places = {"home": cell.home, "tmp": "/tmp", "shm": "/dev/shm", "var": "/var/tmp"}
    told = cell.tries(
        ",".join(f"{name}=lambda: {fill.format(where)}" for name, where in places.items())
        + ', device=lambda: write("/dev/x")',
        cell.view(limits=Limits(scratch=2**20)),
    )
    assert set(told.values()) == {"no: OSError"}
    assert cell.tries(
        ",".join(f"{name}=lambda: {fill.format(where)}" for name, where in places.items())
    ) == dict.fromkeys(places, "written")


MEMORY_BOMBS = {
    "itself": "x = bytearray(200 * 2**20)\nprint('has it')",
    "a child that left": """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        x = bytearray(200 * 2**20)
        print("has it", flush=True)
    else:
        os.wait()
    os._exit(0)
os.wait()
""",
    "a thread": """
import threading
def take():
    x = bytearray(200 * 2**20)
    print("has it", flush=True)
one = threading.Thread(target=take)
one.start()
one.join()
""",
    "many together": """
import os, signal
told, children = [], []
for _ in range(4):
    reader, writer = os.pipe()
    children.append(os.fork())
    if not children[-1]:
        x = bytearray(50 * 2**20)
        os.write(writer, b"x")
        signal.pause()
    os.close(writer)
    told.append(reader)
if all([os.read(one, 1) for one in told]):
    print("has it")
for child in children:
    os.kill(child, signal.SIGKILL)
    os.wait()
""",
    "in files": "with open('/tmp/fill', 'wb') as file:\n    file.write(bytes(200 * 2**20))\nprint('has it')",
}


@pytest.mark.parametrize("body", MEMORY_BOMBS.values(), ids=MEMORY_BOMBS)
def test_memory_is_limited_where_it_can_be(cell: Cell, body: str) -> None:
    """However a script goes about it, it gets no more than it may have; it gets that where nothing limits it."""
    ran = cell.run(body, cell.view(limits=Limits(memory=64 * 2**20)))
    assert ("has it" in ran.said) is not cell.enforcer.limits_memory, ran.said
    assert "has it" in cell.run(body).said


STAYS = """
import os, subprocess, sys, threading, time
def stay():
    while not os.path.exists("go"):
        time.sleep(0.01)
if sys.argv[1:] != ["child"]:
    subprocess.Popen([sys.executable, __file__, "child"], start_new_session=True)
threading.Thread(target=stay).start()
open(f"here{len(sys.argv)}", "w").close()
stay()
"""


def test_whatever_a_run_starts_is_in_its_groups(cell: Cell) -> None:
    """The enforcer, the script, a child that left its session, and all their threads."""
    view = cell.view()
    launch = cell.launch(STAYS, view)
    assert launch.confined
    run = cell.runner.start(launch)
    eventually(lambda: (view.artifacts / "here1").exists() and (view.artifacts / "here2").exists())
    everyone = set(marked(launch.run_id))
    assert len(everyone) >= 4, "bubblewrap outside and inside, the script, its child"
    for group in launch.confined.groups:
        assert {*map(int, (group / "cgroup.procs").read_text().split())} == everyone
    (view.artifacts / "go").touch()
    assert run.wait(60).exit_code == 0


def test_what_is_claimed_is_what_is_done(cell: Cell) -> None:
    """The run's log names a memory limit exactly where there is one."""
    limited = cell.enforcer.confine(cell.view()).enforcement.memory
    assert limited == ("cgroup 4 GiB" if cell.enforcer.limits_memory else "none")
    bare = replace(cell.enforcer, groups=type(cell.enforcer.groups)())
    assert bare.confine(cell.view()).enforcement.memory == "none"


def test_groups_go_with_the_run(cell: Cell) -> None:
    """Control groups do not pile up."""
    launch = cell.launch("print('x')", cell.view())
    assert launch.confined
    cell.runner.start(launch).wait(60)
    groups = launch.confined.groups
    eventually(lambda: not any(group.exists() for group in groups), what="no group is left")
