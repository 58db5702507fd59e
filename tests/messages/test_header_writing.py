"""A written header: nothing breaks out of it, the original understands it, and it proves that its file is whole."""

from __future__ import annotations

import ast
import codecs
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.errors import BadUsage
from cotemp.messages.do import FLAGS, Draft, Flags, Repo
from cotemp.messages.header import Syntax, carried, is_whole, read, write

BLOCK, HASH = Syntax.BLOCK, Syntax.HASH

DRAFT = Draft(
    title="DO-Smoke",
    body="Get-Date\n",
    session_id="co-migrate",
    repo=Repo("Sandbox", r"C:\Users\me\Desktop\CoAgent_SandboxRepo"),
    consent=Flags(writes=True),
    timeout=1800,
    id="7f3a",
)

HOSTILE = [
    *[
        "#>",
        '"',
        "'",
        "\\",
        "`",
        "$(x)",
        "{",
        "}",
        "{0}",
        ",",
        "#",
        ">",
        "<a>",
        " ",
        "---",
        "--- #>",
        "# ---",
        "<# ---",
    ],
    *["\n", "\r", "\u2028", "\x00", "\x1b", "\ud800", "\ufeff", "risk: { writes: true }", "coding: latin-1"],
]
words = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=8)
texts = st.lists(words, max_size=8).map("".join)
flags = st.builds(Flags, *[st.booleans()] * 4)
bodies = texts.filter(lambda text: "\0" not in text)


def original_accepts(data: bytes) -> bool:
    """The original watcher's check: the first block of the file holds its four keys."""
    block = re.search(r"<#\s*---(.*?)---\s*#>", data.decode("utf-8-sig"), re.DOTALL)
    return block is not None and all(
        re.search(rf"^\s*{key}\s*:", block[1], re.MULTILINE | re.IGNORECASE)
        for key in ("title", "repo", "risk", "consent")
    )


def test_the_powershell_form() -> None:
    """PowerShell gets the original's lines in the original's order, ours after them, then the marker and the script."""
    expected = r"""<# ---
title: "DO-Smoke"
session_id: "co-migrate"
repo: { name: "Sandbox", path: "C:\Users\me\Desktop\CoAgent_SandboxRepo" }
risk: { writes: true, network: false, secrets: false, destructive: false }
brief: "Ad-hoc DO"
consent: { allow_writes: true, allow_network: false, allow_secrets: false, allow_destructive: false }
timeout: "30m"
id: "7f3a"
body_sha256: "ec1d1cd9bb4ae88c2c6f40bd4b9b4ca6f2a1c4b1a0bb2db0d1dea4f5ea6e0f0a"
--- #>
# [PASTE IN POWERSHELL]
"""
    text = write(DRAFT, BLOCK).decode()
    assert (
        re.sub(r"[0-9a-f]{64}", "…", text)
        == re.sub(r"[0-9a-f]{64}", "…", expected).replace("\n", "\r\n") + "Get-Date\n"
    )
    assert is_whole(text.encode())


def test_the_python_and_sh_form() -> None:
    """Python and sh get the same lines behind `# `, with LF, and no marker."""
    text = write(replace(DRAFT, body="print(1)"), HASH).decode()
    assert text.startswith('# ---\n# title: "DO-Smoke"\n')
    assert text.endswith('"\n# ---\nprint(1)\n')
    assert "\r" not in text
    assert is_whole(text.encode())


def test_only_powershell_beyond_ascii_gets_a_mark() -> None:
    """Windows PowerShell 5.1 reads it rightly; a mark would break the first line of sh."""
    dash = replace(DRAFT, body="'—'")
    assert write(dash, BLOCK).startswith(codecs.BOM_UTF8)
    assert not write(dash, HASH).startswith(codecs.BOM_UTF8)
    assert not write(DRAFT, BLOCK).startswith(codecs.BOM_UTF8)
    assert is_whole(write(dash, BLOCK))


@given(texts, texts, texts, texts, flags, st.none() | st.integers(1, 10**6), bodies, st.sampled_from(Syntax))
def test_what_is_written_is_read_again(
    title: str, brief: str, name: str, path: str, consent: Flags, timeout: float | None, body: str, syntax: Syntax
) -> None:
    """No text breaks out of its place: the values come back, and nothing else is there."""
    title += "."
    draft = Draft(title, body, "co-x", Repo(name, path), brief, consent, timeout)
    data = write(draft, syntax)
    do = read(data, syntax)
    named, path_there = carried(name), carried(path)
    assert (do.title, do.brief) == (carried(title), carried(brief))
    assert do.repo == Repo(
        "" if re.fullmatch("<[^<>]*>", named) else named,
        None if not path_there or re.fullmatch("<[^<>]*>", path_there) else path_there,
    )
    assert (do.consent, do.risk, do.timeout, do.extras) == (consent, consent, timeout, {})
    assert is_whole(data)
    if syntax is BLOCK:
        assert original_accepts(data)
        text = data.decode()
        assert text.index("#>") == text.index("--- #>") + 4


