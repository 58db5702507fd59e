"""What reached the repo becomes bells: commits once, inbox files when they appear, plan files when they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ...agents.record import BellKind
from . import bells
from .changing import followers, with_record
from .model import Action, Commit, Files, FileSeen, Reached, Tell, World

__all__ = ["files", "reached"]

FLOOD = 100
"""When more commits for one agent arrive at once, it is told of the last ones only: a history was written anew."""
REMEMBERED = 5000
"""Identities of commits that are kept: a history that was rewritten may show old ones again."""


def reached(world: World, event: Reached, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """Each commit rings once. What stood there before the first look, or before its rule, is history."""
    known = set(world.handoff.commits)
    fresh = [one for one in event.commits if one.identity not in known]
    sources = _sources(world)
    if not fresh and sources == world.handoff.prefixes:
        return world, ()
    watched = set(world.handoff.prefixes) if world.handoff.began else set()
    told: list[Action] = []
    for name in dict.fromkeys(one.to for one in fresh):
        news = [one for one in fresh if one.to == name and (_source(world, one.prefix) in watched)]
        world = _rung_for(world, name, news[-FLOOD:], now)
        if len(news) > FLOOD:
            told.append(Tell(name, f"{len(news)} commits for it arrived at once: it is told of the last {FLOOD}"))
    commits = (*world.handoff.commits, *dict.fromkeys(one.identity for one in fresh))[-REMEMBERED:]
    handoff = replace(world.handoff, commits=commits, began=True, prefixes=sources)
    return replace(world, handoff=handoff), tuple(told)


def _sources(world: World) -> tuple[str, ...]:
    handoff = world.config.handoff
    return tuple(_source(world, one.prefix) for one in handoff.commits) if handoff else ()


def _source(world: World, prefix: str) -> str:
    """Where a rule looks; in another repo, or on another ref, all is history again."""
    handoff = world.config.handoff
    return f"{handoff.repo} {handoff.ref} {prefix}" if handoff else prefix


def _rung_for(world: World, name: str, commits: Iterable[Commit], now: datetime) -> World:
    if name not in world.agents:
        return world
    record = world.agents[name].record
    for one in commits:
        record = bells.queue_commit(record, one.identity, one.sha, now)
    return with_record(world, name, record)


def files(world: World, event: Files, now: datetime) -> World:
    """Inbox files that appeared or went, and plan files that are not what their agents know."""
    world = _inboxes(world, event.inboxes, now)
    for phase, blob in event.plans.items():
        world = _plan(world, phase, blob, now)
    return world


def _inboxes(world: World, there: tuple[FileSeen, ...], now: datetime) -> World:
    before = world.handoff
    present = tuple(sorted({one.name for one in there}))
    if present == before.present:
        return world
    for name in set(before.present) - set(present):
        world = _withdrawn(world, f"inbox:{name}:{before.inboxes.get(name, 0)}")
    counts = dict(before.inboxes)
    for one in there:
        if one.name not in before.present and one.to in world.agents:
            counts[one.name] = counts.get(one.name, 0) + 1
            id = f"inbox:{one.name}:{counts[one.name]}"  # noqa: A001
            record = bells.queue(world.agents[one.to].record, id, BellKind.INBOX, one.name, now)
            world = with_record(world, one.to, record)
    return replace(world, handoff=replace(before, present=present, inboxes=counts))


def _withdrawn(world: World, id: str) -> World:  # noqa: A002
    """Nobody is told of a file that is there no more."""
    for name, agent in world.agents.items():
        world = with_record(world, name, bells.withdraw(agent.record, id))
    return world


def _plan(world: World, phase: str, blob: str, now: datetime) -> World:
    known = world.handoff.plans.get(phase)
    if known == blob:
        return world
    if known is not None:
        for name in followers(world):
            world = _rung_for_plan(world, name, phase, f"{known}:{blob}", now)
    return replace(world, handoff=replace(world.handoff, plans={**world.handoff.plans, phase: blob}))


def _rung_for_plan(world: World, name: str, phase: str, change: str, now: datetime) -> World:
    record = world.agents[name].record
    if record.launched is None or record.launched.phase != phase or phase != world.sequence.phase:
        return world  # it will read the plan when it starts
    plans = {one.id: one.plan for one in world.sequence.added} | {one.id: one.plan for one in world.config.phases}
    record = bells.drop(record, BellKind.PLAN)  # one that still waits would say the same
    return with_record(
        world, name, bells.queue(record, f"plan:{phase}:{change}", BellKind.PLAN, plans.get(phase, ""), now)
    )
