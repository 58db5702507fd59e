"""A CoWrap as one file to hand over: the snapshot with the original's `handover.json` and `manifest.json`, zipped."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..chat.cowrap import RepoState, Snapshot, handover, manifest
from ..redact import Scrubber

__all__ = ["bundled"]


def bundled(
    snapshot: Snapshot,
    rendered: tuple[str, str],
    last: Sequence[str],
    scrubber: Scrubber,
    *,
    to: str,
    agent: str | None,
) -> bytes:
    """The bytes of the bundle; `rendered` is the snapshot's file as name and text, `last` are lines of the log."""
    told = handover(snapshot, last=[line[:2000] for line in last], agent=agent, to=to, note=snapshot.why)
    files = {
        "handover.json": _json(told, scrubber),
        **{name: scrubber.scrub(text).encode() for name, text in _git_files(snapshot.repos)},
        rendered[0]: rendered[1].encode("utf-8", "replace"),
    }
    listed = [{"name": n, "bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in files.items()]
    return _zipped(files | {"manifest.json": _json(manifest(snapshot, listed, agent=agent, to=to), scrubber)}, snapshot)


def _git_files(repos: Sequence[RepoState]) -> Iterator[tuple[str, str]]:
    """The original's three files are about one repo; of several, each part begins with its path."""
    parts = {
        "git-status.txt": [repo.status for repo in repos],
        "changed-files.txt": ["\n".join(_changed(repo)) for repo in repos],
    }
    for name, texts in parts.items():
        headed = [f"# {repo.path}\n{text}" for repo, text in zip(repos, texts, strict=True)]
        yield name, "\n\n".join(headed if len(repos) > 1 else texts) + "\n"
    yield "repo-root.txt", "".join(f"{repo.path}\n" for repo in repos)


def _changed(repo: RepoState) -> Iterator[str]:
    for line in repo.status.splitlines():
        if len(line) > 3 and line[2] == " " and not line.startswith(("##", "...")):
            yield line[3:].rpartition(" -> ")[2]


def _json(value: Mapping[str, Any], scrubber: Scrubber) -> bytes:
    clean = scrubber.scrub_json(value)
    return json.dumps(clean, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _zipped(files: Mapping[str, bytes], snapshot: Snapshot) -> bytes:
    out = io.BytesIO()
    when = snapshot.at.timetuple()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (max(1980, when[0]), when[1], when[2], when[3], when[4], when[5]))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return out.getvalue()
