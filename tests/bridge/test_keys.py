"""Request keys: whatever dies when, a call is done once, and every process gives the first answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cotemp.bridge import journal
from cotemp.bridge.answering import Bridge
from cotemp.bridge.keys import Keys
from cotemp.errors import StorageFailed
from cotemp.notes import put_away, shown, waiting
from cotemp.places import Places
from tests.waiting import eventually

from .driving import call, dying, key, line, serving

AFTER = "cotemp.bridge.keys.Request.remember"
"""Where everything is done, and nothing told."""
BEFORE = "cotemp.bridge.answering._done"
"""Where the request is known, and nothing done."""
CHANGES: dict[str, dict[str, Any]] = {
    "note.send": {"to": "co-planning", "text": "hi"},
    "standdown": {"to": "co-planning", "notify": "co-migrate"},
    "text.drop": {"to": "co-planning", "name": "t.md", "text": "x"},
    "do.drop": {"to": "co-planning", "body": "Get-Date"},
    "do.new": {"template": "smoke", "to": "co-planning"},
    "do.hello": {},
    "panels.register": {"session_id": "co-planning", "pid": os.getpid()},
}


def die(at: str, method: str, params: dict[str, Any]) -> None:
    """Make a call of a server that is killed at `at`."""
    with serving(dying(at)) as server:
        server.write(line(method, params))
        assert server.answer() is None
        assert server.process.wait(20) < 0 or os.name == "nt"


def spawned(method: str, params: dict[str, Any]) -> Any:
    """The result of the same call by a process of its own, as the fallback makes it."""
    code, answer = call(method, json.dumps(params).encode())
    assert code == 0, answer
    return answer["result"]


def told(method: str, params: dict[str, Any]) -> Any:
    """The answer of a new server, without a process of its own."""
    bridge = Bridge(os.environ)
    try:
        return json.loads(bridge.answer(method, params))
    finally:
        bridge.close()


def again(method: str, params: dict[str, Any]) -> Any:
    """The result of the same call of a new server."""
    return told(method, params)["result"]


def made(home: Places) -> list[Path]:
    """What lies in the inboxes and in the registry."""
    found = [*home.sessions.glob("*/inbox/*"), *(home.panels.glob("*") if home.panels.is_dir() else ())]
    return sorted(found)


@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_killed_before_it_could_answer(home: Places, method: str, at: str) -> None:
    """kill -9 before or after the deed: the second call does it, or finds it, and it is there once."""
    params = CHANGES[method] | {"request_key": key()}
    die(at, method, params)
    first = made(home)
    assert bool(first) == (at == AFTER)
    answer = again(method, params)
    assert len(made(home)) == (2 if method == "standdown" else 1)
    assert not first or made(home) == first
    assert again(method, params) == answer
    parts = answer.get("notes", [answer])
    assert sorted(Path(one.get("path") or one["file"]) for one in parts) == made(home)


def test_killed_while_it_wrote(home: Places) -> None:
    """kill -9 with the note written and not yet named: nobody sees half a note, and the second call sends it once."""
    params = CHANGES["note.send"] | {"request_key": key()}
    die("cotemp.store.mailbox._name_it", "note.send", params)
    session = home.session("co-planning")
    assert waiting(session) == []
    assert os.listdir(session.inbox), "it was killed before it wrote"
    name = spawned("note.send", params)["name"]
    assert [note.name for note in waiting(session)] == [name]


def test_a_note_that_was_read_meanwhile_is_not_sent_again(home: Places) -> None:
    """The note of the lost answer was shown and put away: the second call still finds it."""
    params = CHANGES["note.send"] | {"request_key": key()}
    die(AFTER, "note.send", params)
    [note] = made(home)
    found = note.stat()
    assert put_away(shown(home.session("co-planning"), f"{note.name}:{found.st_size}-{found.st_mtime_ns}"), "me", "t")
    assert again("note.send", params)["name"] == note.name
    assert made(home) == []


@pytest.mark.parametrize("filed", ["running/20261121-101502-1-k3f9__{}.ps1", "outbox/{}-20261121-101502-1-k3f9.ps1"])
def test_a_do_that_was_taken_meanwhile_is_not_dropped_again(home: Places, filed: str) -> None:
    """The DO of the lost answer runs or ran already: the second call finds it by its name."""
    params = CHANGES["do.drop"] | {"request_key": key()}
    die(AFTER, "do.drop", params)
    [do] = made(home)
    do.rename(home.session("co-planning").root / filed.format(do.stem))
    assert again("do.drop", params)["path"] == str(do)
    assert made(home) == []


def test_every_process_gives_the_first_answer(home: Places) -> None:
    """A server, a call of its own and another server answer the same; GUIDs may be spelled in any case."""
    params = CHANGES["note.send"] | {"request_key": key()}
    with serving() as one, serving() as other:
        first = one.ask("note.send", **params)
        assert one.ask("note.send", **params) == first
        assert other.ask("note.send", **params | {"request_key": params["request_key"].upper()}) == first
    assert spawned("note.send", params) == first
    assert len(made(home)) == 1


def test_an_error_is_remembered_too(home: Places) -> None:
    """What was refused once is not done by a repeated call, though it could be now."""
    params = {"to": "co-later", "text": "x", "request_key": key()}
    assert call("note.send", json.dumps(params).encode())[0] == 4
    home.session("co-later").make()
    assert call("note.send", json.dumps(params).encode())[0] == 4
    assert made(home) == []


def test_two_at_once_do_it_once(home: Places, tmp_path: Path) -> None:
    """The second waits while the first is at it, and gets its answer."""
    go = tmp_path / "go"
    slow = f"""
