"""What an intake found, for people and chats: a file for each repo, and the summary. Scrubbed; `raw/` is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..chat.backchat import slug
from ..chat.cowrap import FromRepo, wrap_stamp
from ..chat.fencing import fence
from ..chat.paste import Scrub, one_line
from ..display import display
from ..places import write_whole
from .found import Found

__all__ = ["Card", "Told", "per_repo", "summary"]


class Card(NamedTuple):
    """A file about one repo."""

    file: str
    repo: FromRepo


class Told(NamedTuple):
    """About the whole: its file's name and digest (None for a folder), its files and their bytes, when it came."""

    source: str
    sha256: str | None
    files: int
    size: int
    at: datetime


def per_repo(folder: Path, repos: Sequence[FromRepo], now: datetime, scrub: Scrub) -> list[Card]:
    """Write a file for each repo. Raises StorageFailed."""
    folder.mkdir()
    cards: list[Card] = []
    taken: set[str] = set()
    for repo in repos:
        base = name = slug(scrub(repo.name))
        number = 2
        while name.casefold() in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name.casefold())
        file = f"{name}__{wrap_stamp(now)}.md"
        write_whole(folder / file, scrub("\n".join(_card(repo, scrub)) + "\n").encode("utf-8", "replace"))
        cards.append(Card(file, repo))
    return cards


def summary(found: Found, cards: Sequence[Card], told: Told, scrub: Scrub) -> str:
    """SUMMARY.md."""
    return scrub("\n".join(one_line(scrub(line), 400) for line in _lines(found, cards, told)) + "\n")


def _card(repo: FromRepo, scrub: Scrub) -> Iterator[str]:
    yield from (f"# {one_line(scrub(repo.name))}", "")
    yield f"Repo: {one_line(scrub(repo.path), 300)}"
    yield f"Branch: {one_line(scrub(repo.branch)) or '(none)'}"
    yield from (f"Changes: {repo.changes}", "", fence(display(scrub(repo.text)), "text"))


def _lines(found: Found, cards: Sequence[Card], told: Told) -> Iterator[str]:
    yield from ("# CoWrap Intake", "")
    yield f"UTC: {told.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} Z"
    yield f"Source: {told.source}" + (f" (sha256 {told.sha256})" if told.sha256 else " (a folder)")
    yield f"From: {found.sender or '(nobody says)'}"
    yield f"To: {found.receiver or '(nobody says)'}"
    yield f"Files: {told.files}, {told.size} bytes, in raw/ as they came"
    if found.note:
        yield f"Note: {found.note}"
    yield from ("", "## Repos", "")
    for file, repo in cards:
        yield f"- {repo.name} ({repo.branch or 'no branch'}): {repo.changes} changes, per-repo/{file}"
    if not cards:
        yield "(no snapshot and no handover tells of one)"
    if found.packages:
        yield from ("", "## Packages", "", *(f"- {folder}: {', '.join(files)}" for folder, files in found.packages))
    if found.warnings:
        yield from ("", "## Warnings", "", *(f"- {warning}" for warning in found.warnings))
