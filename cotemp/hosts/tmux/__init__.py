"""The host over tmux: a server of this home's own, and single sessions that were taken over from other servers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ...errors import HeldByOther, NotFound
from ...places import Places
from .. import trees
from ..host import Launch, Pane, Taken
from ..keys import checked_keys, checked_text
from ..launching import handed_over, starter_argv
from ..sgr import rows_of
from .panes import MARK, WHOSE, Row, listing, read_rows, server_pid
from .server import NoServer, Server, own_server, tmux_program

__all__ = ["TmuxHost", "session_name"]

CHUNK = 1000
"""Characters that are typed in one call; the longest that tmux takes is 16 KB."""


def session_name(agent: str) -> str:
    """What an agent's session is called. tmux takes no dot; no agent's name holds a `+`."""
    return agent.replace(".", "+")


class TmuxHost:
    """A `Host`. `taken` names the agents that live in sessions of other servers, until they end there."""

    name = "tmux"

    def __init__(self, places: Places, taken: Mapping[str, Taken] | None = None) -> None:
        tmux_program()
        self._places = places
        self._own = own_server(places)
        self._taken = dict(taken or {})
        self._seen: dict[str, tuple[Server, Row]] = {}
        self._servers = {socket: Server.at(socket) for socket in sorted({one.socket for one in self._taken.values()})}

    def look(self) -> Mapping[str, Pane]:
        return {agent: row.pane for agent, (_, row) in self._rows().items()}

    def start(self, launch: Launch) -> Pane:
        self._clear_for(launch.agent)
        name, size = session_name(launch.agent), launch.size
        with handed_over(self._places, launch) as file:
            self._own.begin(
                "new-session", "-d", "-s", name, "-x", str(size.columns), "-y", str(size.rows), "-c", str(launch.cwd),
                "--", *starter_argv(file),
                ";", "set-option", "-p", "-t", f"={name}:", MARK, launch.agent,
            )  # fmt: skip
        return self._find(launch.agent)[1].pane

    def screen(self, agent: str) -> str:
        return rows_of(self._captured(agent, "-e"))

    def history(self, agent: str, lines: int) -> str:
        if lines <= 0:
            return ""
        printed = self._captured(agent, "-S", f"-{lines}")
        return "\n".join(rows_of(printed).rstrip("\n").split("\n")[-lines:])

    def type(self, agent: str, text: str) -> None:
        checked_text(text)
        server, row = self._reachable(agent)
        for at in range(0, len(text), CHUNK):
            server.call("send-keys", "-t", row.pane_id, "-l", "--", _argument(text[at : at + CHUNK]))

    def press(self, agent: str, *keys: str) -> None:
        checked_keys(keys)
        server, row = self._reachable(agent)
        server.call("send-keys", "-t", row.pane_id, "--", *map(_argument, keys))

    def leave_mode(self, agent: str) -> None:
        server, row = self._find(agent)
        if row.pane.in_mode:
            server.call("send-keys", "-t", row.pane_id, "-X", "cancel")

    def stop(self, agent: str) -> None:
        try:
            server, row = self._find(agent)
        except NotFound:
            return
        processes = trees.tree(row.pane.pid, has_ended=row.pane.dead)
        with suppress(NotFound, NoServer):  # it ended by itself meanwhile
            server.call("kill-session", "-t", row.session_id)
        trees.end(processes)

    def attach(self, agent: str) -> Sequence[str]:
        server, row = self._find(agent)
        # Inside of another tmux, tmux refuses unless it does not know; and our socket lies where it always lies.
        return ["env", "-u", "TMUX", "-u", "TMUX_TMPDIR", *server.argv("attach-session", "-t", f"={row.session}")]

    def _clear_for(self, agent: str) -> None:
        try:
            _, row = self._find(agent)
        except NotFound:
            return
        if not row.pane.dead:
            raise HeldByOther(f"{agent} runs already, as process {row.pane.pid}", f"end it first: cotemp down {agent}")
        self.stop(agent)

    def _captured(self, agent: str, *how: str) -> str:
        """What stands in its terminal. The pane in which it was last seen is asked in the same call whose it is."""
        server, row = self._seen.get(agent) or self._find(agent)
        capture = ["capture-pane", "-p", *how, "-t"]
        with suppress(NoServer, NotFound):
            printed = server.call("display-message", "-p", "-t", row.pane_id, WHOSE, ";", *capture, row.pane_id)
            whose, _, captured = printed.partition("\n")
            if row.is_still(whose):
                return captured
        server, row = self._find(agent)
        return server.call(*capture, row.pane_id)

    def _reachable(self, agent: str) -> tuple[Server, Row]:
        """Where keys of ours reach its program. Raises HeldByOther, NotFound."""
        server, row = self._find(agent)
        if row.pane.dead:
            raise NotFound(f"{agent} has ended", f"start it again: cotemp up {agent}")
        if row.pane.in_mode:
            raise HeldByOther(f"somebody scrolls in the terminal of {agent}", "try again when they are done")
        return server, row

    def _find(self, agent: str) -> tuple[Server, Row]:
        found = self._rows(agent).get(agent)
        if not found:
            raise NotFound(f"{agent} has no terminal", f"start it: cotemp up {agent}")
        return found

    def _rows(self, only: str = "") -> dict[str, tuple[Server, Row]]:
        """Where each agent is; a session that was taken over counts while we have none of our own for that agent."""
        found = {row.mark: (self._own, row) for row in _listed(self._own) if row.mark}
        if only in found or (only and only not in self._taken):
            self._seen = {**self._seen, **found}
            return found
        wanted = {taken: agent for agent, taken in self._taken.items() if agent not in found}
        for socket, server in self._servers.items():
            if any(taken.socket == socket for taken in wanted):
                for row in _listed(server):
                    agent = wanted.pop(Taken(socket, row.session), None)
                    if agent:
                        found[agent] = server, replace(row, pane=replace(row.pane, agent=agent))
        self._seen = found
        return found


def _listed(server: Server) -> list[Row]:
    """A server's panes, oldest first: of a session that was split, that is the agent's."""
    try:
        printed = server.call(*listing())
        rows = read_rows(printed)
        if any(row.pane.dead and row.pane.exit_code is None for row in rows):
            _remind(server_pid(printed))
            rows = read_rows(server.call(*listing()))
    except (NoServer, NotFound):  # not there, or its last session is just going
        return []
    return rows


def _remind(server: int | None) -> None:
    """Let a server look for children that have ended: tmux 3.3a misses the end of some, and then knows no exit code."""
    if server and sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.kill(server, signal.SIGCHLD)


def _argument(text: str) -> str:
    """`text` as one word of tmux's command line, where a `;` at the end would separate two commands."""
    return text[:-1] + "\\;" if text.endswith(";") else text
