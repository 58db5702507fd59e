"""schemas/bridge.json and docs/bridge.md: every method of the bridge, made from the signatures of its functions."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic_core.core_schema import NullableSchema

from cotemp.bridge import shapes
from cotemp.bridge.faults import CATEGORIES
from cotemp.bridge.methods import METHODS, Method
from cotemp.bridge.params import Param
from cotemp.status import Snapshot

from .plain import Plain

__all__ = ["FILE", "Described", "describe", "page", "text", "write"]

FILE = Path(__file__).parents[2] / "docs" / "bridge.md"
_RESULTS = {name: getattr(shapes, name) for name in shapes.__all__} | {"Snapshot": Snapshot, "dict": dict}
_REF = "#/$defs/{model}"


class Context(BaseModel):
    """Where a call comes from. What is not said is taken from the server's own environment."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="allow")

    cwd: str | None = None
    """Full path of the folder that relative paths start from."""
    env: dict[str, Any] | None = None
    """COSESSION_ID, COTEMP_HOME and COTEMP_CONFIG, as far as they are set; other variables are ignored."""
    shell_pid: int | None = None
    """The process of the shell: what `panels.register` registers."""


class Described(NamedTuple):
    """A method as its function's docstring and signature say it."""

    summary: str
    example: dict[str, Any]


class _Asked(Plain):
    """As `Plain`; null is what an optional param may be."""

    def nullable_schema(self, schema: NullableSchema) -> dict[str, Any]:
        inner = self.generate_inner(schema["schema"])
        kind = inner.get("type")
        if isinstance(kind, str) and "enum" not in inner:
            return inner | {"type": [kind, "null"]}
        return {"anyOf": [inner, {"type": "null"}]}

    def default_schema(self, schema: Any) -> dict[str, Any]:
        found = super().default_schema(schema)
        return found if found.get("default") not in ("", False) else {k: v for k, v in found.items() if k != "default"}


def describe(method: Method) -> Described:
    """What the docstring of its function says."""
    said, _, example = (inspect.getdoc(method.function) or "").partition("\n\nExample: ")
    return Described(" ".join(said.split()), json.loads(example))


def _model(method: Method) -> type[BaseModel]:
    """The params as pydantic sees them."""
    defaults = inspect.signature(method.function).parameters
    fields: dict[str, Any] = {one.name: _field(one, defaults[one.name].default) for one in method.params}
    fields["context"] = (Context, None)
    if method.changing:
        fields["request_key"] = (str, Field(pattern="^[A-Za-z0-9-]{8,64}$", description=_KEY))
    name = "".join(part.capitalize() for part in method.name.replace("-", ".").split("."))
    return create_model(f"{name}Params", __config__=ConfigDict(extra="allow"), **fields)


_KEY = "A GUID of this call's own: the same key gets the first answer again, and nothing is done twice."


def _field(param: Param, default: Any) -> tuple[Any, Any]:
    limits: dict[str, Any] = {"ge": param.limits.low, "le": param.limits.high} if param.limits else {}
    kind: Any = dict[str, Any] if param.kind is dict else param.kind
    if param.choices:
        kind = Literal[param.choices]
    kind = list[kind] if param.many else kind
    if param.required:
        return kind, Field(description=param.says, **limits)
    return kind | None, Field(default, description=param.says, **limits)


def _result(method: Method) -> Any:
    return _RESULTS[inspect.signature(method.function).return_annotation.partition("[")[0]]


def schema() -> dict[str, Any]:
    """The document."""
    asked = [(name, "validation", TypeAdapter(_model(one))) for name, one in METHODS.items()]
    told = [(name, "serialization", _adapter(_result(one))) for name, one in METHODS.items()]
    params, params_parts = TypeAdapter.json_schemas(asked, schema_generator=_Asked, ref_template=_REF)  # type: ignore[arg-type]
    results, parts = TypeAdapter.json_schemas(told, schema_generator=Plain, ref_template=_REF)  # type: ignore[arg-type]
    parts = {**params_parts.get("$defs", {}), **parts.get("$defs", {})}
    methods = {}
    for name, method in METHODS.items():
        said, result = describe(method), results[name, "serialization"]
        methods[name] = {
            "description": said.summary,
            "changing": method.changing,
            "params": _taken(params[name, "validation"], parts),
            "result": result.get("items", result),
            "example": said.example,
        }
    return _ENVELOPE | {"methods": methods, "$defs": {**_ANSWERS, **dict(sorted(parts.items()))}}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind is dict:
        return TypeAdapter(dict[str, str])
    return TypeAdapter(list[kind], config=ConfigDict(use_attribute_docstrings=True))


def _taken(found: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """A schema itself in place of a reference to it."""
    name = found.get("$ref", "").rpartition("/")[2]
    taken: dict[str, Any] = parts.pop(name) if name else found
    return {key: one for key, one in taken.items() if key not in ("title", "additionalProperties")}


_ENVELOPE: dict[str, Any] = {
    "$schema": Plain.schema_dialect,
    "title": "cotemp bridge: one line of a request",
    "description": "JSON-RPC 2.0 in UTF-8, one line each way; no batches. `methods` says what each method takes and "
    "returns, `$defs/Answer` what every line of the answer is.",
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": {"description": "Comes back as it is; without it there is no answer."},
        "method": {"type": "string", "description": "One of `methods`."},
        "params": {"type": "object", "description": "As `methods` says; keys that are not known are ignored."},
    },
}


_ANSWERS: dict[str, Any] = {
    "Answer": {
        "description": "One line of an answer: `result` as the method says, or `error`.",
        "type": "object",
        "required": ["jsonrpc", "id"],
        "properties": {
            "jsonrpc": {"const": "2.0"},
            "id": {"description": "That of the request; null where the request was not understood."},
            "result": True,
            "error": {"$ref": "#/$defs/Error"},
        },
        "oneOf": [{"required": ["result"]}, {"required": ["error"]}],
    },
    "Error": {
        "description": "What went wrong.",
        "type": "object",
        "required": ["code", "message", "data"],
        "properties": {
            "code": {
                "type": "integer",
                "description": "The exit code, or JSON-RPC's own: -32700 no JSON, -32600 no request, "
                "-32601 no such method, -32602 wrong params.",
            },
            "message": {"type": "string", "description": "What happened, a sentence for people."},
            "data": {
                "type": "object",
                "required": ["exit_code", "fix", "category", "type"],
                "properties": {
                    "exit_code": {"type": "integer", "description": "What the command line would have ended with."},
                    "fix": {"type": "string", "description": "What to do next; empty where nobody knows."},
                    "category": {"enum": list(CATEGORIES), "description": "PowerShell's ErrorCategory."},
                    "type": {"type": "string", "description": "The name of the error's class in `cotemp.errors`."},
                },
            },
        },
    },
}


def text() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write the page anew."""
    FILE.write_text(page(), encoding="utf-8", newline="\n")


def page() -> str:
    """docs/bridge.md."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Methods"
