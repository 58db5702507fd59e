"""The difference as text, in git's form: a view for people, made of what was sealed and of the preimages."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from .keeping import Kept
from .model import Changes, Kind, Node, Step, is_bookkeeping
from .showing import shown
from .tree import Tree

__all__ = ["patch"]

LIMIT = 4 * 1024 * 1024
"""The longest patch in bytes; what does not fit is named at its end."""
FILE_LIMIT = 512 * 1024
"""The largest file that is shown line by line, in bytes."""
_LINES = 4000
"""Lines of both sides together up to which they are compared; longer ones are shown whole, out and in."""
_NO_END = b"\\ No newline at end of file\n"


def patch(run_dir: Path, changes: Changes, limit: int = LIMIT) -> bytes:
    """A unified diff of `changes`, with the moved refs before it as lines that `git apply` passes over.

    Not scrubbed: secrets of the repo are in it. At most about `limit` bytes.
    """
    kept = Kept.of(run_dir)
    out = [f"# {ref}\n".encode("utf-8", "backslashreplace") for ref in changes.refs]
    size, left_out = 0, 0
    with Tree(kept.base().repo) as repo, Tree(kept.sealed) as new:
        for step in changes.steps:
            if is_bookkeeping(step.path) or _says_nothing(step):
                continue
            text = b"" if size > limit else b"".join(_one(step, kept, repo, new))
            left_out += size + len(text) > limit or not text
            if size + len(text) <= limit:
                out.append(text)
            size += len(text)
    if left_out:
        out.append(f"# {left_out} more files were changed; their text is left out, as the patch is too long\n".encode())
    return b"".join(out)


def _says_nothing(step: Step) -> bool:
    """True for a folder that only came or went: git has no folders."""
    return {step.before.kind, step.after.kind} <= {Kind.FOLDER, Kind.ABSENT}


def _one(step: Step, kept: Kept, repo: Tree, new: Tree) -> Iterator[bytes]:
    a, b = _quoted("a/", step.path), _quoted("b/", step.path)
    before, after = _without_folder(step.before), _without_folder(step.after)
    if before.kind is not Kind.ABSENT and after.kind is not Kind.ABSENT and before.kind is not after.kind:
        gone, come = Step(step.number, step.path, before, Node()), Step(step.number, step.path, Node(), after)
        yield from _one(gone, kept, repo, new)
        yield from _one(come, kept, repo, new)
        return
    yield b"diff --git %b %b\n" % (a, b)
    yield from _header(before, after)
    if before.same_content(after):
        return
    old, fresh = _before(step, before, kept, repo), _after(step, after, new)
    yield from _body(old, fresh, a if before.kind is not Kind.ABSENT else b"/dev/null",
                     b if after.kind is not Kind.ABSENT else b"/dev/null")  # fmt: skip


def _without_folder(node: Node) -> Node:
    return Node() if node.kind in (Kind.FOLDER, Kind.OTHER) else node


def _header(before: Node, after: Node) -> Iterator[bytes]:
    if before.kind is Kind.ABSENT:
        yield b"new file mode %b\n" % _mode(after)
    elif after.kind is Kind.ABSENT:
        yield b"deleted file mode %b\n" % _mode(before)
    elif before.mode != after.mode:
        yield b"old mode %b\nnew mode %b\n" % (_mode(before), _mode(after))


def _mode(node: Node) -> bytes:
    """As git has it where git has it; other modes as they are."""
    if node.kind is Kind.LINK:
        return b"120000"
    return b"100%03o" % {0o644: 0o644, 0o600: 0o600}.get(node.mode, node.mode)


def _before(step: Step, node: Node, kept: Kept, repo: Tree) -> bytes | None:
    """The old content: the preimage, once there is one. None when it is too large, or changed since."""
    if node.kind is not Kind.FILE:
        return node.target.encode("utf-8", "surrogateescape")
    preimage = kept.before / str(step.number)
    if node.size > FILE_LIMIT:
        return None
    if preimage.exists():
        return preimage.read_bytes()
    return repo.read(step.path, FILE_LIMIT) if repo.node(step.path).same_content(node) else None


def _after(step: Step, node: Node, new: Tree) -> bytes | None:
    if node.kind is not Kind.FILE:
        return node.target.encode("utf-8", "surrogateescape")
    return None if node.size > FILE_LIMIT else new.read(step.path, FILE_LIMIT)


def _body(old: bytes | None, new: bytes | None, a: bytes, b: bytes) -> Iterator[bytes]:
    if old is None or new is None or b"\0" in old or b"\0" in new:
        yield b"Binary files %b and %b differ\n" % (a, b)
        return
    if old == new:
        return
    yield b"--- %b\n+++ %b\n" % (a, b)
    before, after = _lines(old), _lines(new)
    if len(before) + len(after) > _LINES:
        yield from _hunk(before, after)
        return
    for line in _compared(before, after):
        yield line if line.endswith(b"\n") else line + b"\n" + _NO_END


def _lines(data: bytes) -> list[bytes]:
    """Split at line feeds only, as git does."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _compared(before: list[bytes], after: list[bytes]) -> Iterator[bytes]:
    matcher = difflib.SequenceMatcher(None, before, after)
    for group in matcher.get_grouped_opcodes(3):
        first, last = group[0], group[-1]
        yield b"@@ -%b +%b @@\n" % (_range(first[1], last[2]), _range(first[3], last[4]))
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (b" " + line for line in before[i:j])
            else:
                yield from (b"-" + line for line in before[i:j])
                yield from (b"+" + line for line in after[k:m])


def _hunk(before: list[bytes], after: list[bytes]) -> Iterator[bytes]:
    yield b"@@ -%b +%b @@\n" % (_range(0, len(before)), _range(0, len(after)))
    for sign, lines in ((b"-", before), (b"+", after)):
        for line in lines:
            yield sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_END


def _range(start: int, end: int) -> bytes:
    """Where a hunk lies, as git counts: from 1, an empty one by the line before it."""
    if end == start:
        return b"%d,0" % start
    return b"%d" % (start + 1) if end - start == 1 else b"%d,%d" % (start + 1, end - start)


def _quoted(side: str, path: str) -> bytes:
    text = shown(path)
    text = f'"{side}{text[1:]}' if text.startswith('"') and text != path else side + text
    return text.encode("utf-8", "surrogateescape")
