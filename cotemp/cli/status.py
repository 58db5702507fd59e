"""What is going on: `status`; and the original's checks as commands: `verify`, `enforce-single`."""

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from ..display import display_line
from ..errors import BadUsage
from ..status import Snapshot, only, snapshot
from ..times import local_now
from . import inside
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint, plain
from .status_text import one_line, table

_EVERY = 2.0
_SHORTEST = 0.1
"""Seconds between two looks, when nobody says, and at least."""
_TO_THE_TOP = "\x1b[H\x1b[J"


def status(
    cx: Context,
    names: Annotated[
        list[str] | None,
        Arg(
            "agents, sessions or panels (default: all); with --watch also the seconds between two looks (default: 2)",
            metavar="NAME",
            complete="target",
        ),
    ] = None,
    *,
    watch: Annotated[bool, Opt("--watch", "look again and again, until ^C", short="-w")] = False,
    compact: Annotated[bool, Opt("--compact", "one line, for a prompt")] = False,
    check: Annotated[bool, Opt("--check", "exit with 1 when something needs a human")] = False,
) -> Answer | Iterator[Answer]:
    """Show what is going on.

    A row for each panel, then one for each session that has none: its DOs that wait and that ran, who watches it, how
    today's runs ended, what waits for you. Then a row for each agent: what it does, since when, what happens next and
    how that is known; and the current phase. Below it stands what needs a human, if anything does. It is read from
    disk, and true when nothing of cotemp runs. A pid with a question mark: nobody can tell whether it is still that
    process.

    Examples:
      cotemp status
      cotemp status --watch 5
      cotemp status builder
      cotemp status --compact
      cotemp status --check --json
    """
    inside.say_if_hidden(cx)
    chosen = [name for name in names or () if not _is_number(name)]
    numbers = [float(name) for name in names or () if _is_number(name)]
    if numbers and not watch:
        raise BadUsage(
            f"{numbers[0]:g} means nothing without --watch", "to look every so many seconds: --watch SECONDS"
        )
    if watch:
        return _again(cx, numbers[0] if numbers else _EVERY, chosen, compact=compact, check=check)
    return _answer(cx, *_look(cx, chosen, compact=compact), check=check)


def _is_number(word: str) -> bool:
    return re.fullmatch(r"\d+(\.\d*)?|\.\d+", word, re.ASCII) is not None


def _look(cx: Context, names: Sequence[str], *, compact: bool) -> tuple[Snapshot, Iterator[str]]:
    """The state now (of `names`, when there are any), and its lines for people."""
    found = snapshot(cx.places, local_now(), cx.config_path)
    if names:
        found = only(found, names)
    return found, iter([one_line(found)]) if compact else table(found, cx.env.get("COSESSION_ID"), cx.terminal.room())


def _answer(cx: Context, found: Snapshot, lines: Iterable[str], *, check: bool) -> Answer:
    return Answer(found.json() if cx.json else None, lines, exit_code=int(check and bool(found.attention)))


def _again(cx: Context, seconds: float, names: Sequence[str], *, compact: bool, check: bool) -> Iterator[Answer]:
    """Snapshots without end: on a terminal each in the place of the one before."""
    in_place = cx.stdout_is_terminal and cx.env.get("TERM") != "dumb"
    while True:
        found, shown = _look(cx, names, compact=compact)
        lines = list(shown)
        if in_place:
            lines = [_TO_THE_TOP + "\n".join(_upper(lines, cx))]
        yield _answer(cx, found, lines, check=check)
        time.sleep(max(_SHORTEST, seconds))


def _upper(lines: list[str], cx: Context) -> list[str]:
    """As many of the lines as the terminal has; of a table that is too long the end of the rows is left out."""
    height = _size(cx).lines - 1
    if len(lines) <= height:
        return lines
    last = [line for line in lines if plain(line).startswith("! ")]
    shown = lines[: max(2, height - len(last) - 1)]
    return [*shown, paint(f"{len(lines) - len(last) - len(shown)} more rows", "dim"), *last]


def _size(cx: Context) -> os.terminal_size:
    try:
        found = os.get_terminal_size(cx.terminal.stdout.fileno())
    except OSError:
        found = os.terminal_size((0, 0))
    return os.terminal_size((found.columns or 80, found.lines or 24))


def verify(cx: Context) -> Answer:
    """Check that the home is complete.

    Looks for everything that `init` makes: folders, sessions, files and settings. The exit code is 1 when something
    is missing.

    Examples:
      cotemp verify
    """
    from ..setup.verifying import parts  # not for status

    found = list(parts(cx.places, cx.config, cx.config_path))
    missing = [part for part in found if not part.is_there]
    json = {
        "schema": 1,
        "home": str(cx.places.home),
        "complete": not missing,
        "missing": [{"what": part.what, "path": str(part.path)} for part in missing],
    }
    lines = columns([(f"missing: {part.what}", display_line(str(part.path))) for part in missing]) if missing else []
    verdict = "make what is missing: cotemp init" if missing else f"complete: {display_line(str(cx.places.home))}"
    return Answer(json, [*lines, paint(verdict, "yellow" if missing else "green")], exit_code=int(bool(missing)))


def enforce_single(
    cx: Context,
    sessions: Annotated[
        list[str] | None, Arg("panel names or session ids (default: those of the configuration)", complete="target")
    ] = None,
) -> Answer:
    """Keep one watcher per session.

    Removes the records of dead panels, and makes sure that each session is watched, by exactly one process: one that
    watches it already stays, else the daemon takes it. Exit code 3: another machine owns a session.

    Examples:
      cotemp enforce-single
      cotemp enforce-single co-planning Migrate
    """
    from ..panels import remove_dead  # not for status
    from .starting import up

    removed = remove_dead(cx.places)
    watching = up(cx, sessions or cx.config.watched())
    told = [
        f"removed the panel {display_line(panel.name)} of process {panel.pid}, which has ended" for panel in removed
    ]
    json = watching.json | {"removed_panels": [panel.record() for panel in removed]}
    nobody = any(one["pid"] is None for one in watching.json["sessions"])
    return Answer(json, [*told, *watching.text], exit_code=3 if nobody else 0)
