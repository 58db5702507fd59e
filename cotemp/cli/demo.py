"""`cotemp demo`: all of it at once, in a home of its own."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from ..demo import Line, Tone, ended_as_announced, play
from ..places import Places
from .frame import Answer, Context, Opt
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
    folder = Path(tempfile.mkdtemp(prefix="cotemp-demo-"))
    places = Places.at(folder / "CoTemp", root=folder / "state")
    story: list[Line] = []
    _end_as_by_interrupt()
    try:
        for line in play(places):
            story.append(line)
            yield Answer(None, _shown(line))
        worked = ended_as_announced(places)
        yield Answer(None, _last(places.home, keep=keep, worked=worked), 0 if worked else 1)
        yield Answer({"schema": 1, "ok": worked, "home": str(places.home) if keep else None, "story": _plain(story)})
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _end_as_by_interrupt() -> None:
    """Clean up when the terminal is closed or the process is ended, too, not only after ^C."""
    for name in ("SIGHUP", "SIGTERM"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


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
