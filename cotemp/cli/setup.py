"""Mending and removing: `doctor`, `uninstall`, `take`, `trust`."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..display import display_line
from ..errors import BadConfig, BadUsage
from ..places import Places, default_home
from .frame import Answer, Arg, Context, Opt
from .paint import paint

if TYPE_CHECKING:
    from ..doctor import Finding
    from ..setup import Removal

_SYMBOLS = {"ok": ("✓", "+"), "info": ("·", "-"), "warn": ("!", "!"), "bad": ("✗", "x")}
_STYLES = {"ok": "green", "info": "dim", "warn": "yellow", "bad": "red"}


def doctor(
    cx: Context,
    *,
    fix: Annotated[bool, Opt("--fix", "mend what can be mended without risk")] = False,
) -> Answer:
    """Find what is wrong here, and mend it.

    Looks at the home, its rights, this machine's state and settings, and the programs that cotemp uses; every
    line that is not right says what to do. The exit code is 1 when something is bad.

    Examples:
      cotemp doctor
      cotemp doctor --fix
    """
    from ..doctor import Look, State, diagnose, mend

    places, known = _places(cx)
    look = Look(places, cx.config_path, cx.env)
    mended = mend(look) if fix and known else []
    findings = diagnose(Look(places, cx.config_path, cx.env))
    is_bad = any(one.state is State.BAD for one in (*findings, *mended))
    return Answer(
        json={
            "schema": 1,
            "home": str(places.home),
            "ok": not is_bad,
            "mended": [asdict(one) for one in mended],
            "findings": [asdict(one) for one in findings],
        },
        text=[*_lines(cx, mended, "mended: "), *_lines(cx, findings), _verdict(findings)],
        exit_code=int(is_bad),
    )


def _places(cx: Context) -> tuple[Places, bool]:
    """The places, and whether they are surely the ones that are meant: broken settings may name others."""
    try:
        return cx.places, True
    except BadConfig:
        return Places.at(default_home()), False


def _lines(cx: Context, findings: "list[Finding]", prefix: str = "") -> Iterator[str]:
    for one in findings:
        symbol = paint(_symbol(cx, one.state), _STYLES[one.state])
        yield f"{symbol} {one.name:<10} {prefix}{_shown(one.what)}"
        if one.fix:
            yield f"{'':13}{paint('fix: ', 'dim')}{_shown(one.fix)}"


def _shown(text: str) -> str:
    """Every line of foreign text safe, the line ends kept."""
    return "\n".join(map(display_line, text.split("\n")))


def _symbol(cx: Context, state: str) -> str:
    return _SYMBOLS[state][0 if cx.terminal.is_unicode() else 1]


def _verdict(findings: "list[Finding]") -> str:
    numbers = {state: sum(one.state == state for one in findings) for state in ("bad", "warn")}
    mendable = sum(one.can_fix for one in findings)
    hint = f"; {mendable} can be mended: cotemp doctor --fix" if mendable else ""
    return f"{numbers['bad']} bad, {numbers['warn']} to look at{hint}"


def uninstall(
    cx: Context,
    *,
    yes: Annotated[bool, Opt("--yes", "really remove it; without this the traces are only listed")] = False,
) -> Answer:
    """Remove cotemp's traces, keep your data.

    Removes this machine's state, the settings and cotemp's own files in the home. Notes, DOs, artifacts and logs
    stay, and so does every file that you changed.

    Examples:
      cotemp uninstall
      cotemp uninstall --yes
    """
    from ..setup import plan_removal, remains, remove
    from ..store.ancestry import refuse_below_a_run

    if yes:
        refuse_below_a_run("uninstalling cotemp")
    plan = plan_removal(cx.places)
    kept = remains(cx.places, plan)
    entries = _at_login(cx, plan, really=yes)
    gone = remove(plan) if yes else plan
    return Answer(
        json={
            "schema": 1,
            "home": str(cx.places.home),
            "removed": yes,
            "at_login": entries,
            "traces": [{"path": str(one.path), "what": one.what} for one in gone],
            "kept_files": kept,
        },
        text=[*_entries(entries, yes=yes), *_traces(cx, gone, kept, yes=yes)],
    )


def _at_login(cx: Context, plan: "list[Removal]", *, really: bool) -> list[str]:
    """Where the login entries are of the homes whose state goes; removed here, if `really`, while it is known."""
    from ..autostart import RECORD, Machine, disable_named, entries, entry_name

    machine = Machine.here(cx.env)
    states = {cx.places.state, *(one.path for one in plan if (one.path / RECORD).exists())}
    names = sorted(map(entry_name, states))
    return [where for name in names for where in (disable_named if really else entries)(name, machine)]


def _entries(found: list[str], *, yes: bool) -> Iterator[str]:
    for where in found:
        yield f"{'removed' if yes else 'would remove'} {display_line(where)} (starts at login)"


def _traces(cx: Context, traces: "list[Removal]", kept: int, *, yes: bool) -> Iterator[str]:
    if not traces:
        yield "nothing to remove"
        return
    folders = sum(one.if_empty for one in traces)
    for one in traces:
        if not one.if_empty:
            yield f"{'removed' if yes else 'would remove'} {display_line(str(one.path))} ({one.what})"
    yield f"{'removed' if yes else 'would remove'} {folders} empty folders"
    yield f"{kept} files of yours stay in {cx.places.home}"
    yield "the program itself: pip uninstall cotemp" if yes else "nothing was removed; to do it: cotemp uninstall --yes"


def take(
    cx: Context,
    session: Annotated[str, Arg("panel name or session id", complete="target")],
) -> Answer:
    """Run a session's DOs on this machine from now on.

    In a home that several machines share, one machine runs the DOs of each session. Stop the watcher of the other
    machine first, and let the folder be synced.

    Examples:
      cotemp take co-migrate
    """
    from ..errors import DamagedData
    from ..panels import resolve
    from ..store.ancestry import refuse_below_a_run
    from ..store.owner import owner
    from ..store.owner import take as take_over

    refuse_below_a_run("taking a session over")
    found = resolve(cx.places, session)
    try:
        before = owner(found)
    except DamagedData:
        before = None  # nobody can tell who it was: that is why it is taken
    now = take_over(found)
    if before and not before.is_here():
        text = f"{found.id} was run by another machine since {before.since}; now by this one"
    else:
        text = f"{found.id} is run by this machine"
    return Answer({"schema": 1, "session": found.id, "host": now.host, "since": now.since}, text)


def trust(cx: Context, file: Annotated[Path, Arg("the file, which you have read")]) -> Answer:
    """Believe a file in the home.

    A config that is not this machine's own counts only after this, and its policy can only take rights away. The
    trust ends when a byte of the file changes.

    Examples:
      cotemp trust ~/Downloads/CoTemp/agents.toml
    """
    from ..config import trust as believe
    from ..store.ancestry import refuse_below_a_run

    refuse_below_a_run("trusting a file")
    if file.is_dir():
        raise BadUsage(f"{file} is a folder", "trust its files one by one")
    digest = ""
    for places in _trusting(cx, file):
        digest = believe(places, file)
    return Answer({"schema": 1, "file": str(file), "sha256": digest}, f"trusted as it is now: {file}")


def _trusting(cx: Context, file: Path) -> list[Places]:
    """The homes for which the file is to be believed: the one in use, and the one that the file itself names."""
    from ..config import named_home

    named = named_home(file) if file.suffix == ".toml" else None
    try:
        found = [cx.places]
    except BadConfig:  # it is that very file that is not trusted yet
        found = [] if named else [Places.at(default_home())]
    return [*found, Places.at(named)] if named else found
