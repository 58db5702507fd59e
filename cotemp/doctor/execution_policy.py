"""Which execution policy a PowerShell on Windows goes by, and whether it lets our scripts load."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..autostart import Values
from .finding import Found, bad, ok, warn

__all__ = ["InForce", "Said", "Scope", "in_force", "of_powershell", "of_windows_powershell", "verdict"]

_SHELL = r"Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
_WINDOWS_GROUP = r"Software\Policies\Microsoft\Windows\PowerShell"
_GROUP = r"Software\Policies\Microsoft\PowerShellCore"
_VALUE = "ExecutionPolicy"
_IN_CONFIG = "microsoft.powershell:executionpolicy"
CONFIG = "powershell.config.json"
"""Where PowerShell 7 keeps its policy, for all users beside its program."""
_AS_SHIPPED = "RemoteSigned"
"""What PowerShell 7 ships in that file."""
_POLICIES = ("Bypass", "Unrestricted", "RemoteSigned", "AllSigned", "Restricted")
_BLOCKING = {"Restricted": "loads no script at all", "AllSigned": "loads only signed scripts, and ours are not signed"}
_ALLOW = "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"


class Scope(StrEnum):
    """Who can set a policy, as Get-ExecutionPolicy -List calls it.

    `Process` is left out: it is true of one window, and this asks what the next one will do.
    """

    MACHINE_POLICY = "MachinePolicy"
    USER_POLICY = "UserPolicy"
    CURRENT_USER = "CurrentUser"
    LOCAL_MACHINE = "LocalMachine"
    NOBODY = ""


_BY_GROUP_POLICY = (Scope.MACHINE_POLICY, Scope.USER_POLICY)

Said = Sequence[tuple[Scope, str | None]]
"""What each scope says, in the order in which PowerShell asks them; None: nothing."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that counts, and who set it."""

    policy: str
    scope: Scope


def in_force(said: Said) -> InForce:
    """The first scope that says something decides. A word that PowerShell does not know counts as Restricted there."""
    for scope, word in said:
        if word:
            known = (policy for policy in _POLICIES if policy.casefold() == word.casefold())
            return InForce(next(known, "Restricted"), scope)
    return InForce("Restricted", Scope.NOBODY)


def verdict(shell: str, now: InForce) -> Found:
    """Whether `shell`, the name of a PowerShell, loads our scripts under that policy."""
    who = f"{now.policy}, set by {now.scope}" if now.scope else f"{now.policy}, because nobody set one"
    blocked = _BLOCKING.get(now.policy)
    if not blocked:
        return ok(f"{shell} loads our scripts (execution policy {who})")
    what = f"{shell} {blocked} (execution policy {who})"
    if now.scope in _BY_GROUP_POLICY:  # it beats the -ExecutionPolicy with which DOs are started, too
        return bad(f"{what}; nor does it run DOs", "only the administrator can change a group policy")
    return warn(what, f"in {shell}: {_ALLOW}")


def of_windows_powershell(user: Values, all_users: Values) -> Said:
    """What the registry says to Windows PowerShell 5.1. Raises OSError."""
    return (
        (Scope.MACHINE_POLICY, _group_policy(all_users, _WINDOWS_GROUP)),
        (Scope.USER_POLICY, _group_policy(user, _WINDOWS_GROUP)),
        (Scope.CURRENT_USER, _text(user, _SHELL)),
        (Scope.LOCAL_MACHINE, _text(all_users, _SHELL)),
    )


def of_powershell(user: Values, all_users: Values, own_folder: Path, program_folder: Path) -> Said:
    """What group policies and two configuration files say to PowerShell 7. Raises OSError.

    `own_folder` is PowerShell's in the user's documents. Where `program_folder` has no such file, as with the
    one of the Microsoft Store, the file is hidden: then it is taken to say what it is shipped with.
    """
    shared = program_folder / CONFIG
    return (
        (Scope.MACHINE_POLICY, _group_policy(all_users, _group_key(all_users))),
        (Scope.USER_POLICY, _group_policy(user, _group_key(user))),
        (Scope.CURRENT_USER, _configured(own_folder / CONFIG)),
        (Scope.LOCAL_MACHINE, _configured(shared) if shared.exists() else _AS_SHIPPED),
    )


def _group_key(registry: Values) -> str:
    """PowerShell 7 has a key of its own, which may refer to the one of Windows PowerShell."""
    return _WINDOWS_GROUP if registry.read(_GROUP, "UseWindowsPowerShellPolicySetting") else _GROUP


def _group_policy(registry: Values, key: str) -> str | None:
    """Scripts are switched off, or on with a policy; where neither is said, the policy beside it counts for nothing."""
    enabled = registry.read(key, "EnableScripts")
    if enabled == 0:
        return "Restricted"
    return _text(registry, key) if enabled == 1 else None


def _text(registry: Values, key: str) -> str | None:
    value = registry.read(key, _VALUE)
    return value if isinstance(value, str) else None


def _configured(file: Path) -> str | None:
    """The policy in a configuration file; None where there is none, or nothing that can be understood."""
    try:
        settings = json.loads(file.read_bytes().decode("utf-8-sig"))
        words = {str(key).casefold(): word for key, word in settings.items()}
    except (FileNotFoundError, ValueError, AttributeError):
        return None
    word = words.get(_IN_CONFIG)
    return word if isinstance(word, str) else None
