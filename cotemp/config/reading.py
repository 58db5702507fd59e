"""Reading `agents.toml`: bytes -> TOML -> checked settings, or one error that names every mistake."""

from __future__ import annotations

from pathlib import Path

from ..messages.policy import Policy
from ..places import Places, own_config_file
from .narrowing import filled, narrow
from .settings import Config
from .source import read_bytes
from .trusted import believes, is_own, stranger

__all__ = ["applied", "in_force", "load"]


def load(path: Path) -> Config:
    """The settings in `path`; the defaults when there is no such file.

    Raises BadConfig with every mistake that is in it.
    """
    data = read_bytes(path)
    return Config() if data is None else applied(path, data)


def in_force(places: Places, path: Path) -> Config:
    """The settings in `path`, as far as they count for this home.

    This machine's own config counts as it is. Any other must be trusted, and its `[policy]` can only
    take away from the machine's; where it does not exist, only the machine's policy holds. Raises
    BadConfig.
    """
    if is_own(path):
        return load(path)
    own = load(own_config_file())
    data = read_bytes(path)
    if data is None:
        return Config(policy=own.policy)
    if not believes(places, path, data):
        raise stranger(path)
    return applied(path, data, within=own.policy)


def applied(path: Path, data: bytes, within: Policy | None = None) -> Config:
    """The settings that `data`, the content of `path`, makes; its policy only narrows `within`, if that is given.

    Raises BadConfig.
    """
    from .checking import document  # 60 ms of pydantic: only who has a config file pays for it

    written = document(path, data)
    return Config(
        home=written.home,
        sessions=written.sessions,
        policy=filled(Policy(), written.policy) if within is None else narrow(within, written.policy),
        cowrap=written.cowrap,
        engines=written.engines,
        backends=written.backends,
        agents=written.agents,
        handoff=written.handoff,
        phases=written.phases,
        checks=written.checks,
        supervisor=written.supervisor,
    )
