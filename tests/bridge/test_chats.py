"""Chats that cannot read files, from PowerShell: what is prepared for them, once, and without secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.bridge.answering import Bridge
from cotemp.cli.entry import run as cotemp
from cotemp.places import Places
from cotemp.wraps import watching
from tests.pastes.test_clipboard import Fakes, fakes

from .checking import check_params, check_result
from .driving import dying, key, line, serving

__all__ = ["fakes"]

SECRET = "ghp_" + "aB3dE6gH9j" * 3 + "aB3dE6"


class Client:
    """Asks in this process; what goes out and comes back is compared with the schema."""

    def __init__(self) -> None:
        self._bridge = Bridge(os.environ)

    def answer(self, method: str, **params: Any) -> Any:
        """The whole answer."""
        params.setdefault("request_key", key())
        answer = json.loads(self._bridge.answer(method, params))
        if "result" in answer:
            check_params(method, params)
            check_result(method, answer["result"])
        return answer

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a call."""
        answer = self.answer(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def fault(self, method: str, **params: Any) -> tuple[int, str]:
        """Exit code and message of a call that fails."""
        error = self.answer(method, **params)["error"]
        return error["data"]["exit_code"], error["message"]

    def close(self) -> None:
        self._bridge.close()


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.close()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A CoProfile of the original's form, with a secret five levels deep."""
    file = tmp_path / "coprofile.json"
    file.write_text(json.dumps({"rules": {"a": {"b": {"c": {"token": SECRET, "tone": "plain"}}}}}))
    return file


def emitted(client: Client, **more: Any) -> Any:
    """A message for co-migrate."""
    return client.ask("backchat.emit", **({"to": "co-migrate", "body": "next: the fallback"} | more))


# --- once ---

CALLS: Mapping[str, Mapping[str, Any]] = {
    "backchat.emit": {"to": "co-migrate", "body": "next: the fallback", "kind": "todo"},
    "capsule.build": {"to": "co-migrate", "bump": True},
    "bootstrap": {"session": "co-migrate", "todos": ["Mend it"]},
    "cowrap": {"session": "co-migrate", "bundle": True},
    "bpoe.log": {"title": "Checkpoint", "body": "green\n\nnext: the watcher"},
    "paste.copy": {},
    "paste.take": {"paste": "p-"},
}


@pytest.mark.parametrize("method", CALLS)
def test_a_lost_answer_makes_nothing_twice(
    client: Client, home: Places, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, profile: Path, method: str
) -> None:
    """A bridge that dies before it answers has done it; the same call by another process finds it done."""
    fakes.honest("xclip")
    for name, value in fakes.env.items():
        monkeypatch.setenv(name, value)
    client.ask("capsule.build", profile=str(profile))
    if method.startswith("paste"):
        emitted(client, body="long\n" * 4000)
    params = {**CALLS[method], "request_key": key()}
    with serving(dying("cotemp.bridge.keys.Request.remember")) as server:
        server.write(line(method, params))
        assert server.answer() is None
    before = contents(home)
    assert client.ask(method, **params)
    assert contents(home) == before


def contents(home: Places) -> Mapping[str, bytes]:
    """Every file of the home; of a bootstrap's record only how often it was made."""
    files = {str(path): path.read_bytes() for path in home.home.rglob("*") if path.is_file()}
    return {name: b"" if "__bootstrap.json" in name else data for name, data in files.items()}


# --- what is prepared ---


def test_a_message_is_a_pair_of_files_and_a_paste(client: Client, home: Places, tmp_path: Path) -> None:
    """Send-CoBackchat: as the original names them; whoever says nothing of himself is its unknown session."""
    (tmp_path / "plan.md").write_text("x")
    sent = emitted(client, kind="request", attachments=[str(tmp_path / "plan.md")], priority="urgent")
    written = json.loads(Path(sent["path"]).read_text())
    assert (written["id"], written["type"], written["ack"]) == (sent["id"], "request", False)
    assert (written["from_session"], written["attachments"]) == ("Unknown Session", ["plan.md"])
    assert Path(sent["paste_file"]).read_text().startswith("> BACKCHAT: (request) from **Unknown Session**")
    assert Path(sent["path"]).parent == home.home / "inbox" / "co-migrate"
    assert sent["paste"]["priority"] == "urgent"
    assert all(Path(file).exists() for file in sent["paste"]["files"])
    assert client.fault("backchat.emit", to="co-migrate", body="x", attachments=["/nowhere"])[0] == 4
    assert client.fault("backchat.emit", to="co-migrate", body="x", kind="gossip")[0] == 2


def test_nothing_that_is_prepared_holds_a_secret(
    client: Client, home: Places, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is taken out of whatever comes by the bridge, and so is the value of a secret variable."""
    monkeypatch.setenv("MY_API_TOKEN", "correct horse battery staple")
    said = f"{SECRET} and correct horse battery staple"
    client.ask("capsule.build", profile=str(profile), to="co-migrate")
    emitted(client, body=said, sender=SECRET, priority=SECRET)
    client.ask("backchat.emit", to=SECRET, body="x")
    client.ask("bootstrap", session="co-migrate", handoff=said, todos=[said])
    client.ask("bpoe.log", title=said, body=said)
    client.ask("bpoe.status", focus=said)
    client.ask("cowrap", session="co-migrate")
    for path in home.home.rglob("*"):
        assert SECRET not in str(path)
        data = path.read_text() if path.is_file() else ""
        assert SECRET not in data, path
        assert "correct horse" not in data, path


def test_the_policy_changes_only_with_its_version(client: Client, home: Places, profile: Path, tmp_path: Path) -> None:
    """Export-CoPolicyCapsule: a changed profile needs -Bump; copies go where they are wanted."""
    first = client.ask("capsule.build", profile=str(profile))
    assert (first["version"], first["echo"]) == ("1.0.0", "Policy v1.0 loaded.")
    assert [one["pointer"] for one in first["dropped"]] == ["/rules/a/b/c/token"]
    assert client.ask("capsule.build")["version"] == "1.0.0", "it remembers the profile"
    profile.write_text('{"rules": {"tone": "plain"}, "prompts": ["hi"]}')
    code, message = client.fault("capsule.build")
    assert code == 1
    assert "/prompts" in message
    told = client.ask("capsule.build", bump=True, out_dir=str(tmp_path / "out"))
    assert told["version"] == "2.0.0"
    assert told["path"] == str(tmp_path / "out" / "PolicyCapsule.json")
    assert Path(told["path"]).read_bytes() == (home.home / "policy" / "PolicyCapsule.json").read_bytes()
    assert Path(told["paste_file"]).exists()
    assert client.fault("capsule.build", version="1.0.0")[0] == 1
    assert client.ask("capsule.build", version="3.0.0")["version"] == "3.0.0"


def test_a_chat_begins_with_one_paste(client: Client) -> None:
    """New-CoBootstrap: policy, where things stand, what comes next; the session is the shell's, or named."""
    told = client.ask("bootstrap", session="co-migrate", handoff="half done", todos=["Mend the fallback"])
    assert told["paste"]["expect"] == "Policy v1.0 loaded."
    assert all(word in told["texts"][0] for word in ("half done", "Mend the fallback", "Policy v1.0 loaded."))
    assert client.fault("bootstrap")[0] == 2
    assert client.fault("bootstrap", session="nobody")[0] == 4


def test_a_wrap_tells_of_the_repos_that_are_named(client: Client, home: Places, tmp_path: Path) -> None:
    """New-CoWrap -RepoPaths -OutDir: also for a shell that joined nothing, as the original; and a copy where wanted."""
    told = client.ask("cowrap", repos=[str(tmp_path / "gone")], out_dir=str(tmp_path / "out"), bundle=True)
    assert told["session"] == "manual"
    text = Path(told["path"]).read_text()
    assert f"## Repo: {tmp_path / 'gone'}" in text
    assert "WARN: path not found." in text
    assert Path(told["copy"]).read_text() == text
    assert Path(told["bundle"]).exists()
    assert client.ask("cowrap", out_dir=str(home.home / "logs"))["copy"] is None


# --- what becomes of it ---


def test_what_waits_is_taken_copied_and_marked(client: Client, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Get-CoPaste -Copy gives the parts in their order; Set-CoPaste says what became of them."""
    fakes.honest("xclip")
    for name, value in fakes.env.items():
        monkeypatch.setenv(name, value)
    paste = emitted(client, body="words and words\n" * 1000)["paste"]
    assert paste["parts"] > 1
    numbers = [client.ask("paste.copy", paste=paste["id"])["part"] for _ in range(paste["parts"])]
    assert numbers == list(range(1, paste["parts"] + 1))
    assert (fakes.folder / "held").read_text() == Path(paste["files"][-1]).read_text()
    assert client.fault("paste.copy") == (4, "everything that waits was copied")
    assert client.ask("paste.copy", paste=paste["id"], part=2)["part"] == 2
    assert client.ask("paste.take", paste=paste["id"], part=1)["texts"] == [Path(paste["files"][0]).read_text()]
    assert client.ask("paste.mark", paste=paste["id"], state="pasted")["paste"]["state"] == "pasted"
    assert client.ask("paste.list")["pastes"] == []
    assert [one["id"] for one in client.ask("paste.list", all=True)["pastes"]] == [paste["id"]]
    assert client.ask("paste.list", paste=paste["id"][2:6])["pastes"][0]["state"] == "pasted"
    assert client.ask("paste.mark", paste=paste["id"], state="dropped")["paste"]["state"] == "dropped"
    assert client.fault("paste.mark", paste=paste["id"], state="pasted")[0] == 1
    assert client.fault("paste.list", paste="p-nobody")[0] == 4
    assert client.fault("paste.copy") == (4, "nothing waits to be pasted")


def test_copied_is_said_only_of_what_was_copied(client: Client, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clipboard that lies is an error, and the paste still waits for its first copy."""
    fakes.program("xclip", "import sys; sys.stdin.buffer.read() if '-in' in sys.argv else None")
    for name, value in fakes.env.items():
        monkeypatch.setenv(name, value)
    paste = emitted(client)["paste"]
    assert client.fault("paste.copy")[0] == 1
    assert client.ask("paste.list")["pastes"][0]["copied"] == 0
    monkeypatch.delenv("DISPLAY")
    assert client.fault("paste.copy", paste=paste["id"])[0] == 8


def test_what_is_acknowledged_is_told(client: Client, tmp_path: Path) -> None:
    """Get-CoAck: what is open, and what is done, with how far it could be checked."""
    first, second = emitted(client), emitted(client, to="co-planning", priority="urgent")
    open_acks = client.ask("ack.list")["acks"]
    assert {one["id"] for one in open_acks} == {first["id"], second["id"]}
    assert [one["id"] for one in client.ask("ack.list", session="co-planning")["acks"]] == [second["id"]]
    assert client.ask("ack.list", state="overdue")["acks"] == []
    (tmp_path / "answer.txt").write_text(f"ACK {first['id']} https://github.com/me/app/pull/7\n")
    cotemp(["ingest", str(tmp_path / "answer.txt"), "--from", "co-migrate"])
    [done] = client.ask("ack.list", state="done")["acks"]
    assert (done["id"], done["standing"]) == (first["id"], "claimed")
    assert done["acknowledged"][10] == " "


# --- how the work goes ---


def test_a_chat_that_has_grown_too_long_is_told(client: Client, home: Places) -> None:
    """Get-CoBloat changes nothing; the thresholds of the original's parameters count."""
    drop = {"to": "co-migrate", "body": "x", "engine": "python"}
    client.ask("do.drop", **drop)
    one = client.ask("bloat", session="co-migrate", stale_minutes=25, dos_per_hour=2)["sessions"][0]
    assert {signal["name"]: signal["threshold"] for signal in one["signals"]}.items() >= {
        "dos_per_hour": 2.0, "stale_minutes": 25.0
    }.items()  # fmt: skip
    assert not one["breached"]
    assert one["line"].startswith("Health OK")
    old = next(path for path in home.session("co-migrate").inbox.iterdir())
    os.utime(old, (old.stat().st_mtime - 4000,) * 2)
    before = contents(home)
    [one] = client.ask("bloat", session="co-migrate")["sessions"]
    assert (one["breached"], one["over"], one["cowrap"]) == (True, [], None)
    assert one["line"].startswith("[BLOAT?] Low DO throughput: 0/h (<2/h) | Status stale: 66 min (>25)")
    assert contents(home) == before
    assert not client.ask("bloat", session="co-migrate", stale_minutes=100, dos_per_hour=0)["sessions"][0]["breached"]


def test_looks_that_count_make_a_wrap_at_the_second(
    client: Client, home: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Watch-CoBloat: the second look in a row makes the CoWrap and the alert, and a third makes no other."""
    monkeypatch.setattr(watching, "BETWEEN", timedelta())
    client.ask("do.drop", to="co-migrate", body="x", engine="python")
    old = next(path for path in home.session("co-migrate").inbox.iterdir())
    os.utime(old, (old.stat().st_mtime - 4000,) * 2)
    told = [client.ask("bloat.act", session="co-migrate")["sessions"][0] for _ in range(3)]
    assert [one["cowrap"] is not None for one in told] == [False, True, False]
    assert told[1]["line"] in (home.home / "alerts" / "BLOAT_ALERT.txt").read_text()


def test_the_line_of_status_has_the_originals_form(client: Client, home: Places, tmp_path: Path) -> None:
    """Set-CoBpoeStatus: focus and branch as said; the health is computed."""
    told = client.ask("bpoe.status", focus="Migration", repo=str(tmp_path / "app"), branch="main")
    assert told["line"].startswith("[BPOE] t=")
    assert told["line"].endswith(f"| focus=Migration | repo=app@main | health={told['health']}")
    assert Path(told["path"]).read_text().strip() == told["line"]
    assert "focus=Migration | repo=-@-" in client.ask("bpoe.status")["line"]
    assert client.fault("bpoe.log", title=" ", body="x")[0] == 2


def test_figures_come_with_their_reasons(client: Client, home: Places) -> None:
    """Get-CoMetric: counts, rates and medians; of reasons there are lists, as a table may not have two equal keys."""
    emitted(client)
    client.ask("bloat.act")
    found = client.ask("metrics")["metrics"]
    assert {one["unit"] for one in found} == {"", "rate", "s"}
    assert next(one["value"] for one in found if one["name"] == "pass_rate") is None
    assert next(one["value"] for one in found if one["name"] == "paste_made") == 1
    assert client.fault("metrics", since="yesterday")[0] == 2
    assert client.fault("metrics", session="nobody")[0] == 4


def test_a_message_makes_the_home_that_it_names(client: Client, tmp_path: Path) -> None:
    """Send-CoBackchat -Base of a folder that is not there yet."""
    there = {"env": {"COTEMP_HOME": str(tmp_path / "Elsewhere")}, "cwd": str(tmp_path)}
    sent = client.ask("backchat.emit", to="co-migrate", body="x", context=there)
    assert Path(sent["path"]).is_relative_to(tmp_path / "Elsewhere" / "inbox")
