"""Starting, changing and ending the daemon from another process."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ..agents import kept
from ..errors import CotempError, ForeignHost, HeldByOther, NotFound, TookTooLong
from ..places import Places
from ..store.claims import Claim, Holder, hold, holder
from ..store.identity import machine_of
from ..store.owner import owner
from .daemon import CLAIM, CONTROL, stop_file
from .logfile import log_file
from .wanted import read_wanted, write_wanted

__all__ = ["Watched", "alone", "become", "daemon", "down", "ensure_free", "up", "wake"]

_DETACHED = 0x00000208  # Windows: DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
PATIENCE = 15.0
"""Seconds that a daemon may take to start, to follow, or to end."""
ENDING = 120.0
"""Seconds that a daemon may take to end agents, and then itself."""
AGAIN = 30.0
"""Windows: seconds after which a daemon that ended with an error is started again."""
_FINAL = (0, 2, 3, 7)
"""Exit codes after which another attempt would end the same: stopped, bad usage, another daemon, bad settings."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Who watches a session after `up`: our daemon, another process, or (None) nobody, and why."""

    session: str
    by: Holder | None
    ours: bool
    why: str = ""


def daemon(places: Places) -> Holder | None:
    """The daemon of this home; None when none runs."""
    return holder(places, CLAIM)


def up(places: Places, sessions: Sequence[str], config: Path) -> list[Watched]:
    """Make the daemon watch `sessions` too, starting it where none runs; returns who watches each.

    Raises CotempError with the daemon's own words when it did not start, TookTooLong when it hangs.
    """
    places.make_state()
    with alone(places):
        running = daemon(places)
        write_wanted(places, [*(read_wanted(places) if running else []), *sessions])
        process = None if running else _spawn(places, config)
        if running:
            _tell(running)
        else:
            _wait(lambda: _has_started(process, places), "the daemon did not start", places)

    def missing() -> list[str]:
        """Those that nobody has asked to give up again meanwhile, and that are not taken yet."""
        wanted = read_wanted(places)
        return [s for s in sessions if s in wanted and not _watched(places, s)]

    def settled() -> bool:
        if not missing():
            return True
        _has_started(process, places)  # says so when it never will
        return False

    _wait(settled, f"the daemon did not take {', '.join(sessions)} in {PATIENCE:.0f} s", places)
    given_up = "it was given up again meanwhile: cotemp down"
    return [_watched(places, session) or Watched(session, None, ours=False, why=given_up) for session in sessions]


def wake(places: Places, config: Path, *, start: bool) -> None:
    """Make the daemon look at what it is asked; where none runs, start it, watching no session, if `start` says so.

    Raises NotFound where none runs, CotempError with its own words when it did not start, TookTooLong when it hangs.
    """
    with alone(places):
        running = daemon(places)
        if running:
            _tell(running)
        elif start:
            write_wanted(places, [])
            process = _spawn(places, config)
            _wait(lambda: _has_started(process, places), "the daemon did not start", places)
        else:
            raise NotFound("no daemon runs for this home", "start it: cotemp up")


def become(places: Places, sessions: Sequence[str], config: Path) -> int | None:
    """Be the daemon in the place of this process, so that a service manager looks after the daemon itself.

    None where a daemon runs already: nothing was done then. Else this does not return on POSIX; on Windows, where
    no process can become another one, it starts the daemon, again after an error, and returns its last exit code.
    """
    places.make_state()
    with alone(places):
        if daemon(places):
            return None
        write_wanted(places, sessions)
    if sys.platform == "win32":
        return _looked_after(places, config)
    return _replace_this_process(places, config)


def down(places: Places, sessions: Sequence[str] = (), *, drain: bool = False) -> list[str]:
    """Make the daemon give `sessions` up, or end it when none are named; returns what is not watched any more.

    With `drain` the DOs that run may end first, however long that takes. Raises NotFound when no daemon
    runs or it watches none of them, TookTooLong when it does not follow.
    """
    with alone(places):
        running = daemon(places)
        if not running:
            raise NotFound("no daemon runs for this home", "start it: cotemp up")
        before = read_wanted(places)
        given_up = [s for s in before if s in sessions] if sessions else before
        if sessions and not given_up:
            raise NotFound(f"the daemon does not watch {', '.join(sessions)}", "who does: cotemp status")
        left = [s for s in before if s not in given_up]
        write_wanted(places, left, finishing=given_up if drain else [])
        if left or drain or _cares_for_agents(places):
            _tell(running)
        else:
            # An `up` that comes meanwhile must not take the daemon that is ending for its own.
            _end(running, places)
            _wait(lambda: daemon(places) is None, "the daemon did not end", places)

    def leaving() -> list[str]:
        """Those that nobody has asked to watch again meanwhile."""
        wanted = read_wanted(places)
        return [s for s in given_up if s not in wanted]

    def settled() -> bool:
        if read_wanted(places) or _wanted_agents(places):
            return not any(_is_ours(places, s) for s in leaving())
        return daemon(places) is None

    patience = ENDING if _cares_for_agents(places) else PATIENCE
    _wait(settled, "the daemon did not give them up", places, math.inf if drain else patience)
    return leaving()


