"""From a DO and everything that decides about it to what would become of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..consent import Approved, Held, Situation, decide
from ..messages.do import Do, Flags
from ..messages.policy import Policy
from ..places import Places, own_config_file
from ..repos import existing, forbidden, unseen
from ..runner.engines import Engine, Found, probe
from ..times import local_now
from .model import Asked, EngineSaid, Explanation, Foreseen, RepoSaid, Sight, Walls
from .sentences import afterwards, unknown
from .standing import Standing

__all__ = ["Question", "foresee"]


@dataclass(frozen=True, slots=True)
class Question:
    """A DO that might be dropped into `session` (None: into any), the policy that holds there, and its standing."""

    file: str
    do: Do
    engine: Engine
    session: str | None
    policy: Policy
    standing: Standing = Standing()


def foresee(places: Places, question: Question, walls: Walls, env: Mapping[str, str]) -> Explanation:
    """What would become of it with these `walls`; `env` is the environment that its watcher would have."""
    asked = _asked(places, question)
    decision = _decided(question, asked, walls)
    sight = _sight(question, asked, env) if walls.enforcer else None
    return Explanation(
        file=question.file,
        session=question.session,
        asked=asked,
        decision=decision,
        walls=walls,
        sight=sight,
        afterwards=tuple(afterwards(asked, decision, sight)),
        unknown=tuple(unknown(decision, sight)),
    )


def _asked(places: Places, question: Question) -> Asked:
    do, policy = question.do, question.policy
    return Asked(
        title=do.title,
        brief=do.brief,
        sender=do.sender,
        sha256=do.sha256,
        repo=_repo(places, question),
        risk=do.risk,
        consent=do.consent,
        timeout_s=min(do.timeout or policy.timeout, policy.timeout_max),
        engine=_engine(question.engine),
        warnings=do.warnings,
    )


def _repo(places: Places, question: Question) -> RepoSaid:
    do, policy = question.do, question.policy
    path = existing(do.repo.path)
    if path is None:
        return RepoSaid(do.repo.path, None)
    why = forbidden(path, home=places.home, state=places.state.parent, config=own_config_file().parent)
    granted = [grant.repo for grant in question.standing.grants if grant.repo]
    hidden = "" if do.consent.writes else unseen(path, (*policy.repos, *policy.read, *granted))
    return RepoSaid(do.repo.path, str(path), why, why or hidden)


def _engine(engine: Engine) -> EngineSaid:
    found = probe(engine)
    if isinstance(found, Found):
        return EngineSaid(engine.name, found.version)
    return EngineSaid(engine.name, None, f"{found.what} ({found.fix})")


def _decided(question: Question, asked: Asked, walls: Walls) -> Foreseen:
    situation = Situation(
        session=question.session or "",
        now=local_now(),
        enforced=walls.enforcer is not None,
        repo=Path(asked.repo.path) if asked.repo.path else None,
        forbidden=asked.repo.forbidden,
        ceiling=question.standing.ceiling,
        approval=question.standing.approval,
        outdated=question.standing.outdated,
    )
    found = decide(question.do, question.policy, question.standing.grants, situation)
    if isinstance(found, Approved):
        return Foreseen("runs", found.rule, found.consent)
    if isinstance(found, Held):
        return Foreseen("held", found.rule, found.consent, found.reasons)
    return Foreseen("refused", found.rule, Flags(), (found.reason,))


def _sight(question: Question, asked: Asked, env: Mapping[str, str]) -> Sight:
    policy, consent = question.policy, question.do.consent
    names = policy.secret_env if consent.secrets else ()
    paths = policy.secret_read if consent.secrets else ()
    return Sight(
        repo=_repo_seen(asked),
        network="shared" if consent.network else "none",
        read=tuple(str(path) for path in policy.read if os.path.lexists(path)),
        env_files=consent.secrets and _repo_seen(asked) != "none",
        secret_env=tuple(name for name in names if name in env),
        secret_paths=tuple(str(path) for path in paths if os.path.lexists(path)),
        absent=(
            *(name for name in names if name not in env),
            *(str(path) for path in paths if not os.path.lexists(path)),
        ),
    )


def _repo_seen(asked: Asked) -> Literal["none", "read", "write"]:
    if asked.repo.path is None or asked.repo.unseen:
        return "none"
    return "write" if asked.consent.writes else "read"
