"""What a DO may do: its header, limited by the owner's policy. Pure; the one place that makes an `Approved`."""

from __future__ import annotations

from dataclasses import dataclass

from .messages.do import Do, Flags

__all__ = ["Approved", "decide"]

_MAKER = object()


@dataclass(frozen=True)
class Approved:
    """A DO that may run: bound to its bytes by `do.sha256`, limited by `consent`.

    Only `decide` can make one, so whoever holds one knows that the question was asked.
    """

    do: Do
    consent: Flags
    rule: str
    maker: object = None

    def __post_init__(self) -> None:
        if self.maker is not _MAKER:
            raise TypeError("only consent.decide makes an Approved")


def decide(do: Do) -> Approved:
    """Approve any DO with a valid header; nothing enforces its consent yet, and each run's log says so."""
    return Approved(do, do.consent, "unenforced=run", _MAKER)
