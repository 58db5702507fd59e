"""Chats at the command line: what is pasted, what comes back, and that nothing happens by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from cotemp.errors import StorageFailed
from cotemp.pastes import Desk
from cotemp.pastes.bootstrapping import Wanted, bootstrap
from cotemp.places import own_config_file
from cotemp.redact import scrub_of
from tests.cli.real import PROGRAM, Ran, background, cotemp, here, home
from tests.dispatch.repos import made_repo
from tests.fitting import check
from tests.redact.samples import alnum
from tests.waiting import eventually

TOKEN = "gh" + "p_" + alnum(36)
SCRIPT = """\
# ---
# title: "DO-{title}"
# repo: {{ name: "app", path: "" }}
# risk: {{ writes: false, network: false, secrets: false, destructive: false }}
# brief: "one thing"
# consent: {{ allow_writes: {writes}, allow_network: false }}
# ---
print("hello from the chat")
"""


@pytest.fixture(autouse=True)
def a_home(nobody_home: Path) -> None:
    """Two sessions, and no sandbox."""
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text('schema = 1\n[policy]\nenforcer = "none"\nunenforced = "run"\n')
    assert here("init", "--sessions", "co-planning,co-migrate").code == 0


def settings(text: str) -> None:
    own_config_file().write_text(text)


def fits(schema: str, ran: Ran) -> Any:
    """The answer of a command as JSON, as its schema says."""
    check(schema, ran.json)
    return ran.json


def emit(*more: str, to: str = "co-migrate", body: str = "Do the thing.") -> Any:
    return fits("answer-backchat", here("backchat", "emit", "--to", to, "--body", body, "--json", *more))


def answered(tmp_path: Path, text: str, *more: str, sender: str = "co-migrate") -> Ran:
    file = tmp_path / "answer.md"
    file.write_text(text)
    return here("ingest", str(file), "--from", sender, *more)


def fenced(title: str = "Hello", writes: str = "false", language: str = "python") -> str:
    return f"```{language}\n{SCRIPT.format(title=title, writes=writes)}```\n"


# --- paste ---


def test_what_waits_is_listed_newest_first() -> None:
    """`cotemp paste` shows each paste with what it is for; without any it says so."""
    assert "nothing waits" in here("paste").out
    made = [emit()["paste"]["id"], emit(to="Planning")["paste"]["id"]]
    answer = fits("answer-pastes", here("paste", "--json"))
    assert [one["id"] for one in answer["pastes"]] == made[::-1]
    assert [one["session"] for one in answer["pastes"]] == ["co-planning", "co-migrate"]
    assert [one["id"] for one in here("paste", "--session", "Migrate", "--json").json["pastes"]] == made[:1]
    shown = here("paste").out
    assert shown.index(made[1]) < shown.index(made[0])


def test_a_paste_is_printed_shown_and_marked() -> None:
    """Its text comes as it is into a pipe; by hand it is marked pasted, and is listed no more."""
    ident = emit(body="Mind the \u202e turn")["paste"]["id"]
    answer = fits("answer-paste", here("paste", ident, "--print", "--json"))
    assert here("paste", ident, "--print").out == answer["text"][0]
    assert "Mind the \u202e turn" in answer["text"][0]
    assert fits("answer-paste", here("paste", ident, "--json"))["files"]
    assert "is pasted" in here("paste", ident, "--mark", "pasted").out
    assert here("paste", "--json").json["pastes"] == []
    assert here("paste", "--all", "--json").json["pastes"][0]["state"] == "pasted"
    assert here("paste", "p-nobody", "--print").code == 4


@pytest.mark.parametrize(
    "argv",
    [("--copy",), ("--mark", "pasted"), ("x", "--next"), ("x", "--copy", "--mark", "dropped"), ("x", "--part", "1")],
)
def test_what_cannot_be_meant_is_said(argv: tuple[str, ...]) -> None:
    """A wrong call of `paste` says what to do."""
    ran = here("paste", *argv)
    assert ran.code == 2
    assert "fix:" in ran.err


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clipboard of our own: what is copied is in this file."""
    folder, held = tmp_path / "bin", tmp_path / "held"
    folder.mkdir()
    program = folder / "xclip"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\nheld = Path({str(held)!r})\n"
        "if '-in' in sys.argv:\n    held.write_bytes(sys.stdin.buffer.read())\n"
        "else:\n    sys.stdout.buffer.write(held.read_bytes())\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return held


