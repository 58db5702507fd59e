"""`join`, `panels`, `send`, `notes`, `sent` and `stand-down` as they are typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import pexpect
import psutil
import pytest

from cotemp.cli.panels import above
from cotemp.notes import waiting
from cotemp.panels import Panel, listing, register
from cotemp.places import Places, SessionPlaces, own_config_file
from cotemp.store.identity import this_process

from ..waiting import eventually

COTEMP = f"{sys.executable} -m cotemp"


@pytest.fixture
def home(places: Places, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A home with the sessions co-planning and co-migrate, as the commands find it."""
    monkeypatch.setenv("COTEMP_HOME", str(places.home))
    found = Places.at(places.home)
    for sid in ("co-planning", "co-migrate"):
        found.session(sid).make()
    return found


@pytest.fixture
def planning(home: Places) -> SessionPlaces:
    return home.session("co-planning")


def cotemp(
    *words: str, stdin: str | bytes | None = None, code: int = 0, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command line, stdin closed unless given; it must end with `code`."""
    done = subprocess.run(
        [sys.executable, "-m", "cotemp", *words],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | env,
        timeout=60,
    )
    said = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert said.returncode == code, said
    return said


def told(*words: str, **settings: Any) -> Any:
    return json.loads(cotemp(*words, "--json", **settings).stdout)


def shell(script: str, program: str = "sh", **env: str) -> str:
    """What a shell script prints; `$COTEMP` runs the command line."""
    done = subprocess.run(
        [program, "-c", script],
        capture_output=True, text=True, env=os.environ | {"COTEMP": COTEMP} | env, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done
    return done.stdout


def only(home: Places) -> Panel:
    (panel,) = listing(home).present
    return panel


# --- join ---


def test_join_sets_the_session_of_a_shell(home: Places) -> None:
    """`eval "$(cotemp join co-x)"` makes the session, sets its id, and registers that very shell."""
    out = shell('eval "$($COTEMP join co-x)"; echo "$COSESSION_ID" "$COTEMP_HOME" $$; $COTEMP panels --json')
    first, _, rest = out.partition("\n")
    assert first.split()[:2] == ["co-x", str(home.home)]
    (panel,) = json.loads(rest)["panels"]
    assert (panel["session_id"], panel["pid"], panel["state"]) == ("co-x", int(first.split()[2]), "alive")
    assert home.session("co-x").receipts.is_dir()


def test_a_shell_that_ended_is_dead(home: Places) -> None:
    """When the shell that joined has ended, its panel is kept apart."""
    shell('eval "$($COTEMP join co-x --name Gone)"')
    assert told("panels")["panels"] == []
    assert "dead" not in told("panels")
    assert [panel["name"] for panel in told("panels", "--all")["dead"]] == ["Gone"]
    assert "Gone" not in cotemp("panels").stdout
    assert "1 more" in cotemp("panels").stdout
    assert "Gone" in cotemp("panels", "--all").stdout


@pytest.mark.parametrize("name", ["plain", 'it\'s $HOME `x` "q" \u2018curly\u2019 ; ü\\n !1 %PATH%'])
@pytest.mark.parametrize("program", ["sh", "bash"])
def test_odd_homes_are_quoted(tmp_path: Path, name: str, program: str) -> None:
    """Whatever the home is called, the shell gets exactly its path."""
    found = shell('eval "$($COTEMP join co-x)"; printf %s "$COTEMP_HOME"', program, COTEMP_HOME=str(tmp_path / name))
    assert found == str(tmp_path / name)


def test_every_shell_gets_its_own_quotes(tmp_path: Path) -> None:
    """PowerShell doubles every kind of single quote, fish escapes, cmd takes no quotes at all."""
    odd = str(tmp_path / "it's a \u2019\\ home")

    def lines(which: str, home: str, code: int = 0) -> list[str]:
        me = str(os.getpid())
        return cotemp("join", "co-x", "--shell", which, "--pid", me, COTEMP_HOME=home, code=code).stdout.splitlines()

    assert lines("pwsh", odd) == [
        "$env:COSESSION_ID = 'co-x'",
        "$env:COTEMP_HOME = '" + odd.replace("'", "''").replace("\u2019", "\u2019\u2019") + "'",
    ]
    assert lines("fish", odd) == [
        "set -gx COSESSION_ID 'co-x'",
        "set -gx COTEMP_HOME '" + odd.replace("\\", "\\\\").replace("'", "\\'") + "'",
    ]
    plain = str(tmp_path / "it's (a) home & more")
    assert lines("cmd", plain) == ['set "COSESSION_ID=co-x"', f'set "COTEMP_HOME={plain}"']
    assert lines("cmd", str(tmp_path / "100%"), code=2) == []
    assert lines("sh", str(tmp_path / "a\nb"), code=2) == []


def test_the_usual_home_needs_no_variable(nobody_home: Path) -> None:
    """In the default home only the session is set."""
    (nobody_home / "Downloads" / "CoTemp").mkdir(parents=True)
    assert cotemp("join", "co-x").stdout == "export COSESSION_ID='co-x'\n"


def test_join_on_a_terminal(home: Places) -> None:
    """On a terminal join registers the terminal's shell, titles the window and says what to type."""
    env = os.environ | {"TERM": "xterm", "PS1": "$ ", "NO_COLOR": "1"}
    terminal = pexpect.spawn("sh", env=env, encoding="utf-8", timeout=20, dimensions=(24, 200))
    terminal.sendline(f"{COTEMP} join co-x --name Desk")
    terminal.expect_exact("\x1b]0;[co-x] Desk\x07")
    terminal.expect_exact("export COSESSION_ID='co-x'")
    terminal.expect_exact('eval "$(cotemp join co-x)"')
    assert only(home).pid == terminal.pid
    terminal.sendline(f'eval "$({COTEMP} join co-x)"; echo "got=$COSESSION_ID."')
    terminal.expect_exact("got=co-x.")
    assert only(home).pid == terminal.pid
    assert only(home).name == "Desk"
    terminal.sendline(f"sh -c '{COTEMP} join co-inner; echo did=$?.'")
    terminal.expect_exact("did=0.")
    assert {(panel.session_id, panel.pid) for panel in listing(home).present} == {
        ("co-x", terminal.pid),
        ("co-inner", terminal.pid),
    }
    terminal.close(force=True)
    assert eventually(lambda: not listing(home).present)


def test_join_takes_a_process(home: Places) -> None:
    """--pid registers another process; one that does not exist is an error."""
    panel = told("join", "co-x", "--pid", str(os.getpid()), "--name", "Tests")["panel"]
    assert (panel["pid"], panel["name"], panel["state"]) == (os.getpid(), "Tests", "alive")
    assert "no process" in cotemp("join", "co-x", "--pid", "999999999", code=4).stderr


def test_join_looks_through_launchers() -> None:
    """A program that only starts another one (as `cotemp.exe` does on Windows) is not taken for the terminal."""
    with subprocess.Popen(["sort"], stdin=subprocess.PIPE) as child:  # there is one on every system
        program = os.path.normcase(psutil.Process(child.pid).exe())
        assert above(child.pid, {program}) == os.getpid()
        assert above(child.pid, set()) == child.pid
        child.communicate()
    assert above(child.pid, {program}) == child.pid


def test_join_names_the_panel(home: Places) -> None:
    """The name is the one given, else the configured one, else the one of before; a panel's name joins its session."""
    me, config = str(os.getpid()), own_config_file()
    config.parent.mkdir(parents=True)
    config.write_text('schema = 1\n[sessions.co-x]\nname = "Configured"\n')
    assert told("join", "co-x", "--pid", me)["panel"]["name"] == "Configured"
    assert told("join", "configured", "--pid", me)["panel"]["session_id"] == "co-x"
    assert told("join", "co-planning", "--pid", me)["panel"]["name"] == "Planning"
    assert told("join", "co-y", "--pid", me)["panel"]["name"] == "Panel-1"


@pytest.mark.parametrize("session", ["../x", "a b", "nul", "x" * 65, ""])
def test_join_refuses_bad_ids(home: Places, session: str) -> None:
    """What cannot be a session is refused with exit code 2, and nothing is made."""
    before = home.session_ids()
    assert "session id" in cotemp("join", session, code=2).stderr
    assert home.session_ids() == before
    assert listing(home).present == ()


# --- panels ---


def test_panels_shows_what_is_no_panel(home: Places) -> None:
    """Files that are no records are named with the reason, and names cannot steer the terminal."""
    register(home, "Planning", "co-planning", this_process())
    record = json.loads(only(home).file.read_text())
    (home.panels / "1.json").write_text(json.dumps(record | {"name": "evil\x1b[2J\u202e", "session_id": "co-migrate"}))
    (home.panels / "2.json").write_text("{")
    out = cotemp("panels").stdout
    assert re.search(r"^name +session +pid +state +registered$", out, re.M)
    assert re.search(rf"^Planning +co-planning +{os.getpid()} +alive +(?:\d+ \w+ ago|just now)$", out, re.M)
    assert re.search(r"^2\.json is no panel: it is no JSON", out, re.M)
    assert "\x1b" not in out
    assert "\u202e" not in out
    found = told("panels")
    assert [panel["name"] for panel in found["panels"]] == ["evil\x1b[2J\u202e", "Planning"]
    assert found["unreadable"][0]["file"] == str(home.panels / "2.json")


def test_no_panels_is_an_answer(home: Places) -> None:
    """An empty registry exits 0 and says how to join."""
    assert "cotemp join" in cotemp("panels").stdout
    assert told("panels") == {"schema": 1, "home": str(home.home), "panels": [], "unreadable": []}


# --- send ---


def test_send_says_where_the_note_is(planning: SessionPlaces) -> None:
    """The note lies where send says, from the session of this shell, and stderr is silent."""
    done = cotemp("send", "CO-PLANNING", "hello — 😀", COSESSION_ID="co-migrate")
    (note,) = waiting(planning)
    assert done.stdout == f"Note sent -> {note.path}\n"
    assert done.stderr == ""
    assert note.sender == "co-migrate"
    assert note.path.read_text() == "hello — 😀\n"


@pytest.mark.parametrize("words", [(), ("-",)])
def test_send_reads_stdin(planning: SessionPlaces, words: tuple[str, ...]) -> None:
    """Text from a pipe is sent as it is, without doubling its last line end."""
    cotemp("send", "co-planning", *words, "--from", "co-migrate", stdin="one\ntwo\n")
    (note,) = waiting(planning)
    assert note.path.read_text() == "one\ntwo\n"


def test_send_without_a_sender_warns(planning: SessionPlaces) -> None:
    """Without $COSESSION_ID the sender is unknown, and send says so."""
    assert "COSESSION_ID" in cotemp("send", "co-planning", "x").stderr
    assert waiting(planning)[0].sender == "unknown"


def test_send_from_a_panel(home: Places, planning: SessionPlaces) -> None:
    """--from takes a panel's name, too, and refuses what is no session."""
    register(home, "Migrate", "co-migrate", this_process())
    cotemp("send", "co-planning", "x", "--from", "migrate")
    cotemp("send", "co-planning", "x", "--from", "co-not-here-yet")
    assert [note.sender for note in waiting(planning)] == ["co-migrate", "co-not-here-yet"]
    cotemp("send", "co-planning", "x", "--from", "../me", code=2)
    cotemp("send", "co-planning", "x", COSESSION_ID="a b", code=2)


def test_send_errors_say_what_to_do(home: Places) -> None:
    """Unknown targets name their neighbours; too long, empty and undecodable texts are refused; nothing is created."""
    sessions = home.session_ids()
    assert "co-planning" in cotemp("send", "co-planing", "x", code=4).stderr
    assert told("send", "co-planing", "x", code=4)["error"]["type"] == "UnknownTarget"
    assert "--create" in cotemp("send", "co-planing", "x", code=4).stderr
    assert "--create" not in cotemp("notes", "co-planing", code=4).stderr
    assert "empty" in cotemp("send", "co-planning", stdin="", code=2).stderr
    assert "1048578 bytes" in cotemp("send", "co-planning", "-", stdin="x" * 2_000_000, code=2).stderr
    assert "1 MiB" in cotemp("send", "co-planning", "-", stdin="x" * 1_048_577, code=2).stderr
    assert "UTF-8" in cotemp("send", "co-planning", "-", stdin=b"\xff", code=2).stderr
    assert "--wait" in cotemp("send", "co-planning", "x", "--timeout", "1s", code=2).stderr
    cotemp("send", "../../tmp", "x", code=2)
    assert home.session_ids() == sessions
    assert [path for sid in sessions for path in home.session(sid).inbox.iterdir()] == []
    cotemp("send", "co-new", "x", "--create")
    assert len(waiting(home.session("co-new"))) == 1


def test_send_on_a_terminal_needs_a_text(home: Places) -> None:
    """With nothing to send and nobody piping, send does not hang: it shows how."""
    terminal = pexpect.spawn(sys.executable, ["-m", "cotemp", "send", "co-planning"], encoding="utf-8", timeout=20)
    terminal.expect_exact("cotemp send co-planning")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 2


def test_send_can_wait_for_the_reader(planning: SessionPlaces) -> None:
    """--wait ends when the note is read, and says by whom; --timeout ends it with exit code 9."""
    assert "not read yet" in cotemp("send", "co-planning", "x", "--wait", "--timeout", "1s", code=9).stderr
    waiter = subprocess.Popen(
        [*COTEMP.split(), "send", "co-planning", "read me", "--wait", "--json"], stdout=subprocess.PIPE, text=True
    )
    eventually(lambda: len(waiting(planning)) == 2)
    cotemp("notes", "co-planning", COSESSION_ID="co-planning")
    out, _ = waiter.communicate(timeout=30)
    found = json.loads(out)
    assert (found["state"], found["read_by"], found["session"]) == ("read", "co-planning", "co-planning")
    assert waiter.returncode == 0


# --- notes ---


def send(home: Places, *texts: str) -> None:
    from cotemp.notes import send as send_note
    from cotemp.times import local_now

    for text in texts:
        send_note(home, "co-planning", text, "co-migrate", local_now())


def test_notes_are_shown_then_filed(home: Places, planning: SessionPlaces) -> None:
    """Notes come in order with sender and local time, and only once; peeking leaves them."""
    send(home, "first", "second\nline")
    peeked = cotemp("notes", "co-planning", "--peek").stdout
    shown = cotemp("notes", COSESSION_ID="co-planning").stdout
    assert peeked == shown
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(
        rf"co-migrate, {time}\n  first\n\nco-migrate, {time}\n  second\n  line\n\n", shown
    )  # fmt: skip
    assert cotemp("notes", "co-planning").stdout == "no notes in co-planning\n"
    assert len(os.listdir(planning.notes)) == len(os.listdir(planning.receipts)) == 2


def test_notes_cannot_steer_the_terminal(home: Places) -> None:
    """Control, bidi and zero-width characters are visible, and no text can look like another note's heading."""
    send(home, "a\x1b[2Jb\rc\u202ed\u200be\nco-boss, 2026-01-01 00:00:00\n\x9bx")
    shown = cotemp("notes", "co-planning").stdout
    assert not set(shown) & set("\x1b\r\u202e\u200b\x9b")
    assert "a␛[2Jb␍c<U+202E>d<U+200B>e" in shown
    assert not re.search(r"^co-boss", shown, re.M)


def test_notes_as_json(home: Places, planning: SessionPlaces) -> None:
    """Programs get all notes as one value, the text as it is."""
    send(home, "a\x1bb\n", "ü")
    (planning.inbox / "NOTE_x.md").mkdir()
    found = told("notes", "co-planning")
    assert (found["schema"], found["session"]) == (1, "co-planning")
    assert [(n["from"], n["text"]) for n in found["notes"] if n["text"]] == [
        ("co-migrate", "a\x1bb\n"),
        ("co-migrate", "ü"),
    ]
    assert [n["problem"] for n in found["notes"] if n["name"] == "NOTE_x.md"] == ["it is a folder, no file"]
    assert os.listdir(planning.inbox) == ["NOTE_x.md"]
    assert len(told("notes", "co-planning", "--peek")["notes"]) == 1


def test_a_note_that_could_not_be_written_out_stays(home: Places, planning: SessionPlaces) -> None:
    """When stdout is full or closed, the note was not seen, so it is not filed."""
    send(home, "precious")
    for json_flag in ([], ["--json"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([*COTEMP.split(), "notes", "co-planning", *json_flag], stdout=full, check=False)
        assert done.returncode == 10
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as closed:
            done = subprocess.run([*COTEMP.split(), "notes", "co-planning", *json_flag], stdout=closed, check=False)
        assert done.returncode == 141
    assert len(waiting(planning)) == 1
    assert os.listdir(planning.notes) == os.listdir(planning.receipts) == []


def test_notes_need_a_session(home: Places) -> None:
    """Without $COSESSION_ID the session must be named; an unknown one gets its neighbours."""
    assert "cotemp notes SESSION" in cotemp("notes", code=2).stderr
    assert "co-planning" in cotemp("notes", "co-plannin", code=4).stderr
    cotemp("notes", "--follow", code=2)


def _until(word: str, lines: IO[str]) -> str:
    """What is printed up to the line that holds `word`, or up to the end."""
    read = ""
    while word not in read and (line := lines.readline()):
        read += line
    return read


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_notes_can_be_followed(home: Places, planning: SessionPlaces, flags: list[str]) -> None:
    """--follow shows what arrives until ^C, which ends it with exit code 130; what was shown is filed."""
    send(home, "before")
    words = [*COTEMP.split(), "notes", "co-planning", "--follow", *flags]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        guard = threading.Timer(30, follower.kill)
        guard.start()
        shown = _until("before", follower.stdout)
        send(home, "after")
        shown += _until("after", follower.stdout)
        eventually(lambda: os.listdir(planning.inbox) == [])
        follower.send_signal(signal.SIGINT)
        shown += follower.stdout.read()
        guard.cancel()
    assert follower.returncode == 130
    if flags:
        assert [json.loads(line)["text"] for line in shown.splitlines()] == ["before", "after"]


# --- sent ---


def test_sent_says_what_is_known(home: Places, planning: SessionPlaces) -> None:
    """A sender sees of each note whether it was read, by whom and when, and never more."""
    send(home, "one", "two", "three")
    one, two, _ = waiting(planning)
    cotemp("notes", "co-planning", "--peek")
    one.path.rename(planning.notes / one.name)
    hidden = planning.root / two.name
    two.path.rename(hidden)
    cotemp("notes", "co-planning", COSESSION_ID="co-planning")
    hidden.rename(two.path)
    lines = cotemp("sent", COSESSION_ID="co-migrate").stdout.splitlines()
    assert lines[0].split() == ["sent", "to", "what", "became", "of", "it"]
    fates = sorted(line.split("co-planning  ", 1)[1] for line in lines[1:])
    assert fates[:2] == ["filed by another program, time unknown", "not read yet"]
    assert re.fullmatch(r"read at \d\d:\d\d by co-planning", fates[2])
    found = told("sent", "co-migrate")
    assert sorted(note["state"] for note in found["notes"]) == ["filed", "read", "unread"]
    assert found["from"] == "co-migrate"
    assert cotemp("sent", "co-planning").stdout == "no notes of co-planning\n"
    assert "cotemp sent SESSION" in cotemp("sent", code=2).stderr


# --- the original's ---


def test_stand_down_drops_its_notes(home: Places, planning: SessionPlaces) -> None:
    """The session gets the stand-down note, the other one the word of it."""
    done = cotemp("stand-down", "co-migrate", "--notify", "co-planning", COSESSION_ID="co-planning")
    first, second = done.stdout.splitlines()
    assert re.search(r"Dropped -> .*co-migrate/inbox/NOTE_STANDDOWN_", first)
    assert re.search(r"Dropped -> .*co-planning/inbox/NOTE_INFO_", second)
    assert "Stand Down" in cotemp("notes", "co-migrate").stdout
    assert len(told("stand-down", "co-migrate")["notes"]) == 1


def test_hello_goes_to_the_own_session(home: Places, planning: SessionPlaces) -> None:
    """`hello` drops its DO where this shell belongs, else into the session `manual`."""
    cotemp("hello", "--engine", "python", COSESSION_ID="co-planning")
    assert [path.suffix for path in planning.inbox.iterdir()] == [".py"]
    cotemp("hello", "--engine", "python")
    assert len(os.listdir(home.session("manual").inbox)) == 1


def test_smoke_goes_to_migrate(home: Places) -> None:
    """`smoke` drops the smoke test where the original does, or where it is told to."""
    cotemp("smoke", "--engine", "python")
    (found,) = home.session("co-migrate").inbox.iterdir()
    assert found.name.startswith("DO_DO-Smoke_")
    cotemp("smoke", "co-planning", "--engine", "sh")
    assert [path.suffix for path in home.session("co-planning").inbox.iterdir()] == [".sh"]


# --- the hot path ---

HEAVY = {"pydantic", "typer", "rich", "filelock", "psutil", "watchdog", "asyncio", "subprocess", "secrets", "sqlite3"}


@pytest.mark.parametrize(
    "words", [["send", "co-planning", "x"], ["notes", "co-planning"], ["panels"], ["sent", "co-migrate"]]
)
def test_daily_commands_import_little(home: Places, words: list[str]) -> None:
    """What is typed all day loads none of the heavy parts."""
    code = (
        "import sys; from cotemp.cli import main; code = main()\n"
        f"loaded = {HEAVY!r} & set(sys.modules); sys.exit(f'loaded {{loaded}}' if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
