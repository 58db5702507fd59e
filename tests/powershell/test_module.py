"""The module as a whole: its lists, names and help."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import cotemp

from .syntax import MODULE, PUBLIC, functions

APPROVED = frozenset((Path(__file__).parent / "approved_verbs.txt").read_text().split())
"""What Get-Verb lists in Windows PowerShell 5.1."""

ALL = [function for file in PUBLIC for function in functions(file)]


def listed(name: str) -> list[str]:
    """A list in the manifest."""
    text = (MODULE / "Cotemp.psd1").read_text()
    block = re.search(rf"{name}\s*=\s*@\((.*?)\)", text, re.DOTALL)
    assert block is not None
    return re.findall(r"'([^']+)'", block[1])


def test_the_lists_agree() -> None:
    """What the manifest exports, the files that there are and the files that are loaded are the same."""
    names = [file.stem for file in PUBLIC]
    assert listed("FunctionsToExport") == names
    loaded = re.findall(r'^\. "\$PSScriptRoot/(\w+/[\w-]+\.ps1)"$', (MODULE / "Cotemp.psm1").read_text(), re.MULTILINE)
    private = sorted(file.name for file in (MODULE / "Private").glob("*.ps1"))
    assert loaded == [*(f"Private/{name}" for name in private), *(f"Public/{name}.ps1" for name in names)]
    assert sorted(listed("AliasesToExport")) == sorted(alias for one in ALL for alias in one.aliases)


def test_the_module_file_only_loads() -> None:
    """Nothing hides in the module file."""
    lines = (MODULE / "Cotemp.psm1").read_text().splitlines()
    assert all(line == "" or line.startswith(("# ", '. "$PSScriptRoot/')) for line in lines)


def test_the_version_is_pythons() -> None:
    """A module that is older or newer than its cotemp can be told by its version."""
    text = (MODULE / "Cotemp.psd1").read_text()
    assert f"ModuleVersion        = '{cotemp.__version__}'" in text


@pytest.mark.parametrize("file", PUBLIC, ids=lambda file: file.stem)
def test_one_function_for_each_file(file: Path) -> None:
    """A function is found in the file of its name."""
    assert [one.name for one in functions(file)] == [file.stem]


@pytest.mark.parametrize("name", [one.name for one in ALL])
def test_its_verb_is_approved(name: str) -> None:
    """Importing the module warns of nothing: other names are aliases, which are exempt."""
    verb, dash, _ = name.partition("-")
    assert not dash or verb in APPROVED


@pytest.mark.parametrize("name", [one.name for one in ALL])
def test_its_help(name: str) -> None:
    """Get-Help says what it does and what each parameter is, and shows an example that names it."""
    function = next(one for one in ALL if one.name == name)
    assert len(function.help["SYNOPSIS"][0].splitlines()) == 1
    told = {text.partition("\n")[0]: text.partition("\n")[2].strip() for text in function.help.get("PARAMETER", [])}
    assert list(told) == [one.name for one in function.parameters]
    assert all(told.values())
    script = rf"{name}|{'|'.join(function.aliases) or name}|\.ps1"
    assert re.search(script, function.help["EXAMPLE"][0], re.IGNORECASE)


def test_types_are_named_and_formatted() -> None:
    """Each type that a function promises is given to its objects, and the tables are for types that there are."""
    source = "\n".join(one.text for one in ALL)
    given = set(re.findall(r"Add-CoType '([\w.]+)'", source))
    promised = set(re.findall(r"OutputType\('(Cotemp\.\w+)'\)", source))
    assert promised == given
    views = ET.parse(MODULE / "Cotemp.Format.ps1xml").getroot().iter("TypeName")
    assert {view.text for view in views} <= given


def test_state_changes_can_be_tried() -> None:
    """-WhatIf works where something changes, and each such function asks before it does."""
    changing = {one.name for one in ALL if one.can_be_tried}
    asking = {one.name for one in ALL if "$PSCmdlet.ShouldProcess(" in one.text}
    assert changing == asking
