"""Agents: what `up` would change, what happens next and why, waking, nudging, attaching, stopping all of it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from ..agents import kept
from ..agents.requests import What
from ..display import display_line
from ..errors import BadUsage, HeldByOther, NotFound, UnknownTarget
from ..supervisor import agents, control
from ..supervisor.logfile import log_file
from ..times import local_now
from .agents_text import moment, painted
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from ..agents.requests import Answer as Told
    from ..status import AgentStatus
    from ..supervisor.plan.diff import Change

_NAMES = Arg("agents (default: all)", metavar="AGENT", complete="agent")
_THOSE = Arg("their names", metavar="AGENT", complete="agent")
_ONE = Arg("its name", metavar="AGENT", complete="agent")
_NOTHING_ELSE = ("nothing was stopped", ": nothing held it")
"""How the supervisor tells that an agent itself was not stopped; while everything was, that says nothing."""
_SIGNS = {"start": ("+", "green"), "restart": ("~", "yellow"), "stop": ("-", "red"), "take-over": (">", "yellow")}


def plan(cx: Context, names: Annotated[list[str] | None, _NAMES] = None) -> Answer:
    """Show what up would change, and why.

    Compares what agents.toml says now with what runs: an agent is started (+), restarted because something that it
    was started with is different (~), or stopped because it is in the settings no more (-). Nothing is changed. The
    exit code is 0 whatever the answer is.

    Examples:
      cotemp plan
      cotemp plan builder --json
    """
    found = agents.plan(cx.places, cx.config, named(cx, names) if names else ())  # all: strays, too
    changes = [one for one in found if one.what != "keep"]
    lines = [*(line for change in changes for line in _changed(change)), *_without_tmux(cx, changes)]
    begun = {one.agent for one in changes if one.what in ("start", "restart")}
    troubles = {name: why for name, why in agents.troubles(cx.places, cx.config).items() if name in begun}
    lines += [paint(f"! {name} cannot be started: {display_line(why)}", "red") for name, why in troubles.items()]
    kept = len(found) - len(changes)
    rest = f"{kept} {'stays' if kept == 1 else 'stay'} as {'it is' if kept == 1 else 'they are'}"
    verdict = "nothing to change" if not changes else "to do it: cotemp up"
    json = {"schema": 1, "changes": [_change_json(one) for one in found], "troubles": troubles}
    return Answer(json, [*lines, f"{rest}; {verdict}" if kept else verdict])


def _changed(change: "Change") -> Iterator[str]:
    sign, style = _SIGNS[change.what]
    yield paint(f"{sign} {change.what} {change.agent}", style)
    for key, before, after in change.why:
        yield f"    {key}: {display_line(before or 'nothing')} -> {display_line(after or 'nothing')}"


def _without_tmux(cx: Context, changes: "Sequence[Change]") -> Iterator[str]:
    from ..hosts.choosing import default_host

    starting = [cx.config.agents[one.agent] for one in changes if one.what == "start"]
    if any(agent.host is None for agent in starting) and default_host() == "pty":
        yield "tmux is not installed: who names no host gets a terminal of cotemp's own (pty)"


def _change_json(change: "Change") -> dict[str, Any]:
    why = [{"key": key, "before": before, "after": after} for key, before, after in change.why]
    return {"agent": change.agent, "what": change.what, "why": why}


def why(cx: Context, agent: Annotated[str, _ONE]) -> Answer:
    """Say what an agent does, and what happens to it next.

    It tells how that is known, and works out what comes next as the supervisor does before it acts. Where no supervisor
    runs, what is known is told as it was written down, and nothing happens next.

    Examples:
      cotemp why builder
      cotemp why builder --json
    """
    (name,) = named(cx, [agent])
    row = next((row for row in _rows(cx) if row.agent == name), None)
    if row is None:
        raise NotFound(f"nothing is known of {name}", "start it: cotemp up " + name)
    return Answer(_explained(row), list(_why(row)))


def _why(row: "AgentStatus") -> Iterator[str]:
    now = local_now()
    since = f" since {moment(row.since, now)}" if row.since else ""
    yield f"{paint(display_line(row.agent), 'bold')} is {painted(row.state)}{since}"
    age = f", {row.evidence.age_s} s ago" if row.evidence.age_s is not None else ""
    yield f"  known by  {display_line(row.evidence.source)}{age}: {row.evidence.quote}"
    for label, value in (("phase", row.phase), ("model", row.model), ("backend", row.backend), ("host", row.host)):
        if value:
            yield f"  {label:<9} {display_line(value)}"
    if row.context_pct is not None:
        yield f"  context   {row.context_pct} % full"
    if row.limited_until:
        yield f"  limited   until {moment(row.limited_until, now)}"
    if row.next:
        at = f" at {moment(row.next.at, now)}" if row.next.at else ""
        yield f"  next      {row.next.action}{at}: {display_line(row.next.why)}"
    if row.remark:
        yield f"  remark    {display_line(row.remark)}"


def _explained(row: "AgentStatus") -> dict[str, Any]:
    from ..status.model import plain

    return {"schema": 1, "agent": plain(row)}


def watchdog(
    cx: Context,
    names: Annotated[list[str] | None, _NAMES] = None,
    *,
    explain: Annotated[bool, Opt("--explain", "only say what would happen to each agent next, and why")] = False,
) -> Answer:
    """Watch over the agents, in the foreground.

    What runs in the background after `cotemp up`, in this process: agents are started, healed, told what waits for
    them, and led through the phases, until ^C or SIGTERM; the agents themselves go on. Where one runs already, this
    ends with exit code 3.

    Examples:
      cotemp watchdog --explain
      cotemp watchdog
    """
    if explain:
        chosen = set(named(cx, names))
        rows = [row for row in _rows(cx) if row.agent in chosen]
        json = {"schema": 1, "agents": [_explained(row)["agent"] for row in rows]}
        return Answer(json, [line for row in rows for line in _why(row)] or ["there are no agents"])
    ours = named(cx, names) if names else ()
    if not control.daemon(cx.places):
        cx.say(f"watching over the agents until ^C; what is done is told in {log_file(cx.places)}")
    ended = agents.become(cx.places, cx.config.watched(), ours, {"keep-stopped": "yes"}, cx.config_path)
    if ended is None:
        running = control.daemon(cx.places)
        who = running.said() if running else "another supervisor"
        raise HeldByOther(f"{who} watches over the agents already", "what it does: cotemp status")
    return Answer(exit_code=ended)


def wake(cx: Context, names: Annotated[list[str], _THOSE]) -> Answer:
    """Wake an agent now, as its schedule would.

    Examples:
      cotemp wake orchestrator
    """
    return _asked(cx, What.WAKE, named(cx, names))


def nudge(cx: Context, names: Annotated[list[str], _THOSE]) -> Answer:
    """Tell an idle agent to go on.

    It is told at its next idle prompt; an agent that asks a human, or has a draft on its line, is left alone.

    Examples:
      cotemp nudge builder
    """
    return _asked(cx, What.NUDGE, named(cx, names))


def reload(cx: Context) -> Answer:
    """Let the supervisor read agents.toml again.

    The file is checked as a whole: with a mistake in it, the settings stay as they were. Nothing that runs is
    restarted; what up would change says cotemp plan.

    Examples:
      cotemp reload
    """
    return _asked(cx, What.RELOAD, ())


def resume(cx: Context, names: Annotated[list[str] | None, _NAMES] = None) -> Answer:
    """Go on after a stop.

    Takes back `stop-all`, `down`, a quarantine, or a login that you have mended, for the agents that are named
    (default: all); a limit is tried again now.

    Examples:
      cotemp resume
      cotemp resume builder
    """
    was_stopped = not names and cx.places.is_stopped()
    answer = _asked(cx, What.RESUME, named(cx, names) if names else ())
    if not was_stopped:
        return answer
    ended = "the stop of everything is ended"
    more = (line for line in answer.json["said"] if line != ended and not line.endswith(_NOTHING_ELSE))
    said = [ended, *more]
    return Answer({"schema": 1, "said": said}, [display_line(line) for line in said])


def stop_all(cx: Context) -> Answer:
    """Stop everything at once: agents, and DOs that run.

    Leaves a file STOP in the home; while it is there nothing is started. Making that file by hand does the same.

    Examples:
      cotemp stop-all
      cotemp resume
    """
    stopped = agents.stop_all(cx.places, cx.config)
    said = f"stopped: {', '.join(stopped)}" if stopped else "no agent ran"
    return Answer({"schema": 1, "stopped": list(stopped)}, [said, "to go on: cotemp resume"])


def attach(cx: Context, agent: Annotated[str, _ONE]) -> Answer:
    """Get to an agent's terminal.

    While you type there, the supervisor keeps its hands off. To leave it running: C-b d.

    Examples:
      cotemp attach builder
    """
    (name,) = named(cx, [agent])
    argv = agents.attach(cx.places, name)
    if cx.json:
        return Answer({"schema": 1, "agent": name, "argv": list(argv)})
    if not (cx.stdin_is_terminal and cx.stdout_is_terminal):
        raise BadUsage("there is no terminal here to attach to", "its last lines: cotemp log " + name)
    env = {key: value for key, value in os.environ.items() if key != "TMUX"}
    if sys.platform != "win32":
        os.execvpe(argv[0], list(argv), env)  # noqa: S606 - the program of the host, and no shell is wanted
    return Answer(exit_code=subprocess.call(list(argv), env=env))


# --- what the commands share ---


def named(cx: Context, names: Sequence[str] | None) -> list[str]:
    """Agents as the settings spell them; all of them when none is named. Raises UnknownTarget with the nearest."""
    spelled = kept.spelled(cx.places, cx.config)
    if not names:
        return list(spelled.values())
    for name in names:
        if name.casefold() not in spelled:
            import difflib

            raise UnknownTarget(name, difflib.get_close_matches(name, spelled.values(), 3), kind="agent")
    return list(dict.fromkeys(spelled[name.casefold()] for name in names))


def told(answer: "Told") -> Answer:
    """The answer of the supervisor, as a command's."""
    lines = list(answer.said)
    json = {"schema": 1, "said": lines}
    return Answer(json, [display_line(line) for line in lines])


def _asked(cx: Context, what: What, chosen: Sequence[str], **args: str) -> Answer:
    return told(agents.ask(cx.places, what, chosen, args, cx.config_path))


def _rows(cx: Context) -> "Sequence[AgentStatus]":
    from ..status import snapshot

    return snapshot(cx.places, local_now(), cx.config_path).agents
