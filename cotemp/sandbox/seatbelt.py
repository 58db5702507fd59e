"""macOS: a profile for sandbox-exec. It can only forbid: there is no view of its own, no copy-on-write, no namespace.

The DO is run where its copy lies, and a repo with write consent is written in its copy. What it cannot do, it
does not claim: processes see each other, and no memory is limited.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import ToolMissing
from ..messages.run import Enforcement
from ..places import make_folder, write_whole
from .repo import Found, git_parts, walk
from .view import Confined, View

__all__ = ["SANDBOX_EXEC", "Seatbelt", "profile"]

SANDBOX_EXEC = "/usr/bin/sandbox-exec"

_HEAD = """\
(version 1)
(deny default)
(allow process-fork process-exec)
(allow process-info* (target self))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo")
                   (global-name "com.apple.system.logger") (global-name "com.apple.system.notification_center"))
(allow ipc-posix-sem ipc-posix-shm)
(allow pseudo-tty)
(allow file-read*)
(allow file-ioctl (subpath "/dev"))
(allow file-write* (literal "/dev/null") (literal "/dev/zero") (regex #"^/dev/tty") (regex #"^/dev/fd/"))
"""


@dataclass(frozen=True, slots=True)
class Seatbelt:
    """Confinement by the kernel's sandbox of macOS, through sandbox-exec."""

    self_tested: str = ""
    overlay: bool = False

    @property
    def name(self) -> str:
        return "sandbox-exec"

    @property
    def limits_memory(self) -> bool:
        return False

    def confine(self, view: View) -> Confined:
        """The command for one run; it finds the DO in its copy, and TMPDIR in the run's folder.

        Raises StorageFailed when the disk refuses, ToolMissing for an overlay: there is none.
        """
        if view.repo_mode == "overlay":
            raise ToolMissing("no copy-on-write view of a repo is possible on macOS", "see: cotemp doctor")
        folder = view.run_dir / "sandbox"
        scratch = folder / "tmp"
        make_folder(scratch, 0o700)
        found = walk(view.repo) if view.repo and view.repo_mode != "none" else Found()
        write_whole(folder / "profile.sb", profile(view, found, scratch).encode(), mode=0o600)
        return Confined(
            prefix=(SANDBOX_EXEC, "-f", str(folder / "profile.sb")),
            do_path=view.do_copy,
            enforcement=Enforcement(
                enforcer=self.name,
                self_tested=self.self_tested,
                writes="snapshot" if view.repo_mode == "copy" else "read-only",
                network="shared" if view.network else "denied",
                secrets="home hidden, env list",
            ),
            limits=(("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", view.limits.file_size)),
            env=(("TMPDIR", str(scratch)),),
        )


def profile(view: View, found: Found, scratch: Path) -> str:
    """The rules for one run; of those that fit an act, the last one decides. Pure, but links are followed."""
    shown = [*view.programs, *view.read, *(view.secret_read if view.secrets else ()), *_repo(view)]
    closed = _rule("deny", "file-read-data file-read-xattr", "subpath", (Path("/Users"), view.home_dir))
    own = (view.artifacts, view.outbox, scratch, *((view.copy,) if view.repo_mode == "copy" and view.copy else ()))
    secret = () if view.secrets else found.env_files
    pinned = [part for git in _git(view, found) for part in (*git_parts(git), git / "hooks", git / "config")]
    return _HEAD + "".join(
        (
            closed,
            _rule("allow", "file-read*", "subpath", shown),
            _rule("deny", "file-read* file-write*", "subpath", view.hidden),
            _rule("deny", "file-read-data", "literal", secret),
            _rule("allow", "file-read*", "literal", (view.do_copy,)),
            _rule("allow", "file-read* file-write*", "subpath", own),
            _rule("deny", "file-write*", "subpath", dict.fromkeys(pinned)),
            "(allow network*)\n" if view.network else "",
        )
    )


def _repo(view: View) -> tuple[Path, ...]:
    return (view.repo,) if view.repo and view.repo_mode == "read" else ()


def _git(view: View, found: Found) -> list[Path]:
    """The git folders in the copy that stand for those of the repo."""
    if view.repo_mode != "copy" or not view.repo or not view.copy:
        return []
    return [view.copy / git.relative_to(view.repo) for git in found.git]


def _rule(verdict: str, acts: str, kind: str, paths: Iterable[Path]) -> str:
    targets = "".join(f"\n  ({kind} {_quoted(path)})" for path in paths)
    return f"({verdict} {acts}{targets})\n" if targets else ""


def _quoted(path: Path) -> str:
    text = os.path.realpath(path)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
