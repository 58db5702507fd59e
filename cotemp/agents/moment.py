"""The points in time that are kept of agents: UTC inside, RFC 3339 with an offset on disk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Moment"]


class _Aware:
    """A time without an offset, as a person may have written it, is refused: nobody knows which one it is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        aware = core_schema.datetime_schema(tz_constraint="aware")
        return core_schema.no_info_after_validator_function(lambda when: when.astimezone(UTC), aware)


Moment = Annotated[datetime, _Aware()]
