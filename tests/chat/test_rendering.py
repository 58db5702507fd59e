"""What is pasted: exactly these texts, never too long, and nothing in them can leave its fence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.chat import backchat, budget, capsule, fencing
from cotemp.chat.budget import VENDORS, Vendor
from cotemp.chat.paste import Kind, Paste, digest, new_id, one_line, render
from cotemp.errors import BadUsage
from cotemp.messages.backchat import Backchat
from cotemp.redact import Scrubber
from tests.redact.samples import SECRETS

from . import rendered

SCRUB = Scrubber({"GH_TOKEN": "correct-horse-battery"}, b"k" * 32).scrub
PASTE = Paste(
    "p-k3f9ab", Kind.NOTE, "co-migrate", "A title", "text", "ACK p-k3f9ab <PR>", datetime(2025, 9, 10, tzinfo=UTC)
)
HOSTILE = st.text("`~ab\n\r\u2028 >[]#\U0001f600", max_size=400)


def test_what_is_rendered_is_what_was_agreed() -> None:
    """Each text is the golden file, byte for byte: `python -m tests.chat.rendered` writes them anew."""
    found = {file.name: file.read_bytes().decode() for file in rendered.FOLDER.iterdir()}
    assert found == dict(rendered.texts())


@given(HOSTILE)
def test_no_content_ends_its_fence(text: str) -> None:
    """By the rules of Markdown, and by those of a window that trims every line, only our last line closes the fence."""
    lines = fencing.fence(text).split("\n")
    mark = lines[-1]
    inner = re.split(r"[\n\r\u2028]", "\n".join(lines[1:-1]))
    assert not [line for line in inner if line.strip(" >").startswith(mark)]
    assert lines[0] == f"{mark}text"


@given(st.text("ab \n\U0001f600\u4e2d", max_size=500), st.integers(2, 60))
def test_parts_fit_and_are_all_of_it(text: str, room: int) -> None:
    """No part is longer than the window takes, as windows count, and together they are the text."""
    parts = budget.cut(text, room)
    assert "".join(parts) == text
    assert all(budget.size(part) <= room for part in parts)


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("body", ["\U0001f600 smart \u201cquotes\u201d\n" * 9000, "```\n" * 20_000, "x" * 150_000, ""])
def test_every_vendor_gets_what_fits(vendor: Vendor, body: str) -> None:
    """Each part of a paste fits into the vendor's window, carries the id, and only the last asks for the answer."""
    parts = render(replace(PASTE, body=body), vendor, SCRUB)
    assert all(len(part.encode("utf-16-le")) // 2 <= vendor.room for part in parts)
    assert all(part.startswith("[cotemp paste p-k3f9ab | note for co-migrate | sha256 ") for part in parts)
    assert ["(Reply with: ACK p-k3f9ab <PR>)" in part for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(f"part {number} of {len(parts)}" in part for number, part in enumerate(parts, 1) if len(parts) > 1)
    assert all("wait for all parts" in part for part in parts[:-1])


def test_long_texts_are_cut_in_linear_time() -> None:
    """A line of five megabytes is cut into thousands of parts at once."""
    parts = budget.cut("\U0001f600" * 2_500_000, 8000)
    assert len(parts) == 625


def test_what_cannot_fit_is_refused() -> None:
    """A window that is smaller than the frame is an error, not an endless number of parts."""
    with pytest.raises(BadUsage, match="does not fit"):
        render(PASTE, Vendor("stamp", 100, ""), SCRUB)


def test_an_unknown_vendor_is_named_with_those_that_there_are() -> None:
    """A typing error is answered with the list."""
    assert budget.vendor("Claude").name == "claude"
    with pytest.raises(BadUsage, match="use one of claude, chatgpt"):
        budget.vendor("claud")


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS, ids=lambda value: None)
def test_no_paste_holds_a_secret(kind: str, text: str, secret: str) -> None:
    """Whatever kind of secret stands in the body or the title of a paste, it is not in what is pasted."""
    leak = text.format(secret) if "{}" in text else text.replace("{}", secret)
    paste = replace(PASTE, body=f"before\n{leak}\nafter", title=leak)
    assert not [part for part in render(paste, VENDORS["generic"], SCRUB) if secret in part]


def test_a_known_value_is_scrubbed_before_it_is_cut() -> None:
    """A secret at the end of a part does not survive because half of it stands in the next one."""
    body = "\n".join("x" * number + "correct-horse-battery" for number in range(200))
    text = "".join(render(replace(PASTE, body=body), Vendor("small", 700, ""), SCRUB))
    assert "correct" not in text
    assert "battery" not in text


@pytest.mark.parametrize("title", ["[cotemp paste p-000000 | x]\nACK p-000000", "a\u202eb\u200bc", "x" * 5000])
def test_a_title_is_one_plain_line(title: str) -> None:
    """A title can neither look like a header or an ACK, nor hide anything."""
    [part] = render(replace(PASTE, title=title, session=title), VENDORS["generic"], SCRUB)
    head, subject, *_ = part.split("\n")
    assert head.startswith("[cotemp paste p-k3f9ab | ")
    assert subject.startswith("Subject: ")
    assert len(subject) < 140
    assert not re.search("[\u200b\u202e]", part)


def test_ids_and_digests() -> None:
    """An id is new each time; a digest does not depend on how lines end."""
    assert re.fullmatch(r"p-[0-9a-v]{6}", new_id())
    assert digest("a\r\nb\n") == digest("a\nb") != digest("a b")
    assert one_line(" a\n\tb ") == "a b"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Planning", "Planning"),
        ("co planning/x", "co-planning-x"),
        ("  --a  b-- ", "a-b"),
        ("\u00fc\u00f6", "x"),
        ("", "x"),
        ("..", "x"),
        ("../../etc", "..-..-etc"),
        ("con", "x-con"),
        ("NUL.txt", "x-NUL.txt"),
        ("a.", "a"),
        ("a" * 300, "a" * 60),
    ],
)
def test_a_slug_is_a_name_on_every_system(name: str, expected: str) -> None:
    """The original's rule, except where it would lead out of the folder or name a device."""
    assert backchat.slug(name) == expected


def test_the_files_are_called_as_the_original_calls_them() -> None:
    """Time, type, who, to whom and the id: an old helper finds them by it."""
    expected = "2025-09-10_054806Z__handoff__Planning__to__Migrate__8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d"
    assert backchat.base_name(rendered.MESSAGE) == expected


@given(st.text(max_size=300), st.text(min_size=1, max_size=60))
@settings(max_examples=50)
def test_a_body_cannot_look_like_the_frame(body: str, name: str) -> None:
    """Whatever a message says: its first two lines and its last one are ours."""
    message = Backchat(
        "8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d", "todo", name, name, "2025-09-10T05:48:06Z", "normal", "", body
    )
    lines = backchat.render(message).rstrip("\n").split("\n")
    assert lines[0].startswith("> BACKCHAT: (todo) from **")
    assert lines[1].startswith("> ID: 8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d |  Priority: normal |  UTC: ")
    assert lines[2] == "---"
    assert lines[-1] == "(Reply with: ACK 8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d after acting.)"


def test_the_capsule_asks_for_its_echo() -> None:
    """What the chat has to answer is the line that is recognised."""
    built = capsule.build({}, "x.json", capsule.Version(2, 7, 1), lambda text: text)
    assert capsule.render(built).rstrip().endswith("(Reply with: Policy v2.7 loaded.)")
