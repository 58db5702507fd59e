"""Prints answers and errors: the one place that decides between text for people and JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..display import display
from ..errors import CotempError, StorageFailed
from .frame import Answer
from .paint import paint
from .terminal import ReaderGone, Terminal

__all__ = ["answer", "error", "interrupted", "stream"]


def answer(found: Answer, terminal: Terminal, *, as_json: bool) -> int:
    """Print one answer; returns its exit code."""
    if as_json:
        if found.json is not None:
            terminal.out(_json(found.json, terminal, indent=2 if terminal.stdout_is_terminal else None))
    else:
        _print_text(found.text, terminal)
    terminal.flush()
    return found.exit_code


def stream(answers: Iterator[Answer], terminal: Terminal, *, as_json: bool) -> int:
    """Print answers as they come, each at once, as JSON one a line; returns the last exit code that is not 0."""
    code = 0
    try:
        for found in answers:
            if as_json and found.json is not None:
                terminal.out(_json(found.json, terminal))
            elif not as_json:
                _print_text(found.text, terminal)
            terminal.flush()
            code = found.exit_code or code
    finally:
        _close(answers)
    return code


def error(problem: CotempError, terminal: Terminal, *, as_json: bool) -> int:
    """Say what went wrong and what to do, on stderr; with `as_json` for the program on stdout too."""
    with suppress(ReaderGone, StorageFailed):  # the problem may be that stdout cannot be written
        terminal.flush()
        if as_json:
            about = {"type": type(problem).__name__, "what": problem.what, "fix": problem.fix}
            terminal.out(_json({"schema": 1, "error": about | {"exit_code": problem.exit_code}}, terminal))
            terminal.flush()
    terminal.err(f"{paint('cotemp:', 'red')} {display(problem.what)}\n")
    if problem.fix:
        terminal.err(f"fix: {display(problem.fix)}\n")
    return problem.exit_code


def interrupted(terminal: Terminal) -> None:
    """Leave the screen as somebody who pressed ^C wants to find it."""
    with suppress(ReaderGone, StorageFailed):
        terminal.flush()
    terminal.err("")


def _print_text(text: str | bytes | Iterable[str], terminal: Terminal) -> None:
    if isinstance(text, bytes):
        terminal.write(text)
        return
    if isinstance(text, str):
        if text:
            terminal.out(text if text.endswith("\n") else text + "\n")
        return
    try:
        for line in text:
            terminal.out(line + "\n")
    finally:
        _close(text)


def _close(source: Any) -> None:
    """End a generator here and now, so that what it holds is let go before the process ends."""
    if hasattr(source, "close"):
        source.close()


def _json(value: Any, terminal: Terminal, *, indent: int | None = None) -> str:
    import json  # 3 ms: only for those who ask for it

    if terminal.is_unicode():
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
        with suppress(UnicodeEncodeError):  # half characters, in names of files
            text.encode()
            return text + "\n"
    return json.dumps(value, indent=indent, default=_plain) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"an answer holds {type(value).__name__}, which is no JSON")
