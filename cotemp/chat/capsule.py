"""The policy capsule: what a chat is told of the user's profile, with a version that it has to echo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ..errors import AnswerIsNo, BadUsage
from .fencing import fence
from .paste import Scrub
from .subset import Dropped, Subset, pointer

__all__ = [
    "TYPE",
    "Capsule",
    "Change",
    "Version",
    "build",
    "check_bump",
    "difference",
    "echo",
    "fits",
    "next_version",
    "render",
]

TYPE = "CoProfile.PolicyCapsule"
_NOTE = "Non-secret subset. Paste as session bootstrap."
_VERSION = re.compile(r"v?(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})(?:\.(0|[1-9]\d{0,5}))?", re.ASCII)
_ABOUT = frozenset({"version", "source_path", "note", "type"})
"""Keys that tell a chat nothing of what it must do."""

_STYLE = ("style", "powershell", "docs", "handshake")
"""Where real profiles keep what the original calls `preferences`."""


class Version(NamedTuple):
    """A semantic version. A chat echoes major and minor: what changes what it must do raises one of them."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def of(cls, text: str) -> Self:
        """`1.2.3`, `1.2` or `v1.2`. Raises BadUsage."""
        found = _VERSION.fullmatch(text)
        if not found:
            raise BadUsage(f"{text[:40]!r} is no version", "write it like 1.2.0")
        return cls(int(found[1]), int(found[2]), int(found[3] or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0)


@dataclass(frozen=True, slots=True)
class Capsule:
    """`data` is the JSON of `PolicyCapsule.json`; `dropped` is what of the profile it does not hold."""

    data: dict[str, Any]
    dropped: tuple[Dropped, ...] = ()

    @property
    def version(self) -> Version:
        """Raises BadUsage when somebody wrote nonsense there."""
        return Version.of(str(self.data.get("version", "")))


class Change(NamedTuple):
    """A difference between two capsules: where, and what it was and is (as JSON; empty: it was not there)."""

    pointer: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"+ {self.pointer}: {self.after}"
        return (
            f"- {self.pointer}: {self.before}" if not self.after else f"~ {self.pointer}: {self.before} -> {self.after}"
        )


def build(profile: Mapping[str, Any], source: str, version: Version, scrub: Scrub, home: str = "") -> Capsule:
    """The capsule of a CoProfile; of `source`, where the profile lies, only the file's name is kept.

    `home` is the user's folder, which is written as `~`; those that lie where systems put them need not be named.
    """
    subset = Subset(scrub, home)
    parts = {key: subset.of(value, f"/{key}") for key, value in _parts(profile)}
    for key in profile:
        if key not in parts and key not in ("defaultTag", "defaultSession", *_STYLE):
            subset.dropped.append(Dropped(pointer("", str(key)), "the capsule has no place for it"))
    name = subset.of(re.split(r"[\\/]", source)[-1], "/source_path")
    head = {"type": TYPE, "version": str(version), "source_path": name}
    return Capsule(head | parts | {"note": _NOTE}, tuple(subset.dropped))


def _parts(profile: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    bpoe = profile.get("bpoe")
    inner = bpoe if isinstance(bpoe, Mapping) else {}
    yield "default_tag", profile.get("defaultTag") or inner.get("default_tag") or "gmig"
    yield "default_session", profile.get("defaultSession") or inner.get("default_session") or "co-migrate"
    yield "bpoe", bpoe
    yield "rules", profile.get("rules")
    yield "prompts", profile.get("prompts")
    style = {key: profile[key] for key in _STYLE if key in profile}
    yield "preferences", profile.get("preferences", style or None)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every value that differs, in the order of the old capsule and then of the new one; the version is left out."""
    return tuple(_differences(_content(old, {"version"}), _content(new, {"version"}), ""))


def _differences(old: Any, new: Any, at: str) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            here = pointer(at, str(key))
            if key not in new or key not in old:
                yield Change(here, _shown(old, key), _shown(new, key))
            else:
                yield from _differences(old[key], new[key], here)
    elif _spelled(old) != _spelled(new):
        yield Change(at, _spelled(old), _spelled(new))


def next_version(old: Mapping[str, Any], new: Mapping[str, Any]) -> Version:
    """The version that `new` has to have at least, after `old`.

    Something is gone: major. Something came or changed: minor. Only where it came from: patch. Nothing: as it was.
    """
    version = Capsule(dict(old)).version
    changes = difference(old, new)
    content = [change for change in changes if change.pointer.split("/")[1] not in _ABOUT]
    if any(not change.after for change in content):
        return Version(version.major + 1, 0)
    if content:
        return Version(version.major, version.minor + 1)
    return version._replace(patch=version.patch + 1) if changes else version


def check_bump(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Raise AnswerIsNo when `new` says other things than `old` and a chat could not tell by the version.

    A version that goes back is refused as well.
    """
    before, after, least = Capsule(dict(old)).version, Capsule(dict(new)).version, next_version(old, new)
    if after < before:
        raise AnswerIsNo(f"version {after} is older than {before}", f"give it {least} or a later one")
    if least[:2] > before[:2] and after[:2] == before[:2]:
        number = len(difference(old, new))
        what = f"{number} value{'s' if number > 1 else ''} changed, but a chat would echo the same {echo(after)!r}"
        raise AnswerIsNo(what, f"give it {least} or a later version")
    if after < least and least[:2] == before[:2]:
        raise AnswerIsNo(f"the capsule changed, and its version {after} did not", f"give it {least} or a later one")


def echo(version: Version) -> str:
    """What a chat has to answer to a capsule."""
    return f"Policy v{version.major}.{version.minor} loaded."


def fits(echoed: Version, version: Version, *, patch: bool = False) -> bool:
    """True when a chat that echoed the one has the other; `patch`: it named the third number as well."""
    return echoed == version if patch else echoed[:2] == version[:2]


def render(capsule: Capsule) -> str:
    """`PolicyCapsule.paste.md`: the JSON in a fence, and the echo that is expected."""
    text = json.dumps(capsule.data, indent=2, ensure_ascii=False)
    return f"# Policy capsule {capsule.version}\n\n{fence(text, 'json')}\n\n(Reply with: {echo(capsule.version)})\n"


def _content(data: Mapping[str, Any], without: set[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in without}


def _shown(value: Mapping[str, Any], key: str) -> str:
    return _spelled(value[key]) if key in value else ""


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
