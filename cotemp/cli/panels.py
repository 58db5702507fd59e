"""Panels from the command line: `join` one, list the `panels`."""

import contextlib
import os
import sys
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from ..display import display_line
from ..errors import BadUsage, NotFound
from ..panels import Panel, find, listing, register
from ..places import Places
from ..store.identity import ProcessId, identify
from ..times import local, local_now, parse_utc, show_age
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from .answers import ListedPanel, PanelsAnswer

Shell = Literal["sh", "pwsh", "fish", "cmd"]

_SETTING = {
    "sh": "export {name}='{value}'",
    "pwsh": "$env:{name} = '{value}'",
    "fish": "set -gx {name} '{value}'",
    "cmd": 'set "{name}={value}"',
}
_EVAL = {
    "sh": 'eval "$({command})"',
    "pwsh": "{command} | Invoke-Expression",
    "fish": "{command} | source",
    "cmd": "for /f \"delims=\" %i in ('{command}') do %i",
}
_PWSH_QUOTES = "'\u2018\u2019\u201a\u201b"
"""What PowerShell takes for a single quote."""

_COLOURS = {"alive": "green", "unverified": "yellow", "elsewhere": "yellow", "dead": "dim"}


def join(
    cx: Context,
    session: Annotated[str, Arg("the session, new or not; or the name of a panel", complete="target")],
    *,
    name: Annotated[str | None, Opt("--name", "the panel's name (default: as configured, else the last one)")] = None,
    shell: Annotated[Shell | None, Opt("--shell", "the shell to print for (default: $SHELL; pwsh on Windows)")] = None,
    pid: Annotated[int | None, Opt("--pid", "register this process instead of the terminal's shell")] = None,
) -> Answer:
    """Register this terminal as a panel.

    Prints what your shell has to set so that `send`, `notes` and DOs know which session this is.

    Examples:
      eval "$(cotemp join co-planning)"
      eval "$(cotemp join co-build --name Build)"
      cotemp join co-planning --shell pwsh | Invoke-Expression
    """
    places = cx.places
    known = find(places, session)
    sid = known.id if known else session
    panel = register(places, name if name is not None else _configured_name(cx, sid), sid, _process(cx, pid))
    values = _values(panel, places)
    chosen = shell or _shell_of(cx)
    lines = [_setting(chosen, variable, value) for variable, value in values.items()]
    if cx.stdout_is_terminal and not cx.json:
        _set_title(cx, f"[{panel.session_id}] {panel.name}")
        command = f"cotemp join {panel.session_id}" + (f" --shell {shell}" if shell else "")
        lines += ["", paint(f"# to set it in this shell: {_EVAL[chosen].format(command=command)}", "dim")]
    elif cx.terminal.stderr_is_terminal:
        cx.terminal.err(f"Registered panel '{display_line(panel.name)}' for session '{panel.session_id}'\n")
    return Answer({"schema": 1, "panel": _told(panel), "set": values}, lines)


def panels(
    cx: Context, *, everything: Annotated[bool, Opt("--all", "show those whose process has ended, too")] = False
) -> Answer:
    """List the panels.

    A panel is alive when the very process that registered it still runs. Unverified: the original registered it, and
    nobody can say whether the process of that number is still the same. Elsewhere: another machine or container.

    Examples:
      cotemp panels
      cotemp panels --all
      cotemp panels --json
    """
    found = listing(cx.places)
    dead = found.dead if everything else ()
    lines = _table([*found.present, *dead]) or [
        f"no panels in {display_line(str(cx.places.home))}: cotemp join SESSION"
    ]
    if found.dead and not everything:
        lines.append(paint(f"{len(found.dead)} more whose process has ended: cotemp panels --all", "dim"))
    for file in found.unreadable:
        lines.append(paint(f"{display_line(file.file.name)} is no panel: {display_line(file.why)}", "yellow"))
    json: PanelsAnswer = {
        "schema": 1,
        "home": str(cx.places.home),
        "panels": [_told(panel) for panel in found.present],
        "unreadable": [{"file": str(file.file), "why": file.why} for file in found.unreadable],
    }
    if everything:
        json["dead"] = [_told(panel) for panel in dead]
    return Answer(json, lines)


def _told(panel: Panel) -> "ListedPanel":
    return {**panel.record(), "state": panel.state.value, "file": str(panel.file)}