def test_a_key_copies_part_after_part_of_what_waits(board: Path) -> None:
    """`paste --next --copy` gives the newest first, each part once, and says when there is nothing more."""
    older, newer = emit()["paste"], emit(body="line\n" * 4000)["paste"]
    copied = []
    for _ in range(newer["parts"] + 1):
        answer = fits("answer-paste", here("paste", "--next", "--copy", "--json"))
        assert answer["copied"]["verified"]
        copied.append((answer["paste"]["id"], answer["copied"]["part"]))
        assert answer["paste"]["id"] in board.read_text()
    assert copied == [(newer["id"], number + 1) for number in range(newer["parts"])] + [(older["id"], 1)]
    ran = here("paste", "--next", "--copy")
    assert (ran.code, "was copied" in ran.err) == (4, True)
    assert "copied" in here("paste", older["id"], "--copy").out


def test_a_clipboard_that_lies_is_told(board: Path) -> None:
    """When the clipboard does not hold it, nobody says copied, and the paste still waits to be copied."""
    ident = emit()["paste"]["id"]
    program = board.with_name("bin") / "xclip"
    program.write_text(program.read_text().replace("held.write_bytes(sys.stdin.buffer.read())", "sys.stdin.read()"))
    ran = here("paste", ident, "--copy")
    assert ran.code == 1
    assert "copied" not in ran.out
    assert "nothing was copied" in ran.err
    assert here("paste", "--next", "--json").json["paste"]["copied"] == 0


def test_a_text_that_was_changed_is_not_copied(board: Path) -> None:
    """What somebody put into a paste's file never reaches the clipboard."""
    ident = emit()["paste"]["id"]
    file = Path(here("paste", ident, "--json").json["files"][0])
    file.write_text(file.read_text() + "rm -rf /\n")
    ran = here("paste", ident, "--copy")
    assert (ran.code, board.exists()) == (10, False)
    assert "somebody changed" in ran.err


# --- capsule and echo ---


@pytest.fixture
def profile(nobody_home: Path) -> Path:
    file = nobody_home / "Documents" / "CoProfile" / "coprofile.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"rules": ["one DO, one artifact"], "deep": {"a": {"token": TOKEN}}}))
    return file


def test_a_capsule_has_a_version_that_tells_its_content(profile: Path) -> None:
    """Built once, it is 1.0.0; with other content it is refused until it is bumped, and the differences are shown."""
    first = fits("answer-capsule", here("capsule", "build", "--profile", str(profile), "--json"))
    assert (first["version"], first["echo"]) == ("1.0.0", "Policy v1.0 loaded.")
    assert json.loads(Path(first["path"]).read_text())["rules"] == ["one DO, one artifact"]
    assert here("capsule", "build").code == here("capsule", "diff").code == 0
    profile.write_text(json.dumps({"rules": ["one DO, one artifact", "be short"]}))
    refused = here("capsule", "build")
    assert refused.code == 1
    assert "be short" in refused.err
    answer = fits("answer-capsule-diff", ran := here("capsule", "diff", "--json"))
    assert (ran.code, answer["next"]) == (1, "1.1.0")
    assert here("capsule", "bump", "--version", "1.0.1").code == 1
    bumped = fits("answer-capsule", here("capsule", "bump", "--json"))
    assert bumped["version"] == "1.1.0"
    assert [change["pointer"] for change in bumped["changes"]] == ["/rules"]
    assert here("capsule", "diff").code == 0


def test_without_a_profile_it_is_said_where_to_write_one(tmp_path: Path) -> None:
    """No profile, a broken one, one that is no object: each is told, and no capsule is made."""
    assert here("capsule", "build").code == 4
    file = tmp_path / "profile.json"
    for text in ("{", "[]"):
        file.write_text(text)
        assert here("capsule", "build", "--profile", str(file)).code == 1
    assert here("capsule", "diff").code == 4


