"""A stream is scrubbed the same however it arrives, twice is as once, and nobody waits."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cotemp.redact import Scrubber, stream

from .samples import KEY_LINES, MISSES, SECRETS, alnum, private_key

KEY = b"k" * 32
VALUE = "tr0ub4dor & 3/x"
KNOWN = {"A_TOKEN": VALUE, "OTHER_PASS": "ghp" + "_" + "q" * 5 + alnum(31)}
RULES = Scrubber(KNOWN, KEY)

GLUE = ["\n", "\r\n", "\r", " ", "\t", '"', "'", "\\", "\\n", *",;:=@][x_-", "://", "://u:", "a1", "\0", "\a", "\x1b"]
GLUE += ["\x1b[31m", "\x1b[0m", "\x1b]0;", "password", "password: ", 'password="', "token=", "Cookie: a="]
GLUE += ["Authorization: Bearer ", "[secret:", "[secret:password:ab12]", "[secret:A_TOKEN:ab12]"]

fragments = st.one_of(
    st.sampled_from([text.format(secret).encode() for _, text, secret in SECRETS]),
    st.sampled_from([secret.encode() for _, _, secret in SECRETS]),
    st.sampled_from([text.encode() for text in MISSES]),
    st.sampled_from([value.encode() for value in KNOWN.values()]),
    st.sampled_from(KEY_LINES).map(str.encode),
    st.sampled_from(GLUE).map(str.encode),
    st.binary(max_size=6),
)
texts = st.lists(fragments, max_size=12).map(b"".join)


def in_chunks(data: bytes, sizes: list[int], rules: Scrubber = RULES) -> tuple[bytes, dict[str, int]]:
    scrubber = rules.fresh()
    out, start = b"", 0
    for size in sizes:
        out += scrubber.feed(data[start : start + size])
        start += size
    return out + scrubber.feed(data[start:]) + scrubber.finish(), scrubber.counts


@settings(max_examples=200)
@given(texts, st.lists(st.integers(0, 40), max_size=40))
def test_chunks_do_not_matter(data: bytes, sizes: list[int]) -> None:
    """The same bytes give the same result, whatever pieces they come in."""
    assert in_chunks(data, sizes) == in_chunks(data, [])


@settings(max_examples=150)
@given(texts, st.lists(st.integers(0, 90), max_size=60))
def test_chunks_do_not_matter_in_long_lines(data: bytes, sizes: list[int]) -> None:
    """So it is where a line is longer than what is looked at together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "WINDOW", 400)
        patch.setattr(stream, "OVERLAP", 200)
        patch.setattr(stream, "CONTEXT", 50)
        assert in_chunks(data, sizes) == in_chunks(data, [])


@settings(max_examples=300)
@given(texts)
@example(f"{VALUE}ghp{'_'}{alnum(36)}".encode())
@example(f"a {private_key().splitlines()[0]}\nis no {private_key()} commit {'0a' * 20}".encode())
@example(f"{VALUE * 3}{private_key().splitlines()[0]}\nis how one begins {'a1' * 30}".encode())
def test_twice_is_as_once(data: bytes) -> None:
    """What is clean stays as it is."""
    clean, _ = in_chunks(data, [])
    assert in_chunks(clean, []) == (clean, {})


