"""Sessions are watched in the foreground or by the daemon, by one process at a time, and nothing runs twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.store.claims import holder
from cotemp.store.ledger import Ledger
from cotemp.supervisor import control
from cotemp.supervisor.wanted import read_wanted
from tests.waiting import eventually

from .real import PROGRAM, background, cotemp, drop, end_daemon, home, running

STAY = "import time; print('here', flush=True); time.sleep(600)"


@pytest.fixture(autouse=True)
def no_daemon() -> Iterator[None]:
    """No test leaves a daemon behind."""
    yield
    end_daemon()


def watched(session: str = "co-migrate") -> bool:
    return holder(home(), f"watch-{session}") is not None


def outcomes() -> list[str | None]:
    with Ledger(home(), create=False) as ledger:
        return [row.outcome for row in ledger.rows()]


class TestForeground:
    def test_once(self) -> None:
        """`watch --once` runs what waits, in order, tells each, and ends."""
        first, second = drop("print('one')"), drop("raise SystemExit(3)")
        done = cotemp("watch", "co-migrate", "--once")
        assert done.code == 0
        told = [line for line in done.out.splitlines() if line.startswith("Processed")]
        assert [line.split()[1] for line in told] == [first.path.name, second.path.name]
        assert ": passed in" in told[0]
        assert "exit code 3" in told[1]
        assert not watched()

    def test_events_as_json(self) -> None:
        """With --json each event is one object a line."""
        drop("print('one')")
        events = [json.loads(line) for line in cotemp("watch", "co-migrate", "--once", "--json").out.splitlines()]
        assert [event["kind"] for event in events] == ["watching", "started", "processed", "stopped"]
        assert events[2]["outcome"] == "passed"
        assert events[2]["run_id"] == cotemp("runs", "--json").json["runs"][0]["run_id"]

    def test_a_session_that_is_missing(self) -> None:
        """A missing session is an error with the nearest names; --create makes it; the seed's two need no asking."""
        drop("", session="co-test")
        missing = cotemp("watch", "co-tset", "--once")
        assert (missing.code, "co-test" in missing.err) == (4, True)
        assert cotemp("watch", "co-tset", "--once", "--create").code == 0
        assert cotemp("watch", "CO-planning", "--once").code == 0
        assert home().session_ids() == ["co-planning", "co-test", "co-tset"]

    def test_the_order_in_which_they_are_taken(self) -> None:
        """Sessions are taken in one order, however they are named, so that two watchers cannot lock each other out."""
        for session in ("co-b", "co-a", "CO-c"):
            drop("", session=session)
        events = [
            json.loads(line) for line in cotemp("watch", "co-b", "CO-c", "co-a", "--once", "--json").out.splitlines()
        ]
        assert [event["session"] for event in events if event["kind"] == "watching"] == ["co-a", "co-b", "CO-c"]

    def test_a_panel_name_will_do(self) -> None:
        """A session may be called by the name of its panel."""
        drop("print(1)")
        cotemp("join", "co-migrate", "--name", "Migrate", "--shell", "sh")
        assert "passed" in cotemp("watch", "migrate", "--once").out

    def test_a_second_watcher_is_told_who_is_first(self) -> None:
        """One process watches a session; another one ends with 3, names it, and runs nothing of its other sessions."""
        with background("watch", "co-migrate") as first:
            eventually(watched)
            drop("print(1)", session="co-planning")
            second = cotemp("watch", "co-planning", "co-migrate")
            assert second.code == 3
            assert str(first.pid) in second.err
            assert outcomes() == []

    @pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
    def test_a_graceful_stop(self, name: str) -> None:
        """SIGTERM ends it with 0, as the end of its terminal does; what was running is interrupted, filed and told."""
        drop(STAY)
        with background("watch", "co-migrate") as process:
            running("co-migrate", "here")
            process.send_signal(getattr(signal, name))
            out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert "interrupted" in out
        assert outcomes() == ["interrupted"]
        assert cotemp("log").out == "here\n"

    def test_a_pipe_as_stdin_decides(self) -> None:
        """With a pipe as stdin SIGINT is nothing, and the end of the pipe is the end."""
        with background("watch", "co-migrate", stdin=subprocess.PIPE) as process:
            eventually(watched)
            process.send_signal(signal.SIGINT)
            drop("print(1)")
            eventually(lambda: outcomes() == ["passed"])
            assert process.poll() is None
            assert process.stdin
            process.stdin.close()
            assert process.wait(timeout=20) == 0
        assert not watched()

    def test_nothing_as_stdin_does_not_end_it(self) -> None:
        """/dev/null as stdin is no reason to end; SIGINT is, with 130."""
        with background("watch", "co-migrate") as process:
            eventually(watched)
            drop("print(1)")
            eventually(lambda: outcomes() == ["passed"])
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 130

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
    def test_control_c_on_a_terminal(self) -> None:
        """^C stops gracefully, says what was interrupted, and the exit code is 130."""
        import pexpect

        drop(STAY)
        child = pexpect.spawn(PROGRAM[0], [*PROGRAM[1:], "watch", "co-migrate"], encoding="utf-8", timeout=20)
        running("co-migrate", "here")
        child.sendintr()
        child.expect("interrupted")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 130
        assert outcomes() == ["interrupted"]

    def test_who_reads_it_may_go(self) -> None:
        """When the reader of the output goes away, it ends as if it had been stopped."""
        with background("watch", "co-migrate") as process:
            assert process.stdout
            process.stdout.readline()
            process.stdout.close()
            drop(STAY)
            process.wait(timeout=20)
        assert not watched()
        assert outcomes() == ["interrupted"]


