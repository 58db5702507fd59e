"""Every method on a real home: what it answers fits the schema, and is right."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cotemp.bridge.answering import Bridge
from cotemp.bridge.faults import CATEGORIES
from cotemp.bridge.methods import METHODS
from cotemp.cli.entry import run as cotemp
from cotemp.notes import send
from cotemp.panels import register
from cotemp.places import Places
from cotemp.store.identity import ProcessId, host_id, this_process
from cotemp.times import local_now
from tests.generate.bridge import describe
from tests.waiting import eventually

from .checking import check_answer, check_params, check_result
from .driving import key

Ask = Callable[..., Any]


@pytest.fixture
def ask(home: Places) -> Iterator[Ask]:
    """Call a method as PowerShell does; the result has been compared with the schema."""
    bridge = Bridge(os.environ)
    context = {"cwd": str(home.home), "shell_pid": os.getpid(), "env": dict(os.environ)}

    def asked(method: str, /, **params: Any) -> Any:
        if METHODS[method].changing:
            params = {"request_key": key()} | params
        answer = json.loads(bridge.answer(method, {"context": context} | params))
        check_answer({"jsonrpc": "2.0", "id": 1} | answer)
        if "result" in answer:
            check_params(method, params)
            check_result(method, answer["result"])
        return answer.get("result", answer.get("error"))

    yield asked
    bridge.close()


def fault(answer: Any) -> tuple[int, str]:
    """Exit code and category of an error."""
    return answer["data"]["exit_code"], answer["data"]["category"]


# --- the examples ---


@pytest.mark.parametrize("name", METHODS)
def test_the_example_fits(name: str) -> None:
    """What the docs show can be sent."""
    said = describe(METHODS[name])
    check_params(name, said.example | ({"request_key": key()} if METHODS[name].changing else {}))
    assert said.summary.endswith(".")


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"run.show", "run.approve", "run.deny", "note.read"}))
def test_the_example_works(ask: Ask, home: Places, name: str) -> None:
    """What the docs show is answered, on a home of two sessions."""
    register(home, "Planning", "co-planning", this_process())
    answer = ask(name, **describe(METHODS[name]).example)
    assert answer.get("data") is None or fault(answer)[0] == 4, answer  # a file that only the example has


# --- the handshake, the home ---


def test_a_client_of_another_protocol_is_refused_until_it_agrees(ask: Ask) -> None:
    """An old module is told what to install, and changes nothing meanwhile."""
    assert fault(ask("hello", protocol=2)) == (2, "InvalidArgument")
    assert fault(ask("note.send", to="co-planning", text="x")) == (2, "InvalidArgument")
    assert ask("hello", protocol=1, client="test")["protocol"] == 1
    assert ask("note.send", to="co-planning", text="x")["name"]


def test_the_callers_environment_counts_and_not_the_servers(ask: Ask, tmp_path: Path) -> None:
    """Home and session of each call are those of its shell, as they are now."""
    there = {"cwd": str(tmp_path), "env": {"COTEMP_HOME": "other", "COSESSION_ID": "co-x"}}
    told = ask("home", context=there)
    assert (told["home"], told["session"]) == (str(tmp_path / "other"), "co-x")
    assert os.environ["COSESSION_ID"] == "co-x"
    assert ask("home")["session"] is None
    assert "COSESSION_ID" not in os.environ


def test_a_home_that_changes_is_seen(ask: Ask, nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept server finds the home anew when the settings name another one."""
    config = nobody_home / "agents.toml"
    env = {"COTEMP_CONFIG": str(config)}
    before = ask("home", context={"env": env})["home"]
    config.write_text(f'schema = 1\nhome = "{nobody_home.as_posix()}/New"\n')
    assert fault(ask("home", context={"env": env})) == (7, "InvalidData")  # a stranger's, until it is trusted
    assert ask("hello", protocol=1, context={"env": env})["home"] is None
    config.unlink()
    assert ask("home", context={"env": env})["home"] == before


def test_wrong_surroundings_are_told(ask: Ask) -> None:
    """A context that cannot be meant is an error that names its part."""
    wrongs: tuple[Any, ...] = (
        3,
        {"cwd": "rel"},
        {"cwd": 3},
        {"env": []},
        {"env": {"COTEMP_HOME": 3}},
        {"shell_pid": "x"},
    )
    for wrong in wrongs:
        answer = ask("home", context=wrong)
        assert answer["code"] == -32602
        assert "context" in answer["message"]


