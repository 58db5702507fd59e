"""Commits of a ref that are meant for an agent, by how their subject begins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ..config.settings import CommitRule
from .git import GitFailed, Repo, ask
from .seen import Commit

__all__ = ["FIRST", "MOST", "commits"]

MOST = 2000
"""So many commits of the ref are looked at."""
FIRST = 4000
"""So many at the first look, where all is history: when a ref is set back later, no old commit comes into sight."""
_FIELDS = "%H%x00%an%x00%ae%x00%at%x00%s%x00"
_BYTES = 32 * 1024 * 1024


def commits(repo: Repo, tip: str, rules: Sequence[CommitRule], most: int = MOST) -> tuple[Commit, ...]:
    """Those among the last `most` commits of `tip` whose subject fits a rule, oldest first; the first rule that fits
    says whom a commit is for. Raises GitFailed."""
    if not rules:
        return ()
    # Not `git log`, which would run what the repo's settings name for signatures.
    said = ask(
        repo, ["rev-list", f"--max-count={most}", f"--format={_FIELDS}", "--encoding=UTF-8", tip, "--"], most=_BYTES
    )
    if said is None:
        raise GitFailed("git cannot list the commits")
    fitting = filter(None, (_commit(fields, rules) for fields in _records(said)))
    newest = {commit.identity: commit for commit in reversed(list(fitting))}  # one that was picked twice is told once
    return tuple(newest.values())


def _records(said: bytes) -> Iterator[list[bytes]]:
    """Five fields for each commit; the last one is left out when the answer was cut in it."""
    fields = said.split(b"\0")
    for start in range(0, len(fields) - 5, 5):
        yield fields[start : start + 5]


def _commit(fields: list[bytes], rules: Sequence[CommitRule]) -> Commit | None:
    sha, name, mail, date, subject = fields
    rule = next((rule for rule in rules if subject.startswith(rule.prefix.encode())), None)
    if rule is None:
        return None
    identity = hashlib.sha256(b"\0".join((name, mail, date, subject))).hexdigest()[:32]
    return Commit(sha.rsplit(b"\n", 1)[-1].decode("ascii", "replace"), identity, rule.to, rule.prefix)
