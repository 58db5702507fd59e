"""What must agree between two parts of `agents.toml`, each rule a function over the document as it was read.

The values may still be of any type: every rule looks only at what it can understand, so that all
mistakes of a file are found at once.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import BadUsage
from ..times import parse_duration
from .lines import Path as Way
from .mistakes import Mistake
from .settings import SHIPPED_BACKENDS, SHIPPED_ENGINES

__all__ = ["RULES"]

Raw = Mapping[str, Any]


def _tables(raw: Raw, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables `[name.X]`, by X."""
    section = raw.get(name)
    for key, value in section.items() if isinstance(section, dict) else ():
        if isinstance(value, dict):
            yield key, value


def _items(raw: Raw, *way: str) -> Iterator[tuple[Way, dict[str, Any]]]:
    """The tables of the array at `way`."""
    value: Any = raw
    for key in way:
        value = value.get(key) if isinstance(value, dict) else None
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield (*way, index), item


def _known(raw: Raw, name: str) -> set[str]:
    section = raw.get(name)
    return set(section) if isinstance(section, dict) else set()


def _names_differ_in_more_than_case(raw: Raw) -> Iterator[Mistake]:
    for section in ("sessions", "agents"):
        counts = Counter(name.casefold() for name in _known(raw, section))
        for name in _known(raw, section):
            if counts[name.casefold()] > 1:
                yield Mistake((section, name), "is there twice (case does not count)", "keep one of them")


def _panel_names_are_unique(raw: Raw) -> Iterator[Mistake]:
    names = [(sid, str(table["name"]).casefold()) for sid, table in _tables(raw, "sessions") if "name" in table]
    counts = Counter(name for _, name in names)
    for sid, name in names:
        if counts[name] > 1:
            yield Mistake(("sessions", sid, "name"), "is the name of two panels", "give each its own name")


def _commands_can_start(raw: Raw) -> Iterator[Mistake]:
    for section in ("engines", "backends", "agents"):
        for name, table in _tables(raw, section):
            argv = table.get("argv")
            if isinstance(argv, list) and not (argv and argv[0]):
                yield Mistake((section, name, "argv"), "names no program", "write the program first")


def _placeholders_are_there(raw: Raw) -> Iterator[Mistake]:
    needed = (("engines", "argv", "{do}"), ("backends", "model", "{model}"), ("backends", "resume", "{id}"))
    for section, key, placeholder in needed:
        for name, table in _tables(raw, section):
            words = table.get(key)
            if isinstance(words, list) and words and not any(placeholder in str(word) for word in words):
                yield Mistake((section, name, key), f"does not say where {placeholder} goes", f'add "{placeholder}"')


def _new_engines_are_complete(raw: Raw) -> Iterator[Mistake]:
    for name, table in _tables(raw, "engines"):
        if name not in SHIPPED_ENGINES:
            yield from _missing(("engines", name), table, "argv", "extension", "header")


def _new_backends_are_complete(raw: Raw) -> Iterator[Mistake]:
    for name, table in _tables(raw, "backends"):
        if name not in SHIPPED_BACKENDS:
            yield from _missing(("backends", name), table, "argv")


def _missing(way: Way, table: Raw, *keys: str) -> Iterator[Mistake]:
    for key in keys:
        if key not in table:
            yield Mistake((*way, key), "is missing", f"add a line: {key} = …")


def _extensions_are_unique(raw: Raw) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name, table in _tables(raw, "engines"):
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


def _agents_are_whole(raw: Raw) -> Iterator[Mistake]:
    for name, table in _tables(raw, "agents"):
        way: Way = ("agents", name)
        if table.get("kind") == "service":
            yield from _missing(way, table, "argv")
            yield from _out_of_place(way, table, "a service", "backend", "model", "prompt", "prompt_text")
        elif "kind" in table:
            yield from _missing(way, table, "backend")
            yield from _out_of_place(way, table, f"a {table['kind']}", "argv")
            yield from _one_prompt(way, table)


def _out_of_place(way: Way, table: Raw, kind: str, *keys: str) -> Iterator[Mistake]:
    for key in keys:
        if key in table:
            yield Mistake((*way, key), f"means nothing for {kind}", "remove it, or change kind")


def _one_prompt(way: Way, table: Raw) -> Iterator[Mistake]:
    given = [key for key in ("prompt", "prompt_text") if key in table]
    if not given:
        yield Mistake((*way, "prompt"), "is missing", "name a file with prompt, or give the text with prompt_text")
    if len(given) == 2:
        yield Mistake((*way, "prompt_text"), "is given beside prompt", "keep one of the two")


def _agents_have_backends(raw: Raw) -> Iterator[Mistake]:
    known = _known(raw, "backends") | set(SHIPPED_BACKENDS)
    for name, table in _tables(raw, "agents"):
        backend = table.get("backend")
        if isinstance(backend, str) and backend not in known:
            yield _stranger(("agents", name, "backend"), backend, "backend", known)


def _stranger(way: Way, name: str, kind: str, known: set[str]) -> Mistake:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return Mistake(way, f"names no {kind} that there is", hint)


def _wakes_say_when(raw: Raw) -> Iterator[Mistake]:
    for name, table in _tables(raw, "agents"):
        wake, way = table.get("wake"), ("agents", name, "wake")
        if not isinstance(wake, dict):
            continue
        if ("every" in wake) == ("cron" in wake):
            yield Mistake(way, "needs one of every and cron", 'write every = "1h", or cron = "0 2 * * 0"')
        if "tz" in wake and "cron" not in wake:
            yield Mistake((*way, "tz"), "means nothing without cron", "remove it")


def _handoffs_reach_agents(raw: Raw) -> Iterator[Mistake]:
    known = _known(raw, "agents")
    for kind in ("commits", "inboxes"):
        for way, rule in _items(raw, "handoff", kind):
            if isinstance(rule.get("to"), str) and rule["to"] not in known:
                yield _stranger((*way, "to"), rule["to"], "agent", known)


def _phases_differ(raw: Raw) -> Iterator[Mistake]:
    seen: set[str] = set()
    for way, phase in _items(raw, "phases"):
        name = phase.get("id")
        if isinstance(name, str):
            if name.casefold() in seen:
                yield Mistake((*way, "id"), "is the id of an earlier phase", "remove this phase, or give it its own id")
            seen.add(name.casefold())


def _phases_name_agents(raw: Raw) -> Iterator[Mistake]:
    known = _known(raw, "agents")
    for way, phase in _items(raw, "phases"):
        models = phase.get("models")
        for name in models if isinstance(models, dict) else ():
            if name not in known:
                yield _stranger((*way, "models", name), name, "agent", known)


RULES: tuple[Callable[[Raw], Iterator[Mistake]], ...] = (
    _names_differ_in_more_than_case,
    _panel_names_are_unique,
    _commands_can_start,
    _placeholders_are_there,
    _new_engines_are_complete,
    _new_backends_are_complete,
    _extensions_are_unique,
    _timeouts_agree,
    _agents_are_whole,
    _agents_have_backends,
    _wakes_say_when,
    _handoffs_reach_agents,
    _phases_differ,
    _phases_name_agents,
)
"""Every rule; each gives the mistakes that it finds."""
