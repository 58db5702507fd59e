"""How a request is refused."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(Exception):
    """What was asked is not done: what is wrong, what to do next, and the exit code of the error tree."""

    def __init__(self, what: str, fix: str, exit_code: int) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.exit_code = exit_code
