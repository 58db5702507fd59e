"""What waits to be pasted into a chat: `paste`; and what is to be acknowledged: `acks`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ..display import display, display_line
from ..errors import BadUsage, NotFound
from ..pastes import Desk, Record
from ..pastes.acks import Due, due, remind
from ..times import local_now, show_age
from . import pasting
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from .answers import PasteAnswer, PastesAnswer

_STATES = {"waiting": "yellow", "acknowledged": "green", "dropped": "dim"}


def paste(
    cx: Context,
    name: Annotated[str | None, Arg("its id, or the start of it (default: list what waits)", "ID", "paste")] = None,
    *,
    copy: Annotated[bool, Opt("--copy", "copy it, or its next part")] = False,
    print: Annotated[bool, Opt("--print", "print what to paste")] = False,  # noqa: A002
    part: Annotated[int | None, Opt("--part", "this part of it, from 1")] = None,
    next: Annotated[bool, Opt("--next", "the newest that waits and was not copied yet")] = False,  # noqa: A002
    mark: Annotated[Literal["pasted", "dropped"] | None, Opt("--mark", "say what became of it")] = None,
    session: Annotated[str | None, Opt("--session", "only those for this session's chat", complete="target")] = None,
    every: Annotated[bool, Opt("--all", "list those that were pasted, acknowledged or dropped, too")] = False,
) -> Answer:
    """Take what is prepared for a chat, and paste it there.

    cotemp types into no window: it lists what waits, newest first, and copies it when asked. It says copied only once
    the clipboard was read back and holds it. What is too long for the chat comes in parts, in the order of which --copy
    gives them. A paste is done when the chat's answer says so (cotemp ingest), or when you --mark it.

    `cotemp paste --next --copy` is made to be bound to a key: docs/chat.md says how.

    Examples:
      cotemp paste
      cotemp paste p-k3f9ab --copy
      cotemp paste --next --copy --session co-migrate
      cotemp paste k3f9 --print --part 2 > part-2.md
      cotemp paste p-k3f9ab --mark pasted
    """
    table, only = pasting.desk(cx), pasting.kept_under(cx, session) if session else None
    acts = bool(copy or print or mark or part)
    if name is None and not next and not acts:
        return _list(table, only, every=every)
    if (name is None) is not next:
        raise BadUsage("which paste?", "name its id, or take the newest that waits: --next; not both")
    if ((copy or print) and mark) or (part and not (copy or print)):
        raise BadUsage("--mark stands alone, and --part goes with --copy or --print", "one after the other")
    record = _next(table, only) if name is None else table.find(name)
    if mark:
        record = table.happened(record.id, mark)
        return Answer(_json(record), f"{record.id} is {record.state}")
    if copy:
        return _copy(cx, table, record, part)
    return _print(cx, table, record, part) if print else _show(table, record)


def acks(
    cx: Context,
    *,
    late: Annotated[bool, Opt("--due", "only what is overdue and you were not told of yet")] = False,
    session: Annotated[str | None, Opt("--session", "only those of this session's chat", complete="target")] = None,
) -> Answer:
    """Show what the chats have to acknowledge.

    What is overdue comes first, then what is open, then what is done. An ACK names an artifact, and is recorded as
    verified (it is there) or claimed (nobody here can tell). It is overdue after 30 min when urgent, 2 h when high, 3 d
    when low, else after a day. --due tells each overdue one once, and its exit code is 1 when there is any: for a timer
    that reminds you.

    Examples:
      cotemp acks
      cotemp acks --due
      cotemp acks --session co-migrate --json
    """
    table, now = pasting.desk(cx), local_now()
    only = pasting.kept_under(cx, session) if session else None
    found = remind(table, now, only) if late else due(table.listing(only).records, now)
    answer = {"schema": 1, "acks": [one.json() for one in found]}
    rows = [_ack_row(one) for one in found]
    headers = ("id", "session", "state", "since", "priority", "what")
    text = columns(rows, headers) if rows else [f"nothing {'more is overdue' if late else 'was to be acknowledged'}"]
    return Answer(answer, text, int(late and bool(found)))


# --- one paste ---


def _next(table: Desk, only: str | None) -> Record:
    waiting = [one for one in table.listing(only).records if one.state == "waiting"]
    found = next((one for one in waiting if one.copied < len(one.parts)), None)
    if found is None:
        what = "nothing waits to be pasted" if not waiting else "everything that waits was copied"
        fix = "copy one again: cotemp paste ID --copy" if waiting else "make one: cotemp bootstrap SESSION"
        raise NotFound(what, fix)
    return found


def _copy(cx: Context, table: Desk, record: Record, part: int | None) -> Answer:
    """Copy a part; without a number the one after that which was copied last."""
    parts = len(record.parts)
    number = part or record.copied % parts + 1
    done = pasting.copy_part(cx, record, number)
    what = record.id if parts == 1 else f"part {number} of {parts} of {record.id}"
    lines = [pasting.copied(done, what), f"paste it into the chat of {record.session} ({record.vendor})"]
    lines.append(f"then the next part: {_again(record)}" if number < parts else _expected(record))
    return Answer(_json(table.find(record.id)) | {"copied": done}, lines)


def _again(record: Record) -> str:
    return f"cotemp paste {record.id} --copy"


def _expected(record: Record) -> str:
    return f"it answers: {display_line(record.expect)}  (then: cotemp ingest --clipboard)"


def _print(cx: Context, table: Desk, record: Record, part: int | None) -> Answer:
    """As it is where a program reads it, made visible on a terminal."""
    numbers = [part] if part else range(1, len(record.parts) + 1)
    texts = [table.text(record, number) for number in numbers]
    record = table.happened(record.id, "printed")
    text = "\n".join(texts)
    return Answer(_json(record) | {"text": texts}, display(text) if cx.stdout_is_terminal else text.encode())


def _show(table: Desk, record: Record) -> Answer:
    parts = [str(table.path(record, number)) for number in range(1, len(record.parts) + 1)]
    lines = [
        f"{paint(record.id, 'bold')}  {record.kind} for {record.session} ({record.vendor}), {record.state}",
        display_line(record.title),
        *(f"  {display_line(path)}" for path in parts),
        f"expected: {display_line(record.expect)}",
        *(f"  {event['at']}  {event['what']}" for event in record.history),
        f"to copy it: {_again(record)}",
    ]
    return Answer(_json(record) | {"files": parts, "history": list(record.history)}, lines)


def _json(record: Record) -> dict[str, Any]:
    found: PasteAnswer = {"schema": 1, "paste": pasting.listed(record)}
    return dict(found)


# --- lists ---


def _list(table: Desk, only: str | None, *, every: bool) -> Answer:
    found, now = table.listing(only), local_now()
    records = [one for one in found.records if every or one.state == "waiting"]
    json: PastesAnswer = {
        "schema": 1,
        "pastes": [pasting.listed(one) for one in records],
        "strangers": [str(path) for path in found.strangers],
    }
    rows = [_row(one, show_age(one.created, now)) for one in records]
    lines = columns(rows, ("id", "made", "kind", "for", "copied", "state", "what")) if rows else [_nothing(every=every)]
    return Answer(json, [*lines, *map(_stranger, found.strangers)])


def _nothing(*, every: bool) -> str:
    return "there are no pastes" if every else "nothing waits to be pasted (all of them: cotemp paste --all)"


def _row(record: Record, made: str) -> tuple[str, ...]:
    state = paint(record.state, _STATES[record.state]) if record.state in _STATES else record.state
    return (
        record.id, made, record.kind.value, f"{record.session} ({record.vendor})",
        f"{record.copied}/{len(record.parts)}", state, display_line(record.title, 60),
    )  # fmt: skip


def _stranger(path: Path) -> str:
    return paint(f"not ours, not listed: {display_line(str(path))}", "yellow")


def _ack_row(one: Due) -> tuple[str, ...]:
    record, done = one.record, one.record.last("acknowledged")
    state = one.state if done is None else f"{one.state}, {done.get('standing', '')}"
    colour = {"overdue": "red", "open": "yellow", "done": "green"}[one.state]
    said = f" ({', '.join(done.get('references', []))})" if done else ""
    return (
        record.about or record.id, record.session, paint(state, colour), show_age(one.since, local_now()),
        display_line(record.priority, 12), display_line(record.title + said, 80),
    )  # fmt: skip
