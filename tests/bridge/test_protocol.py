"""The protocol without I/O: whatever bytes come, in whatever pieces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.bridge.protocol import Core

from .driving import line

IDS = (1, 0, -3, 2.5, "x", "é\ud800", None, [1, {"a": None}], {"b": 2}, True, 10**40)
CODES = {
    b"{": -32700,
    b"\xff\xfe{}": -32700,
    b"NaN": -32700,
    b'{"jsonrpc":"2.0","id":Infinity,"method":"m"}': -32700,
    b'{"jsonrpc":"2.0","id":1e999,"method":"m"}': -32700,
    b"[" * 100_000: -32700,
    b"7" * 5000: -32700,
    b'[{"jsonrpc":"2.0","id":1,"method":"m"}]': -32600,
    b"3": -32600,
    b'"text"': -32600,
    b"{}": -32600,
    b'{"id":1,"method":"m"}': -32600,
    b'{"jsonrpc":"1.0","id":1,"method":"m"}': -32600,
    b'{"jsonrpc":"2.0","id":1}': -32600,
    b'{"jsonrpc":"2.0","id":1,"method":3}': -32600,
    b'{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}': -32602,
    b'{"jsonrpc":"2.0","id":1,"method":"m","params":"x"}': -32602,
}


def echo(method: str, params: Mapping[str, Any]) -> str:
    """What the tests ask."""
    return json.dumps({"result": {"method": method, "params": params}})


def talk(*pieces: bytes, limit: int = 1000) -> list[Any]:
    """All answers to what was written in these pieces, and then ended."""
    core = Core(echo, limit)
    answers = [answer for piece in pieces for answer in core.receive(piece)] + [*core.finish()]
    assert all(answer.isascii() and answer.endswith(b"\n") and answer.count(b"\n") == 1 for answer in answers)
    return [json.loads(answer) for answer in answers]


@pytest.mark.parametrize("request_id", IDS)
def test_an_id_comes_back_as_it_is(request_id: Any) -> None:
    """A client can find its answer by whatever it takes for an id, and by the same one twice."""
    [one, other] = talk(line("m", None, request_id), line("n", None, request_id))
    assert one["id"] == other["id"] == request_id
    assert (one["result"]["method"], other["result"]["method"]) == ("m", "n")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_lines_may_come_in_any_pieces(size: int) -> None:
    """Half lines, several in one piece, CRLF, BOM and blank lines: each request is answered once, in order."""
    whole = b"\xef\xbb\xbf" + line("a") + line("b")[:-1] + b"\r\n\n \r\n" + b"\xef\xbb\xbf" + line("ü")
    answers = talk(*(whole[at : at + size] for at in range(0, len(whole), size)))
    assert [answer["result"]["method"] for answer in answers] == ["a", "b", "ü"]


@pytest.mark.parametrize("wrong", CODES, ids=lambda wrong: wrong[:30])
def test_what_is_no_request_is_told_so(wrong: bytes) -> None:
    """A broken line gets an error that says what to do, and the next line its answer."""
    [broken, good] = talk(wrong + b"\n" + line("m"), limit=200_000)
    assert broken["error"]["code"] == CODES[wrong]
    assert broken["error"]["message"]
    assert broken["error"]["data"]["fix"]
    assert good["result"]["method"] == "m"


def test_a_huge_line_is_let_go_by() -> None:
    """A line that is too long is not kept, is told once, and the next one is answered."""
    core = Core(echo, 1000)
    for _ in range(1000):
        assert list(core.receive(b"x" * 999)) == []
        assert sum(map(len, core._parts)) <= 1000
    [told, good] = map(json.loads, core.receive(b"\n" + line("m")))
    assert told["error"]["code"] == -32700
    assert "999,000 bytes" in told["error"]["message"]
    assert good["result"]["method"] == "m"


def test_a_notification_gets_no_answer() -> None:
    """Who sends no id wants to hear nothing, not even what is wrong."""
    assert talk(b'{"jsonrpc":"2.0","method":"m"}\n{"jsonrpc":"2.0","method":"m","params":[]}\n') == []


def test_fields_that_are_not_known_are_ignored() -> None:
    """A newer client may say more."""
    [answer] = talk(b'{"jsonrpc":"2.0","id":1,"method":"m","trace":{},"params":{"x":1}}\n')
    assert answer["result"]["params"] == {"x": 1}


def test_a_last_line_needs_no_end() -> None:
    """A request whose line end never came is answered when it is whole, and told when it is not."""
    assert talk(line("m")[:-1])[0]["result"]["method"] == "m"
    assert talk(line("m")[:-5])[0]["error"]["code"] == -32700


def test_nothing_is_answered_after_quit() -> None:
    """`quit` is answered, and is the last."""
    core = Core(echo)
    assert len([*core.receive(line("quit") + line("m"))]) == 1
    assert core.ended
    assert [*core.finish()] == []


@given(st.lists(st.one_of(st.binary(max_size=80), st.just(b"\n"), st.just(line("m")), st.sampled_from([*CODES][:5]))))
def test_no_bytes_kill_it(pieces: list[bytes]) -> None:
    """Whatever comes, what goes out is lines of JSON-RPC, and a good request after it is answered."""
    core = Core(echo, 500)
    answers = [json.loads(answer) for piece in pieces for answer in core.receive(piece)]
    assert all(answer["jsonrpc"] == "2.0" and ("result" in answer) != ("error" in answer) for answer in answers)
    [*_, last] = map(json.loads, core.receive(b"\n" + line("after")))
    assert last["result"]["method"] == "after"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["jsonrpc", "id", "method", "params", "x"]), _JSON))
def test_no_json_kills_it(request: dict[str, Any]) -> None:
    """Whatever a request holds, it gets one answer, or none when it has no id and was understood."""
    answers = talk(json.dumps(request).encode() + b"\n", limit=100_000)
    assert len(answers) <= 1
