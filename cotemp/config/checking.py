"""Checking the TOML of `agents.toml`: a `Document`, or one error that names every mistake in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..messages.policy import Policy
from .lines import line_numbers
from .mistakes import Mistake, from_validator, in_file
from .narrowing import filled, widened
from .rules import RULES
from .settings import Document
from .source import text_of, toml_of

__all__ = ["document"]


def document(path: Path, data: bytes) -> Document:
    """What `data`, the content of `path`, says. Raises BadConfig with every mistake in it."""
    text = text_of(path, data)
    raw = toml_of(path, text)
    written, mistakes = _validated(path, raw)
    mistakes += [mistake for rule in RULES for mistake in rule(raw)]
    mistakes += _sessions_only_narrow(written) if written else []
    if mistakes or written is None:
        raise in_file(path, mistakes, line_numbers(text)) from None
    return written


def _validated(path: Path, raw: dict[str, Any]) -> tuple[Document | None, list[Mistake]]:
    try:
        # Strict validation takes tables for dataclasses only from JSON.
        text = json.dumps(raw, default=_foreign_to_json)
        context = {"folder": path.absolute().parent}
        return _adapter().validate_json(text, strict=True, context=context), []
    except ValidationError as error:
        return None, [from_validator(dict(one)) for one in error.errors(include_url=False)]


@cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def _foreign_to_json(value: object) -> dict[str, str]:
    """Dates and times of TOML, which no key takes: as a table they are refused everywhere."""
    assert isinstance(value, datetime | date | time), "TOML has no other type that JSON lacks"
    return {"time": value.isoformat()}


def _sessions_only_narrow(written: Document) -> Iterator[Mistake]:
    policy, fix = filled(Policy(), written.policy), "ask for less here, or allow it in [policy]"
    for sid, session in written.sessions.items():
        for key in widened(policy, session.policy):
            yield Mistake(("sessions", sid, "policy", key), "asks for more than [policy] gives", fix)
