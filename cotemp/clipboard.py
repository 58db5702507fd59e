"""The clipboard: copied is what was read back and found equal. The programs that reach it are data."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .asking import NoAnswer, ask
from .errors import AnswerIsNo, BadUsage, ToolMissing

__all__ = ["TOOLS", "Tool", "copy", "osc52", "read", "usable"]

_ITSELF = "take the text itself: cotemp paste ID --print"
_ELSEWHERE = "put the text into a file, or into stdin"
_PATIENCE = 10.0
_SETTLING = 2.0
"""Seconds for which the clipboard may still hold what was there before: its owner changes behind our back."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A pair of programs. `variable`: it works only where that is set; `system`: only there ("": anywhere).

    `encoding` is what `copy` reads on stdin; `read` writes UTF-8. `where` is what it reaches.
    """

    name: str
    copy: tuple[str, ...]
    read: tuple[str, ...]
    variable: str = ""
    system: str = ""
    encoding: str = "utf-8"
    where: str = "the clipboard"


_GET = "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false); [Console]::Out.Write((Get-Clipboard -Raw))"
_POWERSHELL = ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _GET)

TOOLS = (
    Tool("wl-copy", ("wl-copy", "--type", "text/plain;charset=utf-8"), ("wl-paste", "--no-newline"), "WAYLAND_DISPLAY"),
    Tool("xclip", ("xclip", "-selection", "clipboard", "-in"), ("xclip", "-selection", "clipboard", "-out"), "DISPLAY"),
    Tool("xsel", ("xsel", "--clipboard", "--input"), ("xsel", "--clipboard", "--output"), "DISPLAY"),
    Tool("pbcopy", ("pbcopy",), ("pbpaste",), system="darwin"),
    Tool("clip.exe", ("clip.exe",), _POWERSHELL, system="win32", encoding="utf-16-le"),
    Tool("clip.exe from WSL", ("clip.exe",), _POWERSHELL, "WSL_DISTRO_NAME", encoding="utf-16-le"),
    Tool("tmux", ("tmux", "load-buffer", "-w", "-"), ("tmux", "save-buffer", "-"), "TMUX", where="tmux's buffer"),
)
"""In the order in which they are tried."""


def copy(text: str, env: Mapping[str, str]) -> Tool:
    """Put `text` on the clipboard; returns what did it, once the clipboard was read back and holds it.

    Raises ToolMissing where nothing can reach one, AnswerIsNo when whatever was tried failed, or lied.
    """
    failed = []
    for tool in usable(env):
        why = _copied(tool, text, env)
        if not why:
            return tool
        failed.append(f"{tool.name} {why}")
    if failed:
        raise AnswerIsNo(f"nothing was copied: {'; '.join(failed)}", _ITSELF)
    raise _missing(env, _ITSELF)


def read(env: Mapping[str, str], limit: int) -> str:
    """The text on the clipboard. Raises ToolMissing, AnswerIsNo when it cannot, BadUsage above `limit` bytes."""
    failed = []
    for tool in usable(env):
        data = _read(tool, env, limit + 1)
        if isinstance(data, str):
            failed.append(f"{tool.name} {data}")
        elif len(data) > limit:
            raise BadUsage(f"the clipboard holds more than {limit} bytes", "copy less, or put it into a file")
        else:
            return data.decode("utf-8-sig", "replace")
    if failed:
        raise AnswerIsNo(f"the clipboard cannot be read: {'; '.join(failed)}", _ELSEWHERE)
    raise _missing(env, _ELSEWHERE)


def osc52(text: str) -> bytes:
    """What asks a terminal to copy `text`. It may do so or not: nobody can check that."""
    return b"\x1b]52;c;" + base64.b64encode(text.encode("utf-8", "replace")) + b"\x07"


def usable(env: Mapping[str, str]) -> Iterator[Tool]:
    """The tools that may work here, both programs of each being there."""
    for tool in TOOLS:
        if (not tool.variable or env.get(tool.variable)) and _is_installed(tool, env):
            yield tool


def _is_installed(tool: Tool, env: Mapping[str, str]) -> bool:
    programs = (tool.copy[0], tool.read[0])
    return tool.system in ("", sys.platform) and all(shutil.which(one, path=env.get("PATH")) for one in programs)


def _missing(env: Mapping[str, str], instead: str) -> ToolMissing:
    """Which program is missing, or which desktop for one that is there; `instead`: what works without any."""
    desktops = ("DISPLAY", "WAYLAND_DISPLAY")
    for tool in TOOLS:
        if tool.variable in desktops and _is_installed(tool, env) and not any(map(env.get, desktops)):
            what = f"{tool.name} reaches no clipboard: {tool.variable} is not set, so there is no desktop here"
            return ToolMissing(what, f"call it from a terminal of the desktop, or {instead}")
    tools = {"darwin": "pbcopy", "win32": "clip.exe"}.get(sys.platform, "wl-clipboard, xclip or xsel")
    return ToolMissing("no program here reaches a clipboard", f"install {tools}, or {instead}")


def _copied(tool: Tool, text: str, env: Mapping[str, str]) -> str:
    """Copy with one tool; returns why the clipboard does not hold `text` then ("": it does)."""
    try:
        done = subprocess.run(
            _argv(tool.copy, env),
            input=text.encode(tool.encoding, "replace"),
            env=dict(env),
            stdout=subprocess.DEVNULL,  # some stay behind as the owner of the clipboard, and would keep a pipe open
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return "did not end"
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    if done.returncode:
        return f"said no (exit code {done.returncode})"
    return _differs(tool, text, env)


def _differs(tool: Tool, text: str, env: Mapping[str, str]) -> str:
    wanted, deadline = _plain(text), time.monotonic() + _SETTLING
    while True:
        data = _read(tool, env, len(wanted.encode("utf-8", "replace")) * 2 + 4096)
        if isinstance(data, bytes) and _plain(data.decode("utf-8-sig", "replace")) == wanted:
            return ""
        if isinstance(data, str) or time.monotonic() > deadline:
            return f"said yes, but {data if isinstance(data, str) else f'{tool.where} holds something else'}"
        time.sleep(0.05)


def _read(tool: Tool, env: Mapping[str, str], most: int) -> bytes | str:
    """What the tool reads, at most so many bytes; or why it does not, as half a sentence."""
    try:
        said = ask(_argv(tool.read, env), env, most=most, patience=_PATIENCE)
    except NoAnswer:
        return "does not answer when it is asked what it holds"
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    return "cannot say what it holds" if said.code else said.out


def _argv(argv: tuple[str, ...], env: Mapping[str, str]) -> list[str]:
    found = shutil.which(argv[0], path=env.get("PATH"))
    return [found or argv[0], *argv[1:]]


def _plain(text: str) -> str:
    """What counts: systems have their own ends of lines, and some tools add one."""
    return text.replace("\r\n", "\n").rstrip("\n")
