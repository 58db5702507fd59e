"""Every method once, as PowerShell calls it: by the pipe of a kept server, on a real home."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cotemp.bridge.methods import METHODS
from cotemp.places import Places
from tests.pastes.test_clipboard import Fakes, fakes

from .checking import check_answer, check_params, check_result
from .driving import Server, key, line, serving

__all__ = ["fakes"]

Ask = Callable[..., Any]


class Client:
    """Asks a server; what goes out and what comes back is compared with the schema."""

    def __init__(self, server: Server, home: Places) -> None:
        self._server = server
        env = {"COSESSION_ID": "co-planning", "COTEMP_HOME": str(home.home), "COTEMP_CONFIG": None}
        self._context = {"cwd": str(home.home), "shell_pid": os.getpid(), "env": env}
        self.answered: set[str] = set()
        """The methods that gave a result."""

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a call."""
        sent = {"context": self._context, **params} | ({"request_key": key()} if METHODS[method].changing else {})
        check_params(method, sent)
        self._server.write(line(method, sent))
        answer = self._server.answer()
        check_answer(answer)
        assert "result" in answer, answer
        check_result(method, answer["result"])
        self.answered.add(method)
        return answer["result"]


def test_a_day_with_every_method(home: Places, watch: Callable[[str], None], fakes: Fakes) -> None:
    """Whatever a client asks by the schema is answered by the schema, by one and the same server all day."""
    fakes.honest("xclip")
    with serving(env=fakes.env) as server:
        client = Client(server, home)
        begin(client.ask)
        write(client.ask)
        run_one(client.ask, watch)
        decide(client.ask, watch)
        chat(client.ask, home)
        look(client.ask)
        assert client.ask("quit") == {}
        assert server.process.wait(20) == 0
    assert client.answered == set(METHODS)


def begin(ask: Ask) -> None:
    """Join-CoAgent, Register-CoPanel and the like."""
    ask("hello", protocol=1, client="Cotemp.psm1", version="0.1.0")
    assert ask("home")["session"] == "co-planning"
    ask("verify")
    assert ask("chats.open-info")["greeting"]
    assert ask("session.path", session="co-new", create=True)["exists"]
    panel = ask("panels.register", name="Planning", session_id="co-planning")
    assert ask("panels.list")["panels"] == [panel] == [ask("panels.resolve", to="Planning")]
    assert ask("targets.list")["sessions"] == ["co-migrate", "co-new", "co-planning"]
    assert ask("panels.repair")["removed"] == []


def write(ask: Ask) -> None:
    """Send-CoNote, Start-CoNoteReader, Drop-CoText and the like."""
    ask("note.send", to="Planning", text="hi — ✓", kind="WATCHER_POLICY")
    [note] = ask("note.list")["notes"]
    assert ask("note.read", tickets=[note["ticket"]])["read"][0]["name"] == note["name"]
    assert len(ask("standdown", notify="co-planning")["notes"]) == 2
    assert ask("text.drop", to="co-planning", name="t.md", text="x")["name"] == "t.md"


def run_one(ask: Ask, watch: Callable[[str], None]) -> None:
    """Drop-CoDO, Test-DOHeader, Wait-ForStableFile and Get-CoRun."""
    path = ask("do.drop", to="co-migrate", title="DO-Yes", body="print('hi')", engine="python")["path"]
    assert ask("do.check", path=path)["ok"]
    assert not ask("wait.stable", path=path)["done"]
    watch("run")
    [run] = ask("runs.list", session="co-migrate")["runs"]
    assert run["outcome"] == "passed"
    assert ask("run.show", run=run["run_id"])["run"] == run


def decide(ask: Ask, watch: Callable[[str], None]) -> None:
    """Get-CoHeld, Approve-CoRun and Deny-CoRun."""
    ask("do.new", template="smoke", to="co-migrate", engine="python")
    ask("do.hello", to="co-migrate", engine="python")
    watch("hold")
    yes, no = ask("held.list")["held"]
    assert ask("run.approve", run=yes["run_id"])["decision"] == "approved"
    assert ask("run.deny", run=no["run_id"], why="not today")["decision"] == "denied"


def chat(ask: Ask, home: Places) -> None:
    """Send-CoBackchat, Get-CoPaste, Set-CoPaste, Get-CoAck, New-CoBootstrap, New-CoWrap and the like."""
    profile = home.home / "coprofile.json"
    profile.write_text('{"rules": ["one DO, one script"]}')
    assert ask("capsule.build", profile=str(profile), to="co-migrate")["paste"]["kind"] == "capsule"
    sent = ask("backchat.emit", to="co-migrate", body="next: the fallback", priority="high")
    listed = ask("paste.list", session="co-migrate")["pastes"]
    assert [one["id"] for one in listed][:1] == [sent["paste"]["id"]]
    assert ask("paste.copy")["paste"]["copied"] == 1
    assert sent["id"] in ask("paste.take", paste=sent["paste"]["id"])["texts"][0]
    assert ask("paste.mark", paste=sent["paste"]["id"], state="pasted")["paste"]["state"] == "pasted"
    assert [one["state"] for one in ask("ack.list")["acks"]] == ["open"]
    assert ask("bootstrap", session="co-migrate")["policy"] == "1.0.0"
    assert ask("cowrap", session="co-migrate")["path"].endswith(".md")
    assert [one["session"] for one in ask("bloat")["sessions"]] == ["co-migrate", "co-new", "co-planning"]
    assert ask("bloat.act", session="co-migrate")["sessions"][0]["signals"]
    assert ask("bpoe.log", title="Checkpoint", body="green")["path"].endswith("BPOE.workflow.log.md")
    assert "focus=Migration" in ask("bpoe.status", focus="Migration")["line"]
    figures = {one["name"]: one["value"] for one in ask("metrics", session="co-migrate")["metrics"]}
    assert (figures["do_passed"], figures["ack"]) == (1, 0)


def look(ask: Ask) -> None:
    """Status-QuickCheck and Start-SingleWatchers."""
    assert len(ask("status")["sessions"]) == 3
    assert ask("jobs.watch-info", session="co-migrate")["watcher"]["state"] == "stopped"
    assert len(ask("watchers.enforce", sessions=["co-migrate"])["sessions"]) == 1
