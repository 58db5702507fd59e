"""Texts and JSON values: what a run writes besides its output."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.redact import Clean, Hit, Scrubber, looks_secret, scan_text

from .samples import alnum, private_key

VALUE = alnum(20)
RULES = Scrubber({"MY_TOKEN": VALUE}, b"k" * 32)

words = st.text(max_size=8).filter(lambda word: not looks_secret(word))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(words, children, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_json_without_secrets_is_unchanged(value: Any) -> None:
    """Keys, order, numbers and structure stay."""
    assert json.dumps(RULES.fresh().scrub_json(value)) == json.dumps(value)


def test_secrets_in_json() -> None:
    """Texts are scrubbed however deep they are; what stands under a secret's name goes as a whole."""
    clean = RULES.fresh().scrub_json(
        {
            "title": f"use {VALUE}",
            "password": "hunter two",
            "api_keys": 3,
            "env": {"GH_TOKEN": "abc", "EMPTY_TOKEN": "", "OTHER_TOKEN": "$VAR", "PATH": "/bin"},
            "argv": ["tool", "--password", "open", "--token", "--verbose", "x"],
            "client_secret": ["one", "two"],
            "n": [1, None, True, 1.5],
        }
    )
    text = json.dumps(clean)
    assert clean["title"].startswith("use [secret:MY_TOKEN:")
    assert not [word for word in ("hunter", '"abc"', '"open"', '"one"', '"two"', VALUE) if word in text]
    assert clean["env"]["EMPTY_TOKEN"] == ""
    assert clean["env"]["OTHER_TOKEN"] == "$VAR"
    assert clean["env"]["PATH"] == "/bin"
    assert [clean["argv"][place] for place in (0, 1, 3, 4, 5)] == ["tool", "--password", "--token", "--verbose", "x"]
    assert clean["n"] == [1, None, True, 1.5]
    assert RULES.fresh().scrub_json(clean) == clean


def test_only_a_scrubber_makes_clean_text() -> None:
    """Who asks for a Clean cannot be given anything else by accident."""
    with pytest.raises(TypeError, match="Scrubber"):
        Clean("password=hunter2")
    clean = RULES.fresh().scrub("fine")
    assert type(clean) is Clean
    assert type(copy.deepcopy({"a": clean})["a"]) is Clean
    assert json.dumps([clean]) == '["fine"]'


@given(st.text(st.characters(), max_size=60))
def test_any_text_can_be_scrubbed(text: str) -> None:
    """Also with lone surrogates, as file names have them."""
    assert RULES.fresh().scrub(text) == text


@pytest.mark.parametrize("char", ["\u00e9", "\u20ac", "\U0001f511"])
def test_secret_of_many_byte_characters(char: str) -> None:
    """A value of any length goes as a whole; where a huge line makes that too much, it is cut between characters."""
    assert re.fullmatch(r'password="\[secret:password:....\]"', RULES.fresh().scrub(f'password="{char * 5000}"'))
    clean = RULES.fresh().scrub(f'password="{char * 40_000}"')
    assert re.fullmatch(rf'password="\[secret:password:....\]{char}*"', clean)


def test_scan_tells_places() -> None:
    """Line and column, from 1, in characters; the secret itself is not told."""
    text = f"ok\n\u00e9\u00e9 {VALUE} and password=hunter2\n{private_key()}\n\n  token={alnum(30)}\r\n"
    assert scan_text(text, {"MY_TOKEN": VALUE}) == [
        Hit(2, 4, "MY_TOKEN"),
        Hit(2, 38, "password"),
        Hit(3, 1, "private-key"),
        Hit(19, 9, "token"),
    ]
    assert scan_text(RULES.fresh().scrub(text), {"MY_TOKEN": VALUE}) == []


def test_scan_of_a_long_line() -> None:
    """Places in a line that is looked at in parts are right."""
    text = ("x" * 9 + " ") * 200_000
    hits = scan_text(text[:1_000_000] + f"password=hunter2 {text[:700_000]} token={alnum(30)} {text[:600_000]}")
    assert hits == [Hit(1, 1_000_010, "password"), Hit(1, 1_700_025, "token")]
