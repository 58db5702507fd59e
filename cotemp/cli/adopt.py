"""Moving in: `adopt` for an old world of launchers and dotfiles, `shims` for its old command lines."""

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..times import utc
from .frame import Answer, Arg, Context, Opt

if TYPE_CHECKING:
    from ..adopting import Applied, Destination, Moved, Proposal, World
    from ..adopting.model import Decision, NotUnderstood
    from ..adopting.shims import Shims
    from ..redact import Scrubber


def adopt(
    cx: Context,
    folder: Annotated[Path, Arg("the folder with the dotfiles, the one with the launchers, or their parent")],
    *,
    apply: Annotated[bool, Opt("--apply", "do it; without this it is only said")] = False,
    phase: Annotated[str | None, Opt("--phase", "the current phase, where nobody else can tell", metavar="ID")] = None,
) -> Answer:
    """Move in from an old world of launchers.

    Reads its dotfiles, its settings, its state and the tmux sessions that run, and says what would become of them: one
    agents.toml, the phase, the conversations, the limits; what it decided, and what it did not understand. Nothing is
    changed without --apply.

    With it, agents that run are taken over without a restart, the old watchdog ends, and each file that was taken over
    is kept as *.orig. Doing it again does no harm. Exit code 5: a human has to say or do something first.

    Examples:
      cotemp adopt /srv/ci
      cotemp adopt /srv/ci/.ci-logs --apply
      cotemp adopt /srv/ci --apply --phase pvfix
    """
    from .. import adopting
    from ..store.ancestry import refuse_below_a_run

    if apply:
        refuse_below_a_run("moving in")
    world = adopting.look(folder, cx.env)
    before = adopting.earlier(cx.places, world)
    if before:
        return _again(cx, world, before, apply=apply)
    now = datetime.now(UTC)
    proposal = adopting.plan(world, cx.config_path, now, phase)
    where = adopting.destination(cx.config_path, proposal)
    applied = adopting.apply(cx.places, proposal, where, now, cx.env) if apply else None
    return _answer(cx, proposal, where, applied)


def _answer(cx: Context, proposal: "Proposal", where: "Destination", applied: "Applied | None") -> Answer:
    from .adopt_text import told

    scrub = _scrubber(cx, proposal)
    waits = bool(proposal.open_question) or (applied is not None and where.way == "beside")
    json = scrub.scrub_json(_json(proposal, where, applied))
    lines = (scrub.scrub(line) for line in told(proposal, where, applied))
    return Answer(json, lines, exit_code=5 if waits else 0)


def _scrubber(cx: Context, proposal: "Proposal") -> "Scrubber":
    """Secrets of this environment and of the agents' own; nothing is stored for it, as only looking changes nothing."""
    import os

    from ..redact import Scrubber, secrets_in

    known = secrets_in(cx.env)
    for agent in proposal.config.agents.values():
        known |= secrets_in(agent.env)
    for backend in proposal.config.backends.values():
        known |= secrets_in(backend.env)
    return Scrubber(known, os.urandom(32))


def _again(cx: Context, world: "World", before: "Moved", *, apply: bool) -> Answer:
    """It moved in already; what a crash left undone is done now."""
    from .. import adopting

    left = [] if before.done else before.left()
    applied = adopting.finish(cx.places, before, cx.env) if apply and not before.done else None
    done = [{"what": what, "file": str(file)} for what, file in applied.files] if applied else []
    json = _empty(world) | {"state": "already", "done": done, "remarks": applied.remarks if applied else []}
    lines = [f"already done: {display_line(str(world.root))} moved in {utc(before.at)}"]
    lines += [f"settings: {display_line(before.config)}"]
    if applied:
        lines += [f"{what} {display_line(str(file))}" for what, file in applied.files]
        lines += [display_line(remark) for remark in applied.remarks]
    elif left:
        lines.append(
            f"{len(left)} old files are still to be set aside: cotemp adopt {display_line(str(world.named))} --apply"
        )
    return Answer(json, lines)


def _empty(world: "World") -> dict[str, Any]:
    """Where it lies, and nothing that becomes of it."""
    none: dict[str, Any] = dict.fromkeys(("question", "settings", "sequence", "ends"))
    lists = ("agents", "conversations", "limits", "sessions", "read", "decisions", "not_understood", "todo")
    return {
        "schema": 1,
        "state": "proposed",
        "folder": str(world.root),
        "logs": str(world.logs) if world.logs else None,
        "plans": str(world.plans) if world.plans else None,
        **none,
        **{name: [] for name in lists},
        "done": [],
        "remarks": [],
    }


