"""What a text in `agents.toml` can mean: a duration, a path, a session id, …; each kind says what is wrong.

A kind is written into an annotation (`Annotated[float, Duration()]`). It knows pydantic only when
something is validated, so that the settings can be declared, and used, without importing it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import BadName, BadUsage
from ..names import session_id
from ..times import parse_duration

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema
    from pydantic_core.core_schema import ValidationInfo

__all__ = [
    "Command",
    "Cron",
    "Duration",
    "FileName",
    "Kind",
    "Location",
    "Pattern",
    "SessionName",
    "Table",
    "Unfit",
    "Whole",
    "Word",
    "Zone",
]


class Table:
    """A table of the file: no key but its own."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


class Unfit(Exception):
    """A text that is not of its kind: `what` it should be, and the `fix`."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


class Kind:
    """Turns a text (or what `taken` says) into a value; `folder` is where the file with the text lies."""

    def read(self, text: Any, folder: Path) -> Any:
        """The value. Raises Unfit."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic asks an annotation what to do."""
        from pydantic_core import PydanticCustomError, core_schema

        def validate(text: Any, info: ValidationInfo) -> Any:
            assert info.context, "the reader says where the file lies"
            try:
                return self.read(text, info.context["folder"])
            except Unfit as unfit:
                raise PydanticCustomError("unfit", "{what}", {"what": unfit.what, "fix": unfit.fix}) from None

        return core_schema.with_info_after_validator_function(validate, self.taken())

    def taken(self) -> CoreSchema:
        """The type that TOML gives it."""
        from pydantic_core import core_schema

        return core_schema.str_schema(strict=True)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What the JSON schema of `agents.toml` says of the text."""
        return handler(schema) | self.shape()

    def shape(self) -> dict[str, Any]:
        """Keywords of JSON Schema for such a text."""
        return {"description": (self.__doc__ or "").strip()}


@dataclass(frozen=True)
class Duration(Kind):
    """Seconds, written as `30m`; more than none."""

    milliseconds: bool = False  # `300ms` is understood too

    def read(self, text: str, folder: Path) -> float:
        fine = re.fullmatch(r"(\d{1,6})ms", text, re.ASCII) if self.milliseconds else None
        try:
            seconds = int(fine[1]) / 1000 if fine else parse_duration(text)
        except BadUsage as error:
            raise Unfit("is no duration", error.fix) from None
        if not 0 < seconds < 10 * 365 * 86400:
            raise Unfit("is no duration that makes sense", "give more than nothing and less than ten years")
        return seconds


@dataclass(frozen=True)
class Location(Kind):
    """A path: `~` is the user's home, a relative one starts at the file's folder."""

    real: bool = False  # follow symlinks

    def read(self, text: str, folder: Path) -> Path:
        if not text or "\0" in text:
            raise Unfit("is no path", "write a path such as ~/src")
        try:
            path = folder / Path(text).expanduser()
        except RuntimeError:
            raise Unfit("begins with a user that this machine does not know", "write the path in full") from None
        return Path(os.path.realpath(path)) if self.real else Path(os.path.normpath(path))


@dataclass(frozen=True)
class SessionName(Kind):
    """A session id."""

    def read(self, text: str, folder: Path) -> str:
        try:
            return session_id(text)
        except BadName as error:
            raise Unfit(str(error.what), error.fix) from None


@dataclass(frozen=True)
class FileName(Kind):
    """An id that can be (part of) the name of a file on every system."""

    def read(self, text: str, folder: Path) -> str:
        try:
            return session_id(text)
        except BadName:
            fix = "use up to 64 letters, digits, '.', '_' and '-'; no names that Windows keeps for devices"
            raise Unfit("cannot be the name of a file", fix) from None


@dataclass(frozen=True)
class Word(Kind):
    """A text of a given form."""

    form: str
    what: str
    fix: str

    def shape(self) -> dict[str, Any]:
        return {"pattern": f"^(?:{self.form})$"}

    def read(self, text: str, folder: Path) -> str:
        if not re.fullmatch(self.form, text):
            raise Unfit(self.what, self.fix)
        return text


@dataclass(frozen=True)
class Pattern(Kind):
    """A regular expression."""

    def read(self, text: str, folder: Path) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except (re.error, RecursionError, OverflowError) as error:
            raise Unfit(f"is no regular expression: {error}", "put it in single quotes and escape ( [ ? * +") from None


@dataclass(frozen=True)
class Cron(Kind):
    """Five fields: minute, hour, day of month, month, day of week."""

    def read(self, text: str, folder: Path) -> str:
        from cronsim import CronSim, CronSimError

        fields, like = text.split(), 'write it like "0 2 * * 0" (Sundays at 02:00)'
        if len(fields) != 5:
            raise Unfit("is no cron expression of five fields", like)
        try:
            next(CronSim(text, datetime(2000, 1, 1, tzinfo=UTC)))
        except CronSimError as error:
            raise Unfit(f"is no cron expression: {str(error).lower()}", like) from None
        except StopIteration:
            raise Unfit("never comes", "name a day that there is") from None
        return " ".join(fields)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number within bounds, both included."""

    least: int
    most: int

    def taken(self) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.int_schema(strict=True)

    def shape(self) -> dict[str, Any]:
        return {"minimum": self.least, "maximum": self.most}

    def read(self, text: int, folder: Path) -> int:
        if not self.least <= text <= self.most:
            raise Unfit("is out of range", f"write a number from {self.least} to {self.most}")
        return text


@dataclass(frozen=True)
class Command(Kind):
    """The words of a command, or false."""

    def taken(self) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.any_schema()

    def shape(self) -> dict[str, Any]:
        words = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return super().shape() | {"anyOf": [words, {"const": False}]}

    def read(self, text: object, folder: Path) -> tuple[str, ...] | bool:
        if text is False:
            return False
        if not (isinstance(text, list) and text and text[0] and all(isinstance(word, str) for word in text)):
            raise Unfit("is no command", 'write its words as a list, ["program", "argument"], or false')
        return tuple(text)


@dataclass(frozen=True)
class Zone(Kind):
    """A time zone of the IANA list."""

    def read(self, text: str, folder: Path) -> str:
        import zoneinfo

        known = zoneinfo.available_timezones()
        if known and text not in known:  # Windows may have no list; the schedule will tell then
            raise Unfit("is no time zone", 'write it like "UTC" or "Europe/Berlin"')
        return text
