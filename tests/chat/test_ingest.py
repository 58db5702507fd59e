"""What a chat answered: what is understood of it, where it stands, and what is not taken for an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cotemp.chat.backchat import render
from cotemp.chat.references import Checks, Reference, Sort, Standing
from cotemp.chat.understanding import Ack, Copy, Echo, Item, Message, Script, Unclear, WrapRequest, ingest
from cotemp.chat.understanding.acks import Given, Verdict, judge
from cotemp.messages.backchat import to_json
from cotemp.messages.do import Draft, Flags
from cotemp.messages.header import Syntax, read, write

from .rendered import MESSAGE
from .windows import mangled

GUID = "8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d"
PR12 = Reference(Sort.PR, "12")

DO = """\
<# ---
title: "DO-Count"
repo: { name: "app", path: "C:\\src\\app" }
risk: { writes: true, network: true, secrets: false, destructive: false }
consent: { allow_writes: true, allow_network: true }
id: "abcabcabcabc"
body_sha256: "0000000000000000000000000000000000000000000000000000000000000000"
--- #>
# [PASTE IN POWERSHELL]
Get-Date
"""


def only(kind: type[Any], text: str) -> Any:
    """The one item of the answer, which is of that kind."""
    [item] = ingest(text).items
    assert isinstance(item, kind), item
    return item


@pytest.mark.parametrize(
    "text",
    [
        "ACK p-k3f9ab PR #12",
        "**ACK p-k3f9ab** PR #12",
        "- ACK `p-k3f9ab` (PR #12)",
        "1. ACK: p-k3f9ab, PR 12",
        "Done. ACK p-k3f9ab PR #12",
        "All of it is done ACK P-K3F9AB PR#12",
        "ack p-k3f9ab pull request 12",
        "> ACK\n> p-k3f9ab\n> PR #12",
        "```\nACK p-k3f9ab PR #12\n```",
        "```text\nACK p-k3f9ab PR #12",
        "ACK \u201cp-k3f9ab\u201d PR #12",
        "ACK p\u2011k3f9ab PR\u00a0#12",
        "ACK p\\-k3f9ab PR \\#12".replace("\\#", "#"),
        "\u2022 ACK p-k3f9ab \u2014 PR #12",
        "<b>x</b>\nACK p-k3f9ab PR #12",
    ],
)
def test_an_ack_is_found(text: str) -> None:
    """However a chat dresses it, it is this ACK with this reference."""
    [ack] = ingest(text).of(Ack)
    assert (ack.id, ack.references) == ("p-k3f9ab", (PR12,))


@pytest.mark.parametrize(
    "text",
    [
        "(Reply with: ACK p-k3f9ab after acting.)",
        "> (Reply with:\n> ACK p-k3f9ab after acting.)",
        "ACK <id>",
        "I acknowledge p-k3f9ab.",
        "BACK p-k3f9ab",
        "NACK p-k3f9ab",
        "ACK that, thanks",
        "The ACK was late.",
        "```python\nprint('ACK p-k3f9ab')\n```",
        "```log\nACK p-k3f9ab PR #12\n```",
        '```json\n{"said": "x"}\nACK p-k3f9ab\n```',
    ],
)
def test_what_is_no_ack(text: str) -> None:
    """A request to answer, prose and a script that prints one acknowledge nothing."""
    assert not ingest(text).of(Ack)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I will ACK p-k3f9ab later", "in a sentence about an ACK"),
        ("Please do not ACK p-k3f9ab yet", "in a sentence about an ACK"),
        ("so I ack p-k3f9ab", "in capitals"),
        ("ACK p-k3f9a", "it is no id"),
        ("ACK p-k3f9abc", "it is no id"),
        ("ACK 8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3", "it is no id"),
        ("ACK \u0440-k3f9ab", "CYRILLIC SMALL LETTER ER"),
        ("ACK p-k3f9\u0430b", "CYRILLIC SMALL LETTER A"),
        ("ACK p-\uff4b3f9ab", "FULLWIDTH LATIN SMALL LETTER K"),
        ("ACK \u202ep-k3f9ab", "turn the direction"),
        ("ACK p-k3\u202ef9ab", "turn the direction"),
    ],
)
def test_what_might_be_an_ack_is_told(text: str, why: str) -> None:
    """What looks like an ACK, and is not taken for one, is shown with the reason."""
    assert why in only(Unclear, text).why


def test_hidden_characters_are_taken_out_and_told() -> None:
    """A zero-width space in an id changes nothing, but the human hears of it."""
    ack = only(Ack, "ACK p-k3\u200bf9ab PR #12")
    assert ack.id == "p-k3f9ab"
    assert ack.odd == ("characters that nobody can see were taken out",)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Policy v1.2 loaded.", "1.2"),
        ("**Policy v1.2.3 loaded.**", "1.2.3"),
        ("Understood. policy 1.2 loaded", "1.2"),
        ("> Policy\n> v1.2 loaded.", "1.2"),
        ("`Policy v1.2` loaded", "1.2"),
    ],
)
def test_an_echo_is_found(text: str, version: str) -> None:
    """The version is the one that the chat named, right or wrong."""
    assert only(Echo, text).version == version


@pytest.mark.parametrize(
    "text", ["(Reply with: Policy v1.2 loaded.)", "Policy v1 loaded", "Policy loaded.", "my Policy v1.2 is"]
)
def test_what_is_no_echo(text: str) -> None:
    """A request to echo, or a line without a version, is none."""
    assert not ingest(text).items


def test_a_denial_is_no_echo() -> None:
    """A chat that could not load the policy has not loaded it."""
    assert "does not say that it is loaded" in only(Unclear, "I was not able to get Policy v1.2 loaded.").why


@pytest.mark.parametrize(
    ("text", "session"),
    [
        ("COWRAP", None),
        ("COWRAP co-migrate", "co-migrate"),
        ("**CoWrap please**", None),
        ("Please run a CoWrap for co-migrate.", "co-migrate"),
        ("I need a CoWrap now", None),
        ("Done. COWRAP: `co-migrate`", "co-migrate"),
    ],
)
def test_a_request_for_a_wrap_is_found(text: str, session: str | None) -> None:
    """With a session, or without one."""
    assert only(WrapRequest, text).session == session


@pytest.mark.parametrize(
    "text", ["# CoWrap Snapshot", "## COWRAP", "A CoWrap is a snapshot.", "The last CoWrap", "cowrap", "COWRAPS"]
)
def test_what_is_no_request_for_a_wrap(text: str) -> None:
    """Headings and prose about wraps ask for nothing."""
    assert not ingest(text).items


# --- scripts ---


@pytest.mark.parametrize("info", ["powershell", "pwsh", "PowerShell", "ps1 title=x", "[PASTE IN POWERSHELL]", ""])
def test_a_do_is_shown_and_has_no_consent(info: str) -> None:
    """Whatever its header asks for: it gets nothing that the human does not give, and new ids."""
    script = only(Script, f"```{info}\n{DO}```")
    assert script.language.name == "pwsh"
    assert script.asks == Flags(writes=True, network=True)
    assert script.problems == ()
    draft = script.draft("co-migrate")
    assert draft.consent == Flags()
    assert (draft.title, draft.repo.path, draft.id) == ("DO-Count", "C:\\src\\app", None)
    assert script.draft("co-migrate", Flags(writes=True, destructive=True)).consent == Flags(writes=True)
    assert "ids and digests that it brought do not count: it gets new ones" in script.odd


def test_a_draft_becomes_a_do() -> None:
    """What a human lets be dropped is a whole DO, with the script as it was."""
    script = only(Script, f"```powershell\n{DO}```")
    do = read(write(script.draft("co-migrate"), Syntax.BLOCK), Syntax.BLOCK)
    assert (do.title, do.consent, do.session_id) == ("DO-Count", Flags(), "co-migrate")
    assert script.body == "# [PASTE IN POWERSHELL]\nGet-Date\n"


@pytest.mark.parametrize(
    ("text", "language", "body"),
    [
        ("```python\nprint(1)\n```", "python", "print(1)\n"),
        ("```sh\nls\n```", "sh", "ls\n"),
        ("~~~bash\nls\n~~~", "sh", "ls\n"),
        ("```\n#!/usr/bin/env python3\nprint(1)\n```", "python", "#!/usr/bin/env python3\nprint(1)\n"),
        ("```\n[PASTE IN POWERSHELL]\nGet-Date\n```", "pwsh", "Get-Date\n"),
        ("**[PASTE IN POWERSHELL]**\n\n```\nGet-Date\n```", "pwsh", "Get-Date\n"),
        ("> ```python\n> if 1 > 0:\n>     print(1)\n> ```", "python", "if 1 > 0:\n    print(1)\n"),
        ("1. So:\n   ```python\n   if 1:\n       print(1)\n   ```", "python", "if 1:\n    print(1)\n"),
        ("```powershell\n> out.txt\n```", "pwsh", "> out.txt\n"),
        ("````markdown\nHere:\n```python\nprint(1)\n```\n````", "python", "print(1)\n"),
        ("```markdown\nHere:\n```python\nprint(1)\n```\n```", "python", "print(1)\n"),
        ("```python\nprint(\u201cx\u201d)\n```", "python", 'print("x")\n'),
    ],
)
def test_scripts_in_fences(text: str, language: str, body: str) -> None:
    """In any fence that says so, nested, quoted or indented, it is the script that was meant."""
    script = only(Script, text)
    assert (script.language.name, script.body) == (language, body)


@pytest.mark.parametrize("info", ["diff", "yaml", "console", "json", "text", "powershell-session"])
def test_other_fences_are_no_scripts(info: str) -> None:
    """Nothing is offered to be dropped that nobody called a script."""
    assert not ingest(f"```{info}\nls\n```").of(Script)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("```python\nprint(1)", "its fence was never closed: its end may be missing"),
        ("```python\nprint(1)\n```sh\nls\n```", "its fence was never closed: its end may be missing"),
        ("```python\nif x:\nprint(1)\n```", "its lines seem to have lost their indentation"),
        (
            "```python\nprint('\u201cx\u201d')\n```",
            "typographic and straight quotation marks are mixed in it, and were left as they are",
        ),
        (
            "```sh\nls \u202e\n```",
            "it holds characters that turn the direction of writing: what a window shows is not what stands there",
        ),
    ],
)
def test_what_is_odd_about_a_script_is_told(text: str, odd: str) -> None:
    """Before a human says yes they hear what may be wrong with it."""
    assert odd in ingest(text).of(Script)[0].odd


def test_a_broken_header_is_told_and_cannot_be_dropped() -> None:
    """Every problem of the header is known, as `cotemp check` would tell it."""
    script = only(Script, "```powershell\n<# ---\ntitle: x\n--- #>\nGet-Date\n```")
    assert {problem.key for problem in script.problems} >= {"repo", "risk", "consent"} - {"consent"}
    with pytest.raises(Exception, match="its header has"):
        script.draft("co-migrate")


def test_typography_around_a_header_is_mended() -> None:
    """A window that turned the header's hyphens and quotes into typography did not break it."""
    smart = DO.replace('"', "\u201d").replace("<# ---", "<# \u2014").replace("--- #>", "\u2014- #>")
    script = only(Script, f"```powershell\n{smart}```")
    assert script.do is not None, script.problems
    assert script.do.title == "DO-Count"