@given(texts, st.sampled_from(["pass\n", "'''é'''\n", "x = 1\r\ny = 2\n"]))
def test_python_reads_a_written_do_as_utf8(title: str, body: str) -> None:
    """Whatever the title says, Python takes the file for UTF-8 and the header for a comment."""
    data = write(replace(DRAFT, title=title + ".", body=body), HASH)
    assert ast.dump(ast.parse(data)) == ast.dump(ast.parse(body))


def test_a_title_that_looks_like_a_declaration_of_encoding() -> None:
    """A Python DO whose title would make Python read it as Latin-1 is written so that it does not."""
    data = write(replace(DRAFT, title="fix coding: latin-1", body="print('é')"), HASH)
    assert read(data, HASH).title == "fix coding: latin-1"
    assert is_whole(data)
    assert "print('é')" in ast.unparse(ast.parse(data))


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh here")
def test_sh_takes_the_header_for_a_comment(tmp_path: Path) -> None:
    """A shell runs nothing of the header."""
    file = tmp_path / "DO_x.sh"
    file.write_bytes(write(replace(DRAFT, title="$(touch boo)`touch boo`\n touch boo", body="echo done"), HASH))
    out = subprocess.run(["sh", str(file)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (out.stdout, out.stderr, sorted(path.name for path in tmp_path.iterdir())) == ("done\n", "", ["DO_x.sh"])


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("plain é ✓", "plain é ✓"),
        ('say "hi"', "say 'hi'"),
        ("a #> b ##>>", "a # > b ## >>"),
        ("one\r\ntwo\tthree\x1b", "one  two three "),
        ("{0} and {12}", "{ 0} and { 12}"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("\ud800", "?"),
        (r"C:\new\table", r"C:\new\table"),
    ],
)
def test_what_a_header_cannot_hold_is_replaced(text: str, there: str) -> None:
    """The replacements are the pinned ones, and everything else stays."""
    assert carried(text) == there


@pytest.mark.parametrize("syntax", Syntax)
def test_a_do_to_be_edited_is_not_sealed(syntax: Syntax) -> None:
    """Without id and digest, an edited file is still a valid DO, and running it twice is no mistake."""
    data = write(DRAFT, syntax, sealed=False).replace(b"Get-Date", b"Get-Item")
    do = read(data, syntax)
    assert (do.title, do.id, do.body_sha256) == ("DO-Smoke", None, None)
    assert not is_whole(data)


def test_each_do_has_an_id_of_its_own() -> None:
    """Two DOs of the same draft are two DOs."""
    one, two = (read(write(replace(DRAFT, id=None), BLOCK), BLOCK).id for _ in range(2))
    assert one
    assert two
    assert one != two


def test_a_header_too_long_to_be_read_is_not_written() -> None:
    """What `read` would refuse is refused before it is written."""
    with pytest.raises(BadUsage, match="at most 64 KiB"):
        write(replace(DRAFT, brief="x" * 70_000), BLOCK)


@pytest.mark.parametrize("syntax", Syntax)
def test_a_part_of_a_file_is_never_whole(syntax: Syntax) -> None:
    """Cut anywhere, added to, or changed below its header, a DO of ours is not taken for whole."""
    data = write(replace(DRAFT, body="one\ntwo\n"), syntax)
    assert is_whole(data)
    assert not any(is_whole(data[:end]) for end in range(len(data)))
    assert not is_whole(data + b"\n")
    assert not is_whole(data.replace(b"two", b"too"))


@given(st.binary() | st.builds(lambda a, b: a + b"body_sha256" + b, st.binary(), st.binary()))
def test_any_bytes_may_be_asked(data: bytes) -> None:
    """Foreign bytes are not whole, and asking never fails."""
    assert not is_whole(data)


def test_a_digest_counts_only_as_a_key_of_the_header() -> None:
    """A digest inside another key, or in the body, proves nothing."""
    data = write(DRAFT, BLOCK)
    assert not is_whole(data.replace(b"body_sha256", b"  body_sha256"))
    assert not is_whole(data.replace(b"\r\nbody_sha256", b" body_sha256"))


@pytest.mark.parametrize("name", FLAGS)
def test_each_consent_is_written_and_read(name: str) -> None:
    """Each flag goes to its own place in consent and risk."""
    consent = Flags(**{name: True})
    do = read(write(replace(DRAFT, consent=consent), BLOCK), BLOCK)
    assert (do.consent, do.risk) == (consent, consent)


def test_reading_costs_no_start_up() -> None:
    """The room imports nothing that a drop would have to wait for."""
    heavy = "{'difflib', 'pydantic', 'typer', 'subprocess', 'secrets', 'sqlite3'} & set(sys.modules)"
    code = f"import sys, cotemp.messages.header; print({heavy})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "set()\n"
