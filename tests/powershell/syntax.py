"""Functions, parameters and calls in PowerShell source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from cotemp.places import shipped

__all__ = [
    "MODULE",
    "PUBLIC",
    "BridgeCall",
    "Function",
    "Parameter",
    "bridge_calls",
    "functions",
    "parameters",
    "parse",
    "walk",
]

MODULE = shipped("ps") / "Cotemp"
PUBLIC = sorted((MODULE / "Public").glob("*.ps1"))

_PARSER = Parser(Language(tree_sitter_powershell.language()))


@dataclass(frozen=True)
class Parameter:
    """One parameter. `position` is None for one that must be named; `default` is its source."""

    name: str
    type: str
    default: str | None
    mandatory: bool
    position: int | None
    aliases: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """One function. `attributes` are those of its param block; `help` maps a keyword of the help to its texts."""

    name: str
    parameters: tuple[Parameter, ...]
    attributes: tuple[str, ...]
    help: dict[str, list[str]]
    text: str

    @property
    def aliases(self) -> tuple[str, ...]:
        return _aliases(self.attributes)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(one.removeprefix("[OutputType(")[:-2].strip("'") for one in self.attributes if "OutputType" in one)

    @property
    def is_advanced(self) -> bool:
        return any(one.startswith("[CmdletBinding") for one in self.attributes)

    @property
    def can_be_tried(self) -> bool:
        return any("SupportsShouldProcess" in one for one in self.attributes)


@dataclass(frozen=True)
class BridgeCall:
    """One call of `Invoke-CoBridge`."""

    method: str
    params: tuple[str, ...]


def parse(file: Path) -> Node:
    """The syntax tree of a file."""
    return _PARSER.parse(file.read_bytes()).root_node


def functions(file: Path) -> list[Function]:
    """The functions that the file defines, in their order."""
    return [_function(node) for node in walk(parse(file)) if node.type == "function_statement"]


def parameters(block: Node) -> tuple[Parameter, ...]:
    """What a param block declares."""
    listed = next((one for one in block.children if one.type == "parameter_list"), None)
    return _placed([_parameter(one) for one in listed.children if one.type == "script_parameter"] if listed else [])


def bridge_calls(file: Path) -> list[BridgeCall]:
    """The calls of the bridge that the file makes with a method that is written there."""
    return [call for node in walk(parse(file)) if node.type == "command" and (call := _call(node))]


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def _function(node: Node) -> Function:
    block = next((one for one in walk(node) if one.type == "param_block"), None)
    attributes = _attributes(block) if block else ()
    found = parameters(block) if block else ()
    return Function(
        _text(_child(node, "function_name")), found, attributes, _help(node), _text(node)
    )  # fmt: skip


def _parameter(node: Node) -> Parameter:
    attributes = _attributes(node)
    default = next((one for one in node.children if one.type == "script_parameter_default"), None)
    types = [one for one in attributes if re.fullmatch(r"\[[\w.]+(\[\])?\]", one)]
    position = re.search(r"Position = (\d+)", " ".join(attributes))
    return Parameter(
        _text(_child(node, "variable"))[1:],
        types[-1][1:-1] if types else "",
        _text(default).removeprefix("=").strip() if default else None,
        any("Mandatory" in one for one in attributes),
        int(position[1]) if position else None,
        _aliases(attributes),
        attributes,
    )


def _placed(found: list[Parameter]) -> tuple[Parameter, ...]:
    """Where none has a position of its own, all but switches have the one that they stand at."""
    if any(one.position is not None for one in found):
        return tuple(found)
    order = [one.name for one in found if one.type != "switch"]
    return tuple(
        Parameter(**{**vars(one), "position": order.index(one.name) if one.name in order else None}) for one in found
    )


def _attributes(node: Node) -> tuple[str, ...]:
    lists = [one for one in node.children if one.type == "attribute_list"]
    return tuple(_text(one) for each in lists for one in each.children if one.type == "attribute")


def _aliases(attributes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for one in attributes if one.startswith("[Alias") for name in re.findall(r"'([^']+)'", one))


def _help(node: Node) -> dict[str, list[str]]:
    comment = next((one for one in node.children if one.type == "comment"), None)
    found: dict[str, list[str]] = {}
    for part in re.split(r"^ *\.(?=[A-Z]+)", _text(comment)[2:-2], flags=re.MULTILINE)[1:] if comment else []:
        head, _, text = part.partition("\n")
        keyword, _, name = head.strip().partition(" ")
        found.setdefault(keyword, []).append(f"{name}\n{text}".strip())
    return found


def _call(node: Node) -> BridgeCall | None:
    text = _text(node)
    named = re.match(r"Invoke-CoBridge '([\w.-]+)'", text)
    if not named:
        return None
    table = next((one for one in walk(node) if one.type == "hash_literal_expression"), None)
    keys = [one for one in walk(table) if one.type == "key_expression"] if table else []
    return BridgeCall(named[1], tuple(_text(key) for key in keys))


def _child(node: Node, kind: str) -> Node:
    return next(one for one in node.children if one.type == kind)


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()
