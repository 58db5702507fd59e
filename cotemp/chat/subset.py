"""What of a profile may leave the machine: nothing secret at any depth, and no path that names the user."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .paste import Scrub

__all__ = ["DEPTH", "Dropped", "Subset", "is_secret_key", "pointer"]

DEPTH = 32
"""What lies deeper is dropped: no profile that a person wrote goes so deep."""

_SECRET_WORDS = frozenset(
    {
        "auth", "authorization", "bearer", "cookie", "cookies", "cred", "creds", "credential", "credentials", "jwt",
        "otp", "pass", "passcode", "passphrase", "passwd", "password", "passwords", "pat", "pats", "pin", "pwd",
        "secret", "secrets", "token", "tokens", "totp",
    }
)  # fmt: skip
_SECRET_ENDS = re.compile(
    r"(?:tokens?|secrets?|passwords?|passwd|passphrases?|credentials?|cookies?|authorization|connectionstrings?|dsn"
    r"|(?:api|private|access|account|session|signing|encryption|master|secret|shared|ssh|license|recovery)keys?)"
    r"(?:value|text|base64|hash)?\d*$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMES = frozenset({"name", "key", "id", "label", "type", "kind", "variable"})
_USER_PATH = re.compile(
    r"(?i:(?:\\\\\?\\)?[a-z]:[\\/]+(?:users|documents and settings)[\\/]+[^\\/\s\"'<>|:*?]+)"
    r"|(?<![\w.])/(?:home|Users|var/home|mnt/[a-z]/Users)/[^/\s\"'<>|:*?]+"
)
_SLASH = r"[\\/]+"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was left out, by its JSON pointer, and why. The value is never told."""

    pointer: str
    why: str


@dataclass(slots=True)
class Subset:
    """Takes values out of a profile; `dropped` grows as it goes."""

    scrub: Scrub
    home: str = ""
    """The user's own folder, which may lie anywhere; "" where nobody knows it."""
    dropped: list[Dropped] = field(default_factory=list)

    def of(self, value: Any, at: str, depth: int = 0) -> Any:
        """A copy of a JSON value without what may not leave; None where nothing of it may."""
        if depth > DEPTH:
            return self._drop(at, f"it lies deeper than {DEPTH} levels")
        if isinstance(value, Mapping):
            return self._mapping(value, at, depth)
        if isinstance(value, list | tuple):
            kept = [(item, self.of(item, f"{at}/{index}", depth + 1)) for index, item in enumerate(value)]
            return [clean for item, clean in kept if clean is not None or item is None]
        return self._text(value, at) if isinstance(value, str) else value

    def _mapping(self, value: Mapping[Any, Any], at: str, depth: int) -> dict[str, Any]:
        named = _names_a_secret(value)
        kept: dict[str, Any] = {}
        for key, item in value.items():
            here = pointer(at, str(key))
            if not self._is_fit_key(str(key)):
                self._drop(pointer(at, "…"), "its key holds a secret")
            elif is_secret_key(str(key)) or (named and str(key).casefold() in ("value", "values", "data", "text")):
                self._drop(here, "its key says that it is secret")
            elif (clean := self._named(str(key), item, here, depth)) is not None or item is None:
                kept[str(key)] = clean
        return kept

    def _named(self, key: str, item: Any, at: str, depth: int) -> Any:
        if isinstance(item, str) and not self._is_fit(f"{json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}"):
            return self._drop(at, "its value looks like a secret")
        return self.of(item, at, depth + 1)

    def _text(self, value: str, at: str) -> str | None:
        if not self._is_fit(value):
            self._drop(at, "its value looks like a secret")
            return None
        return _USER_PATH.sub("~", _own_folder(self.home).sub("~", value))

    def _is_fit(self, text: str) -> bool:
        """Nothing hidden may split a secret so that it is not seen: it is judged without."""
        return self.scrub(text) == text and self.scrub(bare := _without_hidden(text)) == bare

    def _is_fit_key(self, key: str) -> bool:
        return self._is_fit(key) and not _USER_PATH.search(key) and not _own_folder(self.home).search(key)

    def _drop(self, at: str, why: str) -> None:
        self.dropped.append(Dropped(at, why))


@cache
def _own_folder(home: str) -> re.Pattern[str]:
    """Finds the user's folder, with either slash; finds nothing for one that is a root, or none."""
    parts = [re.escape(part) for part in re.split(_SLASH, home) if part]
    if not parts or re.fullmatch(r"[A-Za-z]:[\\/]?", home):
        return re.compile(r"(?!)")
    begins = _SLASH if home[0] in "\\/" else ""
    return re.compile(rf"(?<![\w.~]){begins}{_SLASH.join(parts)}(?!\w)", re.IGNORECASE)


def is_secret_key(key: str) -> bool:
    """True when a key of this name holds a secret; case and separators do not matter, nor what is hidden in it."""
    plain = _without_hidden(unicodedata.normalize("NFKC", key))
    words = re.split(r"[^a-z0-9]+", _CAMEL.sub(" ", plain).casefold())
    folded = "".join(words)
    return folded in _SECRET_WORDS or not _SECRET_WORDS.isdisjoint(words) or _SECRET_ENDS.search(folded) is not None


def pointer(at: str, key: str) -> str:
    """The JSON pointer of a key below `at`."""
    return f"{at}/{key.replace('~', '~0').replace('/', '~1')}"


def _names_a_secret(value: Mapping[Any, Any]) -> bool:
    """`{"name": "GH_TOKEN", "value": …}`: the secret's name stands beside it."""
    return any(
        str(key).casefold() in _NAMES and isinstance(item, str) and len(item) < 80 and is_secret_key(item)
        for key, item in value.items()
    )


def _without_hidden(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Mn", "Cc"))
