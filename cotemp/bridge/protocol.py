"""JSON-RPC 2.0, one line each way: bytes in, bytes out. Knows lines and requests, but no method and no I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from .faults import NotARequest, NotJson, error_object
from .params import BadParams

__all__ = ["LIMIT", "Core"]

LIMIT = 16 * 1024 * 1024
"""The longest line, in bytes. Of a longer one the rest is let go by as it comes."""
QUIT = "quit"
"""The method after which nothing more is answered."""

_BOM = b"\xef\xbb\xbf"


class Core:
    """One connection. `answer(method, params)` gives `{"result":…}` or `{"error":…}` as ASCII, and raises nothing."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], str], limit: int = LIMIT) -> None:
        self.ended = False
        """True once `quit` was asked for."""
        self._answer = answer
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def receive(self, data: bytes) -> Iterator[bytes]:
        """The answers to what is complete now, each before the next request is looked at."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._keep(line)
            yield from self._answered()
            if self.ended:
                return
        self._keep(rest)

    def finish(self) -> Iterator[bytes]:
        """The answer to a last line without an end: who wrote it has nothing more to say."""
        if not self.ended:
            yield from self._answered()

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _answered(self) -> Iterator[bytes]:
        """The answer to the line that is kept, if it wants one."""
        line, size = b"".join(self._parts), self._size
        self._parts, self._size = [], 0
        if size > self._limit:
            limit = self._limit // 1024**2
            error = NotJson(f"the line has {size:,} bytes; at most {limit} MiB are read", "put the data into a file")
            yield _line(None, _failed(error))
        else:
            line = line.strip().removeprefix(_BOM).strip()
            if line and (told := self._understood(line)):
                yield told

    def _understood(self, line: bytes) -> bytes | None:
        """The answer to a line; None to one that wants none."""
        request: dict[str, Any] = {"id": None}
        try:
            request = _parsed(line)
            method, params = _asked(request)
            told = self._answer(method, params)
            self.ended = method == QUIT
        except (NotJson, NotARequest) as error:
            return _line(request.get("id"), _failed(error))
        except BadParams as error:
            told = _failed(error)
        return _line(request["id"], told) if "id" in request else None


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        request = _decode(line.decode())
    except UnicodeDecodeError as error:
        raise NotJson(f"the line is no UTF-8 (byte {error.start + 1})", "write UTF-8, without a BOM") from None
    except (ValueError, RecursionError) as error:
        raise NotJson(f"the line is no JSON: {str(error)[:200]}", "write one whole request on each line") from None
    if isinstance(request, list):
        raise NotARequest("batches are not understood", "write one request on each line")
    if not isinstance(request, dict):
        raise NotARequest("a request is an object", 'write {"jsonrpc":"2.0","id":1,"method":"hello","params":{…}}')
    return request


def _asked(request: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    method, params = request.get("method"), request.get("params")
    if request.get("jsonrpc") != "2.0":
        raise NotARequest("jsonrpc is not 2.0", 'say {"jsonrpc":"2.0"} in each request')
    if not isinstance(method, str):
        raise NotARequest("method is no text", "name one: schemas/bridge.json")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise BadParams("params must be an object", "name each of them")
    return method, params


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no number of JSON")


def _number(text: str) -> float:
    """A number of JSON as Python has it; one that is too large would come back as no JSON."""
    found = float(text)
    return found if found - found == 0 else _refuse(text)


_decode = json.JSONDecoder(parse_constant=_refuse, parse_float=_number).decode
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _failed(error: NotJson | NotARequest | BadParams) -> str:
    return f'{{"error":{_encode(error_object(error))}}}'


def _line(request_id: Any, told: str) -> bytes:
    """The answer as it goes out."""
    try:
        spelled = _encode(request_id)
    except RecursionError:  # it could be read, but not be written
        spelled = "null"
    return f'{{"jsonrpc":"2.0","id":{spelled},{told[1:]}\n'.encode("ascii")
