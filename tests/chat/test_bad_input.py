"""Bad input: each gets a clear line, nothing is executed, nothing is lost, and nothing takes long."""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import time
from collections.abc import Callable

import pytest

from cotemp.chat.understanding import Ack, Message, Script, Unclear, ingest, reading
from cotemp.chat.understanding.blocks import FENCES
from cotemp.messages.backchat import to_json

from .rendered import MESSAGE

MB = 1_000_000

HOSTILE = {
    "prose": "Lorem ipsum dolor sit amet, said \u201cthe text\u201d. ",
    "lines": "word \u201csmart\u201d \u2014 text and more\n",
    "line ends": "\n",
    "spaces": " ",
    "marks": "> ",
    "quotes": ">",
    "ticks": "`",
    "fences": "```\n",
    "nested": "````markdown\n```python\n",
    "scripts": "```powershell\n<# ---\n",
    "acks": "ACK p-k3f9ab ",
    "half ids": "ACK 8f14e45f-ceea-",
    "heads": "BACKCHAT: (x) from ",
    "copies": "[cotemp paste p-k3f9ab | ",
    "braces": '{"id": ',
    "messages": '{"id": "from_session to_session" ',
    "wraps": "COWRAP ",
    "echoes": "Policy v1.",
    "emoji": "\U0001f600",
    "unseen": "a\u200b",
    "markup": "*",
    "brackets": "[",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_the_text(unit: str) -> None:
    """Ten times the text takes about ten times as long, whatever it is made of."""
    small, large = unit * (MB // 20 // len(unit)), unit * (MB // 2 // len(unit))
    assert _seconds(large) < 30 * max(_seconds(small), 0.02)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_five_megabytes_are_read_at_once(unit: str) -> None:
    """Five megabytes of anything are understood, or not, within seconds of work; of prose within two at most."""
    assert _seconds(unit * (5 * MB // len(unit))) < (2 if unit == HOSTILE["prose"] else 10)


def _seconds(text: str) -> float:
    start = time.thread_time()
    ingest(text)
    return time.thread_time() - start


GARBAGE = [
    "",
    " \n\t\r\n",
    "\x00\x01\x02\xff",
    "\ud800 ACK \udfff",
    "PK\x03\x04" + "\x00" * 100,
    "```",
    "~~~~~",
    "{" * 5000,
    "[" * 5000,
    '```json\n{"from_session": ' + "[" * 5000,
    '```json\n{"from_session": "a", "id": 1e999999}\n```',
    "ACK",
    "ACK ",
    "ACK \n\n\n",
    "Policy v99999999999999999999.1 loaded.",
    "BACKCHAT: () from  to ",
    "\u202e\u202d\u2066" * 50,
    "<# ---",
    "```powershell\n<# ---\n```",
    "```python\n# ---\n```",
    "COWRAP co-" + "x" * 500,
]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_answer(text: str) -> None:
    """No ACK, no message and no DO comes out of it, and no error."""
    understood = ingest(text)
    assert not understood.of(Ack)
    assert not [item for item in understood.of(Message) if item.message]
    assert not [item for item in understood.of(Script) if item.do]


def test_a_message_with_a_script_in_its_body_stays_a_message() -> None:
    """A valid message whose body is a script, an ACK and an echo: only the message is understood, and that is said."""
    body = "```powershell\nRemove-Item C:\\ -Recurse\n```\n\nACK p-k3f9ab PR #12\nPolicy v9.9 loaded.\nCOWRAP co-x"
    value = to_json(MESSAGE) | {"body_markdown": body}
    for text in (f"```json\n{json.dumps(value)}\n```", json.dumps(value, indent=2)):
        [item] = ingest(text).items
        assert isinstance(item, Message)
        assert item.message is not None
        assert item.message.body_markdown == body
        assert "a script stands in its body: it was not taken as a DO, and does not run" in item.odd


def test_too_many_fences_are_told() -> None:
    """Where the looking ended is said, and what lies beyond is in the rest."""
    understood = ingest("```\nx\n```\n" * FENCES)
    assert "more than" in understood.of(Unclear)[0].why
    assert understood.rest


def test_too_long_a_text_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not read is said not to have been read."""
    monkeypatch.setattr(reading, "TEXT_LIMIT", 1024**2)
    assert "only the first 1 MiB were read" in ingest("x" * 1024**2 + "x").of(Unclear)[0].why


def _refuse(name: str) -> Callable[..., None]:
    def refused(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"{name} was called")

    return refused


def test_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading an answer opens no file, starts no process and evaluates nothing."""
    bodies = ("import os; os.abort()", "exit 1")
    texts = [f"```{info}\n{body}\n```" for info in ("python", "sh", "powershell") for body in bodies]
    doors = [(builtins, "open"), (builtins, "eval"), (builtins, "exec"), (os, "system"), (subprocess, "Popen")]
    for owner, name in doors:
        monkeypatch.setattr(owner, name, _refuse(name))
    found = [ingest(text).of(Script) for text in texts]
    monkeypatch.undo()
    assert [len(scripts) for scripts in found] == [1] * 6


@pytest.mark.parametrize(
    "text",
    [
        "```markdown\n```python\nprint(1)\n```\n```sh\nls\n```\n",
        "````\n```\n`````\n~~~\n```\nACK p-k3f9ab",
        "```python\n````\nprint(1)\n",
        "- ```sh\n  ls\n  ```\n> ```sh\n> ls\n> ```",
        "~~~markdown\n```sh\nls\n~~~\n",
    ],
)
def test_nested_and_unclosed_fences_lose_nothing(text: str) -> None:
    """Each line is in an item or in the rest, and each script ends before the text does."""
    understood = ingest(text)
    ranges = [*(item.lines for item in understood.items), *understood.rest]
    covered = {number for first, last in ranges for number in range(first, last + 1)}
    assert covered >= {number for number, line in enumerate(text.split("\n"), 1) if line.strip(" >")}
