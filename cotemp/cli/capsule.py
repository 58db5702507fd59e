"""The policy of the chats: `capsule build`, `bump` and `diff`; and `echo`, what a chat says it has loaded."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..chat.capsule import Capsule, Change, Version, difference, echo
from ..display import display_line
from ..errors import AnswerIsNo, NotFound
from ..pastes import Record
from ..pastes.capsules import Kept, difference_now, draft, kept, publish, read_profile
from ..pastes.chats import Standing, echoed
from ..pastes.offering import offer, profile_path
from ..times import local_now
from . import pasting
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from .answers import CapsuleAnswer, CapsuleChange, CapsuleDiffAnswer, EchoAnswer

_PROFILE = Opt("--profile", "your CoProfile (default: that of last time, Documents/CoProfile/coprofile.json)")
_FOR = Opt("--for", "also put it on the desk for this session's chat", metavar="SESSION", complete="target")
_VERSION = Opt("--version", "the version that it gets (default: the next that says what changed)", metavar="X.Y.Z")


def build(
    cx: Context,
    *,
    profile: Annotated[Path | None, _PROFILE] = None,
    to: Annotated[str | None, _FOR] = None,
) -> Answer:
    """Make the policy capsule from your profile.

    The capsule is what the chats are told of it: nothing secret at any depth, no path that names you. It is written to
    the home's policy/PolicyCapsule.json and .paste.md. When the profile says other things than the capsule before, and
    a chat could not tell by the version, it is refused (exit code 1) with the differences: use `cotemp capsule bump`.

    Examples:
      cotemp capsule build
      cotemp capsule build --profile ~/coprofile.json --for co-planning
    """
    source, before, scrub = _source(cx, profile), kept(cx.places), pasting.scrub(cx)
    content = read_profile(source)
    try:
        capsule = draft(before, content, source.name, scrub)
    except AnswerIsNo as error:
        assert before, "only a capsule that there was can be contradicted"
        changes, least = difference_now(before, content, source.name, scrub)
        lines = "\n".join(f"  {display_line(str(change), 200)}" for change in changes)
        raise AnswerIsNo(f"{error.what}:\n{lines}", f"make it version {least}: cotemp capsule bump") from error
    return _published(cx, capsule, source, to, before)


def bump(
    cx: Context,
    *,
    profile: Annotated[Path | None, _PROFILE] = None,
    version: Annotated[str | None, _VERSION] = None,
    to: Annotated[str | None, _FOR] = None,
) -> Answer:
    """Make the capsule anew.

    Its version tells what changed since the last one, which is shown. Something is gone: the first number is raised;
    something came or changed: the second; only the profile's name changed: the third. A --version that would hide a
    change is refused (exit code 1). The chats then have to echo the new version; until they do, `cotemp status` shows
    them as on old policy.

    Examples:
      cotemp capsule bump
      cotemp capsule bump --version 2.0.0 --for co-planning
    """
    source, before, scrub = _source(cx, profile), kept(cx.places), pasting.scrub(cx)
    content = read_profile(source)
    if before is None:
        wanted = Version.of(version) if version else None
    else:
        _, least = difference_now(before, content, source.name, scrub)
        wanted = Version.of(version) if version else least
    return _published(cx, draft(before, content, source.name, scrub, wanted), source, to, before)


def diff(cx: Context, *, profile: Annotated[Path | None, _PROFILE] = None) -> Answer:
    """Show what the capsule does not say yet.

    That is, in what your profile differs from it, and the version that a bump would give it. The exit code is 1 when
    they differ.

    Examples:
      cotemp capsule diff
    """
    before = kept(cx.places)
    if before is None:
        raise NotFound("there is no policy capsule yet", "make it: cotemp capsule build")
    source = _source(cx, profile)
    changes, least = difference_now(before, read_profile(source), source.name, pasting.scrub(cx))
    json: CapsuleDiffAnswer = {
        "schema": 1,
        "version": str(before.version),
        "next": str(least),
        "changes": [_told(change) for change in changes],
    }
    lines = [display_line(str(change), 400) for change in changes]
    lines.append(f"a bump makes it {least}" if changes else f"nothing changed since version {before.version}")
    return Answer(json, lines, int(bool(changes)))


def echo_of(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
    text: Annotated[str | None, Arg("what the chat answered; - reads it from stdin")] = None,
    *,
    clipboard: Annotated[bool, Opt("--clipboard", "take the clipboard's text")] = False,
) -> Answer:
    """Record which policy a chat says it has loaded.

    The chat has to answer `Policy vX.Y loaded.` A wrong or a missing version leaves the session on old policy (exit
    code 1): `cotemp status` shows it, and its DOs are held where `[policy] old_policy = "hold"`.

    Examples:
      cotemp echo co-planning "Policy v1.2 loaded."
      cotemp echo co-planning --clipboard
    """
    from ..chat.understanding import Echo, ingest

    sid = pasting.session_of(cx, session)
    said = text if text not in (None, "-") else pasting.given_text(cx, text, clipboard=clipboard, what="answer")
    found = ingest(said or "").of(Echo)
    where = recorded(cx, sid, found[-1].version if found else None)
    json: EchoAnswer = {
        "schema": 1, "session": sid, "echo": where.echo, "version": where.version, "on_old_policy": bool(where.why),
    }  # fmt: skip
    if where.why:
        return Answer(json, paint(f"{sid} is on old policy: {display_line(where.why)}", "yellow"), 1)
    return Answer(json, paint(f"{sid} has policy v{where.echo}", "green"))


def recorded(cx: Context, session: str, version: str | None) -> Standing:
    """Keep an echo: pastes that waited for it are done, and DOs that waited for it are looked at again."""
    from ..watcher import wake

    where = echoed(cx.places, session, version, local_now())
    if not where.why:
        table = pasting.desk(cx)
        for one in table.listing(session).records:
            if one.is_open and one.went_out and not one.asks_ack and one.expect == _expected(where):
                table.happened(one.id, "acknowledged")
    wake(cx.places.session(session))
    return where


def _expected(where: Standing) -> str:
    return echo(Version.of(where.version)) if where.version else ""


def _source(cx: Context, named: Path | None) -> Path:
    """The profile: the one that is named, that of last time, the original's place."""
    if named:
        return named.expanduser().absolute()
    return profile_path(cx.places)


