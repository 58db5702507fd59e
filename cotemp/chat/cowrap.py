"""A CoWrap: what a successor has to know of a session, as the original's snapshot and its bundle; and reading both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from ..display import display
from ..times import stamp, utc
from .backchat import slug
from .fencing import BREAKS, fence
from .paste import Scrub, one_line

__all__ = [
    "ANY",
    "FromRepo",
    "Letter",
    "RepoState",
    "Snapshot",
    "bundle_name",
    "changes_in",
    "handover",
    "is_snapshot",
    "manifest",
    "render",
    "repos_in",
    "snapshot_name",
    "wrap_stamp",
]

ANY = "ANY"
"""The receiver of a bundle when nobody says for whom it is."""

_TITLE = "# CoWrap Snapshot"
_REPO = "## Repo: "
_CHANGED = ("?? ", " M ", "A  ", "D  ")
"""How the lines begin that the original counts as changes."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)$")
_LISTS = ("Open DOs", "Held", "Open ACKs", "Decisions")
_TEXTS = ("Unread Notes", "Last Log")
_OTHERS = tuple(f"## {title}" for title in (*_LISTS, *_TEXTS))
"""What follows the repos. Not every `## `: the first line of a status, which the original does not fence, is one."""
_NAMED = {"Name": "name", "Branch": "branch"}


@dataclass(frozen=True, slots=True)
class RepoState:
    """A repo as git tells it. `status` and `commits` are what it prints; `error` is what it says instead."""

    path: str
    name: str
    branch: str = ""
    status: str = ""
    commits: str = ""
    error: str = ""
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """A foreign text with a line about it: a note, or the end of a log."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that goes into a CoWrap; the texts are as they were found. `why` it was made is half a sentence."""

    session: str
    at: datetime
    out_dir: str
    repos: tuple[RepoState, ...] = ()
    open_dos: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    unread: tuple[Letter, ...] = ()
    acks: tuple[str, ...] = ()
    log: Letter | None = None
    decisions: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class FromRepo:
    """What a snapshot that came from elsewhere says of one repo; all of it is foreign text."""

    path: str
    name: str
    branch: str
    text: str

    @property
    def changes(self) -> int:
        """How many changes the original counts in it."""
        return changes_in(self.text)


def wrap_stamp(at: datetime) -> str:
    """The original's time in the names of snapshots and intakes: UTC, `yyyy-MM-dd_HHmmssZ`."""
    return f"{at.astimezone(UTC):%Y-%m-%d_%H%M%SZ}"


def snapshot_name(at: datetime) -> str:
    """`CoWrap_Snapshot_<time>.md`."""
    return f"CoWrap_Snapshot_{wrap_stamp(at)}.md"


def bundle_name(at: datetime, sender: str, to: str) -> str:
    """`CoWrap-<local time>-<from>-to-<to>.zip`."""
    return f"CoWrap-{stamp(at)}-{slug(sender)}-to-{slug(to)}.zip"


def render(snapshot: Snapshot, scrub: Scrub) -> str:
    """The snapshot as Markdown: the original's headings, then ours. Every foreign text is scrubbed, then fenced.

    The whole is scrubbed once more, for what only shows when parts stand side by side.
    """
    return scrub("\n".join(_lines(snapshot, scrub)) + "\n")


def _lines(snapshot: Snapshot, scrub: Scrub) -> Iterator[str]:
    line = _one_line(scrub)
    yield from (_TITLE, "", f"UTC: {snapshot.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} Z")
    yield f"OutDir: {line(snapshot.out_dir)}"
    yield f"Session: {snapshot.session}"
    if snapshot.why:
        yield f"Why: {line(snapshot.why)}"
    for repo in snapshot.repos:
        yield from _repo(repo, scrub)
    lists = (snapshot.open_dos, snapshot.held, snapshot.acks, snapshot.decisions)
    for title, entries in zip(_LISTS, lists, strict=True):
        yield from ("", f"## {title}", "", *([f"- {line(one)}" for one in entries] or ["(none)"]))
    for title, letters in zip(_TEXTS, (snapshot.unread, [snapshot.log] if snapshot.log else []), strict=True):
        yield from ("", f"## {title}", "", *(_letters(letters, scrub) if letters else ["(none)"]))