def _cares_for_agents(places: Places) -> bool:
    """Whether a daemon may have to end agents, each in its own time, before it ends itself."""
    return bool(kept.known(places))


def _wanted_agents(places: Places) -> bool:
    """Whether a daemon stays for agents."""
    return any(record.is_up for record in kept.records(places).values())


def ensure_free(places: Places, sessions: Sequence[str]) -> None:
    """Raise HeldByOther when another process watches one of `sessions`, ForeignHost when another machine owns one."""
    for session in sessions:
        by = holder(places, f"watch-{session.casefold()}")
        if by:
            raise HeldByOther(f"{by.said()} has it already", "use that one, or end it first: cotemp down")
        known = owner(places.session(session))
        if known and not known.is_here():
            raise ForeignHost(session, machine_of(known.host), known.since)


def alone(places: Places, who: str = "cotemp up or down") -> Claim:
    """Keep others from starting a daemon, or changing what it should do, while `who` does that. Raises HeldByOther."""
    return hold(places, CONTROL, who, 2 * PATIENCE)  # who has it may wait for the daemon


def _has_started(process: subprocess.Popen[bytes] | None, places: Places) -> bool:
    """True when there is a daemon. Raises CotempError with its own words when `process` ended instead of being it."""
    if process and process.poll() not in (None, 0, 3):  # 0: it was ended again; 3: another one was faster
        raise CotempError(f"the daemon did not start: {_last_words(places)}", f"its log: {log_file(places)}")
    return daemon(places) is not None


def _spawn(places: Places, config: Path) -> subprocess.Popen[bytes]:
    """Start the daemon so that it outlives this terminal."""
    windows = sys.platform == "win32"
    with open(places.daemon / "crash.log", "wb") as crash:
        return subprocess.Popen(
            _argv(places, config),
            stdin=subprocess.DEVNULL,
            stdout=crash,
            stderr=crash,
            cwd=places.state,
            creationflags=_DETACHED if windows else 0,
            start_new_session=not windows,
        )


def _argv(places: Places, config: Path) -> list[str]:
    return [sys.executable, "-m", "cotemp.supervisor", str(places.home), str(config)]


def _replace_this_process(places: Places, config: Path) -> NoReturn:
    """Go on as the daemon, with the same pid and the same places for its streams as one that `_spawn` starts."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    crash = os.open(places.daemon / "crash.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for stream, file in enumerate((nothing, crash, crash)):
        os.dup2(file, stream)
    os.chdir(places.state)
    os.execv(sys.executable, _argv(places, config))  # noqa: S606 - our own Python, and no shell is wanted


def _looked_after(places: Places, config: Path) -> int:
    """Windows: its scheduler starts nothing again that ended with an error, so this process does."""
    while True:
        code = _spawn(places, config).wait()
        if code in _FINAL or not read_wanted(places):
            return code
        time.sleep(AGAIN)


def _tell(running: Holder) -> None:
    """Make the daemon look at what is wanted (on Windows it looks by itself)."""
    if sys.platform != "win32":
        os.kill(running.process.pid, signal.SIGHUP)


def _end(running: Holder, places: Places) -> None:
    if sys.platform == "win32":
        stop_file(places).touch()
    else:
        os.kill(running.process.pid, signal.SIGTERM)


def _is_ours(places: Places, session: str) -> bool:
    watched = _watched(places, session)
    return bool(watched and watched.ours)


def _watched(places: Places, session: str) -> Watched | None:
    """Who watches `session`, or why nobody can; None while that is not decided."""
    running, by = daemon(places), holder(places, f"watch-{session.casefold()}")
    if by:
        return Watched(session, by, ours=bool(running and running.process == by.process))
    try:
        known = owner(places.session(session))
    except CotempError as error:
        return Watched(session, None, ours=False, why=str(error))
    if known and not known.is_here():
        return Watched(session, None, ours=False, why=str(ForeignHost(session, machine_of(known.host), known.since)))
    return None


def _last_words(places: Places) -> str:
    words = (places.daemon / "crash.log").read_text(encoding="utf-8", errors="replace").strip()
    return words.splitlines()[-1] if words else "it said nothing"


def _wait(done: Callable[[], bool], what: str, places: Places, patience: float = PATIENCE) -> None:
    deadline, pause = time.monotonic() + patience, 0.01
    while not done():
        if time.monotonic() > deadline:
            raise TookTooLong(what, f"its log: {log_file(places)}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
