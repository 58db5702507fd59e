"""DOs on their way in: from a draft, a finished file or a template into a session's inbox, and what becomes of them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from .errors import BadUsage, NotFound
from .messages.do import Do, Draft
from .messages.header import carried, write
from .messages.language import Language
from .names import DO_LIMIT, Mark, do_name, new_do_id
from .panels import resolve
from .places import Places, SessionPlaces, make_folder, refuse_link, shipped
from .store.mailbox import deliver
from .store.spool import leave as spooled
from .times import local_now

if TYPE_CHECKING:
    from .runner.engines import Engine
    from .store.ledger import Row

    Written = Language | Engine
    """What a DO is written in; an engine knows that, too."""

__all__ = ["TEMPLATES", "Dropped", "Template", "await_run", "drop", "drop_file", "from_template", "leave"]

_LONG_WORD = re.compile(r"(?=\S{0,200}\d)\S{16}")
"""What has no digit, or is shorter, is nobody's key."""
LOST_AFTER = 3.0
"""Seconds after which a DO that is neither in the queue nor in the ledger counts as taken by somebody else."""


class Dropped(NamedTuple):
    """A DO in an inbox: its file, its session, its title and id (None: its header has none), and when it came there."""

    path: Path
    session: SessionPlaces
    title: str
    id: str | None
    at: datetime


def drop(
    places: Places, to: str, draft: Draft, language: Written, *, create: bool = False, mark: Mark | None = None
) -> Dropped:
    """Write a DO around `draft.body` and put it into the inbox of `to`, a panel or session.

    The header's `session_id` is the session that it goes to. A DO with a `mark` is not dropped again when it arrived
    before, wherever it is by now. Raises UnknownTarget (not with
    `create`), BadUsage for a draft that cannot be a DO, StorageFailed when the disk refuses.
    """
    _check(draft)
    session = resolve(places, to, create=create)
    draft = replace(draft, session_id=session.id, id=mark.letters if mark else draft.id or new_do_id())
    data = write(draft, language.syntax)
    if len(data) > DO_LIMIT:
        raise BadUsage(f"the DO has more than {DO_LIMIT // 1024**2} MiB", "keep large data in a file of its own")
    return _put(places, session, data, draft.title, draft.id, language, mark)


def drop_file(places: Places, to: str, data: bytes, do: Do, language: Written, *, create: bool = False) -> Dropped:
    """Put a finished DO, `data` as it is, into the inbox of `to`; `do` is what `header.read` made of it.

    Raises UnknownTarget (not with `create`), StorageFailed when the disk refuses.
    """
    return _put(places, resolve(places, to, create=create), data, do.title, do.id, language)


def leave(spool: Path, to: str, what: Draft | bytes, language: Written) -> Path:
    """Put a DO for `to` into the spool of this run, which can see no inbox; returns where it is.

    `what` is a draft, or a finished DO. Raises BadUsage as `drop` does, and for what no session can be called.
    """
    title = "DO"
    if isinstance(what, Draft):
        _check(what)
        title = what.title
        what = write(replace(what, session_id=to, id=what.id or new_do_id()), language.syntax)
    if len(what) > DO_LIMIT:
        raise BadUsage(f"the DO has more than {DO_LIMIT // 1024**2} MiB", "keep large data in a file of its own")
    while True:
        try:
            return spooled(spool, to, do_name(title, local_now(), language.extension), what)
        except FileExistsError:
            continue  # six random characters met their like


