"""The kinds of text that several tables of `agents.toml` share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from ..kinds import Duration, FileName, Location, Pattern, SessionName, Word

__all__ = ["Argv", "FileId", "Id", "Line", "Regexes", "RepoPath", "Seconds", "Session", "SomePath", "Variable"]

Line = Annotated[str, Word(r"[^\x00-\x1f\x7f]+", "is empty or holds control characters", "write one line of text")]
Id = Annotated[str, Word(r"[A-Za-z0-9][A-Za-z0-9._-]*", "is no id", "use letters, digits, '.', '_' and '-'")]
FileId = Annotated[str, FileName()]
Variable = Annotated[str, Word(r"[^=\x00]+", "is no name of a variable", "write it like EDITOR")]
RepoPath = Annotated[
    str,
    Word(
        r"(?!/|\./|.*//|(?:.*/)?\.\.?(?:/|$))[^\x00-\x1f\x7f\\:]+(?<!/)",
        "is no path inside the repo",
        "write it from the root of the repo, with '/' and without '..'",
    ),
]
Session = Annotated[str, SessionName()]
Seconds = Annotated[float, Duration()]
SomePath = Annotated[Path, Location()]
Regexes = tuple[Annotated[re.Pattern[str], Pattern()], ...]
Argv = tuple[str, ...]
