"""An explanation as a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..display import display_line
from ..messages.do import FLAGS, Flags
from ..times import local, parse_utc, show_duration
from .paint import columns, paint

if TYPE_CHECKING:
    from ..explain import Explanation
    from ..explain.model import Asked, Foreseen, Sight, Walls

__all__ = ["explained"]

_VERDICTS = {
    "runs": ("would run", "green"),
    "held": ("would be held", "yellow"),
    "refused": ("would be refused", "red"),
}


def explained(found: Explanation) -> Iterator[str]:
    """Line by line: what it says, what happens first, who holds it to that, what it sees, what comes after."""
    for problem in found.problems:
        yield display_line(problem.located(found.file))
    if not (found.asked and found.decision and found.walls):
        return
    yield f"{paint(display_line(found.asked.title), 'bold')}: {paint(*_VERDICTS[found.decision.what])}"
    yield from _table(_said(found.asked, found.session))
    for warning in found.asked.warnings:
        yield f"  {paint('warning', 'yellow')}  {display_line(warning)}"
    yield from _section("what happens first", _first(found.decision, found.asked))
    yield from _section("who holds it to that", _held_by(found.walls))
    yield from _section("what it would see", _seen(found.sight, found.walls, found.asked) if found.sight else ())
    yield from _section("what happens with its changes", found.afterwards)
    yield from _section("what nobody can know before", found.unknown)


def _table(facts: Iterator[tuple[str, str]]) -> Iterator[str]:
    rows = [(paint(name, "dim"), value) for name, value in facts if value]
    yield from (f"  {line}" for line in columns(rows))


def _section(title: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield f"{title}:"
        yield from (f"  - {display_line(line)}" for line in listed)


def _said(asked: Asked, session: str | None) -> Iterator[tuple[str, str]]:
    yield "brief", display_line(asked.brief)
    yield "sender", f"{display_line(asked.sender)} (it says so itself)" if asked.sender else "not said"
    yield "session", session or "none is named: the rules for all sessions are shown"
    yield "repo", _repo(asked)
    yield "risk", f"{_named(asked.risk)} (what its author says it does)"
    yield "asks for", f"{_named(asked.consent)} (what it may do at most)"
    yield "time limit", show_duration(asked.timeout_s)
    yield "engine", " ".join(dict.fromkeys((asked.engine.name, display_line(asked.engine.version or "")))).rstrip()
    yield "sha256", asked.sha256


def _repo(asked: Asked) -> str:
    repo = asked.repo
    if repo.path:
        return display_line(repo.path)
    return f"{display_line(repo.named)} (no folder of this machine)" if repo.named else "none"


def _first(decision: Foreseen, asked: Asked) -> Iterator[str]:
    if asked.engine.problem and decision.what != "refused":
        yield f"it waits until its program is there: {asked.engine.problem}"
    if decision.what == "runs":
        yield f"it runs with: {_named(decision.consent)} ({decision.rule})"
        return
    yield from (f"{'held' if decision.what == 'held' else 'refused'}: {reason}" for reason in decision.reasons)
    if decision.what == "held":
        yield f"once a human approves it (cotemp held), it runs with: {_named(decision.consent)}"
        yield "to be asked less often: cotemp grant, or [policy] in agents.toml"


def _held_by(walls: Walls) -> Iterator[str]:
    if walls.enforcer is None:
        yield f"nothing on this machine: {walls.why}"
        if walls.fix:
            yield f"what to do: {walls.fix}"
        return
    tested = f", which passed its self-test here at {_local(walls.self_tested)}" if walls.self_tested else ""
    yield f"{walls.enforcer}{tested}"
    if not walls.memory:
        yield "nothing limits its memory here (no cgroup that cotemp may use)"


def _seen(sight: Sight, walls: Walls, asked: Asked) -> Iterator[str]:
    unseen = asked.repo.unseen
    yield {
        "none": f"repo: none{f' ({unseen})' if unseen else ''}; it works in its artifact folder",
        "read": "repo: read-only",
        "write": f"repo: {'a copy-on-write view' if walls.overlay else 'a copy'} of it",
    }[sight.repo]
    yield "network: none" if sight.network == "none" else "network: this machine's own, see below"
    yield "files: those of the system that you may read; no home folder, no other user's /tmp"
    if sight.read:
        yield f"files of yours: {', '.join(sight.read)}"
    if sight.repo != "none":
        yield f"its .env files: {'shown' if sight.env_files else 'hidden'}"
    shown = (*sight.secret_env, *sight.secret_paths)
    yield f"secrets: {', '.join(shown) or 'none'}{_why_none(sight, asked) if not shown else ''}"
    if sight.absent:
        yield f"secrets that the policy names and that are not there: {', '.join(sight.absent)}"


def _why_none(sight: Sight, asked: Asked) -> str:
    """Why a DO that may see secrets sees none; those that the policy names in vain are told of anyway."""
    return " (the policy names none: secret_env, secret_read)" if asked.consent.secrets and not sight.absent else ""


def _named(flags: Flags) -> str:
    return ", ".join(name for name in FLAGS if getattr(flags, name)) or "nothing but reading"


def _local(moment: str) -> str:
    return f"{local(parse_utc(moment)):%Y-%m-%d %H:%M}"
