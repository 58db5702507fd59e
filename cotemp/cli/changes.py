"""What a run changed in its repo: `diff` shows it, `undo` takes it back."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..errors import AnswerIsNo, WaitsForHuman
from ..runs import find
from ..runs.undoing import patch_of, undo_applied
from ..store.ancestry import refuse_below_a_run
from ..store.identity import os_user
from ..store.ledger import Ledger
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from ..store.ledger import Row

_RUN = Arg("its id or the start of it, or `last`", metavar="RUN", complete="run")
_KINDS = (("created", "green"), ("changed", "yellow"), ("deleted", "red"))


def diff(
    cx: Context,
    run: Annotated[str, _RUN] = "last",
    *,
    stat: Annotated[bool, Opt("--stat", "only how many lines of which files")] = False,
) -> Answer:
    """Show what a run changed in its repo.

    It is a patch as git writes them, without secrets; branches and tags that moved are named before it. A terminal
    shows control characters as visible signs; into a pipe or file the bytes go as they are.

    Examples:
      cotemp diff
      cotemp diff 20261121-1015 --stat
      cotemp diff last >changes.patch
    """
    entry = find(cx.places, run)
    with Ledger(cx.places, create=False) as ledger:
        changes = ledger.log(entry.row.run_id)["changes"] if entry.own else None
    data = patch_of(cx.places, entry, cx.config.policy)
    text = data.decode("utf-8", "replace")
    whole = {"schema": 1, "run_id": entry.row.run_id, "changes": changes, "patch": text}
    if stat:
        return Answer(whole, _counted(text))
    return Answer(whole, _coloured(text) if cx.stdout_is_terminal else data)


def undo(
    cx: Context,
    run: Annotated[str, _RUN],
    *,
    yes: Annotated[bool, Opt("--yes", "do not ask")] = False,
) -> Answer:
    """Take back what a run changed in its repo.

    All of it or nothing: where something was changed again since, nothing is touched, and the paths are named.

    Examples:
      cotemp undo last
      cotemp undo 20261121-1015 --yes
    """
    refuse_below_a_run("undoing a run")
    row = find(cx.places, run).own
    if row is None:
        raise AnswerIsNo(
            "another program or machine made this run, so it cannot be undone here", "see: cotemp show RUN"
        )
    with Ledger(cx.places) as ledger:
        changes = ledger.log(row.run_id)["changes"]
        if changes["state"] == "applied" and not yes:
            _ask(cx, row, [name for kind, _ in _KINDS for name in changes[kind]])  # type: ignore[literal-required]
        log = undo_applied(cx.places, ledger, row, os_user())
    undone = log["changes"]
    told = [
        *(f"  gone again: {name}" for name in undone["created"]),
        *(f"  as before: {name}" for name in undone["changed"]),
        *(f"  there again: {name}" for name in undone["deleted"]),
        *(f"  moved back: {_turned(ref)}" for ref in undone["refs"]),
    ]
    first = paint(f"undone: {row.run_id} in {display_line(row.repo or '')}", "green")
    return Answer({"schema": 1, "run_id": row.run_id, "changes": undone}, [first, *map(display_line, told)])


def _turned(ref: str) -> str:
    """`refs/heads/main: <old> -> <new>`, the other way round."""
    name, old, new = re.fullmatch(r"(.*): (.*) -> (.*)", ref, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{name}: {new} -> {old}"


def _ask(cx: Context, row: "Row", paths: list[str]) -> None:
    """Raises AnswerIsNo when the person says no, WaitsForHuman when there is none."""
    what = f"{len(paths)} path{'' if len(paths) == 1 else 's'} in {display_line(row.repo or '')}"
    if cx.ask(f"take back what {row.run_id} changed ({what})?", "no", ["yes", "no"]) != "yes":
        look = f"look first: cotemp diff {row.run_id}"
        if cx.stdin_is_terminal:
            raise AnswerIsNo("nothing was undone", look)
        raise WaitsForHuman("nothing was undone: nobody said yes", f"{look}; to say it without a terminal, add --yes")


def _coloured(text: str) -> Iterator[str]:
    in_hunk = False
    for line in text.removesuffix("\n").split("\n"):
        in_hunk = line.startswith("@@ ") or (in_hunk and line[:1] in "+- \\" and line != "")
        style = _style(line, in_hunk=in_hunk)
        yield paint(display_line(line), style) if style else display_line(line)


def _style(line: str, *, in_hunk: bool) -> str:
    """How a line of a patch is painted; "" for not at all."""
    if in_hunk:
        return {"+": "green", "-": "red", "@": "dim"}.get(line[0], "")
    return "bold"


def _counted(text: str) -> Iterator[str]:
    """A line per file: how many lines came and went."""
    rows = [(display_line(name), f"+{plus}", f"-{minus}") for name, plus, minus in _counts(text)]
    if rows:
        yield from columns(rows, right=(1, 2))
    yield from (display_line(line) for line in text.split("\n") if line.startswith("# "))


def _counts(text: str) -> Iterator[tuple[str, int, int]]:
    name, plus, minus, in_hunk = "", 0, 0, False
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            if name:
                yield name, plus, minus
            name, plus, minus, in_hunk = _name(line.removeprefix("diff --git ")), 0, 0, False
        elif line.startswith("@@ "):
            in_hunk = True
        elif in_hunk:
            plus += line.startswith("+")
            minus += line.startswith("-")
    if name:
        yield name, plus, minus


def _name(both: str) -> str:
    """The path in `a/<path> b/<path>`, which are equally long, quoted or not."""
    half = both[: (len(both) - 1) // 2]
    return half.replace("a/", "", 1)
