"""A bug of ours, as the user sees it: one line, and a file to send along that holds nothing of theirs."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator

from . import __version__
from .errors import CotempError, NotFound, StorageFailed
from .names import random_part
from .places import make_folder, state_root, write_whole
from .times import local_now, stamp

__all__ = ["Bug", "as_bug", "understood"]

_DISK = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EIO, errno.EMFILE, errno.ENAMETOOLONG}
"""What the disk says no with."""
_SPOKEN_BY_PYTHON = (AttributeError, ImportError, NameError, TypeError, RecursionError, NotImplementedError)
"""Exceptions whose message speaks of code; the message of any other may quote a note, a script or a password."""


class Bug(CotempError):
    """Something that cotemp did not foresee."""


def understood(error: Exception, command: str) -> CotempError:
    """What the machine refused is no bug of ours; whatever else nobody foresaw is."""
    if isinstance(error, CotempError):
        return error
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f"{error.filename}: " if error.filename else ""
        return StorageFailed(f"{where}{error.strerror}", "see: cotemp doctor")
    if isinstance(error, FileNotFoundError) and not _is_somewhere():
        return NotFound("the folder that this was started in is not there any more", "change to one that is: cd")
    if os.environ.get("COTEMP_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    return as_bug(error, command)


def _is_somewhere() -> bool:
    """False when the working directory was removed: whatever a relative path means, it is not there."""
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def as_bug(error: BaseException, command: str) -> Bug:
    """Write down what happened while `command` ran, and say where."""
    report = _without_secrets("\n".join(_report(error, command)) + "\n")
    try:
        folder = state_root() / "errors"
        make_folder(folder, 0o700)
        file = folder / f"{stamp(local_now())}-{os.getpid()}-{random_part(4)}.txt"
        write_whole(file, report.encode("utf-8", "backslashreplace"), mode=0o600)
    except (CotempError, OSError, RuntimeError):
        return Bug(f"this is a bug in cotemp ({type(error).__name__})\n{report}", "report it with the lines above")
    return Bug(f"this is a bug in cotemp ({type(error).__name__})", f"report it with this file: {file}")


def _without_secrets(report: str) -> str:
    """Names in a trace are ours, but a path or a missing attribute may be somebody's password."""
    from .redact import Scrubber, secrets_in

    return Scrubber(secrets_in(os.environ), os.urandom(32)).scrub(report)


def _report(error: BaseException, command: str) -> Iterator[str]:
    import platform
    import traceback  # 15 ms with platform: only a bug is worth it

    yield f"cotemp {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield f"command: {command}"
    for one in _chain(error):
        yield ""
        yield from (line.rstrip("\n") for line in traceback.format_tb(one.__traceback__))
        yield f"{type(one).__module__}.{type(one).__qualname__}: {_message(one)}"


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and those that led to it, first cause first."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.insert(0, following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return chain


def _message(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"[{error.errno}] {error.strerror}: {error.filename}"
    if isinstance(error, _SPOKEN_BY_PYTHON):
        return str(error)
    return "(its message may quote your text, so it is left out; COTEMP_DEBUG=1 shows it)"
