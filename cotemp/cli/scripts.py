"""The script that somebody named on the command line: its bytes, and the language that it is written in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadUsage, NotFound
from ..messages.do import Problem
from ..messages.header import HeaderError
from ..messages.language import LANGUAGES, Language
from ..names import DO_LIMIT
from ..store.mailbox import NotPlain, read_plain
from .frame import Context

__all__ = ["Languages", "bytes_of", "choose", "languages_of", "of_ending"]

Languages = Mapping[str, Language]


def languages_of(cx: Context) -> Languages:
    """The languages that this machine's engines run, by the name of the engine."""
    if not _mentions_engines(cx.config_path):
        return LANGUAGES
    from ..runner.engines import engines  # takes as long as all the rest of a drop

    found = engines(cx.config.engines).values()
    return {engine.name: Language(engine.name, engine.extension, engine.syntax) for engine in found}


def _mentions_engines(config: Path) -> bool:
    """False when the settings are not worth reading for their engines."""
    try:
        return b"engines" in config.read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # let the reader say what is wrong


def choose(languages: Languages, named: str | None, file: Path | None) -> Language:
    """The language of the engine that is named, else of the file's ending, else PowerShell, as the original."""
    if named is None and file is not None:
        found = of_ending(languages, file)
        if found is None and not file.exists():
            raise _missing(file)
        if found is None:
            raise BadUsage(f"no engine runs {file.suffix or 'files without ending'}", "say which one: --engine")
        return found
    if named is not None and named not in languages:
        raise BadUsage(f"no engine is called {named!r}", f"there are {', '.join(languages)}")
    return languages[named or "pwsh"]


def of_ending(languages: Languages, file: Path) -> Language | None:
    """The language whose scripts end as `file` does."""
    return next((language for language in languages.values() if language.extension == file.suffix.lower()), None)


def _missing(file: Path) -> NotFound:
    return NotFound(f"there is no file {str(file)!r}", "mind the folder that you are in")


def bytes_of(file: Path) -> bytes:
    """The bytes of a file, at most one more than a DO may have.

    Raises NotFound when it is missing, HeaderError when it cannot be read.
    """
    try:
        return read_plain(Path(os.path.realpath(file)), DO_LIMIT + 1)[0]
    except FileNotFoundError:
        raise _missing(file) from None
    except NotPlain as error:
        raise HeaderError([Problem(1, 1, "file", f"it is {error.kind}", "name the script itself")]) from error
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise HeaderError([Problem(1, 1, "file", what, "mend its rights or its path")]) from error
