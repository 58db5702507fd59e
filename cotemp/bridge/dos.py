"""Methods that put something into an inbox: a DO, one from a template, or any text."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .. import dos
from ..errors import BadUsage
from ..messages.do import Draft, Flags, Repo
from ..messages.language import LANGUAGES, Language
from ..names import DO_LIMIT, NAME_BYTES
from ..panels import resolve
from ..places import SessionPlaces, make_folder, refuse_link, write_whole
from ..store.claims import holder
from ..store.mailbox import NotPlain, deliver, read_plain
from ..times import parse_duration
from .caller import Caller
from .params import BadParams

if TYPE_CHECKING:
    from .shapes import DroppedDo, DroppedText

_Target = Annotated[str, "a panel name or session id"]
_Path = Annotated[str | None, "the folder that it is about, and starts in; it may be another machine's"]
_Writes = Annotated[bool, "it may change its repo"]
_Network = Annotated[bool, "it may use the network"]
_Create = Annotated[bool, "make a session that does not exist"]
_NOT_IN_NAMES = set('/\\:*?"<>|')


def drop(
    caller: Caller,
    to: _Target,
    body: Annotated[str, "the script"],
    title: Annotated[str | None, "what it is for (default: DO-from- and the computer's name)"] = None,
    repo_path: _Path = None,
    brief: Annotated[str, "one line more about it"] = "Ad-hoc DO",
    *,
    allow_writes: _Writes = False,
    allow_network: _Network = False,
    allow_secrets: Annotated[bool, "it may see the secrets that the policy names"] = False,
    allow_destructive: Annotated[bool, "it may delete and overwrite"] = False,
    timeout: Annotated[str | None, "when to stop it, such as 30m"] = None,
    engine: Annotated[str, "pwsh, python, sh or one of agents.toml"] = "pwsh",
    create: _Create = False,
) -> "DroppedDo":
    """Drop a DO: the script, under a header made of the rest.

    Example: {"to": "co-migrate", "title": "DO-Smoke", "body": "Get-Date", "create": true}
    """
    draft = Draft(
        _default_title() if title is None else title,
        body,
        "",
        Repo("Sandbox", repo_path or None),
        brief,
        Flags(allow_writes, allow_network, allow_secrets, allow_destructive),
        parse_duration(timeout) if timeout else None,
        sender=caller.session,
    )
    return _drop(caller, to, draft, _language(caller, engine), create=create)


def new(
    caller: Caller,
    template: Annotated[Literal["hello", "smoke", "reposcan", "cctsfallback"], "the shipped DO"],
    to: Annotated[str | None, "a panel name or session id (default: as the original)"] = None,
    repo_path: _Path = None,
    *,
    allow_writes: _Writes = False,
    allow_network: _Network = False,
    engine: Annotated[Literal["pwsh", "python", "sh"], "its language"] = "pwsh",
    create: _Create = False,
) -> "DroppedDo":
    """Drop a DO that ships with cotemp.

    Example: {"template": "smoke", "to": "co-migrate", "create": true}
    """
    language = LANGUAGES[engine]
    draft = dos.from_template(template, language)
    found = Draft(
        draft.title,
        draft.body,
        "",
        Repo("Sandbox", repo_path or None),
        draft.brief,
        Flags(writes=allow_writes, network=allow_network),
        sender=caller.session,
    )
    target = to or dos.TEMPLATES[template].to or caller.own_session(f"which session should run {template}?")
    return _drop(caller, target, found, language, create=create)


def hello(
    caller: Caller,
    to: Annotated[str | None, "a panel name or session id (default: the caller's session, else manual)"] = None,
    repo_path: _Path = None,
    engine: Annotated[Literal["pwsh", "python", "sh"], "its language"] = "pwsh",
) -> "DroppedDo":
    """Drop the hello DO, by default into the caller's own session.

    Example: {"to": "co-migrate"}
    """
    target = to or caller.session or "manual"
    return new(caller, "hello", target, repo_path, engine=engine, create=to is None)


def _drop(caller: Caller, to: str, draft: Draft, language: Language, *, create: bool) -> "DroppedDo":
    found = dos.drop(caller.places, to, draft, language, create=create, mark=caller.mark)
    return {
        "path": str(found.path),
        "session": found.session.id,
        "title": found.title,
        "id": found.id,
        "watched": holder(caller.places, f"watch-{found.session.id.casefold()}") is not None,
    }


def _default_title() -> str:
    import platform  # 3 ms, and most DOs have a title

    return f"DO-from-{platform.node() or 'here'}"


def _language(caller: Caller, engine: str) -> Language:
    """The language of an engine. Raises BadUsage when there is none of that name."""
    if engine in LANGUAGES:
        return LANGUAGES[engine]
    known = _configured(caller)
    if engine not in known:
        raise BadUsage(f"no engine is called {engine!r}", f"there are {', '.join(known)}")
    return known[engine]


def _configured(caller: Caller) -> Mapping[str, Language]:
    from ..config import in_force
    from ..runner.engines import engines

    found = engines(in_force(caller.places, caller.config_path).engines).values()
    return {one.name: Language(one.name, one.extension, one.syntax) for one in found}


# --- any text ---


def drop_text(
    caller: Caller,
    to: _Target,
    name: Annotated[str, "the file's name"],
    text: Annotated[str, "what it holds"],
    *,
    replace: Annotated[bool, "replace a file of that name"] = False,
) -> "DroppedText":
    """Put a text into an inbox as a file of that name. When another text has the name, the file gets a number.

    Example: {"to": "co-planning", "name": "table.md", "text": "| a | b |"}
    """
    _check_name(name)
    session = resolve(caller.places, to)
    refuse_link(session.inbox)
    make_folder(session.inbox)
    path = _put(session, name, _encoded(name, text), replace=replace)
    return {"path": str(path), "name": path.name, "session": session.id}


def _check_name(name: str) -> None:
    bad = set(name) & _NOT_IN_NAMES or {char for char in name if char < " "}
    wrong = bad or not name.strip(". ") or name != name.strip() or name.startswith(".") or name.endswith(".")
    if wrong or len(os.fsencode(name)) > NAME_BYTES - 10:
        raise BadParams(f"name cannot be {name[:80]!r}", "it is the name of a file, without a folder, such as table.md")


def _encoded(name: str, text: str) -> bytes:
    """As the original wrote it: with a line end; a BOM where Windows PowerShell 5.1 would not read it without."""
    whole = text if text.endswith("\n") else text + "\n"
    data = whole.encode("utf-8-sig" if name.lower().endswith(".ps1") and not whole.isascii() else "utf-8")
    if len(data) > DO_LIMIT:
        raise BadUsage(f"the text has more than {DO_LIMIT // 1024**2} MiB", "put it into a file, and send its path")
    return data


def _put(session: SessionPlaces, name: str, data: bytes, *, replace: bool) -> Path:
    """Where the text is now; a file that holds the same already is it."""
    path, number = session.inbox / name, 2
    while True:
        try:
            return deliver(session.inbox, path.name, data)
        except FileExistsError:
            if _holds(path, data):
                return path
        if replace:
            write_whole(path, data)
            return path
        path, number = session.inbox / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_plain(path, len(data) + 1)[0] == data
    except (OSError, NotPlain):
        return False