def test_verify_names_what_is_missing(ask: Ask) -> None:
    """Verify-CoAgentSetup has a list, and it is empty after init."""
    assert not ask("verify")["complete"]
    assert cotemp(["init"]) == 0
    assert ask("verify") == {"home": ask("home")["home"], "complete": True, "missing": []}


def test_the_folders_of_a_session(ask: Ask, home: Places) -> None:
    """CoSession-Path works for the own session before it exists, and refuses a name that nobody has."""
    own = {"env": {"COTEMP_HOME": str(home.home), "COSESSION_ID": "co-new"}}
    assert not ask("session.path", context=own)["exists"]
    assert ask("session.path", context=own, create=True)["exists"]
    assert fault(ask("session.path", session="nobody")) == (4, "ObjectNotFound")
    assert fault(ask("session.path")) == (2, "InvalidArgument")


def test_a_chat_is_greeted_with_the_users_own_text(ask: Ask, home: Places) -> None:
    """Open-CoChats pastes what is in the home, else what ships with cotemp."""
    ours = ask("chats.open-info", session="co-migrate")
    assert ours["greeting"]
    assert ours["greeting_file"] is None
    file = home.home / "greetings" / "GREETING_Migrate.txt"
    file.parent.mkdir()
    file.write_text("Hej\n", encoding="utf-8-sig")
    told = ask("chats.open-info", session="co-migrate")
    assert (told["greeting"], told["greeting_file"]) == ("Hej\n", str(file))


# --- panels ---


def test_a_shell_becomes_a_panel_and_is_found(ask: Ask) -> None:
    """Register-CoPanel, Get-CoPanels and Resolve-CoTarget tell of the same record."""
    made = ask("panels.register", name="Planning", session_id="co-planning")
    assert list(made)[:7] == ["pid", "name", "session_id", "inbox", "outbox", "logs", "ts"]
    assert (made["pid"], made["state"]) == (os.getpid(), "alive")
    assert ask("panels.list")["panels"] == [made]
    assert ask("panels.resolve", to="planning") == made
    assert "Planning" in ask("targets.list")["names"]


def test_a_panel_without_a_session_gets_a_new_one(ask: Ask) -> None:
    """As the original: `co-<pid>-<time>`; the shell's pid has to be known."""
    assert ask("panels.register")["session_id"].startswith(f"co-{os.getpid()}-")
    assert ask("panels.register", share=True, session_id="co-s")["name"] == "SharePanel"
    assert fault(ask("panels.register", context={})) == (2, "InvalidArgument")
    assert fault(ask("panels.register", pid=2**31 - 2)) == (4, "ObjectNotFound")


def test_a_session_without_a_panel_can_be_meant(ask: Ask) -> None:
    """Resolve-CoTarget gives its folders, and no process."""
    told = ask("panels.resolve", to="co-migrate")
    assert (told["pid"], told["name"], told["state"]) == (None, "Migrate", "none")
    assert told["inbox"].endswith("inbox")


def test_dead_panels_are_removed(ask: Ask, home: Places) -> None:
    """Repair-PanelRegistry says which."""
    register(home, "Gone", "co-planning", ProcessId(4_000_000, host_id(), "0"))
    assert ask("panels.list", all=True)["panels"][0]["state"] == "dead"
    assert [panel["name"] for panel in ask("panels.repair")["removed"]] == ["Gone"]
    assert ask("panels.list", all=True)["panels"] == []


# --- notes ---


def test_a_note_is_listed_until_it_was_shown(ask: Ask, home: Places) -> None:
    """Start-CoNoteReader shows first and files then; what changed meanwhile stays."""
    sent = ask("note.send", to="co-planning", text="hi\nthere", sender="co-migrate")
    [note] = ask("note.list", session="co-planning")["notes"]
    assert (note["from"], note["text"], note["path"]) == ("co-migrate", "hi\nthere", sent["path"])
    assert ask("note.list", session="co-planning")["notes"] == [note]
    told = ask("note.read", session="co-planning", tickets=[note["ticket"]])
    assert [one["name"] for one in told["read"]] == [note["name"]]
    assert (home.session("co-planning").notes / note["name"]).exists()
    assert ask("note.read", session="co-planning", tickets=[note["ticket"]])["left"] == [note["name"]]


