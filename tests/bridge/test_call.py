"""`cotemp bridge call`: one call by a process of its own, as Windows PowerShell and the fallback make it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cotemp.places import Places

from .driving import call


def test_the_answer_is_one_line(home: Places) -> None:
    """Params on stdin, the answer on stdout, nothing on stderr; a BOM and a line end do no harm."""
    params = json.dumps({"to": "co-planning", "text": "hé", "request_key": "12345678"}).encode()
    code, answer = call("note.send", b"\xef\xbb\xbf" + params + b"\r\n")
    assert (code, answer["id"], answer["jsonrpc"]) == (0, None, "2.0")
    assert Path(answer["result"]["path"]).read_text(encoding="utf-8") == "hé\n"


def test_no_params_are_params() -> None:
    """An empty stdin will do for a method that needs none."""
    assert call("targets.list", b"")[1]["result"]["sessions"] == ["co-migrate", "co-planning"]


def test_the_home_of_the_command_line_counts(tmp_path: Path) -> None:
    """--home is the home of a call that names none itself."""
    assert call("home", b"{}", "--home", str(tmp_path / "x"))[1]["result"]["home"] == str(tmp_path / "x")


WRONG = {
    (b"{}", "nope"): 2,
    (b"{}", "note.send"): 2,
    (b"[]", "home"): 2,
    (b"{", "home"): 2,
    (b"\xff", "home"): 2,
    (b'{"session": "nobody"}', "note.list"): 4,
    (b'{"run": "2020"}', "run.show"): 4,
}


@pytest.mark.parametrize(("stdin", "method"), WRONG)
def test_an_error_is_an_answer_too(stdin: bytes, method: str) -> None:
    """Whatever is wrong, there is one JSON line, and the exit code of the command line."""
    code, answer = call(method, stdin)
    assert code == answer["error"]["data"]["exit_code"] == WRONG[stdin, method]
    assert answer["error"]["message"]
