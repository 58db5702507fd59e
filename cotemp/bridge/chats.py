"""Methods that prepare something for a chat: a message, the policy capsule, the bootstrap of a new one."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from ..errors import AnswerIsNo, NotFound
from ..panels import find
from ..pastes import Record
from ..pastes.addressing import kept_under, window
from .caller import Caller
from .desk import copy_into, desk_of, made_before, own_or, scrub_for, settings, told

if TYPE_CHECKING:
    from ..chat.capsule import Capsule, Change
    from ..chat.paste import Scrub
    from ..messages.backchat import Backchat
    from ..pastes.capsules import Kept
    from .shapes import Bootstrapped, CapsuleDifference, CapsuleMade, EmittedMessage

_Type = Literal["handoff", "status", "request", "bpoe_capsule", "achievements", "todo"]
_NOBODY = "Unknown Session"


def emit(
    caller: Caller,
    to: Annotated[str, "for whom it is: a session, a panel, or any name"],
    body: Annotated[str, "what it says, in Markdown"],
    kind: Annotated[_Type, "what it is"] = "handoff",
    sender: Annotated[str | None, "who says it (default: the caller's session, else Unknown Session)"] = None,
    attachments: Annotated[list[str] | None, "files that belong to it; only their names are told"] = None,
    priority: Annotated[str, "low, normal, high, urgent, or any word"] = "normal",
) -> "EmittedMessage":
    """Write a message for another session's chat: a pair of files in the home's inbox, and a paste that waits.

    Example: {"to": "co-migrate", "body": "The fallback is next.", "kind": "todo", "priority": "high"}
    """
    from ..chat.backchat import base_name, slug
    from ..pastes.letters import Letter, written
    from ..pastes.letters import emit as emit_message

    names = [_name(caller, one) for one in attachments or ()]
    config, desk = settings(caller), desk_of(caller)
    sid = kept_under(caller.places, to, lambda name: scrub_for(caller, config)(name))
    scrub = scrub_for(caller, config, sid if find(caller.places, sid) else None)
    letter = Letter(kind, sender or caller.session or _NOBODY, to, body, priority, names)
    message = _as_first(caller, written(letter, scrub, caller.now))
    record = (
        _emitted(caller, message) or emit_message(desk, message, sid, window(caller.places, config, sid), scrub).record
    )
    base = caller.places.home / "inbox" / slug(message.to_session) / base_name(message)
    return {
        "id": message.id,
        "path": f"{base}.json",
        "paste_file": f"{base}.paste.md",
        "paste": told(desk, record),
    }


def _name(caller: Caller, path: str) -> str:
    file = Path(caller.path("attachments", path))
    if not file.exists():
        raise NotFound(f"there is no file {path!r} to attach", "mind the folder that you are in")
    return file.name


def _as_first(caller: Caller, message: "Backchat") -> "Backchat":
    """The message under the id that every attempt at this very call gives it."""
    if caller.mark is None:
        return message
    digest = hashlib.sha256(caller.mark.letters.encode()).digest()
    return replace(message, id=str(UUID(bytes=digest[:16], version=4)))


def _emitted(caller: Caller, message: "Backchat") -> Record | None:
    """The paste that an earlier attempt at this very call has made of the message."""
    records = desk_of(caller).listing().records if caller.is_again else ()
    return next((one for one in records if one.about == message.id), None)


def capsule(
    caller: Caller,
    profile: Annotated[str | None, "the CoProfile (default: that of last time, else the original's place)"] = None,
    version: Annotated[str | None, "the version that it gets, such as 2.0.0"] = None,
    to: Annotated[str | None, "a panel or session for whose chat it is put on the desk"] = None,
    out_dir: Annotated[str | None, "a folder for copies of the two files, besides the home's policy"] = None,
    *,
    bump: Annotated[bool, "give it the version that tells what changed"] = False,
) -> "CapsuleMade":
    """Make the policy capsule from a profile: what chats are told of it, nothing secret, no path that names anybody.

    It is refused when it says other things than the one before, and neither `bump` nor `version` is given.

    Example: {"profile": "/home/me/Documents/CoProfile/coprofile.json", "bump": true}
    """
    from ..chat.capsule import difference, echo
    from ..pastes.capsules import kept, publish

    before, config, desk = kept(caller.places), settings(caller), desk_of(caller)
    source = _profile(caller, profile)
    made = _drafted(before, source, scrub_for(caller, config), version, bump=bump)
    written, text = publish(caller.places, made, str(source))
    record = _offered(caller, made, own_or(caller, to, "for whom?")) if to else None
    return {
        "version": str(made.version),
        "echo": echo(made.version),
        "path": str(copy_into(caller, out_dir, written) or written),
        "paste_file": str(copy_into(caller, out_dir, text) or text),
        "changes": [_change(one) for one in difference(before.capsule.data, made.data)] if before else [],
        "dropped": [{"pointer": one.pointer, "why": one.why} for one in made.dropped],
        "paste": told(desk, record) if record else None,
    }


def _change(one: "Change") -> "CapsuleDifference":
    return {"pointer": one.pointer, "before": one.before, "after": one.after}


def _profile(caller: Caller, named: str | None) -> Path:
    from ..pastes.offering import profile_path

    return Path(caller.path("profile", named)) if named else profile_path(caller.places)


def _drafted(before: "Kept | None", source: Path, scrub: "Scrub", version: str | None, *, bump: bool) -> "Capsule":
    from ..chat.capsule import Version
    from ..pastes.capsules import difference_now, draft, read_profile

    content = read_profile(source)
    if version:
        return draft(before, content, source.name, scrub, Version.of(version))
    if before is None:
        return draft(None, content, source.name, scrub)
    changes, least = difference_now(before, content, source.name, scrub)
    if changes and not bump:
        what = "\n".join(str(one) for one in changes[:20])
        raise AnswerIsNo(
            f"the capsule would change, and no chat could tell, as it is still {before.version}:\n{what}",
            f"make it version {least}: Export-CoPolicyCapsule -Bump",
        )
    return draft(before, content, source.name, scrub, least)


def _offered(caller: Caller, made: "Capsule", session: str) -> Record:
    from ..chat.paste import Kind
    from ..pastes.offering import offer

    config, desk = settings(caller), desk_of(caller)
    scrub, where = scrub_for(caller, config, session), window(caller.places, config, session)
    before = made_before(caller, desk, session, Kind.CAPSULE)
    return before or offer(desk, made, session, where, scrub, caller.now)


def bootstrap(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
    handoff: Annotated[str | None, "where things stand (default: the last handoff, else the last CoWrap)"] = None,
    todos: Annotated[list[str] | None, "what comes next (default: of the last list or handoff)"] = None,
) -> "Bootstrapped":
    """Make the one thing to paste into a new chat: policy, rules, where things stand, what comes next, what to answer.

    Example: {"session": "co-planning", "todos": ["Mend the fallback"]}
    """
    from ..chat.paste import Kind
    from ..pastes.bootstrapping import Made, Wanted, handoff_of, todos_of, wrap_of
    from ..pastes.bootstrapping import bootstrap as make

    sid, desk, config = own_or(caller, session, "whose chat?"), desk_of(caller), settings(caller)
    record = made_before(caller, desk, sid, Kind.BOOTSTRAP)
    if record is None:
        stand = handoff or handoff_of(desk, sid) or wrap_of(caller.places, sid)
        wanted = Wanted(
            sid, window(caller.places, config, sid), stand, tuple(todos or todos_of(desk, sid, stand)),
            config.cowrap.dos or 5,
        )  # fmt: skip
        made = make(desk, wanted, scrub_for(caller, config, sid), caller.now)
    else:
        made = Made(record, record.about, ())
    record = desk.happened(made.record.id, "printed")
    return {
        "session": sid,
        "policy": made.version,
        "paste": told(desk, record),
        "texts": [desk.text(record, number) for number in range(1, len(record.parts) + 1)],
        "ignored": [str(path) for path in made.ignored],
    }