def test_a_header_without_a_fence_is_told() -> None:
    """A script that lost its fence has no end that anybody knows: it is not offered, and nothing is lost."""
    assert "outside of any fence" in only(Unclear, DO).why
    assert ingest(DO).rest


def test_a_long_python_header_is_read() -> None:
    """A DO that cotemp wrote comes back as itself."""
    data = write(Draft("Count", "print(1)\n", "co-migrate", consent=Flags(writes=True)), Syntax.HASH)
    script = only(Script, f"```\n{data.decode()}```")
    assert script.do is not None
    assert (script.language.name, script.do.title, script.asks) == ("python", "Count", Flags(writes=True))


# --- several at once ---

ANSWER = f"""\
Sure \u2014 I\u2019ve done all three.

Policy v1.2 loaded.

ACK p-k3f9ab PR #12
ACK {GUID} commit 1a2b3c4d

```powershell
Get-Date
```

That is all. COWRAP co-migrate
"""


def test_several_at_once_are_told_apart() -> None:
    """Each item has its own lines and references; what is only talk stands in the rest."""
    understood = ingest(ANSWER)
    found = [(type(item), tuple(item.lines)) for item in understood.items]
    assert found == [
        (Echo, (3, 3)), (Ack, (5, 5)), (Ack, (6, 6)), (Script, (8, 10)), (WrapRequest, (12, 12)),
    ]  # fmt: skip
    assert [tuple(lines) for lines in understood.rest] == [(1, 1)]
    first, second = understood.of(Ack)
    assert first.references == (PR12,)
    assert second.references == (Reference(Sort.COMMIT, "1a2b3c4d"),)


