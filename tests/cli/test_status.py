"""`status`, `verify` and `enforce-single` as they are typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from cotemp.cli.paint import plain, width
from cotemp.cli.status_text import one_line, table
from cotemp.messages.run import Outcome
from cotemp.names import new_run_id, running_name
from cotemp.panels import register
from cotemp.places import SessionPlaces
from cotemp.status import SessionStatus, Snapshot, Supervisor, Watcher
from cotemp.store.claims import holder
from cotemp.store.identity import identify, this_process
from cotemp.times import local_now
from tests.fitting import check
from tests.runs.made import ran
from tests.status.planting import holding, own, put
from tests.waiting import eventually

from .real import PROGRAM, background, cotemp, end_daemon, home

PINNED = [
    "name", "session", "pid", "inbox_ps1", "outbox_ps1", "last_log", "alive", "inbox_dos", "outbox_dos", "watcher",
    "running", "held", "unknown", "runs_today", "notes_unread", "oldest_waiting_s", "policy_echo",
]  # fmt: skip
HEADER = "name session pid inbox_ps1 outbox_ps1 watcher today held unknown unread oldest last_log"
ESCAPES = "evil\x1b[2J\u202e\nname"


@pytest.fixture
def session() -> SessionPlaces:
    """A session of the home that the command line finds, which has its panel."""
    found = home()
    register(found, "Migrate", "co-migrate", this_process())
    return found.session("co-migrate")


def made_row(**changed: Any) -> SessionStatus:
    """A row with something in every column."""
    about: dict[str, Any] = {
        "name": "Migrate", "session": "co-migrate", "pid": 9244, "inbox_ps1": 1, "outbox_ps1": 12, "alive": True,
        "last_log": "DO_DO-Smoke_130008-20250909-130009-11900.txt", "inbox_dos": 1, "outbox_dos": 12,
        "watcher": Watcher("running", 1, "h", "2026-11-21T07:00:00.000Z"), "running": (), "held": 0, "unknown": 0,
        "runs_today": {"passed": 3, "failed": 1}, "notes_unread": 2, "oldest_waiting_s": 41,
    }  # fmt: skip
    return SessionStatus(**(about | changed))


def made(*rows: SessionStatus, attention: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(1, "/home/me/Downloads/CoTemp", "h", "", attention, Supervisor("stopped"), rows)


def lines(found: Snapshot, room: int = 0, session: str | None = None) -> list[str]:
    return [plain(line) for line in table(found, session, room)]


class TestTable:
    def test_a_row_of_the_original_and_what_is_new(self) -> None:
        """The original's columns are there under their names, and ours; the home is named above."""
        headline, header, row = lines(made(made_row()))
        assert headline == "/home/me/Downloads/CoTemp  daemon stopped"
        assert " ".join(header.split()) == HEADER
        shown = "Migrate co-migrate 9244 1 12 running 3 of 4 ok - - 2 41 s DO_DO-Smoke_130008-20250909-130009-11900.txt"
        assert " ".join(row.split()) == shown

    def test_dos_of_other_engines(self) -> None:
        """Where others than PowerShell's are, both counts are shown."""
        header = lines(made(made_row(), made_row(inbox_dos=5)))[1].split()
        assert header[3:7] == ["inbox_ps1", "outbox_ps1", "inbox_dos", "outbox_dos"]

    @pytest.mark.parametrize("room", [200, 132, 120, 100, 90, 80])
    def test_it_fits(self, room: int) -> None:
        """No line is longer than the terminal, and the columns stay aligned."""
        rows = (made_row(), made_row(name="日本語", session="co-planning", pid=None, last_log="é" * 90, unknown=3))
        found = lines(made(*rows), room)[1:]
        assert max(map(width, found)) <= room
        assert [line.index("co-") for line in found[1:2]] == [found[0].index("session")]
        assert "watcher" in found[0]

    def test_what_goes_first_when_room_is_short(self) -> None:
        """First the last log is shortened, then it goes, then what is empty, then long headers, then the pid."""
        wide = lines(made(made_row()))[1:]
        full = width(wide[1])
        for less in range(1, 25):
            header, row = lines(made(made_row()), full - less)[1:]
            assert header == wide[0]
            assert row.endswith("…")
        without_log, no_room = lines(made(made_row()), full - 30)[1], lines(made(made_row()), 72)[1]
        assert without_log.split()[-1] == "oldest"
        assert no_room.split() == ["name", "session", "pid", "in", "out", "watcher", "today", "unread", "oldest"]
        assert "pid" not in lines(made(made_row()), 60)[1]

    def test_a_process_that_nobody_can_vouch_for(self) -> None:
        """It gets a question mark; a session without a panel has none."""
        rows = made(made_row(alive=None), made_row(pid=None, alive=False))
        assert [line.split()[2] for line in lines(rows)[2:]] == ["9244?", "-"]

    def test_what_needs_a_human_stands_below(self) -> None:
        """Each sentence on a line of its own."""
        assert lines(made(attention=("one: cotemp up", ESCAPES)))[1:] == [
            "! one: cotemp up",
            "! evil\u241b[2J<U+202E>\u240aname",
        ]

    def test_foreign_text_cannot_steer_the_terminal(self) -> None:
        """Names of panels, logs and homes are anybody's."""
        row = made_row(name=ESCAPES, last_log=ESCAPES, session="co-x")
        assert "evil\u241b[2J<U+202E>\u240aname" in lines(made(row))[2]
        assert not {"\x1b", "\n", "\u202e"} & set("".join(lines(made(row))))

    def test_own_session_is_set_off(self) -> None:
        """You see at once which one is yours."""
        assert "\x1b[1mMigrate" in "".join(table(made(made_row()), "CO-Migrate", 0))

    def test_one_line(self) -> None:
        """For a prompt: what goes on, in words, and nothing else; sessions count once."""
        assert one_line(made()) == "idle"
        twice = (made_row(), made_row(pid=7), made_row(session="co-b", inbox_dos=2, unknown=1, held=1))
        assert plain(one_line(made(*twice, attention=("a", "b")))) == "3 waiting 1 held 1 unknown 4 unread !2"


