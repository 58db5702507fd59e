"""What the tests of moving in share: a clock that stands, no tmux but their own, a world looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cotemp.adopting import Proposal, look, plan
from cotemp.places import own_config_file

NOW = datetime(2026, 6, 13, 5, 27, tzinfo=UTC)
Proposing = Callable[..., Proposal]


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where plain `tmux` has its server: not the user's own. The path of a socket has to be short."""
    with TemporaryDirectory(prefix="tm") as folder:
        monkeypatch.setenv("TMUX_TMPDIR", folder)
        monkeypatch.delenv("TMUX", raising=False)
        yield Path(folder)


@pytest.fixture
def proposing() -> Proposing:
    """What would become of a world, with this machine's own settings."""

    def proposed(folder: Path, phase: str | None = None, now: datetime = NOW) -> Proposal:
        return plan(look(folder, {"PATH": ""}), own_config_file(), now, phase)

    return proposed


def lost(proposal: Proposal, name: str) -> list[str]:
    """Why what stands in the file of that name was not understood."""
    return [one.why for one in proposal.not_understood if one.origin.file.name == name]


def said(proposal: Proposal) -> str:
    """All decisions."""
    return "\n".join(one.what for one in proposal.decisions)