def test_a_ticket_leads_nowhere_else(ask: Ask) -> None:
    """No ticket names a file outside the inbox."""
    for wrong in ("../NOTE_x.md:1-1", "x", "NOTE_x.md", "NOTE_a/../b.md:1-1", "DO_x.ps1:1-1"):
        assert fault(ask("note.read", session="co-planning", tickets=[wrong])) == (2, "InvalidArgument")


def test_many_notes_come_in_parts(ask: Ask, home: Places) -> None:
    """Windows PowerShell reads no answer of more than 2 MB: the rest comes when the first were read."""
    for number in range(3):
        send(home, "co-planning", f"{number}" * 400_000, "co-migrate", local_now())
    told = ask("note.list", session="co-planning")
    assert (len(told["notes"]), told["more"]) == (2, 1)


def test_the_sender_is_the_callers_session(ask: Ask, home: Places) -> None:
    """A note without a session is from `unknown`, and the answer says so."""
    assert ask("note.send", to="co-planning", text="x")["sender"] == "unknown"
    env = {"COTEMP_HOME": str(home.home), "COSESSION_ID": "CO-MIGRATE"}
    assert ask("note.send", to="co-planning", text="x", context={"env": env})["sender"] == "co-migrate"
    assert ask("note.send", to="co-planning", text="x", kind="WATCHER_POLICY")["name"].startswith("NOTE_WATCHER_POLICY")
    assert fault(ask("note.send", to="co-planning", text="x", kind="../x")) == (2, "InvalidArgument")


def test_a_session_is_made_only_when_asked(ask: Ask) -> None:
    """Send-CoNote makes one; a typing error elsewhere does not."""
    assert fault(ask("note.send", to="co-plannin", text="x")) == (4, "ObjectNotFound")
    assert ask("note.send", to="co-plannin", text="x", create=True)["session"] == "co-plannin"


def test_standing_down_tells_both(ask: Ask) -> None:
    """Mark-MigrateStandDown -NotifyPlanning."""
    told = ask("standdown", notify="co-planning")
    assert [note["session"] for note in told["notes"]] == ["co-migrate", "co-planning"]


# --- DOs and texts ---


def test_a_do_arrives_as_the_original_named_it(ask: Ask) -> None:
    """Drop-CoDO returns the path; the header is read again by do.check."""
    told = ask("do.drop", to="co-migrate", title="DO-Smoke ü", body="Get-Date\n", allow_writes=True, timeout="5m")
    assert Path(told["path"]).name.startswith("DO_DO-Smoke_ü_")
    checked = ask("do.check", path=told["path"])
    assert checked["ok"]
    assert checked["consent"]["allow_writes"]
    assert not told["watched"]
    assert fault(ask("do.drop", to="co-migrate", body="x", engine="cobol")) == (2, "InvalidArgument")
    assert ask("do.drop", to="co-migrate", body="x")["title"].startswith("DO-from-")


def test_templates_are_dropped(ask: Ask) -> None:
    """New-CoHelloDO goes into the own session, else `manual`; New-DO-* where they went."""
    assert ask("do.hello")["session"] == "manual"
    assert ask("do.new", template="reposcan", repo_path="C:\\x")["session"] == "co-migrate"


def test_a_header_is_checked(ask: Ask, tmp_path: Path) -> None:
    """Test-DOHeader has every problem with its place; relative paths start at the shell's folder."""
    (tmp_path / "CoTemp" / "bad.ps1").write_text("<# ---\ntitle: x\n--- #>\n")
    told = ask("do.check", path="bad.ps1")
    assert not told["ok"]
    assert {problem["key"] for problem in told["problems"]} >= {"repo", "risk", "consent"}
    assert fault(ask("do.check", path="none.ps1")) == (4, "ObjectNotFound")
    assert not ask("do.check", path=str(tmp_path))["ok"]
    assert fault(ask("do.check", path="a\0b")) == (2, "InvalidArgument")
    assert fault(ask("do.check", path="x.ps1", context={})) == (2, "InvalidArgument")


