"""DOs from the command line: `drop` one into a session, make a `new-do` from a template."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from .. import dos
from ..errors import AnswerIsNo, BadUsage, NotFound
from ..messages.do import FLAGS, Draft, Flags, Repo
from ..messages.header import HeaderError
from ..messages.language import LANGUAGES, Language
from ..names import DO_LIMIT
from ..times import parse_duration
from . import inside
from .dropped import told
from .frame import Answer, Arg, Context, Opt
from .paint import columns
from .scripts import bytes_of, choose, languages_of

if TYPE_CHECKING:
    from ..messages.do import Do

_ENGINE = Opt("--engine", "what runs it: pwsh, python, sh (default: by the file's ending; pwsh for --body)")
_REPO = Opt("--repo", "the folder that it is about, and starts in", metavar="PATH")
_CREATE = Opt("--create", "create the session if it does not exist")
_WRITES = Opt("--allow-writes", "it may change its repo")
_NETWORK = Opt("--allow-network", "it may use the network")
_SECRETS = Opt("--allow-secrets", "it may see the secrets that your policy names")
_DESTRUCTIVE = Opt("--allow-destructive", "it may delete and overwrite")


def drop(
    cx: Context,
    to: Annotated[str, Arg("panel name or session id", complete="target")],
    file: Annotated[Path | None, Arg("a script, with a header or without")] = None,
    *,
    title: Annotated[str | None, Opt("--title", "what it is for (default: the file's name)")] = None,
    body: Annotated[str | None, Opt("--body", "the script itself; - reads it from stdin")] = None,
    repo: Annotated[str | None, _REPO] = None,
    brief: Annotated[str | None, Opt("--brief", "one line more about it")] = None,
    allow_writes: Annotated[bool, _WRITES] = False,
    allow_network: Annotated[bool, _NETWORK] = False,
    allow_secrets: Annotated[bool, _SECRETS] = False,
    allow_destructive: Annotated[bool, _DESTRUCTIVE] = False,
    timeout: Annotated[str | None, Opt("--timeout", "stop it after this time, such as 30m", metavar="TIME")] = None,
    engine: Annotated[str | None, _ENGINE] = None,
    wait: Annotated[bool, Opt("--wait", "wait until it has run, and tell how it ended")] = False,
    create: Annotated[bool, _CREATE] = False,
) -> Answer | Iterator[Answer]:
    """Drop a DO into a session's inbox.

    A FILE that has a header is dropped as it is; around any other script a header is written from the options.
    Without --allow-… the DO may only read. With --wait the exit code is 0 passed, 1 failed or rejected, 5 held for a
    human, 6 refused, 9 timed out.

    Examples:
      cotemp drop Migrate DO_Smoke.ps1 --wait
      cotemp drop co-migrate --title "List files" --body "Get-ChildItem" --repo ~/src/app
      echo 'print(1 + 1)' | cotemp drop co-migrate --engine python --title Sum --body -
    """
    if (file is None) == (body is None):
        raise BadUsage(
            "drop takes either a FILE or --body", "cotemp drop TO FILE, or cotemp drop TO --title T --body B"
        )
    consent = Flags(allow_writes, allow_network, allow_secrets, allow_destructive)
    languages = languages_of(cx)
    language = choose(languages, engine, file)
    script = _script(cx, file, body, language)
    what = _what(cx, _Options(title, repo, brief, timeout, consent), script, file)
    spool = inside.spool(cx, wait=wait)
    if spool:
        return inside.left(dos.leave(spool, to, what if isinstance(what, Draft) else what.data, language), to, "DO")
    if isinstance(what, Draft):
        dropped = dos.drop(cx.places, to, what, language, create=create)
    else:
        dropped = dos.drop_file(cx.places, to, what.data, what.do, language, create=create)
    if languages is LANGUAGES and language.name == "pwsh" and not _has_powershell(cx):
        cx.terminal.err("PowerShell is not installed here, so it waits for that; other languages: --engine\n")
    return told(cx, dropped, wait=wait)


def new_do(
    cx: Context,
    name: Annotated[str | None, Arg("hello, smoke, reposcan or cctsfallback (default: list them)")] = None,
    to: Annotated[str | None, Arg("panel name or session id (default: as the list says)", complete="target")] = None,
    *,
    repo: Annotated[str | None, _REPO] = None,
    allow_writes: Annotated[bool, _WRITES] = False,
    allow_network: Annotated[bool, _NETWORK] = False,
    engine: Annotated[str | None, Opt("--engine", "pwsh, python or sh (default: pwsh where it is installed)")] = None,
    out: Annotated[str | None, Opt("--out", "write it to this file instead; - prints it", metavar="FILE")] = None,
    wait: Annotated[bool, Opt("--wait", "wait until it has run, and tell how it ended")] = False,
    create: Annotated[bool, _CREATE] = False,
) -> Answer | Iterator[Answer]:
    """Write a DO from a template.

    It goes into a session's inbox, or with --out into a file that you can edit and drop later.

    Examples:
      cotemp new-do
      cotemp new-do smoke Migrate --wait
      cotemp new-do reposcan --repo ~/src/app
      cotemp new-do hello --engine python --out DO_mine.py
    """
    if name is None:
        return _list_templates()
    language = choose(languages_of(cx), engine or ("pwsh" if _has_powershell(cx) else "python"), None)
    draft = replace(
        dos.from_template(name, language),
        repo=_repo(repo),
        consent=Flags(writes=allow_writes, network=allow_network),
        session_id=to or "",
        sender=_sender(cx),
    )
    if out is not None:
        return _write_out(draft, language, out)
    target = to or dos.TEMPLATES[name].to or cx.env.get("COSESSION_ID")
    if not target:
        raise BadUsage(
            f"which session should run {name}?", f"cotemp new-do {name} TO; they are listed by: cotemp panels"
        )
    return told(cx, dos.drop(cx.places, target, draft, language, create=create), wait=wait)


def _sender(cx: Context) -> str | None:
    """The session that the DO will claim to come from: this terminal's."""
    return cx.env.get("COSESSION_ID") or None


