"""What the PowerShell original had scripts for: the stand-down note, and the DOs hello and smoke."""

from collections.abc import Iterator
from typing import Annotated

from ..display import display_line
from ..notes import stand_down as send_stand_down
from ..times import local_now
from .dos import new_do
from .frame import Answer, Arg, Context, Opt
from .notes import sender_of

_ENGINE = Opt("--engine", "pwsh, python or sh (default: pwsh where it is installed)")
_WAIT = Opt("--wait", "wait until it has run, and tell how it ended")


def stand_down(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
    *,
    notify: Annotated[str | None, Opt("--notify", "tell this session, too", complete="target")] = None,
) -> Answer:
    """Tell a session to stand down.

    It gets a note that asks it to start no watcher of its own. Nothing is stopped.

    Examples:
      cotemp stand-down co-migrate
      cotemp stand-down Migrate --notify Planning
    """
    sent = send_stand_down(cx.places, session, sender_of(cx, None), local_now(), notify=notify)
    json = {"schema": 1, "notes": [{"path": str(note.path), "name": note.name, "to": note.session.id} for note in sent]}
    return Answer(json, [f"Dropped -> {display_line(str(note.path))}" for note in sent])


def hello(
    cx: Context,
    to: Annotated[str | None, Arg("panel or session (default: $COSESSION_ID, else manual)", complete="target")] = None,
    *,
    repo: Annotated[str | None, Opt("--repo", "the folder that it is about, and starts in", metavar="PATH")] = None,
    engine: Annotated[str | None, _ENGINE] = None,
    wait: Annotated[bool, _WAIT] = False,
) -> Answer | Iterator[Answer]:
    """Drop the hello DO.

    The smallest DO there is: it says hello and shows the version of what runs it.

    Examples:
      cotemp hello
      cotemp hello Planning --wait
    """
    target = to or cx.env.get("COSESSION_ID") or "manual"
    return new_do(cx, "hello", target, repo=repo, engine=engine, wait=wait, create=to is None)


def smoke(
    cx: Context,
    to: Annotated[str, Arg("panel name or session id", complete="target")] = "co-migrate",
    *,
    allow_writes: Annotated[bool, Opt("--allow-writes", "it may change its repo")] = False,
    allow_network: Annotated[bool, Opt("--allow-network", "it may use the network")] = False,
    engine: Annotated[str | None, _ENGINE] = None,
    wait: Annotated[bool, _WAIT] = False,
) -> Answer | Iterator[Answer]:
    """Drop the smoke test DO.

    It prints the time and a version: enough to see that DOs of that session run.

    Examples:
      cotemp smoke
      cotemp smoke Migrate --wait
    """
    return new_do(
        cx, "smoke", to, allow_writes=allow_writes, allow_network=allow_network, engine=engine, wait=wait
    )  # fmt: skip
