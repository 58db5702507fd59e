"""Methods about a file of the user's: is its header right, and has it stopped changing?"""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..errors import NotFound
from ..messages.do import FLAGS, Do, Problem
from ..messages.header import HeaderError, Syntax, read
from ..messages.language import LANGUAGES
from ..names import DO_LIMIT
from ..store.mailbox import NotPlain, read_plain
from .caller import Caller
from .params import BadParams, Between

if TYPE_CHECKING:
    from .shapes import Checked, Wait

_GONE = "gone"


def check(caller: Caller, path: Annotated[str, "the script"]) -> "Checked":
    """Check the header of a DO, without running it.

    Example: {"path": "/home/me/DO_Smoke.ps1"}
    """
    file = caller.path("path", path)
    try:
        do: Do | None = read(_bytes(file), _syntax(file))
        problems: tuple[Problem, ...] = ()
    except HeaderError as error:
        do, problems = None, tuple(error.problems)
    return {
        "file": file,
        "ok": do is not None,
        "title": do.title if do else None,
        "repo": do.repo.path if do else None,
        "consent": _consent(do) if do else None,
        "warnings": list(do.warnings) if do else [],
        "problems": [
            {"line": one.line, "column": one.column, "key": one.key, "what": one.what, "fix": one.fix}
            for one in problems
        ],
    }  # fmt: skip


def _consent(do: Do) -> Any:
    return {f"allow_{name}": getattr(do.consent, name) for name in FLAGS}


def _bytes(file: str) -> bytes:
    try:
        return read_plain(Path(os.path.realpath(file)), DO_LIMIT + 1)[0]
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}", "mind the folder that you are in") from None
    except NotPlain as error:
        raise HeaderError([Problem(1, 1, "file", f"it is {error.kind}", "name the script itself")]) from error
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise HeaderError([Problem(1, 1, "file", what, "mend its rights or its path")]) from error


def _syntax(file: str) -> Syntax:
    """How a header is spelled in a file of this ending; PowerShell's way where nobody knows the ending."""
    ending = os.path.splitext(file)[1].lower()
    return next((one.syntax for one in LANGUAGES.values() if one.extension == ending), Syntax.BLOCK)


def stable(
    caller: Caller,
    path: Annotated[str, "the file; it may come later"],
    interval_ms: Annotated[int, Between(1, 60_000), "time between two looks, in milliseconds"] = 300,
    consecutive: Annotated[int, Between(1, 1000), "how many looks in a row must find it unchanged"] = 3,
    timeout_seconds: Annotated[int, Between(0, 86_400), "when to give up"] = 60,
    look: Annotated[dict[str, Any] | None, "`look` of the answer before; without it this is the first look"] = None,
) -> "Wait":
    """Take one look at a file that may still be written. Wait `wait_ms` and call again with `look` until `done`.

    Example: {"path": "/home/me/DO_Smoke.ps1", "timeout_seconds": 10}
    """
    token, now = _token(caller.path("path", path)), time.time_ns() // 1_000_000
    before, unchanged, since = _seen(look, now)
    unchanged = unchanged + 1 if token == before and token != _GONE else 0
    whole = unchanged >= consecutive
    return {
        "done": whole or now - since >= timeout_seconds * 1000,
        "stable": whole,
        "wait_ms": interval_ms,
        "look": {"token": token, "unchanged": unchanged, "since_ms": since},
    }


def _seen(look: dict[str, Any] | None, now: int) -> tuple[str, int, int]:
    if look is None:
        return "", 0, now
    token, unchanged, since = look.get("token"), look.get("unchanged"), look.get("since_ms")
    if not isinstance(token, str) or type(unchanged) is not int or type(since) is not int:
        raise BadParams("look is not what the look before gave", "send it back as it was")
    return token, unchanged, since


def _token(file: str) -> str:
    """Length and digest of what the file holds now, as the original."""
    try:
        with open(file, "rb") as opened:
            return f"{os.fstat(opened.fileno()).st_size}:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    except OSError:
        return _GONE
