"""What is kept of agents, as files of JSON: a person can read them, and they are believed only when they are whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import StorageFailed
from ..places import write_whole
from ..store.mailbox import NotPlain, move, read_plain
from ..times import local_now, stamp

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Misread", "decode", "encode", "read", "set_aside", "write"]

SCHEMA = 1
LIMIT = 16 * 1024 * 1024
"""The most bytes that a file of ours has."""
T = TypeVar("T")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


class Misread(Exception):
    """The file is not what was asked for; says in a line why, and quotes nothing of it."""


def read(path: Path, kind: type[T]) -> tuple[T, tuple[str, ...]] | None:
    """As `decode`, of a file; None when there is none. Raises Misread, StorageFailed when the disk refuses."""
    try:
        return decode(kind, read_plain(path, LIMIT)[0])
    except FileNotFoundError:
        return None
    except NotPlain as error:
        raise Misread(f"it is {error.kind}, no file") from None
    except OSError as error:
        raise StorageFailed(f"cannot read {path}: {error.strerror}", "mend its rights, then try again") from error


def write(path: Path, value: object) -> None:
    """Write `value`, a dataclass, whole and down to the disk. Raises StorageFailed."""
    write_whole(path, encode(value), mode=0o600, durable=True)


def set_aside(path: Path) -> Path:
    """Give a damaged file a name under which a person finds it; returns that."""
    return move(path, path.with_name(f"{path.name}.damaged-{stamp(local_now())}"))


def encode(value: object) -> bytes:
    """`value`, a dataclass, as the content of a file. What is no text, as in the name of a file, becomes `?`."""
    record = {"schema": SCHEMA, **_plain(value)}
    return json.dumps(record, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def decode(kind: type[T], data: bytes) -> tuple[T, tuple[str, ...]]:
    """The value of type `kind` in `data`, and the keys in it that this cotemp does not know. Raises Misread."""
    from pydantic import ValidationError

    try:
        written = json.loads(data)
        if not isinstance(written, dict):
            raise Misread("it holds no JSON object")
        schema = written.pop("schema", SCHEMA)
        value: T = _adapter(kind).validate_json(json.dumps(written), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Misread(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise Misread(f"it is no JSON: {error}") from None
    newer = [f"schema {schema}"] if schema != SCHEMA else []
    return value, (*newer, *_unknown(written, _plain(value)))


def _plain(value: object) -> dict[str, Any]:
    plain: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return plain


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # 60 ms: only who opens what is kept pays for it

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _unknown(written: Any, known: Any, at: str = "") -> Iterator[str]:
    if isinstance(written, dict) and isinstance(known, dict):
        for key in written:
            if key in known:
                yield from _unknown(written[key], known[key], f"{at}{key}.")
            else:
                yield f"{at}{key}"
    elif isinstance(written, list) and isinstance(known, list):
        for one, other in zip(written, known, strict=False):
            yield from _unknown(one, other, at)
