"""The sequence of phases: `phase` shows where it stands; `list`, `set`, `next`, `back`, `add`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from ..agents.requests import What
from ..display import display_line
from ..errors import NotFound
from ..supervisor import agents
from ..times import local_now
from .agents import told
from .agents_text import moment, phase_line
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from ..supervisor.agents import PhaseRow

_ID = Arg("id of a phase", metavar="PHASE", complete="phase")


def show(cx: Context) -> Answer:
    """Show the current phase, its plan and its status file.

    The others are cotemp phase list, set, next, back and add.

    Examples:
      cotemp phase show
      cotemp phase --json
    """
    from ..status import snapshot
    from ..status.model import plain

    phase = snapshot(cx.places, local_now(), cx.config_path).phase
    if phase is None:
        raise NotFound("there are no phases", "write them into agents.toml ([[phases]]), or: cotemp phase add")
    since = f", since {moment(phase.since, local_now())}" if phase.since else ""
    return Answer({"schema": 1, "phase": plain(phase)}, phase_line(phase) + since)


def listed(cx: Context) -> Answer:
    """List the phases, in their order.

    Examples:
      cotemp phase list
    """
    rows = agents.phases(cx.places, cx.config)
    json = {"schema": 1, "phases": [row._asdict() for row in rows]}
    return Answer(json, list(_lines(rows)) or ["there are no phases"])


def _lines(rows: "Sequence[PhaseRow]") -> Iterator[str]:
    cells = [(_sign(row), display_line(row.id), display_line(row.plan), display_line(row.status)) for row in rows]
    yield from columns(cells) if cells else ()


def _sign(row: "PhaseRow") -> str:
    return {"done": paint("done", "green"), "current": paint("now", "bold"), "later": ""}[row.state]


def choose(
    cx: Context,
    phase: Annotated[str, _ID],
) -> Answer:
    """Make a phase the current one.

    The loops are restarted into it. A `## DONE` that its status file says already does not count again.

    Examples:
      cotemp phase set pvfix
    """
    return _asked(cx, do="set", id=phase)


def forward(cx: Context) -> Answer:
    """Go to the next phase, as if this one were done.

    Examples:
      cotemp phase next
    """
    return _asked(cx, do="next")


def back(cx: Context) -> Answer:
    """Go back to the phase before this one.

    Examples:
      cotemp phase back
    """
    return _asked(cx, do="back")


def add(
    cx: Context,
    phase: Annotated[str, Arg("its id, a new one", metavar="PHASE")],
    plan: Annotated[str, Arg("its plan: a path in the repo")],
    *,
    status: Annotated[str | None, Opt("--status", "its status file (default: STATUS-<id>.md)", metavar="FILE")] = None,
) -> Answer:
    """Append a phase to the sequence.

    A sequence that was finished goes on with it. It is kept beside the phases of agents.toml, in this machine's state.

    Examples:
      cotemp phase add review plans/review.md
    """
    return _asked(cx, do="add", id=phase, plan=plan, status=status or "")


def _asked(cx: Context, **args: str) -> Answer:
    return told(agents.ask(cx.places, What.PHASE, (), args, cx.config_path))
