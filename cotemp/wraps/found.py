"""What an intake holds: snapshots, handovers, packages. All of it is foreign text, and believed in nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..chat.cowrap import FromRepo, is_snapshot, repos_in
from ..chat.paste import one_line

__all__ = ["Found", "look_through"]

_LARGEST = 5 * 1024 * 1024
"""Bytes of a text that is read; a larger one is kept, and not looked into."""
_PACKAGE = {"readme.md", "achievements.md", "knownissues.md", "nextsteps.md", "workflows.md", "status", "status.md"}
_MOST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """`repos` that snapshots and handovers tell of, each once; `packages`: folders with the files that make them one.

    `sender` and `receiver` as the manifest or the handover says, `note` as the handover does.
    """

    repos: tuple[FromRepo, ...]
    packages: tuple[tuple[str, tuple[str, ...]], ...]
    snapshots: int
    sender: str
    receiver: str
    note: str
    warnings: tuple[str, ...]


def look_through(raw: Path, names: Sequence[str]) -> Found:
    """Look through the files `names` below `raw`."""
    texts = [text for name in names if name.lower().endswith(".md") and is_snapshot(text := _text(raw / name))]
    manifests = [(name, _object(raw / name)) for name in names if _leaf(name) == "manifest.json"]
    handovers = [found for name in names if _leaf(name) == "handover.json" and (found := _object(raw / name))]
    told = [*(found for _, found in manifests), *handovers]
    return Found(
        tuple(_each_once([*(one for text in texts for one in repos_in(text)), *filter(None, map(_handed, handovers))])),
        tuple(_packages(names)),
        len(texts),
        _said(told, "from_session", "session_id"),
        _said(told, "to_session"),
        _said(handovers, "note"),
        tuple(w for name, found in manifests for w in _unlike(raw, name, found, names)),
    )


def _leaf(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        return ""
    return path.read_bytes().decode("utf-8-sig", "replace")


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path) or "null")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(told: Sequence[Mapping[str, Any]], *keys: str) -> str:
    values = (found.get(key) for found in told for key in keys)
    return next((one_line(value) for value in values if isinstance(value, str) and value.strip()), "")


def _handed(told: Mapping[str, Any]) -> FromRepo | None:
    """The repo of a handover, for bundles without a snapshot."""
    path, branch, status = told.get("repo"), told.get("branch"), told.get("status")
    if not isinstance(path, str) or not path.strip():
        return None
    lines = [line for line in status if isinstance(line, str)] if isinstance(status, list) else []
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return FromRepo(
        one_line(path, 300),
        one_line(name) or "repo",
        one_line(branch) if isinstance(branch, str) else "",
        "\n".join(lines),
    )


def _each_once(repos: Sequence[FromRepo]) -> Iterator[FromRepo]:
    """The first that tells of each path."""
    seen: set[str] = set()
    for repo in repos[:_MOST]:
        if repo.path not in seen:
            seen.add(repo.path)
            yield repo


def _packages(names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Folders that the original's generic intake takes for packages; the bundle's own root is none."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folder, _, leaf = name.rpartition("/")
        if folder and leaf.casefold() in _PACKAGE:
            folders.setdefault(folder, []).append(leaf)
    yield from ((folder, tuple(sorted(files))) for folder, files in sorted(folders.items())[:_MOST])


def _unlike(raw: Path, name: str, manifest: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """What is not as the manifest says."""
    listed = manifest.get("files")
    folder = name[: -len("manifest.json")]
    for one in listed[:_MOST] if isinstance(listed, list) else ():
        file = one.get("name") if isinstance(one, dict) else None
        if not isinstance(file, str):
            continue
        if folder + file not in names:
            yield f"{one_line(file)} is missing, though the manifest names it"
        elif hashlib.sha256((raw / (folder + file)).read_bytes()).hexdigest() != one.get("sha256"):
            yield f"{one_line(file)} is not what the manifest says: it was changed on the way"
