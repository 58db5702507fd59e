"""A fresh chat for a session: `bootstrap`, the one thing to paste into it; and `respawn`, when the old one is done."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ..config import narrow
from ..display import display, display_line
from ..errors import BadUsage, NotFound, RefusedByPolicy
from ..names import session_id
from ..panels import find
from ..panels.forwarding import forward, successor
from ..pastes import Record
from ..pastes.bootstrapping import Made, Wanted, handoff_of, supersede, todos_of, wrap_of
from ..pastes.bootstrapping import bootstrap as make_bootstrap
from ..pastes.moving import move_notes
from ..times import local_now
from . import pasting
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from ..places import SessionPlaces
    from ..wraps import Made as Wrap
    from .answers import BootstrapAnswer, RespawnAnswer

_COPY = Opt("--copy", "copy it, or its first part")
_TODO = Opt("--todo", "what comes next; the first three are told (default: of the last list or handoff)")
_HANDOFF = Opt("--handoff", "where things stand, as a file or - (default: the last handoff, else the last CoWrap)")


def bootstrap(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
    *,
    handoff: Annotated[str | None, _HANDOFF] = None,
    todo: Annotated[list[str] | None, _TODO] = None,
    copy: Annotated[bool, _COPY] = False,
) -> Iterator[Answer]:
    """Make the one thing to paste into a new chat.

    It holds the policy capsule, the rules of work (one DO = one script + one artifact), where things stand, the three
    things to do next, and what to answer. The chat needs nothing else. The texts around it are templates/Paste_BPOE.md
    and prompts/Bootstrap_New_Session.md in the home: change them, then `cotemp trust` them.

    Examples:
      cotemp bootstrap co-planning
      cotemp bootstrap Migrate --todo "Mend the fallback" --todo "Write its test" --copy
      git log -5 | cotemp bootstrap co-migrate --handoff -
    """
    sid = pasting.session_of(cx, session)
    table = pasting.desk(cx)
    stand = pasting.given_text(cx, handoff, clipboard=False, what="handoff") if handoff else None
    if stand is None:
        stand = handoff_of(table, sid) or wrap_of(cx.places, sid)
    made = _made(cx, sid, stand, todo or todos_of(table, sid, stand))
    answer: BootstrapAnswer = {
        "schema": 1, "session": sid, "policy": made.version, "paste": pasting.listed(made.record),
        "text": _texts(cx, made.record), "ignored": [str(path) for path in made.ignored],
    }  # fmt: skip
    yield Answer(answer)
    if not cx.json:
        yield from _told(cx, made, copy=copy)
    elif copy:
        _copied(cx, made.record)


def respawn(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
    *,
    successor_id: Annotated[str | None, Opt("--as", "what the new session is called (default: SESSION-2, …)")] = None,
    copy: Annotated[bool, _COPY] = False,
) -> Iterator[Answer]:
    """Close a session's chat, and begin a fresh one.

    A last CoWrap is made, the session is closed, its unread notes go to the successor, and what is sent to the old id
    arrives there from now on. Then the bootstrap for the new chat is printed. Done again, it prints it again. DOs that
    wait stay in the old session, and are told in the CoWrap.

    Examples:
      cotemp respawn co-migrate
      cotemp respawn Migrate --as co-migrate-b --copy
    """
    old = _old(cx, session)
    new, made = _closed(cx, old, successor_id)
    moved = move_notes(old, cx.places.session(new))
    answer: RespawnAnswer = {
        "schema": 1, "session": old.id, "successor": new, "notes_moved": moved, "policy": made.version,
        "paste": pasting.listed(made.record), "text": _texts(cx, made.record),
        "ignored": [str(path) for path in made.ignored],
    }  # fmt: skip
    yield Answer(answer)
    if cx.json:
        return
    notes = "1 note" if moved == 1 else f"{moved} notes"
    cx.say(f"{old.id} is closed; its successor is {new}, with {notes} of it. To run DOs there: cotemp up {new}")
    yield from _told(cx, made, copy=copy)


# --- making one ---


def _made(cx: Context, sid: str, stand: str, todos: Sequence[str]) -> Made:
    wanted = Wanted(sid, pasting.window(cx, sid), stand, tuple(todos))
    return make_bootstrap(pasting.desk(cx), wanted, pasting.scrub(cx, sid), local_now())


def _texts(cx: Context, record: Record) -> list[str]:
    """What to paste, part by part; whoever is given it may do so at once."""
    pasting.desk(cx).happened(record.id, "printed")
    return [pasting.desk(cx).text(record, number) for number in range(1, len(record.parts) + 1)]


def _told(cx: Context, made: Made, *, copy: bool) -> Iterator[Answer]:
    """The text itself on stdout, everything about it on stderr: so it can be piped."""
    for path in made.ignored:
        cx.say(paint(f"not used, as nobody trusts it: {display_line(str(path))} (cotemp trust FILE)", "yellow"))
    if copy:
        cx.say(_copied(cx, made.record))
        yield Answer(text=f"{made.record.id}: the chat answers {display_line(made.record.expect)}")
        return
    text = "\n".join(_texts(cx, made.record))
    yield Answer(text=display(text) if cx.stdout_is_terminal else text.encode())
    cx.say(f"to copy it: cotemp paste {made.record.id} --copy; its answer: cotemp ingest --clipboard")


def _copied(cx: Context, record: Record) -> str:
    done = pasting.copy_part(cx, record, 1)
    parts = len(record.parts)
    rest = f"; then the next part: cotemp paste {record.id} --copy" if parts > 1 else ""
    return pasting.copied(done, record.id if parts == 1 else f"part 1 of {parts} of {record.id}") + rest


# --- closing the old one ---


class _Successor(NamedTuple):
    new: str
    made: Made


def _old(cx: Context, named: str) -> "SessionPlaces":
    """The session that is named: itself, not its successor."""
    found = find(cx.places, named)
    if found is None or not found.exists():
        raise NotFound(f"no session is called {named!r}", "list them: cotemp status")
    return found


def _closed(cx: Context, old: "SessionPlaces", named: str | None) -> _Successor:
    """Close `old` in favour of a successor, or find the one that it has; with the bootstrap of the new chat."""
    from ..wraps.closing import close, closed

    after = successor(cx.places, old.id)
    if after.casefold() != old.id.casefold() and closed(old):
        if named and named.casefold() != after.casefold():
            raise BadUsage(f"{old.id} is closed already, and its successor is {after}", "leave --as out")
        return _Successor(after, _again(cx, old, after))
    begun = after if after.casefold() != old.id.casefold() and named is None else None
    new = begun or _new_id(cx, old, named)
    _keep_its_rules(cx, old, new)
    wrap = _wrapped(cx, old)
    session = cx.places.session(new)
    session.make()
    forward(cx.places, old, session)
    close(cx.places, old, wrap)
    todos = todos_of(pasting.desk(cx), old.id, handoff_of(pasting.desk(cx), old.id))
    made = _made(cx, session.id, wrap.text, todos)
    supersede(pasting.desk(cx), old.id, made.record)
    return _Successor(session.id, made)


def _again(cx: Context, old: "SessionPlaces", new: str) -> Made:
    """The bootstrap that waits for the successor's chat; a new one where that is gone."""
    table = pasting.desk(cx)
    for record in table.listing(new).records:
        if record.kind == "bootstrap" and record.state == "waiting":
            return Made(record, record.about, ())
    return _made(cx, new, wrap_of(cx.places, old.id), todos_of(table, old.id, ""))


