"""Whatever a window does to a text on its way, the same ids come out of it."""

from __future__ import annotations

import json
import string
import uuid
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.chat import backchat, capsule
from cotemp.chat.budget import VENDORS
from cotemp.chat.fencing import fence
from cotemp.chat.paste import Kind, Paste, render
from cotemp.chat.understanding import Ack, Copy, Echo, Message, ingest
from cotemp.messages.backchat import TYPES, Backchat, to_json

from .windows import MANGLES, mangled

LETTERS = "0123456789abcdefghijklmnopqrstuv"
WORDS = st.text(
    string.ascii_letters + string.digits + " .,:;!?'\"()*`#>|/\\{}[]-\u201c\u201d\u2019\u2014\u00e9\u4e2d\n",
    max_size=300,
)
PASTE_IDS = st.text(LETTERS, min_size=6, max_size=6).map(lambda text: f"p-{text}")
GUIDS = st.uuids().map(str)
IDS = PASTE_IDS | GUIDS
HOW = st.lists(st.sampled_from(sorted(MANGLES)), max_size=4, unique=True)
SEEDS = st.integers(0, 2**32)
REFERENCES = st.sampled_from(("PR #12", "commit 1a2b3c4d5e", "src/app.py", "20251121-101502-28216-k3f9", ""))
NAMES = st.text(string.ascii_letters + string.digits + " -_.", min_size=1, max_size=30).filter(str.strip)
MESSAGES = st.builds(
    Backchat,
    id=GUIDS,
    type=st.sampled_from(TYPES),
    from_session=NAMES,
    to_session=NAMES,
    created_utc=st.just("2025-09-10T05:48:06Z"),
    priority=st.sampled_from(("normal", "high")),
    title=NAMES,
    body_markdown=WORDS,
    attachments=st.lists(
        st.text(string.ascii_letters + " /.", min_size=1, max_size=20).filter(str.strip), max_size=2
    ).map(lambda names: tuple(" ".join(name.split()) for name in names)),
)


@given(st.lists(st.tuples(IDS, REFERENCES), min_size=1, max_size=4, unique_by=lambda one: one[0]), HOW, SEEDS)
@settings(deadline=None, max_examples=60)
def test_acks_come_through(said: list[tuple[str, str]], how: list[str], seed: int) -> None:
    """A chat that acknowledges several pastes is understood: these ids, in this order, and no others."""
    answer = "\n\n".join(f"ACK {ident} {reference}".strip() for ident, reference in said)
    found = ingest(mangled(answer, how, seed)).of(Ack)
    assert [ack.id for ack in found] == [ident for ident, _ in said]


@given(MESSAGES, HOW, SEEDS)
@settings(deadline=None, max_examples=60)
def test_messages_come_through_as_text(message: Backchat, how: list[str], seed: int) -> None:
    """What cotemp wrote for a human to paste is the same message when it comes back."""
    found = ingest(mangled(backchat.render(message), how, seed)).of(Message)
    assert [one.id for one in found] == [message.id]


@given(MESSAGES, HOW, SEEDS)
@settings(deadline=None, max_examples=60)
def test_messages_come_through_as_json(message: Backchat, how: list[str], seed: int) -> None:
    """A message that a chat wrote as JSON has its id, even when the window spoiled the rest of it."""
    answer = fence(json.dumps(to_json(message), indent=2, ensure_ascii=False), "json")
    found = ingest(mangled(answer, how, seed)).of(Message)
    assert [one.id for one in found] == [message.id]


@given(MESSAGES)
@settings(deadline=None, max_examples=40)
def test_an_unspoiled_message_is_the_same(message: Backchat) -> None:
    """As JSON every key comes back; as text everything that the text holds."""
    as_json, as_text = fence(json.dumps(to_json(message)), "json"), backchat.render(message)
    [one] = ingest(as_json).of(Message)
    assert one.message == message
    [other] = ingest(as_text).of(Message)
    assert other.message is not None
    assert other.message.type == message.type
    assert other.message.from_session == " ".join(message.from_session.split())
    assert other.message.body_markdown == message.body_markdown.strip("\n")
    assert other.message.attachments == message.attachments


@given(PASTE_IDS, NAMES, WORDS, st.sampled_from(sorted(VENDORS)), HOW, SEEDS)
@settings(deadline=None, max_examples=60)
def test_pastes_are_known_again(ident: str, title: str, body: str, to: str, how: list[str], seed: int) -> None:
    """A chat that quotes the whole paste has answered nothing: the paste is known by its id, and is no ACK."""
    paste = Paste(
        ident, Kind.NOTE, "co-migrate", title, body * 40, f"ACK {ident} <PR>", datetime(2025, 9, 10, tzinfo=UTC)
    )
    for part in render(paste, VENDORS[to], lambda text: text):
        understood = ingest(mangled(part, how, seed))
        assert ident in [copy.id for copy in understood.of(Copy)]
        assert ident not in [ack.id for ack in understood.of(Ack)]


@given(st.integers(0, 99), st.integers(0, 99), HOW, SEEDS)
@settings(deadline=None, max_examples=40)
def test_echoes_come_through(major: int, minor: int, how: list[str], seed: int) -> None:
    """A chat that says which policy it has is understood."""
    answer = f"Read.\n\n{capsule.echo(capsule.Version(major, minor))}"
    assert [one.version for one in ingest(mangled(answer, how, seed)).of(Echo)] == [f"{major}.{minor}"]


@given(st.text(max_size=400))
@settings(deadline=None, max_examples=80)
def test_anything_is_taken(text: str) -> None:
    """No text makes it fail, and each line that is not blank is either understood or told as not understood."""
    understood = ingest(text)
    for item in understood.items:
        assert 1 <= item.lines.first <= item.lines.last


@given(
    st.lists(
        st.sampled_from(
            (
                "```",
                "````",
                "~~~",
                "```json",
                "```python",
                "ACK p-k3f9ab",
                "> ",
                "{",
                "}",
                "x",
                "",
                "BACKCHAT: (todo) from a to b",
            )
        ),
        max_size=30,
    )
)
@settings(deadline=None, max_examples=80)
def test_no_line_is_lost(lines: list[str]) -> None:
    """Each line that is not blank is in an item or in the rest."""
    text = "\n".join(lines)
    understood = ingest(text)
    ranges = [*(item.lines for item in understood.items), *understood.rest]
    covered = {number for first, last in ranges for number in range(first, last + 1)}
    assert {number for number, line in enumerate(lines, 1) if line.strip(" >")} <= covered


def test_ids_are_of_the_form_that_is_looked_for() -> None:
    """The GUIDs of Python, and those of PowerShell in capitals, are ids."""
    for ident in (str(uuid.uuid4()), str(uuid.uuid4()).upper()):
        assert [ack.id for ack in ingest(f"ACK {ident}").of(Ack)] == [ident.lower()]
