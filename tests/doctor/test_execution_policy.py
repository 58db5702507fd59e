"""The execution policy that keeps our scripts from loading is found as PowerShell itself would find it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.autostart import Machine
from cotemp.doctor import State
from cotemp.doctor.execution_policy import (
    InForce,
    Scope,
    in_force,
    of_powershell,
    of_windows_powershell,
    verdict,
)
from cotemp.doctor.powershell import PowerShell, policies_of

from ..autostart.machines import Values, machine

SHELL = r"Software\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
GROUP = r"Software\Policies\Microsoft\Windows\PowerShell"
CORE = r"Software\Policies\Microsoft\PowerShellCore"
ALLOW = "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"


def registry(*values: tuple[str, str, str | int]) -> Values:
    """A part of the registry that holds those values."""
    made = Values()
    made.values = {(key, name): value for key, name, value in values}
    return made


EMPTY = registry()
MACHINE, USER, OWN, ALL, NOBODY = Scope.MACHINE_POLICY, Scope.USER_POLICY, Scope.CURRENT_USER, Scope.LOCAL_MACHINE, ""


@pytest.mark.parametrize(
    ("words", "policy", "scope"),
    [
        ((None, None, None, None), "Restricted", NOBODY),
        ((None, None, None, "RemoteSigned"), "RemoteSigned", ALL),
        ((None, None, "RemoteSigned", "Restricted"), "RemoteSigned", OWN),
        ((None, None, "restricted", "RemoteSigned"), "Restricted", OWN),
        ((None, "AllSigned", "Bypass", "Bypass"), "AllSigned", USER),
        (("RemoteSigned", "AllSigned", None, None), "RemoteSigned", MACHINE),
        ((None, None, "", "Unrestricted"), "Unrestricted", ALL),
        ((None, None, "Nonsense", "Unrestricted"), "Restricted", OWN),
    ],
)
def test_the_first_scope_decides(words: tuple[str | None, ...], policy: str, scope: str) -> None:
    """The first scope that says something decides, and a word that PowerShell does not know restricts."""
    assert in_force(list(zip((MACHINE, USER, OWN, ALL), words, strict=True))) == InForce(policy, Scope(scope))


@pytest.mark.parametrize(
    ("policy", "scope", "state", "said", "fix"),
    [
        ("RemoteSigned", OWN, State.OK, "RemoteSigned, set by CurrentUser", ""),
        ("Bypass", MACHINE, State.OK, "Bypass, set by MachinePolicy", ""),
        ("Unrestricted", ALL, State.OK, "Unrestricted, set by LocalMachine", ""),
        (
            "Restricted",
            NOBODY,
            State.WARN,
            "loads no script at all (execution policy Restricted, because nobody",
            ALLOW,
        ),
        ("Restricted", ALL, State.WARN, "set by LocalMachine", ALLOW),
        ("AllSigned", OWN, State.WARN, "loads only signed scripts", ALLOW),
        ("AllSigned", USER, State.BAD, "set by UserPolicy", "administrator"),
        ("Restricted", MACHINE, State.BAD, "nor does it run DOs", "administrator"),
    ],
)
def test_the_verdict(policy: str, scope: str, state: State, said: str, fix: str) -> None:
    """Which PowerShell, which scope and what to do are said; for a group policy no command that would not help."""
    found = verdict("Windows PowerShell", InForce(policy, Scope(scope)))
    assert (found.state, said in found.what, fix in found.fix) == (state, True, True)
    assert found.what.startswith("Windows PowerShell loads ")
    assert (ALLOW in found.fix) is (state is State.WARN)


@pytest.mark.parametrize(
    ("user", "all_users", "expected"),
    [
        (EMPTY, EMPTY, InForce("Restricted", Scope.NOBODY)),
        (registry((SHELL, "ExecutionPolicy", "RemoteSigned")), EMPTY, InForce("RemoteSigned", OWN)),
        (EMPTY, registry((SHELL, "ExecutionPolicy", "AllSigned")), InForce("AllSigned", ALL)),
        (EMPTY, registry((GROUP, "EnableScripts", 0)), InForce("Restricted", MACHINE)),
        (
            registry((GROUP, "EnableScripts", 1), (GROUP, "ExecutionPolicy", "AllSigned")),
            registry((SHELL, "ExecutionPolicy", "RemoteSigned")),
            InForce("AllSigned", USER),
        ),
        (registry((GROUP, "ExecutionPolicy", "AllSigned")), EMPTY, InForce("Restricted", Scope.NOBODY)),
        (registry((CORE, "EnableScripts", 0)), EMPTY, InForce("Restricted", Scope.NOBODY)),
        (registry((SHELL, "ExecutionPolicy", 7)), EMPTY, InForce("Restricted", Scope.NOBODY)),
    ],
)
def test_windows_powershell(user: Values, all_users: Values, expected: InForce) -> None:
    """Windows PowerShell's policy stands in the registry; a group policy counts only when it is switched on or off."""
    assert in_force(of_windows_powershell(user, all_users)) == expected


