"""Whether a document fits its schema, to the letter."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from cotemp.places import shipped

__all__ = ["check", "schema_of"]

_TIMES = re.compile(r'"(?:ended|started|queued|read_at|sent)": "([^"]*)"')


def schema_of(name: str) -> Any:
    """The schema, read from its file."""
    return json.loads((shipped("schemas") / f"{name}.json").read_text(encoding="utf-8"))


def check(name: str, document: Any, *, more_keys: bool = False) -> None:
    """Raise ValidationError when `document` does not fit the schema, or has keys that it does not name."""
    known = schema_of(name)
    Draft202012Validator(known if more_keys else _without_more_keys(known)).validate(document)
    for time in _TIMES.findall(json.dumps(document)):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time), time


def _without_more_keys(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_more_keys(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _without_more_keys(value) for key, value in schema.items()}
    return {"additionalProperties": False} | strict if "properties" in schema else strict
