"""Paths that mean more than their content: what no DO may change, and what a human sees before it counts.

Everything that runs later, outside the sandbox, cannot be known (a Makefile, a test): these are the places
where programs look by themselves.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .showing import shown

__all__ = ["held", "is_cache", "never"]


class Row(NamedTuple):
    """A pattern for a whole path, compared without regard to case, and why it matters."""

    pattern: str
    why: str


_NEVER = (
    Row(r"(.*/)?\.git/hooks(/.*)?", "git runs what lies there"),
    Row(r"(.*/)?\.git/(config|commondir)", "git's configuration names programs that git runs"),
)

_GIT_OWN = (
    r"\.git(/(head|orig_head|fetch_head|merge_head|cherry_pick_head|revert_head|auto_merge|commit_editmsg|merge_msg"
    r"|merge_mode|squash_msg|index|packed-refs|(refs|logs)(/.*)?"
    r"|objects(/([0-9a-f]{2}(/[0-9a-f]{38,62})?|pack(/pack-[0-9a-f]+\.(pack|idx|rev))?|info(/packs)?))?))?"
)
"""What a commit, a branch, a merge or a fetch writes below `.git`; objects are named by their content."""

_HELD = (
    Row(r"\.git/.*", "is git's own configuration or state, which steers what git does later"),
    Row(r".*/\.git(/.*)?", "belongs to a git repository inside this one"),
    Row(r"(.*/)?(\.husky|\.githooks)(/.*)?", "is run by git hooks"),
    Row(r"(.*/)?(\.pre-commit-config\.ya?ml|\.?lefthook(-local)?\.ya?ml)", "is run by git hooks"),
    Row(r"(.*/)?(\.envrc|\.mise\.toml|mise\.toml)", "is run when a shell enters the folder"),
    Row(r"(.*/)?(\.vscode|\.idea|\.fleet|\.zed)(/.*)?|.*\.code-workspace", "is read, and its tasks run, by an editor"),
    Row(r"(.*/)?(\.devcontainer(/.*)?|\.devcontainer\.json)", "sets up a development container"),
    Row(r"(.*/)?\.(github|gitea|forgejo)/(workflows|actions)(/.*)?", "is run by continuous integration"),
    Row(r"(.*/)?(\.ci|\.circleci|\.buildkite|\.woodpecker|\.teamcity)(/.*)?", "is run by continuous integration"),
    Row(
        r"(.*/)?(\.gitlab-ci\.yml|jenkinsfile|azure-pipelines\.ya?ml|\.travis\.yml|\.drone\.yml|\.?appveyor\.yml"
        r"|\.woodpecker\.ya?ml|bitbucket-pipelines\.yml|\.cirrus\.yml)",
        "is run by continuous integration",
    ),
    Row(
        r"(.*/)?(agents?\.md|agents\.override\.md|claude(\.local)?\.md|gemini\.md|\.cursorrules|\.windsurfrules"
        r"|\.goosehints|\.aider[^/]*|opencode\.jsonc?|\.mcp\.json|\.github/copilot-instructions\.md)",
        "is read by agents as their instructions or settings",
    ),
    Row(
        r"(.*/)?(\.claude|\.codex|\.cursor|\.gemini|\.opencode|\.windsurf|\.clinerules|\.roo|\.kiro|\.junie|\.continue"
        r"|\.agents?|\.github/(instructions|prompts|agents|chatmodes))(/.*)?",
        "is read by agents as their instructions or settings",
    ),
)

_CACHE = re.compile(r"(.*/)?(__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache)/.*")
_COMPILED = {row.pattern: re.compile(row.pattern, re.DOTALL) for row in (*_NEVER, *_HELD)}
_OWN = re.compile(_GIT_OWN, re.DOTALL)


def never(path: str) -> str:
    """Why `path` may not be changed whatever the consent, as a sentence; "" when it may."""
    row = _first(_NEVER, path)
    return f"{shown(path)} may never be changed: {row.why}" if row else ""


def held(path: str) -> str:
    """Why a human sees a change of `path` first, as a sentence; "" when nobody need."""
    if _OWN.fullmatch(path.casefold()):
        return ""
    row = _first(_HELD, path)
    return f"{shown(path)} {row.why}" if row else ""


def is_cache(path: str) -> bool:
    """True for what a tool made for itself, and makes again: to overwrite it destroys nothing."""
    return _CACHE.fullmatch(path) is not None


def _first(rows: tuple[Row, ...], path: str) -> Row | None:
    folded = path.casefold()
    return next((row for row in rows if _COMPILED[row.pattern].fullmatch(folded)), None)
