"""Whether what is asked and answered fits `schemas/bridge.json`, to the letter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.fitting import _without_more_keys, schema_of

__all__ = ["SCHEMA", "check_answer", "check_params", "check_result"]

SCHEMA = schema_of("bridge")


def check_params(method: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationError for params that the schema does not let a client send."""
    _validator(method, "params").validate(params)


def check_answer(answer: Any) -> None:
    """Raise ValidationError for a line that is no answer."""
    _answers().validate(answer)


def check_result(method: str, result: Any) -> None:
    """Raise ValidationError for a result with other keys or values than the schema says."""
    _validator(method, "result").validate(result)
    assert not _dates(result), "ConvertFrom-Json would make a date of it"


@cache
def _validator(method: str, part: str) -> Draft202012Validator:
    known = {**SCHEMA["methods"][method][part], "$defs": SCHEMA["$defs"]}
    return Draft202012Validator(_without_more_keys(known) if part == "result" else known)


@cache
def _answers() -> Draft202012Validator:
    return Draft202012Validator({"$ref": "#/$defs/Answer", "$defs": SCHEMA["$defs"]})


def _dates(value: Any) -> list[str]:
    """The texts in it that look like ISO times."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _dates(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _dates(inner)]
    return [value] if isinstance(value, str) and value[:2] == "20" and value[10:11] == "T" else []
