"""`cotemp scan`: where logs hold secrets."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from ..display import display_line
from ..errors import NotFound
from .frame import Answer, Arg, Context

LARGEST = 64 * 1024 * 1024
"""The largest file that is searched, in bytes; logs of ours have at most about 10 MiB."""


def scan(
    cx: Context,
    path: Annotated[Path | None, Arg("a file or folder (default: the logs of all sessions)")] = None,
) -> Answer:
    """Search logs for secrets.

    Looks for tokens, keys and passwords of known kinds, and for the values of secret-looking variables of this
    environment. Tells file, line, column and kind, never the secret. Changes nothing. Exit code 1: something was found.

    Examples:
      cotemp scan
      cotemp scan ~/Downloads/CoTemp/sessions/co-migrate/outbox
      cotemp scan --json
    """
    from ..redact import scan_text, secrets_in  # a table of patterns: only this command needs it

    known = secrets_in(cx.env)
    hits, skipped, searched = [], [], 0
    for file in _files([path] if path else [cx.places.session(sid).logs for sid in cx.places.session_ids()]):
        cx.progress(f"searching {file.name}")
        text = _text(file)
        if text is None:
            skipped.append(str(file))
            continue
        searched += 1
        hits += [(str(file), hit.line, hit.column, hit.kind) for hit in scan_text(text, known)]
    found = [{"file": file, "line": line, "column": column, "kind": kind} for file, line, column, kind in hits]
    lines = [f"{display_line(file)}:{line}:{column}: {kind}" for file, line, column, kind in hits]
    lines += [f"not searched (too large, or it cannot be read): {display_line(file)}" for file in skipped]
    lines.append(f"{len(hits)} found in {searched} files")
    return Answer({"schema": 1, "searched": searched, "skipped": skipped, "found": found}, lines, 1 if hits else 0)


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
