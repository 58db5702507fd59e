"""The bytes of a config file and the TOML in them; light, because every command may ask which home it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ..errors import BadConfig

__all__ = ["LIMIT", "read_bytes", "text_of", "toml_of"]

LIMIT = 1024 * 1024
"""The largest config in bytes."""


def read_bytes(path: Path) -> bytes | None:
    """What the file holds; None when there is none. Raises BadConfig when it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BadConfig(f"cannot be read: {error.strerror}", "mend its rights", file=str(path)) from None
    if len(data) > LIMIT:
        raise BadConfig(f"is larger than {LIMIT} bytes", "this is no agents.toml", file=str(path))
    return data


def text_of(path: Path, data: bytes) -> str:
    """The content as text, without a BOM. Raises BadConfig with the line that is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadConfig("this line is no UTF-8", "save the file as UTF-8", file=str(path), line=line) from None


def toml_of(path: Path, text: str) -> dict[str, Any]:
    """The tables in `text`. Raises BadConfig with the line that is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = re.search(r" \(at line (\d+), column \d+\)$", said)
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        what = said[: found.start()] if found else said.removesuffix(" (at end of document)")
        fix = "mend the TOML of this line (texts in quotes, one key = value per line)"
        raise BadConfig(f"this is no TOML: {what}", fix, file=str(path), line=line) from None
    except RecursionError:
        raise BadConfig("is nested too deeply", "this is no agents.toml", file=str(path)) from None
