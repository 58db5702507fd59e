"""What must agree between sessions, agents' names, engines and the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...errors import BadUsage
from ...times import parse_duration
from ..mistakes import Mistake
from ..settings import SHIPPED_ENGINES
from .raw import Raw, known, lacks_placeholder, missing, tables

__all__ = ["RULES"]


def _names_differ_in_more_than_case(raw: Raw) -> Iterator[Mistake]:
    for section in ("sessions", "agents"):
        counts = Counter(name.casefold() for name in known(raw, section))
        for name in known(raw, section):
            if counts[name.casefold()] > 1:
                yield Mistake((section, name), "is there twice (case does not count)", "keep one of them")


def _agents_are_spelled_as_their_sessions(raw: Raw) -> Iterator[Mistake]:
    sessions = {name.casefold(): name for name in known(raw, "sessions")}
    for name in known(raw, "agents"):
        session = sessions.get(name.casefold(), name)
        if session != name:
            yield Mistake(("agents", name), f"is the session {session} in another case", "spell both the same")


def _panel_names_are_unique(raw: Raw) -> Iterator[Mistake]:
    names = [(sid, str(table["name"]).casefold()) for sid, table in tables(raw, "sessions") if "name" in table]
    counts = Counter(name for _, name in names)
    for sid, name in names:
        if counts[name] > 1:
            yield Mistake(("sessions", sid, "name"), "is the name of two panels", "give each its own name")


def _engines_get_their_do(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "engines"):
        yield from lacks_placeholder(("engines", name, "argv"), table.get("argv"), "{do}")


def _new_engines_are_complete(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "engines"):
        if name not in SHIPPED_ENGINES:
            yield from missing(("engines", name), table, "argv", "extension", "header")


def _extensions_are_unique(raw: Raw) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name, table in tables(raw, "engines"):
        extension = str(table.get("extension", name))
        if extension in seen:
            yield Mistake(("engines", name, "extension"), f"belongs to {seen[extension]} already", "choose another one")
        seen[extension] = name


def _timeouts_agree(raw: Raw) -> Iterator[Mistake]:
    policy = raw.get("policy")
    try:
        asked, most = (parse_duration(policy[key]) for key in ("timeout", "timeout_max"))  # type: ignore[index]
    except (BadUsage, KeyError, TypeError):
        return
    if asked > most:
        yield Mistake(("policy", "timeout"), "is longer than timeout_max", "raise timeout_max, or lower timeout")


RULES = (
    _names_differ_in_more_than_case,
    _agents_are_spelled_as_their_sessions,
    _panel_names_are_unique,
    _engines_get_their_do,
    _new_engines_are_complete,
    _extensions_are_unique,
    _timeouts_agree,
)
