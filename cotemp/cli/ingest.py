"""`ingest`: what a chat answered, item by item; a human decides about each thing that would do something."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..chat.understanding import Understood
from ..chat.understanding import ingest as understand
from ..errors import BadUsage, WaitsForHuman
from ..messages.do import FLAGS, Flags
from ..panels import find
from ..pastes.leftovers import keep
from ..times import local_now
from . import pasting
from .frame import Answer, Arg, Context, Opt
from .ingest_text import left_over, shown
from .intake import Intake, Took

if TYPE_CHECKING:
    from .answers import IngestAnswer

_FROM = Opt("--from", "whose chat answered (default: $COSESSION_ID)", metavar="SESSION", complete="target")
_TO = Opt("--to", "where its scripts go (default: --from, else as their header says)", complete="target")
_WRITES = Opt("--allow-writes", "its scripts may change their repo, where they ask for it")
_NETWORK = Opt("--allow-network", "they may use the network, where they ask for it")
_SECRETS = Opt("--allow-secrets", "they may see the secrets of your policy, where they ask for it")
_DESTRUCTIVE = Opt("--allow-destructive", "they may delete and overwrite, where they ask for it")


def ingest(
    cx: Context,
    file: Annotated[str | None, Arg("what the chat answered; - reads it from stdin", "FILE")] = None,
    *,
    clipboard: Annotated[bool, Opt("--clipboard", "take the clipboard's text")] = False,
    sender: Annotated[str | None, _FROM] = None,
    to: Annotated[str | None, _TO] = None,
    allow_writes: Annotated[bool, _WRITES] = False,
    allow_network: Annotated[bool, _NETWORK] = False,
    allow_secrets: Annotated[bool, _SECRETS] = False,
    allow_destructive: Annotated[bool, _DESTRUCTIVE] = False,
) -> Iterator[Answer]:
    """Take in what a chat answered.

    Give it whole, as it comes out of the window. ACKs are checked and recorded, policy echoes too; messages to other
    sessions go to the desk; a script is checked, shown, and dropped only after your yes, typed on a terminal, without
    any consent that you do not --allow here. Nothing runs from pasted text without that. What was not understood is
    kept in a file, which is named. Exit code 1: something in it is wrong; 5: a script waits for your yes.

    Examples:
      cotemp ingest --clipboard --from co-migrate
      cotemp ingest answer.md
      cotemp ingest --clipboard --from Migrate --allow-writes
      xclip -o | cotemp ingest - --from co-planning --json
    """
    text = pasting.given_text(cx, file, clipboard=clipboard, what="answer")
    if not text.strip():
        raise BadUsage("the answer is empty", "copy it in the chat's window first")
    allow = Flags(allow_writes, allow_network, allow_secrets, allow_destructive)
    return _taken(cx, Intake(cx, _whose(cx, sender), to, allow), text, _kept_before(cx, file))


def _whose(cx: Context, sender: str | None) -> str | None:
    """The session whose chat answered, or a name that something was emitted to; None when nobody says."""
    if sender:
        named = pasting.kept_under(cx, sender)
        is_given = any(pasting.desk(cx).listing(named).records)
        return named if is_given and not find(cx.places, sender) else pasting.session_of(cx, sender)
    found = find(cx.places, cx.env["COSESSION_ID"]) if cx.env.get("COSESSION_ID") else None
    return found.id if found else None


def _kept_before(cx: Context, file: str | None) -> str | None:
    """The file itself when it is an answer that was kept before: it need not be kept again."""
    path = Path(file).expanduser() if file and file != "-" else None
    return str(path) if path and path.resolve().is_relative_to(cx.places.home / "pastes") else None


def _taken(cx: Context, intake: Intake, text: str, kept: str | None) -> Iterator[Answer]:
    """Each item is shown by itself before anything becomes of it."""
    understood, took = understand(text), []
    for number, item in enumerate(understood.items, 1):
        yield Answer(text=shown(item, number, len(understood.items)))
        took.append(intake.take(item))
        yield Answer(text=took[-1].said)
    if kept is None and (understood.rest or any(one.left for one in took)):
        kept = str(keep(cx.places, intake.session, text, pasting.scrub(cx, intake.session), local_now()))
    yield _ending(intake, text, understood, took, kept)


def _ending(intake: Intake, text: str, understood: Understood, took: list[Took], kept: str | None) -> Answer:
    json: IngestAnswer = {
        "schema": 1,
        "session": intake.session,
        "items": [one.json for one in took],
        "rest": [{"first": lines.first, "last": lines.last} for lines in understood.rest],
        "kept": kept,
    }
    waits = any(one.waits for one in took)
    code = 1 if any(one.wrong for one in took) else WaitsForHuman.exit_code if waits else 0
    return Answer(json, left_over(text, understood, kept, again=_again(intake) if waits else ""), code)


def _again(intake: Intake) -> str:
    """The options of this call, for the next one."""
    given = [f"--from {intake.session}"] if intake.session else []
    given += [f"--to {shlex.quote(intake.to)}"] if intake.to else []
    given += [f"--allow-{flag}" for flag in FLAGS if getattr(intake.allow, flag)]
    return " ".join(given) or "--to SESSION"
