"""Every method of the bridge, one a line: what is called, where its function is, and whether it changes anything."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["METHODS", "PROTOCOL", "Method"]

PROTOCOL = 1
"""The version of the protocol: what `hello` agrees on."""

_HERE = "cotemp.bridge"


class _Row(NamedTuple):
    name: str
    target: str
    changing: bool = False


class Method:
    """A method. Its function's signature says what it takes, its docstring what it does.

    A `changing` one is called with a request key, and done at most once for it.
    """

    def __init__(self, name: str, target: str, *, changing: bool) -> None:
        self.name = name
        self.target = target
        self.changing = changing

    @cached_property
    def function(self) -> Callable[..., Any]:
        """`function(caller, **params)`; imported when it is first called."""
        module, _, name = self.target.partition(":")
        function: Callable[..., Any] = getattr(importlib.import_module(f"{_HERE}.{module}"), name)
        return function

    @cached_property
    def params(self) -> Sequence[Any]:
        """What it takes, as `params.Param`s."""
        from .params import params_of

        return params_of(self.function)


_ROWS = (
    _Row("hello", "home:hello"),
    _Row("home", "home:home"),
    _Row("verify", "home:verify"),
    _Row("chats.open-info", "home:chats"),
    _Row("session.path", "home:session_path"),
    _Row("targets.list", "panels:targets"),
    _Row("panels.list", "panels:listing"),
    _Row("panels.resolve", "panels:resolve"),
    _Row("panels.register", "panels:register", changing=True),
    _Row("panels.repair", "panels:repair", changing=True),
    _Row("note.send", "notes:send_note", changing=True),
    _Row("note.list", "notes:listing"),
    _Row("note.read", "notes:read", changing=True),
    _Row("standdown", "notes:standdown", changing=True),
    _Row("text.drop", "dos:drop_text", changing=True),
    _Row("do.drop", "dos:drop", changing=True),
    _Row("do.new", "dos:new", changing=True),
    _Row("do.hello", "dos:hello", changing=True),
    _Row("do.check", "files:check"),
    _Row("wait.stable", "files:stable"),
    _Row("runs.list", "runs:listing"),
    _Row("run.show", "runs:show"),
    _Row("held.list", "runs:held"),
    _Row("run.approve", "runs:approve", changing=True),
    _Row("run.deny", "runs:deny", changing=True),
    _Row("paste.list", "pastes:listing"),
    _Row("paste.take", "pastes:take", changing=True),
    _Row("paste.copy", "pastes:copy", changing=True),
    _Row("paste.mark", "pastes:mark", changing=True),
    _Row("ack.list", "pastes:acks"),
    _Row("backchat.emit", "chats:emit", changing=True),
    _Row("capsule.build", "chats:capsule", changing=True),
    _Row("bootstrap", "chats:bootstrap", changing=True),
    _Row("cowrap", "wraps:cowrap", changing=True),
    _Row("bloat", "wraps:bloat"),
    _Row("bloat.act", "wraps:act", changing=True),
    _Row("bpoe.log", "telling:log_bpoe", changing=True),
    _Row("bpoe.status", "telling:bpoe_status", changing=True),
    _Row("metrics", "telling:metrics"),
    _Row("status", "watchers:status"),
    _Row("jobs.watch-info", "watchers:watch_info"),
    _Row("watchers.enforce", "watchers:enforce", changing=True),
    _Row("quit", "home:leave"),
)

METHODS: Mapping[str, Method] = MappingProxyType(
    {row.name: Method(row.name, row.target, changing=row.changing) for row in _ROWS}
)
"""All methods by name."""
