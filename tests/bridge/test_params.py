"""What methods take: the light checks at run time and the schema say the same, and mistakes are told in words."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cotemp.bridge.methods import METHODS
from cotemp.bridge.params import BadParams, checked, params_of

from .checking import SCHEMA

_VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 70_000), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "hello", "pwsh", "smoke"]), st.lists(st.text(max_size=3) | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@cache
def _params_schema(name: str) -> Draft202012Validator:
    known = {**SCHEMA["methods"][name]["params"], "$defs": SCHEMA["$defs"]}
    known["required"] = [one for one in known.get("required", []) if one != "request_key"]
    return Draft202012Validator(known)


def _refusal(name: str, params: dict[str, Any]) -> str | None:
    try:
        checked(METHODS[name].params, params)
    except BadParams as error:
        return error.what
    return None


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=50)
@given(data=st.data())
def test_the_schema_says_what_is_checked(name: str, data: st.DataObject) -> None:
    """A client that goes by the schema is never refused, and one that does not always is."""
    params = data.draw(st.fixed_dictionaries({}, optional={one.name: _VALUE for one in METHODS[name].params}))
    refused = _refusal(name, params)
    assert (refused is None) == _params_schema(name).is_valid(params)
    assert refused is None or any(one.name in refused for one in METHODS[name].params)


MISTAKES = {
    ("note.send", '{"text": "x"}'): "to is missing",
    ("note.send", '{"to": null, "text": "x"}'): "to is missing",
    ("note.send", '{"to": 3, "text": "x"}'): "to must be a text, not a number",
    ("note.send", '{"to": "a", "text": "x", "create": "yes"}'): "create must be true or false, not a text",
    ("note.send", '{"to": "a", "text": "\\ud800"}'): "text is no Unicode text: U+D800 at character 1",
    ("note.read", '{"tickets": "a"}'): "tickets must be a list, not a text",
    ("note.read", '{"tickets": [1]}'): "tickets must be a text, not a number",
    ("runs.list", '{"limit": 0}'): "limit cannot be 0",
    ("runs.list", '{"limit": 1.5}'): "limit must be a whole number, not a number",
    ("runs.list", '{"limit": true}'): "limit must be a whole number, not true or false",
    ("do.new", '{"template": "evil"}'): "template cannot be 'evil'",
    ("wait.stable", '{"path": "/x", "look": []}'): "look must be an object, not a list",
}


@pytest.mark.parametrize(("name", "params"), MISTAKES)
def test_a_mistake_is_one_sentence_that_names_the_key(name: str, params: str) -> None:
    """Whoever reads the error knows which param it is about, and what that should be."""
    with pytest.raises(BadParams) as caught:
        checked(METHODS[name].params, json.loads(params))
    assert caught.value.what.startswith(MISTAKES[name, params])
    assert caught.value.fix


def test_a_huge_number_is_told_shortly() -> None:
    """A number of thousands of digits is no bug, and fills no screen."""
    with pytest.raises(BadParams, match=r"limit cannot be a number of 4\d\d\d digits"):
        checked(METHODS["runs.list"].params, {"limit": 10**4200})


def test_null_and_unknown_keys_count_as_not_given() -> None:
    """PowerShell writes null for what was not set."""
    assert checked(METHODS["panels.list"].params, {"all": None, "new": 1}) == {}


def test_a_whole_number_may_come_as_a_double() -> None:
    """PowerShell writes a double as 3.0."""
    assert checked(METHODS["runs.list"].params, {"limit": 3.0}) == {"limit": 3}


def test_a_declaration_that_is_not_understood_is_an_error() -> None:
    """Nobody can add a param that would not be checked."""

    def wrong(caller: object, at: Annotated[bytes, "bytes"]) -> None:
        """Never called."""

    wrong.__annotations__["at"] = Annotated[bytes, "bytes"]
    with pytest.raises(TypeError):
        params_of(wrong)
