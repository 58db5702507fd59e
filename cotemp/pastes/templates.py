"""The texts around a bootstrap: ours, or the owner's own from the home once they are trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ..chat.bootstrap import PLACES, RULES_PLACES, check_template
from ..config.trusted import is_trusted
from ..errors import BadUsage
from ..places import Places, shipped
from ..store.mailbox import NotPlain, read_plain

__all__ = ["BOOTSTRAP", "HOMES", "RULES", "Text", "greeting", "template"]

BOOTSTRAP, RULES = "Bootstrap_New_Session.md", "Paste_BPOE.md"
_LIMIT = 256 * 1024

HOMES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        RULES: (f"templates/{RULES}",),
        BOOTSTRAP: (f"prompts/{BOOTSTRAP}", f"templates/{BOOTSTRAP}"),
    }
)
"""Where in the home each may lie; the first that counts wins."""

_PLACES = {BOOTSTRAP: PLACES, RULES: RULES_PLACES}
_GREETINGS = {"co-planning": "GREETING_Planning.txt", "co-migrate": "GREETING_Migrate.txt"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and the files of the home that would have replaced it, but that nobody trusts."""

    text: str
    ignored: tuple[Path, ...] = ()


def template(places: Places, name: str) -> Text:
    """The template of that name. Raises BadUsage when the owner's has a place that nobody fills."""
    found = _chosen(places, HOMES[name], shipped("templates") / name)
    try:
        check_template(found.text, _PLACES[name])
    except BadUsage as error:
        raise BadUsage(f"{name}: {error.what}", error.fix) from error
    return found


def greeting(places: Places, session: str) -> Text:
    """What a chat of the seed's sessions is greeted with; empty for any other."""
    name = _GREETINGS.get(session.casefold())
    if name is None:
        return Text("")
    return _chosen(places, [f"greetings/{name}"], shipped("templates") / "greetings" / name)


def _chosen(places: Places, homes: Sequence[str], ours: Path) -> Text:
    data = ours.read_bytes()
    ignored: list[Path] = []
    for home in homes:
        path = places.home / home
        found = _read(path)
        if found is None or found == data:
            continue
        if is_trusted(places, path):
            return Text(found.decode("utf-8-sig", "replace"), tuple(ignored))
        ignored.append(path)
    return Text(data.decode(), tuple(ignored))


def _read(path: Path) -> bytes | None:
    try:
        return read_plain(path, _LIMIT)[0]
    except (OSError, NotPlain):
        return None
