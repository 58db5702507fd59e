"""How fast is scrubbing? Prints MB/s for plain and dense logs, next to a bare copy and to detect-secrets' plugins.

python tests/benchmarks/redact.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from cotemp.redact import Scrubber

MEGABYTES = 10
CHUNK = 16 * 1024
TEXT = """
GET /api/v1/items 200 in 13 ms; worker queue started, retrying; path=/home/me/src/app/main.py user=bob session closed
by peer: disk-usage 81 % high task-runner token_count: 1234 commit https://example.org/a?b=c Password policy loaded
INFO WARN system.io.FileInfo {'id': 7, 'name': 'x'} C:\\Users\\me\\app.ps1
"""
WORDS = TEXT.split()


def letters(chance: random.Random, count: int) -> str:
    """Random letters and digits, at least one digit among them."""
    return "".join(chance.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=count - 1)) + "7"


def line(chance: random.Random) -> str:
    """A line such as programs log."""
    words = " ".join(chance.choices(WORDS, k=chance.randrange(4, 16)))
    tail = f" {chance.getrandbits(160):040x}" if chance.random() < 0.2 else ""
    return (
        f"2026-11-21T10:{chance.randrange(60):02}:{chance.randrange(60):02}.{chance.randrange(1000):03}Z {words}{tail}"
    )


def secret(chance: random.Random, known: list[str]) -> str:
    """A text with a secret."""
    return chance.choice(
        (
            f"using {chance.choice(known)} now",
            "remote: ghp" + "_" + letters(chance, 36),
            f"DB_PASSWORD={letters(chance, 14)}",
            f"Authorization: Bearer {letters(chance, 40)}",
            f"connecting to postgres://app:{letters(chance, 12)}@db.internal/app",
            "eyJ" + letters(chance, 30) + ".eyJ" + letters(chance, 60) + "." + letters(chance, 43),
        )
    )


def log(known: list[str], share: float, colour: bool = False) -> bytes:
    """A log in which `share` of the lines hold a secret."""
    chance = random.Random(1)
    lines: list[str] = []
    size = 0
    while size < MEGABYTES * 1_000_000:
        text = line(chance) + (" " + secret(chance, known) if chance.random() < share else "")
        lines.append(f"\x1b[32m{text[:24]}\x1b[0m{text[24:]}\r\n" if colour else text + "\n")
        size += len(lines[-1])
    return "".join(lines).encode()


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in pieces, as a pipe would give it."""
    return (data[start : start + size] for start in range(0, len(data), size))


def speed(name: str, data: bytes, work: Callable[[bytes], object]) -> None:
    """Print how many MB/s `work` does (seconds of one CPU), the best of three."""
    best = min(_seconds(data, work) for _ in range(3))
    print(f"{name:52} {len(data) / 1e6 / best:9.1f} MB/s")


def _seconds(data: bytes, work: Callable[[bytes], object]) -> float:
    start = time.process_time()
    work(data)
    return time.process_time() - start


def through(scrubber: Scrubber, size: int) -> Callable[[bytes], object]:
    """Scrub as a stream in chunks of `size`."""

    def work(data: bytes) -> object:
        fresh = scrubber.fresh()
        out = [fresh.feed(chunk) for chunk in chunks(data, size)]
        return out, fresh.finish()

    return work


def peer(data: bytes) -> object:
    """detect-secrets' regex plugins, called directly, line by line."""
    from detect_secrets.plugins.aws import AWSKeyDetector
    from detect_secrets.plugins.basic_auth import BasicAuthDetector
    from detect_secrets.plugins.github_token import GitHubTokenDetector
    from detect_secrets.plugins.jwt import JwtTokenDetector
    from detect_secrets.plugins.openai import OpenAIDetector
    from detect_secrets.plugins.private_key import PrivateKeyDetector
    from detect_secrets.plugins.slack import SlackDetector

    kinds = (AWSKeyDetector, BasicAuthDetector, GitHubTokenDetector, JwtTokenDetector)
    plugins = [kind() for kind in (*kinds, OpenAIDetector, PrivateKeyDetector, SlackDetector)]
    lines = data.decode().splitlines()
    return [match for text in lines for plugin in plugins for match in plugin.analyze_string(text)]


def main() -> None:
    """Print the table."""
    chance = random.Random(2)
    known = {f"TOKEN_{number}": letters(chance, 24 + number) for number in range(12)}
    start = time.perf_counter()
    scrubber = Scrubber(known, b"k" * 32)
    scrubber.scrub_bytes(b"warm\n")
    print(f"{'a scrubber that knows 12 values is ready in':52} {(time.perf_counter() - start) * 1e3:9.1f} ms")
    nobody = Scrubber({}, b"k" * 32)
    plain, dense = log([*known.values()], 0), log([*known.values()], 0.2)
    coloured = log([*known.values()], 0.01, colour=True)
    speed("copy (bytes.translate), the floor", plain, lambda data: data.translate(bytes(range(256))))
    speed("plain log, no known values", plain, through(nobody, CHUNK))
    speed("plain log, 12 known values", plain, through(scrubber, CHUNK))
    speed("plain log, 12 known values, line by line", plain, lambda data: _by_line(scrubber, data))
    speed("plain log, 12 known values, as a terminal gives it", plain, through(scrubber, 4095))
    speed("1 % of lines hold a secret", log([*known.values()], 0.01), through(scrubber, CHUNK))
    speed("20 % of lines hold a secret", dense, through(scrubber, CHUNK))
    speed("coloured, CRLF, 1 % hold a secret", coloured, through(scrubber, CHUNK))
    speed("one line of 10 MB (base64)", _one_line(), through(scrubber, CHUNK))
    try:
        speed("peer: detect-secrets' regex plugins (finds, no marks)", dense, peer)
    except ImportError:
        print("peer: detect-secrets is not installed")


def _by_line(scrubber: Scrubber, data: bytes) -> object:
    fresh = scrubber.fresh()
    return [fresh.feed(text) for text in data.splitlines(keepends=True)]


def _one_line() -> bytes:
    chance = random.Random(3)
    return letters(chance, MEGABYTES * 1_000_000).encode()


if __name__ == "__main__":
    main()
