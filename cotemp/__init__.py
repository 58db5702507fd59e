"""cotemp: one shared folder as mailbox, script runner and switchboard for several AI sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Home
    from .errors import CotempError
    from .messages.do import Do, Flags, Repo
    from .messages.run import Outcome

__version__ = "0.1.0"

__all__ = ["CotempError", "Do", "Flags", "Home", "Outcome", "Repo", "__version__"]

_HOMES = {
    "CotempError": "errors",
    "Do": "messages.do",
    "Flags": "messages.do",
    "Home": "api",
    "Outcome": "messages.run",
    "Repo": "messages.do",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the command line starts from here and must start fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cotemp' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
