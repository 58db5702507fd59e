"""Where each key of a TOML text stands."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from cotemp.config.lines import Path, line_numbers

DOTTED = """
a.b.c = 1
a.b.d = 2
"quoted key"."with.dot" = 3
'literal \\ key' = 4
"esc\\u0041ped" = 5
"""
INLINE = """
one = { a = 1, b = { c = 2, "d e" = [1, 2] } }
two = [
  { x = 1 }, # a comment with ] and }
  # a whole line
  { y.z = 2 },
  [
    "nested ]", 'also ,',
  ],
]
[table.sub] # said ]
key = "v" # = not a key
"""
ARRAYS = """
[[fruit]]
name = "apple"
[fruit.physical]
color = "red"
[[fruit.variety]]
name = "delicious"
[[fruit.variety]]
name = "smith"
[[fruit]]
name = "banana"
[[fruit.variety]]
name = "plantain"
"""
STRINGS = '''
a = """
[not.a.table]
key = "no" \\""" still ""quoted"" ""\\
"""
b = \'\'\'
]]] = \\ \'\' \'\'\'
c = "x = [ \\" # "
d = ""
e = """"two quotes at the end"""""
f = 1979-05-27 07:32:00
g = [ 1979-05-27 07:32:00, -inf, 0xBEEF ]
last = true'''


def ways(value: Any, way: Path = ()) -> Iterator[Path]:
    """The way to everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*way, key)
        yield from ways(inner, (*way, key))


@pytest.mark.parametrize("text", [DOTTED, INLINE, ARRAYS, STRINGS, "", "# only a comment", "[ a . b ]\n[[ c ]]\n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_value_has_a_line(text: str, newline: str) -> None:
    """Whatever a document holds, each of its values is found."""
    text = text.replace("\n", newline)
    assert set(line_numbers(text)) == set(ways(tomllib.loads(text)))


@pytest.mark.parametrize(
    ("text", "way", "line"),
    [
        (DOTTED, ("a", "b", "d"), 3),
        (DOTTED, ("quoted key", "with.dot"), 4),
        (DOTTED, ("escAped",), 6),
        (INLINE, ("one", "b", "d e", 1), 2),
        (INLINE, ("two", 0, "x"), 4),
        (INLINE, ("two", 1, "y", "z"), 6),
        (INLINE, ("two", 2, 1), 8),
        (INLINE, ("table",), 11),
        (INLINE, ("table", "sub", "key"), 12),
        (ARRAYS, ("fruit", 0, "variety", 1, "name"), 9),
        (ARRAYS, ("fruit", 1, "variety", 0), 12),
        (STRINGS, ("b",), 6),
        (STRINGS, ("last",), 13),
    ],
)
def test_lines_are_right(text: str, way: Path, line: int) -> None:
    """The line of a key is the one that an editor shows."""
    assert line_numbers(text)[way] == line


def test_last_line_of_a_large_file_is_found() -> None:
    """A long file is no slower per line than a short one, and just as right."""
    text = textwrap.dedent("[s]\n") + "".join(f"k{n} = [1, 2]\n" for n in range(20_000))
    assert line_numbers(text)["s", "k19999"] == 20_001
