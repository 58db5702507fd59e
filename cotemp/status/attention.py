"""What needs a human, as sentences that end with the command that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..places import Places
from ..store.identity import machine_of
from .index import Index
from .presence import Claims
from .said import command, count, where
from .settings import Settings
from .view import View

__all__ = ["attention"]


def attention(
    places: Places, views: Sequence[View], claims: Claims, settings: Settings, index: Index, now: float
) -> Iterator[str]:
    """A sentence for each thing about sessions and processes that needs a human."""
    if claims.lost:
        yield f"the daemon (process {claims.lost.process.pid}) ended without being asked to: cotemp up"
    yield from (sentence for view in views for sentence in view.contents.trouble)
    for choose, say in _ABOUT_RUNS:
        fitting = [view for view in views if choose(view)]
        if fitting:
            yield say(fitting)
    waiting = [view for view in views if view.contents.waiting]
    if waiting:
        from .waiting import why_they_wait  # only when something waits

        yield from why_they_wait(places, waiting, settings, index, now)
    yield from _owned_elsewhere(views, settings)


def _held(views: Sequence[View]) -> str:
    return f"{count(sum(view.contents.held for view in views), 'DO')} held in {where(views)}: cotemp held"


def _changes(views: Sequence[View]) -> str:
    runs = count(sum(len(view.changes) for view in views), "run")
    return f"changes of {runs} in {where(views)} wait for you: cotemp held"


def _unknown(views: Sequence[View]) -> str:
    runs = [run for view in views for run in view.unknown]
    return f"{count(len(runs), 'run')} of unknown outcome in {where(views)}: cotemp show {runs[0]}"


def _lost(views: Sequence[View]) -> str:
    runs = count(sum(len(view.lost) for view in views), "run")
    return f"{runs} in {where(views)} left without a watcher: cotemp up {command(views)}"


def _stranded(views: Sequence[View]) -> str:
    dos = count(sum(len(view.stranded) for view in views), "DO")
    return f"{dos} in {where(views)} left half-way by a watcher that ended: cotemp up {command(views)}"


_ABOUT_RUNS: tuple[tuple[Callable[[View], object], Callable[[Sequence[View]], str]], ...] = (
    (lambda view: view.contents.held, _held),
    (lambda view: view.changes, _changes),
    (lambda view: view.unknown, _unknown),
    (lambda view: view.lost, _lost),
    (lambda view: view.stranded, _stranded),
)


def _owned_elsewhere(views: Sequence[View], settings: Settings) -> Iterator[str]:
    """Sessions that another machine runs although this one is asked to: by its settings, or by a DO that waits."""
    elsewhere = [view for view in views if view.watcher.state == "elsewhere" and view.watcher.pid is None]
    for view in elsewhere:
        if view.contents.waiting or view.id.casefold() in settings.watched:
            host, since = machine_of(view.watcher.host or ""), view.watcher.since
            yield f"{view.id} is run by another machine ({host}, since {since}): cotemp take {view.id}"
