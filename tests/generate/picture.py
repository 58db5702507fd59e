"""docs/demo.svg: a real run of `cotemp demo` on a terminal of 100 columns, as a picture."""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

__all__ = ["FILE", "write"]

FILE = Path(__file__).parents[2] / "docs" / "demo.svg"
WIDTH = 100
_CELL = 12.2  # units of the picture that a column takes

_FORMAT = """\
<svg viewBox="0 0 {width} {height}" role="img" aria-label="cotemp demo" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""As rich has it, but with the reader's own fonts: the picture asks no server for anything."""


def write() -> None:
    """Play the demo and take its picture anew."""
    screen = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    screen.print(Text.from_ansi("\x1b[32m$\x1b[0m cotemp demo\n" + _played()))
    svg = screen.export_svg(title="cotemp demo", code_format=_FORMAT, unique_id="demo")
    FILE.write_text(_tidy(svg), encoding="utf-8", newline="\n")


def _played() -> str:
    """What a terminal gets to see, without the random end of the temporary folder's name."""
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm-256color", "TMPDIR": "/tmp"}
        child = pexpect.spawn(
            sys.executable, ["-m", "cotemp", "demo"], env=env, encoding="utf-8", timeout=60, dimensions=(60, WIDTH)
        )
        said = child.read()
        child.close()
    if child.exitstatus != 0:
        raise SystemExit(f"the demo failed, so there is no picture:\n{said}")
    return re.sub(r"(cotemp-demo)-\w+", r"\1", said.replace("\r\n", "\n"))


def _tidy(svg: str) -> str:
    """The picture without empty texts, and with every text beginning at its first letter: some viewers drop
    the spaces before it."""
    svg = re.sub(r"<text [^>]*>\n</text>", "\n", svg)
    start = r'x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>((?:&#160;)+)'
    return "\n".join(line.strip() for line in re.sub(start, _begun_later, svg).splitlines() if line.strip()) + "\n"


def _begun_later(found: re.Match[str]) -> str:
    spaces = found[5].count(";") * _CELL
    x, length = float(found[1]) + spaces, float(found[3]) - spaces
    return f'x="{x:.1f}" y="{found[2]}" textLength="{length:.1f}"{found[4]}>'
