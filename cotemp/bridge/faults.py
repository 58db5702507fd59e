"""What went wrong, as the error object of an answer."""

from __future__ import annotations

from typing import Any

from ..errors import BadUsage, CotempError
from .params import BadParams

__all__ = ["CATEGORIES", "NotARequest", "NotJson", "UnknownMethod", "error_object"]

_BY_EXIT_CODE = {
    1: "InvalidOperation",
    2: "InvalidArgument",
    3: "ResourceBusy",
    4: "ObjectNotFound",
    5: "InvalidOperation",
    6: "PermissionDenied",
    7: "InvalidData",
    8: "NotInstalled",
    9: "OperationTimeout",
    10: "InvalidData",
}
CATEGORIES = tuple(sorted({*_BY_EXIT_CODE.values(), "InvalidOperation"}))
"""Members of PowerShell's ErrorCategory."""


class NotJson(BadUsage):
    """A line that is no JSON, or too long."""


class NotARequest(BadUsage):
    """JSON that is no request."""


class UnknownMethod(BadUsage):
    """No method of that name."""


_CODES: dict[type[CotempError], int] = {NotJson: -32700, NotARequest: -32600, UnknownMethod: -32601, BadParams: -32602}
"""JSON-RPC's own; any other error has its exit code."""


def error_object(error: CotempError) -> dict[str, Any]:
    """The `error` of an answer."""
    return {
        "code": _CODES.get(type(error), error.exit_code),
        "message": error.what,
        "data": {
            "exit_code": error.exit_code,
            "fix": error.fix,
            "category": _BY_EXIT_CODE.get(error.exit_code, "InvalidOperation"),
            "type": type(error).__name__,
        },
    }