def _json(proposal: "Proposal", where: "Destination", applied: "Applied | None") -> dict[str, Any]:
    sequence = proposal.sequence
    state = "proposed" if applied is None else "beside" if where.way == "beside" else "applied"
    return _empty(proposal.world) | {
        "state": state,
        "question": proposal.open_question or None,
        "settings": {"file": str(where.file), "how": str(where.way), "text": proposal.toml},
        "sequence": {
            "phase": sequence.phase,
            "index": sequence.index,
            "phases": len(proposal.config.phases),
            "complete": sequence.complete is not None,
        },
        "agents": list(proposal.config.agents),
        "conversations": [{"agent": o.agent, "phase": o.phase or "", "session_id": o.id} for o in proposal.resume],
        "limits": [
            {"account": one.account, "until": utc(one.until), "agents": list(one.parked)} for one in proposal.limits
        ],
        "sessions": [
            {"agent": agent, "server": one.server, "session": one.name, "pid": one.pid}
            for agent, one in proposal.sessions.items()
        ],
        "ends": proposal.watchdog.name if proposal.watchdog else None,
        "read": [{"file": str(one.file), "becomes": one.becomes} for one in proposal.world.files],
        "decisions": [_located(one.what, one) for one in proposal.decisions],
        "not_understood": [_located(one.why, one) for one in proposal.not_understood],
        "todo": list(proposal.todo),
        "done": [{"what": what, "file": str(file)} for what, file in applied.files] if applied else [],
        "remarks": applied.remarks if applied else [],
    }


def _located(what: str, one: "Decision | NotUnderstood") -> dict[str, Any]:
    origin = one.origin
    return {
        "what": what,
        "file": str(origin.file) if origin else None,
        "line": (origin.line or None) if origin else None,
    }


def shims(
    cx: Context,
    folder: Annotated[Path, Arg("the folder with the launchers")],
) -> Answer:
    """Write shims for old command lines.

    Puts launch.py, launch.sh, launch-orchestrator.py and .sh, launch-assistant.py, launch-upgrader.py, launch-report.py
    and agents.py into the folder, so that what people, prompts and boot units type goes on working: launch.py start is
    cotemp up, launch.py status is cotemp status. What was there is kept as *.orig. Doing it again does no harm.

    LOOP_BACKEND and LOOP_MODEL change nothing any more: where they differ from agents.toml, the shim says which line
    to edit. The phase is always kept, with RESUME_PHASE=1 and without it.

    Examples:
      cotemp shims /srv/ci/ci-plan
    """
    from ..adopting.shims import write_shims
    from ..store.ancestry import refuse_below_a_run

    refuse_below_a_run("writing launchers")
    loops = [name for name, agent in cx.config.agents.items() if agent.kind == "loop"]
    written = write_shims(folder, loops)
    files = [
        asdict(one) | {"file": str(one.file), "kept": str(one.kept) if one.kept else None} for one in written.files
    ]
    json = {"schema": 1, "folder": str(written.folder), "files": files, "program": list(written.program)}
    return Answer(json, _shim_lines(written))


def _shim_lines(written: "Shims") -> Iterator[str]:
    for one in written.files:
        kept = f"; what was there is kept as {display_line(one.kept.name)}" if one.kept else ""
        yield f"{one.state:<8} {display_line(str(one.file))}{kept}"
    if shutil.which("cotemp") is None:
        yield f"cotemp is not on PATH: the shims use {display_line(written.program[0])} until it is"


def check(
    cx: Context,
    agents: Annotated[list[str], Arg("agents", metavar="AGENT")],
    *,
    backend: Annotated[str | None, Opt("--backend", "what LOOP_BACKEND said")] = None,
    model: Annotated[str | None, Opt("--model", "what LOOP_MODEL said")] = None,
    some: Annotated[bool, Opt("--some", "it is enough when one of them has it")] = False,
) -> Answer:
    """Say whether agents.toml gives agents this backend and model.

    For shims of old launchers. Exit code 1: it gives them another one; the answer says which line to edit.

    Examples:
      cotemp shims check builder adversary --model sonnet
    """
    from ..adopting.shims import differing

    found = differing(cx.config, agents, backend, model, cx.config_path)
    if some and any(not differing(cx.config, [name], backend, model, cx.config_path) for name in agents):
        found = []
    json = {"schema": 1, "same": not found, "differing": found}
    return Answer(json, [display_line(one) for one in found], exit_code=int(bool(found)))
