"""`cotemp init`: the home, this machine's settings, and a word on who holds DOs to their consent here."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..errors import BadConfig
from .frame import Answer, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from ..explain.model import Walls
    from ..messages.policy import Policy
    from ..setup import Done

_QUESTION = (
    "Nothing on this machine can hold a DO to what its header asks for. Hold each one for you, refuse it, or run it?"
)
_FATE = {"hold": "waits until you approve it", "refuse": "is refused", "run": "runs, and can do whatever you can"}


def init(
    cx: Context,
    *,
    sessions: Annotated[str | None, Opt("--sessions", "comma-separated ids (default: co-planning,co-migrate)")] = None,
    careful: Annotated[bool, Opt("--careful", "settings that ask a human about everything")] = False,
    profile: Annotated[bool, Opt("--profile", "let every new PowerShell join the home")] = False,
    restore: Annotated[bool, Opt("--restore", "only put back the files that were kept as *.orig")] = False,
) -> Answer:
    """Create or repair the home.

    Makes the folders and sessions that are missing, and settings where there are none. Files of yours are never
    overwritten; settings without [policy] get one when --careful asks for it. Doing it again does no harm.

    PowerShell's part is a module where PowerShell looks for it, and scripts in the home. What lay there under their
    names is kept as *.orig.

    Examples:
      cotemp init
      cotemp init --sessions co-planning,co-review --careful
    """
    from ..config.settings import SEED_SESSIONS
    from ..explain import walls_of
    from ..setup import add_to_profile, initialise, install_powershell, restore_originals

    if restore:
        return _restored(cx, restore_originals(cx.places))
    names = list(SEED_SESSIONS) if sessions is None else [name.strip() for name in sessions.split(",")]
    walls = walls_of(cx.places.state.parent, _in_force(cx))
    done = initialise(cx.places, names, cx.config_path, _policy(cx, walls, careful=careful))
    done += install_powershell(cx.places)
    done += add_to_profile(cx.places) if profile else ()
    policy = _in_force(cx)
    return Answer(
        json={
            "schema": 1,
            "home": str(cx.places.home),
            "config": str(cx.config_path),
            "changed": any(one.changed for one in done),
            "done": _listed(done),
            "enforcer": walls.enforcer,
            "unenforced": policy.unenforced,
            "repos": [str(repo) for repo in policy.repos],
        },
        text=_told(cx, done, walls, policy),
    )


def _restored(cx: Context, done: "list[Done]") -> Answer:
    json = {
        "schema": 1,
        "home": str(cx.places.home),
        "changed": any(one.changed for one in done),
        "done": _listed(done),
    }
    return Answer(json, list(_lines(cx, done)) or "nothing was kept as *.orig")


def _listed(done: "list[Done]") -> list[dict[str, object]]:
    return [asdict(one) | {"path": str(one.path)} for one in done]


def _in_force(cx: Context) -> "Policy":
    """The policy that counts now; the default one where the settings do not count yet."""
    from ..config import in_force
    from ..messages.policy import Policy

    try:
        return in_force(cx.places, cx.config_path).policy
    except BadConfig:
        return Policy()


def _policy(cx: Context, walls: "Walls", *, careful: bool) -> "Policy | None":
    """What the settings should say; None: whatever they say. Asked once, where nothing holds a DO."""
    from ..messages.policy import Policy, Unenforced
    from ..setup import CAREFUL, has_policy

    policy = CAREFUL if careful else Policy()
    is_new = not cx.config_path.exists()
    if walls.enforcer or not (is_new or (cx.stdin_is_terminal and not has_policy(cx.config_path))):
        return policy if is_new or careful else None
    answer = cx.ask(_QUESTION, policy.unenforced, [rule.value for rule in Unenforced])
    return replace(policy, unenforced=Unenforced(answer))


def _told(cx: Context, done: "list[Done]", walls: "Walls", policy: "Policy") -> Iterator[str]:
    yield from _lines(cx, done)
    changed = any(one.changed for one in done)
    if not changed:
        yield f"nothing to do: {cx.places.home} is complete"
    yield from _of_consent(walls, policy)
    if changed:
        yield "next: cotemp up"


def _lines(cx: Context, done: "list[Done]") -> Iterator[str]:
    for one in done:
        if one.remark:
            symbol, style = _mark(cx, done=one.changed)
            yield f"{paint(symbol, style)} {one.what}: {one.remark}: {display_line(str(one.path))}"


def _mark(cx: Context, *, done: bool) -> tuple[str, str]:
    if done:
        return ("✓" if cx.terminal.is_unicode() else "+"), "green"
    return "!", "yellow"


def _of_consent(walls: "Walls", policy: "Policy") -> Iterator[str]:
    """Who holds DOs to their consent here, and where they may write."""
    if walls.enforcer:
        yield f"DOs are held to their consent by {walls.enforcer}, which passed its self-test here"
    else:
        yield f"nothing holds DOs to their consent here: {walls.why}"
        yield f"  so a DO {_FATE[policy.unenforced]} (unenforced in [policy]){f'; {walls.fix}' if walls.fix else ''}"
    if not policy.repos:
        yield "no folder may be written by DOs without your approval; to name some: repos in [policy], or cotemp grant"
