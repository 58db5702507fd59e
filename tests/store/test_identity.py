"""A process is told from another one of the same pid, and dead is said only on proof."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from cotemp.store.identity import Life, host_id, identify, life, machine_of, this_process
from tests.waiting import eventually


def test_this_process_is_alive() -> None:
    """A process sees itself as alive."""
    assert life(this_process()) is Life.ALIVE
    assert this_process().pid == os.getpid()


def test_an_ended_process_is_dead() -> None:
    """A child that was killed is dead, also while it is a zombie that nobody has reaped."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    known = identify(child.pid)
    assert known is not None
    assert life(known) is Life.ALIVE
    child.kill()
    eventually(lambda: life(known) is Life.DEAD)  # nobody has reaped it yet
    assert identify(child.pid) is None
    child.communicate()


def test_a_reused_pid_is_not_the_same_process() -> None:
    """The same pid with another start time is another process."""
    assert life(replace(this_process(), start_token="1")) is Life.DEAD


def test_another_machine_is_never_dead() -> None:
    """Of a process on another machine, or in another pid namespace, nothing can be said."""
    me = this_process()
    machine, boot, namespace = me.host.split(".")
    assert life(replace(me, host=f"other.{boot}.{namespace}", pid=1)) is Life.UNKNOWN
    assert life(replace(me, host=f"{machine}.{boot}.1", pid=1)) is Life.UNKNOWN


def test_a_reboot_ends_every_process() -> None:
    """A process of an earlier boot of this machine is dead, whatever has its pid now."""
    me = this_process()
    machine, _, namespace = me.host.split(".")
    assert life(replace(me, host=f"{machine}.before.{namespace}")) is Life.DEAD


def test_the_host_id_is_stable() -> None:
    """Two processes of one machine give the same host id."""
    code = "from cotemp.store.identity import host_id; print(host_id())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == host_id()
    assert len(machine_of(other)) == 12