def test_a_message_is_pointed_at_where_it_is_wrong() -> None:
    """A chat's message with a mistake is a message, with the place of its mistake."""
    item = only(Message, f'```json\n{{"id": "{GUID}", "type": "order", "from_session": "a", "to_session": "b"}}\n```')
    assert item.message is None
    assert item.id == GUID
    assert [flaw.pointer for flaw in item.flaws] == ["/type", "/created_utc"]


def test_a_copy_answers_nothing() -> None:
    """A human who copied the whole conversation gets the chat's answer, and not our own question."""
    question = "[cotemp paste p-k3f9ab | note for co-x | sha256 00000000]\nSubject: x\n\n```text\nACK p-000000\n```\n\n"
    text = f"{question}(Reply with: ACK p-k3f9ab <PR>)\n\nACK p-k3f9ab PR #12\n"
    understood = ingest(text)
    assert [type(item) for item in understood.items] == [Copy, Ack]
    assert understood.rest == ()


def test_typographic_json_is_read() -> None:
    """A window that turned JSON's quotation marks into typographic ones has not spoiled the message."""
    body = 'He said \u201cno\u201d, then "yes".'
    text = json.dumps(to_json(replace(MESSAGE, body_markdown=body)), indent=2, ensure_ascii=False)
    item = only(Message, f"```json\n{mangled(text, ['smart_quotes'], 1)}\n```")
    assert item.message is not None, item.flaws
    assert item.message.body_markdown == 'He said \u201cno\u201d, then "yes".'
    assert (item.message.id, item.message.attachments) == (MESSAGE.id, MESSAGE.attachments)


