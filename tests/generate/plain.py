"""How pydantic's schemas are made readable for people."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core.core_schema import DataclassSchema, NullableSchema, WithDefaultSchema

__all__ = ["Plain"]


class Plain(GenerateJsonSchema):
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
