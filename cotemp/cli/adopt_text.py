"""A plan for moving in as a page for people; the same page tells what was done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..display import display_line
from ..times import local
from .paint import paint

if TYPE_CHECKING:
    from pathlib import Path

    from ..adopting import Applied, Destination, Proposal
    from ..adopting.model import Origin

__all__ = ["told"]

_MOST = 40
"""Lines of a section that people are shown; `--json` has them all."""
_MOST_TOML = 120
_HOW = {
    "new": "a new file",
    "replaced": "in place of the old driver's, which is kept as *.orig",
    "appended": "added at its end; as it was, it is kept as *.orig",
    "there": "it has all of this already, and stays as it is",
    "beside": "next to the settings in force, which have agents of their own",
}


def told(proposal: Proposal, where: Destination, applied: Applied | None) -> Iterator[str]:
    """Line by line: what was read, what becomes of it, what was decided and what not understood, what is to be done."""
    yield from _places(proposal)
    short = _Short(proposal.world.root)
    yield from _section("read", (f"{short(one.file)}: {one.becomes}" for one in proposal.world.files))
    yield from _section("becomes", _facts(proposal))
    yield from _section("decided", (short.sentence(one.what, one.origin) for one in proposal.decisions))
    lost = [f"{short(one.origin)}: {one.why}" for one in proposal.not_understood]
    yield from _section("not understood", lost, style="yellow")
    yield from _settings(proposal, where, whole=applied is None)
    if applied is None:
        yield from _verdict(proposal)
    else:
        yield from _done(proposal, where, applied)


def _places(proposal: Proposal) -> Iterator[str]:
    world = proposal.world
    yield f"{paint('an old world in', 'dim')} {display_line(str(world.root))}"
    if world.logs:
        yield f"  {paint('its dotfiles', 'dim')}   {display_line(str(world.logs))}"
    if world.plans:
        yield f"  {paint('its launchers', 'dim')}  {display_line(str(world.plans))}"


def _section(title: str, lines: Iterable[str], style: str = "bold") -> Iterator[str]:
    listed = list(lines)
    if not listed:
        return
    yield ""
    yield paint(title, style)
    yield from (f"  - {display_line(line)}" for line in listed[:_MOST])
    if len(listed) > _MOST:
        yield f"  … and {len(listed) - _MOST} more: add --json"


class _Short:
    """Names of files as they are below `root`, which is said once."""

    def __init__(self, root: Path) -> None:
        self._start = f"{root}{os.sep}"

    def __call__(self, file: Path | Origin) -> str:
        return str(file).removeprefix(self._start)

    def sentence(self, what: str, origin: Origin | None) -> str:
        return f"{what} ({self(origin)})" if origin else what


def _facts(proposal: Proposal) -> Iterator[str]:
    for name, agent in proposal.config.agents.items():
        made_of = ", ".join(word for word in (agent.kind, agent.backend, agent.model) if word)
        session = proposal.sessions.get(name)
        yield f"{name}: {made_of}{f'; runs, process {session.pid}' if session else ''}"
    sequence, phases = proposal.sequence, len(proposal.config.phases)
    if phases:
        stands = "complete" if sequence.complete else f"at {sequence.phase}, index {sequence.index}"
        yield f"{phases} phases; the sequence is {stands if sequence.phase else 'where nobody can tell'}"
    for one in proposal.resume:
        yield f"{one.agent} takes up the conversation {one.id}{f' in phase {one.phase}' if one.phase else ''}"
    for limit in proposal.limits:
        yield f"{limit.account} is limited until {local(limit.until):%Y-%m-%d %H:%M:%S}"
    if proposal.watchdog:
        yield f"the tmux session {proposal.watchdog.name} (process {proposal.watchdog.pid}) ends"


def _settings(proposal: Proposal, where: Destination, *, whole: bool) -> Iterator[str]:
    yield ""
    yield f"{paint('settings', 'bold')} {display_line(str(where.file))} ({_HOW[where.way]})"
    if where.other:
        yield f"  {', '.join(where.other)}: otherwise there than here; what stands there counts"
    lines = proposal.toml.splitlines() if whole else []
    yield from (paint(f"  {display_line(line)}", "dim") for line in lines[:_MOST_TOML])
    if len(lines) > _MOST_TOML:
        yield f"  … and {len(lines) - _MOST_TOML} more lines: add --json"


def _verdict(proposal: Proposal) -> Iterator[str]:
    yield ""
    if proposal.open_question:
        yield paint(display_line(proposal.open_question), "yellow")
    else:
        yield f"nothing was changed; to do it: cotemp adopt {display_line(str(proposal.world.named))} --apply"


def _done(proposal: Proposal, where: Destination, applied: Applied) -> Iterator[str]:
    yield from _section("done", (f"{what} {file}" for what, file in applied.files))
    yield from _section("remarks", applied.remarks, style="yellow")
    if where.way == "beside":
        yield ""
        yield "nothing else was done. Bring the two files together, then do this again"
        return
    yield from _section("next", proposal.todo)
