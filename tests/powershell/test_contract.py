"""The original's commands: each has its name, its parameters in their order, their types and defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.places import shipped

from .syntax import PUBLIC, Function, Parameter, functions, parameters, parse, walk

SANDBOX = "[System.IO.Path]::Combine($HOME, 'Desktop', 'CoAgent_SandboxRepo')"
NOBODY = "void"
TEXT = "[string]"
YES_OR_NO = "[bool]"
NO, YES = False, True

# name: what it returns, its positional parameters and switches in their order: type, default, mandatory
CONTRACT: dict[str, tuple[str, list[tuple[str, str, str | None, bool]]]] = {
    "CoTemp": (TEXT, [("Rel", "string", None, NO)]),
    "CoSession-Path": (TEXT, [("Rel", "string", None, NO)]),
    "Get-CoPanels": ("Cotemp.Panel", []),
    "Register-CoPanel": (
        "Cotemp.Panel",
        [("Name", "string", None, NO), ("SessionId", "string", None, NO), ("Share", "switch", None, NO)],
    ),
    "Resolve-CoTarget": ("Cotemp.Panel", [("To", "string", None, YES)]),
    "Drop-CoText": (
        TEXT,
        [("To", "string", None, YES), ("Name", "string", None, YES), ("Text", "string", None, YES)],
    ),
    "Drop-CoDO": (
        TEXT,
        [
            ("To", "string", None, YES),
            ("Title", "string", '"DO-from-$([Environment]::MachineName)"', NO),
            ("RepoPath", "string", SANDBOX, NO),
            ("Brief", "string", "'Ad-hoc DO'", NO),
            ("AllowWrites", "switch", None, NO),
            ("AllowNetwork", "switch", None, NO),
            ("Body", "string", None, YES),
        ],
    ),
    "Send-CoNote": (NOBODY, [("ToSessionId", "string", None, YES), ("Text", "string", None, YES)]),
    "Start-CoNoteReader": (NOBODY, [("Loop", "switch", None, NO), ("PollMs", "int", "800", NO)]),
    "Test-DOHeader": (YES_OR_NO, [("Path", "string", None, YES)]),
    "Wait-ForStableFile": (
        YES_OR_NO,
        [
            ("Path", "string", None, YES),
            ("IntervalMs", "int", "300", NO),
            ("Consecutive", "int", "3", NO),
            ("TimeoutSeconds", "int", "60", NO),
        ],
    ),
    "Start-CoQueueWatcher": (NOBODY, [("PollMs", "int", "600", NO), ("Loop", "switch", None, NO)]),
    "Start-CoQueueWatcherJob": (
        NOBODY,
        [("PollMs", "int", "600", NO), ("SessionId", "string", None, NO), ("PanelName", "string", None, NO)],
    ),
    "New-CoHelloDO": (TEXT, [("RepoPath", "string", SANDBOX, NO)]),
    "Open-CoChats": (
        NOBODY,
        [
            ("ChatUrl", "string", "'https://chat.openai.com'", NO),
            ("AlsoOpenDocs", "switch", None, NO),
            ("DocsTabs", "string[]", None, NO),
        ],
    ),
    "Get-CoAgentStatus": ("Cotemp.SessionStatus", []),
    "Stop-CoAgentLauncher": (NOBODY, []),
    "Mark-MigrateStandDown": (
        NOBODY,
        [
            ("MigrateSessionId", "string", "'co-migrate'", NO),
            ("PlanningSessionId", "string", "'co-planning'", NO),
            ("NotifyPlanning", "switch", None, NO),
        ],
    ),
    "Join-CoAgent": (NOBODY, []),
    "Send-CoBackchat": (
        "Cotemp.Backchat",
        [
            ("To", "string", None, YES),
            ("Type", "string", "'handoff'", NO),
            ("From", "string", None, NO),
            ("Body", "string", None, NO),
            ("BodyFile", "string", None, NO),
            ("Attachments", "string[]", None, NO),
            ("Priority", "string", "'normal'", NO),
            ("Base", "string", None, NO),
        ],
    ),
    "Export-CoPolicyCapsule": (
        "Cotemp.Capsule",
        [("CoProfilePath", "string", None, NO), ("OutDir", "string", None, NO)],
    ),
    "New-CoWrap": (
        "Cotemp.CoWrap",
        [("RepoPaths", "string[]", None, NO), ("OutDir", "string", None, NO), ("MaxCommits", "int", "30", NO)],
    ),
    "Add-CoBpoe": (TEXT, [("Title", "string", None, YES), ("Body", "string", None, YES)]),
}
"""What is typed in the seed documents and in the original's scripts. More parameters may follow."""

BY_NAME = {
    name: function for file in PUBLIC for function in functions(file) for name in (function.name, *function.aliases)
}


@pytest.mark.parametrize("name", CONTRACT)
def test_its_parameters(name: str) -> None:
    """An old line that calls it still means the same."""
    function, (_, wanted) = BY_NAME[name], CONTRACT[name]
    found = function.parameters[: len(wanted)]
    assert [(one.name, one.type, one.default, one.mandatory) for one in found] == wanted
    positional = [one.name for one in found if one.type != "switch"]
    assert [one.position for one in found if one.type != "switch"] == list(range(len(positional)))


@pytest.mark.parametrize("name", CONTRACT)
def test_what_it_returns(name: str) -> None:
    """What an old script reads of it is what it says that it returns."""
    wanted = CONTRACT[name][0]
    assert BY_NAME[name].outputs[0].strip("[]") == wanted.strip("[]")


