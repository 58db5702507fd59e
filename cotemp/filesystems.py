"""What kind of file system a folder lies on, and whether it tells of changes that others make."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mount", "events_supported", "is_silent", "kind_of", "mount_in_listing", "mount_of"]

_SILENT = {
    "9p", "afs", "afpfs", "ceph", "cifs", "coda", "drvfs", "fakeowner", "gfs2", "gpfs", "lustre", "ncpfs",
    "network drive", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav",
}  # fmt: skip
"""File systems whose other users the kernel does not see, so that no event comes for what they change."""

_ESCAPE = re.compile(r"\\([0-7]{3})")
_LISTED = re.compile(r".* on (/.*) \(([^,)]+)")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system: its kind as the kernel names it, and where it is mounted."""

    kind: str
    point: str


def events_supported(path: Path) -> bool:
    """False where changes that another machine (or Windows below WSL) makes under `path` cause no event."""
    return not is_silent(kind_of(path))


def is_silent(kind: str) -> bool:
    """True for a kind of file system whose events are not to be relied on; any FUSE but a local disk's counts."""
    return kind in _SILENT or kind.startswith("fuse.")


if sys.platform == "linux":

    def kind_of(path: Path) -> str:
        """Kind of the file system that `path` lies on, or would lie on (`ext4`, `nfs4`, …); "" when unknown."""
        try:
            text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
        mount = mount_of(text, os.path.realpath(path))
        return mount.kind if mount else ""

elif sys.platform == "win32":

    def kind_of(path: Path) -> str:
        """`network drive` for what lies on another machine, else "" (local drives all tell of changes)."""
        import ctypes

        drive = os.path.splitdrive(os.path.realpath(path))[0]
        remote = drive.startswith("\\\\") and not drive.startswith("\\\\?\\")
        drive_remote = 4  # DRIVE_REMOTE of GetDriveType
        if remote or ctypes.windll.kernel32.GetDriveTypeW(drive.removeprefix("\\\\?\\") + "\\") == drive_remote:
            return "network drive"
        return ""

else:

    def kind_of(path: Path) -> str:
        """Kind of the file system that `path` lies on (`apfs`, `smbfs`, …); "" when unknown."""
        import subprocess  # the one way to ask without private C structures

        try:
            listing = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            return ""
        mount = mount_in_listing(os.fsdecode(listing), os.path.realpath(path))
        return mount.kind if mount else ""


def mount_of(mountinfo: str, path: str) -> Mount | None:
    """The mount that holds `path` (absolute, without symlinks), from the text of `/proc/self/mountinfo`.

    Follows the tree of mounts from its root, as the kernel does, so that a mount hidden below a later one
    is not taken for the visible one.
    """
    mounts: dict[str, Mount] = {}
    children: dict[str, list[str]] = {}
    for line in mountinfo.splitlines():
        fields, _, tail = line.partition(" - ")
        parts = fields.split(" ")
        if len(parts) < 6 or not tail:
            continue
        mounts[parts[0]] = Mount(tail.split(" ")[0], _unescaped(parts[4]))
        children.setdefault(parts[1] if parts[1] != parts[0] else "", []).append(parts[0])
    tops = [name for parent, names in children.items() if parent not in mounts for name in names]
    here = _covering(mounts, tops, path)
    found = None
    while here:
        found = here
        here = _covering(mounts, children.get(here, []), path)
    return mounts[found] if found else None


def _covering(mounts: dict[str, Mount], names: list[str], path: str) -> str | None:
    """The first of `names` that a walk down `path` meets."""
    covering = [name for name in names if _is_below(path, mounts[name].point)]
    return min(covering, key=lambda name: len(mounts[name].point), default=None)


def mount_in_listing(listing: str, path: str) -> Mount | None:
    """The mount that holds `path`, from the output of macOS' `mount`."""
    found = [Mount(match[2], match[1]) for line in listing.splitlines() if (match := _LISTED.match(line))]
    covering = [mount for mount in found if _is_below(path, mount.point)]
    return max(covering, key=lambda mount: len(mount.point), default=None)


def _is_below(path: str, point: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _unescaped(text: str) -> str:
    """The kernel writes blanks, tabs, line ends and backslashes as three octal digits."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text)