class TestStatus:
    def test_as_json(self, session: SessionPlaces) -> None:
        """The keys and their order are pinned; the schema describes it."""
        ran(home(), session, Outcome.FAILED)
        put(session.held, running_name(new_run_id(local_now()), "DO_a.py"))
        with holding(home(), "daemon"), holding(home(), "watch-co-migrate"):
            found = cotemp("status", "--json").json
        pinned = ["schema", "home", "host", "generated", "attention", "supervisor", "sessions", "agents"]
        pinned += ["phase", "checks"]
        assert list(found) == pinned
        assert [list(row) for row in found["sessions"]] == [PINNED]
        assert found["attention"] == ["1 DO held in co-migrate: cotemp held"]
        assert (found["supervisor"]["state"], found["sessions"][0]["runs_today"]) == ("running", {"failed": 1})
        check("answer-status", found)

    def test_check_is_an_exit_code(self, session: SessionPlaces) -> None:
        """0 when nobody is needed, 1 when somebody is; without --check it is 0."""
        assert cotemp("status", "--check").code == 0
        put(session.inbox, "DO_a.py")
        assert cotemp("status", "--check").code == 1
        assert cotemp("status", "--check", "--json").json["attention"]
        assert cotemp("status").code == 0

    def test_compact_is_one_line(self, session: SessionPlaces) -> None:
        """Exactly one, whatever a panel is called, and without colours where nobody sees them."""
        put(session.inbox, "DO_a.py")
        assert cotemp("status", "--compact").out == "1 waiting !1\n"

    def test_no_home(self, tmp_path: Path) -> None:
        """A home that is not there is said, not made."""
        found = cotemp("status", "--home", str(tmp_path / "no"))
        assert (found.code, found.out.splitlines()[1]) == (0, f"! there is no home {tmp_path / 'no'}: cotemp init")

    def test_seconds_without_watch(self) -> None:
        """A number alone is a mistake."""
        assert cotemp("status", "5").code == 2

    def test_names_that_are_no_text(self, session: SessionPlaces) -> None:
        """A file name of any bytes is shown, and is JSON."""
        if sys.platform != "linux":
            pytest.skip("only Linux has such names")
        (Path(os.fsdecode(os.fsencode(session.logs) + b"/\xff\x1b.txt"))).write_text("x")
        assert cotemp("status").code == 0
        assert cotemp("status", "--json").json["sessions"][0]["last_log"] == "\udcff\x1b.txt"


