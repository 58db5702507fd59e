"""Request keys: a call that changes something is done once for its key, over all processes of this machine.

A client that hears nothing kills its server and asks another process, with the same key. That one waits while the
first is at it, and gives its answer. Where the first died before it could answer, the call is made again; but the
moment of the first attempt is known, and the key gives the letters: the two make the name of whatever was made, so it
is found if it was made.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import CotempError
from ..names import Mark, letters
from ..places import Places
from ..times import dated
from .journal import Journal
from .params import BadParams

__all__ = ["Keys", "Request", "key_in"]

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_NOT_ASKED = ("context", "request_key")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Request:
    """A request that nobody else is at: `answer` is the first one, None while there is none."""

    def __init__(self, journal: Journal, key: str, mark: Mark, answer: str | None) -> None:
        self.mark = mark
        self.answer = answer
        self._journal = journal
        self._key = key

    def remember(self, answer: str) -> None:
        """Give this answer, a JSON object in ASCII, to whoever asks again."""
        self.answer = answer
        with contextlib.suppress(CotempError):  # it is done, and can be told at least to whoever asked
            self._journal.append(self._key, f'{{"answer":{answer}}}')


def key_in(params: Mapping[str, Any]) -> str:
    """The request key of a changing call. Raises BadParams."""
    key = params.get("request_key")
    if key is None:
        raise BadParams("request_key is missing", "send a new GUID with each call that changes something")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadParams("request_key is wrong", "it is a GUID: 8 to 64 letters, digits and -")
    return key.lower()


class Keys:
    """The requests of this process, over all homes."""

    def __init__(self) -> None:
        self._journals: dict[Path, Journal] = {}

    @contextlib.contextmanager
    def begun(self, places: Places, key: str, method: str, params: Mapping[str, Any]) -> Iterator[Request]:
        """Have a request to oneself, as long as the `with` block lasts.

        Raises BadParams for a key that was used for another call, TookTooLong when another process is at it all the
        time, StorageFailed when nothing can be written.
        """
        asked, journal = _asked(method, params), self._journal(places)
        with journal.alone(key):
            entries = journal.find(key)
            first = next((entry for entry in entries if "asked" in entry), None)
            if first and first["asked"] != asked:
                raise BadParams("request_key was used for another call before", "send a new GUID with each call")
            at = float(first["at"]) if first else time.time()
            if not first:
                journal.append(key, json.dumps({"asked": asked, "at": at}))
            answer = next((_spell(entry["answer"]) for entry in entries if "answer" in entry), None)
            yield Request(journal, key, _mark(key, at, again=first is not None), answer)

    def close(self) -> None:
        """Let go of the files; nothing may be begun any more."""
        for journal in self._journals.values():
            journal.close()

    def _journal(self, places: Places) -> Journal:
        if places.state not in self._journals:
            self._journals[places.state] = Journal(places.state / "requests")
        return self._journals[places.state]


_spell = json.JSONEncoder(separators=(",", ":")).encode


def _asked(method: str, params: Mapping[str, Any]) -> str:
    """What tells this call from every other one; not where it comes from, which two processes may see differently."""
    told = _encode([method, {name: value for name, value in params.items() if name not in _NOT_ASKED}])
    return hashlib.sha256(told.encode()).hexdigest()


def _mark(key: str, at: float, *, again: bool) -> Mark:
    return Mark(dated(at), letters(hashlib.sha256(key.encode()).digest()[:12]), again)
