"""Time and memory grow with the text, whatever the text is."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from cotemp.redact import Scrubber, stream

from .samples import alnum, private_key

RULES = Scrubber({f"TOKEN_{number}": alnum(30, str(number)) for number in range(12)}, b"k" * 32)

HOSTILE = [
    *(
        "a",
        "A1",
        " ",
        "-",
        ".",
        "_",
        "\\",
        '"',
        "'",
        "=",
        "://",
        "://a:",
        "://aaaa",
        "\r",
        "\0",
        "\x1b",
        "\x1b[",
        "\x1b]",
    ),
    *("password", "password=", "password ", "password: ", "password" + " " * 40, "password=a", "password:=", "pass"),
    *(
        "token:",
        "token=a.",
        "api_key=",
        "key",
        "secret",
        "secret=!",
        "[secret:",
        "[secret:token:ab12]",
        "[secret:token:",
    ),
    *("eyJ", "eyJ.", "eyJaaaaaaaaa.", "sk-", "sk-ant-", "ghp_", "AKIA", "xox", ":AA", "12345678:AA", "Q~", "SG."),
    *("authorization: ", "bearer ", "cookie:", "cookie: a", "machine ", "machine a login b ", " -u ", " -u a:", "auth"),
    *("-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----a", "LS0tLS1CRUdJTiBQUklWQ", "sig=%"),
]


LINES = ["\n", "\r\n", "a\n", f"{private_key()[:32]}\n", f"{private_key()[:32]}\n{'+' * 400}!\n"]
"""Many short lines, and keys that begin and never are keys."""


@pytest.mark.parametrize(
    "unit", ["a", "://a:", "password=", "token=a.", "eyJ", "-----BEGIN PRIVATE KEY-----", "\x1b[", *LINES]
)
def test_hostile_text_takes_no_longer(unit: str) -> None:
    """No megabyte, of one line or of many, takes longer than two seconds: a tenth of that, where nothing is wrong."""
    assert seconds(unit, 1_000_000) < 2


@pytest.mark.slow
@pytest.mark.parametrize("unit", [*HOSTILE, *LINES], ids=repr)
def test_every_hostile_text_takes_no_longer(unit: str) -> None:
    """So it is for every beginning of what a pattern looks for, and for five; one of three tries may stand for a
    quiet machine."""
    assert any(seconds(unit, 5_000_000) < 4 for _ in range(3))


def seconds(unit: str, size: int) -> float:
    data = (unit * (size // len(unit) + 1))[:size].encode()
    start = time.process_time()
    scrubber = RULES.fresh()
    scrubber.feed(data)
    scrubber.finish()
    return time.process_time() - start


def test_memory_is_bounded() -> None:
    """However much goes through, only what may be a secret is kept."""
    chunk = (("x" * 90 + "\n") * 700).encode()
    scrubber = RULES.fresh()
    scrubber.feed(chunk)
    tracemalloc.start()
    for _ in range(30):
        scrubber.feed(chunk)
        scrubber.feed(b"y" * 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * stream.WINDOW
