"""A notification on the desktop of this machine, by the program that the system has, or that the settings name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from ...errors import CotempError, TookTooLong, ToolMissing

__all__ = ["notify"]

SECONDS = 10.0
"""How long the program that shows it may take."""

_APPLE = ("on run argv", "display notification (item 1 of argv) with title (item 2 of argv)", "end run")
_TOAST = """
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent('ToastText02')
$lines = $toast.GetElementsByTagName('text')
[void]$lines.Item(0).AppendChild($toast.CreateTextNode($env:COTEMP_TITLE))
[void]$lines.Item(1).AppendChild($toast.CreateTextNode($env:COTEMP_TEXT))
$from = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($from).Show($toast)
"""
"""Its texts come by the environment: PowerShell would read them as code in its arguments."""


def notify(title: str, text: str, wish: Sequence[str] | bool | None) -> None:  # noqa: FBT001
    """Show texts of ours. `wish` is what the settings say: a command, True or None for the system's own, False.

    Raises ToolMissing where there is nothing to show it with, CotempError when that failed.
    """
    if wish is False:
        return
    argv = _filled(wish, title, text) if wish and not isinstance(wish, bool) else _of_system(title, text)
    said = {"COTEMP_TITLE": title, "COTEMP_TEXT": text}
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False, env=os.environ | said
        )
    except subprocess.TimeoutExpired:
        raise TookTooLong(f"{argv[0]} showed no notification in {SECONDS:.0f} s") from None
    except OSError as error:
        raise ToolMissing(f"{argv[0]} cannot be run: {error.strerror}", "see [supervisor] notify") from None
    if done.returncode:
        raise CotempError(f"{argv[0]} showed no notification (exit code {done.returncode})")


def _filled(argv: Sequence[str], title: str, text: str) -> list[str]:
    return [word.replace("{title}", title).replace("{text}", text) for word in argv]


def _of_system(title: str, text: str) -> list[str]:
    if sys.platform == "darwin":
        return [_found("osascript"), *(part for line in _APPLE for part in ("-e", line)), text, title]
    if sys.platform == "win32":
        return [_found("powershell.exe"), "-NoProfile", "-NonInteractive", "-Command", _TOAST]
    return [_found("notify-send"), "--app-name=cotemp", "--", title, text]


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ToolMissing(f"{program} is not there to show a notification", "name another: [supervisor] notify")
    return path
