"""^C and its like in the moments that are hard to meet: in foreign code, in an import, twice, while cleaning up."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.cli.interrupting import Stops
from cotemp.notes import send
from cotemp.times import local_now

from .real import Ran, background, drop, home, running

if sys.platform == "win32":
    pytest.skip("a process cannot send itself these signals on Windows", allow_module_level=True)

BREAKS = """
import os, signal, sys, time
def sleep(seconds):
    try:
        if PRESSED: signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass
    raise ValueError("from a part that knows no ^C")
time.sleep = sleep
"""
"""A program whose first wait meets ^C in a part that makes another error of it; or only the error."""
ENDS = "\nfrom cotemp.cli import main\nsys.exit(main())\n"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def program(code: str, *argv: str) -> Ran:
    """Run `code`, which calls the command line, as a program of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def reports(user: Path) -> list[Path]:
    """What was written down as a bug of ours."""
    return list(user.rglob("errors/*.txt"))


def broken(pressed: bool, *argv: str) -> Ran:
    return program(BREAKS.replace("PRESSED", str(pressed)) + ENDS, *argv)


class TestAnErrorThatFollows:
    """What ^C turns into in foreign code is no bug of ours; the same error without ^C is one."""

    def check(self, nobody_home: Path, *argv: str) -> None:
        pressed = broken(True, *argv)
        assert (pressed.code, "bug" in pressed.err) == (130, False)
        assert reports(nobody_home) == []
        assert broken(False, *argv).code == 70
        assert len(reports(nobody_home)) == 1

    def test_of_notes(self, nobody_home: Path) -> None:
        """`notes --follow` ends with 130."""
        home().session("co-migrate").make()
        send(home(), "co-migrate", "x", "co-planning", local_now())
        self.check(nobody_home, "notes", "co-migrate", "--follow")

    def test_of_drop(self, nobody_home: Path) -> None:
        """`drop --wait` ends with 130."""
        home().session("co-migrate").make()
        self.check(
            nobody_home, "drop", "co-migrate", "--engine", "python", "--title", "T", "--body", "1", "--wait", "--json"
        )

    def test_of_log(self, nobody_home: Path) -> None:
        """`log -f` ends with 130."""
        drop("import time; print('here', flush=True); time.sleep(600)")
        with background("watch", "co-migrate") as watcher:
            running("co-migrate", "here")
            self.check(nobody_home, "log", "last", "-f")
            watcher.terminate()
            watcher.wait(timeout=20)


def test_an_import_is_not_torn(tmp_path: Path) -> None:
    """^C in an import comes after it: there it would become another error, or leave Python's own locks taken."""
    (tmp_path / "torn.py").write_text(
        "import signal\n"
        "class Name:\n"
        "    def __set_name__(self, owner, name): signal.raise_signal(signal.SIGINT)\n"
        "class Made:\n"
        "    name = Name()\n"
    )
    code = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "from cotemp.cli.interruption import Interruption\n"
        "if sys.argv[1] == 'heard': Interruption().listen()\n"
        "import torn\n"
        "print('whole')\n"
        "try:\n"
        "    while True: time.sleep(0.01)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    assert program(code, "heard") == (0, "whole\ninterrupted\n", "")
    assert program(code, "as Python does it").out == ""


def test_control_c_before_the_command_is_known() -> None:
    """^C right after the start ends it as ^C does later, without a traceback."""
    code = (
        "import signal, sys, cotemp.cli.interruption as interruption\n"
        "listen = interruption.Interruption.listen\n"
        "def early(self): listen(self); signal.raise_signal(signal.SIGINT)\n"
        "interruption.Interruption.listen = early\n"
    )
    assert program(code + ENDS, "status") == (130, "", "")


def ended_demo(tmp_path: Path, code: str, *argv: str) -> Ran:
    """A demo that `code` disturbs, with the folder for temporary files below `tmp_path`."""
    prepared = f"import os, signal, sys, tempfile\ntempfile.tempdir = {str(tmp_path)!r}\n{code}"
    return program(prepared + ENDS, "demo", *argv)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_error_that_follows_in_the_demo(number: signal.Signals, tmp_path: Path, nobody_home: Path) -> None:
    """Whatever goes wrong in the demo after a signal, it ends with 130 and leaves nothing behind."""
    code = (
        "import cotemp.demo\n"
        "def drop(*_):\n"
        f"    if sys.argv[-1] != '--json': signal.raise_signal({int(number)})\n"
        "    raise ValueError('a program that we asked was ended')\n"
        "cotemp.demo.drop = drop\n"
    )
    ended = ended_demo(tmp_path, code)
    assert (ended.code, ended.err) == (130, "")
    assert list(tmp_path.iterdir()) == reports(nobody_home) == []
    assert ended_demo(tmp_path, code, "--json").code == 70
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_more_signals_while_the_demo_cleans_up(number: signal.Signals, tmp_path: Path) -> None:
    """A second and a third signal do not keep the demo from removing what it made."""
    code = (
        "import shutil, cotemp.demo\n"
        "remove, wait = shutil.rmtree, cotemp.demo.Switchboard.close\n"
        f"def again(): [signal.raise_signal(which) for which in ({int(number)}, {int(signal.SIGINT)})]\n"
        "def rmtree(*a, **k): again(); remove(*a, **k)\n"
        "def close(self): again(); wait(self)\n"
        "def read(*_): again(); return ()\n"
        "shutil.rmtree, cotemp.demo.Switchboard.close, cotemp.demo.read = rmtree, close, read\n"
    )
    ended = ended_demo(tmp_path, code)
    assert (ended.code, ended.err) == (130, "")
    assert "They run" not in ended.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_its_handler_is_set(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal counts from the instruction on that sets its handler."""
    real = signal.signal

    def at_once(which: int, handler: signal._HANDLER) -> signal._HANDLER:
        before = real(which, handler)
        if which == number and not signalled:
            signalled.append(True)
            signal.raise_signal(number)
        return before

    stops, before = Stops(None), signal.getsignal(number)
    signalled: list[bool] = []
    told: list[bool] = []
    monkeypatch.setattr(signal, "signal", at_once)
    with stops:
        stops.call(lambda: told.append(True))
    assert (stops.wanted, stops.interrupted, told) == (True, number == signal.SIGINT, [True])
    assert signal.getsignal(number) is before
