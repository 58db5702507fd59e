"""The server as PowerShell drives it, byte for byte, with what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from cotemp.places import Places
from tests.waiting import eventually

from .driving import SERVE, key, line, serving

STRAY = """
import os, sys
from cotemp.bridge import home, stdio
from cotemp.bridge.methods import METHODS
def noisy(caller):
    print("stray")
    os.write(1, b"stray")
    os.system("echo stray; cat")
    return {}
METHODS["home"].function = noisy
stdio.serve(os.environ)
"""


CLIENT = """
import json, subprocess, sys
from tests.bridge.driving import SERVE, line
server = subprocess.Popen(SERVE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
server.stdin.write(line("hello", {"protocol": 1}))
server.stdin.flush()
pid = json.loads(server.stdout.readline())["result"]["pid"]
server.stdin.write(line(sys.argv[1], {"session": "co-planning"}) * 100)
server.stdin.flush()
print(pid, flush=True)
sys.stdin.read()
"""


def test_the_first_words_of_either_powershell(home: Places) -> None:
    """7 writes no BOM and LF; 5.1 a BOM and CRLF; both may write two requests at once, or half of one."""
    with serving() as server:
        server.write(b"\xef\xbb\xbf" + line("hello", {"protocol": 1})[:-1] + b"\r\n" + line("home", request_id=2)[:9])
        assert server.answer()["result"]["protocol"] == 1
        server.write(line("home", request_id=2)[9:] + line("nope", request_id="3"))
        assert server.answer()["result"]["home"] == str(home.home)
        assert server.answer()["error"]["code"] == -32601
        assert server.end() == 0
        assert server.process.stderr
        assert server.process.stderr.read() == b""


def test_what_goes_out_is_ascii(home: Places) -> None:
    """Whatever code page a console has, the answer is read as it was meant."""
    with serving() as server:
        text = "é — ✓ 你好 \U0001f600 \x1b[31m"
        server.write(line("note.send", {"to": "co-planning", "text": text, "request_key": key()}))
        server.write(line("note.list", {"session": "co-planning"}))
        assert server.answer()["result"]
        raw = server.stdout.readline()
        assert raw.isascii()
        assert json.loads(raw)["result"]["notes"][0]["text"] == text


def test_it_ends_with_its_stdin_and_with_quit() -> None:
    """No process is left when PowerShell ends."""
    with serving() as server:
        assert server.end() == 0
    with serving() as server:
        assert server.ask("quit") == {}
        assert server.answer() is None
        assert server.process.wait(20) == 0


@pytest.mark.parametrize("asked", ["hello", "jobs.watch-info"])
def test_it_ends_when_its_client_is_killed(asked: str) -> None:
    """`kill -9` of PowerShell leaves no server, whether it was idle or an answer was under way."""
    with serving((sys.executable, "-c", CLIENT, asked)) as client:
        server = psutil.Process(int(client.stdout.readline()))
        assert not gone(server)
        client.process.kill()
        eventually(lambda: gone(server))


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended, be it that nobody has taken notice yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_half_a_request_at_the_end_is_told() -> None:
    """A client that dies while it writes leaves no server, and nothing of the half request is done."""
    half = line("note.send", _note(1))[:-20]
    done = subprocess.run(SERVE, input=half, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["error"]["code"] == -32700
    assert done.stderr == b""


def test_a_whole_last_request_is_answered_at_the_end() -> None:
    """`'…' | cotemp bridge serve` works without a last line end."""
    done = subprocess.run(SERVE, input=line("hello", {"protocol": 1})[:-1], capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["result"]["protocol"] == 1


def test_nobody_who_reads_ends_it() -> None:
    """When its reader is gone it ends, without a word."""
    with serving() as server:
        server.ask("hello", protocol=1)
        server.stdout.close()
        server.write(line("home"))
        assert server.process.wait(20) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == b""
        server.process.stdout = None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to send ^C to one process")
def test_an_interrupt_is_ignored() -> None:
    """^C at the prompt is not for the bridge: the next call is answered by the same process."""
    with serving() as server:
        pid = server.ask("hello", protocol=1)["pid"]
        for _ in range(3):
            os.kill(pid, signal.SIGINT)
            assert server.ask("hello", protocol=1)["pid"] == pid
        assert server.end() == 0


def test_stray_output_does_not_disturb_it() -> None:
    """What anything prints goes to stderr, and no child can read the requests."""
    with serving((sys.executable, "-c", STRAY)) as server:
        server.write(line("home") + line("hello", {"protocol": 1}))
        assert server.answer()["result"] == {}
        assert server.answer()["result"]["protocol"] == 1
        server.end()
        assert server.process.stderr
        assert server.process.stderr.read().count(b"stray") == 3


def test_a_slow_reader_gets_everything(home: Places) -> None:
    """A pipe that is full makes the server wait, and loses nothing."""
    asked = 300
    with serving() as server:
        with server.pouring(b"".join(line("status", request_id=number) for number in range(asked))):
            answers = [server.answer() for _ in range(asked)]
        assert [answer["id"] for answer in answers] == list(range(asked))
        assert sum(len(json.dumps(answer)) for answer in answers) > 2 * 65536, "it did not fill the pipe"
        assert server.ask("home")["home"] == str(home.home)


def test_ten_thousand_calls(home: Places) -> None:
    """The server does not tire: it answers all, in order, and grows with none."""
    with serving() as server:
        taken = psutil.Process(server.ask("hello", protocol=1)["pid"]).memory_info
        with server.pouring(b"".join(line("home", request_id=number) for number in range(10_000))):
            for number in range(10_000):
                assert server.answer()["id"] == number
                if number == 1000:
                    before = taken().rss
        assert taken().rss - before < 4 * 1024**2
        assert server.end() == 0


def test_two_hundred_notes_arrive(home: Places) -> None:
    """200 notes in a loop: the original lost 198 of them."""
    with serving() as server:
        for number in range(200):
            server.ask("note.send", to="co-planning", text=str(number), request_key=key())
        notes = server.ask("note.list", session="co-planning")["notes"]
    assert [note["text"] for note in notes] == [str(number) for number in range(200)]


def test_two_clients_at_once(home: Places) -> None:
    """Servers of several windows do not disturb each other."""

    def send(name: str) -> None:
        with serving() as server:
            for number in range(50):
                server.ask("note.send", to="co-planning", text=f"{name}{number}", request_key=key())

    threads = [threading.Thread(target=send, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(os.listdir(home.session("co-planning").inbox)) == 150


@pytest.mark.parametrize("broken", [b"\xff\xfe\n", b"{\n", b"\0\n", b"x" * (17 * 1024 * 1024) + b"\n"])
def test_a_broken_line_is_survived(broken: bytes) -> None:
    """Invalid UTF-8, half a request or 17 MiB: an error, and then the next answer."""
    with serving() as server:
        server.write(broken + line("hello", {"protocol": 1}, 7))
        assert server.answer()["error"]["code"] == -32700
        assert server.answer()["id"] == 7


WRONG = {
    b'{"jsonrpc":"2.0","id":1,"method":"note.shout","params":{}}\n': -32601,
    b'{"jsonrpc":"2.0","id":1,"method":"note.send","params":{"to":3}}\n': -32602,
    b'{"jsonrpc":"2.0","id":1,"method":"note.send","params":{"to":"co-planning","text":"x"}}\n': -32602,
    b'{"jsonrpc":"2.0","id":1,"method":"note.send","params":[]}\n': -32602,
    b'{"jsonrpc":"2.0","id":1,"method":"home","params":{"context":{"cwd":"x"}}}\n': -32602,
    b'{"id":1,"method":"home"}\n': -32600,
    b"[]\n": -32600,
}


def test_a_wrong_request_is_survived(home: Places) -> None:
    """Unknown methods, bad params and what is no request: each gets its error, of one server, and nothing is done."""
    with serving() as server:
        for wrong, code in WRONG.items():
            server.write(wrong)
            error = server.answer()["error"]
            assert (error["code"], bool(error["data"]["fix"])) == (code, True)
        assert server.ask("home")["home"] == str(home.home)
    assert os.listdir(home.session("co-planning").inbox) == []


def test_a_killed_server_leaves_no_half_note(home: Places, tmp_path: Path) -> None:
    """kill -9 while it sends: what is in the inbox is whole, and the next server goes on."""
    asked = 500  # more than the pipes hold, as nobody reads on
    with serving() as server, server.pouring(b"".join(line("note.send", _note(number)) for number in range(asked))):
        for _ in range(20):
            assert server.answer()["result"]
        server.process.kill()
    notes = list(home.session("co-planning").inbox.glob("NOTE_*"))
    assert 20 <= len(notes) < asked, "it was not killed in the middle"
    assert all(note.read_text() == "text" * 100 + "\n" for note in notes)
    with serving() as server:
        assert server.ask("note.send", **_note(-1))["path"]


def _note(number: int) -> dict[str, str]:
    return {"to": "co-planning", "text": "text" * 100, "request_key": f"key-{number:05}"}
