"""Methods about the home: the handshake, where everything is, whether it is complete, what a chat is greeted with."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from .. import __version__
from ..errors import BadConfig, BadUsage
from ..places import SessionPlaces
from .caller import Caller
from .methods import PROTOCOL

if TYPE_CHECKING:
    from .shapes import ChatInfo, Hello, HomeInfo, Parts, SessionPaths

_CHAT = "https://chat.openai.com"
_GREETINGS = {"co-planning": "GREETING_Planning.txt", "co-migrate": "GREETING_Migrate.txt"}
_GREETING_LIMIT = 64 * 1024


def hello(
    caller: Caller,
    protocol: Annotated[int, "the version of the protocol that the client speaks"],
    client: Annotated[str, "the name of the client"] = "",
    version: Annotated[str, "the version of the client"] = "",
) -> "Hello":
    """The handshake: the first call of a connection.

    Example: {"protocol": 1, "client": "Cotemp.psm1", "version": "0.1.0"}
    """
    if protocol != PROTOCOL:
        raise BadUsage(
            f"this is cotemp {__version__} with protocol {PROTOCOL}; the client speaks {protocol}",
            "install the PowerShell module that came with it: cotemp init",
        )
    return {"protocol": 1, "version": __version__, "home": _home(caller), "pid": os.getpid()}


def _home(caller: Caller) -> str | None:
    try:
        return str(caller.places.home)
    except BadConfig:
        return None


def home(caller: Caller) -> "HomeInfo":
    """Where everything is.

    Example: {}
    """
    places = caller.places
    return {
        "home": str(places.home),
        "exists": places.home.is_dir(),
        "sessions": str(places.sessions),
        "panels": str(places.panels),
        "state": str(places.state),
        "config": str(caller.config_path),
        "python": sys.executable,
        "version": __version__,
        "session": caller.session,
    }


def verify(caller: Caller) -> "Parts":
    """Check that everything is there that `cotemp init` makes.

    Example: {}
    """
    from ..config import in_force
    from ..setup.verifying import parts

    config = in_force(caller.places, caller.config_path)
    missing = [part for part in parts(caller.places, config, caller.config_path) if not part.is_there]
    return {
        "home": str(caller.places.home),
        "complete": not missing,
        "missing": [{"what": part.what, "path": str(part.path)} for part in missing],
    }


def chats(
    caller: Caller,
    session: Annotated[str, "the panel or session whose greeting to paste"] = "co-planning",
    url: Annotated[str, "the chat's address"] = _CHAT,
) -> "ChatInfo":
    """What opening a chat takes: its address and the greeting for it.

    Example: {"session": "co-planning"}
    """
    from ..panels import resolve

    found = resolve(caller.places, session)
    name = _GREETINGS.get(found.id.casefold())
    if name is None:
        raise BadUsage(f"there is no greeting for {found.id}", f"there is one for {' and '.join(_GREETINGS)}")
    greeting, file = _greeting(caller.places.home / "greetings" / name)
    panel = name.removeprefix("GREETING_").removesuffix(".txt")
    return {"session": found.id, "name": panel, "url": url, "greeting": greeting, "greeting_file": file}


def _greeting(file: Path) -> tuple[str, str | None]:
    """The user's own text, else ours."""
    from ..places import shipped
    from ..store.mailbox import NotPlain, read_plain

    try:
        data, _ = read_plain(file, _GREETING_LIMIT)
        return data.decode("utf-8-sig"), str(file)
    except (OSError, NotPlain, UnicodeDecodeError):
        return (shipped("templates") / "greetings" / file.name).read_text(encoding="utf-8-sig"), None


def session_path(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
    *,
    create: Annotated[bool, "make what is missing of its folders"] = False,
) -> "SessionPaths":
    """The folders of a session; without a name those of the caller's, whether it exists or not.

    Example: {"session": "co-planning"}
    """
    if session is None:
        found = caller.places.session(caller.own_session("which session?"))
        if create:
            found.make()
    else:
        from ..panels import resolve

        found = resolve(caller.places, session, create=create)
    return _paths(found)


def _paths(session: SessionPlaces) -> "SessionPaths":
    return {
        "session": session.id,
        "exists": session.exists(),
        "path": str(session.root),
        "inbox": str(session.inbox),
        "outbox": str(session.outbox),
        "logs": str(session.logs),
        "notes": str(session.notes),
        "scripts": str(session.scripts),
        "held": str(session.held),
        "running": str(session.running),
    }


def leave(caller: Caller) -> "dict[str, str]":
    """End the server once this is answered.

    Example: {}
    """
    return {}
