"""What a successor has to know of a session, gathered from its folders, the ledger and its repos. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from .. import notes
from ..chat.cowrap import Letter, Snapshot
from ..chat.paste import Scrub
from ..messages.run import State
from ..names import DO_EXTENSIONS, do_extension
from ..places import Places, SessionPlaces
from ..runs import deciding
from ..store.ledger import Ledger, Row
from ..times import utc
from .decisions import decisions_of
from .files import tail
from .git import folded, look
from .repos import repos_of

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["Asked", "extensions", "gather", "log_lines", "newest_log"]

_RECENT = timedelta(days=7)
_NOTES, _NOTE_LENGTH, _LOG_LINES = 20, 4000, 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What its caller knows and no folder tells: open ACKs as lines, repos that a human named, why it is made."""

    acks: tuple[str, ...] = ()
    repos: tuple[Path, ...] = ()
    why: str = ""
    commits: int = 30


def gather(
    places: Places, config: Config, session: SessionPlaces, now: datetime, scrub: Scrub, asked: Asked
) -> Snapshot:
    """The snapshot of `session`. Only what is cut was scrubbed, before it was: so no half of a secret is left.

    Raises StorageFailed or DamagedData for a ledger that cannot be read. All else that cannot be read is left out.
    """
    with Ledger(places, create=False) as ledger:
        rows = ledger.rows(session.id, now - _RECENT)
        going = [row for row in ledger.open_runs(session.id) if row.state is not State.HELD]
        held = deciding.waiting(places, ledger, session.id)
        decided = decisions_of(ledger, session, now - _RECENT)
    repos = [look(path, asked.commits) for path in repos_of(places, config, session.id, rows, asked.repos)]
    return Snapshot(
        session.id,
        now,
        folded(places.home / "logs"),
        repos=tuple(repos),
        open_dos=(*_waiting(config, session), *map(_going, going)),
        held=tuple(map(_held, held)),
        unread=tuple(_unread(session, scrub)),
        acks=asked.acks,
        log=_last_log(session, scrub),
        decisions=tuple(decided),
        why=asked.why,
    )


def newest_log(session: SessionPlaces) -> Path | None:
    """The TXT log that was written last."""
    dates = {}
    try:
        with os.scandir(session.logs) as entries:
            for entry in entries:
                if entry.name.endswith(".txt") and entry.is_file(follow_symlinks=False):
                    dates[entry.path] = entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return None
    return Path(max(dates, key=lambda path: (dates[path], path))) if dates else None


def log_lines(path: Path, scrub: Scrub, lines: int) -> list[str]:
    """The last lines of a log, without secrets."""
    return scrub("\n".join(tail(path, 10 * lines))).split("\n")[-lines:]


def extensions(config: Config) -> set[str]:
    """Endings of the files that are DOs."""
    return {*DO_EXTENSIONS, *(engine.extension for engine in config.engines.values() if engine.extension)}


def _waiting(config: Config, session: SessionPlaces) -> Iterator[str]:
    try:
        names = sorted(os.listdir(session.inbox))
    except OSError:
        return
    kinds = extensions(config)
    yield from (f"waits: {name}" for name in names if do_extension(name, kinds))


def _going(row: Row) -> str:
    state = "its outcome is unknown" if row.outcome == "unknown" else f"{row.state} since {row.started or row.queued}"
    return f"{row.title} ({row.run_id}): {state}"


def _held(one: deciding.Waiting) -> str:
    what = "" if one.kind == "do" else "changes of "
    return f"{what}{one.row.title} ({one.row.run_id}): {'; '.join(one.reasons) or 'waits for a human'}"


def _unread(session: SessionPlaces, scrub: Scrub) -> Iterator[Letter]:
    """The newest unread notes; looking at them does not make them read."""
    waiting = notes.waiting(session)
    for note in waiting[-_NOTES:]:
        found = notes.opened(note)
        if found:
            about = f"From {found.sender or 'unknown'}, {utc(found.sent)}, {found.name}"
            yield Letter(about, _cut(scrub(found.text)) if found.text is not None else f"({found.problem})")
    if len(waiting) > _NOTES:
        yield Letter("Older ones", f"{len(waiting) - _NOTES} more wait in the inbox")


def _cut(text: str) -> str:
    if len(text) <= _NOTE_LENGTH:
        return text
    kept = text[:_NOTE_LENGTH].rpartition("\n")[0]
    return f"{kept}\n... ({len(text) - len(kept)} more characters in the note)"


def _last_log(session: SessionPlaces, scrub: Scrub) -> Letter | None:
    path = newest_log(session)
    if path is None:
        return None
    lines = log_lines(path, scrub, _LOG_LINES)
    return Letter(f"The last {len(lines)} lines of {path.name}", "\n".join(lines))
