"""A DO: one script with a header that says what it is for and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

__all__ = ["FLAGS", "Do", "Draft", "Flags", "Problem", "Repo"]


@dataclass(frozen=True, slots=True)
class Flags:
    """Four yes-or-no answers: of `risk` (what the author says it does) or of `consent` (what it may do)."""

    writes: bool = False
    network: bool = False
    secrets: bool = False
    destructive: bool = False

    def exceeding(self, limit: Flags) -> tuple[str, ...]:
        """Names of the flags that are true here and false in `limit`."""
        return tuple(name for name in FLAGS if getattr(self, name) and not getattr(limit, name))


FLAGS = tuple(f.name for f in fields(Flags))
"""`writes`, `network`, `secrets`, `destructive`, in the order of every file."""


@dataclass(frozen=True, slots=True)
class Repo:
    """The folder that a DO is about; `path` is None when the header names none or only a placeholder."""

    name: str = ""
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a header. `line` and `column` count from 1."""

    line: int
    column: int
    key: str
    what: str
    fix: str

    def located(self, file: str) -> str:
        """`file:line:col: key: what: fix`, as compilers do."""
        return f"{file}:{self.line}:{self.column}: {self.key}: {self.what}: {self.fix}"


@dataclass(frozen=True, slots=True)
class Do:
    """A DO whose header was read and understood.

    `sha256` is of all bytes of the file, `timeout` in seconds. `id` and `body_sha256` stand only in
    DOs that cotemp wrote, as does `sender`, the session that the DO claims to come from. `warnings` are
    readable as sentences, and stop nothing.
    """

    title: str
    repo: Repo
    risk: Flags
    consent: Flags
    sha256: str
    session_id: str | None = None
    sender: str | None = None
    brief: str = ""
    id: str | None = None
    body_sha256: str | None = None
    timeout: float | None = None
    est_runtime: str | None = None
    warnings: tuple[str, ...] = ()
    extras: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person gives to drop a DO; the header is written from it.

    `timeout` in seconds.
    """

    title: str
    body: str
    session_id: str
    repo: Repo = Repo("Sandbox", None)
    brief: str = "Ad-hoc DO"
    consent: Flags = Flags()
    timeout: float | None = None
    id: str | None = None
    sender: str | None = None
