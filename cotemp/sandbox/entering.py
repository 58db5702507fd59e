"""The last step before the enforcer takes over: files at their numbers, control groups, limits.

A keeper calls `enter` in the new process. As a program, `entering.py JSON PROGRAM ARGUMENT…` does the same
and becomes PROGRAM: the self-test starts runs that way.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable

__all__ = ["enter"]


def enter(
    descriptors: Iterable[tuple[int, str]],
    masks: tuple[int, str] | None,
    status: tuple[int, str] | None,
    groups: Iterable[str],
    limits: Iterable[tuple[str, int]],
) -> None:
    """Do to this process what a `Confined` asks for; no other file that is open here goes on. Raises OSError."""
    for number in map(int, os.listdir("/dev/fd")):
        with contextlib.suppress(OSError):  # it was for reading the folder
            os.set_inheritable(number, number < 3)
    for number, path in descriptors:
        _put(os.open(path, os.O_RDONLY), number)
    if masks:
        _put(_standing(masks[1]), masks[0])
    if status:
        _put(os.open(status[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), status[0])
    for group in groups:
        _join(group)
    for name, number in limits:
        _limit(name, number)


def _standing(masks: str) -> int:
    """A file to read those masks from whose place is still there. Sockets and files come and go, and the enforcer,
    which starts in a moment, would stumble over one that is gone."""
    with open(masks, "rb") as file:
        words = file.read().split(b"\0")[:-1]
    kept = [word for at in range(0, len(words), 3) if os.path.lexists(words[at + 2]) for word in words[at : at + 3]]
    if len(kept) != len(words):
        masks += ".standing"
        with open(masks, "wb") as file:
            file.write(b"".join(word + b"\0" for word in kept))
    return os.open(masks, os.O_RDONLY)


def _put(descriptor: int, number: int) -> None:
    os.dup2(descriptor, number, inheritable=True)
    os.close(descriptor)


def _join(group: str) -> None:
    """Move to a control group, with all that is started from here. To move a whole process, the kernel first waits 5
    to 15 ms. v1 also moves a single thread, for which newer ones do not wait; a new process has no other."""
    one_thread = f"{group}/tasks"
    file = os.open(one_thread if os.path.exists(one_thread) else f"{group}/cgroup.procs", os.O_WRONLY)
    try:
        os.write(file, b"0")
    finally:
        os.close(file)


if sys.platform == "win32":

    def _limit(name: str, wanted: int) -> None:
        """There is no enforcer here that could want any."""

else:
    import resource

    def _limit(name: str, wanted: int) -> None:
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    import json

    enter(**json.loads(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (no shell is wanted)
