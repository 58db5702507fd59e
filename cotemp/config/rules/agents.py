"""What must agree within an agent, and between agents and their backends."""

from __future__ import annotations

from collections.abc import Iterator

from ..mistakes import Mistake
from ..settings import SHIPPED_BACKENDS
from .raw import Raw, Way, known, lacks_placeholder, missing, out_of_place, stranger, tables

__all__ = ["RULES", "backends"]

_PLACEHOLDERS = (("model", "{model}"), ("resume", "{id}"), ("start_id", "{id}"), ("server", "{port}"))
_PROMPT_ARGV = {"argument": "{prompt}", "file": "{file}"}
_ID_NEEDS = {"chosen": "start_id", "opencode-api": "server"}
"""Without which key a source of session ids gives none."""
_FOR_PROGRAMS = ("backend", "model", "prompt", "prompt_text", "resume", "phases", "idle_after")
"""What only an agent with a program to talk to can have."""


def backends(raw: Raw) -> set[str]:
    """The backends that there are."""
    return known(raw, "backends") | set(SHIPPED_BACKENDS)


def _commands_can_start(raw: Raw) -> Iterator[Mistake]:
    for section in ("engines", "backends", "agents", "checks"):
        for name, table in tables(raw, section):
            argv = table.get("argv")
            if isinstance(argv, list) and not (argv and argv[0]):
                yield Mistake((section, name, "argv"), "names no program", "write the program first")


def _backends_have_placeholders(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "backends"):
        for key, placeholder in _PLACEHOLDERS:
            yield from lacks_placeholder(("backends", name, key), table.get(key), placeholder)


def _prompts_are_passed(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "backends"):
        by, way = str(table.get("prompt")), ("backends", name, "prompt_argv")
        if by in ("stdin", "keys"):
            yield from out_of_place(("backends", name), table, f'prompt = "{by}"', "prompt_argv")
        elif by in _PROMPT_ARGV:
            yield from lacks_placeholder(way, table.get("prompt_argv"), _PROMPT_ARGV[by])


def _new_backends_are_complete(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "backends"):
        if name not in SHIPPED_BACKENDS:
            needed = _ID_NEEDS.get(str(table.get("session_id")))
            ids = ("session_id",) if table.get("resume") else ()
            yield from missing(("backends", name), table, "argv", *ids, *([needed] if needed else ()))


def _agents_are_whole(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "agents"):
        way: Way = ("agents", name)
        if table.get("kind") == "service":
            yield from missing(way, table, "argv")
            yield from out_of_place(way, table, "a service", *_FOR_PROGRAMS)
        elif "kind" in table:
            yield from missing(way, table, "backend")
            yield from out_of_place(way, table, f"a {table['kind']}", "argv")
            yield from _one_prompt(way, table)
        if table.get("kind") == "task":
            yield from out_of_place(way, table, "a task, which is done when it idles", "phases", "idle_after")


def _one_prompt(way: Way, table: Raw) -> Iterator[Mistake]:
    given = [key for key in ("prompt", "prompt_text") if key in table]
    needs = table["kind"] == "loop" or (table["kind"] == "task" and "wake" in table)
    if needs and not given:
        yield Mistake((*way, "prompt"), "is missing", "name a file with prompt, or give the text with prompt_text")
    if len(given) == 2:
        yield Mistake((*way, "prompt_text"), "is given beside prompt", "keep one of the two")


def _agents_have_backends(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "agents"):
        backend = table.get("backend")
        if isinstance(backend, str) and backend not in backends(raw):
            yield stranger(("agents", name, "backend"), backend, "backend", backends(raw))


def _wakes_are_whole(raw: Raw) -> Iterator[Mistake]:
    for name, table in tables(raw, "agents"):
        wake, way = table.get("wake"), ("agents", name, "wake")
        if not isinstance(wake, dict):
            continue
        if ("every" in wake) == ("cron" in wake):
            yield Mistake(way, "needs one of every and cron", 'write every = "1h", or cron = "0 2 * * 0"')
        if "tz" in wake and "cron" not in wake:
            yield Mistake((*way, "tz"), "means nothing without cron", "remove it")
        if table.get("kind") in ("task", "service"):
            yield from out_of_place(way, wake, f"a {table['kind']}: the wake starts it", "prompt")


RULES = (
    _commands_can_start,
    _backends_have_placeholders,
    _prompts_are_passed,
    _new_backends_are_complete,
    _agents_are_whole,
    _agents_have_backends,
    _wakes_are_whole,
)
