"""Values known to be secret: which variables hold them, and every form that they take in a log."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote_from_bytes, quote_plus

from .anchored import Anchored
from .contexts import NO_VALUE

__all__ = ["SHORTEST", "KnownValues", "Occurrence", "holds_secret", "looks_secret", "secrets_in"]

SHORTEST = 8
"""Shorter values (in characters) are not looked for: they are words, and every log is full of them."""

_LONGEST = 4096
"""Longer values (in characters) are looked for in pieces, so that every form of a piece fits into a window."""

_SECRET_NAME = re.compile(
    r"(?:^|_)[A-Z0-9]*(?:TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASSCODE|APIKEY|CREDENTIALS?|CREDS)(?:_|$)"
    r"|(?:^|_)(?:PWD|PASS|SSHPASS|AUTH|COOKIES?|DSN|JWT|PAT|PRIVATE)(?:_|$)"
    r"|(?:^|_)(?:API|PRIVATE|ACCESS|ACCOUNT|SESSION|SIGNING|ENCRYPTION|MASTER|SECRET|SERVICE|SHARED|DEPLOY|SSH)_?KEY(?:_|$)"
    r"|CONN(?:ECTION)?_?STR(?:ING)?(?:_|$)"
)
_HARMLESS_NAME = re.compile(
    r"(?:^|_)(?:FILE|FILENAME|PATH|DIR|SOCK|SOCKET|HOME|URL|URI|ENDPOINT|HOST|PORT|USER|USERNAME|EMAIL|NAME|TYPE|METHOD"
    r"|MODE|TTL|EXPIRY|EXPIRES|EXPIRATION|TIMEOUT|LIMIT|COUNT|LENGTH|SIZE|ALGORITHM|PLUGIN|PROVIDER|ENABLED|DISABLED"
    r"|REQUIRED|POLICY|HELPER|SCOPES?|ISSUER|AUDIENCE|REALM|VERSION|PREFIX|REGION|SERVER|SERVICE|COMMAND|PROGRAM"
    r")$|(?<!SECRET)_ID$|^(?:OLD)?PWD$|(?:^|_)(?:PUBLIC|ASKPASS|BYPASS|XAUTHORITY)(?:_|$)|^MAX_|_TOKENS$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLACE = re.compile(r"(?:[A-Za-z]:[\\/]|[/~]|\.{1,2}/|\\\\)[^\r\n]*")
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#:@]*:([^\s/?#]+)@", re.I)


def looks_secret(name: str) -> bool:
    """True when a variable, key or flag of this name is likely to hold a secret."""
    name = _CAMEL.sub("_", name.lstrip("-")).replace("-", "_").replace(".", "_").upper()
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def secrets_in(env: Mapping[str, str], named: Iterable[str] = ()) -> dict[str, str]:
    """What of `env` is to be kept out of logs: secret-looking variables, those `named`, passwords inside of URLs.

    Paths and numbers are left out unless named: `SSH_AUTH_SOCK` is no secret, and `1234567890` may be a time.
    """
    always = set(named)
    found = {name: value for name, value in env.items() if name in always or holds_secret(name, value)}
    for name, value in env.items():
        inside = _URL_PASSWORD.match(value)
        if inside and name not in found:
            found[name] = inside[1]
    return {name: value for name, value in found.items() if len(value) >= SHORTEST}


def holds_secret(name: str, value: str) -> bool:
    """True when a setting of this name and value is likely to be a secret: no place, number, mask or variable."""
    if not looks_secret(name) or _PLACE.fullmatch(value) or ("TOKEN" in name.upper() and value.isdigit()):
        return False
    return NO_VALUE.fullmatch(value.lower().encode("utf-8", "surrogatepass")) is None


class Occurrence(NamedTuple):
    """A known value found in a text: its place there, the name it is known by, and the value itself."""

    start: int
    end: int
    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class _Needle:
    text: bytes
    name: str
    value: bytes
    before: bool = False
    """The byte before holds bits of the value too (base64 that does not start at a boundary)."""
    after: bool = False


class KnownValues:
    """Finds known values, given as (name, value), in any of their forms.

    Not looked for: what is too short, and what is made of one or two characters, such as a mask of asterisks.
    """

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        needles: dict[bytes, _Needle] = {}
        for name, value in known:
            whole = value.encode("utf-8", "surrogatepass")
            for piece in _pieces(value):
                for needle in _needles(piece, name, whole):
                    needles.setdefault(needle.text, needle)
        self._needles = list(needles.values())
        self._texts = Anchored([needle.text for needle in self._needles])

    @property
    def longest(self) -> int:
        """Bytes of the longest form."""
        return max((len(needle.text) for needle in self._needles), default=0) + 2

    def is_in(self, text: bytes) -> bool:
        """True when a value occurs in `text`."""
        return self._texts.is_in(text)

    def find(self, text: bytes) -> Iterator[Occurrence]:
        """Every occurrence in `text`; they may overlap."""
        for start, index in self._texts.find(text):
            needle = self._needles[index]
            end = start + len(needle.text)
            if needle.before and start and text[start - 1] in _BASE64:
                start -= 1
            if needle.after and end < len(text) and text[end] in _BASE64:
                end += 1
            yield Occurrence(start, end, needle.name, needle.value)

    def may_begin(self, line: bytes, shortest: int) -> int:
        """Where a value may begin that `line`, whose rest is not known, ends with in part; its length if none does.

        `shortest`: how many bytes of it must be there.
        """
        found = len(line)
        for needle in self._needles:
            head = needle.text[:shortest]
            at = line.find(head, max(0, len(line) - len(needle.text) + 1))
            while at >= 0:
                if needle.text.startswith(line[at:]):
                    found = min(found, at)
                    break
                at = line.find(head, at + 1)
        return found


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"


def _pieces(value: str) -> Iterator[str]:
    """The parts of a value to look for: the whole, its lines (as a text is judged line by line), huge ones cut up."""
    lines = map(str.strip, _LINE_END.split(value)) if _LINE_END.search(value) else ()
    for part in (value, *lines):
        rest = part
        while len(rest) >= _LONGEST + SHORTEST:
            yield rest[:_LONGEST]
            rest = rest[_LONGEST:]
        if len(rest) >= SHORTEST and len(set(rest)) > 2:
            yield rest


_LINE_END = re.compile(r"[\r\n]+")


def _needles(text: str, name: str, value: bytes) -> Iterator[_Needle]:
    for form in _escaped(text):
        yield _Needle(form, name, value)
    wide = text.encode("utf-16-le", "surrogatepass")
    yield _Needle(wide.rstrip(b"\0"), name, value)
    # PowerShell's usual way to base64 goes over UTF-16.
    for raw in (text.encode("utf-8", "surrogatepass"), wide):
        for core, before, after in _base64(raw):
            yield _Needle(core, name, value, before, after)
            yield _Needle(core.translate(_URLSAFE), name, value, before, after)


_URLSAFE = bytes.maketrans(b"+/", b"-_")
_HTML = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"})


def _escaped(text: str) -> Iterator[bytes]:
    """Plain, hex, URL-encoded and JSON-escaped, in the variants that common libraries write."""
    raw = text.encode("utf-8", "surrogatepass")
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for url in (
        quote_from_bytes(raw, ""),
        quote_from_bytes(raw, "/"),
        quote_from_bytes(raw, "!'()*~"),
        quote_plus(raw),
    ):
        yield url.encode()
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), url).encode()
    once = [json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]]
    once += [once[0].replace("/", r"\/"), once[0].translate(_HTML), once[1].translate(_HTML)]
    for escaped in (*once, *(json.dumps(form)[1:-1] for form in once[:2])):
        yield escaped.encode("utf-8", "surrogatepass")


def _base64(raw: bytes) -> Iterator[tuple[bytes, bool, bool]]:
    """What is the same in every base64 text around `raw`, for the three ways it may be aligned.

    With it: whether the character before, and the one after, hold bits of `raw` as well.
    """
    for shift, uncertain in ((0, 0), (1, 2), (2, 3)):
        bits = (shift + len(raw)) * 8
        yield b64encode(b"\0" * shift + raw)[uncertain : bits // 6], shift > 0, bits % 6 > 0
