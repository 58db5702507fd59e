"""Commands that only the tests of the frame know; `python -m tests.cli.pretend …` runs them as `cotemp` would."""

import errno
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from cotemp.cli.entry import run
from cotemp.cli.frame import Answer, Arg, Command, Context, Group, Opt
from cotemp.cli.paint import columns, paint
from cotemp.cli.table import Table
from cotemp.errors import HeldByOther

HERE = __name__


def greet(
    cx: Context,
    to: Annotated[str, Arg("who", complete=f"{HERE}:names")],
    text: Annotated[str | None, Arg("what to say; - reads stdin")] = None,
    *,
    sender: Annotated[str | None, Opt("--from", "who says it (default: you)")] = None,
    wait: Annotated[bool, Opt("--wait", "wait for an answer", short="-w")] = False,
    times: Annotated[int, Opt("--times", "how often")] = 1,
    loud: Annotated[float | None, Opt("--loud", "how loud")] = None,
    shell: Annotated[Literal["sh", "pwsh"] | None, Opt("--shell", "for which shell")] = None,
    tag: Annotated[list[str] | None, Opt("--tag", "a word to find it by", short="-t")] = None,
    file: Annotated[Path | None, Opt("--file", "where to keep it")] = None,
    old: Annotated[bool, Opt("--old", "as it was", hidden=True)] = False,
) -> Answer:
    """Greet somebody.

    The text may be left out.
    Then only the name is said, which is
    often enough.

    Examples:
        cotemp greet Migrate "hello [all]"
          cotemp greet co-planning -    # reads stdin
    """
    if text == "-":
        text = cx.stdin_text(100)
    said: dict[str, Any] = {"to": to, "text": text, "sender": sender, "times": times, "file": file}
    return Answer(said, [f"{name}: {value}" for name, value in said.items()])


def gather(cx: Context, files: Annotated[list[Path], Arg("files to gather", metavar="FILE")]) -> Answer:
    """Gather files."""
    return Answer({"files": files}, "\n".join(map(str, files)))


def where(cx: Context) -> Answer:
    """Show the home."""
    return Answer({"home": cx.places.home, "config": cx.config_path}, str(cx.places.home))


def follow(cx: Context, count: Annotated[int, Arg("how many")]) -> Iterator[Answer]:
    """Count, slowly."""
    try:
        for number in range(count):
            yield Answer({"n": number}, paint(f"line {number}", "green"), exit_code=number % 2)
        cx.progress("resting")
        while count == 1:
            time.sleep(0.01)
    finally:
        cx.say("let go")


def ask(cx: Context) -> Answer:
    """Ask a question."""
    return Answer(text=f"answer: {cx.ask('Remove it?', 'no', ('yes', 'no'))}")


def show(cx: Context) -> Answer:
    """Show a table in colours."""
    cx.progress("working")
    return Answer(["é✓"], columns([["日本", "1"], [paint("é✓", "red"), "22"]], ["name", "n"], right=[1]))


def fail(
    cx: Context, how: Annotated[str, Arg("in which way")], text: Annotated[str, Arg("what to say")] = ""
) -> Answer:
    """Fail."""
    ways: dict[str, Callable[[], NoReturn]] = {
        "held": lambda: _raise(HeldByOther("held by \x1b[31m7", f"wait for {text}")),
        "disk": lambda: _raise(OSError(errno.EROFS, "Read-only file system", "/there")),
        "gone": lambda: _raise(FileNotFoundError(errno.ENOENT, "No such file", "/there")),
        "bug": lambda: _raise(ValueError(f"cannot read {text}")),
        "type": lambda: _raise(TypeError("none has no length")),
        "interrupt": lambda: _raise(KeyboardInterrupt()),
    }
    try:
        ways[how]()
    except ValueError as error:
        raise RuntimeError(text) from error


def _raise(error: BaseException) -> NoReturn:
    raise error


def names(cx: Context, word: str) -> list[str]:
    """Who may be greeted."""
    return ["Planning", "Plan-B", "co-migrate", cx.places.home.name]


TABLE = Table(
    (
        Command("greet", f"{HERE}:greet", Group.DAILY, "Greet somebody", hot=True, aliases=("hail",)),
        Command("gather", f"{HERE}:gather", Group.RUNS, "Gather files"),
        Command("where", f"{HERE}:where", Group.RUNS, "Show the home"),
        Command("follow", f"{HERE}:follow", Group.RUNS, "Count, slowly"),
        Command("ask", f"{HERE}:ask", Group.ADMIN, "Ask a question"),
        Command("show", f"{HERE}:show", Group.ADMIN, "Show a table in colours"),
        Command("fail", f"{HERE}:fail", Group.ADMIN, "Fail"),
        Command("deep show", f"{HERE}:show", Group.ADMIN, "Show from further down"),
        Command("secret", f"{HERE}:show", Group.ADMIN, "Not for everybody", hidden=True),
    )
)

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], TABLE))
