"""Which repos a session works in: those of its DOs, and those that the settings name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..places import Places
from ..repos import existing, is_below, unseen

if TYPE_CHECKING:
    from ..config import Config
    from ..store.ledger import Row

__all__ = ["LIMIT", "repos_of"]

LIMIT = 8
"""So many repos are looked at, those first that were worked in last."""


def repos_of(
    places: Places, config: Config, session: str, rows: Sequence[Row], named: Sequence[Path] = ()
) -> list[Path]:
    """The repos of a session, each once: those that a human `named`, then its DOs', newest first, then the settings'.

    A DO's author chooses its repo: one that a DO would not be shown, or that lies in cotemp's own folders, is not
    looked at, so that nobody gets into a CoWrap what they could not read.
    """
    found = [Path(os.path.abspath(path.expanduser())) for path in named]
    seen = set(map(_key, found))
    for path in (*_of_dos(places, config, session, rows), *_of_settings(config, session)):
        if len(found) < max(LIMIT, len(named)) and _key(path) not in seen:
            seen.add(_key(path))
            found.append(path)
    return found


def _of_dos(places: Places, config: Config, session: str, rows: Sequence[Row]) -> Iterator[Path]:
    policy = config.policy_of(session)
    for row in reversed(rows):
        repo = existing(row.repo)
        own = repo is not None and is_below(repo, (places.home, places.state.parent))
        if repo is not None and not own and not unseen(repo, (*policy.repos, *policy.read)):
            yield repo


def _of_settings(config: Config, session: str) -> Iterator[Path]:
    agent = next((one for name, one in config.agents.items() if name.casefold() == session.casefold()), None)
    if agent and agent.workdir:
        yield agent.workdir
    if config.handoff:
        yield config.handoff.repo
    yield from (folder for folder in config.policy.repos if (folder / ".git").exists())


def _key(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
