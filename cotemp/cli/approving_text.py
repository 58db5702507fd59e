"""What a human sees before they decide: all of a held DO, or all that a run changed; no byte of it can hide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from ..display import display, display_line
from ..messages.do import FLAGS
from ..runs.changes import consent_of
from ..times import local, parse_utc, show_duration
from .paint import columns, paint

if TYPE_CHECKING:
    from ..messages.policy import Policy
    from ..runs.deciding import Waiting
    from ..store.ledger import Parent

__all__ = ["held_list", "shown_changes", "shown_do"]

NOTHING_ENFORCES = "nothing holds it to that: it would run with all your rights"


def held_list(found: Sequence[Waiting], unwatched: Collection[str]) -> Iterator[str]:
    """A few lines for each, newest last, and what to type."""
    if not found:
        yield "nothing is held"
    for one in found:
        yield from _listed(one, unwatched)
    sessions = sorted({one.row.session for one in found if one.kind == "do" and one.enforcer is None})
    if sessions:
        yield ""
        yield "Nothing on this machine can hold these DOs to their consent: cotemp doctor says why. To let all DOs of a"
        yield "session run like that, with your rights, and be asked no more until you revoke it:"
        yield from (f"  cotemp grant --session {sid} --unenforced --standing" for sid in sessions)


def _listed(one: Waiting, unwatched: Collection[str]) -> Iterator[str]:
    row = one.row
    what = "DO" if one.kind == "do" else "changes of"
    yield f"{row.run_id}  {what} {paint(display_line(row.title, 60), 'bold')}  in {display_line(row.session)}"
    if row.repo:
        yield f"  repo {display_line(row.repo)}"
    if one.kind == "do":
        yield f"  asks for {_asked(one)}"
    yield from (f"  {paint('because', 'yellow')} {display_line(reason)}" for reason in one.reasons)
    if one.decided:
        wait = f": cotemp up {row.session}" if row.session in unwatched else ""
        yield f"  {one.decided}; its watcher acts on it{wait}"
        return
    look = f", cotemp diff {row.run_id}" if one.kind == "changes" else ""
    yield f"  next: cotemp approve {row.run_id}{look}, cotemp deny {row.run_id} --why ..."


def shown_do(one: Waiting, data: bytes, parent: Parent | None, policy: Policy) -> Iterator[str]:
    """A held DO: who asks for what, what the `policy` of its session shows it, why it is held, and every character
    of the script."""
    yield paint(display_line(one.row.title), "bold")
    yield from _table(_facts(one, parent, policy))
    yield from _script(data)


def shown_changes(one: Waiting, patch: bytes) -> Iterator[str]:
    """What a run changed: which files, why it is held, and the difference."""
    yield f"{paint(display_line(one.row.title), 'bold')}: what it changed waits"
    yield from _table(_about_changes(one))
    text = patch.decode("utf-8", "backslashreplace")
    yield from (f"  {line}" for line in display(text).removesuffix("\n").split("\n"))


def _table(facts: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield from (f"  {line}" for line in columns([(paint(name, "dim"), value) for name, value in facts if value]))


def _facts(one: Waiting, parent: Parent | None, policy: Policy) -> Iterator[tuple[str, str]]:
    row, log = one.row, one.log
    sender = log["sender"]
    yield "sender", f"{display_line(sender['claimed'])} (it says so itself)" if sender["claimed"] else "not said"
    yield "dropped by", f"run {parent.run_id}" if parent else ""
    yield "OS user", f"{display_line(sender['os_user'])} (owner of the file)" if sender["os_user"] else ""
    yield "session", display_line(row.session)
    yield "repo", display_line(row.repo or "none")
    yield "risk", ", ".join(name for name in FLAGS if log["risk"].get(name)) or "none"
    yield "asks for", f"{_asked(one)}; it gets all of that, or does not run"
    if one.enforcer:  # else it gets far more
        yield from _opened(one, policy)
    yield "enforced", one.enforcer or paint(NOTHING_ENFORCES, "yellow")
    yield "limit", show_duration(log["timeout_s"]) if log["timeout_s"] else ""
    yield "sha256", row.sha256
    for reason in one.reasons:
        yield "held", paint(display_line(reason), "yellow")
    for warning in log["warnings"]:
        yield "warning", display_line(warning)


def _opened(one: Waiting, policy: Policy) -> Iterator[tuple[str, str]]:
    """What is behind those of its rights whose names do not tell."""
    from ..explain import SHARED_NETWORK, secrets_shown  # only who decides about a DO pays for it

    consent = consent_of(one.log)
    if consent.network:
        yield "network", paint(SHARED_NETWORK, "yellow")
    if consent.secrets:
        can_send = "; with the network it can send them anywhere" if consent.network else ""
        shown = secrets_shown(policy, repo=one.row.repo is not None)
        yield "secrets", paint(display_line(shown) + can_send, "yellow")


def _about_changes(one: Waiting) -> Iterator[tuple[str, str]]:
    row, changes = one.row, one.log["changes"]
    yield "run", f"{row.run_id}, {row.outcome} at {local(parse_utc(one.since)):%Y-%m-%d %H:%M:%S}"
    yield "session", display_line(row.session)
    yield "repo", display_line(row.repo or "none")
    yield "created", _named(changes["created"])
    yield "changed", _named(changes["changed"])
    yield "deleted", _named(changes["deleted"])
    yield "refs", _named(changes["refs"])
    for reason in one.reasons:
        yield "held", paint(display_line(reason), "yellow")


def _named(paths: Sequence[str]) -> str:
    return ", ".join(map(display_line, paths))


def _asked(one: Waiting) -> str:
    consent = consent_of(one.log)
    return ", ".join(name for name in FLAGS if getattr(consent, name)) or "nothing but reading"


def _script(data: bytes) -> Iterator[str]:
    """The bytes as numbered lines, in which nothing is invisible; no line of a script can pass for one of ours."""
    text = data.decode("utf-8", "backslashreplace")
    lines = text.removesuffix("\n").split("\n")
    yield f"  {len(data)} bytes, {len(lines)} lines{_remarks(text, lines)}:"
    width = len(str(len(lines)))
    yield from (f"  {paint(f'{number:>{width}} |', 'dim')} {_line(line)}" for number, line in enumerate(lines, 1))


def _remarks(text: str, lines: Sequence[str]) -> str:
    """What is easily overlooked."""
    crlf = sum(line.endswith("\r") for line in lines)
    strange = sum(not char.isascii() for char in text.removeprefix("\ufeff"))
    remarks = (
        f"{'all' if crlf >= len(lines) - 1 else crlf} of them with CRLF" if crlf else "",
        "it begins with a BOM" if text.startswith("\ufeff") else "",
        f"{strange} characters are not ASCII" if strange else "",
    )
    return "".join(f"; {remark}" for remark in remarks if remark)


def _line(line: str) -> str:
    """One line; a CR at its end belongs to CRLF, of which is told above, any other one is shown."""
    return display(line.removesuffix("\r")).replace("\n", "")