def _published(cx: Context, capsule: Capsule, source: Path, to: str | None, before: Kept | None) -> Answer:
    written, text = publish(cx.places, capsule, str(source))
    record = _to_paste(cx, capsule, pasting.session_of(cx, to)) if to else None
    changes = difference(before.capsule.data, capsule.data) if before else ()
    json: CapsuleAnswer = {
        "schema": 1,
        "version": str(capsule.version),
        "path": str(written),
        "paste_file": str(text),
        "echo": echo(capsule.version),
        "changes": [_told(change) for change in changes],
        "dropped": [{"pointer": one.pointer, "why": one.why} for one in capsule.dropped],
        "paste": pasting.listed(record) if record else None,
    }
    lines = [f"policy capsule {capsule.version} -> {display_line(str(written))}"]
    lines += [f"  {display_line(str(change), 200)}" for change in changes]
    lines += [paint(f"  left out: {display_line(one.pointer)}: {one.why}", "dim") for one in capsule.dropped]
    lines.append(f"a chat that has it answers: {echo(capsule.version)}")
    lines += [f"to paste it: cotemp paste {record.id} --copy"] if record else []
    return Answer(json, lines)


def _to_paste(cx: Context, capsule: Capsule, session: str) -> Record:
    scrub = pasting.scrub(cx, session)
    return offer(pasting.desk(cx), capsule, session, pasting.window(cx, session), scrub, local_now())


def _told(change: Change) -> "CapsuleChange":
    return {"pointer": change.pointer, "before": change.before, "after": change.after}
