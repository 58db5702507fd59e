"""The filter of system calls for a confined run, as a BPF program for x86_64 and aarch64. Pure.

Denied with EPERM: what reaches into the kernel or into other processes, and what no script needs. Without
network consent also every socket that is not a unix socket: no MPTCP, netlink or raw packets either.
A call of another architecture ends the process; calls of the x32 ABI are denied.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from functools import cache

__all__ = ["DENIED", "MACHINES", "Machine", "program"]


@dataclass(frozen=True, slots=True)
class Machine:
    """One architecture: its number for the kernel's audit, and the numbers of its calls."""

    audit: int
    calls: dict[str, int]
    x32: bool = False


_COMMON = {
    # since Linux 5.1, new calls have the same number everywhere
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_getfd": 438, "process_madvise": 440,
    "mount_setattr": 442, "quotactl_fd": 443, "open_tree_attr": 467,
}  # fmt: skip

MACHINES = {
    "x86_64": Machine(
        audit=0xC000003E,
        x32=True,
        calls=_COMMON | {
            "ioctl": 16, "socket": 41, "ptrace": 101, "syslog": 103, "pivot_root": 155, "chroot": 161, "acct": 163,
            "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "iopl": 172, "ioperm": 173,
            "init_module": 175, "delete_module": 176, "quotactl": 179, "kexec_load": 246, "add_key": 248,
            "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "fanotify_init": 300,
            "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
            "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
        },
    ),
    "aarch64": Machine(
        audit=0xC00000B7,
        calls=_COMMON | {
            "ioctl": 29, "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "quotactl": 60, "acct": 89,
            "unshare": 97, "kexec_load": 104, "init_module": 105, "delete_module": 106, "syslog": 116, "ptrace": 117,
            "reboot": 142, "socket": 198, "add_key": 217, "request_key": 218, "keyctl": 219, "swapon": 224,
            "swapoff": 225, "perf_event_open": 241, "fanotify_init": 262, "open_by_handle_at": 265, "setns": 268,
            "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "bpf": 280,
            "userfaultfd": 282, "kexec_file_load": 294,
        },
    ),
}  # fmt: skip
"""By the name that the kernel gives itself (`uname -m`)."""

_WITH_CONDITIONS = frozenset(("ioctl", "socket"))
DENIED = frozenset(MACHINES["x86_64"].calls) - _WITH_CONDITIONS
"""The calls that are denied whatever their arguments; an architecture may lack some of them."""

_TYPING = (0x5412, 0x541C)
"""ioctl: TIOCSTI types into the terminal for somebody else to read; TIOCLINUX pastes there."""
_AF_UNIX = 1
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL, _ALLOW, _DENY = 0x80000000, 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where the kernel puts what a filter may look at; of an argument this is the lower half, as both are little-endian."""

Instruction = tuple[int, int, int, int]


@cache
def program(machine: str, *, network: bool) -> bytes:
    """The filter for one of `MACHINES`, as the kernel takes it. Raises KeyError for another machine."""
    here = MACHINES[machine]
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, here.audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER),
    ]  # fmt: skip
    if here.x32:
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _DENY)]
    for name, number in sorted(here.calls.items()):
        if name in DENIED:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _DENY)]
    code += _only_if(here.calls["ioctl"], _SECOND, [(_EQUAL, 0, 1, typing) for typing in _TYPING])
    if not network:
        code += [
            (_EQUAL, 0, 4, here.calls["socket"]), (_LOAD, 0, 0, _FIRST),
            (_EQUAL, 0, 1, _AF_UNIX), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY),
        ]  # fmt: skip
    return b"".join(struct.pack("<HBBI", *one) for one in [*code, (_RETURN, 0, 0, _ALLOW)])


def _only_if(call: int, argument: int, matches: list[Instruction]) -> list[Instruction]:
    """Deny `call` when its argument is one of `matches`, and allow it otherwise."""
    body: list[Instruction] = [(_LOAD, 0, 0, argument)]
    for match in matches:
        body += [match, (_RETURN, 0, 0, _DENY)]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), call), *body]
