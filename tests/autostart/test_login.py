"""What happens at login: an entry is started as its system does it, waits for the home, and logs what it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cotemp.autostart.entry import entry_for
from cotemp.autostart.systemd import render as unit_of
from cotemp.autostart.xdg import render as desktop_of
from cotemp.places import Places, own_config_file
from cotemp.redact import Scrubber
from cotemp.store.claims import holder
from cotemp.supervisor import control, logfile
from tests.cli.real import cotemp, end_daemon, here, home
from tests.waiting import eventually

from .reading import desktop_words, systemd_environment, systemd_words, unit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only: what systemd and desktops start")


@pytest.fixture(autouse=True)
def made() -> Iterator[None]:
    """A home that `init` has just made; no test leaves a daemon behind."""
    assert here("init").code == 0
    yield
    end_daemon()


def written() -> str:
    """The one log of the daemon and of what starts it."""
    log = logfile.log_file(home())
    return log.read_text(encoding="utf-8") if log.exists() else ""


def is_watched() -> bool:
    return holder(home(), "watch-co-migrate") is not None


def command(*, looked_after: bool) -> tuple[list[str], dict[str, str]]:
    """The command line and the variables of this home's entry, read back from what is written."""
    entry = entry_for(
        home(), own_config_file(), (sys.executable,), environment=os.environ, user="me", looked_after=looked_after
    )
    if not looked_after:
        return desktop_words(desktop_of(entry)), {}
    settings = unit(unit_of(entry))
    return systemd_words(settings["ExecStart"][0]), systemd_environment(settings)


@contextmanager
def logged_in(words: list[str], variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start it as a system does that knows nothing but where the user lives, in a folder of its own."""
    env = {"HOME": os.environ["HOME"], **variables}
    with subprocess.Popen(words, env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def unmounted() -> Iterator[Places]:
    """The home is not there for as long as this lasts."""
    places = home()
    away = places.home.rename(places.home.with_name("away"))
    yield places
    away.rename(places.home)


def test_a_desktop_starts_the_watchers() -> None:
    """An XDG entry brings the watchers up, says nothing, and ends; they stay."""
    with logged_in(*command(looked_after=False)) as process:
        assert process.communicate(timeout=30)[0] == b""
        assert process.returncode == 0
    assert is_watched()
    assert "[login] up" in written()


def test_systemd_looks_after_the_daemon_itself() -> None:
    """The process of the unit becomes the daemon: it is the one that watches, and SIGTERM ends it without an error."""
    with logged_in(*command(looked_after=True)) as process:
        eventually(is_watched)
        daemon = control.daemon(home())
        assert daemon
        assert daemon.process.pid == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert not is_watched()


@pytest.mark.parametrize("looked_after", [False, True])
def test_a_home_that_is_mounted_later(looked_after: bool) -> None:
    """A home that is not there yet is waited for, made by nobody, and watched as soon as it is there."""
    with unmounted() as places:
        words, variables = command(looked_after=looked_after)
        process = subprocess.Popen(
            words, env={"HOME": os.environ["HOME"], **variables}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        eventually(lambda: f"waiting for {places.sessions}" in written())
        assert not places.home.exists()
    eventually(is_watched)
    assert "all is there after" in written()
    end_daemon()
    process.wait(timeout=30)


def test_a_home_that_never_comes() -> None:
    """Who waits is told after the time they gave, on the terminal and in the log; no new home is made."""
    with unmounted() as places:
        said = cotemp("up", "--quiet", "--timeout", "1s")
        assert (said.code, said.out, "did not appear in 1 s" in said.err) == (9, "", True)
        assert not places.home.exists()
    assert "did not appear in 1 s" in written()


def test_a_configuration_that_is_mounted_later() -> None:
    """Settings that are named and not there yet are waited for: without them other sessions would be watched."""
    said = here("up", "--quiet", "--timeout", "0s", "--config", "/nowhere/agents.toml")
    assert (said.code, "/nowhere/agents.toml" in said.err) == (9, True)
    assert not is_watched()


def test_a_home_that_was_never_here(tmp_path: Path) -> None:
    """A home that nobody made is not waited for."""
    said = here("up", "--quiet", "--home", str(tmp_path / "new"), "--timeout", "1d", "no-such-session")
    assert said.code == 4


def test_one_log_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is rotated, three old ones are kept, and no secret gets into it."""
    monkeypatch.setattr(logfile, "LOG_BYTES", 200)
    places = home()
    places.make_state()
    for number in range(20):
        with logfile.writing(places, Scrubber({"TOKEN": "hunter2hunter2"}, b"key")) as log:
            log.info("line %d: %s hunter2hunter2", number, "x" * 60)
    log_file = logfile.log_file(places)
    files = sorted(path.name for path in log_file.parent.glob("daemon.log*"))
    assert files == ["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"]
    assert all(path.stat().st_size <= 200 for path in log_file.parent.glob("daemon.log*"))
    assert "line 19" in written()
    assert "hunter2" not in written()
