"""JSON schemas (2020-12) of every format that other programs may read or write, made from the types in the code."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core.core_schema import DataclassSchema, NullableSchema, WithDefaultSchema

from cotemp.cli import answers
from cotemp.config.settings import Document
from cotemp.explain import Explanation
from cotemp.messages.header.keys import Header
from cotemp.messages.panel import PanelRecord
from cotemp.messages.receipt import Receipt
from cotemp.messages.runlog import OriginalLog, Reasons, RunLog
from cotemp.status.model import Snapshot
from cotemp.store.owner import Owner

__all__ = ["FOLDER", "texts", "write"]

FOLDER = Path(__file__).parents[2] / "schemas"


class Format(NamedTuple):
    """A type, what has that form, and whether cotemp writes it (else people do)."""

    type: Any
    title: str
    written: bool = True


FORMATS = {
    "agents": Format(Document, "agents.toml", written=False),
    "do-header": Format(Header, "The header of a DO", written=False),
    "run-log": Format(RunLog, "sessions/<session>/logs/<name>.json"),
    "original-log": Format(OriginalLog, "sessions/<session>/logs/<name>.json of the PowerShell original"),
    "rejected-reasons": Format(Reasons, "sessions/<session>/outbox/rejected-<name>.reasons.json"),
    "panel": Format(PanelRecord, "panels/<pid>.json"),
    "receipt": Format(Receipt, "sessions/<session>/receipts/<note>.json"),
    "owner": Format(Owner, "sessions/<session>/owner.json"),
    "answer-audit": Format(answers.AuditAnswer, "cotemp audit --json"),
    "answer-audit-run": Format(answers.AuditRunAnswer, "cotemp audit RUN --json"),
    "answer-audit-verify": Format(answers.AuditVerifyAnswer, "cotemp audit --verify --json"),
    "answer-error": Format(answers.ErrorAnswer, "cotemp … --json, when it fails"),
    "answer-explain": Format(Explanation, "cotemp explain --json"),
    "answer-grant": Format(answers.GrantAnswer, "cotemp grant --json"),
    "answer-grants": Format(answers.GrantsAnswer, "cotemp grants --json"),
    "answer-notes": Format(answers.NotesAnswer, "cotemp notes --json"),
    "answer-notes-follow": Format(answers.FollowedNote, "cotemp notes --follow --json, each line"),
    "answer-panels": Format(answers.PanelsAnswer, "cotemp panels --json"),
    "answer-revoke": Format(answers.RevokeAnswer, "cotemp revoke --json"),
    "answer-runs": Format(answers.RunsAnswer, "cotemp runs --json"),
    "answer-sent": Format(answers.SentAnswer, "cotemp sent --json"),
    "answer-status": Format(Snapshot, "cotemp status --json"),
}
"""What is documented, by the name of its schema."""


def write() -> None:
    """Write the folder anew."""
    for stale in FOLDER.glob("*"):
        stale.unlink()
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def texts() -> dict[str, str]:
    """Every schema as the text of its file, by the file's name."""
    return {f"{name}.json": _text(one) for name, one in FORMATS.items()}


def _text(one: Format) -> str:
    # In a list, because a type at the top brings its own configuration, and these have none.
    adapter = TypeAdapter(list[one.type], config=ConfigDict(use_attribute_docstrings=True))  # type: ignore[name-defined]
    mode: JsonSchemaMode = "serialization" if one.written else "validation"
    whole = adapter.json_schema(schema_generator=_Plain, mode=mode)
    parts = whole["$defs"]
    root = parts.pop(whole["items"]["$ref"].rpartition("/")[2])
    root["title"] = one.title
    document = {"$schema": _Plain.schema_dialect} | root | ({"$defs": parts} if parts else {})
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Plain(GenerateJsonSchema):
    """Schemas for people: what docstrings say is in, titles that repeat a key and null (TOML has none) are out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dataclass_schema(self, schema: DataclassSchema) -> dict[str, Any]:
        return super().dataclass_schema(schema) | {"description": inspect.getdoc(schema["cls"]) or ""}

    def field_is_required(self, field: Any, total: bool) -> bool:
        always_written = self.mode == "serialization" and field["type"] == "dataclass-field"
        return always_written or super().field_is_required(field, total)

    def nullable_schema(self, schema: NullableSchema) -> dict[str, Any]:
        if self.mode == "validation":
            return self.generate_inner(schema["schema"])
        found = super().nullable_schema(schema)
        simple = [part["type"] for part in found.get("anyOf", ()) if part.keys() == {"type"}]
        return {"type": simple} if len(simple) == 2 else found

    def default_schema(self, schema: WithDefaultSchema) -> dict[str, Any]:
        found = super().default_schema(schema)
        if self.mode == "serialization" or not isinstance(found.get("default"), str | int):
            found.pop("default", None)
        return found

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        found: dict[str, Any] = _filled(super().generate(schema, mode))
        return found


def _filled(value: Any) -> Any:
    """Descriptions in JSON's words, each paragraph on one line."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _filled(one) for key, one in value.items()}
    if isinstance(said := value.get("description"), str):
        paragraphs = said.replace("None", "null").split("\n\n")
        filled["description"] = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return filled
