"""What the keys mean: a tree of values becomes a `Do`, or a list of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import BadUsage
from ...times import parse_duration
from ..do import FLAGS, Do, Flags, Problem, Repo
from .syntax import UNFILLED, shown
from .tree import Entry, Map, Node

__all__ = ["understand"]

_REQUIRED = {
    "title": 'title: "what this DO is for"',
    "repo": 'repo: { name: "…", path: "…" }',
    "risk": "risk: { writes: false, network: false, secrets: false, destructive: false }",
    "consent": "consent: { allow_writes: false, allow_network: false }",
}
_KNOWN = (*_REQUIRED, "session_id", "brief", "sender", "timeout", "id", "body_sha256", "est_runtime")
_PLACEHOLDER = re.compile(r"<[^<>]*>")
_DO_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def understand(root: Map, line: int) -> tuple[Do, list[Problem]]:
    """The DO that a header describes, its digest left empty; not to be used when there are problems.

    `line` is where the header opens: there a missing key is reported.
    """
    meaning = _Meaning(root)
    meaning.require(line)
    risk, consent = meaning.flags("risk", ""), meaning.flags("consent", "allow_")
    do = Do(
        title=meaning.title(),
        repo=meaning.repo(),
        risk=risk,
        consent=consent,
        sha256="",
        session_id=meaning.unless_placeholder(root.get("session_id")),
        sender=meaning.unless_placeholder(root.get("sender")),
        brief=meaning.text(root.get("brief")) or "",
        id=meaning.matching("id", _DO_ID, "use letters, digits, `.`, `_` and `-`, at most 64"),
        body_sha256=meaning.matching("body_sha256", _DIGEST, "delete this line: `cotemp drop` writes it"),
        timeout=meaning.timeout(),
        est_runtime=meaning.text(root.get("est_runtime")) or None,
        extras={entry.key: _plain(entry.node) for key, entry in root.items() if key not in _KNOWN},
        warnings=(*_above(risk, consent), *meaning.misspelt()),
    )
    return do, meaning.problems


class _Meaning:
    """One header while its values are looked at; `problems` grows."""

    def __init__(self, root: Map) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def require(self, line: int) -> None:
        """Report each key that must be there and is not."""
        for key, example in _REQUIRED.items():
            if key in self.root or self._is_dotted(key):
                continue
            self.problems.append(Problem(line, 1, key, self._missing(key), f"write {example}"))

    def _is_dotted(self, key: str) -> bool:
        dotted = [entry for name, entry in self.root.items() if name.startswith(f"{key}.")]
        for entry in dotted:
            inner = entry.key[len(key) + 1 :]
            self._wrong_key(entry, "keys with a dot are not read", f"write {key}: {{ {inner}: … }}")
        return bool(dotted)

    def _missing(self, key: str) -> str:
        for entry in self.root.values():
            inner = entry.node.value.get(key) if isinstance(entry.node.value, dict) else None
            if inner:
                return f"it is missing (the one in line {inner.line} belongs to `{entry.key}`)"
        near = self.root.get(_nearest(key, [name for name in self.root if name not in _KNOWN]) or "")
        return f"it is missing (line {near.line} has `{near.key}`)" if near else "it is missing"

    def misspelt(self) -> Iterable[str]:
        """A warning for each unknown key that is nearly one of ours: it does nothing."""
        for name, entry in self.root.items():
            near = None if name in _KNOWN else _nearest(name, _KNOWN)
            if near and near not in self.root:
                yield f"line {entry.line}: `{entry.key}` means nothing; `{near}` would"

    def title(self) -> str:
        entry = self.root.get("title")
        title = self.text(entry)
        if entry and title is not None and not title.strip():
            self._wrong(entry, "it is empty", "say in a few words what the DO is for")
        return title or ""

    def repo(self) -> Repo:
        entry = self.root.get("repo")
        entries = self._map(entry)
        if entry and entries is not None and "path" not in entries:
            near = _nearest("path", entries)
            what = "it is missing" + (f" (there is `{near}`)" if near else "")
            fix = 'write repo: { name: "…", path: "…" }; path: "" when the DO is about no folder'
            self.problems.append(Problem(entry.line, entry.column, "repo.path", what, fix))
        name, path = ((entries or {}).get(key) for key in ("name", "path"))
        return Repo(self.unless_placeholder(name, "repo.") or "", self.unless_placeholder(path, "repo."))

    def flags(self, key: str, prefix: str) -> Flags:
        """The four answers of `risk` or `consent`; those that the header leaves out are no."""
        entry = self.root.get(key)
        names = {prefix + flag: flag for flag in FLAGS}
        entries = self._map(entry)
        if entry and entries is not None and not entries:
            self._wrong(entry, "it says nothing", f"write {_REQUIRED[key]}")
        answers = {}
        for name, inner in (entries or {}).items():
            if name in names:
                answers[names[name]] = self._yes_or_no(inner, f"{key}.")
            else:
                self._wrong_key(inner, "there is no such key", _right_flag(name, names), f"{key}.")
        return Flags(**answers)

    def _yes_or_no(self, entry: Entry, within: str) -> bool:
        text = self.text(entry, within)
        answer = None if text is None or entry.node.quoted else _BOOLEANS.get(text.lower())
        if answer is None and text is not None:
            what = f"{shown(text)} is not yes or no" if text else "it says nothing"
            fix = f"write {entry.key}: true or false" + (", without quotes" if entry.node.quoted else "")
            self._wrong(entry, what, fix, within)
        return bool(answer)

    def timeout(self) -> float | None:
        entry = self.root.get("timeout")
        text = self.text(entry)
        if entry is None or text is None:
            return None
        try:
            seconds = parse_duration(text if len(text) <= 32 else "")
        except BadUsage as error:
            self._wrong(entry, f"{shown(text)} is no duration", error.fix)
            return None
        if not seconds:
            self._wrong(entry, "it leaves no time to run", "write at least 1s")
        return seconds

    def matching(self, key: str, pattern: re.Pattern[str], fix: str) -> str | None:
        """The text of a key that cotemp itself writes; None when it is not there."""
        entry = self.root.get(key)
        text = self.text(entry)
        if entry and text is not None and not pattern.fullmatch(text):
            self._wrong(entry, f"{shown(text)} cannot be one", fix)
        return text

    def unless_placeholder(self, entry: Entry | None, within: str = "") -> str | None:
        """The text of a key; None when it is empty or a template's `<…>` that nobody filled in."""
        text = self.text(entry, within)
        return None if not text or _PLACEHOLDER.fullmatch(text) else text

    def text(self, entry: Entry | None, within: str = "") -> str | None:
        """The text of a key; None when there is no such key, or when it holds no text (which is reported)."""
        if entry is None or entry.node.broken:
            return None
        value = entry.node.value or ""
        if not isinstance(value, str):
            self._wrong(entry, "it must be a text", f'write {entry.key}: "…"', within)
        elif UNFILLED.search(value):
            fix = "write the real value: a number in braces is a place that nobody filled"
            self._wrong(entry, f"{shown(value)} was never filled in", fix, within)
        else:
            return value
        return None

    def _map(self, entry: Entry | None) -> Map | None:
        if entry is None or entry.node.broken:
            return None
        if isinstance(entry.node.value, dict):
            return entry.node.value
        what = "it says nothing" if entry.node.value is None else "it must be a map"
        self._wrong(entry, what, f"write {_REQUIRED[entry.key.lower()]}")
        return None

    def _wrong(self, entry: Entry, what: str, fix: str, within: str = "") -> None:
        node: Node = entry.node
        self.problems.append(Problem(node.line, node.column, within + entry.key, what, fix))

    def _wrong_key(self, entry: Entry, what: str, fix: str, within: str = "") -> None:
        self.problems.append(Problem(entry.line, entry.column, within + entry.key, what, fix))


def _above(risk: Flags, consent: Flags) -> Iterable[str]:
    exceeding = risk.exceeding(consent)
    if exceeding:
        names = ", ".join(exceeding)
        yield f"the header names as risk what its consent does not allow ({names}): the consent is the limit"


def _right_flag(name: str, names: dict[str, str]) -> str:
    bare = name.removeprefix("allow_")
    near = next((full for full, flag in names.items() if flag == bare), None) or _nearest(name, names)
    return f"did you mean `{near}`?" if near else f"write one of {', '.join(names)}"


def _nearest(word: str, names: Iterable[str]) -> str | None:
    import difflib  # only a header with a strange key, or without one of ours, pays for this

    found = difflib.get_close_matches(word[:64], names, n=1, cutoff=0.7)
    return found[0] if found else None


def _plain(node: Node) -> object:
    """A value without its place: text, yes or no, list, dict, or None where nothing stands."""
    if isinstance(node.value, dict):
        return {entry.key: _plain(entry.node) for entry in node.value.values()}
    if isinstance(node.value, list):
        return [_plain(item) for item in node.value]
    if node.value is None or node.quoted:
        return node.value
    return _BOOLEANS.get(node.value.lower(), node.value)
