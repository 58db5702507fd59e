"""What an ACK points at: pull requests, commits, runs, files. Recognised here; others look whether they are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Checks", "Reference", "Sort", "Standing", "find", "standing", "verify"]

TEXT_LIMIT = 4000
"""Characters in which references are looked for; an ACK that needs more says something else."""


class Sort(StrEnum):
    """What a reference is to."""

    PR = "pr"
    COMMIT = "commit"
    RUN = "run"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Reference:
    """`value` is a PR's number or URL, a commit's digits, a run id, or a path; it is data, and nobody opened it."""

    sort: Sort
    value: str

    def __str__(self) -> str:
        """For people, who see a file's path, a run's id and a URL for what they are."""
        if self.sort is Sort.PR and self.value.isdigit():
            return f"PR #{self.value}"
        return f"commit {self.value}" if self.sort is Sort.COMMIT else self.value


class Standing(StrEnum):
    """How far a reference, or a whole ACK, can be relied on."""

    VERIFIED = "verified"
    """It is there."""
    CLAIMED = "claimed"
    """Nobody here can tell."""
    WRONG = "wrong"
    """It is not there."""
    MISSING = "missing"
    """An ACK that points at nothing."""


Check = Callable[[str], bool | None]


def _nobody_can_tell(value: str) -> bool | None:
    return None


@dataclass(frozen=True, slots=True)
class Checks:
    """How to look, for each sort: True it is there, False it is not, None nobody can tell."""

    pr: Check = _nobody_can_tell
    commit: Check = _nobody_can_tell
    run: Check = _nobody_can_tell
    path: Check = _nobody_can_tell


_URL = re.compile(
    r"https?://(?P<host>[\w.-]{1,253}(?::\d{1,5})?)/[\w./~%+-]{1,300}?/(?:-/)?"
    r"(?:(?P<pr>pull|pulls|pull-requests|pullrequest|merge_requests)/\d{1,9}|commits?/(?P<commit>[0-9a-f]{7,64}))"
    r"(?![\w])",
    re.IGNORECASE,
)
_ANY_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s<>\"'`]{1,2000}", re.IGNORECASE)
_RUN = re.compile(r"(?<![\w-])\d{8}-\d{6}-\d{1,10}-[0-9a-v]{4}(?![\w])", re.ASCII)
_PR = re.compile(
    r"(?<![\w#/&])(?:(?:PR|MR|pull[ -]request|merge[ -]request)[\s:]{0,3}[#!]?|#)(?P<pr>\d{1,9})(?![\w.-]*\w)",
    re.IGNORECASE,
)
_COMMIT = re.compile(
    r"(?i:\b(?:commit|sha|rev(?:ision)?)[\s:`'\"*]{1,4})(?P<named>[0-9a-f]{7,64})(?![\w-])"
    r"|(?<![\w./\\-])(?P<bare>(?=[0-9a-f]{0,63}[0-9])(?=[0-9a-f]{0,63}[a-f])[0-9a-f]{7,40})(?![\w./\\-])"
)
_NAME = r"[\w@+%()\[\]{}~.-]"
_QUOTED_PATH = re.compile(rf"[`\"']((?:[A-Za-z]:)?[\\/~.]{{0,3}}{_NAME}[\w@+%()\[\]{{}}~. \\/-]{{0,300}})[`\"']")
_PATH = re.compile(
    rf"(?<![\w/\\.@-])(?:[A-Za-z]:[\\/]|~[\\/]|\.{{1,2}}[\\/]|[\\/](?={_NAME}))?(?:{_NAME}{{1,100}}[\\/]){{0,40}}{_NAME}{{1,100}}"
)
_ENDINGS = frozenset(
    {
        "bat", "c", "cfg", "conf", "cpp", "cs", "css", "csv", "diff", "gif", "go", "h",
        "htm", "html", "ini", "ipynb", "java", "jpg", "js", "json", "jsx", "kt", "lock", "log",
        "lua", "md", "pdf", "patch", "php", "png", "ps1", "psd1", "psm1", "py", "rb", "rs",
        "rst", "sh", "sql", "svg", "swift", "tar", "toml", "ts", "tsv", "tsx", "txt", "xml",
        "yaml", "yml", "zip", "gz",
    }
)  # fmt: skip


def find(text: str) -> tuple[Reference, ...]:
    """The references in a text, in its order, each once."""
    text = text[:TEXT_LIMIT]
    found: list[tuple[int, Reference]] = []
    for sort_finder in (_urls, _runs, _numbers, _commits, _paths):
        places: list[tuple[int, int]] = []
        for start, end, reference in sort_finder(text):
            places.append((start, end))
            if reference:
                found.append((start, reference))
        text = _blanked(text, places)
    return tuple(dict.fromkeys(reference for _, reference in sorted(found, key=lambda one: one[0])))


_Found = Iterator[tuple[int, int, Reference | None]]


def _urls(text: str) -> _Found:
    for url in _ANY_URL.finditer(text):
        known = _URL.match(text, url.start())
        if known and known["commit"]:
            yield *url.span(), Reference(Sort.COMMIT, known["commit"].lower())
        else:
            yield *url.span(), Reference(Sort.PR, known[0]) if known else None


def _runs(text: str) -> _Found:
    for run in _RUN.finditer(text):
        yield *run.span(), Reference(Sort.RUN, run[0])


def _numbers(text: str) -> _Found:
    for number in _PR.finditer(text):
        yield *number.span(), Reference(Sort.PR, str(int(number["pr"])))


def _commits(text: str) -> _Found:
    for commit in _COMMIT.finditer(text):
        yield *commit.span(), Reference(Sort.COMMIT, commit["named"] or commit["bare"])


def _paths(text: str) -> _Found:
    for quoted in _QUOTED_PATH.finditer(text):
        if _is_path(quoted[1]):
            yield *quoted.span(), Reference(Sort.PATH, quoted[1].strip())
            text = _blanked(text, [quoted.span()])
    for bare in _PATH.finditer(text):
        value = bare[0].rstrip(".)]}")
        if _is_path(value):
            yield *bare.span(), Reference(Sort.PATH, value)


def _is_path(value: str) -> bool:
    """A place that begins at a root, or a name that ends as files do."""
    if not any(map(str.isalnum, value)):
        return False
    if re.match(r"(?:[A-Za-z]:[\\/]|~[\\/]|\.{1,2}[\\/]|[\\/])", value):
        return True
    name, dot, ending = re.split(r"[\\/]", value)[-1].rpartition(".")
    return bool(dot and name and ending.casefold() in _ENDINGS)


def _blanked(text: str, places: Iterable[tuple[int, int]]) -> str:
    """`text` with what was recognised replaced by spaces, so that it is not taken for something else as well."""
    for start, end in places:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def verify(reference: Reference, checks: Checks) -> Standing:
    """Whether it is there, as far as `checks` can tell."""
    answer: bool | None = getattr(checks, reference.sort.value)(reference.value)
    if answer is None:
        return Standing.CLAIMED
    return Standing.VERIFIED if answer else Standing.WRONG


def standing(found: Iterable[Standing]) -> Standing:
    """That of a whole ACK: one wrong reference spoils it, one verified one is enough."""
    all_found = set(found)
    for one in (Standing.WRONG, Standing.VERIFIED, Standing.CLAIMED):
        if one in all_found:
            return one
    return Standing.MISSING
