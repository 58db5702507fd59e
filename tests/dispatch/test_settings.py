"""What a human writes into the settings counts from the next DO on, without a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cotemp.config import in_force
from cotemp.dispatch.inbox import Arrivals, Candidate
from cotemp.messages.do import Flags
from cotemp.places import Places, own_config_file
from cotemp.store.ledger import Ledger
from cotemp.watcher import wake
from tests.dispatch.boards import Running, drop_python, running
from tests.dispatch.test_deciding import held
from tests.waiting import eventually

NETWORK = Flags(network=True)
NO_SANDBOX = 'schema = 1\n[policy]\nenforcer = "none"\nunenforced = "run"\nnetwork = '


@pytest.fixture
def settings() -> Path:
    """This machine's own settings, which let every DO use the network."""
    file = own_config_file()
    file.parent.mkdir(parents=True)
    file.write_text(f'{NO_SANDBOX}"allow"\n')
    return file


def outcomes(board: Running, number: int) -> list[str | None]:
    return [row.outcome for row in board.await_runs(number)]


def test_what_the_owner_forbids_is_refused_from_then_on(places: Places, settings: Path) -> None:
    """A watcher that runs goes by the settings as they are, not as they were when it started."""
    with running(places, "co-x", config=in_force(places, settings), file=settings) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        assert outcomes(board, 1) == ["passed"]
        settings.write_text(f'{NO_SANDBOX}"never"\n')
        drop_python(places, "co-x", "print(2)", consent=NETWORK)
        assert outcomes(board, 2) == ["passed", "refused"]
        settings.write_text(f'{NO_SANDBOX}"allow"\n[sessions.co-x.policy]\nnetwork = "never"\n')
        drop_python(places, "co-x", "print(3)", consent=NETWORK)
        assert outcomes(board, 3) == ["passed", "refused", "refused"]


def test_what_is_forbidden_before_a_drop_counts(
    places: Places, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the watcher was already about to look into the inbox."""
    listed = Arrivals.list

    def forbidden_first(*arguments: Any) -> list[Candidate]:
        if "never" not in settings.read_text():
            settings.write_text(f'{NO_SANDBOX}"never"\n')
            drop_python(places, "co-x", "print(1)", consent=NETWORK)
        return listed(*arguments)

    monkeypatch.setattr(Arrivals, "list", forbidden_first)
    with running(places, "co-x", config=in_force(places, settings), file=settings) as board:
        assert outcomes(board, 1) == ["refused"]


def test_nothing_begins_by_settings_that_are_wrong(places: Places, settings: Path) -> None:
    """While the file cannot be meant, DOs wait, and the owner hears why; when it is mended, they run."""
    with running(places, "co-x", config=in_force(places, settings), file=settings) as board:
        settings.write_text(f'{NO_SANDBOX}"sometimes"\n')
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        eventually(lambda: "the settings are wrong" in board.texts(), what="the word that they are wrong")
        with Ledger(places) as ledger:
            assert not ledger.rows()
        settings.write_text(f'{NO_SANDBOX}"allow"\n')
        wake(places.session("co-x"))
        assert outcomes(board, 1) == ["passed"]
    assert board.texts().count("the settings are wrong") == 1


def test_what_is_held_goes_on_when_the_owner_allows_it(places: Places, settings: Path) -> None:
    """A DO that waits for a human is looked at again when the settings have changed."""
    settings.write_text(f'{NO_SANDBOX}"ask"\n')
    with running(places, "co-x", config=in_force(places, settings), file=settings) as board:
        drop_python(places, "co-x", "print(1)", consent=NETWORK)
        held(places)
        settings.write_text(f'{NO_SANDBOX}"allow"\n')
        wake(places.session("co-x"))
        assert outcomes(board, 1) == ["passed"]
