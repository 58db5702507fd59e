"""`cotemp scan`: where logs hold secrets, and taking them out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..errors import BadConfig, NotFound
from ..places import TEMPORARY, Places
from .frame import Answer, Arg, Context, Opt

if TYPE_CHECKING:
    from ..redact import Hit, Scrubber

LARGEST = 64 * 1024 * 1024
"""The largest file that is searched, in bytes; logs of ours have at most about 10 MiB."""
_IN_USE = ("inbox", "running", "held")
"""Folders of a session whose files wait or run: who changes one of them changes what will run."""


def scan(
    cx: Context,
    path: Annotated[Path | None, Arg("a file or folder (default: the logs of all sessions)")] = None,
    *,
    fix: Annotated[bool, Opt("--fix", "replace each secret by a mark, after asking")] = False,
    yes: Annotated[bool, Opt("--yes", "with --fix: do not ask", short="-y")] = False,
) -> Answer:
    """Search logs for secrets, and take them out.

    Looks for tokens, keys and passwords of known kinds, and for the values of secret-looking variables of this
    environment. Tells file, line, column and kind, never the secret. Exit code 1: something was found.

    With --fix each secret becomes [secret:KIND:FINGERPRINT] and the exit code is 0 when none is left. Only text files
    are rewritten, each at once and whole; mode and date stay, JSON stays JSON. DOs that wait or run and cotemp's own
    working files are left as they are.

    Examples:
      cotemp scan
      cotemp scan ~/Downloads/CoTemp/sessions/co-migrate/outbox
      cotemp scan --fix
      cotemp scan --json
    """
    from ..redact import scan_text, secrets_in  # a table of patterns: only this command needs it

    known = secrets_in(cx.env) | _named(cx)
    found: dict[Path, list[Hit]] = {}
    skipped, searched = [], 0
    for file in _files([path] if path else [cx.places.session(sid).logs for sid in cx.places.session_ids()]):
        cx.progress(f"searching {file.name}")
        text = _text(file)
        if text is None:
            skipped.append(str(file))
            continue
        searched += 1
        if hits := scan_text(text, known):
            found[file] = hits
    mended = _mend(cx, known, list(found)) if fix and found and (yes or _agreed(cx, found)) else None
    return _answer(found, skipped, searched, mended)


def _named(cx: Context) -> dict[str, str]:
    """The values that the owner's policy names as secret; a configuration that cannot be read names none."""
    from ..redact import secrets_in
    from ..redact.stored import secrets_in_files

    try:
        policy = cx.config.policy
    except BadConfig:
        return {}
    return secrets_in_files(policy.secret_read) | secrets_in(cx.env, policy.secret_env)


def _agreed(cx: Context, found: dict[Path, list["Hit"]]) -> bool:
    for file, listed in found.items():
        cx.say(f"{display_line(str(file))}: {len(listed)}")
    hits = sum(map(len, found.values()))
    what = "1 secret" if hits == 1 else f"{hits} secrets"
    return cx.ask(f"Replace {what} in {_number(len(found))}?", "no", ("yes", "no")) == "yes"


def _number(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


class _Mended:
    """What --fix did: the files that were rewritten with the numbers of each kind, and those left with the reason."""

    def __init__(self) -> None:
        self.fixed: list[tuple[Path, dict[str, int]]] = []
        self.left: list[tuple[Path, str]] = []

    def counts(self) -> dict[str, int]:
        """How many of each kind were replaced."""
        total: dict[str, int] = {}
        for _, counts in self.fixed:
            for kind, number in counts.items():
                total[kind] = total.get(kind, 0) + number
        return dict(sorted(total.items()))


def _mend(cx: Context, known: dict[str, str], files: list[Path]) -> _Mended:
    from ..redact import Scrubber, machine_key

    scrubber = Scrubber(known, machine_key(cx.places))
    mended = _Mended()
    for file in files:
        cx.progress(f"rewriting {file.name}")
        try:
            mended.fixed.append((file, _fix(file, scrubber, cx.places)))
        except _Left as reason:
            mended.left.append((file, str(reason)))
    return mended


class _Left(Exception):
    """Why a file was left as it is."""


def _fix(file: Path, scrubber: "Scrubber", places: Places) -> dict[str, int]:
    """Rewrite one file. Raises _Left."""
    from ..redact.files import Changed, is_text, scrub_file

    real = file.resolve()
    session = real.relative_to(places.sessions).parts[1:2] if real.is_relative_to(places.sessions) else ()
    if session and session[0] in _IN_USE:
        raise _Left("it waits or runs")
    if real.is_relative_to(places.state.parent) or file.name.startswith(TEMPORARY):
        raise _Left("cotemp works with it")
    try:
        if not is_text(real):
            raise _Left("it is no text")
        counts = scrub_file(real, scrubber)
    except Changed:
        raise _Left("somebody is writing to it") from None
    except OSError as error:
        raise _Left(error.strerror or str(error)) from error
    if not counts:
        raise _Left("what was found cannot be replaced without breaking it")
    return counts


def _answer(found: dict[Path, list["Hit"]], skipped: list[str], searched: int, mended: _Mended | None) -> Answer:
    hits = [(str(file), hit) for file, listed in found.items() for hit in listed]
    told = [{"file": file, "line": hit.line, "column": hit.column, "kind": hit.kind} for file, hit in hits]
    json: dict[str, Any] = {"schema": 1, "searched": searched, "skipped": skipped, "found": told}
    lines = [f"{display_line(file)}:{hit.line}:{hit.column}: {hit.kind}" for file, hit in hits]
    lines += [f"not searched (too large, or it cannot be read): {display_line(file)}" for file in skipped]
    lines.append(f"{len(hits)} found in {_number(searched)}")
    if not mended:
        return Answer(json, lines, 1 if hits else 0)
    json["fixed"] = [{"file": str(file), "redacted": counts} for file, counts in mended.fixed]
    json["left"] = [{"file": str(file), "why": why} for file, why in mended.left]
    lines += [f"left as it is ({why}): {display_line(str(file))}" for file, why in mended.left]
    what = ", ".join(f"{number} {kind}" for kind, number in mended.counts().items())
    lines.append(f"replaced in {_number(len(mended.fixed))}: {what or 'nothing'}")
    return Answer(json, lines, 1 if mended.left else 0)


def _files(roots: list[Path]) -> Iterator[Path]:
    """The regular files below `roots`. Raises NotFound for a root that is not there."""
    for root in roots:
        if root.is_file():
            yield root
        elif not root.exists():
            raise NotFound(f"{root} does not exist", "name a file or a folder that is there")
        for folder, _, names in os.walk(root):
            yield from (Path(folder, name) for name in sorted(names) if _is_plain(Path(folder, name)))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _text(file: Path) -> str | None:
    try:
        if file.stat().st_size > LARGEST:
            return None
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
