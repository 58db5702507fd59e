"""What is a secret, and what only looks like one."""

from __future__ import annotations

import pytest

from cotemp.redact import Scrubber

from .samples import MISSES, SECRETS, alnum, digits


def scrubber() -> Scrubber:
    return Scrubber({}, b"k" * 32)


@pytest.mark.parametrize(("kind", "text", "secret"), SECRETS, ids=lambda value: str(value)[:40])
def test_secret_becomes_a_mark(kind: str, text: str, secret: str) -> None:
    """Only the secret is replaced; everything around it stays as it was."""
    one = scrubber()
    before, after = text.format("\0").split("\0")
    clean = one.scrub(text.format(secret))
    assert (clean[: len(before)], clean[len(clean) - len(after) :]) == (before, after)
    assert clean[len(before) :].startswith(f"[secret:{kind}:")
    assert len(clean) == len(before) + len(f"[secret:{kind}:abcd]") + len(after)
    assert one.counts == {kind: 1}


@pytest.mark.parametrize("filler", ["aB3x" * 1500, "a_b-c.d " * 800], ids=["base64", "log"])
def test_secret_in_a_long_text(filler: str) -> None:
    """No secret gets lost among thousands of bytes that lack, or abound in, the signs that most keywords hold."""
    for kind, text, secret in SECRETS:
        one = scrubber()
        one.scrub(f"{filler}\n{text.format(secret)}\n{filler}")
        assert one.counts == {kind: 1}, text


@pytest.mark.parametrize("text", MISSES, ids=lambda text: text[:50])
def test_near_miss_stays(text: str) -> None:
    """What is no secret is left alone, byte for byte."""
    one = scrubber()
    assert one.scrub(text) == text
    assert one.counts == {}


def test_secret_among_many_words_that_begin_like_one() -> None:
    """A text full of beginnings does not hide a secret of another kind."""
    token = "gl" + "pat-" + alnum(20)
    assert token not in scrubber().scrub("ghp_ " * 3000 + token)


def test_discord_bot_token_keeps_the_public_id() -> None:
    """The bot's id may be seen, what proves who it is may not."""
    import base64

    public = base64.b64encode(digits(18).encode()).decode()
    clean = scrubber().scrub(f"login {public}.{alnum(6)}.{alnum(27)}!")
    assert clean.startswith(f"login {public}.[secret:discord-token:")
    assert clean.endswith("]!")
