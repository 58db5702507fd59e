"""A part of a policy that can only take away: what a session, or a config from elsewhere, may say."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from ..messages.policy import Enforcing, OldPolicy, Policy, Rule, Unenforced
from ..repos import is_below
from .kinds import Duration, Location, Table, Word

__all__ = ["Narrowing", "filled", "narrow", "widened"]

_Roots = tuple[Annotated[Path, Location(real=True)], ...]
_Variable = Annotated[
    str, Word(r"[A-Za-z_][A-Za-z0-9_()]*", "is no name of an environment variable", "write its name, not its value")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing(Table):
    """A `[policy]` table as it was written: None where it says nothing. Durations are seconds."""

    writes: Rule | None = None
    network: Rule | None = None
    secrets: Rule | None = None
    destructive: Rule | None = None
    unenforced: Unenforced | None = None
    old_policy: OldPolicy | None = None
    enforcer: Enforcing | None = None
    repos: _Roots | None = None
    read: _Roots | None = None
    secret_env: tuple[_Variable, ...] | None = None
    secret_read: _Roots | None = None
    timeout: Annotated[float, Duration()] | None = None
    timeout_max: Annotated[float, Duration()] | None = None

    def said(self) -> dict[str, Any]:
        """What it says, by key."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: value for key, value in values.items() if value is not None}


def filled(policy: Policy, by: Narrowing) -> Policy:
    """`policy` with everything that `by` says put in its place: how the owner's own `[policy]` is read."""
    said = replace(policy, **by.said())
    return replace(said, timeout=min(said.timeout, said.timeout_max))


def narrow(policy: Policy, by: Narrowing) -> Policy:
    """`policy`, less whatever `by` takes away; nothing that `by` says makes it wider."""
    said = by.said()
    narrower = replace(policy, **{key: _both(getattr(policy, key), value) for key, value in said.items()})
    return replace(narrower, timeout=min(narrower.timeout, narrower.timeout_max))


def widened(policy: Policy, by: Narrowing) -> list[str]:
    """The keys of `by` that ask for more than `policy` gives."""
    after = narrow(policy, by)
    return [key for key, value in by.said().items() if not _same(getattr(after, key), value)]


def _both(one: Any, other: Any) -> Any:
    """What both allow."""
    if isinstance(one, StrEnum):
        order = list(type(one))
        return max(one, other, key=order.index)
    if isinstance(one, float | int):
        return min(one, other)
    if any(isinstance(item, Path) for item in (*one, *other)):
        return _below_both(one, other)
    return tuple(item for item in one if item in other)


def _below_both(one: tuple[Path, ...], other: tuple[Path, ...]) -> tuple[Path, ...]:
    """The trees that lie in a tree of `one` and in a tree of `other`."""
    inner = [path for path in one if is_below(path, other)] + [path for path in other if is_below(path, one)]
    return tuple(dict.fromkeys(inner))


def _same(one: Any, other: Any) -> bool:
    return set(one) == set(other) if isinstance(one, tuple) else bool(one == other)
