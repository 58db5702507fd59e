"""The filter of system calls, by a small machine that runs it, for every architecture."""

from __future__ import annotations

import platform
import struct

import pytest

from cotemp.sandbox.seccomp import DENIED, MACHINES, program

from .cells import Cell

KILL, ALLOW, DENY = 0x80000000, 0x7FFF0000, 0x00050001


def verdict(code: bytes, number: int, audit: int, first: int = 0, second: int = 0) -> int:
    """What a filter says about one call."""
    data = struct.pack("<IIQ6Q", number, audit, 0, first, second, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("<HBBI", code))
    register = position = 0
    while True:
        kind, yes, no, value = steps[position]
        position += 1
        match kind:
            case 0x20:
                register = struct.unpack_from("<I", data, value)[0]
            case 0x15:
                position += yes if register == value else no
            case 0x35:
                position += yes if register >= value else no
            case 0x06:
                return int(value)
            case _:
                pytest.fail(f"unknown instruction {kind:#x}")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("network", [False, True])
def test_every_call_has_its_verdict(machine: str, network: bool) -> None:
    """What is on the list is denied, sockets by their family, typing for others; all else is allowed."""
    here, code = MACHINES[machine], program(machine, network=network)
    for name in DENIED & here.calls.keys():
        assert verdict(code, here.calls[name], here.audit) == DENY, name
    others = set(range(500)) - set(here.calls.values())
    assert {verdict(code, number, here.audit) for number in others} == {ALLOW}
    for family in (2, 10, 16, 17, 40):
        assert verdict(code, here.calls["socket"], here.audit, family) == (ALLOW if network else DENY)
    assert verdict(code, here.calls["socket"], here.audit, 1) == ALLOW
    for request in (0x5412, 0x541C, 0x5412 | 1 << 32):
        assert verdict(code, here.calls["ioctl"], here.audit, 1, request) == DENY, (
            "the kernel reads only the lower half"
        )
    assert verdict(code, here.calls["ioctl"], here.audit, 1, 0x5413) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_a_foreign_architecture_ends_the_process(machine: str) -> None:
    """Its numbers mean other calls."""
    code = program(machine, network=True)
    assert verdict(code, 1, 0x40000003) == KILL


def test_the_x32_numbers_are_denied() -> None:
    """They mean the same calls once more."""
    here = MACHINES["x86_64"]
    assert verdict(program("x86_64", network=True), here.calls["ptrace"] | 0x40000000, here.audit) == DENY
    assert verdict(program("x86_64", network=True), 1 | 0x40000000, here.audit) == DENY


def test_the_kernel_takes_it(cell: Cell) -> None:
    """Behind the walls the calls on the list are denied as such, which the kernel allows a process without them."""
    calls = MACHINES[platform.machine()].calls
    before = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def error(number, *words):
    return errno.errorcode.get(ctypes.get_errno()) if libc.syscall(number, *words) < 0 else "allowed"
"""
    asked = {name: calls[name] for name in ("keyctl", "bpf", "userfaultfd", "io_uring_setup", "ptrace", "add_key")}
    attempts = ",".join(f"{name}=lambda: error({number}, 0, 0, 0, 0, 0)" for name, number in asked.items())
    assert set(cell.tries(attempts, before=before).values()) == {"EPERM"}
    assert cell.tries(attempts, before=before, walls=False)["keyctl"] != "EPERM"