@pytest.mark.parametrize("mark", ["", "> ", "> > "])
def test_a_quoted_message_keeps_the_quotes_of_its_body(mark: str) -> None:
    """What the window quoted is taken back, and what the message itself quotes stays."""
    message = replace(MESSAGE, body_markdown="You wrote:\n> mend it\n\nDone.")
    text = "\n".join(f"{mark}{line}" for line in render(message).split("\n"))
    item = only(Message, text)
    assert item.message is not None
    assert item.message.body_markdown == message.body_markdown


# --- the gate ---

CHECKS = Checks(path=lambda path: path == "src/app.py", commit=lambda sha: None)
GIVEN = {"p-k3f9ab": Given("co-migrate"), "p-k3f9ac": Given("co-planning"), "p-k3f9ad": Given("co-migrate", done=True)}


@pytest.mark.parametrize(
    ("text", "verdict", "standing", "why"),
    [
        ("ACK p-k3f9ab src/app.py", Verdict.DONE, Standing.VERIFIED, "it is verified"),
        ("ACK p-k3f9ab commit abcdef1", Verdict.DONE, Standing.CLAIMED, "it is claimed"),
        ("ACK p-k3f9ab PR #3, src/app.py", Verdict.DONE, Standing.VERIFIED, "it is verified"),
        ("ACK p-k3f9ab", Verdict.NO_ARTIFACT, Standing.MISSING, "points at nothing"),
        ("ACK p-k3f9ab src/none.py and src/app.py", Verdict.NO_ARTIFACT, Standing.WRONG, "is not there"),
        (
            "ACK p-k3f9ac src/app.py",
            Verdict.OTHER_SESSION,
            Standing.VERIFIED,
            "was given to co-planning, not to co-migrate",
        ),
        ("ACK p-k3f9ad src/app.py", Verdict.AGAIN, Standing.VERIFIED, "acknowledged before"),
        ("ACK p-k3f8ab src/app.py", Verdict.UNKNOWN, Standing.VERIFIED, "did it mean p-k3f9ab?"),
        (f"ACK {GUID} src/app.py", Verdict.UNKNOWN, Standing.VERIFIED, f"nobody gave out {GUID}"),
    ],
)
def test_an_ack_is_judged(text: str, verdict: Verdict, standing: Standing, why: str) -> None:
    """Forged ids, another session's, none or wrong artifacts: each is told, and only a good one counts."""
    judged = judge(only(Ack, text), "co-migrate", GIVEN, CHECKS)
    assert (judged.verdict, judged.standing) == (verdict, standing)
    assert why in judged.why


def test_items_are_data() -> None:
    """Items can be compared, and know their lines from 1."""
    assert ingest("ACK p-k3f9ab").items == ingest("ACK p-k3f9ab").items
    assert isinstance(ingest("\n\nACK p-k3f9ab").items[0], Item)
    assert str(ingest("\n\nACK p-k3f9ab").items[0].lines) == "line 3"
