"""What no DO may leave in a repo, whatever its consent: it is refused when the transaction is sealed."""

from __future__ import annotations

import os
import re
import stat

from .model import UNREADABLE, Kind, Node
from .showing import shown

__all__ = ["altered_object", "beyond_recall", "trouble"]

_SPECIAL = stat.S_ISUID | stat.S_ISGID
_GIT_FILES = ("head", "index", "packed-refs", "config", "shallow")


def trouble(path: str, status: os.stat_result, before: Node) -> str:
    """Why what was left at `path` may never be applied, as a sentence; "" when it may. The repo has `before`."""
    name = shown(path)
    mode = status.st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
        return f"{name} is a {_kind(mode)}"
    if stat.S_ISREG(mode) and mode & _SPECIAL and stat.S_IMODE(mode) != before.mode:
        return f"{name} would run with another user's rights (setuid or setgid)"
    if stat.S_ISDIR(mode) and mode & stat.S_ISUID:
        return f"{name} is a folder with the setuid bit"
    return _git_trouble(path, name, mode, before)


def _git_trouble(path: str, name: str, mode: int, before: Node) -> str:
    parts = [part.casefold() for part in path.split("/")]
    if "git~1" in parts:
        return f"{name} is another spelling of .git on some systems"
    if ".git" not in parts:
        return ""
    if parts[-1] == ".git" and before.kind is not Kind.ABSENT and before.kind is not _node_kind(mode):
        return f"{name} would turn from a {before.kind} into a {_node_kind(mode)}"
    if stat.S_ISLNK(mode):
        return f"{name} is a link among git's own files"
    if stat.S_ISDIR(mode) and parts[-2:-1] == [".git"] and parts[-1] in _GIT_FILES:
        return f"{name} would be a folder, but git keeps a file there"
    if not mode & stat.S_IRUSR and (before.kind is Kind.ABSENT or stat.S_IMODE(mode) != before.mode):
        return f"{name} would be closed to its owner, and so to git"
    return ""


def altered_object(path: str, before: Node, after: Node) -> str:
    """Why an object of git may not become another, as a sentence; "" for everything else."""
    is_object = re.match(r"(.*/)?\.git/(.*/)?objects/([0-9a-f]{2}|pack)/", path.casefold(), re.DOTALL)
    both = before.kind is not Kind.ABSENT and after.kind is not Kind.ABSENT
    if is_object and both and not before.same_content(after):
        return f"{shown(path)} would become another object, but git never changes an object"
    return ""


def beyond_recall(path: str, before: Node, after: Node) -> str:
    """Why the content of a file could not be brought back, as a sentence; "" when it could."""
    if before.sha256 == UNREADABLE and not before.same_content(after):
        return f"{shown(path)} cannot be read, so nobody could bring it back"
    return ""


def _node_kind(mode: int) -> Kind:
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.FILE


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "FIFO"
    return "socket" if stat.S_ISSOCK(mode) else "device"
