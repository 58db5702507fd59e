"""What a shell offers after TAB where a command names a panel, a session, a run or a grant."""

from ..panels import names
from ..store.ledger import Ledger
from ..times import local_now
from .frame import Context

_RECENT = 30


def targets(cx: Context, word: str) -> list[str]:
    """Panels that are there, then sessions."""
    return [name for name in names(cx.places) if _needs_no_quotes(name)]


def sessions(cx: Context, word: str) -> list[str]:
    """Sessions of the home."""
    return cx.places.session_ids()


def run_ids(cx: Context, word: str) -> list[str]:
    """The newest runs, newest first, and the word for the newest."""
    with Ledger(cx.places, create=False) as ledger:
        rows = ledger.rows(limit=_RECENT)
    return ["last", *(row.run_id for row in reversed(rows))]


def grant_ids(cx: Context, word: str) -> list[str]:
    """Grants that count."""
    with Ledger(cx.places, create=False) as ledger:
        return [grant.id for grant in ledger.grants(local_now())]


def held_ids(cx: Context, word: str) -> list[str]:
    """Runs that wait for a human."""
    from ..messages.run import State

    with Ledger(cx.places, create=False) as ledger:
        rows = [row for row in ledger.open_runs() if row.state is State.HELD] + ledger.held_changes()
    return [row.run_id for row in rows]


def agents(cx: Context, word: str) -> list[str]:
    """Agents of the settings."""
    return list(cx.config.agents)


def phases(cx: Context, word: str) -> list[str]:
    """Ids of the phases of the settings."""
    return [phase.id for phase in cx.config.phases]


def paste_ids(cx: Context, word: str) -> list[str]:
    """Pastes that somebody still has to do something about, newest first."""
    from ..pastes import Desk

    return [record.id for record in Desk(cx.places).listing().records if record.is_open]


def _needs_no_quotes(name: str) -> bool:
    """Names are anybody's text, and a shell would put one with a space, a `$` or worse on its line as it stands."""
    return all(char.isalnum() or char in "._-" for char in name)
