"""A line that has no end yet may be watched, but no part of a secret is shown before it is known to be one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.redact import Scrubber
from cotemp.redact.search import Search

from .samples import MISSES, SECRETS, alnum

VALUE = "tr0ub4dor & 3/x" + alnum(8)
KNOWN = {"A_TOKEN": VALUE}
RULES = Scrubber(KNOWN, b"k" * 32)
SEARCH = Search(KNOWN)
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MARK = re.compile(rb"\[secret:[^]]*\]")
"""It names the kind of secret, which may begin as the secret does."""

words = st.one_of(
    st.sampled_from([text.format(secret) for _, text, secret in SECRETS]),
    st.sampled_from([secret for _, _, secret in SECRETS]),
    st.sampled_from(MISSES),
    st.sampled_from([VALUE, " ", "=", ": ", "/", '"', "password", "token=", "Cookie: a="]),
)


def lines_of(text: str) -> list[str]:
    return [UNSEEN.sub("", line) for line in text.splitlines()]


def shown_too_early(line: str) -> list[str]:
    """Beginnings of secrets of `line` that a glance at a part of it shows; the end of the line would hide them."""
    data = line.encode()
    spans = [span for span in SEARCH.find(data) if span.end - span.start > 4]
    heads = [head for span in spans if data.count(head := data[span.start : span.start + 4]) == 1]
    glances = [MARK.sub(b"", RULES.fresh().glance(data[:end])) for end in range(len(data) + 1)]
    return [f"{head!r} in {glance!r}" for head in heads for glance in glances if head in glance]


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS, ids=lambda value: str(value)[:30])
def test_no_part_of_a_secret_is_shown(kind: str, text: str, secret: str) -> None:
    """Of no kind of secret are the first four characters seen, wherever its line stops for a moment."""
    for line in lines_of(text.format(secret))[:3]:
        assert shown_too_early(line[:400]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(words, min_size=1, max_size=4).map("".join))
def test_whatever_stands_around_it(text: str) -> None:
    """So it is for secrets side by side, and among words that are none."""
    for line in lines_of(text)[:2]:
        assert shown_too_early(line[:200]) == []


@pytest.mark.parametrize(
    "line",
    ["Continue? [y/N] ", "Downloading 45%", "Enter password: ", "12 of 30 done", "see https://", "main.py (3/7)"],
)
def test_prompts_and_progress_are_shown(line: str) -> None:
    """What people wait for is there at once."""
    assert RULES.fresh().glance(line.encode()).decode() == line


def test_whole_secret_before_other_words_is_a_mark() -> None:
    """A secret that has ended is marked as it will be in the log."""
    token = "ghp" + "_" + alnum(36)
    shown = RULES.fresh().glance(f"pushed with {token} to main ".encode())
    assert re.fullmatch(rb"pushed with \[secret:github-token:[0-9a-v]{4}\] to main ", shown)


def test_nothing_is_shown_while_a_key_is_collected() -> None:
    """A private key of many lines is not seen line by line."""
    scrubber = RULES.fresh()
    assert scrubber.feed(b"-----BEGIN RSA PRIVATE" + b" KEY-----\n") == b""
    assert scrubber.glance(alnum(40).encode()) == b""


def test_glance_changes_nothing() -> None:
    """Looking counts no secret and holds nothing back."""
    scrubber = RULES.fresh()
    scrubber.glance(f"a {VALUE} b ".encode())
    assert scrubber.counts == {}
    assert scrubber.feed(b"a\n") == b"a\n"
