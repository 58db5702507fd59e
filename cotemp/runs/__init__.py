"""The runs of a home: listing and finding them, stopping and repeating one, clearing old ones away.

Listing stands here; `acts` (cancel, retry), `details` (all about one run) and `archive` (clearing)
are imported by whoever needs them, so that a list costs no more than a list.
"""

from .overview import Survey, find, listing, survey
from .row import Entry, RunRow

__all__ = ["Entry", "RunRow", "Survey", "find", "listing", "survey"]
