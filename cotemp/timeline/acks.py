"""Pastes and their ACKs, told as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..messages.ack import Ack
from ..times import show_duration
from .happening import Happening, Kind

__all__ = ["told"]


def told(acks: Iterable[Ack]) -> Iterator[Happening]:
    """When each paste was offered, and when it was acknowledged."""
    for ack in acks:
        yield Happening(ack.offered, Kind.PASTE, ack.session, f"{ack.kind} to paste: {ack.title}", ack.id)
        if ack.acknowledged is not None:
            after = f"after {show_duration(ack.seconds or 0.0)}"
            with_what = f", with {', '.join(ack.references)} ({ack.standing or 'claimed'})" if ack.references else ""
            yield Happening(
                ack.acknowledged, Kind.ACK, ack.session, f"acknowledged {after}: {ack.title}{with_what}", ack.id,
                ack.standing != "wrong",
            )  # fmt: skip