def test_a_text_replaces_nothing_unless_asked(ask: Ask) -> None:
    """Drop-CoText of another text gets a number; of the same text it is the same file."""
    first = ask("text.drop", to="co-planning", name="t.md", text="one")
    assert ask("text.drop", to="co-planning", name="t.md", text="one") == first
    second = ask("text.drop", to="co-planning", name="t.md", text="two")
    assert (first["name"], second["name"]) == ("t.md", "t-2.md")
    assert Path(first["path"]).read_bytes() == b"one\n"
    assert ask("text.drop", to="co-planning", name="t.md", text="three", replace=True) == first
    assert Path(first["path"]).read_bytes() == b"three\n"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "C:x", ".tmp-x", "a\0", "x" * 300, " a", "a.", "a\n"])
def test_a_text_stays_in_its_inbox(ask: Ask, name: str) -> None:
    """No name leads out of the folder, or to a file that no system can store."""
    assert fault(ask("text.drop", to="co-planning", name=name, text="x")) == (2, "InvalidArgument")


def test_a_file_is_stable_when_it_was_left_alone(ask: Ask, tmp_path: Path) -> None:
    """Wait-ForStableFile looks again and again; a change, or a missing file, starts the count anew."""
    file = tmp_path / "x.ps1"
    first = ask("wait.stable", path=str(file), consecutive=1, interval_ms=5)
    assert not first["done"]
    again = ask("wait.stable", path=str(file), consecutive=1, look=first["look"])
    assert not again["stable"]
    file.write_text("1")
    look = ask("wait.stable", path=str(file), consecutive=1, look=again["look"])["look"]
    file.write_text("22")
    look = ask("wait.stable", path=str(file), consecutive=1, look=look)["look"]
    told = ask("wait.stable", path=str(file), consecutive=1, look=look)
    assert told["done"]
    assert told["stable"]
    late = {"token": "x", "unchanged": 0, "since_ms": int(time.time() * 1000) - 61_000}
    assert ask("wait.stable", path=str(file), look=late)["done"]
    assert fault(ask("wait.stable", path=str(file), look={"token": 1})) == (2, "InvalidArgument")


# --- runs ---


def drop(ask: Ask, title: str) -> Any:
    """A Python DO for co-migrate."""
    return ask("do.drop", to="co-migrate", title=title, body="print('hi')", engine="python")


def test_a_human_decides_about_what_is_held(ask: Ask, watch: Callable[[str], None]) -> None:
    """Get-CoHeld, Approve-CoRun and Deny-CoRun: the one runs once, the other never, and both can be listed."""
    yes, no = drop(ask, "DO-Yes"), drop(ask, "DO-No")
    watch("hold")
    held = {one["title"]: one for one in ask("held.list", session="co-migrate")["held"]}
    assert {one["waits"] for one in held.values()} == {"do"}
    assert held["DO-Yes"]["enforcer"] is None
    assert held["DO-Yes"]["reasons"]
    assert Path(held["DO-No"]["do_file"]).name.endswith(Path(no["path"]).name)
    again = {"run": held["DO-Yes"]["run_id"], "request_key": key()}
    told = ask("run.approve", **again)
    assert (told["decision"], told["waits"], told["watched"]) == ("approved", "do", False)
    assert ask("run.approve", **again) == told
    assert fault(ask("run.approve", run=again["run"])) == (1, "InvalidOperation")
    assert ask("run.deny", run=held["DO-No"]["run_id"], why="not today")["decision"] == "denied"
    watch("hold")
    assert ask("held.list")["held"] == []
    runs = {run["title"]: run for run in ask("runs.list", session="co-migrate")["runs"]}
    assert (runs["DO-Yes"]["outcome"], runs["DO-No"]["outcome"]) == ("passed", "refused")
    shown = ask("run.show", run=runs["DO-No"]["run_id"])
    assert "not today" in shown["run"]["reason"]
    assert shown["document"]["run_id"] == runs["DO-No"]["run_id"]
    assert ask("runs.list", failed=True)["runs"] == [runs["DO-No"]]
    assert Path(runs["DO-Yes"]["log"]).read_text().strip() == "hi"
    assert yes["id"]


