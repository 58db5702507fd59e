"""The machine itself, also where cotemp runs as root: its kernel's settings, its control groups, its devices."""

from __future__ import annotations

import os

from .lair import Lair, tries

FILES = (
    "/proc/sys/kernel/core_pattern",  # the kernel runs what it names, as root and outside of everything
    "/proc/sys/kernel/modprobe",
    "/proc/sysrq-trigger",
    "/proc/1/oom_score_adj",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/cgroup.procs",
    "/sys/fs/cgroup/cgroup.procs",
    "/sys/kernel/uevent_helper",
    "/dev/fuse",
    "/dev/kmsg",
    "/dev/kvm",
    "/dev/mem",
)


def test_nothing_of_the_machine_can_be_set(lair: Lair) -> None:
    """No file with which the kernel is steered can even be opened for writing; what a script needs of it works."""
    body = tries({file: f"os.close(os.open({file!r}, os.O_WRONLY))" for file in FILES})
    assert lair.run(body).worked() == set()
    assert lair.run(body, walls=False).worked() == {file for file in FILES if os.access(file, os.W_OK)}
    own = {
        "output": "append('/dev/stdout', 'said\\n')",
        "fd": "append('/proc/self/fd/2', '')",
        "null": "write('/dev/null')",
    }
    run = lair.run(tries(own))
    assert (run.worked(), "said\n" in run.text) == (set(own), True)