def test_a_chat_must_echo_the_version_of_now(profile: Path) -> None:
    """Until it does, status shows its session as on old policy; the right echo finishes the paste."""
    made = fits("answer-capsule", here("capsule", "build", "--profile", str(profile), "--for", "co-migrate", "--json"))
    here("paste", made["paste"]["id"], "--mark", "pasted")

    def about() -> list[str]:
        return [line for line in here("status", "--json").json["attention"] if "old policy" in line]

    assert "has not answered" in about()[0]
    answer = fits("answer-echo", ran := here("echo", "co-migrate", "Sure. Policy v0.9 loaded.", "--json"))
    assert (ran.code, answer["on_old_policy"], answer["echo"]) == (1, True, "0.9")
    assert "echoed policy v0.9" in about()[0]
    assert here("echo", "co-migrate", "I have read it.").code == 1
    assert here("echo", "co-migrate", "> Policy v1.0 loaded.").code == 0
    assert about() == []
    rows = {row["session"]: row["policy_echo"] for row in here("status", "--json").json["sessions"]}
    assert rows == {"co-migrate": "1.0", "co-planning": None}
    assert here("paste", made["paste"]["id"], "--json").json["paste"]["state"] == "acknowledged"
    profile.write_text('{"rules": ["another"]}')
    assert here("capsule", "bump").code == 0
    assert "v1.0" in about()[0]


def test_a_chat_that_is_no_session_may_answer(tmp_path: Path) -> None:
    """A name that something was emitted to: its ACK counts, its script has nowhere to go, and a typo is still told."""
    ident = here("backchat", "emit", "--to", "My Phone", "--body", "look", "--json").json["id"]
    answer = tmp_path / "answer.md"
    answer.write_text(f'ACK {ident} PR #7\n\n```python\n# ---\n# title: "x"\n# ---\nprint(1)\n```\n')
    ran = here("ingest", str(answer), "--from", "My Phone", "--json")
    assert [one["kind"] for one in ran.json["items"]] == ["ack", "script"]
    assert (ran.json["items"][0]["verdict"], ran.json["items"][1]["dropped"]) == ("done", None)
    assert "(PR #7: claimed)" in ran.json["items"][0]["said"]
    assert "(PR #7)" in here("acks").out
    assert here("ingest", str(answer), "--from", "MyPhon").code == 4


def test_a_script_that_waits_is_decided_with_the_command_that_is_told(tmp_path: Path) -> None:
    """It says again what the kept answer does not: whose it is, where its script goes, what it may."""
    answer = tmp_path / "answer.md"
    answer.write_text(fenced())
    ran = here("ingest", str(answer), "--from", "Migrate")
    assert ran.code == 5
    assert ran.out.splitlines()[-1].endswith("__answer.md --from co-migrate")
    ran = here("ingest", str(answer), "--to", "Planning", "--allow-writes")
    assert ran.out.splitlines()[-1].endswith("__answer.md --to Planning --allow-writes")
    ran = here("ingest", str(answer))
    assert ran.out.splitlines()[-1].endswith("__answer.md --to SESSION")


def test_who_is_on_old_policy_is_told_what_to_do(profile: Path) -> None:
    """What waits is to be pasted; where nothing waits it has to be made; a session that is over is left alone."""

    def told() -> list[str]:
        return [line.rpartition(": ")[2] for line in here("status", "--json").json["attention"] if "old policy" in line]

    here("capsule", "build", "--profile", str(profile))
    here("echo", "co-migrate", "Policy v0.9 loaded.")
    assert told() == ["cotemp bootstrap co-migrate"]
    here("bootstrap", "co-migrate", "--json")
    assert told() == ["cotemp paste --session co-migrate"]
    here("respawn", "co-migrate", "--json")
    assert told() == ["cotemp paste --session co-migrate-2"]


def test_dos_of_a_chat_on_old_policy_are_held(profile: Path) -> None:
    """With old_policy = "hold" a DO waits until the chat has echoed the policy of now; then the same DO runs."""
    settings(
        '[policy]\nenforcer = "none"\nunenforced = "run"\n[sessions.co-migrate]\npolicy = { old_policy = "hold" }\n'
    )
    here("capsule", "build", "--profile", str(profile))
    for sid in ("co-migrate", "co-planning"):
        assert here("drop", sid, "--engine", "python", "--title", sid, "--body", "print(1)").code == 0
    with background("watch", "co-migrate", "co-planning"):
        held = eventually(lambda: here("held", "--json").json["held"], 30)
        assert [(one["session"], one["reasons"]) for one in held] == [
            ("co-migrate", ["its chat has not answered 'Policy v1.0 loaded.' yet"])
        ]
        assert here("echo", "co-migrate", "Policy v1.0 loaded.").code == 0
        eventually(lambda: [run["outcome"] for run in here("runs", "--json").json["runs"]] == ["passed"] * 2, 30)
    assert here("held", "--json").json["held"] == []


