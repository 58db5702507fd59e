"""The alerts of a home: `alerts/BLOAT_ALERT.txt`, one a line, as the original writes them or as ours are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..places import Places
from ..store.mailbox import NotPlain, read_plain
from .happening import Happening, Kind
from .moments import moment

__all__ = ["LIMIT", "Alert", "alerts_file", "alerts_in", "read_alerts"]

LIMIT = 4 * 1024 * 1024
"""Bytes of alerts that are read; a line has about a hundred."""

_LINE = re.compile(r"\[BLOAT\?\] (.+) \u2014 (\S+(?: \d\S*)?)(?: \[([A-Za-z0-9][A-Za-z0-9._-]{0,63})\])?", re.DOTALL)
_FIGURES = re.compile(r":.*", re.DOTALL)


class Alert(NamedTuple):
    """One alert; `session` is "" in the original's, which name none."""

    at: datetime
    session: str
    text: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """What was wrong, without its figures."""
        return tuple(_FIGURES.sub("", part).strip() for part in self.text.split(" | "))

    def happening(self) -> Happening:
        """As a line."""
        return Happening(self.at, Kind.ALERT, self.session, self.text, good=False)


def alerts_file(places: Places) -> Path:
    """Where the original keeps them."""
    return places.home / "alerts" / "BLOAT_ALERT.txt"


def read_alerts(places: Places) -> list[Alert]:
    """The alerts, in the order of the file; none where there is no such file, or none that can be read.

    Of a file that nobody ever emptied the newest are read.
    """
    try:
        return list(alerts_in(read_plain(alerts_file(places), LIMIT, from_end=True)[0]))
    except (OSError, NotPlain):
        return []


def alerts_in(data: bytes) -> Iterator[Alert]:
    """The alerts in the bytes of such a file; lines that are none are passed over."""
    for line in data.decode("utf-8-sig", "replace").splitlines():
        found = _LINE.fullmatch(line.strip())
        at = moment(found[2]) if found else None
        if found and at:
            yield Alert(at, found[3] or "", found[1])
