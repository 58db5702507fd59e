"""The bridge for PowerShell: a server on stdin and stdout, and single calls."""

import json
from typing import Annotated, Any

from ..bridge.answering import Bridge
from ..bridge.faults import NotJson, error_object
from ..bridge.params import BadParams
from ..bridge.protocol import LIMIT
from ..errors import BadUsage
from .frame import Answer, Arg, Context


def serve(cx: Context) -> Answer:
    """Answer PowerShell on stdin and stdout.

    Each line of stdin is a JSON-RPC 2.0 request, and each line of stdout an answer; schemas/bridge.json says what can
    be asked. It ends at the end of stdin, and pays no heed to ^C.

    Examples:
      cotemp bridge serve
    """
    from ..bridge.stdio import serve as serve_stdio  # not for a single call

    serve_stdio(_env(cx))
    return Answer()


def call(cx: Context, method: Annotated[str, Arg("what is called, such as note.send")]) -> Answer:
    """Make one call of the bridge.

    Its params are a JSON object on stdin. The answer is one JSON line on stdout, with `result` or `error`, and nothing
    is said on stderr. Who calls again with the same request_key gets the first answer: nothing is done twice.

    Examples:
      echo '{"session": "co-planning"}' | cotemp bridge call note.list
    """
    try:
        told = Bridge(_env(cx)).answer(method, _params(cx))
    except (NotJson, BadParams) as error:
        told = json.dumps({"error": error_object(error)}, separators=(",", ":"))
    answer = {"jsonrpc": "2.0", "id": None} | json.loads(told)
    failed = answer.get("error")
    return Answer(answer, json.dumps(answer), exit_code=failed["data"]["exit_code"] if failed else 0)


def _env(cx: Context) -> dict[str, str]:
    """The environment of callers that bring none of their own: this process's, and what its command line says."""
    said = {"COTEMP_HOME": cx.options.home, "COTEMP_CONFIG": cx.options.config}
    return {**cx.env, **{name: value for name, value in said.items() if value}}


def _params(cx: Context) -> Any:
    if cx.stdin_is_terminal:
        return {}
    try:
        text = cx.stdin_text(LIMIT).strip()
        params = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise NotJson(f"stdin holds no JSON: {str(error)[:200]}", "write the params as one JSON object") from None
    except BadUsage as error:
        raise NotJson(error.what, error.fix) from None
    if not isinstance(params, dict):
        raise BadParams("params must be an object", "name each of them")
    return params
