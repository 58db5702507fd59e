"""The two files by which the original tells how the work goes: a log that people append to, and a line of status."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .places import Places, make_folder, refuse_link, write_whole
from .runs import survey
from .runs.overview import has_failed
from .status import snapshot
from .store.mailbox import NotPlain, read_plain
from .timeline import read_alerts
from .wraps.files import append_line, tail

__all__ = [
    "Health",
    "Said",
    "append",
    "branch_of",
    "focus_of",
    "health",
    "log_file",
    "stands",
    "status_file",
    "status_line",
    "write",
]

_HEAD = 4096
_LINES, _NEAR = 100_000, 4 * 1024 * 1024
"""So much of the end of the log is looked at."""
_RECENT = timedelta(hours=1)
"""For so long an alert counts, as the original looks at the last hour."""
_DAY = timedelta(days=1)
_FOCUS = re.compile(r"\| focus=(.*?) \| repo=")
_Scrub = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Health:
    """How things stand: what needs a human (sentences), sessions with a fresh bloat alert, and those whose last DO of
    the last 24 hours did not pass."""

    attention: tuple[str, ...] = ()
    bloated: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """`OK`, or what is wrong: `ATTENTION(2)+FAILING(1)`."""
        found = (("ATTENTION", self.attention), ("BLOAT", self.bloated), ("FAILING", self.failing))
        return "+".join(f"{name}({len(what)})" for name, what in found if what) or "OK"


@dataclass(frozen=True, slots=True)
class Said:
    """What its writer says in the line of status; what nobody says is `-`."""

    focus: str = "-"
    repo: str = "-"
    branch: str = "-"


def log_file(places: Places) -> Path:
    """The log of the workflow."""
    return places.home / "logs" / "BPOE.workflow.log.md"


def status_file(places: Places) -> Path:
    """Where the line of status stands; when it was written tells the bloat monitor how stale it is."""
    return places.home / "logs" / "BPOE.status.txt"


def health(places: Places, now: datetime) -> Health:
    """What is wrong now, from the same snapshot as `cotemp status`, the alerts and the last runs."""
    fresh = {alert.session or "the home" for alert in read_alerts(places) if now - alert.at <= _RECENT}
    last = {entry.row.session: entry.row for entry in survey(places, since=now - _DAY).entries if entry.row.outcome}
    failing = sorted(session for session, row in last.items() if has_failed(row))
    return Health(snapshot(places, now).attention, tuple(sorted(fresh)), tuple(failing))


def status_line(said: Said, found: Health, now: datetime) -> str:
    """`[BPOE] t=<utc> | focus=… | repo=<leaf>@<branch> | health=…`, as the original spells it."""
    focus, repo, branch = (_one_line(text).replace("|", "/") or "-" for text in (said.focus, said.repo, said.branch))
    return f"[BPOE] t={_utc(now)} | focus={focus} | repo={repo}@{branch} | health={found.word}"


def write(places: Places, line: str) -> Path:
    """Put `line` into the status file, over the last one. Raises StorageFailed, and DamagedData for a link."""
    file = status_file(places)
    refuse_link(file.parent)
    make_folder(file.parent)
    write_whole(file, f"{line}\n".encode("utf-8", "replace"))
    return file


def focus_of(places: Places) -> str:
    """The focus that was said last; `-` when none was."""
    try:
        found = _FOCUS.search(read_plain(status_file(places), _HEAD)[0].decode("utf-8-sig", "replace"))
    except (OSError, NotPlain):
        return "-"
    return found[1] if found else "-"


def branch_of(repo: Path) -> str:
    """The branch that is checked out in `repo`, a commit's first digits, or `-`; read, so that nothing in it runs."""
    try:
        folder = repo / ".git"
        if folder.is_file():  # a linked worktree says where its git folder is
            told = read_plain(folder, _HEAD)[0].decode("utf-8", "replace")
            folder = repo / told.removeprefix("gitdir:").strip()
        head = read_plain(folder / "HEAD", _HEAD)[0].decode("utf-8", "replace").strip()
    except (OSError, NotPlain, ValueError):
        return "-"
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: ") else head[:12] or "-"


def append(places: Places, title: str, body: str, now: datetime, scrub: _Scrub) -> Path:
    """Add an entry to the log, in one write, as the original does; it is scrubbed, as it will be pasted into chats.

    Raises StorageFailed when the disk refuses, DamagedData for a log that is no plain file.
    """
    append_line(log_file(places), _entry(title, body, now, scrub))
    return log_file(places)


def stands(places: Places, title: str, body: str, now: datetime, scrub: _Scrub) -> bool:
    """True when the log has that very entry, near its end."""
    return _entry(title, body, now, scrub) in "\n".join(tail(log_file(places), _LINES, _NEAR))


def _entry(title: str, body: str, now: datetime, scrub: _Scrub) -> str:
    return scrub(f"### {_one_line(title)}\n*UTC:* {_utc(now)}\n\n{body.strip()}\n\n---")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _utc(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
