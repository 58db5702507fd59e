"""`report`: one page that shows a session."""

from pathlib import Path
from typing import Annotated

from ..display import display_line
from ..errors import NotFound
from ..pastes.acks import history
from ..times import local_now
from .frame import Answer, Arg, Context, Opt
from .moments import ago
from .pasting import desk, scrub

_OUTPUT = Opt("--output", "where to write it (default: SESSION-report.html; -: stdout)", short="-o", metavar="FILE")
_SINCE = Opt("--since", "only what happened since then: 1h, 2d, or a date", metavar="WHEN")


def report(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
    *,
    output: Annotated[str | None, _OUTPUT] = None,
    since: Annotated[str | None, _SINCE] = None,
) -> Answer:
    """Show a session as one page.

    Its notes, DOs, diffs, ACKs, CoWraps and alerts, in the order in which they happened, in one HTML file. It loads
    nothing, has no script, and prints well. Secrets are replaced by marks before it is written, and long texts are cut,
    which is said in their place.

    Examples:
      cotemp report co-planning -o report.html
      cotemp report Migrate --since 2d
      cotemp report co-planning -o - > report.html
    """
    from ..panels import find, resolve
    from ..places import write_whole
    from ..report import gather, page

    place = find(cx.places, session) or resolve(cx.places, session)  # of a closed one itself, not its successor
    cx.progress(f"reading {place.id}")
    begin, acks = ago(since) if since else None, history(desk(cx).listing().records)
    found = gather(cx.places, place, local_now(), scrub(cx, place.id), name=session, since=begin, acks=acks)
    data = page(found).encode("utf-8", "replace")
    if output == "-":
        return Answer({"schema": 1, "session": place.id, "html": data.decode()}, data)
    file = Path(output or f"{place.id}-report.html").expanduser().absolute()
    if not file.parent.is_dir():
        raise NotFound(f"there is no folder {file.parent}", "make it, or name another file: -o FILE")
    write_whole(file, data)
    json = {"schema": 1, "session": place.id, "path": str(file), "bytes": len(data), "items": len(found.items)}
    return Answer(json, f"Report -> {display_line(str(file))}")