def _repo(repo: RepoState, scrub: Scrub) -> Iterator[str]:
    line = _one_line(scrub)
    yield from ("", _REPO + line(repo.path), "")
    if not repo.is_there:
        yield "WARN: path not found."
        return
    yield from (f"Name: {line(repo.name)}", f"Branch: {line(repo.branch) or '(none)'}")
    for title, text, none in (
        ("Status", repo.status, "(no status)"),
        ("Recent Commits", repo.commits, "(no commits)"),
    ):
        yield from ("", f"### {title}", "", _fenced(text, scrub) if text.strip() else none)
    if repo.error:
        yield from ("", f"ERROR: {line(repo.error)}")


def _letters(letters: Sequence[Letter], scrub: Scrub) -> Iterator[str]:
    for number, letter in enumerate(letters):
        if number:
            yield ""
        yield from (f"{_one_line(scrub)(letter.about)}:", "", _fenced(letter.text, scrub))


def _fenced(text: str, scrub: Scrub) -> str:
    return fence(display(scrub(text).rstrip("\n")), "text")


def _one_line(scrub: Scrub) -> Callable[[str], str]:
    """Scrubbed before it is cut, so that no half of a secret is left."""
    return lambda text: one_line(scrub(text), 300)


def handover(
    snapshot: Snapshot, *, last: Sequence[str] = (), agent: str | None = None, to: str = ANY, note: str = ""
) -> dict[str, Any]:
    """`handover.json`: the original's keys, about the first repo; `last` are the last lines of the log."""
    first = snapshot.repos[0] if snapshot.repos else None
    return {
        "session_id": snapshot.session,
        "ts": utc(snapshot.at),
        "repo": first.path if first else "",
        "branch": first.branch if first else "",
        "status": first.status.splitlines() if first else [],
        "last200": list(last[-200:]),
        "note": note,
        "agent": agent,
        "to_session": to,
    }


def manifest(snapshot: Snapshot, files: Sequence[dict[str, Any]], *, agent: str | None, to: str) -> dict[str, Any]:
    """`manifest.json`: the original's keys, then what lies in the bundle, each `{name, bytes, sha256}`."""
    first = snapshot.repos[0] if snapshot.repos else None
    return {
        "created_utc": utc(snapshot.at),
        "from_session": snapshot.session,
        "to_session": to,
        "agent": agent,
        "repo": first.path if first else "",
        "branch": first.branch if first else "",
        "schema": 1,
        "files": list(files),
    }


def is_snapshot(text: str) -> bool:
    """True for a CoWrap snapshot, ours or the original's."""
    return any(line.strip() == _TITLE for line in text.lstrip("\ufeff").splitlines()[:20])


def repos_in(text: str) -> tuple[FromRepo, ...]:
    """What a snapshot says of each repo. A heading inside a fence is somebody's text, and begins nothing."""
    sections: list[list[str]] = []
    inside = ""
    for line in BREAKS.sub("\n", text).split("\n"):
        starts = not inside and line.startswith(_REPO)
        if starts:
            sections.append([])
        elif not inside and line.rstrip() in _OTHERS:
            sections.append([""])  # of something else
        if sections:
            sections[-1].append(line)
        inside = _fence_after(line, inside)
    return tuple(_from_repo(section) for section in sections if section[0].startswith(_REPO))


def _fence_after(line: str, inside: str) -> str:
    """The fence that is open after `line`; "" for none."""
    found = _FENCE.match(line)
    if not found:
        return inside
    if not inside:
        return found[1]
    ends = found[1][0] == inside[0] and len(found[1]) >= len(inside) and not found[2].strip()
    return "" if ends else inside


def _from_repo(section: Sequence[str]) -> FromRepo:
    path = one_line(section[0].removeprefix(_REPO), 300)
    told = dict.fromkeys(_NAMED.values(), "")
    for line in section[1:6]:
        key, colon, value = line.partition(":")
        if colon and key in _NAMED:
            told[_NAMED[key]] = one_line(value, 300)
    name = told["name"] or PurePosixPath(path.replace("\\", "/")).name
    return FromRepo(path, name or "repo", told["branch"], "\n".join(section).strip("\n"))


def changes_in(text: str) -> int:
    """The original's number of changes in the lines of a status."""
    return sum(line.startswith(_CHANGED) for line in text.splitlines())
