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
    return "\n".join([_ABOUT, *(line for method in METHODS.values() for line in _section(method))]) + "\n"


def _section(method: Method) -> Iterator[str]:
    said = describe(method)
    yield f"\n### {method.name}\n"
    yield said.summary + (" Takes a request key." if method.changing else "")
    if method.params:
        yield "\n| param | | |\n|---|---|---|"
        yield from (_row(one, method) for one in method.params)
    more = {"request_key": _EXAMPLE_KEY} if method.changing else {}
    request = {"jsonrpc": "2.0", "id": 1, "method": method.name, "params": said.example | more}
    yield f"\n```json\n{json.dumps(request)}\n```"


def _row(param: Param, method: Method) -> str:
    default = inspect.signature(method.function).parameters[param.name].default
    given = "required" if param.required else f"`{json.dumps(default)}`" if default not in (None, "") else ""
    says = param.says.replace("|", "\\|")
    choices = f" ({', '.join(param.choices)})" if param.choices else ""
    return f"| `{param.name}` | {says}{choices} | {given} |"


_EXAMPLE_KEY = "8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d"
_ABOUT = """\
# The bridge

How the PowerShell module talks to cotemp, and how any other program may. `python -m tests.generate bridge` writes
this page; [schemas/bridge.json](../schemas/bridge.json) says the same to programs, with what every method returns.

`cotemp bridge serve` speaks JSON-RPC 2.0 on stdin and stdout: UTF-8, one request on each line, one line for each
answer, in order. There are no batches; a request without `id` gets no answer. A BOM and CRLF do no harm. Answers are
ASCII. A line of more than 16 MiB, or one that is no request, gets an error, and the next one its answer. The server
pays no heed to ^C, and ends at the end of its stdin, after `quit`, or when nobody reads its answers.

`cotemp bridge call METHOD` makes one call: the params are a JSON object on stdin, the answer is one line on stdout,
and the exit code is that of the command line.

- **Handshake.** `hello` is the first call. After one that failed nothing but `hello` and `quit` is answered.
- **Context.** Every call may bring `context`: `cwd`, where relative paths start; `shell_pid`; and `env`, in which
  COSESSION_ID, COTEMP_HOME and COTEMP_CONFIG count. Those that it leaves out are not set, whatever the server's own
  environment says.
- **Request keys.** A call that changes something has a `request_key`, a GUID of its own. Who hears no answer kills
  the server and calls again with the same key, of whatever process: it gets the first answer, or waits for it, and
  nothing is done twice. Keys are remembered for ten minutes at least.
- **Errors** have a `message`, and in `data` the `fix`, the `exit_code` of the command line, the `category`
  (PowerShell's ErrorCategory) and the `type` of the error.
- **Times** are RFC 3339 with a space in place of the T: `ConvertFrom-Json` leaves them alone, and `[datetimeoffset]`
  reads them.
- null counts as not given; keys that are not known are ignored.

## Methods"""