# --- backchat ---


def test_a_message_becomes_the_originals_pair_of_files() -> None:
    """Names, places and keys are the contract's; secrets and the paths of attachments stay here."""
    file = home().home / "notes.txt"
    file.write_text("x")
    made = emit(
        "--type", "todo", "--priority", "high", "--from", "Planning Team", "--attach", str(file), body=f"1. {TOKEN}"
    )
    path = Path(made["path"])
    assert path.parent == home().home / "inbox" / "co-migrate"
    assert path.name.endswith(f"Z__todo__Planning-Team__to__co-migrate__{made['id']}.json")
    message = json.loads(path.read_text())
    check("BackchatMessage.schema", message)
    assert (message["attachments"], message["ack"], message["priority"]) == (["notes.txt"], False, "high")
    text = Path(made["paste_file"]).read_text()
    assert text.startswith("> BACKCHAT: (todo) from **Planning Team** to **co-migrate**\n")
    assert TOKEN not in text + path.read_text() + here("paste", made["paste"]["id"], "--print").out
    assert here("backchat", "check", str(path)).code == 0


def test_a_foreign_message_is_checked_place_by_place(tmp_path: Path) -> None:
    """Each problem has a pointer; what is no JSON is told as well."""
    file = tmp_path / "message.json"
    file.write_text(json.dumps({"id": "7", "type": "gossip", "from_session": "a", "to_session": "b"}))
    answer = fits("answer-backchat-check", ran := here("backchat", "check", str(file), "--json"))
    assert ran.code == 1
    assert [flaw["pointer"] for flaw in answer["flaws"]] == ["/id", "/type", "/created_utc"]
    file.write_text("{")
    assert "it is no JSON" in here("backchat", "check", str(file)).out


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ((), 2),
        (("--body", "a", "--body-file", "b"), 2),
        (("--body", "a", "--attach", "nothing.txt"), 4),
        (("--body", "a", "--type", "gossip"), 2),
        (("--body", "a", "--from", "two\nlines"), 1),
        (("--body-file", "nothing.md"), 4),
    ],
)
def test_a_message_that_cannot_be_meant_is_refused(argv: tuple[str, ...], code: int) -> None:
    """Nothing is written for it."""
    assert here("backchat", "emit", "--to", "co-migrate", *argv).code == code
    assert not (home().home / "inbox").exists()


@pytest.mark.parametrize("to", ["../../evil", "Somebody Else", "con", ".hidden", "\u202eevil"])
def test_a_message_may_be_for_any_name(to: str) -> None:
    """A name that no session has is kept under one that cannot leave the home."""
    made = emit(to=to)
    assert Path(made["path"]).resolve().is_relative_to(home().home / "inbox")
    assert here("paste", made["paste"]["id"], "--print").code == 0


# --- ingest ---


def test_an_ack_with_an_artifact_is_done(tmp_path: Path) -> None:
    """What it points at is looked for; the message's JSON gets its ack, and a receipt; again is told, not counted."""
    (tmp_path / "report.txt").write_text("x")
    made = emit("--priority", "urgent")
    ran = answered(tmp_path, f"All done!\n\nACK {made['id']} `{tmp_path}/report.txt`\n", "--json")
    item = fits("answer-ingest", ran)["items"][0]
    assert (ran.code, item["verdict"], item["standing"]) == (0, "done", "verified")
    assert json.loads(Path(made["path"]).read_text())["ack"] is True
    receipt = json.loads(Path(made["path"]).with_suffix(".receipt.json").read_text())
    assert (receipt["ack"], receipt["acknowledged_by"], receipt["standing"]) == (True, "co-migrate", "verified")
    (ack,) = fits("answer-acks", here("acks", "--json"))["acks"]
    assert (ack["state"], ack["standing"], ack["references"]) == ("done", "verified", [f"{tmp_path}/report.txt"])
    again = answered(tmp_path, f"ACK {made['id']} PR #7", "--json")
    assert (again.code, again.json["items"][0]["verdict"]) == (0, "again")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("ACK {id}", "no artifact"),
        ("ACK {id} /nowhere/at/all.txt", "no artifact"),
        ("ACK {id} run 20200101-000000-1-aaaa", "no artifact"),
        ("ACK p-000000 PR #7", "unknown"),
        ("ACK 8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d PR #7", "unknown"),
    ],
)
def test_an_ack_that_proves_nothing_is_not_done(tmp_path: Path, text: str, verdict: str) -> None:
    """Without an artifact, with one that is not there, with an id that nobody gave out: told, and still open."""
    made = emit()
    ran = answered(tmp_path, text.format(id=made["id"]), "--json")
    assert (ran.code, ran.json["items"][0]["verdict"]) == (1, verdict)
    assert ran.json["kept"]
    assert here("acks", "--json").json["acks"][0]["state"] == "open"