@given(st.binary(max_size=300), st.lists(st.sampled_from(MISSES), max_size=3), st.binary(max_size=300))
def test_text_without_secrets_is_unchanged(before: bytes, misses: list[str], after: bytes) -> None:
    """Every byte passes, also what is no UTF-8."""
    data = b"\n".join([before, *map(str.encode, misses), after])
    assert in_chunks(data, [100]) == (data, {})


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_secret_over_chunk_edges(size: int) -> None:
    """A secret that comes in several writes is one secret."""
    data = "\n".join(text.format(secret) for _, text, secret in SECRETS).encode()
    clean, counts = in_chunks(data, [size] * (len(data) // size))
    assert (clean, counts) == in_chunks(data, [])
    assert not [secret for _, _, secret in SECRETS if secret.encode() in clean]


def test_line_passes_at_once() -> None:
    """Who follows a log sees each line when it is written, not when the next one comes."""
    scrubber = RULES.fresh()
    assert scrubber.feed(b"one\ntwo, not yet") == b"one\n"
    assert scrubber.feed(b" done\r\n") == b"two, not yet done\r\n"
    assert scrubber.feed(b"-----BEGIN RSA PRIVATE KEY-----\n") == b""
    assert scrubber.feed(b"is how a key begins.\n") == b"-----BEGIN RSA PRIVATE KEY-----\nis how a key begins.\n"
    assert scrubber.finish() == b""


def test_long_line_passes_in_parts() -> None:
    """A line without an end does not fill the memory."""
    scrubber = RULES.fresh()
    held = 0
    for _ in range(100):
        held += 64 * 1024 - len(scrubber.feed(b"x" * 64 * 1024))
        assert held <= 2 * stream.WINDOW
    assert held == len(scrubber.finish())


@pytest.mark.parametrize("place", [0, 1000, stream.WINDOW - stream.OVERLAP - 20, stream.WINDOW - 20, 2 * stream.WINDOW])
def test_secret_in_a_long_line(place: int) -> None:
    """Where a long line is cut, no secret is."""
    token = "gh" + "p_" + alnum(36)
    data = f"{' x' * (place // 2)} {token} password='{VALUE}' {'y ' * stream.WINDOW}".encode()
    clean, counts = in_chunks(data, [50_000] * 40)
    assert counts == {"github-token": 1, "A_TOKEN": 1}
    assert re.sub(rb"\[secret:[^]]*\]", b"", clean) == data.replace(token.encode(), b"").replace(VALUE.encode(), b"")


@pytest.mark.parametrize("start", range(900, 2100, 7))
def test_every_place_in_a_long_line(monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    """Neither a name and its value nor a long token are torn apart, wherever the cut comes."""
    monkeypatch.setattr(stream, "WINDOW", 2000)
    monkeypatch.setattr(stream, "OVERLAP", 1000)
    for secret, before in ((alnum(30), "password = "), ("sk-" + "ant-" + alnum(120), "")):
        data = f"{'. ' * 2000}"[:start] + before + secret + " ." * 2000
        clean, counts = in_chunks(data.encode(), [999] * 9)
        assert sum(counts.values()) == 1
        assert re.sub(rb"\[secret:[^]]*\]", b"", clean) == data.replace(secret, "").encode()


CODES = ["\x1b[31m", "\x1b[0m", "\x1b[1;38;5;208m", "\x1b[K", "\x1b[2J", "\x1b]0;title\a", "\x1b(B", "\0", "\b", "\r"]


@pytest.mark.parametrize("code", CODES, ids=repr)
@pytest.mark.parametrize("step", [1, 5, 17])
def test_secret_through_control_codes(code: str, step: int) -> None:
    """Colours and other codes inside of a secret do not hide it."""
    for secret in ("gh" + "p_" + alnum(36), VALUE):
        hidden = code.join(secret[start : start + step] for start in range(0, len(secret), step))
        clean, counts = in_chunks(f"{code}before {hidden} after{code}\n".encode(), [9, 9])
        assert sum(counts.values()) == 1
        visible = re.sub(r"\x1b\[[\d;]*[mK]|\0", "", clean.decode())
        assert re.search(r"before \[secret:[\w-]*:....\] after", visible)


def test_colour_inside_a_secret_stays_switched() -> None:
    """The colour that a secret switched off stays off behind the mark."""
    clean = RULES.fresh().scrub(f"\x1b[31m{VALUE[:5]}\x1b[0m{VALUE[5:]} rest")
    assert re.fullmatch(r"\x1b\[31m\[secret:A_TOKEN:....\]\x1b\[0m rest", clean)


def test_secret_inside_a_title_code() -> None:
    """What a terminal would take for its title is in the file all the same."""
    clean = RULES.fresh().scrub(f"\x1b]0;{VALUE}\a ok \x1bgh{'p_'}{alnum(36)}")
    assert VALUE not in clean
    assert alnum(36) not in clean


def test_utf16_stays_utf16() -> None:
    """What Windows PowerShell writes with `>` can be read afterwards."""
    text = f"password=hunter2x\r\ntoken {'gh' + 'p_' + alnum(36)} \u00e9nd\r\n"
    clean = RULES.fresh().scrub_bytes(text.encode("utf-16")).decode("utf-16")
    assert re.fullmatch(
        "password=\\[secret:password:....\\]\r\ntoken \\[secret:github-token:....\\] \u00e9nd\r\n", clean
    )


@pytest.mark.parametrize("prefix", ["", "  ", "> ", "2026-11-21T10:00:00Z INFO ", "\x1b[32m", '+ "'])
@pytest.mark.parametrize("end", ["\n", "\r\n", '\\n" +\n'])
def test_private_key_of_many_lines(prefix: str, end: str) -> None:
    """A private key goes as a whole, also behind a log's prefix or in somebody's source code."""
    key = private_key(end=end + prefix)
    clean, counts = in_chunks(f"a\n{prefix}{key}\nafter\n".encode(), [50] * 30)
    assert counts == {"private-key": 1}
    assert re.sub(r"\[secret:private-key:....\](\x1b\[32m)*", "", clean.decode()) == f"a\n{prefix}\nafter\n"


def test_private_key_has_one_mark_in_every_layout() -> None:
    """Line ends, indents and escapes are not part of the key."""
    layouts = [private_key(), private_key(end="\r\n"), private_key(end="\n    "), private_key(end="\\n")]
    assert len({RULES.fresh().scrub(text) for text in layouts}) == 1


@pytest.mark.parametrize("lines", [2, 5])
def test_private_key_without_end(lines: int) -> None:
    """A key that was cut off is a secret still."""
    text = private_key().rsplit("\n", 15 - lines)[0]
    clean = RULES.fresh().scrub(text + "\nError: connection lost\n")
    assert re.fullmatch(r"\[secret:private-key:....\]\nError: connection lost\n", clean)
    assert re.fullmatch(r"\[secret:private-key:....\]", RULES.fresh().scrub(text))


@pytest.mark.parametrize("line", ["Error: gone", "Done.", "-----BEGIN CERTIFICATE-----", "{", "$ ls -l"])
def test_line_that_cannot_be_of_a_key_is_not_held(line: str) -> None:
    """What follows a key, or what looks like the beginning of one, is seen at once."""
    begin = private_key().split("\n")[0]
    for start in (begin, f"{begin}\n{KEY_LINES[0]}\n{KEY_LINES[1]}"):
        scrubber = RULES.fresh()
        out = scrubber.feed(f"{start}\n".encode()) + scrubber.feed(f"{line}\n".encode())
        assert out.endswith(f"\n{line}\n".encode())


def test_what_follows_a_key_without_end_stays() -> None:
    """One short line may be a key's last; the next is not."""
    text = private_key().rsplit("\n", 1)[0] + "\nDone\nBye\n"
    assert re.fullmatch(r"\[secret:private-key:....\]\nDone\nBye\n", RULES.fresh().scrub(text))


def test_private_key_of_short_lines() -> None:
    """However narrow a key was printed, its end tells what it was."""
    text = private_key(lines=[KEY_LINES[0][start : start + 20] for start in range(0, 60, 20)])
    assert re.fullmatch(r"a\n\[secret:private-key:....\]\nb", RULES.fresh().scrub(f"a\n{text}\nb"))


def test_private_key_is_held_within_limits() -> None:
    """A key that never ends neither fills the memory nor shows."""
    scrubber = RULES.fresh()
    out = scrubber.feed(private_key().split("\n")[0].encode() + b"\n")
    for _ in range(3000):
        out += scrubber.feed(KEY_LINES[0].encode() + b"\n")
    assert out.count(b"[secret:private-key:") == 2
    assert KEY_LINES[0].encode() not in out + scrubber.finish()


def test_streams_do_not_mix() -> None:
    """A text scrubbed on the way does not disturb the stream; both are counted."""
    scrubber = Scrubber(KNOWN, KEY)
    assert scrubber.feed(f"half {VALUE[:6]}".encode()) == b""
    assert scrubber.scrub(f"title {VALUE}").startswith("title [secret:A_TOKEN:")
    out = scrubber.feed(f"{VALUE[6:]} line\n".encode())
    assert re.fullmatch(rb"half \[secret:A_TOKEN:....\] line\n", out)
    assert scrubber.counts == {"A_TOKEN": 2}
    assert scrubber.fresh().counts == {}
