"""A view and its layout as arguments for bubblewrap. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .layout import Layout
from .view import View, is_within

__all__ = ["arguments", "masks"]

_WALLS = (
    "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL", "--die-with-parent",
    "--hostname", "sandbox", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
)  # fmt: skip
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  (its own)
_RUN_SIZE = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class _Mount:
    """One mount. `shows`: what lies below is seen as it is outside, so that it needs no mount of its own."""

    place: Path
    words: tuple[str, ...]
    shows: bool = False


def masks(layout: Layout, empty: Path) -> tuple[str, ...]:
    """What bubblewrap is told last, in threes: to cover what is fleeting by the file `empty`. It refuses to start
    when one of the places is gone."""
    return tuple(word for path in layout.fleeting for word in ("--ro-bind-try", str(empty), str(path)))


def arguments(view: View, layout: Layout, *, empty: Path, seccomp: int | None, status: int) -> tuple[str, ...]:
    """What bubblewrap is told: everything but the masks of what is fleeting, and the program. `empty` is a file to
    mask others with; `seccomp` and `status` are numbers of open files."""
    return (
        *_WALLS,
        *(("--share-net",) if view.network else ()),
        *_size(view.limits.scratch), "--tmpfs", _SHARED_MEMORY, "--remount-ro", "/dev",
        "--remount-ro", "/proc",  # the kernel's settings belong to root, which cotemp may be
        *(word for mount in _mounts(view, layout) for word in mount.words),
        *(word for path in layout.masked for word in ("--ro-bind-try", str(empty), str(path))),
        *(word for source, place in layout.anchored for word in ("--bind", str(source), str(place))),
        *(word for source, place in layout.pinned for word in ("--ro-bind", str(source), str(place))),
        *(word for place, target in layout.links for word in ("--symlink", str(target), str(place))),
        *(word for path in layout.closed for word in ("--remount-ro", str(path))),
        *(("--seccomp", str(seccomp)) if seccomp is not None else ()),
        "--json-status-fd", str(status),
        "--chdir", str(view.cwd),
    )  # fmt: skip


def _mounts(view: View, layout: Layout) -> list[_Mount]:
    """Every folder's mount, outer ones first; none that would change nothing."""
    wanted = sorted((*_emptied(view, layout), *_seen(view, layout)), key=lambda mount: len(mount.place.parts))
    kept: list[_Mount] = []
    for mount in wanted:
        around = next((m for m in reversed(kept) if is_within(mount.place, m.place)), None)
        if not (mount.shows and mount.words[0] == "--ro-bind" and (around is None or around.shows)):
            kept.append(mount)
    return kept


def _emptied(view: View, layout: Layout) -> Iterator[_Mount]:
    for path in layout.private:
        size = _RUN_SIZE if path == Path("/run") else view.limits.scratch
        yield _Mount(path, (*_size(size), "--tmpfs", str(path)))
    for path in layout.closed:
        yield _Mount(path, (*_size(_RUN_SIZE), "--tmpfs", str(path)))


def _seen(view: View, layout: Layout) -> Iterator[_Mount]:
    for path in layout.shown:
        yield _Mount(path, ("--ro-bind", str(path), str(path)), shows=True)
    if view.repo:
        yield from _repo(view, view.repo)
    for path in dict.fromkeys((view.artifacts, view.outbox)):
        yield _Mount(path, ("--bind", str(path), str(path)))
    yield _Mount(view.do_path, ("--ro-bind", str(view.do_copy), str(view.do_path)))


def _repo(view: View, repo: Path) -> Iterator[_Mount]:
    place = str(repo)
    match view.repo_mode:
        case "read":
            yield _Mount(repo, ("--ro-bind", place, place), shows=True)
        case "overlay":
            words = ("--overlay-src", place, "--overlay", str(view.upper), str(view.work), place)
            yield _Mount(repo, words, shows=True)
        case "copy":
            yield _Mount(repo, ("--bind", str(view.copy), place))


def _size(number: int) -> tuple[str, str]:
    return "--size", str(number)
