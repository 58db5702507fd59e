"""Which home a config names; asked by every command, so it reads that one key and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import BadConfig
from .source import read_bytes, text_of, toml_of
from .trusted import must_be_trusted

__all__ = ["home_in", "named_home"]

_HOME_KEY = re.compile(rb"""^(?:\xef\xbb\xbf)?[ \t]*["']?home["']?[ \t]*=""", re.MULTILINE)


def home_in(config: Path) -> Path | None:
    """The `home` that the file `config` names, if there is such a file and it names one.

    Raises BadConfig when it cannot be understood, or names a home without being trusted.
    """
    data = read_bytes(config)
    home = None if data is None else _named(config, data)
    if home and data is not None:
        must_be_trusted(home, config, data)
    return home


def named_home(config: Path) -> Path | None:
    """As `home_in`, whoever wrote the file: only for deciding where to write down that it is trusted."""
    data = read_bytes(config)
    return None if data is None else _named(config, data)


def _named(config: Path, data: bytes) -> Path | None:
    if not _HOME_KEY.search(data):
        return None  # only a file that seems to name a home is worth a TOML parser
    named = toml_of(config, text_of(config, data)).get("home")
    return None if named is None else _path(named, config)


def _path(named: object, config: Path) -> Path:
    try:
        path = Path(named).expanduser() if isinstance(named, str) and named and "\0" not in named else None
    except RuntimeError:
        path = None
    if path is None:
        raise BadConfig(
            "should be a path in quotes", 'write it like "~/Downloads/CoTemp"', file=str(config), key="home"
        )
    return config.absolute().parent / path