def await_run(places: Places, dropped: Dropped) -> Row:
    """Wait until the DO has run and its logs are written, or until it is held for a human; returns its run.

    Raises NotFound when it left the queue without a run of this machine.
    """
    pause, gone_since = 0.01, None
    while True:
        row = _run_of(places, dropped)
        if row and (row.filed or row.state.value == "held"):
            return row
        if row or _is_queued(dropped):
            gone_since = None
        elif gone_since is None:
            gone_since = time.monotonic()
        elif time.monotonic() - gone_since > LOST_AFTER:
            raise NotFound(
                f"{dropped.path.name} left the queue, and no run of it is known here",
                f"another program may have taken it: look into {dropped.session.outbox}",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def _run_of(places: Places, dropped: Dropped) -> Row | None:
    from .store.ledger import Ledger  # SQLite: only who waits pays for it

    with Ledger(places, create=False) as ledger:
        return ledger.of_file(dropped.session.id, dropped.path.name)


def _is_queued(dropped: Dropped) -> bool:
    return _waits_or_runs(dropped.session, dropped.path.name)


def _waits_or_runs(session: SessionPlaces, do_file: str) -> bool:
    if os.path.lexists(session.inbox / do_file):
        return True
    ending = f"__{do_file}"
    return any(name.endswith(ending) for folder in (session.running, session.held) for name in _names(folder))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _check(draft: Draft) -> None:
    """Refuse what a header or a script cannot carry unchanged where a change would matter."""
    if not carried(draft.title).strip():
        raise BadUsage("the title is empty", "say in a few words what the DO is for")
    if "\0" in draft.body:
        raise BadUsage("the script holds a zero byte", "a DO is a script in plain text")
    path = draft.repo.path
    if path is not None and carried(path) != path:
        raise BadUsage(
            f"a header cannot carry the path {path!r}", "name a repo without quotes, braces and control characters"
        )
    if draft.timeout is not None and draft.timeout <= 0:
        raise BadUsage("the timeout leaves no time to run", "give at least 1s")


def _put(
    places: Places, session: SessionPlaces, data: bytes, title: str, do_id: str | None, language: Written,
    mark: Mark | None = None,
) -> Dropped:  # fmt: skip
    refuse_link(session.inbox)
    make_folder(session.inbox)
    now, shown = mark.at if mark else local_now(), _without_secrets(places, title)
    name = do_name(shown, now, language.extension, mark.letters[:6] if mark else "")
    if mark and mark.again and _has_arrived(session, name):
        return Dropped(session.inbox / name, session, title, do_id, now)
    while True:
        try:
            return Dropped(deliver(session.inbox, name, data), session, title, do_id, now)
        except FileExistsError:
            now = local_now()  # six random characters met their like
            name = do_name(shown, now, language.extension)


def _without_secrets(places: Places, title: str) -> str:
    """The title for a file's name, where `_` on either side and a cut would hide from everybody what a key is."""
    if not _LONG_WORD.search(title):
        return title
    from .redact import scrub_of  # a table of patterns: titles that are words do without

    return scrub_of(places).scrubber().scrub(title)


def _has_arrived(session: SessionPlaces, name: str) -> bool:
    """True when the DO waits in the inbox, or was taken out of it since."""
    base, _ = os.path.splitext(name)
    filed = (f"{base}-", f"rejected-{base}-")
    return _waits_or_runs(session, name) or any(done.startswith(filed) for done in _names(session.outbox))


class Template(NamedTuple):
    """A DO that ships with cotemp; `to` is where the original sends it (None: to the own session)."""

    title: str
    brief: str
    to: str | None


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "hello": Template("DO-hello", "Hello from CoTemp", None),
        "smoke": Template("DO-Smoke", "Print the time and the version", "co-migrate"),
        "reposcan": Template("DO-RepoScan-ReadOnly", "List at most 50 files of the repo", "co-migrate"),
        "cctsfallback": Template("DO-CCTS-Fallback-Smoke", "Ensure fallback path returns OK", "co-migrate"),
    }
)
"""The shipped DOs by name; their scripts are `templates/do/<name><extension>`."""


def from_template(name: str, language: Written) -> Draft:
    """A draft of the shipped DO `name`, without repo and consent.

    Raises NotFound when there is none of that name, or none in that language.
    """
    known = TEMPLATES.get(name)
    if known is None:
        raise NotFound(f"no template is called {name!r}", f"there are {', '.join(TEMPLATES)}")
    file = shipped("templates") / "do" / f"{name}{language.extension}"
    try:
        body = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound(f"there is no {name} for {language.name}", "take --engine pwsh, python or sh") from None
    return Draft(known.title, body, "", brief=known.brief)
