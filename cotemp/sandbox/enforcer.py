"""Enforcers: what turns a view into the command that holds a run to it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import ToolMissing
from ..messages.run import Enforcement
from ..places import make_folder, storage_failed
from . import seccomp
from .bubblewrap import arguments, masks
from .layout import Layout, lay_out
from .memory import Groups
from .view import GIBIBYTE, Confined, View

__all__ = ["Bubblewrap", "Enforcer"]

FOLDER = "sandbox"
"""Folder in the run's folder for what bubblewrap is told, and what it tells."""
_ARGUMENTS, _SECCOMP, _STATUS, _MASKS = 100, 101, 102, 103
"""Numbers of open files, above any that a starting process has open by itself."""


class Enforcer(Protocol):
    """What can hold a run to a view on this machine. `self_tested`: when it showed that it does, in UTC."""

    @property
    def name(self) -> str: ...
    @property
    def self_tested(self) -> str: ...
    @property
    def overlay(self) -> bool:
        """Whether it can show a repo copy-on-write."""

    @property
    def limits_memory(self) -> bool: ...

    def confine(self, view: View) -> Confined:
        """The command for one run. Raises StorageFailed when the disk refuses."""


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Confinement by namespaces, through bubblewrap."""

    program: str
    version: str
    groups: Groups
    overlay: bool = False
    self_tested: str = ""

    @property
    def name(self) -> str:
        return f"bubblewrap {self.version}"

    @property
    def limits_memory(self) -> bool:
        return self.groups.limits_memory

    def confine(self, view: View) -> Confined:
        """The command for one run. Raises StorageFailed when the disk refuses, ToolMissing for an overlay
        where there is none."""
        if view.repo_mode == "overlay" and not self.overlay:
            raise ToolMissing("no copy-on-write view of a repo is possible here", "see: cotemp doctor")
        layout = lay_out(view)
        folder = view.run_dir / FOLDER
        make_folder(folder, 0o700)
        try:
            files = self._write(folder, view, layout)
            groups = self.groups.make(view.run_dir.name, view.limits)
        except OSError as error:
            raise storage_failed(folder, error) from error
        self.groups.warm_up()
        return Confined(
            prefix=(self.program, "--args", str(_ARGUMENTS), "--args", str(_MASKS), "--"),
            do_path=view.do_path,
            enforcement=self._enforcement(view, layout),
            descriptors=files,
            masks=(_MASKS, folder / "masks"),
            status=(_STATUS, folder / "status"),
            groups=groups,
            limits=_limits(view),
            env=(("TMPDIR", "/tmp"),),  # noqa: S108  (its own /tmp)
        )

    def _write(self, folder: Path, view: View, layout: Layout) -> tuple[tuple[int, Path], ...]:
        (folder / "seccomp").write_bytes(seccomp.program(platform.machine(), network=view.network))
        (folder / "empty").touch(0o444)
        empty = folder / "empty"
        _write_words(folder / "arguments", arguments(view, layout, empty=empty, seccomp=_SECCOMP, status=_STATUS))
        _write_words(folder / "masks", masks(layout, empty))
        return (_ARGUMENTS, folder / "arguments"), (_SECCOMP, folder / "seccomp")

    def _enforcement(self, view: View, layout: Layout) -> Enforcement:
        return Enforcement(
            enforcer=self.name,
            self_tested=self.self_tested,
            writes={"overlay": "overlay", "copy": "snapshot"}.get(view.repo_mode, "read-only"),
            network="shared" if view.network else "netns",
            secrets=_secrets(view, layout),
            processes="pidns",
            memory=f"cgroup {view.limits.memory / GIBIBYTE:g} GiB" if self.groups.limits_memory else "none",
        )


def _write_words(file: Path, words: Iterable[str]) -> None:
    file.write_bytes(b"".join(os.fsencode(word) + b"\0" for word in words))


def _secrets(view: View, layout: Layout) -> str:
    parts = (
        "home hidden" if layout.home_hidden else "",
        "env list",
        "policy's secrets shown" if view.secrets else "",
        "" if layout.complete else "the repo was too big to look for all .env files",
    )
    return ", ".join(filter(None, parts))


def _limits(view: View) -> tuple[tuple[str, int], ...]:
    """The system counts a user's processes (threads, really) wherever they run: what runs already comes on top."""
    with open("/proc/loadavg", encoding="ascii") as file:
        running = int(file.read().split()[3].partition("/")[2])
    return (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", view.limits.file_size),
        ("RLIMIT_NPROC", running + view.limits.processes),
    )