def test_runs_are_listed_newest_last_and_not_all(ask: Ask, watch: Callable[[str], None]) -> None:
    """Get-CoRun -First: what is left out is counted; a time may be spelled with a space, as the answers have it."""
    for title in ("DO-1", "DO-2", "DO-3"):
        drop(ask, title)
    watch("run")
    told = ask("runs.list", limit=2)
    assert ([run["title"] for run in told["runs"]], told["more"]) == (["DO-2", "DO-3"], 1)
    assert ask("run.show", run="last")["run"] == told["runs"][-1]
    assert len(ask("runs.list", since=told["runs"][0]["ended"])["runs"]) >= 2
    assert ask("runs.list", since="2999-01-01 00:00:00Z")["runs"] == []
    assert fault(ask("runs.list", since="yesterday")) == (2, "InvalidArgument")
    assert fault(ask("run.show", run="2020")) == (4, "ObjectNotFound")
    assert ask("status")["sessions"][0]["runs_today"] == {"passed": 3}


# --- who watches ---


def test_a_job_is_told_how_to_watch_and_who_does(ask: Ask, home: Places) -> None:
    """Start-CoQueueWatcherJob starts no second watcher: it sees the first, and where there is none, how to."""
    told = ask("jobs.watch-info", session="co-migrate")
    assert (told["job_name"], told["name"], told["watcher"]["state"]) == (
        "CoQueueWatcher-co-migrate",
        "Migrate",
        "stopped",
    )
    child = subprocess.Popen(told["argv"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with child:
        watcher = eventually(lambda: _running(ask("jobs.watch-info", session="co-migrate")["watcher"]), 30)
        assert watcher["pid"] == child.pid
        assert [one["watcher"]["state"] for one in ask("watchers.enforce")["sessions"]] == ["stopped", "running"]
        assert child.stdin
        child.stdin.close()  # as when PowerShell is killed
        assert child.wait(30) == 0


def _running(watcher: Any) -> Any:
    return watcher if watcher["state"] == "running" else None


def test_another_machines_session_is_not_watched_here(ask: Ask, home: Places) -> None:
    """In a synced folder the job is told that another machine runs the DOs."""
    session = home.session("co-migrate")
    session.owner.write_text('{"schema": 1, "host": "else.where.x", "since": "2026-11-21T10:00:00.000Z"}')
    told = ask("jobs.watch-info", session="co-migrate")["watcher"]
    assert (told["state"], told["host"], told["since"]) == ("elsewhere", "else", "2026-11-21 10:00:00.000Z")


def test_a_new_session_is_watched_only_when_asked(ask: Ask) -> None:
    """Start-CoQueueWatcherJob makes one; a typing error elsewhere does not."""
    assert fault(ask("jobs.watch-info", session="co-new")) == (4, "ObjectNotFound")
    assert ask("jobs.watch-info", session="co-new", create=True)["session"] == "co-new"
    assert [one["session"] for one in ask("watchers.enforce", sessions=["co-newer"])["sessions"]] == ["co-newer"]


# --- what nobody foresaw ---


def test_a_bug_is_an_answer(ask: Ask, monkeypatch: pytest.MonkeyPatch, nobody_home: Path) -> None:
    """An error of ours is told with the file to report, and nothing of the user's is in it."""

    def broken(*_: Any) -> None:
        raise RuntimeError("secret text")

    monkeypatch.setattr(METHODS["home"], "function", broken)
    answer = ask("home")
    assert fault(answer) == (70, "InvalidOperation")
    assert "secret text" not in json.dumps(answer)
    [report] = nobody_home.rglob("errors/*.txt")
    assert "command: bridge home" in report.read_text("utf-8")


def test_an_unknown_method_is_told(ask: Ask) -> None:
    """A module that is newer than cotemp hears which method it lacks."""
    bridge = Bridge(os.environ)
    answer = json.loads(bridge.answer("note.shout", {}))
    assert answer["error"]["code"] == -32601
    assert "note.shout" in answer["error"]["message"]


def test_every_kind_of_error_has_a_category() -> None:
    """PowerShell knows each category by that name."""
    assert set(CATEGORIES) <= {
        "InvalidArgument", "ObjectNotFound", "ResourceBusy", "PermissionDenied", "OperationTimeout", "InvalidData",
        "NotInstalled", "InvalidOperation",
    }  # fmt: skip
