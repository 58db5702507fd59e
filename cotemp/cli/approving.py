"""What waits for a human: `held` lists it, `approve` says yes after showing all of it, `deny` says no."""

from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..errors import AnswerIsNo, WaitsForHuman
from ..runs import changes, find
from ..runs.deciding import Waiting, approve_do, bytes_of, last_waiting, waiting, waiting_run
from ..runs.deciding import deny as say_no
from ..store.ancestry import refuse_below_a_run
from ..store.claims import holder
from ..store.identity import os_user
from ..store.ledger import Ledger
from ..times import utc
from . import inside
from .approving_text import held_list, shown_changes, shown_do
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from ..store.ledger import Row

_RUN = Arg("its id or the start of it, or `last`: the last that waits", metavar="RUN", complete="held")


def held(
    cx: Context,
    session: Annotated[str | None, Arg("only of this panel or session", complete="target")] = None,
) -> Answer:
    """List what waits for you.

    DOs that are held before they run, and changes that are held after a run, newest last, each with the reasons.

    Examples:
      cotemp held
      cotemp held --json
    """
    inside.say_if_hidden(cx)
    sid = _session(cx, session) if session else None
    with Ledger(cx.places, create=False) as ledger:
        found = waiting(cx.places, ledger, sid)
    return Answer({"schema": 1, "held": [_plain(one) for one in found]}, held_list(found, _unwatched(cx, found)))


def approve(
    cx: Context,
    run: Annotated[str, _RUN],
    *,
    yes: Annotated[bool, Opt("--yes", "do not ask")] = False,
) -> Answer:
    """Let a held DO run once, or held changes in.

    Shows who asks for what and why it is held, and every character of the script, or all that the run changed; then it
    asks for the word `approve`. A yes is for these bytes and these rights, counts once, and ends after 24 hours.

    Examples:
      cotemp approve last
      cotemp approve 20261121-1015 --yes
    """
    refuse_below_a_run("approving")
    with Ledger(cx.places, create=False) as ledger:
        one = waiting_run(cx.places, ledger, _own(cx, ledger, run))
        if one.kind == "changes":
            return _approve_changes(cx, ledger, one, yes=yes)
        return _approve_do(cx, ledger, one, yes=yes)


def deny(
    cx: Context,
    run: Annotated[str, _RUN],
    *,
    why: Annotated[str, Opt("--why", "the reason, for the log")],
) -> Answer:
    """Say no to a held DO, or to held changes.

    The DO is filed as refused, with the reason; changes are dropped, and the repo stays as it is.

    Examples:
      cotemp deny last --why "not on a Friday"
    """
    refuse_below_a_run("denying")
    with Ledger(cx.places, create=False) as ledger:
        one = waiting_run(cx.places, ledger, _own(cx, ledger, run))
        say_no(cx.places, ledger, one, os_user(), why, cx.config.policy)
    if one.kind == "changes":
        return _decided(cx, one, "denied", f"dropped: the changes of {one.row.run_id}; its repo stays as it is")
    _wake(cx, one)
    return _decided(cx, one, "denied", f"denied: {display_line(one.row.title)} does not run")


def _approve_do(cx: Context, ledger: Ledger, one: Waiting, *, yes: bool) -> Answer:
    data = bytes_of(cx.places, one.row)
    parent = ledger.parent_of(one.row.session, one.row.do_file, one.row.sha256)
    if not yes:
        _ask(cx, [*shown_do(one, data, parent, cx.config.policy_of(one.row.session))], "to let it run once")
    given = approve_do(ledger, one, os_user())
    _wake(cx, one)
    text = f"approved: {display_line(one.row.title)} runs once, as {one.row.run_id}"
    return _decided(cx, one, "approved", text, approval=given.id, until=utc(given.until))


def _approve_changes(cx: Context, ledger: Ledger, one: Waiting, *, yes: bool) -> Answer:
    from ..runs.undoing import patch_of

    if not yes:
        patch = patch_of(cx.places, find(cx.places, one.row.run_id), cx.config.policy)
        _ask(cx, [*shown_changes(one, patch)], "to let these changes in")
    changes.apply_held(cx.places, ledger, one.row, os_user())
    text = f"applied: the changes of {one.row.run_id}; to take them back: cotemp undo {one.row.run_id}"
    return _decided(cx, one, "approved", text)


def _ask(cx: Context, shown: list[str], what: str) -> None:
    """Show everything, and ask for the word. Raises AnswerIsNo for another one, WaitsForHuman where nobody is."""
    for line in shown:
        cx.say(line)
    if cx.ask(f"type {paint('approve', 'bold')} {what}:", "no").strip() == "approve":
        return
    if cx.terminal.stdin_is_terminal and cx.terminal.stderr_is_terminal:
        raise AnswerIsNo("nothing was approved", "it still waits: cotemp held")
    raise WaitsForHuman(
        "nothing was approved: there is no terminal to ask on", "without one, look first, then add --yes"
    )


def _own(cx: Context, ledger: Ledger, run: str) -> "Row":
    if run == "last":
        return last_waiting(cx.places, ledger)
    row = find(cx.places, run).own
    if row is None:
        raise AnswerIsNo("another program or machine made this run: nothing of it waits here", "see: cotemp show RUN")
    return row


def _decided(cx: Context, one: Waiting, decision: str, text: str, **more: str) -> Answer:
    """The answer; a DO needs its watcher to act on a decision, changes do not."""
    watched = one.row.session not in _unwatched(cx, [one])
    json: dict[str, Any] = {
        "schema": 1, "run_id": one.row.run_id, "session": one.row.session, "waits": one.kind, "decision": decision,
        "by": os_user(), "approval": None, "until": None, "watched": watched,
    }  # fmt: skip
    lines = [paint(text, "green" if decision == "approved" else "yellow")]
    if one.kind == "do" and not watched:
        lines.append(f"as soon as its session is watched: cotemp up {one.row.session}")
    return Answer(json | more, lines)


def _wake(cx: Context, one: Waiting) -> None:
    from ..watcher import wake

    wake(cx.places.session(one.row.session))


def _unwatched(cx: Context, found: list[Waiting]) -> set[str]:
    """The sessions whose watcher would have to act, and does not run."""
    sessions = {one.row.session for one in found}
    return {sid for sid in sessions if holder(cx.places, f"watch-{sid.casefold()}") is None}


def _session(cx: Context, name: str) -> str:
    from ..panels import resolve  # only who asks for one session pays for the registry

    return resolve(cx.places, name).id


def _plain(one: Waiting) -> dict[str, Any]:
    row, log = one.row, one.log
    return {
        "run_id": row.run_id,
        "session": row.session,
        "title": row.title,
        "waits": one.kind,
        "reasons": list(one.reasons),
        "decided": one.decided,
        "sender": log["sender"]["claimed"],
        "os_user": log["sender"]["os_user"],
        "repo": row.repo,
        "consent": {name.removeprefix("allow_"): value for name, value in log["consent_effective"].items()},
        "enforcer": one.enforcer,
        "since": one.since,
        "changes": log["changes"] if one.kind == "changes" else None,
    }
