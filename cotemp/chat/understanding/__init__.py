"""What a chat answered, as it comes out of its window: what is understood of it, and what is not.

    unmangle    one kind of line end, nothing hidden; what was odd about each line is known
    blocks      fences: nested, never closed, quoted
    scripts     a script that a human may drop: its header, what it asks for, what it would get
    backchats   messages, as JSON or as the text that cotemp made of them
    acks, echoes, wraps    the short replies, in prose
    reading     all of it, in the order of the lines

Nothing here runs anything or believes anything: an ACK is what somebody wrote, a script is a text.
"""

from __future__ import annotations

from .items import Ack, Copy, Echo, Item, Lines, Message, Script, Unclear, Understood, WrapRequest
from .reading import ingest

__all__ = [
    "Ack",
    "Copy",
    "Echo",
    "Item",
    "Lines",
    "Message",
    "Script",
    "Unclear",
    "Understood",
    "WrapRequest",
    "ingest",
]
