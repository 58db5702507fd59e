"""What becomes of each thing that a chat answered. Nothing is believed, and nothing dropped without a typed yes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .. import dos
from ..chat.understanding import Ack, Copy, Echo, Item, Message, Script, Unclear, WrapRequest
from ..chat.understanding.acks import Given, Judged, Verdict, judge
from ..display import display_line
from ..errors import BadUsage
from ..messages.backchat import to_json
from ..messages.do import FLAGS, Flags
from ..panels import find
from ..panels.forwarding import successor
from ..pastes import acks, letters, looking
from . import pasting
from .capsule import recorded
from .dropped import told
from .frame import Answer, Context
from .paint import paint
from .scripts import languages_of

if TYPE_CHECKING:
    from ..chat.references import Checks

__all__ = ["Intake", "Took"]


@dataclass(frozen=True, slots=True)
class Took:
    """What became of an item. `wrong`: it cannot be what was meant; `left`: it was not taken; `waits`: for a yes."""

    json: dict[str, Any]
    said: tuple[str, ...]
    wrong: bool = False
    left: bool = False
    waits: bool = False


@dataclass(frozen=True)
class Intake:
    """Takes in an answer of the chat of `session` (None: nobody said whose). Scripts go `to` there, with `allow`."""

    cx: Context
    session: str | None
    to: str | None
    allow: Flags

    def take(self, item: Item) -> Took:
        """Do what there is to do about one item, and tell it."""
        took = _TAKERS[type(item)](self, item)
        where = {"kind": _KINDS[type(item)], "lines": {"first": item.lines.first, "last": item.lines.last}}
        fate = "left" if took.left else "taken"
        said = tuple(f"  {line}" for line in took.said)
        more = {"odd": list(item.odd), "fate": fate, "wrong": took.wrong, "said": _plain(took.said)}
        return replace(took, json={**where, **more, **took.json}, said=said)

    # --- ACKs and echoes ---

    @cached_property
    def _given(self) -> dict[str, Given]:
        records = pasting.desk(self.cx).listing().records
        return acks.given(records, lambda session: successor(self.cx.places, session))

    @cached_property
    def _checks(self) -> Checks:
        return looking.checks(self.cx.places, looking.repos_of(self.cx.places, self.session))

    def _ack(self, item: Ack) -> Took:
        judged = judge(item, self.session, self._given, self._checks)
        record = acks.accept(pasting.desk(self.cx), judged)
        if record:
            done = replace(self._given[item.id], done=True)
            self._given.update({name: done for name in (record.id, record.about) if name in self._given})
        good = judged.verdict in (Verdict.DONE, Verdict.AGAIN)
        json = {
            "id": item.id,
            "verdict": judged.verdict.value,
            "standing": judged.standing.value,
            "references": [{"sort": one.sort, "value": one.value, "standing": at} for one, at in judged.references],
        }
        return Took(json, (_judged(judged, good=good),), wrong=not good, left=not good)

    def _echo(self, item: Echo) -> Took:
        json: dict[str, Any] = {"version": item.version, "on_old_policy": None}
        if self.session is None:
            return Took(json, (paint("whose chat says so? say it: --from SESSION", "yellow"),), wrong=True, left=True)
        where = recorded(self.cx, self.session, item.version)
        json["on_old_policy"] = bool(where.why)
        if where.why:
            return Took(json, (paint(f"{self.session} is on old policy: {where.why}", "yellow"),), wrong=True)
        if where.version is None:
            return Took(json, (f"recorded: v{where.echo}; there is no policy capsule here to compare it with",))
        return Took(json, (paint(f"recorded: {self.session} has policy v{where.echo}", "green"),))

    # --- messages, copies, requests ---

    def _message(self, item: Message) -> Took:
        json: dict[str, Any] = {"id": item.id, "flaws": [flaw._asdict() for flaw in item.flaws], "paste": None}
        if item.message is None:
            return Took(json | {"message": None}, (paint("it was not taken: see above", "red"),), wrong=True, left=True)
        json["message"] = to_json(item.message)
        if item.id in self._given:
            return Took(json, (f"nothing to do: {item.id} is on the desk already",))
        sid = pasting.kept_under(self.cx, item.message.to_session)
        message = replace(item.message, ack=False)
        scrub = pasting.scrub(self.cx, sid)
        try:
            made = letters.emit(pasting.desk(self.cx), message, sid, pasting.window(self.cx, sid), scrub)
        except BadUsage as error:
            return Took(json, (paint(f"it was not taken: {display_line(error.what)}", "red"),), wrong=True, left=True)
        self._given[item.id] = Given(sid)
        json["paste"] = made.record.id
        return Took(json, (f"on the desk, for the chat of {sid}: cotemp paste {made.record.id} --copy",))

    def _copy(self, item: Copy) -> Took:
        return Took({"id": item.id}, ("nothing to do: the chat quoted what you pasted",))

    def _wrap(self, item: WrapRequest) -> Took:
        session = item.session or self.session
        return Took({"session": session}, (f"to make it: cotemp cowrap {session or 'SESSION'}",))

    def _unclear(self, item: Unclear) -> Took:
        return Took({"what": item.what, "why": item.why}, (f"not taken: {display_line(item.why)}",), left=True)

    # --- scripts ---

    def _script(self, item: Script) -> Took:
        json: dict[str, Any] = {
            "language": item.language.name if item.language else None,
            "title": item.do.title if item.do else None,
            "asks": {f"allow_{flag}": getattr(item.asks, flag) for flag in FLAGS},
            "problems": [asdict(problem) for problem in item.problems],
            "text": item.text,
            "dropped": None,
        }
        if item.problems:
            said = paint("not dropped: its header is wrong; show the chat what stands above", "red")
            return Took(json, (said,), wrong=True, left=True)
        if item.do is None or item.language is None:
            return Took(json, ("not dropped: it has no header, so it is no DO",), left=True)
        return self._offered(item, json)

    def _offered(self, item: Script, json: dict[str, Any]) -> Took:
        """Ask for a yes; without one the script stays in the answer that is kept."""
        sid = self._target(item)
        if sid is None:
            return Took(json, ("where should it run? say it: --to SESSION",), left=True, waits=True)
        draft = replace(item.draft(sid, self.allow), sender=self.session)
        if self.cx.ask(f"Drop it into {sid} ({_gets(item.asks, draft.consent)})?", "no", ("yes", "no")) != "yes":
            here = self.cx.stdin_is_terminal
            return Took(
                json, ("not dropped",) if here else ("not dropped: nobody said yes",), left=True, waits=not here
            )
        assert item.language, "what has a header has a language"
        try:
            dropped = dos.drop(self.cx.places, sid, draft, languages_of(self.cx)[item.language.name])
        except (BadUsage, KeyError) as error:
            return Took(json, (paint(f"not dropped: {display_line(str(error))}", "red"),), wrong=True, left=True)
        json["dropped"] = {"path": str(dropped.path), "session": sid, "id": dropped.id}
        answer = told(self.cx, dropped, wait=False)
        assert isinstance(answer, Answer)
        return Took(json, (display_line(str(answer.text)),))

    def _target(self, item: Script) -> str | None:
        """The session that is named here, else the one whose chat it is, else what its header says."""
        if self.to:
            return pasting.session_of(self.cx, self.to)
        for named in (self.session, item.do.session_id if item.do else None):
            found = find(self.cx.places, named) if named else None
            if found:
                return found.id
        return None


def _gets(asks: Flags, gets: Flags) -> str:
    """What a script would be allowed, and what of its wishes it would not."""
    allowed = [name for name in FLAGS if getattr(gets, name)]
    said = f"with {', '.join(allowed)}" if allowed else "it may only read"
    denied = asks.exceeding(gets)
    return f"{said}; not: {', '.join(denied)}, for which it asks (--allow-{denied[0]})" if denied else said


def _judged(judged: Judged, *, good: bool) -> str:
    looked = ", ".join(f"{display_line(str(one), 80)}: {standing}" for one, standing in judged.references)
    said = f"{judged.verdict}: {display_line(judged.why)}" + (f" ({looked})" if looked else "")
    return paint(said, "green" if good else "red")


def _plain(said: tuple[str, ...]) -> str:
    from .paint import plain

    return plain(" ".join(said))


_TAKERS: dict[type[Item], Callable[[Intake, Any], Took]] = {
    Ack: Intake._ack,
    Copy: Intake._copy,
    Echo: Intake._echo,
    Message: Intake._message,
    Script: Intake._script,
    Unclear: Intake._unclear,
    WrapRequest: Intake._wrap,
}
_KINDS: dict[type[Item], str] = {
    Ack: "ack",
    Copy: "copy",
    Echo: "echo",
    Message: "message",
    Script: "script",
    Unclear: "unclear",
    WrapRequest: "wrap",
}
