"""Starting at login: `autostart enable`, `disable` and `status`."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from ..autostart import Machine, Plan, Standing, State, lingers, plan, standing
from ..autostart import disable as switch_off
from ..autostart import enable as switch_on
from ..display import display, display_line
from ..errors import AnswerIsNo, WaitsForHuman
from ..store.ancestry import refuse_below_a_run
from ..times import local, parse_utc
from .frame import Answer, Context, Opt
from .paint import paint

_STYLES = {State.ENABLED: "green", State.DISABLED: "dim", State.CHANGED: "yellow", State.STALE: "yellow"}


def enable(
    cx: Context,
    *,
    by: Annotated[
        Literal["systemd", "xdg", "launchd", "task", "run-key"] | None,
        Opt("--by", "in which way (default: as it is now, else the best here)"),
    ] = None,
    yes: Annotated[bool, Opt("--yes", "do not ask", short="-y")] = False,
) -> Answer:
    """Start the watchers at login.

    Shows what it would write and where, and asks; off a terminal it needs --yes. What starts is this installed
    cotemp, never a file in the home: cotemp up --quiet, for this home. Nothing starts now.

    Linux: a systemd user unit, else an XDG entry. macOS: a LaunchAgent. Windows: a task of the Task Scheduler, not
    elevated and without a window, or a value of the Run key (--by run-key).

    Examples:
      cotemp autostart enable
      cotemp autostart enable --by xdg --yes
    """
    refuse_below_a_run("starting something at login")
    machine = Machine.here(cx.env)
    before = standing(cx.places, machine)
    wanted = plan(cx.places, cx.config_path, machine, by or (before.system.name if before.system else None))
    is_so = before.state is State.ENABLED and before.agreed is not None and before.agreed.sha256 == wanted.sha256
    if not is_so:
        _agreed(cx, wanted, before, yes=yes)
    now = before if is_so else switch_on(cx.places, wanted, machine)
    json = _json(now, machine) | {"changed": not is_so, "text": wanted.text}
    return Answer(json, [*_told(now, machine), *wanted.notes, "to start the watchers now: cotemp up"])


def _agreed(cx: Context, wanted: Plan, before: Standing, *, yes: bool) -> None:
    """Show what would be written, and ask. Raises WaitsForHuman where nobody can answer, AnswerIsNo for a no."""
    cx.say(f"writes {wanted.system.title}: {display_line(wanted.where)}")
    for line in display(wanted.text).splitlines():
        cx.say(paint(f"  {line}", "dim"))
    if before.state is not State.DISABLED:
        cx.say(f"in the place of {display_line(before.where)}{f' ({before.why})' if before.why else ''}")
    if yes or cx.ask("Write this?", "no", ("yes", "no")) == "yes":
        return
    if cx.terminal.stdin_is_terminal and cx.terminal.stderr_is_terminal:  # else nobody was asked
        raise AnswerIsNo("nothing was written")
    raise WaitsForHuman("nothing was written: nobody said yes", "to say it without a terminal, add --yes")


def disable(cx: Context) -> Answer:
    """Start nothing at login any more.

    Removes every trace, whoever wrote it. What runs now goes on: cotemp down.

    Examples:
      cotemp autostart disable
    """
    refuse_below_a_run("changing what starts at login")
    removed = switch_off(cx.places, Machine.here(cx.env))
    lines = [f"removed {display_line(where)}" for where in removed] or ["nothing starts at login"]
    return Answer({"schema": 1, "removed": removed}, lines)


def status(cx: Context) -> Answer:
    """Say what starts at login.

    Tells whether it is there, whether it is what somebody agreed to, and whether it still works. Exit code 1: it has
    been changed, or starts a cotemp that is gone.

    Examples:
      cotemp autostart status
    """
    machine = Machine.here(cx.env)
    now = standing(cx.places, machine)
    return Answer(_json(now, machine), _told(now, machine), exit_code=int(now.state in (State.CHANGED, State.STALE)))


def _told(now: Standing, machine: Machine) -> Iterator[str]:
    if now.system is None:
        yield "nothing starts at login (to change that: cotemp autostart enable)"
        return
    yield f"{paint(now.state, _STYLES[now.state])}: {now.system.title}, {display_line(now.where)}"
    if now.agreed:
        yield f"agreed to by {display_line(now.agreed.by)}, {local(parse_utc(now.agreed.at)):%Y-%m-%d %H:%M:%S}"
    if now.why:
        yield display_line(now.why)
        yield f"fix: {now.fix}"
    lingering = lingers(now.system, machine)
    if lingering:
        yield "it starts with the machine and outlives logout: lingering is on"
    elif lingering is False:
        yield f"it ends at logout: lingering is off; to switch it on: loginctl enable-linger {machine.user}"


def _json(now: Standing, machine: Machine) -> dict[str, Any]:
    agreed = now.agreed
    return {
        "schema": 1,
        "state": now.state,
        "system": now.system.name if now.system else None,
        "where": now.where or None,
        "agreed": {"by": agreed.by, "at": agreed.at, "sha256": agreed.sha256} if agreed else None,
        "why": now.why or None,
        "fix": now.fix or None,
        "lingers": lingers(now.system, machine) if now.system else None,
    }
