"""Messages from session to session that a human carries: `backchat emit` and `backchat check`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ..display import display_line
from ..errors import BadUsage, NotFound
from ..messages.backchat import Flaw, flaws
from ..panels import find
from ..pastes.letters import Letter, emit, written
from ..times import local_now
from . import pasting
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from .answers import BackchatAnswer, BackchatCheckAnswer, ToldFlaw

_TYPES = Literal["handoff", "status", "request", "bpoe_capsule", "achievements", "todo"]
_FROM = Opt("--from", "who says it (default: $COSESSION_ID)", metavar="SESSION", complete="target")


def emit_message(
    cx: Context,
    *,
    to: Annotated[str, Opt("--to", "for whom it is: a session, a panel, or a name of yours", complete="target")],
    kind: Annotated[_TYPES, Opt("--type", "what it is")] = "handoff",
    body: Annotated[str | None, Opt("--body", "what it says, in Markdown; - reads it from stdin")] = None,
    body_file: Annotated[Path | None, Opt("--body-file", "the same from a file")] = None,
    attach: Annotated[list[Path] | None, Opt("--attach", "a file that belongs to it; only its name is told")] = None,
    priority: Annotated[str, Opt("--priority", "low, normal, high, urgent, or a word of yours")] = "normal",
    sender: Annotated[str | None, _FROM] = None,
    copy: Annotated[bool, Opt("--copy", "copy what to paste at once")] = False,
) -> Answer:
    """Write a message for another session's chat.

    It becomes a pair of files in the home's inbox, as the original lays them out, and waits on the desk to be pasted.
    The chat has to answer `ACK <id>` with an artifact. Secrets are taken out of all of it before anything is written.

    Examples:
      cotemp backchat emit --to Migrate --body "The ccts fallback is next."
      cotemp backchat emit --to co-migrate --type todo --body-file todo.md --priority high --copy
      git log -3 | cotemp backchat emit --to Planning --type status --body -
    """
    said, names = _body(cx, body, body_file), _names(attach or [])
    sid = pasting.kept_under(cx, to)
    scrub = pasting.scrub(cx, sid if find(cx.places, sid) else None)
    message = written(Letter(kind, _sender(cx, sender), to, said, priority, names), scrub, local_now())
    made = emit(pasting.desk(cx), message, sid, pasting.window(cx, sid), scrub)
    answer: BackchatAnswer = {
        "schema": 1,
        "id": made.message.id,
        "path": str(made.json),
        "paste_file": str(made.paste),
        "paste": pasting.listed(made.record),
    }
    lines = [f"Backchat ready: {display_line(str(made.paste))}"]
    if copy:
        done = pasting.copy_part(cx, made.record, 1)
        return Answer(dict(answer) | {"copied": done}, [*lines, pasting.copied(done, made.record.id)])
    return Answer(answer, [*lines, f"to paste it: cotemp paste {made.record.id} --copy"])


def _body(cx: Context, body: str | None, file: Path | None) -> str:
    if (body is None) == (file is None):
        raise BadUsage("a message has either --body or --body-file", 'say it: --body "…"')
    if body is not None and body != "-":
        return body
    return pasting.given_text(cx, str(file) if file else "-", clipboard=False, what="message")


def _names(attached: list[Path]) -> list[str]:
    """The names of files that are there."""
    for file in attached:
        if not file.expanduser().exists():
            raise NotFound(f"there is no file {str(file)!r} to attach", "mind the folder that you are in")
    return [file.name for file in attached]


def check(
    cx: Context, file: Annotated[Path, Arg("a message as JSON; - reads it from stdin", metavar="FILE")]
) -> Answer:
    """Check a message of somebody else.

    Each problem that keeps it from being one is told with a JSON pointer to its place, and what to do. The exit code is
    1 when there is one.

    Examples:
      cotemp backchat check message.json
      cotemp ingest --clipboard --json | jq .items[0].message | cotemp backchat check -
    """
    text = pasting.given_text(cx, str(file), clipboard=False, what="message")
    try:
        found = flaws(json.loads(text))
    except (ValueError, RecursionError) as error:
        found = (Flaw("", f"it is no JSON: {error}", "mend it where it says"),)
    answer: BackchatCheckAnswer = {
        "schema": 1,
        "file": str(file),
        "ok": not found,
        "flaws": [_told(one) for one in found],
    }
    name = display_line(str(file))
    lines = [f"{name}: {display_line(str(one))}" for one in found] or [f"{name}: {paint('ok', 'green')}"]
    return Answer(answer, lines, int(bool(found)))


def _told(flaw: Flaw) -> "ToldFlaw":
    return {"pointer": flaw.pointer, "what": flaw.what, "fix": flaw.fix}


def _sender(cx: Context, named: str | None) -> str:
    """A person may say any name; else it is this terminal's session, or the original's words for nobody."""
    return named or cx.env.get("COSESSION_ID") or "Unknown Session"
