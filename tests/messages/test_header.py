"""The header of a DO: every form that was ever written gets its verdict, and what is wrong is said exactly."""

from __future__ import annotations

import itertools
import re
import time

import pytest

from cotemp.messages.do import Do, Flags, Repo
from cotemp.messages.header import HeaderError, Syntax, begins, is_whole, read
from cotemp.names import DO_LIMIT

BLOCK, HASH = Syntax.BLOCK, Syntax.HASH

H1 = r"""<# ---
title: "DO-Smoke"
session_id: "co-migrate"
repo: { name: "Sandbox", path: "C:\Users\me\Desktop\CoAgent_SandboxRepo" }
risk: { writes: false, network: false, secrets: false, destructive: false }
brief: "Ad-hoc DO"
consent: { allow_writes: false, allow_network: false }
--- #>
# [PASTE IN POWERSHELL]
Get-Date -Format 'yyyy-MM-dd HH:mm:ss'
$PSVersionTable.PSVersion
"""

H2 = r"""<# ---
title: "DO-RepoScan-ReadOnly"
session_id: "co-migrate"
repo:
  name: "Sandbox"
  path: "C:\Users\me\Desktop\CoAgent_SandboxRepo"
risk:
  writes: false
  network: true
  secrets: false
  destructive: false
brief: "List at most 50 files"
consent:
  allow_writes: false
  allow_network: true
--- #># [PASTE IN POWERSHELL]
Get-ChildItem -File | Select-Object -First 50
"""

H3 = H1.replace(
    "consent:",
    """est_runtime: "PT5S"
requires: ["ps7>=7.0"]
effects: { files_touched: [], services_touched: [] }
rollback: "none"
outputs: { logs: true, artifacts: [] }
sign: { alg: "none", by: "Manual" }
consent:""",
)

H8 = H1.replace("co-migrate", "<set by Join-CoAgent>").replace(
    r"C:\Users\me\Desktop\CoAgent_SandboxRepo", "<path-to-repo>"
)

SMOKE = Do(
    title="DO-Smoke",
    session_id="co-migrate",
    repo=Repo("Sandbox", r"C:\Users\me\Desktop\CoAgent_SandboxRepo"),
    risk=Flags(),
    consent=Flags(),
    brief="Ad-hoc DO",
    sha256="",
)


def values(text: str | bytes, syntax: Syntax = BLOCK) -> dict[str, object]:
    """What `read` understood, without the digest."""
    data = text if isinstance(text, bytes) else text.encode()
    do = read(data, syntax)
    return {name: getattr(do, name) for name in Do.__dataclass_fields__ if name != "sha256"}