def _table(panels: list[Panel]) -> list[str]:
    now = local_now()
    rows = [
        (
            display_line(panel.name, 40),
            panel.session_id,
            str(panel.pid),
            paint(panel.state.value, _COLOURS[panel.state.value]),
            _since(panel.ts, now),
        )
        for panel in panels
    ]
    return columns(rows, ("name", "session", "pid", "state", "registered"), right=(2,)) if rows else []


def _since(ts: str, now: datetime) -> str:
    try:
        return show_age(local(parse_utc(ts)), now)
    except ValueError:
        return "?"


# --- this terminal ---


def _configured_name(cx: Context, sid: str) -> str | None:
    if not cx.config_path.exists():  # the defaults name nobody, and cost 20 ms to import
        return None
    return cx.config.session(sid).name


def _process(cx: Context, pid: int | None) -> ProcessId:
    """The process that stands for this terminal. Raises NotFound when `pid` is nobody's."""
    if pid is not None:
        named = identify(pid)
        if named is None:
            raise NotFound(f"no process has the number {pid}", "give the pid of the shell, or leave --pid out")
        return named
    found = (_leader() if _has_terminal(cx) else None) or identify(_caller())
    if found is None:
        raise NotFound("the shell of this command has ended already", "say which process it is: --pid")
    return found


def _has_terminal(cx: Context) -> bool:
    return cx.stdin_is_terminal or cx.stdout_is_terminal or cx.terminal.stderr_is_terminal


def _leader() -> ProcessId | None:
    """The first process of this terminal, its shell: it lives as long as the terminal does."""
    if sys.platform == "win32":
        return None
    return identify(os.getsid(0))


def _caller() -> int:
    """The process that ran this command; on Windows not the launchers in between, which end with it."""
    if sys.platform != "win32":
        return os.getppid()
    launchers = {os.path.normcase(os.path.splitext(sys.argv[0])[0] + ".exe")}
    if sys.prefix != sys.base_prefix:
        launchers.add(os.path.normcase(sys.executable))  # of a virtual environment: it starts the real Python
    return above(os.getppid(), launchers)


def above(pid: int, launchers: Collection[str]) -> int:
    """The first process from `pid` upwards whose program is not among `launchers`; `pid` when nobody can tell."""
    import psutil  # only who asks which process is whose pays 25 ms for it

    with contextlib.suppress(psutil.Error, OSError):
        process: psutil.Process | None = psutil.Process(pid)
        while process and os.path.normcase(process.exe()) in launchers:
            process = process.parent()
        return process.pid if process else pid
    return pid


def _values(panel: Panel, places: Places) -> dict[str, str]:
    """The variables to set; the home only where it would not be found without."""
    from ..config import find_home
    from ..places import config_file

    usual = Places.at(find_home(None, {}, config_file())).home
    return {"COSESSION_ID": panel.session_id} | ({} if usual == places.home else {"COTEMP_HOME": str(places.home)})


def _shell_of(cx: Context) -> str:
    if os.name == "nt":
        return "pwsh"
    shell = os.path.basename(cx.env.get("SHELL", ""))
    return shell if shell in ("fish", "pwsh") else "sh"


def _setting(shell: str, name: str, value: str) -> str:
    """The line that sets a variable in `shell`. Raises BadUsage for a value that it cannot write."""
    if not all(map(_can_be_written, value)) or (shell == "cmd" and set(value) & set('"%')):
        raise BadUsage(f"{shell} cannot be given {name}={value!r}", "move the home to a path of plain characters")
    if shell == "sh":
        value = value.replace("'", "'\\''")
    elif shell == "fish":
        value = value.replace("\\", "\\\\").replace("'", "\\'")
    elif shell == "pwsh":
        value = "".join(char * 2 if char in _PWSH_QUOTES else char for char in value)
    return _SETTING[shell].format(name=name, value=value)


def _can_be_written(char: str) -> bool:
    return char >= " " and char != "\x7f" and not "\ud800" <= char <= "\udfff"


def _set_title(cx: Context, title: str) -> None:
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetConsoleTitleW(title)
    elif cx.env.get("TERM", "dumb") != "dumb":
        cx.terminal.out(f"\x1b]0;{display_line(title)}\x07")