class _Finished(NamedTuple):
    """A script that has a valid header."""

    data: bytes
    do: "Do"


class _Options(NamedTuple):
    """The options that make a header."""

    title: str | None
    repo: str | None
    brief: str | None
    timeout: str | None
    consent: Flags

    def draft(self, script: str, file: Path | None) -> Draft:
        """A DO around `script`. Raises BadUsage for what cannot be meant."""
        if self.title is None and file is None:
            raise BadUsage("a DO needs a title", 'say in a few words what it is for: --title "…"')
        title = self.title if self.title is not None else file.stem if file else ""
        timeout = None if self.timeout is None else parse_duration(self.timeout)
        draft = Draft(title, script, "", _repo(self.repo), consent=self.consent, timeout=timeout)
        return draft if self.brief is None else replace(draft, brief=self.brief)

    def refuse_beside_header(self, file: Path | None) -> None:
        """Raise BadUsage when there are options beside a header: they would have no effect."""
        given = [f"--{name}" for name in ("title", "repo", "brief", "timeout") if getattr(self, name) is not None]
        given += [f"--allow-{name}" for name in FLAGS if getattr(self.consent, name)]
        if given:
            what = f"{file} has a header of its own, so {', '.join(given)} would have no effect"
            raise BadUsage(what, "change the header in the file, or leave the options out")


def _what(cx: Context, options: _Options, script: _Finished | str, file: Path | None) -> _Finished | Draft:
    """What is dropped: a finished DO as it is, or a draft around a script."""
    if isinstance(script, _Finished):
        options.refuse_beside_header(file)
        return script
    return replace(options.draft(script, file), sender=_sender(cx))


def _script(cx: Context, file: Path | None, body: str | None, language: Language) -> _Finished | str:
    """What is to run: a DO that is complete, or a script that still needs a header.

    Raises AnswerIsNo with every problem of a header that is there.
    """
    if file is None:
        return cx.stdin_text(DO_LIMIT) if body == "-" else body or ""
    from ..messages.header import begins, read, text_of

    try:
        data = bytes_of(file)
        text = text_of(data, language.syntax)
        return _Finished(data, read(data, language.syntax)) if begins(text, language.syntax) else text
    except HeaderError as error:
        lines = "\n".join(problem.located(str(file)) for problem in error.problems)
        raise AnswerIsNo(f"{file} was not dropped:\n{lines}", f"then look again: cotemp check {file}") from error


def _repo(named: str | None) -> Repo:
    """The repo of a new DO: a folder of this machine as a full path; a path of another machine as it is."""
    if not named:
        return Repo("Sandbox", None)
    here = os.path.expanduser(named)
    if os.path.isdir(here):
        here = os.path.abspath(here)
        return Repo(os.path.basename(here) or here, here)
    if not os.path.isabs(here) and not named.startswith(("\\", "/")) and named[1:2] != ":":
        raise NotFound(f"there is no folder {named!r}", "name it by its full path")
    return Repo(named.replace("\\", "/").rstrip("/").rpartition("/")[2], named)


def _has_powershell(cx: Context) -> bool:
    """True when some PowerShell is here; every Windows has one."""
    return os.name == "nt" or shutil.which("pwsh", path=cx.env.get("PATH")) is not None


def _list_templates() -> Answer:
    listed = [{"name": name, "title": t.title, "brief": t.brief, "to": t.to} for name, t in dos.TEMPLATES.items()]
    rows = [(name, t.to or "this session", t.brief) for name, t in dos.TEMPLATES.items()]
    return Answer({"schema": 1, "templates": listed}, columns(rows, ("name", "goes to", "what it does")))


def _write_out(draft: Draft, language: Language, out: str) -> Answer:
    from ..messages.header import write

    data = write(draft, language.syntax, sealed=False)
    if out == "-":
        return Answer({"schema": 1, "path": None, "text": data.decode("utf-8-sig")}, data.decode("utf-8-sig"))
    try:
        with open(out, "xb") as file:
            file.write(data)
    except FileExistsError:
        raise AnswerIsNo(f"{out} is there already", "name another file") from None
    return Answer({"schema": 1, "path": str(Path(out).resolve())}, f"Written -> {out}")
