"""The daemon in the background: `up` and `down`, for sessions and agents alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..agents import kept
from ..agents.requests import What
from ..display import display_line
from ..errors import BadUsage, NotFound, WaitsForHuman
from ..supervisor import agents, control, login
from ..supervisor.logfile import log_file
from ..times import parse_duration, parse_utc
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from ..store.claims import Holder

_QUIET = Opt("--quiet", "for a start at login: wait for the home, write to the log", short="-q")
CREATE = Opt("--create", "create a session that does not exist")
_NAMES = Arg("agents, panels or session ids (default: those of agents.toml)", metavar="NAME", complete="target")


class _Named(NamedTuple):
    """What was named, told apart; an agent's name counts as the agent's. None: all agents there are."""

    sessions: list[str]
    agents: list[str] | None


def up(
    cx: Context,
    names: Annotated[list[str] | None, _NAMES] = None,
    *,
    drain: Annotated[bool, Opt("--drain", "restart agents at their next idle prompt only")] = False,
    task: Annotated[Path | None, Opt("--task", "dispatch one agent with the task in this file", metavar="FILE")] = None,
    model: Annotated[str | None, Opt("--model", "start the named agents with this model, once")] = None,
    create: Annotated[bool, CREATE] = False,
    quiet: Annotated[bool, _QUIET] = False,
    timeout: Annotated[str | None, Opt("--timeout", "with --quiet: give up after this time (default: 10m)")] = None,
    foreground: Annotated[bool, Opt("--foreground", "be the daemon, for a service manager")] = False,
) -> Answer:
    """Start watchers and agents in the background.

    Without names these are the sessions with `watch = true` in agents.toml (co-planning and co-migrate when it names
    none) and all agents. Agents that were started from other settings are restarted: cotemp plan shows which, and why.
    What runs as it should stays as it is. Exit code 3: another process watches one of the sessions.

    With --quiet nothing is said when it worked, and agents that were stopped on purpose stay so. A home that was here
    before, and a configuration that is named, may come later (exit code 9 when they do not); what happens stands in the
    daemon's log. With --foreground this process becomes the daemon where none runs: `cotemp down` or SIGTERM ends it.
    See cotemp autostart.

    Examples:
      cotemp up
      cotemp up co-migrate builder
      cotemp up --drain
      cotemp up assistant --task reconcile.md
      cotemp up --quiet --timeout 1h
    """
    patience = _patience(timeout, quiet=quiet)
    args = _args(cx, names, drain=drain, task=task, model=model)
    if not quiet:
        return _up(cx, names, args, create=create, foreground=foreground)
    late = _coming_late(cx)
    with login.quietly(cx.places) as log:
        login.wait_for(late, log, patience)
        log.info("[login] up")
        answer = _up(cx, names, args | {"keep-stopped": "yes"}, create=create, foreground=foreground)
    return answer if answer.exit_code else answer._replace(text="")


def _patience(timeout: str | None, *, quiet: bool) -> float:
    """Seconds that a start at login waits. Raises BadUsage."""
    if timeout is not None and not quiet:
        raise BadUsage("--timeout needs --quiet", "add --quiet, or leave --timeout out")
    return login.PATIENCE if timeout is None else parse_duration(timeout)


def _coming_late(cx: Context) -> list[Path]:
    """What may not be mounted yet at login: a home that was here before, and a configuration that is named."""
    named = cx.options.config or cx.env.get("COTEMP_CONFIG")
    was_here = cx.places.state.is_dir()
    return [cx.places.sessions] * was_here + [cx.config_path] * bool(named)


def _args(
    cx: Context, names: Sequence[str] | None, *, drain: bool, task: Path | None, model: str | None
) -> dict[str, str]:
    """What the supervisor is asked beside the names. Raises BadUsage for what needs an agent, NotFound for no task."""
    args = {"drain": "yes"} if drain else {}
    chosen = _named(cx, names or ())
    ours = chosen.agents or []
    if task is not None:
        if len(ours) != 1 or chosen.sessions:
            raise BadUsage("--task needs the name of one agent", f"cotemp up AGENT --task {task}")
        if not task.is_file():
            raise NotFound(f"there is no file {task}", "write the task into a file first")
        args["task"] = str(task.resolve())
    if model is not None:
        if not ours:
            raise BadUsage("--model needs the names of agents", f"cotemp up AGENT --model {model}")
        args["model"] = model
    return args


def _up(cx: Context, names: Sequence[str] | None, args: dict[str, str], *, create: bool, foreground: bool) -> Answer:
    if cx.places.is_stopped():
        raise WaitsForHuman(f"everything is stopped by the file {cx.places.stop}", "to go on: cotemp resume")
    chosen = _named(cx, names) if names else _Named(cx.config.watched(), None)
    asks = bool(cx.config.agents or kept.known(cx.places)) if chosen.agents is None else bool(chosen.agents)
    sessions = resolved(cx, chosen.sessions, create=create)
    if foreground:
        ended = agents.become(cx.places, sessions, chosen.agents or () if asks else None, args, cx.config_path)
        if ended is not None:
            return Answer(exit_code=ended)
    watched = control.up(cx.places, sessions, cx.config_path) if sessions else []
    said = agents.ask(cx.places, What.UP, chosen.agents or (), args, cx.config_path).said if asks else ()
    log = log_file(cx.places)
    json = {"schema": 1, "log": str(log), "sessions": [_json(one) for one in watched], "agents": list(said)}
    lines = [*columns([(one.session, _who(one)) for one in watched]), *map(display_line, said), f"log: {log}"]
    return Answer(json, lines, exit_code=0 if all(one.ours for one in watched) else 3)


def down(
    cx: Context,
    names: Annotated[list[str] | None, _NAMES] = None,
    *,
    drain: Annotated[bool, Opt("--drain", "let the DOs that run end first")] = False,
) -> Answer:
    """Stop what up started.

    A DO that runs is interrupted, unless --drain waits for it. DOs that wait stay where they are. An agent is marked as
    stopped on purpose: nothing starts it again until cotemp up or cotemp resume.

    Examples:
      cotemp down
      cotemp down builder adversary
      cotemp down co-migrate --drain
    """
    chosen = _named(cx, names) if names else _Named([], None)
    asks = bool(kept.known(cx.places)) if chosen.agents is None else bool(chosen.agents)
    if drain:
        cx.progress("waiting for the DOs that run ...")
    said = list(agents.ask(cx.places, What.DOWN, chosen.agents or (), {}, cx.config_path).said) if asks else []
    stopped = []
    if chosen.sessions or not names:
        stopped = _sessions_down(cx, resolved(cx, chosen.sessions, create=False), drain=drain, alone=not said)
    lines = [*map(display_line, said), *([f"not watched any more: {', '.join(stopped)}"] if stopped else [])]
    return Answer(
        {"schema": 1, "stopped": stopped, "agents": said}, lines or ["nothing was stopped: it is wanted again"]
    )


def _sessions_down(cx: Context, sessions: list[str], *, drain: bool, alone: bool) -> list[str]:
    """What is not watched any more. Raises NotFound when no daemon runs, unless its last agent was just stopped."""
    try:
        return control.down(cx.places, sessions, drain=drain)
    except NotFound:
        if alone or sessions:
            raise
        return []


def _named(cx: Context, names: Sequence[str]) -> _Named:
    """Agents as the settings spell them; every other name is a session's or a panel's, to be found out later."""
    spelled = kept.spelled(cx.places, cx.config)
    ours = [spelled[name.casefold()] for name in names if name.casefold() in spelled]
    return _Named([name for name in names if name.casefold() not in spelled], list(dict.fromkeys(ours)))


def resolved(cx: Context, names: list[str], *, create: bool) -> list[str]:
    """Session ids of panels or sessions; those that the configuration or the seed names are created when missing.

    Raises UnknownTarget with the nearest names.
    """
    from ..config.settings import SEED_SESSIONS
    from ..panels import resolve

    planned = {name.casefold(): name for name in (*SEED_SESSIONS, *cx.config.sessions)}
    found = []
    for name in names:
        spelled = planned.get(name.casefold())
        found.append(resolve(cx.places, spelled or name, create=create or spelled is not None).id)
    return list(dict.fromkeys(found))


def _json(one: control.Watched) -> dict[str, Any]:
    return {
        "session": one.session,
        "ours": one.ours,
        "pid": one.by.process.pid if one.by else None,
        "since": one.by.since if one.by else None,
        "why": one.why or None,
    }


def _who(one: control.Watched) -> str:
    if one.ours and one.by:
        return paint(f"watched by {_process('the daemon', one.by)}", "green")
    held = _process("watched by another process", one.by) if one.by else one.why
    return paint(display_line(held), "red")


def _process(who: str, holder: "Holder") -> str:
    since = parse_utc(holder.since).astimezone()
    return f"{who} (process {holder.process.pid}, since {since:%Y-%m-%d %H:%M:%S})"
