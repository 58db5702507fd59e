"""One page that shows a session to people who would rather look than read: self-contained, scrubbed, no script."""

from __future__ import annotations

from .drawing import page
from .gathering import gather
from .model import Item, Report, Text

__all__ = ["Item", "Report", "Text", "gather", "page"]
