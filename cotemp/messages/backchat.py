"""A Backchat message: what one session hands to another through a human, key by key as the original wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args

from ..errors import AnswerIsNo

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["TYPES", "Backchat", "BackchatError", "Flaw", "MessageType", "flaws", "parse", "to_json"]

MessageType = Literal["handoff", "status", "request", "bpoe_capsule", "achievements", "todo"]
TYPES: tuple[str, ...] = get_args(MessageType)


@dataclass(frozen=True)
class Words:
    """A rule for a text that the schema states as well: the whole text fits `pattern`."""

    pattern: str
    what: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^(?:{self.pattern})$"}


_GUID = Words(
    "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "a GUID such as 8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d"
)
_UTC = Words(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z",
    "a time in UTC such as 2025-09-10T05:48:06Z",
)
_LINE = Words(r" *[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*", "one line of text that is not empty")


@dataclass(frozen=True, slots=True)
class Backchat:
    """What session `from_session` hands to `to_session`; both are names that people chose, not only ids.

    `ack` turns true when the receiver acknowledged it. Other keys are allowed, and mean nothing.
    """

    id: Annotated[str, _GUID]
    """A GUID; the answer is `ACK` with this id."""
    type: MessageType
    from_session: Annotated[str, _LINE]
    to_session: Annotated[str, _LINE]
    created_utc: Annotated[str, _UTC]
    """UTC, RFC 3339, in whole seconds when cotemp wrote it."""
    priority: Annotated[str, _LINE] = "normal"
    """Free text; `low`, `normal`, `high` and `urgent` are the words that reminders know."""
    title: str = ""
    body_markdown: str = ""
    attachments: tuple[str, ...] = ()
    """Names or paths of files; nothing is attached to the text itself."""
    ack: bool = False


class Flaw(NamedTuple):
    """One thing that is wrong with a message: where (a JSON pointer), what, and what to do."""

    pointer: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.pointer or 'the whole message'}: {self.what}: {self.fix}"


class BackchatError(AnswerIsNo):
    """This is no Backchat message; `flaws` lists every reason, in the order of the keys."""

    def __init__(self, found: tuple[Flaw, ...]) -> None:
        rest = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        super().__init__(f"{found[0].pointer or 'the message'}: {found[0].what}{rest}", found[0].fix)
        self.flaws = found


def parse(value: object) -> Backchat:
    """The message that a JSON value is. Raises BackchatError with everything that is wrong with it."""
    found = flaws(value)
    if found:
        raise BackchatError(found)
    assert isinstance(value, Mapping)
    known = {field.name: value[field.name] for field in fields(Backchat) if field.name in value}
    if "attachments" in known:
        known["attachments"] = tuple(known["attachments"])
    return Backchat(**known)


def flaws(value: object) -> tuple[Flaw, ...]:
    """Everything that keeps a JSON value from being a message; nothing: it is one."""
    if not isinstance(value, Mapping):
        return (Flaw("", f"it is {_kind(value)}, not an object", "write the keys of a message between { and }"),)
    return tuple(flaw for key, rule in _RULES.items() for flaw in _of_key(value, key, rule))


def to_json(message: Backchat) -> dict[str, Any]:
    """The JSON value, with its keys in the original's order."""
    return asdict(message) | {"attachments": list(message.attachments)}


_REQUIRED = {"id", "type", "from_session", "to_session", "created_utc"}
_Rule = Callable[[object, str], Iterator[Flaw]]


def _of_key(value: Mapping[Any, Any], key: str, rule: _Rule) -> Iterator[Flaw]:
    if key in value:
        yield from rule(value[key], f"/{key}")
    elif key in _REQUIRED:
        yield Flaw(f"/{key}", "it is missing", f"add the key {key!r}")


def _fits(words: Words) -> _Rule:
    def rule(value: object, at: str) -> Iterator[Flaw]:
        if not isinstance(value, str) or not re.fullmatch(words.pattern, value):
            yield Flaw(at, f"{_shown(value)} does not fit", f"write {words.what}")

    return rule


def _one_of(value: object, at: str) -> Iterator[Flaw]:
    if value not in TYPES:
        yield Flaw(at, f"{_shown(value)} is no type of message", f"use one of {', '.join(TYPES)}")


def _text(value: object, at: str) -> Iterator[Flaw]:
    if not isinstance(value, str):
        yield Flaw(at, f"it is {_kind(value)}, not a text", "write it in double quotes")


def _truth(value: object, at: str) -> Iterator[Flaw]:
    if not isinstance(value, bool):
        yield Flaw(at, f"it is {_kind(value)}", "write true or false, without quotes")


def _texts(value: object, at: str) -> Iterator[Flaw]:
    if not isinstance(value, list | tuple):
        yield Flaw(at, f"it is {_kind(value)}, not a list", "write the names between [ and ]")
        return
    for number, one in enumerate(value):
        yield from _text(one, f"{at}/{number}")


_RULES: dict[str, _Rule] = {
    "id": _fits(_GUID),
    "type": _one_of,
    "from_session": _fits(_LINE),
    "to_session": _fits(_LINE),
    "created_utc": _fits(_UTC),
    "priority": _fits(_LINE),
    "title": _text,
    "body_markdown": _text,
    "attachments": _texts,
    "ack": _truth,
}


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    names = {str: "a text", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    return names.get(type(value), "an object")


def _shown(value: object) -> str:
    """A foreign value as it stands in a message: never a whole one, for it may be long."""
    return f"`{value[:40]}{'…' if len(value) > 40 else ''}`" if isinstance(value, str) else _kind(value)
