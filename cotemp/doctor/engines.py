"""Checks of the engines: which kinds of DOs can run here."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..runner.engines import Engine, Found, engine_of, engines, probe
from . import finding
from .finding import Look, bad, info, ok

__all__ = ["engine_programs"]


def engine_programs(look: Look) -> Iterator[finding.Found]:
    """Every engine's program is there, or at least nothing waits for it."""
    for engine in engines(look.config.engines).values():
        found = probe(engine)
        if isinstance(found, Found):
            version = "" if found.version == engine.name else f" {found.version}"
            yield ok(f"{engine.name}{version} runs {engine.pattern} ({found.path})")
        elif waiting := _waiting(look, engine):
            yield bad(f"{found.what}: {waiting} DOs wait for it", found.fix)
        else:
            yield info(found.what, found.fix)


def _waiting(look: Look, engine: Engine) -> int:
    """How many DOs for that engine lie in the inboxes."""
    inboxes = [look.places.session(sid).inbox for sid in look.sessions]
    names = [name for inbox in inboxes if inbox.is_dir() for name in os.listdir(inbox)]
    return sum(engine_of(name, {engine.name: engine}) is not None for name in names)