def _new_id(cx: Context, old: "SessionPlaces", named: str | None) -> str:
    from ..wraps.closing import closed

    if named:
        if closed(cx.places.session(new := session_id(named))):
            raise BadUsage(f"{new} is closed itself", "name a new session, or one that goes on")
        return new
    stem, _, number = old.id.rpartition("-") if re.search(r"-\d{1,3}$", old.id) else (old.id, "", "1")
    taken = {sid.casefold() for sid in cx.places.session_ids()}
    free = (f"{stem}-{one}" for one in range(int(number) + 1, 100_000))
    return session_id(next(sid for sid in free if sid.casefold() not in taken))


def _keep_its_rules(cx: Context, old: "SessionPlaces", new: str) -> None:
    """Raise RefusedByPolicy when the successor might do more than the old session: its own rules are by its id."""
    of_new = cx.config.policy_of(new)
    if narrow(of_new, cx.config.session(old.id).policy) != of_new:
        raise RefusedByPolicy(
            f"{old.id} has a policy of its own, and {new} might do more",
            f"write [sessions.{new}] with its policy into agents.toml, or name another successor: --as",
        )


def _wrapped(cx: Context, old: "SessionPlaces") -> "Wrap":
    """The last CoWrap of a session whose DOs have all ended."""
    from ..supervisor import control
    from ..wraps import Order, PasteDesk, make
    from ..wraps.closing import refuse_while_it_runs

    cx.progress("waiting for the DO that runs ...")
    with contextlib.suppress(NotFound):  # the daemon does not run, or does not watch it
        control.down(cx.places, [old.id], drain=True)
    refuse_while_it_runs(cx.places, old)
    now = local_now()
    return make(cx.places, cx.config, old, now, Order(why="its chat is closed"), PasteDesk(cx.places, now))
