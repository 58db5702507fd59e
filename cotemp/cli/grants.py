"""Standing consent: `grant` gives it, `grants` lists it, `revoke` takes it back."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..errors import AnswerIsNo, BadUsage, NotFound, RefusedByPolicy, WaitsForHuman
from ..messages.do import FLAGS, Flags
from ..messages.grant import Grant
from ..store.ancestry import refuse_below_a_run
from ..store.identity import os_user
from ..store.ledger import Ledger
from ..times import local, local_now, show_duration, utc
from . import moments
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from ..messages.policy import Policy
    from ..store.ledger.decisions import Given

_MEANING = {
    "writes": "may write there, whether policy.repos names it or not",
    "network": "may use the network; {network}",
    "secrets": "may see secrets: {secrets}",
    "destructive": "may delete and overwrite there",
}
_WITHOUT_REPO = {
    "writes": "may write the repo that their header names, where that is below policy.repos",
    "destructive": "may delete and overwrite in that repo",
}


def grant(
    cx: Context,
    *,
    repo: Annotated[Path | None, Opt("--repo", "for DOs on this folder and what is below it")] = None,
    session: Annotated[str | None, Opt("--session", "for DOs of this panel or session", complete="target")] = None,
    writes: Annotated[bool, Opt("--writes", "they may write")] = False,
    network: Annotated[bool, Opt("--network", "they may use the network")] = False,
    secrets: Annotated[bool, Opt("--secrets", "they may see the secrets that the policy names")] = False,
    destructive: Annotated[bool, Opt("--destructive", "they may delete and overwrite")] = False,
    unenforced: Annotated[bool, Opt("--unenforced", "they may run where nothing can hold them to this")] = False,
    lasting: Annotated[str | None, Opt("--for", "how long from now, such as 2h", metavar="TIME")] = None,
    until: Annotated[str | None, Opt("--until", "a date and time", metavar="WHEN")] = None,
    standing: Annotated[bool, Opt("--standing", "until it is revoked")] = False,
    yes: Annotated[bool, Opt("--yes", "do not ask")] = False,
) -> Answer:
    """Let DOs run without being asked for each.

    Names a repo, a session, or both; a DO has to fit all that is named. It turns the policy's `ask` into `allow`; what
    the policy says `never` to stays so. A DO still gets no more than its header asks for.

    Examples:
      cotemp grant --repo ~/src/app --writes --for 2h
      cotemp grant --session co-migrate --unenforced --standing
    """
    refuse_below_a_run("granting consent")
    wanted = Grant(
        id=_new_id(),
        repo=_repo(cx, repo) if repo else None,
        session=_session(cx, session),
        consent=Flags(writes, network, secrets, destructive),
        unenforced=unenforced,
        by=os_user(),
        at=local_now(),
        until=_end(lasting, until, standing=standing),
    )
    _must_say_something(wanted)
    policy = cx.config.policy_of(wanted.session) if wanted.session else cx.config.policy
    said = list(_explained(wanted, policy))
    if not yes:
        _ask(cx, said)
    with Ledger(cx.places) as ledger:
        ledger.grant(wanted)
    lines = [*said, f"granted as {wanted.id}; to take it back: cotemp revoke {wanted.id}"]
    return Answer({"schema": 1, "grant": _plain(wanted)}, lines)


def grants(
    cx: Context,
    *,
    everything: Annotated[bool, Opt("--all", "with those that have expired or were revoked")] = False,
) -> Answer:
    """List the standing consent.

    Examples:
      cotemp grants
      cotemp grants --all --json
    """
    with Ledger(cx.places, create=False) as ledger:
        given = ledger.all_grants()
    now = local_now()
    found = [one for one in given if everything or _state(one, now) == "open"]
    rows = [_plain(one.grant) | _fate(one, now) for one in found]
    return Answer({"schema": 1, "grants": rows}, _table(found, now) if found else "no grants: every `ask` is asked")


def revoke(
    cx: Context,
    grant: Annotated[str, Arg("the grant's id", metavar="ID", complete="grant")] = "",
    *,
    everything: Annotated[bool, Opt("--all", "every grant")] = False,
) -> Answer:
    """Take standing consent back.

    What runs already goes on; the next DO is asked about again.

    Examples:
      cotemp revoke g-3k9f02ab
      cotemp revoke --all
    """
    refuse_below_a_run("revoking a grant")
    if bool(grant) is everything:
        raise BadUsage("name a grant, or --all", "list them: cotemp grants")
    with Ledger(cx.places, create=False) as ledger:
        ids = [one.id for one in ledger.grants(local_now())] if everything else [grant]
        for one in ids:
            ledger.revoke(one, os_user())
    text = [f"revoked {display_line(one)}" for one in ids] or "there was nothing to revoke"
    return Answer({"schema": 1, "revoked": ids}, text)


def _new_id() -> str:
    from ..names import random_part

    return f"g-{random_part(8)}"


def _repo(cx: Context, repo: Path) -> Path:
    """The real path. Raises NotFound when there is no such folder, RefusedByPolicy when it may never be written."""
    from ..places import own_config_file
    from ..repos import forbidden

    try:
        real = repo.expanduser().resolve(strict=True)
    except (OSError, RuntimeError):
        raise NotFound(f"there is no folder {repo}", "name a folder of this machine") from None
    if not real.is_dir():
        raise BadUsage(f"{repo} is no folder", "name the folder that the DOs work on")
    why = forbidden(real, home=cx.places.home, state=cx.places.state.parent, config=own_config_file().parent)
    if why:
        raise RefusedByPolicy(f"no DO may work on {real}: {why}", "name a folder of its own, such as a checkout")
    return real


def _session(cx: Context, name: str | None) -> str | None:
    if name is None:
        return None
    from ..panels import resolve  # only who names one pays for the registry

    return resolve(cx.places, name).id


def _end(lasting: str | None, until: str | None, *, standing: bool) -> datetime | None:
    if sum((lasting is not None, until is not None, standing)) != 1:
        raise BadUsage("say how long", "one of --for 2h, --until 2030-01-31T18:00, --standing")
    if lasting is not None:
        return moments.after(lasting)
    return None if until is None else moments.at(until)


def _must_say_something(wanted: Grant) -> None:
    if wanted.repo is None and wanted.session is None:
        raise BadUsage("say for what", "--repo FOLDER, --session NAME, or both")
    if wanted.consent == Flags() and not wanted.unenforced:
        raise BadUsage(
            "say what it allows", "one or more of --writes, --network, --secrets, --destructive, --unenforced"
        )


def _ask(cx: Context, said: list[str]) -> None:
    """Raises AnswerIsNo when the person says no, WaitsForHuman when there is none."""
    for line in said:
        cx.say(line)
    if cx.ask("Grant this?", "no", ("yes", "no")) == "yes":
        return
    if cx.stdin_is_terminal:
        raise AnswerIsNo("nothing was granted")
    raise WaitsForHuman("nothing was granted: nobody said yes", "to say it without a terminal, add --yes")


def _explained(wanted: Grant, policy: "Policy") -> Iterator[str]:
    """What it will let through, in words."""
    from ..explain import SHARED_NETWORK, secrets_shown  # only who grants something pays for it

    known = {"network": SHARED_NETWORK, "secrets": display_line(secrets_shown(policy, repo=True))}
    yield f"{_of(wanted)}, {_until(wanted)}, without being asked for each:"
    meaning = _MEANING if wanted.repo else _MEANING | _WITHOUT_REPO
    yield from (f"  {meaning[flag].format_map(known)}" for flag in FLAGS if getattr(wanted.consent, flag))
    if wanted.unenforced:
        yield "  " + paint("may run where nothing holds them to that: with all your rights", "yellow")


def _of(wanted: Grant) -> str:
    session = f" of session {wanted.session}" if wanted.session else ""
    return f"DOs{session}" + (f" on {display_line(str(wanted.repo))} and below" if wanted.repo else "")


def _until(wanted: Grant) -> str:
    return f"until {_local(wanted.until)}" if wanted.until else "until you revoke it"


def _table(found: "list[Given]", now: datetime) -> list[str]:
    rows = [
        (
            one.grant.id,
            display_line(one.grant.session or "any"),
            display_line(str(one.grant.repo or "any")),
            _allowed(one.grant),
            _ending(one, now),
            display_line(one.grant.by),
        )
        for one in found
    ]
    return columns(rows, ("grant", "session", "repo", "allows", "until", "by"))


def _allowed(grant: Grant) -> str:
    words = [flag for flag in FLAGS if getattr(grant.consent, flag)]
    return ", ".join([*words, *(["unenforced"] if grant.unenforced else [])])


def _ending(one: "Given", now: datetime) -> str:
    state = _state(one, now)
    if state == "revoked":
        return paint(f"revoked by {display_line(one.revoked_by or 'somebody')}", "dim")
    if one.grant.until is None:
        return "you revoke it"
    if state == "expired":
        return paint(f"expired {_local(one.grant.until)}", "dim")
    return f"{_local(one.grant.until)} ({show_duration((one.grant.until - now).total_seconds())} left)"


def _state(one: "Given", now: datetime) -> str:
    if one.revoked_at:
        return "revoked"
    return "expired" if one.grant.until and one.grant.until <= now else "open"


def _fate(one: "Given", now: datetime) -> dict[str, Any]:
    return {"state": _state(one, now), "revoked_at": one.revoked_at, "revoked_by": one.revoked_by}


def _plain(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "repo": str(grant.repo) if grant.repo else None,
        "session": grant.session,
        "consent": {flag: getattr(grant.consent, flag) for flag in FLAGS},
        "unenforced": grant.unenforced,
        "by": grant.by,
        "at": utc(grant.at),
        "until": utc(grant.until) if grant.until else None,
    }


def _local(when: datetime) -> str:
    return f"{local(when):%Y-%m-%d %H:%M:%S}"