@pytest.mark.parametrize(
    ("own", "shared", "user", "all_users", "expected"),
    [
        (None, None, EMPTY, EMPTY, InForce("RemoteSigned", ALL)),
        (None, "{}", EMPTY, EMPTY, InForce("Restricted", Scope.NOBODY)),
        (None, '{"Microsoft.PowerShell:ExecutionPolicy": "RemoteSigned"}', EMPTY, EMPTY, InForce("RemoteSigned", ALL)),
        ('\ufeff{"microsoft.powershell:executionpolicy": "AllSigned"}', None, EMPTY, EMPTY, InForce("AllSigned", OWN)),
        ("{broken", None, EMPTY, EMPTY, InForce("RemoteSigned", ALL)),
        ('["no settings"]', None, EMPTY, EMPTY, InForce("RemoteSigned", ALL)),
        (None, None, EMPTY, registry((CORE, "EnableScripts", 0)), InForce("Restricted", MACHINE)),
        (None, None, EMPTY, registry((GROUP, "EnableScripts", 0)), InForce("RemoteSigned", ALL)),
        (
            None,
            None,
            registry((CORE, "UseWindowsPowerShellPolicySetting", 1), (GROUP, "EnableScripts", 0)),
            EMPTY,
            InForce("Restricted", USER),
        ),
        (None, None, registry((SHELL, "ExecutionPolicy", "Restricted")), EMPTY, InForce("RemoteSigned", ALL)),
    ],
)
def test_powershell_7(
    tmp_path: Path, own: str | None, shared: str | None, user: Values, all_users: Values, expected: InForce
) -> None:
    """PowerShell 7 has two files and group policies of its own; what Windows PowerShell is told counts only there."""
    for folder, text in (("own", own), ("program", shared)):
        (tmp_path / folder).mkdir()
        if text is not None:
            (tmp_path / folder / "powershell.config.json").write_text(text, encoding="utf-8")
    assert in_force(of_powershell(user, all_users, tmp_path / "own", tmp_path / "program")) == expected


def windows(user: Values, home: Path) -> Machine:
    return replace(machine("win32", home), registry=user, registry_of_all=registry())


def kinds(home: Path) -> list[PowerShell]:
    """Both kinds, PowerShell 7 with its own settings, as Windows lays them out."""
    folders = [home / "Documents" / name / "Modules" / "Cotemp" for name in ("PowerShell", "WindowsPowerShell")]
    (home / "Documents" / "PowerShell").mkdir(parents=True)
    file = home / "Documents" / "PowerShell" / "powershell.config.json"
    file.write_text('{"Microsoft.PowerShell:ExecutionPolicy": "AllSigned"}')
    program = home / "Program Files" / "pwsh.exe"
    return [PowerShell("PowerShell", program, folders[0]), PowerShell("Windows PowerShell", program, folders[1])]


def test_each_powershell_is_judged_by_its_own_settings(tmp_path: Path) -> None:
    """A machine has two PowerShells with a policy each; one that is not there is not spoken of."""
    shells, user = kinds(tmp_path), registry((SHELL, "ExecutionPolicy", "RemoteSigned"))
    found = list(policies_of(shells, windows(user, tmp_path)))
    assert [(one.state, one.what.partition(" loads")[0]) for one in found] == [
        (State.WARN, "PowerShell"),
        (State.OK, "Windows PowerShell"),
    ]
    gone = [replace(shell, program=None) for shell in shells]
    assert list(policies_of(gone, windows(user, tmp_path))) == []


def test_only_windows_has_policies(tmp_path: Path) -> None:
    """Elsewhere PowerShell runs every script, and there is nothing to say."""
    assert list(policies_of(kinds(tmp_path), machine("linux", tmp_path))) == []


if sys.platform == "win32":

    def test_the_real_registry() -> None:
        """Both parts of this machine's registry can be read, and a value that every Windows has is found."""
        here = Machine.here({})
        assert here.registry
        assert here.registry_of_all
        key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
        assert isinstance(here.registry_of_all.read(key, "CurrentBuild"), str)
        assert here.registry_of_all.read(key, "cotemp") is None
        assert in_force(of_windows_powershell(here.registry, here.registry_of_all)).policy
