"""What the module asks of the bridge exists there, and answers with what the module reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cotemp.bridge.methods import METHODS, PROTOCOL
from cotemp.cli.table import TABLE
from cotemp.places import shipped
from cotemp.store.claims import Holder
from cotemp.store.identity import ProcessId
from cotemp.times import local_now, utc

from .syntax import MODULE, PUBLIC, bridge_calls

BRIDGE = (MODULE / "Private" / "Bridge.ps1").read_text()
FILES = [*PUBLIC, *(file for file in (MODULE / "Private").glob("*.ps1") if file.name != "Bridge.ps1")]
SCHEMA: dict[str, Any] = json.loads((shipped("schemas") / "bridge.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_called(file: Path) -> None:
    """Each call names a method that there is, params that it takes, and all that it must have."""
    text = file.read_text()
    calls = bridge_calls(file)
    assert len(calls) == len(re.findall(r"Invoke-CoBridge", text)), "a method is written where it is called"
    for call in calls:
        params = {one.name: one for one in METHODS[call.method].params}
        assert set(call.params) <= params.keys(), call.method
        assert {name for name, one in params.items() if one.required} <= set(call.params), call.method


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_read(file: Path) -> None:
    """Each key that is read of an answer is one that the method gives."""
    read = set(re.findall(r"\$(?:answer|watch|known|done)\.(\w+)", file.read_text()))
    given = {key for call in bridge_calls(file) for key in properties(SCHEMA["methods"][call.method]["result"])}
    assert read <= given


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_error_is_raised(file: Path) -> None:
    """No answer is used before it was looked at for an error."""
    if file.parent.name == "Public":
        text = file.read_text()
        assert len(re.findall(r"= (?:Invoke-CoBridge|Copy-CoPart)", text)) == text.count(
            "-is [System.Management.Automation.ErrorRecord]"
        )


def test_what_is_read_of_a_list() -> None:
    """Each key that is read of something in a list is one that something in an answer has."""
    read = {key for file in PUBLIC for key in re.findall(r"\$(?:one|panel|note|part|run|_)\.(\w+)", file.read_text())}
    shapes = [schema.get("properties", {}) for schema in SCHEMA["$defs"].values()]
    of_powershell = {"State", "Exception", "FullName"}
    assert read - of_powershell <= {key for shape in shapes for key in shape}


def properties(schema: dict[str, Any]) -> set[str]:
    """The keys that an answer may have."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", ()))


def test_which_calls_carry_a_key() -> None:
    """Whatever changes something is done once, however often it is asked for."""
    block = re.search(r"\$script:CoChanging = @\((.*?)\)", BRIDGE, re.DOTALL)
    assert block is not None
    assert set(re.findall(r"'([\w.-]+)'", block[1])) == {name for name, one in METHODS.items() if one.changing}


def test_the_protocol() -> None:
    """Both sides speak the same version of the protocol."""
    assert f"@{{ protocol = {PROTOCOL};" in BRIDGE


def test_who_watches_is_read_from_what_is_said() -> None:
    """A job that found its session watched knows by whom, and takes over when that process has ended."""
    pattern = re.search(r"\$said -match '([^']+)'", (MODULE / "Private" / "Watching.ps1").read_text())
    assert pattern is not None
    said = Holder(ProcessId(4242, "host", "token"), utc(local_now()), "cotemp watch co-1").said()
    found = re.search(pattern[1], f"cotemp: {said} has it already")
    assert found is not None
    assert found[1] == "4242"


def test_words_that_run_the_program() -> None:
    """`cotemp status`, typed in PowerShell, runs the program and not the function CoTemp: so for each command."""
    text = (MODULE / "Private" / "Text.ps1").read_text()
    block = re.search(r"\$commands = @\((.*?)\)", text, re.DOTALL)
    assert block is not None
    names = {name.partition(" ")[0] for one in TABLE.commands for name in (one.name, *one.aliases)}
    assert set(re.findall(r"'([\w-]+)'", block[1])) == names | {"help"}
