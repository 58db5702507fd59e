"""A receipt: what is known of the reading of one note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Receipt"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Note `note` to session `to` was shown to `read_by` at `read_at` (UTC, RFC 3339).

    `read_by` is a session id, or a user name where no session is set; `via` is the face of cotemp that
    showed it: `cli`, `python`, `demo` or `bridge`.
    """

    note: str
    to: str
    read_by: str
    read_at: str
    via: str
    schema: Literal[1] = 1
