"""A power cut at a chosen moment: the n-th change of the disk happens, or does not, and nothing after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from cotemp.store.ledger import Ledger

__all__ = ["Power", "PowerCut"]

_DISK = ("rename", "replace", "link", "unlink", "mkdir", "rmdir")
_LEDGER = ("intend", "hold", "begin", "refuse", "applying", "conclude", "reject", "mark_filed")


class PowerCut(BaseException):
    """The machine is off: nobody handles this."""


class Power:
    """The power of one machine; `cut` says before or after which change it fails."""

    def __init__(self, changes: int, *, after: bool) -> None:
        self._left = changes
        self._after = after
        self.off = False

    @contextmanager
    def on(self) -> Iterator[None]:
        """Everything within runs on this power."""
        disk: dict[str, Any] = {name: self._wired(getattr(os, name)) for name in _DISK}
        ledger: dict[str, Any] = {name: self._wired(getattr(Ledger, name)) for name in _LEDGER}
        with mock.patch.multiple(os, **disk), mock.patch.multiple(Ledger, **ledger):
            yield

    def moment(self) -> None:
        """A moment at which the power may fail although nothing is written."""
        self._wired(lambda: None)()

    def _wired(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **kwargs: Any) -> Any:
            if self.off:
                raise PowerCut
            self._left -= 1
            if self._left < 0 and not self._after:
                self._fail()
            found = real(*args, **kwargs)
            if self._left < 0:
                self._fail()
            return found

        return act

    def _fail(self) -> None:
        self.off = True
        raise PowerCut