@pytest.mark.parametrize("name", CONTRACT)
def test_what_is_new_is_optional(name: str) -> None:
    """No old line fails for want of a parameter that the original did not have."""
    assert not any(one.mandatory for one in BY_NAME[name].parameters[len(CONTRACT[name][1]) :])


@pytest.mark.parametrize("function", [*{one.name: one for one in BY_NAME.values()}.values()], ids=lambda one: one.name)
def test_no_name_stands_for_two_parameters(function: Function) -> None:
    """PowerShell refuses a function with such parameters."""
    names = [name.casefold() for one in function.parameters for name in (one.name, *one.aliases)]
    assert len(names) == len(set(names))


SCRIPTS: dict[str, list[tuple[str, str, str | None]]] = {
    "Join-CoAgent": [],
    "CoAgentLauncher": [("OpenBrowser", "switch", None), ("ExtraTabs", "string[]", "@(")],
    "common/CoPanels": [],
    "common/CoWatcher": [],
    "common/New-CoHelloDO": [],
    "common/NoteBridge": [],
    "scripts/Status-QuickCheck": [("Compact", "switch", None)],
    "scripts/Mark-MigrateStandDown": [
        ("MigrateSessionId", "string", "'co-migrate'"),
        ("PlanningSessionId", "string", "'co-planning'"),
        ("NotifyPlanning", "switch", None),
    ],
    "scripts/Enforce-SingleWatcher": [("Sessions", "string[]", "@('co-planning', 'co-migrate')")],
    "scripts/Start-SingleWatchers": [],
    "scripts/Repair-PanelRegistry": [],
    "scripts/Stabilize-CoTemp": [("Sessions", "string[]", "@('co-planning', 'co-migrate')")],
    "scripts/Verify-CoAgentSetup": [],
    "scripts/New-DO-Smoke-Minimal": [
        ("Target", "string", "'co-migrate'"), ("AllowWrites", "switch", None), ("AllowNetwork", "switch", None)
    ],
    "scripts/New-DO-CCTS-Fallback-Test": [
        ("Target", "string", "'co-migrate'"), ("AllowWrites", "switch", None), ("AllowNetwork", "switch", None)
    ],
    "scripts/New-DO-RepoScan-ReadOnly": [
        ("Target", "string", "'co-migrate'"), ("RepoPath", "string", SANDBOX), ("AllowNetwork", "switch", None)
    ],
    "scripts/Write-UnstableFile": [
        ("OutFile", "string", None), ("TotalParts", "int", "6"), ("DelayMs", "int", "700")
    ],
    "scripts/Run-SmoketestSuite": [],
    "scripts/PostInstall-Smoke": [],
    "scripts/Drop-PolicyNotes": [],
    "scripts/Send-PolicyNotes": [],
    "scripts/Capture-StatusSnapshot": [("OutDir", "string", None)],
    "scripts/Test-DOHeader": [("Path", "string", None)],
    "scripts/CoBackchat.Emit": [
        ("To", "string", None), ("Type", "string", "'handoff'"), ("From", "string", None), ("Body", "string", None),
        ("BodyFile", "string", None), ("Attachments", "string[]", None), ("Priority", "string", "'normal'"),
        ("Base", "string", None),
    ],
    "scripts/CoProfile.ExportPolicyCapsule": [
        ("CoProfilePath", "string", None), ("OutDir", "string", None), ("Bump", "switch", None)
    ],
    "scripts/CoWrap.Capture": [
        ("RepoPaths", "string[]", None), ("OutDir", "string", None), ("MaxCommits", "int", "30")
    ],
    "scripts/BPOE.Log.Append": [("Title", "string", None), ("Body", "string", None)],
    "scripts/BPOE.StatusDaemon": [
        ("IntervalSec", "int", "90"), ("Focus", "string", "'Migration'"), ("RepoPath", "string", None),
        ("Branch", "string", None),
    ],
    "scripts/Bloat.Monitor": [
        ("Logs", "string", None), ("StatusFile", "string", None), ("WarnStaleMinutes", "int", "25"),
        ("WarnSlowDOsPerHour", "int", "2"), ("AlertsDir", "string", None),
    ],
}  # fmt: skip
HOME = shipped("ps") / "home"


def test_all_scripts_are_known() -> None:
    """What is installed into the home is what stands here."""
    assert {file.relative_to(HOME).with_suffix("").as_posix() for file in HOME.rglob("*.ps1")} == SCRIPTS.keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_the_home(name: str) -> None:
    """It takes what the original's took, and is a few lines over the module."""
    file = HOME / f"{name}.ps1"
    found = [(one.name, one.type, one.default) for one in script_parameters(file)]
    wanted = SCRIPTS[name]
    assert [(one, kind) for one, kind, _ in found] == [(one, kind) for one, kind, _ in wanted]
    for (_, _, default), (_, _, expected) in zip(found, wanted, strict=True):
        assert (default or "").startswith(expected or "")
    assert len(file.read_text().splitlines()) <= 25
    assert file.read_text().startswith("# ")


def script_parameters(file: Path) -> tuple[Parameter, ...]:
    """The parameters of a script."""
    block = next((node for node in parse(file).children if node.type == "param_block"), None)
    return parameters(block) if block else ()


def test_scripts_call_what_there_is() -> None:
    """No script of the home calls a command that the module does not export."""
    exported = BY_NAME.keys()
    for file in HOME.rglob("*.ps1"):
        commands = [node for node in walk(parse(file)) if node.type == "command_name"]
        names = {(node.text or b"").decode().removeprefix("Cotemp\\") for node in commands}
        assert {name for name in names if "-Co" in name and "Content" not in name} - exported <= {"Find-CoCommon"}
