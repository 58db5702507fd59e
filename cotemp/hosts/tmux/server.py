"""One tmux server, asked through tmux's own command line: bounded in time, errors in tmux's own words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ...display import display_line
from ...errors import CotempError, HeldByOther, NotFound, TookTooLong, ToolMissing
from ...places import Places
from ..lasting import outliving

__all__ = ["NoServer", "Server", "own_server", "tmux_program"]

PATIENCE = 4.0
"""Seconds for one call."""
LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system takes."""
OLDEST = (3, 1)
"""The first version that knows options of panes and lengths in formats."""
_ATTEMPTS = 3
CONFIG = Path(__file__).with_name("server.conf")

_NOBODY = re.compile(r"no server running|error connecting to|server exited|lost server", re.I)
_NOTHING = re.compile(r"can't find (pane|session|window|client)|no such (pane|session)|no current target", re.I)


class NoServer(CotempError):
    """Nothing listens on that socket."""


def tmux_program() -> str:
    """The path of tmux. Raises ToolMissing."""
    found = shutil.which("tmux")
    if not found:
        raise ToolMissing("tmux is not installed", 'install tmux, or write host = "pty" in agents.toml')
    return found


def own_server(places: Places) -> Server:
    """The server of this home; every process that asks for it finds the same."""
    path = places.state / "tmux.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return Server(["-S", str(path)])
    return Server(["-L", f"cotemp-{places.state.name}"])


class Server:
    """A tmux server, by its socket."""

    def __init__(self, socket: Sequence[str]) -> None:
        self.socket = tuple(socket)
        self._program = ""

    @classmethod
    def at(cls, socket: str) -> Server:
        """The server of a socket's path or name."""
        return cls(["-S", socket] if os.sep in socket else ["-L", socket])

    def argv(self, *words: str) -> list[str]:
        """The command line of one call."""
        self._program = self._program or tmux_program()
        return [self._program, "-u", *self.socket, *words]

    def call(self, *words: str) -> str:
        """What tmux prints. Raises NoServer, NotFound, TookTooLong, ToolMissing, CotempError."""
        return _run(self.argv(*words), _environment())

    def begin(self, *words: str) -> str:
        """The same, where no server may run yet: one is started that outlives us, our logout included."""
        for _ in range(_ATTEMPTS):
            with suppress(NoServer):  # none yet, or one that is just ending
                return self.call(*words) if self._runs() else self._begin(*words)
        return self._begin(*words)

    def _runs(self) -> bool:
        try:
            self.call("display-message", "-p", "")
        except (NoServer, NotFound):  # not there, or its last session is just going
            return False
        return True

    def _begin(self, *words: str) -> str:
        _check_version(self.argv("-V"))
        argv, environment = self.argv("-f", str(CONFIG), *words), _environment()
        scope, more = outliving(os.environ)
        try:
            return _run([*scope, *argv], environment | more)
        except (TookTooLong, NoServer):
            raise
        except CotempError:
            if not scope:
                raise
            return _run(argv, environment)  # systemd did not want to


def _check_version(argv: list[str]) -> None:
    said = _run(argv, _environment())
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        raise ToolMissing(
            f"{said.strip()} is too old", f'install tmux {OLDEST[0]}.{OLDEST[1]} or later, or write host = "pty"'
        )


def _environment() -> dict[str, str]:
    """Little, because the server keeps it: nothing in it is for the agents, who are given their own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "SHELL") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}


def _run(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
            start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TookTooLong(f"tmux did not answer within {PATIENCE:.0f} s", "see whether it hangs: tmux ls") from error
    except FileNotFoundError as error:
        raise ToolMissing(f"{argv[0]} is gone", "install it again") from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace")
    raise _told(os.path.basename(argv[0]), display_line(done.stderr.decode("utf-8", "replace").strip(), 300))


def _told(program: str, words: str) -> CotempError:
    if program == "tmux" and _NOBODY.search(words):
        return NoServer("tmux: no server runs")
    if program == "tmux" and _NOTHING.search(words):
        return NotFound(f"tmux: {words}", "list what runs: cotemp status")
    if program == "tmux" and words.startswith("duplicate session"):
        return HeldByOther(f"tmux: {words}", "end or rename that session, or give the agent another name")
    return CotempError(f"{program}: {words or 'failed without a word'}")
