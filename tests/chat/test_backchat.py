"""A Backchat message is what its schema says, and whoever wrote a wrong one is told where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cotemp.messages.backchat import BackchatError, flaws, parse, to_json
from tests.fitting import schema_of

from .rendered import MESSAGE

GOOD = to_json(MESSAGE)
SCHEMA = Draft202012Validator(schema_of("BackchatMessage.schema"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(("todo", "2025-09-10T05:48:06Z", "")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def test_it_comes_back_as_it_was() -> None:
    """Written and read again it is the same, with the original's keys in the original's order."""
    text = json.dumps(GOOD)
    assert parse(json.loads(text)) == MESSAGE
    assert [*json.loads(text)] == [
        "id", "type", "from_session", "to_session", "created_utc", "priority", "title", "body_markdown", "attachments",
        "ack",
    ]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES, max_size=3),
    st.sets(st.sampled_from(sorted(GOOD)), max_size=3),
)
@settings(max_examples=200)
def test_the_schema_says_the_same_as_the_reader(changed: dict[str, Any], missing: set[str]) -> None:
    """What the schema takes is read, and what it turns down is turned down."""
    value = {key: one for key, one in (GOOD | changed).items() if key not in missing}
    if any(isinstance(one, str) and one.endswith("\n") for one in value.values()):
        return  # `$` of Python's patterns, not of the standard's, takes a line end
    fits = SCHEMA.is_valid(value)
    assert fits == (not flaws(value))


@pytest.mark.parametrize(
    ("change", "pointer", "what"),
    [
        ({"id": "8f14e45f"}, "/id", "does not fit"),
        ({"id": None}, "/id", "null"),
        ({"type": "order"}, "/type", "no type of message"),
        ({"type": ["todo"]}, "/type", "a list"),
        ({"from_session": ""}, "/from_session", "does not fit"),
        ({"to_session": "a\nb"}, "/to_session", "does not fit"),
        ({"created_utc": "yesterday"}, "/created_utc", "does not fit"),
        ({"created_utc": "2025-13-10T05:48:06Z"}, "/created_utc", "does not fit"),
        ({"body_markdown": 7}, "/body_markdown", "a number, not a text"),
        ({"attachments": "a.txt"}, "/attachments", "a text, not a list"),
        ({"attachments": ["a", 1]}, "/attachments/1", "a number"),
        ({"ack": "false"}, "/ack", "a text"),
    ],
)
def test_each_mistake_is_pointed_at(change: dict[str, Any], pointer: str, what: str) -> None:
    """The pointer leads to the bad place, and the sentence says what is wrong with it."""
    [flaw] = flaws(GOOD | change)
    assert flaw.pointer == pointer
    assert what in flaw.what
    assert flaw.fix


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody has to mend a message one mistake at a time."""
    with pytest.raises(BackchatError) as caught:
        parse({"type": "order", "ack": 1})
    assert [flaw.pointer for flaw in caught.value.flaws] == [
        "/id", "/type", "/from_session", "/to_session", "/created_utc", "/ack",
    ]  # fmt: skip
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("value", [None, [], "text", 3, True])
def test_what_is_no_object_is_no_message(value: object) -> None:
    """A list or a text is told from an object."""
    assert [flaw.pointer for flaw in flaws(value)] == [""]


def test_the_originals_shortest_message_is_one() -> None:
    """What old senders leave out has its default; what they add is passed over."""
    short = {key: GOOD[key] for key in ("id", "type", "from_session", "to_session", "created_utc")}
    message = parse(short | {"hops": 3})
    assert (message.priority, message.attachments, message.ack) == ("normal", (), False)