class TestDaemon:
    def test_up_drop_down(self) -> None:
        """`up` starts the seed's two sessions, a dropped DO runs, `down` ends everything."""
        up = cotemp("up", "--json")
        assert up.code == 0
        pids = {one["pid"] for one in up.json["sessions"]}
        assert {one["session"]: one["ours"] for one in up.json["sessions"]} == {"co-planning": True, "co-migrate": True}
        again = cotemp("up")
        assert f"process {pids.pop()}" in again.out
        assert Path(up.json["log"]).exists()
        assert (
            cotemp("drop", "co-migrate", "--engine", "python", "--title", "T", "--body", "print(1)", "--wait").code == 0
        )
        assert cotemp("up", "--quiet").out == ""
        down = cotemp("down", "--json")
        assert down.json["stopped"] == ["co-migrate", "co-planning"]
        assert control.daemon(home()) is None
        assert cotemp("down").code == 4

    def test_two_at_once(self) -> None:
        """Two `up` at the same moment make one daemon, which watches what both named."""
        with background("up", "co-migrate", "--json") as one, background("up", "co-planning", "--json") as other:
            said = [json.loads(process.communicate(timeout=30)[0]) for process in (one, other)]
        assert len({session["pid"] for each in said for session in each["sessions"]}) == 1
        assert watched("co-migrate")
        assert watched("co-planning")

    def test_up_while_down_ends_it(self) -> None:
        """An `up` that comes while the daemon is ending waits for that, and starts a new one."""
        drop("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAY)
        cotemp("up", "co-migrate")
        running("co-migrate", "here")
        with background("down") as down:
            eventually(lambda: not read_wanted(home()))
            assert cotemp("up", "co-migrate").code == 0
            assert down.wait(timeout=20) == 0
        assert watched()
        assert control.daemon(home())

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no processes")
    def test_down_while_up_waits(self) -> None:
        """An `up` that is overruled by a later `down` says so, and does not wait for what nobody wants any more."""
        cotemp("up", "co-migrate")
        found = control.daemon(home())
        assert found
        if sys.platform != "win32":
            os.kill(found.process.pid, signal.SIGSTOP)
            with background("up", "co-planning") as up:
                eventually(lambda: "co-planning" in read_wanted(home()))
                assert cotemp("down", "co-planning").code == 0
                said = up.communicate(timeout=10)[0]
            os.kill(found.process.pid, signal.SIGCONT)
            assert (up.returncode, "given up again meanwhile" in said) == (3, True)
        assert cotemp("down").code == 0

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
    def test_many_signals_do_not_kill_it(self) -> None:
        """A daemon that is told to look before it listens lives on."""
        with background("up", "co-migrate") as up:
            found = eventually(lambda: control.daemon(home()))
            assert found
            if sys.platform != "win32":
                for _ in range(50):
                    os.kill(found.process.pid, signal.SIGHUP)
            assert up.wait(timeout=30) == 0
        assert control.daemon(home()) == found

    def test_one_that_another_process_watches(self) -> None:
        """`up` tells who watches what it could not get, with exit code 3, and watches the rest."""
        with background("watch", "co-migrate") as process:
            eventually(watched)
            up = cotemp("up")
            assert up.code == 3
            assert f"watched by another process (process {process.pid}" in up.out
            assert watched("co-planning")

    @pytest.mark.usefixtures("unenforced")
    def test_killed_in_the_middle(self, tmp_path: Path) -> None:
        """After kill -9 the run is unknown, at once and for good, until a person settles it; it never runs again."""
        mark = tmp_path / "ran"
        drop(f"open({str(mark)!r}, 'a').write('x')\n{STAY}")
        cotemp("up", "co-migrate")
        run_id = running("co-migrate", "here")
        end_daemon()
        (row,) = cotemp("runs", "--json").json["runs"]
        assert (row["outcome"], "cotemp up" in row["reason"]) == ("unknown", True)
        cotemp("up", "co-migrate")
        eventually(lambda: outcomes() == ["unknown"])
        eventually(lambda: cotemp("log", run_id).out == "here\n")
        assert "unknown" in cotemp("show", run_id).out
        drop("print('next')")
        eventually(lambda: outcomes() == ["unknown", "passed"])
        assert mark.read_text() == "x"
        assert "taken notice" in cotemp("cancel", run_id).out

    @pytest.mark.usefixtures("unenforced")
    def test_down_with_drain(self, tmp_path: Path) -> None:
        """`down --drain` lets the DO that runs end, and takes no other one."""
        gate = tmp_path / "go"
        drop(f"import os, time\nprint('here', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)")
        waits = drop("print('second')")
        cotemp("up", "co-migrate", "co-planning")
        running("co-migrate", "here")
        with background("down", "co-migrate", "--drain") as down:
            eventually(lambda: '"finishing": ["co-migrate"]' in (home().daemon / "wanted.json").read_text())
            gate.touch()
            assert down.wait(timeout=20) == 0
        assert outcomes() == ["passed"]
        assert waits.path.exists()
        assert watched("co-planning")
        cotemp("up", "co-migrate")
        eventually(lambda: outcomes() == ["passed", "passed"])

    @pytest.mark.usefixtures("unenforced")
    def test_up_again_while_it_drains(self, tmp_path: Path) -> None:
        """A session that is wanted again before its DO has ended keeps that DO, and goes on after it."""
        gate = tmp_path / "go"
        drop(f"import os, time\nprint('here', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)")
        drop("print('second')")
        cotemp("up", "co-migrate")
        running("co-migrate", "here")
        with background("down", "--drain", "--json") as down:
            eventually(lambda: '"finishing": ["co-migrate"]' in (home().daemon / "wanted.json").read_text())
            cotemp("up", "co-migrate")
            assert json.loads(down.communicate(timeout=20)[0])["stopped"] == []
            gate.touch()
            eventually(lambda: outcomes() == ["passed", "passed"])

    def test_down_interrupts(self) -> None:
        """Without --drain the DO that runs is interrupted, and its log is there."""
        drop(STAY)
        cotemp("up", "co-migrate")
        running("co-migrate", "here")
        assert cotemp("down").code == 0
        assert outcomes() == ["interrupted"]
        assert cotemp("log").out == "here\n"

    def test_down_of_what_is_not_watched(self) -> None:
        """A session that the daemon does not watch cannot be given up."""
        cotemp("up", "co-migrate")
        drop("", session="co-x")
        assert cotemp("down", "co-x").code == 4
        assert watched()