def problems(text: str | bytes, syntax: Syntax = BLOCK) -> list[str]:
    """Each problem as `line:column: key: what: fix`."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    with pytest.raises(HeaderError) as caught:
        read(data, syntax)
    return [problem.located("").removeprefix(":") for problem in caught.value.problems]


def changed(**fields: object) -> dict[str, object]:
    """The values of DO-Smoke but for `fields`."""
    return {name: getattr(SMOKE, name) for name in Do.__dataclass_fields__ if name != "sha256"} | fields


EXTENDED = {
    "requires": ["ps7>=7.0"],
    "effects": {"files_touched": [], "services_touched": []},
    "rollback": "none",
    "outputs": {"logs": True, "artifacts": []},
    "sign": {"alg": "none", "by": "Manual"},
}
ABOVE = "the header names as risk what its consent does not allow (writes): the consent is the limit"

ACCEPTED = {
    "H1 flow maps": (H1, changed()),
    "H1a risk above consent": (
        H1.replace("writes: false", "writes: true", 1),
        changed(risk=Flags(writes=True), warnings=(ABOVE,)),
    ),
    "H1b no newline at the end, dash in the body": (H1.rstrip() + " # — done", changed()),
    "H1c other home, title beyond ASCII": (
        H1.replace(r"C:\Users\me\Desktop\CoAgent_SandboxRepo", "/home/zoë/src").replace("DO-Smoke", "Prüfung ✓ 你好"),
        changed(repo=Repo("Sandbox", "/home/zoë/src"), title="Prüfung ✓ 你好"),
    ),
    "H2 block maps, glued marker": (
        H2,
        changed(
            title="DO-RepoScan-ReadOnly",
            brief="List at most 50 files",
            risk=Flags(network=True),
            consent=Flags(network=True),
        ),
    ),
    "H3 extended keys": (H3, changed(est_runtime="PT5S", extras=EXTENDED)),
    "H8 placeholders": (H8, changed(session_id=None, repo=Repo("Sandbox", None))),
    "H9 second marker": (H1.replace("Get-Date", "# [PASTE IN POWERSHELL]\nGet-Date"), changed()),
    "CRLF": (H1.replace("\n", "\r\n"), changed()),
    "CR alone": (H1.replace("\n", "\r"), changed()),
    "mixed line ends": (H1.replace("\n", "\r\n", 4).replace("\r\n", "\r", 1), changed()),
    "UTF-8 BOM": ("\ufeff" + H1, changed()),
    "shebang, blank lines and marker before": ("#!/usr/bin/env pwsh\n\n  \n# [PASTE…]\n" + H1, changed()),
    "keys in capitals": (H1.replace("title", "TITLE").replace("allow_writes", "Allow_Writes"), changed()),
    "True and FALSE": (H1.replace("allow_writes: false", "allow_writes: True"), changed(consent=Flags(writes=True))),
    "no space after colons": (H1.replace('title: "', 'title:"').replace("risk: ", "risk :"), changed()),
    "the whole header indented": (H1.replace("\n", "\n  ", 6), changed()),
    "opened and closed on lines of text": (
        H1.replace("<# ---\ntitle", "<#\n\n--- title").replace(" }\n--- #>", " } ---\n\n#>"),
        changed(),
    ),
    "quotes inside quotes": (H1.replace("DO-Smoke", 'say "hi" now'), changed(title='say "hi" now')),
    "backslash before the quote": (
        H1.replace(r"\CoAgent_SandboxRepo", "\\"),
        changed(repo=Repo("Sandbox", "C:\\Users\\me\\Desktop\\")),
    ),
    "plain and single-quoted texts": (
        H1.replace('"DO-Smoke"', "it's plain: really").replace('"Ad-hoc DO"', "'a \"b\" c'"),
        changed(title="it's plain: really", brief='a "b" c'),
    ),
    "braces, commas and hashes in quotes": (
        H1.replace("Sandbox", "a, b: { c } [d] # e", 1),
        changed(repo=Repo("a, b: { c } [d] # e", SMOKE.repo.path)),
    ),
    "comments": (
        H1.replace("brief:", "# why not\nbrief:").replace('"DO-Smoke"', '"DO-Smoke" # short').replace("  ", " "),
        changed(),
    ),
    "a list by lines": (
        H1.replace("brief:", "requires:\n- a\n- 'b c'\nbrief:"),
        changed(extras={"requires": ["a", "b c"]}),
    ),
    "missing flags are no": (H1.replace("writes: false, network: false, s", "s", 1), changed()),
    "timeout": (H1.replace("brief:", "timeout: 1h30m\nbrief:"), changed(timeout=5400.0)),
    "no repo path": (H1.replace(r"C:\Users\me\Desktop\CoAgent_SandboxRepo", ""), changed(repo=Repo("Sandbox", None))),
    "a key that is nearly ours": (
        H1.replace("brief:", "timout: 5m\nbrief:"),
        changed(extras={"timout": "5m"}, warnings=("line 6: `timout` means nothing; `timeout` would",)),
    ),
    "a key like one that is there": (
        H1.replace("brief:", "briefs: [a]\nbrief:"),
        changed(extras={"briefs": ["a"]}),
    ),
    "yes in quotes is a text": (
        H1.replace("brief:", "outputs: { logs: 'true' }\nbrief:"),
        changed(extras={"outputs": {"logs": "true"}}),
    ),
    "indented maps after a key on the first line": (
        H2.replace("<# ---\n", "<# ---   "),
        changed(
            title="DO-RepoScan-ReadOnly",
            brief="List at most 50 files",
            risk=Flags(network=True),
            consent=Flags(network=True),
        ),
    ),
    "U+2028 ends no line": (H1.replace("Ad-hoc", "a\u2028risk: b\x85c"), changed(brief="a\u2028risk: b\x85c DO")),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_form_that_runs(name: str) -> None:
    """A DO that the original would run is understood, and its values are the ones that stand there."""
    text, expected = ACCEPTED[name]
    assert values(text) == expected


def hashed(text: str) -> str:
    """A PowerShell header in the spelling of Python and sh, with another body."""
    header = text.partition("--- #>")[0].removeprefix("<# ---\n")
    return "# ---\n" + "".join(f"# {line}\n" for line in header.splitlines()) + "# ---\nprint(1)\n"


@pytest.mark.parametrize("form", ["H1", "H2", "H3", "H8"])
def test_python_and_sh_carry_the_same_header(form: str) -> None:
    """The same lines behind `# ` mean the same."""
    text, expected = next(value for name, value in ACCEPTED.items() if name.startswith(form + " "))
    assert values(hashed(text), HASH) == expected


def test_the_blank_after_the_hash_may_be_missing() -> None:
    """`#title:` is as good as `# title:`."""
    assert values(hashed(H1).replace("# ", "#"), HASH) == changed()


@pytest.mark.parametrize(
    "before",
    [
        "#!/bin/sh\n",
        "# -*- coding: utf-8 -*-\n",
        "# coding: utf-8\n# coding: latin-1\n",
        "#!/usr/bin/python3\n# vim: fileencoding=UTF8 coding:UTF8\n",
        "\n\n",
        "\ufeff",
    ],
)
def test_what_may_stand_before_a_hash_header(before: str) -> None:
    """A shebang, a declaration of UTF-8, blank lines and a BOM may stand before the header."""
    assert values(before + hashed(H1), HASH) == changed()


MISSING_REPO = 'repo: it is missing: write repo: { name: "…", path: "…" }'
MISSING_CONSENT = "consent: it is missing: write consent: { allow_writes: false, allow_network: false }"
NO_HEADER = ["1:1: header: there is none: write one first in the file; to copy from: cotemp new-do hello --out FILE"]
OUTSIDE = "it stands outside its comment: put `<# ---` before its lines and `--- #>` after them"
STRAY = (
    "stands before the header: delete it, or move it below: "
    "only blank lines, `#!` and `# [PASTE IN POWERSHELL]` may stand there"
)
UNFILLED = "was never filled in: write the real value: a number in braces is a place that nobody filled"
H5 = """\\
<# ---
title: "DO-Slow"
risk: { writes: false, network: false, secrets: false, destructive: false }
--- #>
Start-Sleep 3
"""

REJECTED: dict[str, tuple[str | bytes, list[str]]] = {
    "H4 dotted keys outside a comment": (
        'repo.name: "Sandbox"\nrisk.writes: false\n[PASTE IN POWERSHELL]\n',
        [f"1:1: header: {OUTSIDE}"],
    ),
    "H5 keys missing, stray first line": (
        H5,
        [f"1:1: header: `\\` {STRAY}", f"2:1: {MISSING_REPO}", f"2:1: {MISSING_CONSENT}"],
    ),
    "H5 title, brief and risk only": (
        H5.removeprefix("\\\n").replace("risk", 'brief: "b"\nrisk'),
        [f"1:1: {MISSING_REPO}", f"1:1: {MISSING_CONSENT}"],
    ),
    "H6 no header": ("Get-Date\n", NO_HEADER),
    "H6 plain text": ("ping\n", NO_HEADER),
    "H7 title only, not in a comment": ('title: "P7"\n', [f"1:1: header: {OUTSIDE}"]),
    "H10 another convention": ("# CoCivium DO A — 250909-0100Z — Title\nGet-Date\n", NO_HEADER),
    "H11 unfilled places": (
        H1.replace('"DO-Smoke"', '"{0}"').replace("network: false }", "network: {1} }"),
        [f"2:8: title: `{{0}}` {UNFILLED}", f"7:48: consent.allow_network: `{{1}}` {UNFILLED}"],
    ),
    "dotted keys inside the comment": (
        H1.replace('repo: { name: "Sandbox", path:', "repo.path:").replace('Repo" }', 'Repo"'),
        ["4:1: repo.path: keys with a dot are not read: write repo: { path: … }"],
    ),
    "a nested title is no title": (
        H1.replace('title: "DO-Smoke"\n', "").replace("{ name:", '{ title: "x", name:'),
        ['1:1: title: it is missing (the one in line 3 belongs to `repo`): write title: "what this DO is for"'],
    ),
    "a misspelt key": (
        H1.replace("consent:", "concent:"),
        [f"1:1: {MISSING_CONSENT.replace('missing:', 'missing (line 7 has `concent`):')}"],
    ),
    "a key twice, in other letters": (
        H1.replace("brief:", "TITLE: x\nbrief:"),
        ["6:1: TITLE: it is there already, in line 2, column 1: keep the one that you mean"],
    ),
    "a flag twice": (
        H1.replace("allow_network", "allow_writes"),
        ["7:33: allow_writes: it is there already, in line 7, column 12: keep the one that you mean"],
    ),
    "an unknown flag": (
        H1.replace("allow_writes", "allow_write"),
        ["7:12: consent.allow_write: there is no such key: did you mean `allow_writes`?"],
    ),
    "a flag of the other map": (
        H1.replace("allow_network", "network"),
        ["7:33: consent.network: there is no such key: did you mean `allow_network`?"],
    ),
    "a flag like no other": (
        H1.replace("secrets", "weather"),
        ["5:40: risk.weather: there is no such key: write one of writes, network, secrets, destructive"],
    ),
    "no boolean": (
        H1.replace("allow_writes: false", "allow_writes: yes").replace("secrets: false", 'secrets: "true"'),
        [
            "5:49: risk.secrets: `true` is not yes or no: write secrets: true or false, without quotes",
            "7:26: consent.allow_writes: `yes` is not yes or no: write allow_writes: true or false",
        ],
    ),
    "wrong shapes": (
        H1.replace('"DO-Smoke"', "[a]").replace("risk: {", "risk: low #").replace('"Ad-hoc DO"', '""\ntimeout: 5'),
        [
            '2:8: title: it must be a text: write title: "…"',
            '5:7: risk: ` #` may be text or the start of a comment: put the value in quotes: "…"',
            "7:10: timeout: `5` is no duration: write it like 45s, 30m, 1h30m or 2d",
        ],
    ),
    "nothing said": (
        re.sub(r"(risk|consent): .*", r"\1:", H1).replace("consent:", "consent: { }").replace('"DO-Smoke"', "' '"),
        [
            "2:8: title: it is empty: say in a few words what the DO is for",
            "5:6: risk: it says nothing: write "
            "risk: { writes: false, network: false, secrets: false, destructive: false }",
            "7:10: consent: it says nothing: write consent: { allow_writes: false, allow_network: false }",
        ],
    ),
    "a text as repo": (
        re.sub("repo: .*", "repo: /src", H1),
        ['4:7: repo: it must be a map: write repo: { name: "…", path: "…" }'],
    ),
    "a repo without path": (
        re.sub("repo: .*", 'repo: { name: "a", pth: "b" }', H1),
        [
            "4:1: repo.path: it is missing (there is `pth`): "
            'write repo: { name: "…", path: "…" }; path: "" when the DO is about no folder'
        ],
    ),
    "open quotes and brackets": (
        H1.replace('Repo" }', "Repo }").replace('"Ad-hoc DO"', '"Ad-hoc').replace("work: false }", "work: false"),
        [
            '4:32: repo: the quote is never closed: end the text with "',
            '6:8: brief: the quote is never closed: end the text with "',
            "7:10: consent: no `}` ends it on its line: close it with `}` on the same line",
        ],
    ),
    "text after a value": (
        H1.replace("allow_network: false }", "allow_network: false } }"),
        ["7:55: consent: `}` follows the end of the value: delete it"],
    ),
    "wrong indentation": (
        H1.replace("session_id", "   session_id"),
        ["3:4: header: this line is indented, but belongs to no key above it: start it in column 1"],
    ),
    "text over lines": (
        H1.replace('"Ad-hoc DO"', "|\n  one: two\n  three"),
        ['6:8: brief: text over several lines is not read: write it on one line: "…"'],
    ),
    "text over lines before a map": (
        H2.replace('"List at most 50 files"', ">\n  List").replace("allow_writes: false", "allow_writes: no"),
        [
            '12:8: brief: text over several lines is not read: write it on one line: "…"',
            "15:17: consent.allow_writes: `no` is not yes or no: write allow_writes: true or false",
        ],
    ),
    "a lone quote": (
        H1.replace('"DO-Smoke"', '"'),
        ['2:8: title: the quote is never closed: end the text with "'],
    ),
    "indentation between two levels": (
        H2.replace("risk:", "effects:\n    files:\n  services: a\nrisk:"),
        ["9:3: header: this line is indented, but belongs to no key above it: start it in column 1"],
    ),
    "a time that goes on": (
        H1.replace("brief:", f"timeout: {'1s' * 20}\nbrief:"),
        [f"6:10: timeout: `{'1s' * 20}` is no duration: write it like 45s, 30m, 1h30m or 2d"],
    ),
    "a line of nothing": (
        H1.replace("brief:", "whatever\nbrief:"),
        ["6:1: header: `whatever` is no `key: value`: mend or delete this line"],
    ),
    "no end": (H1.replace("--- #>", "---"), ["1:1: header: it does not end: write a line `--- #>` after its last key"]),
    "a comment that ends early": (
        H1.replace("Ad-hoc", "Ad #> hoc"),
        [
            "6:12: header: `#>` ends PowerShell's comment here, and what follows would run as code: "
            "end the header with `--- #>`; elsewhere write `# >`"
        ],
    ),
    "code before the header": ("Get-Date\n" + H1, [f"1:1: header: `Get-Date` {STRAY}"]),
    "code on the header's first line": ("Get-Date; " + H1, [f"1:1: header: `Get-Date;` {STRAY}"]),
    "the other spelling": (
        hashed(H1),
        [
            "1:1: header: this is how a header is written for Python and sh: "
            "put `<# ---` before its lines and `--- #>` after them"
        ],
    ),
    "no time": (
        H1.replace("brief:", "timeout: 0s\nbrief:"),
        ["6:10: timeout: it leaves no time to run: write at least 1s"],
    ),
    "a bad id": (
        H1.replace("brief:", "id: ../x\nbrief:"),
        ["6:5: id: `../x` cannot be one: use letters, digits, `.`, `_` and `-`, at most 64"],
    ),
    "a bad digest": (
        H1.replace("brief:", "body_sha256: abc\nbrief:"),
        ["6:14: body_sha256: `abc` cannot be one: delete this line: `cotemp drop` writes it"],
    ),
    "the digest of another body": (
        H1.replace("brief:", f"body_sha256: {'0' * 64}\nbrief:"),
        [
            "6:1: body_sha256: the script below the header is not the one that was dropped: it is cut short, "
            "or was edited: drop it again; if you edited it, delete this line first"
        ],
    ),
    "no bytes": ("", ["1:1: file: the file is empty: give it a header and a script"]),
    "blanks only": (" \r\n\t", ["1:1: file: the file is empty: give it a header and a script"]),
    "UTF-16": (H1.encode("utf-16"), ["1:1: file: the file is UTF-16: save the file as UTF-8"]),
    "UTF-16 big end first": (
        b"\xfe\xff" + H1.encode("utf-16-be"),
        ["1:1: file: the file is UTF-16: save the file as UTF-8"],
    ),
    "UTF-16 without mark": (
        H1.encode("utf-16-le"),
        ["1:1: file: the file looks like UTF-16 without a mark: save the file as UTF-8"],
    ),
    "UTF-32": (H1.encode("utf-32"), ["1:1: file: the file is UTF-32: save the file as UTF-8"]),
    "binary": (
        H1.encode() + b"ab\0c",
        ["12:3: file: a zero byte: the file is binary, or was damaged: a DO is a script in plain text"],
    ),
    "binary, with CRLF": (
        H1.replace("\n", "\r\n").encode() + b"ab\0c",
        ["12:3: file: a zero byte: the file is binary, or was damaged: a DO is a script in plain text"],
    ),
    "Latin-1": (
        H1.replace("Ad-hoc", "ä-é").encode("latin-1"),
        ["6:9: file: the byte 0xe4 is no UTF-8: save the file as UTF-8"],
    ),
    "a lone surrogate": (
        H1.replace("Get-Date", "é \ud800"),
        ["10:3: file: the byte 0xed is no UTF-8: save the file as UTF-8"],
    ),
    "too large": (
        H1 + "x" * DO_LIMIT,
        ["1:1: file: the file has more than 8 MiB: keep large data in a file of its own, and let the script read it"],
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_everything_that_is_wrong_is_said_at_once(name: str) -> None:
    """A broken DO is rejected with every problem, its place, and what to do about it."""
    text, expected = REJECTED[name]
    assert problems(text) == expected


ENCODED = "Python takes this line for the encoding"
HASH_REJECTED = {
    "the other spelling": (
        H1,
        "1:1: header: this is how a header is written for PowerShell: "
        "start each of its lines with `# `, and put a line `# ---` before and after them",
    ),
    "no header": ("print(1)\n", NO_HEADER[0]),
    "keys in an open comment": (
        "# title: x\nprint(1)\n",
        "1:1: header: it stands outside its comment: "
        "start each of its lines with `# `, and put a line `# ---` before and after them",
    ),
    "no end": ("# ---\n# title: x\n", "1:1: header: it does not end: write a line `# ---` after its last key"),
    "code inside": (
        hashed(H1).replace("# brief", "brief"),
        '6:1: header: `brief: "Ad-hoc DO"` stands inside the header, which no second `# ---` has ended: '
        "write a line `# ---` above it",
    ),
    "code before": ("import os\n" + hashed(H1), f"1:1: header: `import os` {STRAY}"),
    "another encoding": (
        "# -*- coding: latin-1 -*-\n" + hashed(H1),
        f"1:15: file: {ENCODED} `latin-1`; a DO is UTF-8: save the file as UTF-8 and delete the declaration",
    ),
    "another encoding, hidden in the title": (
        hashed(H1).replace("DO-Smoke", "coding:utf-7"),
        f"2:18: file: {ENCODED} `utf-7`; a DO is UTF-8: save the file as UTF-8 and delete the declaration",
    ),
    "another encoding, where Python does not look": (
        "pass\n# coding: latin-1\n" + hashed(H1),
        f"1:1: header: `pass` {STRAY}",
    ),
    "a shebang in the second line": ("\n#!/bin/sh\n" + hashed(H1), f"2:1: header: `#!/bin/sh` {STRAY}"),
    "a declaration in the third line": (
        "\n\n# coding: utf-8\n" + hashed(H1),
        f"3:1: header: `# coding: utf-8` {STRAY}",
    ),
    "the column counts what is in the file": (
        hashed(H1).replace("allow_network: false", "allow_network: no"),
        "7:50: consent.allow_network: `no` is not yes or no: write allow_network: true or false",
    ),
}


@pytest.mark.parametrize("name", HASH_REJECTED)
def test_what_is_wrong_in_python_and_sh(name: str) -> None:
    """Python and sh DOs are refused with the same care."""
    text, expected = HASH_REJECTED[name]
    assert problems(text, HASH) == [expected]


@pytest.mark.parametrize(
    ("text", "syntax", "expected"),
    [
        ("# ---\n# title: x\n", HASH, True),
        ("import os\n# ---\n# title: x\n", HASH, True),
        ("import os\n# ---\nprint(1)\n", HASH, False),
        ("#!/bin/sh\n# ---\necho 1\n", HASH, False),
        ("# ---\n# Author: me\n# ---\nclass A:\n    title: str\n", HASH, False),
        ("\\\n<# ---\nRisk :\n", BLOCK, True),
        ("<# ---\n  title: x\n--- #>", BLOCK, True),
        ("<# ---\n.SYNOPSIS\n--- #>\n", BLOCK, False),
        ("<# help #>\nGet-Date\n", BLOCK, False),
    ],
)
def test_a_comment_is_not_taken_for_a_header(text: str, syntax: Syntax, expected: bool) -> None:
    """Whoever drops a script with a banner of dashes gets a header written around it; a broken header is no banner."""
    assert begins(text, syntax) is expected


ANAGRAMS = ["".join(letters) for letters in itertools.permutations("network")]
LARGE = DO_LIMIT - 64
HOSTILE = {
    "braces": "{" * LARGE,
    "quotes": '"' * LARGE,
    "line ends": "x" + "\n" * LARGE,
    "hashes": "#" * LARGE,
    "openings": "<# " * (LARGE // 3),
    "fences": "# ---\n" * (LARGE // 6),
    "blanks after an opening": "<#" + " " * LARGE,
    "cookies": "# " + "coding: " * (LARGE // 8),
    "open markers": "# [PASTE" * (LARGE // 8),
    "braces inside": "<# ---\nrisk: " + "{" * LARGE,
    "quotes inside": '<# ---\nrisk: { a: "' + '" ' * (LARGE // 2),
    "junk lines": "<# ---\n" + "x\n" * 30_000 + "--- #>\n",
    "many keys": "<# ---\n" + "".join(f"{word}:\n" for word in ANAGRAMS) + "--- #>\n",
    "many flags": "<# ---\nrisk: {" + "".join(f"{word}: 1," for word in ANAGRAMS) + "}\n--- #>\n",
    "open maps": "<# ---\n" + "a: {\n" * 12_000 + "--- #>\n",
    "empty items": "<# ---\na: [" + "," * 60_000 + "]\n--- #>\n",
    "quotes and blanks": "<# ---\na: {b: " + ('"' + " " * 300) * 200 + "\n--- #>\n",
    "deep maps": "<# ---\n" + "".join(" " * depth + "a:\n" for depth in range(340)) + "--- #>\n",
    "deep lists": "<# ---\na: " + "[" * 60_000 + "\n--- #>\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_at_once(name: str) -> None:
    """No text of any size makes a watcher wait: it is refused in well under a second, in a bounded answer."""
    text = HOSTILE[name]
    for syntax, spelled in ((BLOCK, text), (HASH, text.replace("<# ---", "# ---").replace("\n", "\n# "))):
        data = spelled.encode()[:DO_LIMIT]
        began = time.process_time()
        with pytest.raises(HeaderError) as caught:
            read(data, syntax)
        is_whole(b"body_sha256" + data)
        assert time.process_time() - began < 1
        assert len(caught.value.problems) <= 101


def test_a_valid_header_may_have_a_large_body() -> None:
    """A DO of the full 8 MiB is read."""
    data = H1.encode().ljust(DO_LIMIT, b"x")
    assert read(data, BLOCK).title == "DO-Smoke"
