"""The registry: who is there now, who is not any more, and how a process enters it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from ..errors import BadUsage
from ..names import random_part
from ..places import Places, make_folder, refuse_link, write_whole
from ..store.identity import ProcessId
from ..store.mailbox import deliver
from ..times import legacy, local_now, stamp
from .records import Panel, Presence, Unreadable, everything, known, made, read

__all__ = ["SEED_NAMES", "Panels", "default_name", "listing", "register", "remove_dead"]

NAME_LIMIT = 64
"""The longest panel name, in characters."""

SEED_NAMES = {"co-planning": "Planning", "co-migrate": "Migrate"}
"""What the panels of the original's two sessions are called when nobody says."""
_NUMBERED = re.compile(r"Panel-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Panels:
    """The registry at one moment: `present` by name, `dead` apart, and what could not be read."""

    present: tuple[Panel, ...]
    dead: tuple[Panel, ...]
    unreadable: tuple[Unreadable, ...]


def listing(places: Places) -> Panels:
    """Everything that the registry holds now."""
    found = everything(places)
    panels = sorted((one for one in found if isinstance(one, Panel)), key=lambda p: (p.name.casefold(), p.name, p.ts))
    return Panels(
        present=tuple(panel for panel in panels if panel.state is not Presence.DEAD),
        dead=tuple(panel for panel in panels if panel.state is Presence.DEAD),
        unreadable=tuple(one for one in found if isinstance(one, Unreadable)),
    )


def register(
    places: Places, name: str | None, session: str | None, process: ProcessId, *, share: bool = False
) -> Panel:
    """Write down that `process` is the panel `name` of `session`, which is created if it does not exist.

    Defaults: the name as in `default_name`, a new session `co-<pid>-<time>`. A process may have several
    panels, one for each session. Raises BadName, BadUsage, StorageFailed.
    """
    now = local_now()
    folders = places.session(f"co-{process.pid}-{stamp(now)}" if session is None else session)
    name = _panel_name(name if name is not None else default_name(places, folders.id, share=share))
    folders.make()
    refuse_link(places.panels)
    make_folder(places.panels)
    panel = made(folders, name, process.pid, legacy(now), process.host, process.start_token)
    return _put(places, panel)


def default_name(places: Places, session: str, *, share: bool = False) -> str:
    """The name of a panel that nobody named: the session's latest one, the seed's, else `Panel-<n>`."""
    if share:
        return "SharePanel"
    panels = known(places)
    here = [panel for panel in panels if panel.session_id.casefold() == session.casefold()]
    if here:
        return max(here, key=lambda panel: panel.ts).name
    numbers = [int(match[1]) for panel in panels if (match := _NUMBERED.fullmatch(panel.name))]
    return SEED_NAMES.get(session.casefold()) or f"Panel-{max(numbers, default=0) + 1}"


def remove_dead(places: Places) -> list[Panel]:
    """Remove the records of dead panels; returns those that are gone. Raises OSError when the disk refuses."""
    removed = []
    for panel in listing(places).dead:
        if read(places, panel.file) == panel:  # not one that was registered anew meanwhile
            panel.file.unlink(missing_ok=True)
            removed.append(panel)
    return removed


def _put(places: Places, panel: Panel) -> Panel:
    """Write a panel where it replaces only its own earlier record, or one that nobody needs any more."""
    own, shared = f"{panel.pid}-{panel.session_id}.json", f"{panel.pid}.json"
    data = json.dumps(panel.record(), indent=2).encode() + b"\n"  # ASCII: PowerShell 5.1 reads no UTF-8 without BOM
    names = [own, shared] if isinstance(read(places, places.panels / own), Panel) else [shared, own]
    for name in [*names, f"{panel.pid}-{panel.session_id}-{random_part(4)}.json"]:
        file = places.panels / name
        while (found := read(places, file)) is None:
            try:
                return replace(panel, file=deliver(places.panels, name, data))
            except FileExistsError:
                continue  # another process was faster: look at what it wrote
        if _may_replace(found, panel):
            write_whole(file, data)
            return replace(panel, file=file)
    raise AssertionError("the last name is random, hence free")


def _may_replace(found: Panel | Unreadable, panel: Panel) -> bool:
    if isinstance(found, Unreadable):
        return found.file.is_file() and not found.file.is_symlink()
    same_process = (found.host, found.start_token) in ((panel.host, panel.start_token), (None, None))
    same_session = found.session_id.casefold() == panel.session_id.casefold()
    return found.state is Presence.DEAD or (same_process and same_session)


def _panel_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise BadUsage(
            f"{name[:80]!r} cannot be a panel's name",
            f"use 1 to {NAME_LIMIT} characters that can be seen, such as Planning",
        )
    return name
