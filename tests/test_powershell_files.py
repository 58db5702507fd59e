"""The PowerShell files, on machines that may have no PowerShell: each can be parsed, by every version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from cotemp.dos import TEMPLATES, from_template
from cotemp.messages.header import write
from cotemp.places import shipped
from cotemp.runner.engines import ENGINES

FILES = sorted(file for folder in ("ps", "templates") for file in shipped(folder).rglob("*.ps*1"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_parses(file: Path) -> None:
    """No shipped script has a syntax error."""
    assert errors(file.read_bytes()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_windows_powershell_reads_it(file: Path) -> None:
    """Windows PowerShell 5.1 takes a file without BOM for the machine's old code page: ASCII is the same in each."""
    data = file.read_bytes()
    assert data.isascii()
    assert b"\r\n" not in data or b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_do_from_a_template_parses(name: str) -> None:
    """The header that cotemp writes is a comment to PowerShell, and the script below it is whole."""
    engine = ENGINES["pwsh"]
    assert errors(write(from_template(name, engine), engine.syntax)) == []


def test_an_error_is_seen() -> None:
    """The parser that these tests trust does find a mistake."""
    assert errors(b"if ($true) { 'open'")


def errors(data: bytes) -> list[str]:
    """What the parser could not understand, with its lines."""
    tree = Parser(Language(tree_sitter_powershell.language())).parse(data)
    return [f"line {node.start_point[0] + 1}: {node.type}" for node in _all(tree.root_node) if _is_wrong(node)]


def _is_wrong(node: Node) -> bool:
    return node.is_error or node.is_missing


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)
