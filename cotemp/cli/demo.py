"""`cotemp demo`: all of it at once, in a home of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

from ..demo import Line, Tone, ended_as_announced, play
from ..places import Places
from .frame import Answer, Context, Opt
from .interrupting import Stops
from .interruption import INTERRUPTED
from .paint import paint


def demo(
    cx: Context,
    *,
    keep: Annotated[bool, Opt("--keep", "leave the home in place, to look around")] = False,
) -> Iterator[Answer]:
    """See it work in a throwaway home.

    Brings two sessions up, sends a note each way, and drops three DOs: one passes, one has a broken header and is
    rejected, one fails and keeps its output so far. Your own home is not touched, whatever COTEMP_HOME says.

    Examples:
      cotemp demo
      cotemp demo --keep
    """
    with Stops(None, patient=True) as stops:
        yield from _played(stops, keep=keep)
    if stops.wanted:
        yield Answer(exit_code=INTERRUPTED)


def _played(stops: Stops, *, keep: bool) -> Iterator[Answer]:
    folder = Path(tempfile.mkdtemp(prefix="cotemp-demo-"))
    try:
        yield from _told(Places.at(folder / "CoTemp", root=folder / "state"), stops, keep=keep)
    except Exception:
        if not stops.wanted:  # else it is the signal's: ^C on a terminal meets the programs that we ask, too
            raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _told(places: Places, stops: Stops, *, keep: bool) -> Iterator[Answer]:
    """The story line by line, then how it ended; breaks off when it should end."""
    story: list[Line] = []
    with closing(play(places, stops.call)) as lines:
        for line in lines:
            if stops.wanted:
                return
            story.append(line)
            yield Answer(None, _shown(line))
    worked = ended_as_announced(places)
    yield Answer(None, _last(places.home, keep=keep, worked=worked), 0 if worked else 1)
    yield Answer({"schema": 1, "ok": worked, "home": str(places.home) if keep else None, "story": _plain(story)})


_STYLES = {Tone.GOOD: "green", Tone.BAD: "red"}


def _shown(line: Line) -> str:
    if line.tone is Tone.STEP:
        return "\n" + paint(line.text, "bold")
    if line.tone is Tone.QUOTE:
        return "    " + paint(f"| {line.text}", "dim")
    if line.tone is Tone.TEXT:
        return "  " + line.text
    word, colon, rest = line.text.partition(":")
    return "  " + paint(word, _STYLES[line.tone]) + colon + rest


def _last(home: Path, *, keep: bool, worked: bool) -> list[str]:
    verdict = "All three ended as announced." if worked else "Something did not end as announced: see above."
    gone = "The home is gone again; --keep leaves it in place."
    return [
        "",
        f"{paint(verdict, 'bold')} {f'Look around: cotemp runs --home {home}' if keep else gone}",
        'Your turn: cotemp init, cotemp up, cotemp send co-planning "hello", cotemp status',
    ]


def _plain(story: list[Line]) -> list[dict[str, str]]:
    return [{"tone": line.tone.value, "text": line.text} for line in story]
