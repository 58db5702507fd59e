"""Runs from the command line: list them, look at one, stop it, repeat it."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..runs import RunRow, find, survey
from . import inside
from .frame import Answer, Arg, Context, Opt
from .moments import ago
from .paint import paint
from .run_text import ending, one_run, run_list, state_of

if TYPE_CHECKING:
    from ..runs import Entry
    from ..store.ledger import Row

_SHOWN = 30
"""How many runs a terminal shows unless it is asked for all."""
_KEYS = tuple(field.name for field in fields(RunRow))
_RUN = Arg("its id or the start of it, or `last`", metavar="RUN", complete="run")


def runs(
    cx: Context,
    *,
    session: Annotated[str | None, Opt("--session", "only those of this panel or session", complete="target")] = None,
    failed: Annotated[bool, Opt("--failed", "only those that ended, and not as passed")] = False,
    since: Annotated[str | None, Opt("--since", "only those since then: 1h, 2d, or a date", metavar="WHEN")] = None,
    everything: Annotated[bool, Opt("--all", "on a terminal too, all of them")] = False,
) -> Answer:
    """List the runs, newest last.

    A terminal shows the newest 30. Runs of the PowerShell original and of other machines are among them.

    Examples:
      cotemp runs
      cotemp runs --session Migrate --failed
      cotemp runs --since 1h --json
    """
    inside.say_if_hidden(cx)
    found = survey(
        cx.places, session and _session(cx, session), ago(since) if since else None, failed=failed, progress=cx.progress
    )
    if found.unreadable:
        more = f" and {len(found.unreadable) - 1} more" if len(found.unreadable) > 1 else ""
        cx.say(f"left out, because nobody can read it: {found.unreadable[0]}{more}")
    rows = [entry.row for entry in found.entries]
    if cx.json:
        return Answer({"schema": 1, "runs": [{key: getattr(row, key) for key in _KEYS} for row in rows]})
    return Answer(text=_listed(rows, cx.terminal.room(), all_of_them=everything or not cx.stdout_is_terminal))


def show(cx: Context, run: Annotated[str, _RUN]) -> Answer:
    """Show all that is known of a run.

    With --json this is the run's JSON log.

    Examples:
      cotemp show last
      cotemp show 20261121-1015 --json
    """
    from ..runs.details import artifact_folder, do_file, document

    entry = find(cx.places, run)
    log = document(cx.places, entry)
    logs = cx.places.session(entry.row.session).logs
    where: dict[str, Path | None] = {
        "DO": do_file(cx.places, entry),
        "log": Path(entry.row.log) if entry.row.log else None,
        "JSON log": _if_there(logs / f"{entry.base}.json"),
        "artifacts": artifact_folder(cx.places, entry),
    }
    known = {"run_id": entry.row.run_id, "session_id": entry.row.session} | _of_ledger(entry)
    return Answer(log, one_run(log | known, state_of(entry.row), where))


def cancel(cx: Context, run: Annotated[str, _RUN]) -> Answer:
    """Stop a run, and wait until it has ended.

    Everything that it started is ended with it. Of a run whose outcome is unknown, this takes notice.

    Examples:
      cotemp cancel last
    """
    from ..runs import acts

    row = acts.cancel(cx.places, run, _me(cx), cx.progress)
    settled = row.settled and (row.outcome or "unknown")
    text = f"taken notice of: {row.run_id} is {settled}" if settled else _ended(row.run_id, row)
    return Answer(
        {
            "schema": 1,
            "run_id": row.run_id,
            "outcome": row.outcome,
            "reason": row.reason,
            "exit_code": row.exit_code,
            "settled": row.settled,
        },
        text,
    )


def retry(
    cx: Context,
    run: Annotated[str, _RUN],
    *,
    wait: Annotated[bool, Opt("--wait", "wait until it has run, and tell how it ended")] = False,
) -> Answer | Iterator[Answer]:
    """Drop the DO of a run again.

    It runs as if it were new, with its consent checked anew. A run whose outcome is unknown is settled by it.

    Examples:
      cotemp retry last
      cotemp retry 20261121-1015 --wait
    """
    from ..dos import Dropped
    from ..runs import acts
    from .dropped import told

    again = acts.retry(cx.places, run)
    dropped = Dropped(again.path, cx.places.session(again.session), again.title, again.id, again.at)
    return told(cx, dropped, wait=wait)


def _session(cx: Context, name: str) -> str:
    from ..panels import resolve  # only who asks for one session pays for the registry

    return resolve(cx.places, name).id


def _listed(rows: list[RunRow], room: int, *, all_of_them: bool) -> list[str]:
    if not rows:
        return ["no runs"]
    if all_of_them or len(rows) <= _SHOWN:
        return run_list(rows, room)
    return [paint(f"{len(rows) - _SHOWN} older runs: cotemp runs --all", "dim"), *run_list(rows[-_SHOWN:], room)]


def _of_ledger(entry: "Entry") -> dict[str, Any]:
    """What the ledger knows and the JSON log does not say."""
    own = entry.own
    return {"retry_of": own.retry_of, "reason": entry.row.reason} if own else {}


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _ended(run_id: str, row: "Row") -> str:
    return f"{run_id}: {ending(row.outcome, row.started, row.ended, row.reason)}"


def _me(cx: Context) -> str:
    """Who asks: the session of this terminal, and the user."""
    from ..store.identity import os_user

    user = os_user()
    session = cx.env.get("COSESSION_ID")
    return f"{session} ({user})" if session else user