def test_an_ack_for_another_session_is_not_taken(tmp_path: Path) -> None:
    """A chat cannot say done for another one."""
    made = emit()
    ran = answered(tmp_path, f"ACK {made['id']} PR #7", "--json", sender="co-planning")
    assert (ran.code, ran.json["items"][0]["verdict"]) == (1, "other session")


def test_a_commit_is_looked_for_in_the_repos_of_the_session(tmp_path: Path) -> None:
    """A commit that is in a repo that a DO of the session was about is verified; another one is claimed."""
    repo = made_repo(tmp_path / "app")
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repo, capture_output=True, text=True, check=True
    ).stdout.strip()
    here("drop", "co-migrate", "--engine", "python", "--title", "x", "--body", "print(1)", "--repo", str(repo))
    cotemp("watch", "co-migrate", "--once")
    for value, standing in ((commit, "verified"), ("1234567890abcdef" * 2 + "12345678", "claimed")):
        ran = answered(tmp_path, f"ACK {emit()['id']} commit {value}", "--json")
        assert (ran.code, ran.json["items"][0]["standing"]) == (0, standing)
    (run,) = here("runs", "--json").json["runs"]
    assert (
        answered(tmp_path, f"ACK {emit()['id']} {run['run_id']}", "--json").json["items"][0]["standing"] == "verified"
    )


def test_without_a_terminal_no_script_is_dropped(tmp_path: Path) -> None:
    """Nobody said yes: it is shown, kept, named, and the exit code says that it waits."""
    ran = answered(tmp_path, f"Here you are:\n\n{fenced()}\nEnjoy!")
    assert ran.code == 5
    assert "DO-Hello" in ran.out
    assert '| print("hello from the chat")' in ran.out
    assert "not understood: line 1: Here you are:" in ran.out
    kept = next(line.partition(": ")[2] for line in ran.out.splitlines() if line.startswith("kept whole: "))
    assert "hello from the chat" in Path(kept).read_text()
    assert not list(home().session("co-migrate").inbox.glob("DO_*"))
    again = here("ingest", kept, "--from", "co-migrate", "--json")
    assert again.json["kept"] == kept


@pytest.fixture
def yes(tmp_path: Path) -> Iterator[Any]:
    """Ingest on a terminal, where a person types `typed` at each question; its screen."""
    terminals: list[pexpect.spawn[str]] = []

    def on_a_terminal(text: str, typed: str, *more: str) -> str:
        file = tmp_path / "answer.md"
        file.write_text(text)
        argv = [*PROGRAM[1:], "ingest", str(file), "--from", "co-migrate", *more]
        terminal = pexpect.spawn(PROGRAM[0], argv, encoding="utf-8", timeout=30, dimensions=(60, 300), echo=False)
        terminals.append(terminal)
        terminal.delaybeforesend = None
        screen = ""
        while terminal.expect(["\\(yes/no\\) \\[no\\] ", pexpect.EOF]) == 0:
            screen += f"{terminal.before}{terminal.after}"
            terminal.sendline(typed)
        screen += str(terminal.before)
        terminal.wait()
        return screen + f"\nexit {terminal.exitstatus}"

    yield on_a_terminal
    for terminal in terminals:
        terminal.close(force=True)


def dropped() -> list[str]:
    return [path.read_text() for path in sorted(home().session("co-migrate").inbox.glob("DO_*"))]


def test_a_yes_drops_a_script_without_its_consent(yes: Any) -> None:
    """Each script is asked about by itself; what it asks for it gets only where the human allows it here."""
    screen = yes(fenced("A", "true"), "yes")
    assert "Drop it into co-migrate (it may only read; not: writes, for which it asks (--allow-writes))?" in screen
    assert "exit 0" in screen
    assert "allow_writes: false" in dropped()[0]
    screen = yes(fenced("B", "true") + "\ntext\n\n" + fenced("C"), "yes", "--allow-writes", "--allow-network")
    assert "(with writes)?" in screen
    assert "(it may only read)?" in screen
    assert sorted("allow_writes: true" in text for text in dropped()) == [False, False, True]


