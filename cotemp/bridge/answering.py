"""From a method and its params to an answer: it is checked, done and, if it changes anything, remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import BadUsage, CotempError
from .caller import VARIABLES, Caller
from .faults import UnknownMethod, error_object
from .homes import Homes
from .methods import METHODS, Method
from .params import checked

if TYPE_CHECKING:
    from .keys import Keys

__all__ = ["Bridge"]

# ASCII, so that no reader can take it for another encoding.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode


class Bridge:
    """Answers calls. `env` is the environment of those that bring none of their own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {name: env[name] for name in VARIABLES if env.get(name)}
        self._homes = Homes()
        self._disagreed: BadUsage | None = None

    @cached_property
    def _keys(self) -> Keys:
        from .keys import Keys  # who only asks does without

        return Keys()

    def answer(self, method: str, params: Mapping[str, Any]) -> str:
        """`{"result":…}` or `{"error":…}`, as one line of ASCII. Raises nothing."""
        return _told(lambda: self._answer(method, params), method)

    def close(self) -> None:
        """Let go of the files that were opened; nothing is answered any more."""
        if "_keys" in self.__dict__:
            self._keys.close()

    def _answer(self, name: str, params: Mapping[str, Any]) -> str:
        method = METHODS.get(name)
        if method is None:
            raise UnknownMethod(f"there is no method {name[:80]!r}", "all of them: schemas/bridge.json")
        self._check_handshake(name)
        caller = Caller.of(params.get("context"), self._env, self._homes)
        caller.take_over()
        if method.changing:
            return self._done_once(method, caller, params)
        return self._asked(method, caller, params)

    def _check_handshake(self, name: str) -> None:
        """After a handshake that failed nothing but another one is answered."""
        if self._disagreed and name not in ("hello", "quit"):
            raise self._disagreed

    def _asked(self, method: Method, caller: Caller, params: Mapping[str, Any]) -> str:
        try:
            found = _done(method, caller, checked(method.params, params))
        except BadUsage as error:
            if method.name == "hello":
                self._disagreed = error
            raise
        if method.name == "hello":
            self._disagreed = None
        return found

    def _done_once(self, method: Method, caller: Caller, params: Mapping[str, Any]) -> str:
        from .keys import key_in

        key, arguments = key_in(params), checked(method.params, params)
        with self._keys.begun(caller.places, key, method.name, params) as request:
            if request.answer is None:
                caller.mark = request.mark
                request.remember(_told(lambda: _done(method, caller, arguments), method.name))
            assert request.answer is not None, "it was just given"
            return request.answer


def _done(method: Method, caller: Caller, arguments: Mapping[str, Any]) -> str:
    return f'{{"result":{_encode(method.function(caller, **arguments))}}}'


def _told(do: Callable[[], str], method: str) -> str:
    """What `do` answers, or what went wrong instead."""
    try:
        return do()
    except CotempError as error:
        return f'{{"error":{_encode(error_object(error))}}}'
    except Exception as error:
        from ..bugs import understood  # 25 ms

        return f'{{"error":{_encode(error_object(understood(error, f"bridge {method[:40]}")))}}}'
