"""The one text that a new chat needs: policy, rules, where things stand, what comes next, and what to answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

from ..errors import BadUsage
from .capsule import Capsule, echo
from .fencing import BREAKS, fence
from .paste import Scrub, one_line

__all__ = ["PLACES", "RULES_PLACES", "Bootstrap", "check_template", "fill", "render"]

PLACES = frozenset({"session", "greeting", "capsule", "bpoe", "handoff", "todos", "echo", "dos"})
"""The places that a template of a bootstrap may have."""

RULES_PLACES = frozenset({"session", "dos"})
"""The places that a template of the rules may have."""

TODOS = 3
"""So many of the things to do are told: a chat that is told more begins with none."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """What goes into it. `handoff` is a message or a CoWrap, as foreign as any text; `dos` is when to wrap."""

    session: str
    capsule: Capsule
    handoff: str = ""
    todos: Sequence[str] = ()
    greeting: str = ""
    dos: int = 5


def render(bootstrap: Bootstrap, template: str, rules: str, scrub: Scrub) -> str:
    """The body of the paste, from two templates. Raises BadUsage when one has a place that nobody fills."""
    session, dos = one_line(bootstrap.session), str(bootstrap.dos)
    values = {
        "session": session,
        "greeting": _plain(bootstrap.greeting),
        "capsule": fence(json.dumps(bootstrap.capsule.data, indent=1, ensure_ascii=False), "json"),
        "bpoe": fill(rules, {"session": session, "dos": dos}).strip("\n"),
        "handoff": _handoff(scrub(bootstrap.handoff)),
        "todos": _todos(bootstrap.todos, scrub),
        "echo": echo(bootstrap.capsule.version),
        "dos": dos,
    }
    return scrub(re.sub(r"\n{3,}", "\n\n", fill(template, values)).strip("\n") + "\n")


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its places filled; what is filled in is never looked at for places again. Raises BadUsage."""
    check_template(template, frozenset(values))
    return Template(template).substitute(values)


def check_template(template: str, places: frozenset[str]) -> None:
    """Raise BadUsage when a template has a place that is not one of `places`, or a `$` that means nothing."""
    text = Template(template)
    if not text.is_valid():
        raise BadUsage("a `$` in the template means nothing", "write $$ for a dollar, ${session} for a place")
    unknown = [name for name in text.get_identifiers() if name not in places]
    if unknown:
        known = ", ".join(f"${{{name}}}" for name in sorted(places))
        raise BadUsage(f"nobody fills the place ${{{unknown[0]}}} of the template", f"use one of {known}")


def _handoff(text: str) -> str:
    return fence(text, "text") if text.strip() else "This is the beginning: nothing was done yet."


def _todos(todos: Sequence[str], scrub: Scrub) -> str:
    told = [one_line(scrub(todo), 300) for todo in todos if todo.strip()][:TODOS]
    if not told:
        return "1. Ask me what the first thing is."
    return "\n".join(f"{number}. {todo}" for number, todo in enumerate(told, 1))


def _plain(text: str) -> str:
    return BREAKS.sub("\n", text).strip()
