"""Which file systems tell of changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.filesystems import Mount, events_supported, is_silent, kind_of, mount_in_listing, mount_of

MOUNTINFO = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:20 / /proc rw - proc proc rw
23 21 0:40 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs
24 21 0:41 / /srv/share\040one rw - nfs4 server:/x rw
25 24 0:42 / /srv/share\040one/local rw - tmpfs tmpfs rw
26 21 0:43 / /home/me/remote rw - fuse.sshfs me@host:/ rw
27 21 0:44 / /old rw - nfs server:/old rw
28 27 0:45 / /old rw - ext4 /dev/sdb1 rw
29 21 0:46 / /a/b rw - cifs //x/y rw
30 21 0:47 / /a rw - xfs /dev/sdc1 rw
"""
LISTING = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)
//me@server/my (old) share on /Volumes/my (old) share (smbfs, nodev, nosuid, mounted by me)
server:/export on /Volumes/export (nfs, nodev, nosuid)
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/home/me", "ext4"),
        ("/mnt/c/Users/me", "9p"),
        ("/mnt/cd", "ext4"),
        ("/srv/share one", "nfs4"),
        ("/srv/share one/x", "nfs4"),
        ("/srv/share one/local/x", "tmpfs"),
        ("/home/me/remote/CoTemp", "fuse.sshfs"),
        ("/old/x", "ext4"),
        ("/a/b/c", "xfs"),
    ],
)
def test_mount_of(path: str, kind: str) -> None:
    """The file system that a path is on is the one the kernel would find, hidden mounts left out."""
    mount = mount_of(MOUNTINFO, path)
    assert mount
    assert mount.kind == kind


@pytest.mark.parametrize("text", ["", "nonsense", "1 2 3 - x"])
def test_unreadable_mountinfo(text: str) -> None:
    """What cannot be understood gives no answer instead of a wrong one."""
    assert mount_of(text, "/x") is None


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/Users/me", Mount("apfs", "/")),
        ("/Volumes/my (old) share/x", Mount("smbfs", "/Volumes/my (old) share")),
        ("/Volumes/export", Mount("nfs", "/Volumes/export")),
    ],
)
def test_listing_of_macos(path: str, mount: Mount) -> None:
    """macOS' own listing is understood, brackets in names included."""
    assert mount_in_listing(LISTING, path) == mount


@pytest.mark.parametrize(
    ("kind", "silent"),
    [
        ("ext4", False), ("btrfs", False), ("tmpfs", False), ("overlay", False), ("apfs", False), ("fuseblk", False),
        ("", False), ("9p", True), ("drvfs", True), ("nfs", True), ("nfs4", True), ("cifs", True), ("smb3", True),
        ("fuse.sshfs", True), ("fuse.rclone", True), ("vboxsf", True), ("virtiofs", True), ("network drive", True),
    ],
)  # fmt: skip
def test_is_silent(kind: str, silent: bool) -> None:
    """Network file systems, and those of a host below us, are polled; local ones are not."""
    assert is_silent(kind) is silent


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux' own stat")
def test_agrees_with_the_system(tmp_path: Path) -> None:
    """For a real path we say what the system says."""
    names = {"ext2/ext3": "ext4", "overlayfs": "overlay"}
    for path in (tmp_path, Path("/proc"), Path("/dev/shm")):
        said = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, check=True).stdout
        assert kind_of(path) == names.get(said.strip(), said.strip())
    assert kind_of(tmp_path / "not" / "there") == kind_of(tmp_path)
    assert events_supported(Path("/dev/shm"))