class TestWatch:
    def test_in_a_pipe(self, session: SessionPlaces) -> None:
        """One snapshot after another, as lines of JSON."""
        line = [*PROGRAM, "status", "--watch", "0.1", "--json"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, encoding="utf-8") as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["sessions"][0]["inbox_dos"] == 0
            put(session.inbox, "DO_a.py")
            counts = (json.loads(line)["sessions"][0]["inbox_dos"] for line in process.stdout)
            assert next(number for number in counts if number) == 1
            process.kill()

    def test_on_a_terminal(self, session: SessionPlaces) -> None:
        """Each takes the place of the one before; ^C ends it."""
        child = pexpect.spawn(PROGRAM[0], [*PROGRAM[1:], "status", "--watch", "0.1"], dimensions=(24, 90), timeout=20)
        child.expect_exact("\x1b[H\x1b[J")
        child.expect_exact("co-migrate")
        put(session.inbox, "DO_a.py")
        child.expect("1 DO waits in co-migrate")
        child.sendintr()
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 130

    def test_more_sessions_than_lines(self, session: SessionPlaces) -> None:
        """What needs a human is never scrolled away."""
        for number in range(50):
            home().session(f"co-{number}").make()
        put(session.inbox, "DO_a.py")
        child = pexpect.spawn(PROGRAM[0], [*PROGRAM[1:], "status", "--watch"], dimensions=(20, 90), timeout=20)
        child.expect(r"3[0-9] more rows\S*\r\n")
        child.expect("1 DO waits in co-migrate")
        child.close(force=True)


class TestVerify:
    def test_what_is_missing(self) -> None:
        """A home that `init` made is complete; what is removed of it is named, with the fix, and `init` mends it."""
        assert cotemp("init").code == 0
        found = cotemp("verify", "--json")
        assert (found.code, found.json["complete"], found.json["missing"]) == (0, True, [])
        removed = [home().home / name for name in ("panels", "common", "sessions/co-migrate/outbox", "README.txt")]
        for path in removed:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        told = cotemp("verify")
        assert (told.code, told.out.splitlines()[-1].endswith("cotemp init")) == (1, True)
        assert all(str(path) in told.out for path in removed)
        missing = {Path(one["path"]) for one in cotemp("verify", "--json").json["missing"]}
        assert {path for path in missing if path.parent not in missing} == set(removed)
        cotemp("init")
        assert cotemp("verify").code == 0

    def test_no_home_at_all(self) -> None:
        """Everything is missing, and nothing fails."""
        found = cotemp("verify")
        assert found.code == 1
        assert "missing: the home" in found.out
        assert "missing: the settings" in found.out


class TestEnforceSingle:
    @pytest.fixture(autouse=True)
    def no_daemon(self) -> Iterator[None]:
        """No test leaves a daemon behind."""
        yield
        end_daemon()

    def test_one_watcher_each(self, session: SessionPlaces) -> None:
        """Dead panels go, what is watched stays so, and the daemon takes the rest."""
        gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        dead = identify(gone.pid)
        assert dead
        register(home(), "Old", "co-migrate", dead)
        gone.communicate()
        with background("watch", "co-migrate") as watching:
            eventually(lambda: holder(home(), "watch-co-migrate"))
            told = cotemp("enforce-single", "--json")
            assert told.code == 0, told.err
            by = {one["session"]: one["pid"] for one in told.json["sessions"]}
            assert by["co-migrate"] == watching.pid
            daemon = cotemp("status", "--json").json["supervisor"]
            assert (daemon["state"], by["co-planning"]) == ("running", daemon["pid"])
            assert [panel["name"] for panel in told.json["removed_panels"]] == ["Old"]
            assert cotemp("enforce-single", "Migrate").code == 0
        assert cotemp("status", "--json").json["attention"] == []

    def test_another_machine_owns_it(self, session: SessionPlaces) -> None:
        """Then nobody watches it here, and that is said."""
        own(session)
        told = cotemp("enforce-single", "co-migrate")
        assert told.code == 3
        assert "cotemp take co-migrate" in told.out