import os, sys, time
from cotemp.bridge import notes, stdio
send = notes.send
def late(*args, **more):
    open({str(tmp_path / "there")!r}, "w").close()
    while not os.path.exists({str(go)!r}): time.sleep(0.005)
    return send(*args, **more)
notes.send = late
stdio.serve(os.environ)
"""
    params = CHANGES["note.send"] | {"request_key": key()}
    with serving((sys.executable, "-c", slow)) as first, serving() as second:
        first.write(line("note.send", params))
        eventually((tmp_path / "there").exists)
        second.write(line("note.send", params))
        other = CHANGES["note.send"] | {"text": "other", "request_key": key()}
        assert spawned("note.send", other)["name"], "another request does not wait"
        go.touch()
        assert first.answer() == second.answer()
    assert len(made(home)) == 2


def test_a_stopped_process_is_not_waited_for_for_ever(home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who never ends makes the second call fail, with words."""
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
    params = CHANGES["note.send"] | {"request_key": key()}
    held = "import sys, time\nfrom cotemp.bridge.journal import Journal\nfrom pathlib import Path\n" + (
        f"with Journal(Path({str(home.state / 'requests')!r})).alone({params['request_key']!r}):\n"
        "    print(1, flush=True)\n    sys.stdin.read()\n"
    )
    with serving((sys.executable, "-c", held)) as other:
        assert other.stdout.readline()
        answer = told("note.send", params)
    assert answer["error"]["data"]["exit_code"] == 9
    assert made(home) == []


@pytest.fixture
def ask(home: Places) -> Callable[..., Any]:
    """Calls of new servers, one for each call, without processes of their own."""
    return lambda method, **params: told(method, params)


def test_a_key_belongs_to_one_call(ask: Callable[..., Any], home: Places) -> None:
    """A client that uses a key twice is told so, and nothing is done."""
    one = key()
    assert "result" in ask("note.send", to="co-planning", text="a", request_key=one)
    for method, params in (("note.send", {"to": "co-planning", "text": "b"}), ("standdown", {})):
        assert ask(method, **params, request_key=one)["error"]["message"].startswith("request_key was used")
    assert len(made(home)) == 1


@pytest.mark.parametrize("wrong", [None, "", "short", "a" * 65, "../../../etc", "a b c d e f", 12345678, "é" * 10])
def test_a_changing_call_needs_a_key(ask: Callable[..., Any], home: Places, wrong: Any) -> None:
    """No change goes unmarked, and no key is a path."""
    assert ask("note.send", to="co-planning", text="a", request_key=wrong)["error"]["code"] == -32602
    assert made(home) == []


