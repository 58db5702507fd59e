"""Everything that can go wrong, as one tree; each branch knows its exit code.

    CotempError ............................ 70  a bug of ours, unless a branch says otherwise
    ├── AnswerIsNo .......................... 1  the question was understood; the answer is no
    ├── BadUsage ............................ 2  what was asked cannot be meant
    │   └── BadName                             a session id or title that no system can store
    ├── HeldByOther ......................... 3  another process holds what we need
    │   └── ForeignHost                         another machine owns this session
    ├── NotFound ............................ 4
    │   ├── UnknownTarget                       no panel or session of that name
    │   └── UnknownRun                          no run of that id
    ├── WaitsForHuman ....................... 5
    ├── RefusedByPolicy ..................... 6
    ├── BadConfig ........................... 7  file, line and key are named
    ├── ToolMissing ......................... 8  a program that we need is not installed
    ├── TookTooLong ......................... 9
    ├── DamagedData ........................ 10  what is on disk cannot be what we wrote
    └── StorageFailed ...................... 10  the disk said no (full, read-only, gone)

A message says what happened; `fix` says what to do next. Neither ever holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = [
    "AnswerIsNo",
    "BadConfig",
    "BadName",
    "BadUsage",
    "CotempError",
    "DamagedData",
    "ForeignHost",
    "HeldByOther",
    "NotFound",
    "RefusedByPolicy",
    "StorageFailed",
    "TookTooLong",
    "ToolMissing",
    "UnknownRun",
    "UnknownTarget",
    "WaitsForHuman",
]


class CotempError(Exception):
    """Root of the tree: catch this to catch everything that cotemp raises on purpose."""

    exit_code = 70

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} ({self.fix})" if self.fix else self.what


class AnswerIsNo(CotempError):
    """The question was understood and the answer is no."""

    exit_code = 1


class BadUsage(CotempError):
    """What was asked cannot be meant: a wrong flag, a wrong value."""

    exit_code = 2


class BadName(BadUsage):
    """A name that not every system can store, or that could leave its folder."""

    def __init__(self, kind: str, name: str, why: str) -> None:
        super().__init__(
            f"{name!r} is no {kind}: {why}",
            "use letters, digits, '.', '_' and '-', at most 64, starting with a letter or digit",
        )
        self.name = name


class HeldByOther(CotempError):
    """Another process holds what we need; the message says who, since when."""

    exit_code = 3


class ForeignHost(HeldByOther):
    """Another machine owns this session (the home is a synced folder)."""

    def __init__(self, session: str, host: str, since: str) -> None:
        super().__init__(
            f"session {session} is run by another machine ({host}, since {since})",
            f"to run its DOs here from now on: cotemp take {session}",
        )


class NotFound(CotempError):
    """Nothing of that name."""

    exit_code = 4


class UnknownTarget(NotFound):
    """No panel, session or agent of that name; `no_home` is the home where even that is missing."""

    def __init__(
        self, target: str, nearest: Iterable[str] = (), *, no_home: str = "", kind: str = "panel or session"
    ) -> None:
        near = list(nearest)
        hint = f"did you mean {', '.join(near)}? " if near else ""
        what = f"no {kind} is called {target!r}"
        if no_home:
            super().__init__(f"{what}: there is no home {no_home} yet", "make it: cotemp init")
        else:
            super().__init__(what, f"{hint}list them: cotemp status")
        self.target = target
        self.nearest = near
        self.no_home = no_home


class UnknownRun(NotFound):
    """No run of that id, or more than one begins so."""

    def __init__(self, prefix: str, matches: Sequence[str] = ()) -> None:
        if matches:
            more = ", ..." if len(matches) > 5 else ""
            what = f"{prefix!r} fits {len(matches)} runs: {', '.join(matches[:5])}{more}"
            super().__init__(what, "give more of the id")
        else:
            super().__init__(f"no run is called {prefix!r}", "list them: cotemp runs")
        self.matches = tuple(matches)


class WaitsForHuman(CotempError):
    """A human has to decide first."""

    exit_code = 5


class RefusedByPolicy(CotempError):
    """The policy of this machine's owner says no."""

    exit_code = 6


class BadConfig(CotempError):
    """A configuration that cannot be meant; names file, line and key, and each of several problems."""

    exit_code = 7

    def __init__(
        self,
        what: str,
        fix: str = "",
        *,
        file: str = "",
        line: int = 0,
        key: str = "",
        problems: Sequence[BadConfig] = (),
    ) -> None:
        where = f"{file}:{line}: " if line else f"{file}: " if file else ""
        super().__init__(where + (f"{key}: " if key else "") + what, fix)
        self.file = file
        self.line = line
        self.key = key
        self.problems = tuple(problems) or (self,)


class ToolMissing(CotempError):
    """A program that we need is not installed here."""

    exit_code = 8


class TookTooLong(CotempError):
    """A wait reached its limit."""

    exit_code = 9


class DamagedData(CotempError):
    """What is on disk cannot be what we wrote."""

    exit_code = 10


class StorageFailed(CotempError):
    """The disk said no: full, read-only, or gone."""

    exit_code = 10
