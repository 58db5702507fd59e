"""A new chat that knows nothing but the paste brings its session to the first completed DO."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest

from cotemp.chat.budget import VENDORS
from cotemp.places import own_config_file
from tests.chat.windows import smart_quotes
from tests.cli.real import PROGRAM, cotemp, here
from tests.fitting import check

SID = "co-migrate"


@dataclass
class Chat:
    """A chat as far as it can be trusted: it reads what is pasted, does what that says, and knows nothing else."""

    read: str = ""
    answers: int = field(default=0)

    def pasted(self, text: str) -> str | None:
        """A human pastes a part; the chat answers after the last one."""
        self.read += text
        if "wait for all parts" in text:
            return None
        return self._answer()

    def _answer(self) -> str:
        """The line that is asked for, then one DO for the first thing to do, by the example in the rules."""
        self.answers += 1
        line = self._found(r"First a line of its own, exactly: (.+)")
        todo = self._found(r"## The next three things\s+1\. (.+)")
        header = self._found(r"```powershell\n<# ---\n(.+?)\n--- #>", re.DOTALL)
        marks = self._found(r"each of its lines after `(# )`, between two lines `# ---`")
        header = re.sub(r'title: ".*"', 'title: "DO-First"', header)
        header = re.sub(r'brief: ".*"', f'brief: "{todo}"', header)
        header = re.sub(r'path: ".*"', 'path: ""', header)
        lines = "\n".join(f"{marks}{one}" for one in header.split("\n"))
        fenced = f"```python\n# ---\n{lines}\n# ---\nprint('first artifact')\n```"
        return f"{line}\n\nHere is the first DO.\n\n{fenced}\n\nRun it, and tell me."

    def acknowledges(self, asked: str, run_id: str) -> str:
        """The human tells that it has run; the chat says done in the words that the paste taught it."""
        assert self._found(r"write a line of its own: (ACK), the id that I gave you, and\s+the artifact")
        return f"Great!\n\nACK {asked} run {run_id}\n"

    def _found(self, pattern: str, flags: int = 0) -> str:
        found = re.search(pattern, self.read, flags)
        assert found, f"the paste does not say {pattern!r}"
        return found[1]


def settings(vendor: str) -> None:
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    hold = 'policy = { old_policy = "hold" }'
    own_config_file().write_text(
        f'[policy]\nenforcer = "none"\nunenforced = "run"\n[sessions.{SID}]\nchat = "{vendor}"\n{hold}\n'
    )


def taken_in(file: Path, typed: str) -> str:
    """`cotemp ingest` on a terminal, where the human answers each question."""
    argv = [*PROGRAM[1:], "ingest", str(file), "--from", SID]
    terminal = pexpect.spawn(PROGRAM[0], argv, encoding="utf-8", timeout=30, dimensions=(60, 200), echo=False)
    terminal.delaybeforesend = None
    terminal.expect_exact("Drop it into co-migrate (it may only read)? (yes/no) [no] ")
    screen = str(terminal.before)
    terminal.sendline(typed)
    terminal.expect(pexpect.EOF)
    screen += str(terminal.before)
    terminal.close()
    assert terminal.exitstatus == 0, screen
    return screen


@pytest.mark.parametrize(
    "mangle", [str, lambda text: f"> {text.replace(chr(10), chr(10) + '> ')}"], ids=["plain", "quoted"]
)
@pytest.mark.parametrize("vendor", ["claude", "copilot"])
def test_a_chat_that_knows_only_the_paste_gets_its_first_do_done(
    nobody_home: Path, tmp_path: Path, vendor: str, mangle: Callable[[str], str]
) -> None:
    """Bootstrap, paste, answer, one yes, one run: nothing else is needed, not even where old policy holds DOs."""
    settings(vendor)
    here("init", "--sessions", SID)
    here("backchat", "emit", "--to", SID, "--type", "todo", "--body", "1. Write the first artifact\n2. Rest")
    answer = here("bootstrap", SID, "--handoff", str(long_handoff(tmp_path)), "--json").json
    assert (len(answer["text"]) == 1) is (vendor == "claude")
    chat, said = Chat(), None
    for part in answer["text"]:
        assert said is None, "it answered before the last part"
        said = chat.pasted(part)
    assert said
    file = tmp_path / "answer.md"
    file.write_text(mangle(said))

    screen = taken_in(file, "yes")
    assert "has policy v1.0" in screen
    assert cotemp("watch", SID, "--once").code == 0

    (run,) = here("runs", "--json").json["runs"]
    assert (run["title"], run["outcome"]) == ("DO-First", "passed")
    assert "first artifact" in here("log", "last").out
    states = {one["kind"]: one["state"] for one in here("paste", "--all", "--json").json["pastes"]}
    assert states["bootstrap"] == "acknowledged"

    (asked,) = [one for one in here("acks", "--json").json["acks"] if one["state"] == "open"]
    file.write_text(chat.acknowledges(asked["id"], run["run_id"]))
    acked = here("ingest", str(file), "--from", SID, "--json")
    check("answer-ingest", acked.json)
    assert [(item["verdict"], item["standing"]) for item in acked.json["items"]] == [("done", "verified")]


def long_handoff(folder: Path) -> Path:
    """More than the smallest window takes in one paste."""
    file = folder / "handoff.md"
    file.write_text("Where things stand:\n" + "nothing happened on that day\n" * 400)
    return file


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_a_vendor_s_chat_gets_is_what_was_meant(nobody_home: Path, tmp_path: Path, vendor: str) -> None:
    """For each vendor: it fits, its fences hold whatever is in them, and its answer with smart quotes is understood."""
    settings(vendor)
    here("init", "--sessions", SID)
    handoff = tmp_path / "handoff.md"
    handoff.write_text("`````\nnot the end\n`````\n" + "x" * 40 * 1000)
    answer = here("bootstrap", SID, "--handoff", str(handoff), "--json").json
    room = VENDORS[vendor].room
    fences = set()
    for text in answer["text"]:
        assert len(text) <= room
        opening = re.search(r"^(`{6,})text$", text, re.MULTILINE)
        assert opening
        assert text.count(f"\n{opening[1]}") == 2, "the fence opens once and closes once"
        fences.add(opening[1])
    assert len(fences) == 1
    chat = Chat()
    for text in answer["text"]:
        said = chat.pasted(text)
    file = tmp_path / "answer.md"
    file.write_text(smart_quotes(said or "", random.Random(1)))
    items = here("ingest", str(file), "--from", SID, "--json").json["items"]
    assert [item["kind"] for item in items] == ["echo", "script"]
    assert (items[0]["on_old_policy"], items[1]["problems"]) == (False, [])
    assert json.dumps(items[1]["text"]).count("DO-First") == 1
