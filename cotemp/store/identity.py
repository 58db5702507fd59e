"""Which machine this is, and whether the process that wrote something is still the same one.

A pid alone proves nothing: pids are used again. A process is pid + host + start token, and "dead" is
said only on proof; what lives on another machine or in another pid namespace is never called dead.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from ..names import random_part
from ..places import state_root, write_whole

__all__ = ["Life", "ProcessId", "host_id", "identify", "life", "machine_of", "os_user", "this_process"]


class Life(StrEnum):
    """What can be said about a process: `unknown` when it lives where we cannot look."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process, not to be mistaken for a later one of the same pid."""

    pid: int
    host: str
    start_token: str


@cache
def host_id() -> str:
    """This host: `<machine>.<boot>.<pid namespace>`; a part that the system does not tell is `-`."""
    return f"{_machine()}.{_boot()}.{_pid_namespace()}"


def machine_of(host: str) -> str:
    """The part of a host id that survives a reboot."""
    return host.partition(".")[0]


def os_user() -> str:
    """The user of this process, as the system says; the environment is not asked."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd  # not on Windows

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def this_process() -> ProcessId:
    """The process that runs this line."""
    found = identify(os.getpid())
    assert found is not None, "this process is alive"
    return found


def identify(pid: int) -> ProcessId | None:
    """The process that has `pid` on this host now; None when there is none (a zombie counts as none)."""
    token = _start_token(pid) if pid > 0 else None
    return ProcessId(pid, host_id(), token) if token else None


def life(process: ProcessId) -> Life:
    """Whether `process` is still running."""
    ours, theirs = host_id().split("."), [*process.host.split("."), "-", "-"][:3]
    if theirs[0] != ours[0]:
        return Life.UNKNOWN
    if theirs[1] != ours[1]:
        return Life.DEAD  # this machine was started anew since
    if theirs[2] != ours[2]:
        return Life.UNKNOWN
    return Life.ALIVE if _start_token(process.pid) == process.start_token else Life.DEAD


if sys.platform == "linux":

    def _start_token(pid: int) -> str | None:
        """Start time in clock ticks since boot (field 22 of `/proc/PID/stat`)."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return None
        return None if fields[0] in b"ZX" else fields[19].decode()

    def _boot() -> str:
        return _first_line("/proc/sys/kernel/random/boot_id")[:8] or "-"

    def _pid_namespace() -> str:
        try:
            return os.readlink("/proc/self/ns/pid").strip("pid:[]") or "-"
        except OSError:
            return "-"

    def _machine_name() -> str:
        return _first_line("/etc/machine-id") or _first_line("/var/lib/dbus/machine-id")

else:

    def _start_token(pid: int) -> str | None:
        """Start time in seconds since the epoch."""
        import psutil  # only where /proc cannot tell

        try:
            process = psutil.Process(pid)
            return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
        except psutil.NoSuchProcess:
            return None
        except psutil.AccessDenied:
            return "denied"

    def _boot() -> str:
        return "-"  # start tokens are absolute times here, so a reboot needs no mark of its own

    def _pid_namespace() -> str:
        return "-"

    def _machine_name() -> str:
        return _windows_machine() if sys.platform == "win32" else ""


def _windows_machine() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    except OSError:
        return ""


def _machine() -> str:
    import hashlib  # 3 ms: only who asks for a host pays for it

    name = _machine_name() or _remembered_machine()
    return hashlib.sha256(f"{sys.platform}:{name}".encode()).hexdigest()[:12]


def _remembered_machine() -> str:
    """An id of our own, kept in this machine's state, where the system has none."""
    path = state_root() / "machine-id"
    known = _first_line(path)
    if not known:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{random_part(26)}\n".encode(), mode=0o600)
        known = _first_line(path)
    return known


def _first_line(path: str | Path) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return ""
