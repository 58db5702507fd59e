"""What `explain` tells, as frozen values with the names and the order of its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..messages.do import Flags, Problem

__all__ = ["Asked", "EngineSaid", "Explanation", "Foreseen", "RepoSaid", "Sight", "Walls"]


@dataclass(frozen=True, slots=True)
class RepoSaid:
    """The folder that a DO is about: as its header names it, and as a real path of this machine (None: no such folder).

    `forbidden`: why it may never be written; "" when it may. `unseen`: why it is not shown; "" when it is.
    """

    named: str | None
    path: str | None
    forbidden: str = ""
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class EngineSaid:
    """The program that runs it; `problem` says why it could not be started now, "" when it could."""

    name: str
    version: str | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the DO says of itself. `sender` is what it claims; `timeout_s` is the limit that it would get."""

    title: str
    brief: str
    sender: str | None
    sha256: str
    repo: RepoSaid
    risk: Flags
    consent: Flags
    timeout_s: float
    engine: EngineSaid
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen first, by which rule, with which consent, and why; `reasons` are sentences."""

    what: Literal["runs", "held", "refused"]
    rule: str
    consent: Flags
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walls:
    """What holds DOs to their consent here. None: nothing does, and `why` and `fix` say more.

    `self_tested` is UTC; `overlay`: a repo can be shown copy-on-write, else it is copied.
    """

    enforcer: str | None
    self_tested: str | None = None
    overlay: bool = False
    memory: bool = False
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the run would see and reach.

    `repo`: none (not shown), read (read-only), write (a copy-on-write view or a copy of it). `read` is
    what it sees of the user's home besides; `env_files`: whether it sees the `.env*` files of the repo.
    `secret_env` are variables that are set and `secret_paths` paths that exist, which it would be shown;
    `absent` are those that the policy names and that are not there.
    """

    repo: Literal["none", "read", "write"]
    network: Literal["none", "shared"]
    read: tuple[str, ...] = ()
    env_files: bool = False
    secret_env: tuple[str, ...] = ()
    secret_paths: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What would become of a DO in `session` (None: it names none, so the rules for all sessions are shown).

    Of a DO whose header is rejected only `problems` is known. `sight` is None where nothing would hide
    anything from it. `afterwards` says what happens with its changes, `unknown` what nobody can tell
    before; both are sentences.
    """

    schema: Literal[1] = 1
    file: str
    session: str | None
    problems: tuple[Problem, ...] = ()
    asked: Asked | None = None
    decision: Foreseen | None = None
    walls: Walls | None = None
    sight: Sight | None = None
    afterwards: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