@pytest.mark.parametrize("torn", ['{"key":"', '{"key":"KEY"', '{"key":"KEY","asked":"x"', "\0\0", "no json", "\n\n{}"])
def test_a_line_that_somebody_died_at_does_no_harm(ask: Callable[..., Any], home: Places, torn: str) -> None:
    """Half a line in the journal hides neither what follows nor what was before."""
    before, now = ({"to": "co-planning", "text": text, "request_key": key()} for text in ("before", "now"))
    first = ask("note.send", **before)
    [file] = [one for one in (home.state / "requests").iterdir() if one.name.isdigit() and one.stat().st_size]
    with file.open("a") as opened:
        opened.write(torn.replace("KEY", str(now["request_key"])))
    second = ask("note.send", **now)
    assert ask("note.send", **now) == second
    assert ask("note.send", **before) == first
    assert len(made(home)) == 2


def test_a_long_answer_hides_nothing(home: Places) -> None:
    """What follows an answer of several MiB is found by every process, and so is that answer."""
    folder = home.state / "requests"
    written, found = journal.Journal(folder), journal.Journal(folder)
    for name, size in (("before", 1), ("long", 3 << 20), ("after", 1)):
        written.append(name, json.dumps({"answer": "x" * size}))
    assert [len(found.find(name)[0]["answer"]) for name in ("before", "long", "after")] == [1, 3 << 20, 1]
    written.close()
    found.close()


def test_what_is_remembered_is_bounded(ask: Callable[..., Any], home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are kept for ten minutes at least, and not for ever; nobody else may read them."""
    start = time.time()
    params = {"to": "co-planning", "text": "a", "request_key": key()}
    ask("note.send", **params)
    monkeypatch.setattr(time, "time", lambda: start + journal.KEPT - 1)
    ask("note.send", **params)
    assert len(made(home)) == 1
    for later in range(2, 9):
        monkeypatch.setattr(time, "time", lambda at=start + later * journal.KEPT: at)
        ask("note.send", to="co-planning", text="b", request_key=key())
    files = [one for one in (home.state / "requests").iterdir() if one.name.isdigit()]
    assert len(files) == 2
    if os.name == "posix":
        assert all(one.stat().st_mode & 0o077 == 0 for one in (*files, files[0].parent))


def test_a_full_journal_does_not_stop_the_mail(
    ask: Callable[..., Any], home: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends without end still sends."""
    monkeypatch.setattr(journal, "ROOM", 10)
    for text in "abc":
        assert "result" in ask("note.send", to="co-planning", text=text, request_key=key())
    assert len(made(home)) == 3


def test_nothing_is_done_that_cannot_be_remembered(ask: Callable[..., Any], home: Places) -> None:
    """Where this machine's state cannot be written, the call fails before it changes anything."""
    home.state.parent.mkdir(parents=True, exist_ok=True)
    home.state.write_text("in the way")
    answer = ask("note.send", to="co-planning", text="a", request_key=key())
    assert answer["error"]["data"]["type"] == StorageFailed.__name__
    assert made(home) == []


def test_many_processes_append_at_once(home: Places) -> None:
    """No entry of one process is lost among those of others."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom cotemp.bridge.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for n in range(200): journal.append(f'{sys.argv[2]}-{n}', '{\"answer\":{}}')\n"
    )
    folder = home.state / "requests"
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder), f"proc-{n}"]) for n in range(4)]
    assert [one.wait(60) for one in running] == [0] * 4
    found = journal.Journal(folder)
    assert all(len(found.find(f"proc-{one}-{n}")) == 1 for one in range(4) for n in range(200))
    found.close()


def test_the_lock_ends_with_its_thread_of_work(home: Places) -> None:
    """An error inside lets go of the key."""
    all_keys, one = Keys(), key()
    with pytest.raises(RuntimeError), all_keys.begun(home, one, "m", {}):
        raise RuntimeError
    done = threading.Event()
    with all_keys.begun(home, one, "m", {}) as request:
        assert request.mark.again
        done.set()
    assert done.is_set()
    all_keys.close()