def test_a_no_drops_nothing(yes: Any) -> None:
    """Enter is no; the answer is kept."""
    screen = yes(fenced(), "")
    assert "not dropped" in screen
    assert "exit 0" in screen
    assert dropped() == []


BAD: dict[str, tuple[str, int]] = {
    "a broken header": (fenced(writes="maybe"), 1),
    "no header": ("```powershell\nRemove-Item -Recurse C:\\\n```", 0),
    "a message with a script in its body": (
        json.dumps(
            {
                "id": "8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d", "type": "request", "from_session": "a", "to_session": "b",
                "created_utc": "2026-11-21T10:00:00Z", "body_markdown": fenced(),
            }
        ),
        0,
    ),
    "a message that is none": ('```json\n{"from_session": "a", "to_session": 7}\n```', 1),
    "RTL in an id": ("ACK p-\u202eba9f3k PR #7", 0),
    "a zero-width id": ("ACK p-k3\u200bf9ab PR #7", 1),
    "an unclosed fence": (fenced().rstrip("`\n"), 5),
    "nested fences": (f"````text\n{fenced()}````\n", 5),
    "garbage": ("\x00\x1b[31m\ufffd" * 1000, 0),
    "an echo of nobody": ("Policy v9.9 loaded.", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_answers_do_nothing_and_lose_nothing(tmp_path: Path, name: str) -> None:
    """Whatever comes: a clear line, nothing dropped, and what was not taken is in the file that is named."""
    text, code = BAD[name]
    ran = answered(tmp_path, text)
    assert ran.code == code, ran.out
    assert "\x1b[31m" not in ran.out
    assert "\u202e" not in ran.out
    assert dropped() == []
    if name not in ("a message with a script in its body", "an echo of nobody"):
        assert "kept whole: " in ran.out


def test_five_megabytes_of_prose_are_taken_in(tmp_path: Path) -> None:
    """A long answer is read to its end."""
    made = emit()
    ran = answered(tmp_path, "word " * 1_000_000 + f"\n\nACK {made['id']} PR #7\n", "--json")
    assert ran.code == 0
    assert [item["verdict"] for item in ran.json["items"]] == ["done"]
    assert answered(tmp_path, "x" * (16 * 1024 * 1024 + 1)).code == 2


def test_secrets_of_an_answer_are_not_kept(tmp_path: Path) -> None:
    """The kept answer holds no token that a chat repeated."""
    ran = answered(tmp_path, f"Use {TOKEN} for this.", "--json")
    assert TOKEN not in Path(ran.json["kept"]).read_text()
    assert "[secret:" in Path(ran.json["kept"]).read_text()


def test_a_message_of_a_chat_waits_for_the_other_chat(tmp_path: Path) -> None:
    """A message in an answer goes to the desk once, for the session that it names, and acknowledges nothing."""
    made = emit()
    message = json.loads(Path(made["path"]).read_text()) | {
        "id": "11111111-2222-3333-4444-555555555555", "to_session": "Planning", "ack": True, "body_markdown": TOKEN,
    }  # fmt: skip
    text = f"For the planner:\n\n```json\n{json.dumps(message)}\n```\n"
    item = answered(tmp_path, text, "--json").json["items"][0]
    paste = here("paste", item["paste"], "--print").out
    assert "to **Planning**" in paste
    assert TOKEN not in paste
    files = list((home().home / "inbox" / "Planning").glob("*.json"))
    assert json.loads(files[0].read_text())["ack"] is False
    assert answered(tmp_path, text, "--json").json["items"][0]["paste"] is None
    assert len(here("paste", "--json").json["pastes"]) == 2


def test_what_was_pasted_answers_nothing_when_it_comes_back(tmp_path: Path) -> None:
    """A human who copies too much, the paste and all, has not acknowledged it."""
    made = emit()
    ran = answered(tmp_path, here("paste", made["paste"]["id"], "--print").out, "--json")
    assert {item["kind"] for item in ran.json["items"]} == {"copy"}
    assert here("acks", "--json").json["acks"][0]["state"] == "open"


def test_an_answer_over_stdin_and_of_the_clipboard(board: Path) -> None:
    """Both ways are understood alike; two at once, or none, are refused."""
    made = emit()
    board.write_text(f"ACK {made['id']} PR #7")
    assert here("ingest", "--clipboard", "--from", "co-migrate", "--json").json["items"][0]["verdict"] == "done"
    ran = cotemp("ingest", "-", "--from", "co-migrate", "--json", typed=f"ACK {made['id']} PR #7")
    assert ran.json["items"][0]["verdict"] == "again"
    assert here("ingest", "x.md", "--clipboard").code == 2
    assert cotemp("ingest", typed=" ").code == 2
    assert here("ingest", "nothing.md").code == 4
    assert here("ingest", ".").code == 4


# --- acks ---


def test_what_is_overdue_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By priority: an urgent one after half an hour. `--due` tells it once; the list shows it until it is done."""
    emit("--priority", "urgent")
    emit("--priority", "low")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 31 * 60)
    states = [ack["state"] for ack in fits("answer-acks", here("acks", "--json"))["acks"]]
    assert states == ["overdue", "open"]
    assert here("acks", "--due", "--session", "co-planning").code == 0
    told = here("acks", "--due")
    assert told.code == 1
    assert "overdue" in told.out
    assert here("acks", "--due").code == 0
    assert "overdue" in here("acks").out
    assert "1 ACK is overdue: cotemp acks" in here("status", "--json").json["attention"]


# --- bootstrap and respawn ---


def test_only_the_newest_bootstrap_waits() -> None:
    """Nobody is offered an older one to paste, not that of a session that is over; one begun to be copied stays."""

    def waiting() -> list[str]:
        return [one["id"] for one in here("paste", "--json").json["pastes"]]

    def state(ident: str) -> str:
        return str(here("paste", ident, "--json").json["paste"]["state"])

    first, second = (here("bootstrap", "co-migrate", "--json").json["paste"]["id"] for _ in range(2))
    assert (waiting(), state(first)) == ([second], "dropped")
    successors = here("respawn", "co-migrate", "--json").json["paste"]["id"]
    assert (waiting(), state(second)) == ([successors], "dropped")
    Desk(home()).happened(successors, "copied", part=1)
    assert here("bootstrap", "co-migrate-2").code == 0
    assert state(successors) == "waiting"


def test_a_bootstrap_holds_all_that_a_new_chat_needs(profile: Path) -> None:
    """Capsule, rules, handoff, three things to do, what to answer: in one paste, without a secret."""
    here("capsule", "build", "--profile", str(profile))
    emit(to="co-planning", body=f"Where we are: {TOKEN}\n\n1. first\n2. second\n3. third\n4. fourth")
    answer = fits("answer-bootstrap", here("bootstrap", "co-planning", "--json"))
    (text,) = answer["text"]
    for part in ("one DO, one artifact", "How we work (BPOE)", "Where we are", "3. third", "Policy v1.0 loaded."):
        assert part in text
    assert "fourth" not in text.partition("The next three things")[2]
    assert TOKEN not in text
    assert here("bootstrap", "co-planning").out.replace(answer["paste"]["id"], "") != ""
    assert answer["ignored"] == []


def test_the_owners_own_texts_count_once_they_are_trusted() -> None:
    """A template in the home is used when its owner trusts it, as it is; else ours, and that is said."""
    own = home().home / "templates" / "Paste_BPOE.md"
    own.write_text("## My rules\n\nBe brief, ${session}, for ${dos} DOs.\n")
    answer = here("bootstrap", "co-planning", "--json").json
    assert answer["ignored"] == [str(own)]
    assert "My rules" not in answer["text"][0]
    assert "not used, as nobody trusts it" in here("bootstrap", "co-planning").err
    assert here("trust", str(own)).code == 0
    assert "Be brief, co-planning, for 5 DOs." in here("bootstrap", "co-planning").out
    own.write_text("${nobody}")
    here("trust", str(own))
    wrong = here("bootstrap", "co-planning")
    assert wrong.code == 2
    assert "Paste_BPOE.md" in wrong.err


def test_a_closed_session_leads_to_its_successor() -> None:
    """Notes go with it, the old id means the new session, the vendor stays; done again it prints the same paste."""
    settings('[policy]\nenforcer = "none"\nunenforced = "run"\n[sessions.co-migrate]\nchat = "claude"\n')
    here("send", "co-migrate", "unread so far", "--from", "co-planning")
    emit(body="1. go on")
    answer = fits("answer-respawn", here("respawn", "co-migrate", "--json"))
    assert (answer["session"], answer["successor"], answer["notes_moved"]) == ("co-migrate", "co-migrate-2", 1)
    assert answer["paste"]["vendor"] == "claude"
    assert "unread so far" in answer["text"][0]
    assert "1. go on" in answer["text"][0]
    assert here("send", "Co-Migrate", "to the old one", "--from", "co-planning").code == 0
    notes = {note["text"] for note in here("notes", "co-migrate-2", "--json").json["notes"]}
    assert notes == {"unread so far", "to the old one"}
    again = here("respawn", "co-migrate", "--json").json
    assert again["paste"]["id"] == answer["paste"]["id"]
    assert here("respawn", "co-migrate", "--as", "other").code == 2
    assert here("respawn", "co-planning", "--as", "co-migrate").code == 2, "a closed session succeeds nobody"
    assert here("respawn", "co-migrate-2", "--json").json["successor"] == "co-migrate-3"
    here("send", "co-migrate", "through two", "--from", "co-planning")
    assert [note["text"] for note in here("notes", "co-migrate-3", "--json").json["notes"]] == ["through two"]


def test_a_mark_in_the_home_leads_nobody_elsewhere() -> None:
    """A file that says closed, written by somebody else, takes no mail away."""
    (home().session("co-migrate").root / "closed.json").write_text('{"schema": 1, "successor": "co-planning"}')
    here("send", "co-migrate", "stays", "--from", "co-planning")
    assert [note["text"] for note in here("notes", "co-migrate", "--json").json["notes"]] == ["stays"]


def test_a_successor_may_not_do_more() -> None:
    """A session with a narrower policy has no successor without one."""
    settings('[policy]\nenforcer = "none"\nunenforced = "run"\n[sessions.co-migrate]\npolicy = { network = "never" }\n')
    ran = here("respawn", "co-migrate")
    assert ran.code == 6
    assert "co-migrate-2" not in home().session_ids()


def test_an_ack_of_the_successor_counts_for_the_old_one(tmp_path: Path) -> None:
    """What the old chat was asked for, the new one may acknowledge."""
    made = emit()
    here("respawn", "co-migrate")
    ran = answered(tmp_path, f"ACK {made['id']} PR #7", "--json", sender="co-migrate-2")
    assert ran.json["items"][0]["verdict"] == "done"


def test_only_a_bootstrap_that_went_out_begins_a_new_chat(profile: Path, board: Path) -> None:
    """One that is merely ready changes nothing: the old chat keeps its standing, and cannot answer for the new one."""
    here("capsule", "build", "--profile", str(profile))
    here("echo", "co-migrate", "Policy v1.0 loaded.")
    scrub = scrub_of(home(), {}).scrubber().scrub
    desk = Desk(home())
    record = bootstrap(desk, Wanted("co-migrate"), scrub, desk.clock()).record

    def echoed() -> str | None:
        rows = here("status", "--json").json["sessions"]
        found: str | None = next(row["policy_echo"] for row in rows if row["session"] == "co-migrate")
        return found

    assert echoed() == "1.0"
    here("echo", "co-migrate", "Policy v1.0 loaded.")
    assert desk.find(record.id).state == "waiting"
    assert here("paste", record.id, "--copy").code == 0
    assert echoed() is None
    here("echo", "co-migrate", "Policy v1.0 loaded.")
    assert (echoed(), desk.find(record.id).state) == ("1.0", "acknowledged")


def test_a_respawn_that_was_cut_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at any step, done again it ends with one successor, the notes there, and one bootstrap that waits."""
    steps = ("cotemp.wraps.closing.close", "cotemp.cli.bootstrap.make_bootstrap", "cotemp.cli.bootstrap.move_notes")
    here("send", "co-migrate", "unread", "--from", "co-planning")
    for step in steps:
        with monkeypatch.context() as cut:
            cut.setattr(step, cut_off)
            assert here("respawn", "co-migrate").code == 10
    assert here("respawn", "co-migrate", "--json").json["successor"] == "co-migrate-2"
    assert sorted(home().session_ids()) == ["co-migrate", "co-migrate-2", "co-planning"]
    assert [note["text"] for note in here("notes", "co-migrate", "--json").json["notes"]] == ["unread"]
    waiting = [one["kind"] for one in here("paste", "--session", "co-migrate-2", "--json").json["pastes"]]
    assert waiting == ["bootstrap"]


def cut_off(*given: object, **more: object) -> None:
    raise StorageFailed("the disk is gone")
