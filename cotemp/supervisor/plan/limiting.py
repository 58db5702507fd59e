"""Usage limits: one window per account parks every agent on it; when it is over one agent tries, then the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ...agents.limits import MARGIN, Limit
from ...agents.record import Bell, BellKind, BellState
from ...agents.states import Composer, Evidence, LimitSeen, State
from . import bells
from .accounts import account_of
from .case import Case, alive, shown
from .changing import with_record
from .model import Action, Agent, Next, Tell, World

__all__ = ["limited_until", "limits_due", "parked", "pass_limits", "saw_limit"]

GUESS, LONGEST_GUESS = timedelta(minutes=15), timedelta(hours=5)
"""For how long a window without an end is taken to last: doubled with each try."""
LONGEST = timedelta(days=8)
"""An end that is farther away is none: no window is longer than a week."""
STAGGER = timedelta(seconds=30)
"""Between two agents that go on after a window."""
PROOF = timedelta(seconds=30)
"""For which the agent that tries must work, or be still without a limit, before that counts."""
UNHEARD = timedelta(minutes=10)
"""After which another agent tries, when nothing is heard of the first."""
KEPT = timedelta(hours=1)
"""For which a window that is over is kept, so that its old words on a screen are not taken for a new one."""


# --- what is seen ---


def saw_limit(world: World, name: str, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """The world after a look that showed a limit: a window is opened, or the agent joins the one that there is."""
    look = world.agents[name].look
    assert look is not None
    assert look.reading is not None
    seen = look.reading.limit or LimitSeen(None, look.reading.evidence.quote)
    account = account_of(world, name)
    limit = world.limits.get(account)
    if limit is None or (limit.closed and _is_news(world, limit, name, seen, now)):
        attempts = limit.attempts + 1 if limit else 0
        opened = Limit(account, now, _end(seen, attempts, now), seen.quote, name, seen.resumes_itself)
        opened = replace(opened, attempts=attempts, parked=(name,))
        until = f"{opened.until:%Y-%m-%d %H:%M} UTC"
        said = f"the usage limit of {account} is reached (seen at {name}): its agents are parked until {until}"
        return _with(world, opened), (Tell("", said),)
    return _with(world, _joined(limit, name, seen, now)), ()


def _joined(limit: Limit, name: str, seen: LimitSeen, now: datetime) -> Limit:
    if name not in limit.parked:
        return replace(limit, parked=(*limit.parked, name))
    if limit.resumes_itself and limit.closed is None and now >= limit.until:
        return replace(limit, until=_end(seen, limit.attempts + 1, now), attempts=limit.attempts + 1)
    return limit


def _is_news(world: World, limit: Limit, name: str, seen: LimitSeen, now: datetime) -> bool:
    """Whether a limit that shows after a window was closed is another one, and not its old words."""
    assert limit.closed is not None
    agent = world.agents[name]
    if name not in limit.resumed:
        return name not in limit.parked and (seen.until is None or seen.until > now)
    bell = _resume_bell(agent, limit)
    if bell and bell.rung:
        return now >= bell.rung + PROOF
    return not bells.waits(agent.record, BellKind.RESUME) and agent.look is not None and agent.look.since > limit.closed


def _end(seen: LimitSeen, attempts: int, now: datetime) -> datetime:
    if seen.until is None or seen.until > now + LONGEST:
        return now + min(GUESS * (1 << min(attempts, 10)), LONGEST_GUESS)
    return max(seen.until, now) + (timedelta() if seen.resumes_itself else MARGIN)


def _with(world: World, limit: Limit) -> World:
    if world.limits.get(limit.account) == limit:
        return world
    return replace(world, limits={**world.limits, limit.account: limit})


def limited_until(world: World, name: str) -> datetime | None:
    """Until when the account of an agent has no use left, as far as that is known; None when it has."""
    limit = world.limits.get(account_of(world, name)) if world.limits else None
    return limit.until if limit and limit.closed is None and limit.probe is None else None


# --- the rule for one agent ---


def parked(it: Case) -> Next | None:
    """Its account has no use left: nothing is done to it until it is its turn."""
    limit = it.world.limits.get(account_of(it.world, it.name)) if it.world.limits else None
    if limit is None:
        return None
    met = it.name in limit.parked
    waits = it.set.kind == "task" and not it.alive and (it.record.launched is None or it.is_finished)
    state = State.LIMITED if met else State.STOPPED if waits else None
    if limit.closed is None:
        if it.name == limit.probe:
            return None
        return _as_limited(it, it.next("limit", _why_parked(limit), "resume", _later(limit), state=state))
    if not met or it.name in limit.resumed:
        return None
    why = "the usage limit is over; the agents go on one after the other"
    return _as_limited(it, it.next("limit", why, "resume", _turn(limit, it.name), state=state))


def _why_parked(limit: Limit) -> str:
    if limit.probe:
        return f"the usage limit of {limit.account} may be over: {limit.probe} tries first"
    how = "it goes on by itself then" if limit.resumes_itself else "then one agent of the account tries"
    return f"the usage limit of {limit.account} is reached; {how}"


def _later(limit: Limit) -> datetime:
    return (limit.probed or limit.until) + UNHEARD if limit.probe else limit.until


def _as_limited(it: Case, found: Next) -> Next:
    """What shows its limit no more was limited all the same: the window says so."""
    limit = it.world.limits[account_of(it.world, it.name)]
    if found.state is not State.LIMITED or it.state is State.LIMITED:
        return found
    return replace(found, evidence=Evidence("usage limit", limit.opened, f"{limit.agent}: {limit.quote}"))


def _turn(limit: Limit, name: str) -> datetime:
    assert limit.closed is not None
    others = [one for one in limit.parked if one != limit.probe]
    return limit.closed + STAGGER * (others.index(name) + 1 if name in others else 0)


# --- what time brings to all of them ---


def limits_due(world: World) -> datetime | None:
    """When `pass_limits` may have something to do although nothing happened."""
    return min((at for limit in world.limits.values() for at in _times(limit)), default=None)


def _times(limit: Limit) -> Iterator[datetime]:
    if limit.closed is not None:
        yield limit.closed + KEPT
        yield from (_turn(limit, name) for name in limit.parked if name not in limit.resumed)
    elif limit.probe is None:
        yield limit.until
    else:
        yield _later(limit)


def pass_limits(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """Each window one step further: a probe is chosen, its verdict taken, the others go on."""
    told: tuple[Action, ...] = ()
    for limit in tuple(world.limits.values()):
        before = limit.closed
        world = _step(world, limit, now)
        after = world.limits.get(limit.account)
        if after and after.closed and not before:
            told += (Tell("", f"the usage limit of {limit.account} is over"),)
    return world, told


def _step(world: World, limit: Limit, now: datetime) -> World:
    if limit.closed is not None:
        return _next_turn(world, limit, now)
    if limit.resumes_itself:
        return _with(world, replace(limit, closed=now, resumed=limit.parked)) if _went_on(world, limit, now) else world
    worker = next((name for name in limit.parked if _works(world.agents.get(name), limit)), None)
    if worker:
        return _close(world, limit, worker, now)
    if limit.probe:
        return _judge(world, limit, limit.probe, now)
    return _try(world, limit, now) if now >= limit.until else world


def _went_on(world: World, limit: Limit, now: datetime) -> bool:
    """Whether none of those that go on by themselves shows the limit any more."""
    states = [_state(world.agents.get(name)) for name in limit.parked]
    if any(state in (State.LIMITED, State.UNKNOWN, State.STARTING) for state in states):
        return False
    return any(state is not State.DEAD for state in states) or now >= limit.until


def _state(agent: Agent | None) -> State:
    if agent is None or not agent.record.is_up:
        return State.DEAD
    return shown(agent.look)


def _works(agent: Agent | None, limit: Limit) -> bool:
    """Whether it has been busy for long enough, since the window was opened: then there is use left."""
    look = agent.look if agent else None
    if look is None or shown(look) is not State.BUSY:
        return False
    return look.since > limit.opened and look.at - look.since >= PROOF


def _try(world: World, limit: Limit, now: datetime) -> World:
    """One agent tries; when there is none that can, the window counts as over."""
    probe = _choice(world, limit)
    if probe is None:
        return _with(world, replace(limit, closed=now))
    world = _told_to_go_on(world, limit, probe, now)
    return _with(world, replace(limit, probe=probe, probed=now))


def _choice(world: World, limit: Limit) -> str | None:
    """The best one; who tried last comes after all others."""
    able = [name for name in limit.parked if name in world.agents and _rank(world, name) is not None]
    last = {name for name in able if _bell_id(limit, 1) in world.agents[name].record.bell_ids}
    return min(able, key=lambda name: (name in last, _rank(world, name)), default=None)


def _rank(world: World, name: str) -> int | None:
    """How well it can try: 0 best, None not at all."""
    agent = world.agents[name]
    record, look = agent.record, agent.look
    if not record.is_up or record.quarantined or record.problem or name not in world.config.agents:
        return None
    if not alive(look) or look is None or look.reading is None:
        return 2
    return 0 if look.reading.composer is Composer.EMPTY else 3 if shown(look) is State.BLOCKED else 1


def _told_to_go_on(world: World, limit: Limit, name: str, now: datetime) -> World:
    agent = world.agents[name]
    record = bells.queue(bells.drop(agent.record, BellKind.RESUME), _bell_id(limit), BellKind.RESUME, "", now)
    if agent.look is not None and not alive(agent.look):
        record = replace(record, relaunch=now)  # it died meanwhile: its start is no healing
    return with_record(world, name, record)


def _bell_id(limit: Limit, before: int = 0) -> str:
    return f"resume:{limit.account}:{limit.opened.isoformat()}:{limit.attempts - before}"


def _resume_bell(agent: Agent, limit: Limit) -> Bell | None:
    return bells.known(agent.record, _bell_id(limit))


def _judge(world: World, limit: Limit, probe: str, now: datetime) -> World:
    """What the agent that tried shows, some time after it was told to go on."""
    agent = world.agents.get(probe)
    bell = _resume_bell(agent, limit) if agent else None
    look = agent.look if agent else None
    rung = bell.rung if bell and bell.state is BellState.RUNG else None
    if look is not None and rung and look.at >= rung + PROOF:
        state = shown(look)
        if state is State.LIMITED:
            seen = look.reading.limit if look.reading else None
            return _again(world, limit, seen or LimitSeen(None, limit.quote), now)
        if state in (State.BUSY, State.IDLE, State.BLOCKED):
            return _close(world, limit, probe, now)
    if now < (limit.probed or now) + UNHEARD:
        return world
    if _choice(world, limit) in (None, probe):
        return _with(world, replace(limit, closed=now, resumed=(probe,)))  # the others need not wait for it
    return _again(world, limit, LimitSeen(now, limit.quote), now)


def _again(world: World, limit: Limit, seen: LimitSeen, now: datetime) -> World:
    attempts = limit.attempts + 1
    until = _end(seen if seen.until and seen.until >= now else LimitSeen(None, seen.quote), attempts, now)
    return _with(world, replace(limit, attempts=attempts, until=until, quote=seen.quote, probe=None, probed=None))


def _close(world: World, limit: Limit, worker: str, now: datetime) -> World:
    """It is over; who works already is told nothing."""
    agent = world.agents[worker]
    if shown(agent.look) is State.BUSY:
        world = with_record(world, worker, bells.drop(agent.record, BellKind.RESUME))
    return _with(world, replace(limit, closed=now, probe=worker, resumed=(worker,)))


def _next_turn(world: World, limit: Limit, now: datetime) -> World:
    for name in limit.parked:
        if name in limit.resumed or now < _turn(limit, name):
            continue
        if name in world.agents and _state(world.agents[name]) is not State.BUSY and _rank(world, name) is not None:
            world = _told_to_go_on(world, limit, name, now)
        limit = replace(limit, resumed=(*limit.resumed, name))
    if limit.closed and now >= limit.closed + KEPT:
        return replace(world, limits={one: its for one, its in world.limits.items() if one != limit.account})
    return _with(world, limit)
