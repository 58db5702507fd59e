"""`gc`: what old runs left is cleared away."""

from collections.abc import Iterator
from typing import Annotated, Any

from ..errors import StorageFailed
from ..runs import archive
from ..times import parse_duration, show_duration
from .frame import Answer, Context, Opt
from .paint import columns, paint
from .run_text import show_bytes


def gc(
    cx: Context,
    *,
    keep: Annotated[str, Opt("--keep", "keep what is younger than this, such as 30d", metavar="TIME")] = "30d",
    yes: Annotated[bool, Opt("--yes", "remove it; without this it is only shown")] = False,
) -> Answer:
    """Remove old logs.

    With them go the DOs of those runs in the outbox and their artifacts. Notes, DOs that wait, are held or run, and
    runs that need a human stay; what was removed is still counted in the status.

    Examples:
      cotemp gc
      cotemp gc --keep 90d --yes
    """
    seconds = parse_duration(keep)
    wanted = archive.plan(cx.places, seconds, cx.progress)
    failed = archive.carry_out(cx.places, wanted, cx.progress) if yes else []
    if failed:
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        raise StorageFailed(f"not everything could be removed: {failed[0]}{more}", "the next gc tries it again")
    return Answer(_json(wanted, seconds, removed=yes), _text(wanted, show_duration(seconds), removed=yes))


def _json(wanted: archive.Plan, keep: float, *, removed: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "removed": removed,
        "keep_s": keep,
        "bytes": wanted.size,
        "sessions": [_of_session(one) for one in wanted.sessions],
        "run_dirs": len(wanted.run_dirs),
        "temporary": len(wanted.temporary),
    }


def _of_session(one: archive.SessionPlan) -> dict[str, Any]:
    return {
        "session": one.session.id,
        "logs": one.logs,
        "dos": one.dos,
        "artifacts": one.artifacts,
        "bytes": one.size,
        "kept_because": one.kept_because or None,
    }


def _text(wanted: archive.Plan, keep: str, *, removed: bool) -> Iterator[str]:
    for one in wanted.sessions:
        if one.kept_because:
            yield f"{one.session.id} is left as it is: {one.kept_because}"
    if wanted.is_empty:
        yield f"nothing is older than {keep}"
        return
    rows = [
        (one.session.id, str(one.logs), str(one.dos), str(one.artifacts), show_bytes(one.size))
        for one in wanted.sessions
        if one.remains
    ]
    if rows:
        yield from columns(rows, ("session", "logs", "DOs", "artifacts", "size"), right=(1, 2, 3, 4))
    rest = f"{len(wanted.run_dirs)} working folders of runs, {len(wanted.temporary)} unfinished files"
    if wanted.run_dirs or wanted.temporary:
        yield f"left over on this machine: {rest}"
    yield (
        paint(f"removed {show_bytes(wanted.size)}", "green")
        if removed
        else (f"{show_bytes(wanted.size)} would go: add --yes to remove them")
    )
