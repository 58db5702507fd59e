"""`doctor` finds each defect that is planted, says what to do, and mends what is safe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cotemp.doctor import CHECKS, Finding, Look, State, diagnose, mend
from cotemp.messages.run import Run
from cotemp.names import new_run_id
from cotemp.panels import register
from cotemp.places import Places, own_config_file
from cotemp.store.claims import hold
from cotemp.store.identity import host_id, identify, this_process
from cotemp.store.ledger import Ledger
from cotemp.times import local_now


@pytest.fixture
def healthy(nobody_home: Path) -> Places:
    """A home in which nothing is wrong."""
    places = Places.at(nobody_home / "Downloads" / "CoTemp")
    for sid in ("co-planning", "co-migrate"):
        places.session(sid).make()
    places.panels.mkdir()
    places.make_state()
    return places


def look_at(places: Places, env: Mapping[str, str] | None = None) -> list[Finding]:
    return diagnose(Look(places, own_config_file(), env or {}))


def worse(findings: list[Finding]) -> list[Finding]:
    """What is not right; a machine without a sandbox is left out."""
    return [one for one in findings if one.state in (State.WARN, State.BAD) and one.name != "sandbox"]


def settings(text: str) -> None:
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text(text)


def test_a_healthy_home(healthy: Places) -> None:
    """Where nothing is wrong, nothing is called wrong; what enforces consent is said, or that nothing does."""
    findings = look_at(healthy)
    assert worse(findings) == []
    held = [one for one in findings if one.name == "sandbox"]
    assert "self-test passed" in held[0].what if held[0].state is State.OK else held[0].state is State.WARN
    assert all(one.fix for one in findings if one.state in (State.WARN, State.BAD))
    assert {one.name for one in findings} >= {"home", "rights", "state", "engines", "clock", "disk", "python"}


def old_temporary(places: Places) -> None:
    file = places.session("co-migrate").inbox / ".tmp-0123456789"
    file.write_text("half")
    os.utime(file, (time.time() - 7200,) * 2)


def dead_panel(places: Places) -> None:
    gone = replace(this_process(), start_token="1")
    register(places, "Old", "co-planning", gone)


def broken_panel(places: Places) -> None:
    (places.panels / "5.json").write_text("{]")


def link_for_a_session(places: Places) -> None:
    shutil.rmtree(places.sessions / "co-planning")
    (places.sessions / "co-planning").symlink_to("/")


def open_home(places: Places) -> None:
    places.session("co-migrate").inbox.chmod(0o777)


def open_state(places: Places) -> None:
    places.state.chmod(0o755)


def open_settings(places: Places) -> None:
    settings("")
    own_config_file().chmod(0o666)


def broken_settings(places: Places) -> None:
    settings("[policy]\nwrites = 'alow'\nzzz = 1\n")


def no_home(places: Places) -> None:
    shutil.rmtree(places.home)


def no_inbox(places: Places) -> None:
    places.session("co-migrate").inbox.rmdir()


def no_session(places: Places) -> None:
    shutil.rmtree(places.sessions / "co-migrate")


def file_for_a_folder(places: Places) -> None:
    shutil.rmtree(places.home)
    places.home.write_text("")


def second_home(places: Places) -> None:
    config = Path.home() / ".config"
    config.mkdir(exist_ok=True)
    (config / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Ladattavat"\n')
    (Path.home() / "Ladattavat/CoTemp").mkdir(parents=True)


def conflicted_copy(places: Places) -> None:
    (places.session("co-migrate").logs / "DO_x (Ann's conflicted copy 2026-01-02).txt").write_text("")


def placeholder(places: Places) -> None:
    (places.session("co-migrate").inbox / ".NOTE_1.md.icloud").write_text("")


def foreign_owner(places: Places) -> None:
    record = {"schema": 1, "host": "feedfeedfeed.1.2", "since": "2026-01-01T00:00:00.000Z"}
    places.session("co-migrate").owner.write_text(json.dumps(record))


def broken_owner(places: Places) -> None:
    places.session("co-migrate").owner.write_text("{]")


def damaged_ledger(places: Places) -> None:
    places.ledger.write_bytes(b"this is no database" * 100)


def unfinished_run(places: Places) -> None:
    run_id = new_run_id(local_now())
    run = Run(run_id, "co-migrate", "DO_a.py", "ab" * 32, f"DO_a-{run_id}", host_id(), "Title", local_now())
    with Ledger(places) as ledger:
        ledger.intend(run, this_process())


def waiting_powershell(places: Places) -> None:
    (places.session("co-migrate").inbox / "DO_x.ps1").write_text("")


@pytest.mark.parametrize(
    ("plant", "name", "state", "said", "can_fix"),
    [
        (no_home, "home", State.BAD, "does not exist", False),
        (file_for_a_folder, "home", State.BAD, "is no folder", False),
        (no_inbox, "home", State.WARN, "co-migrate/inbox", True),
        (no_session, "home", State.WARN, "sessions/co-migrate", True),
        (link_for_a_session, "home", State.BAD, "links instead of folders", False),
        (open_home, "rights", State.BAD, "every user of this machine may write", False),
        (open_state, "state", State.BAD, "other users may look into", True),
        (open_settings, "settings", State.BAD, "every user of this machine may change", False),
        (broken_settings, "settings", State.BAD, "agents.toml:2: policy.writes", False),
        (broken_settings, "settings", State.BAD, "agents.toml:3: policy.zzz", False),
        (damaged_ledger, "state", State.BAD, "ledger.db", False),
        (second_home, "two homes", State.WARN, "Ladattavat", False),
        (conflicted_copy, "sync", State.WARN, "conflicted copy", False),
        (placeholder, "sync", State.WARN, "only in the cloud", False),
        (foreign_owner, "owner", State.INFO, "run by another machine (feedfeedfeed", False),
        (broken_owner, "owner", State.BAD, "cannot tell which machine", False),
        (unfinished_run, "runs", State.WARN, "is not finished, and nobody watches it", False),
        (dead_panel, "panels", State.WARN, "'Old'", True),
        (broken_panel, "panels", State.WARN, "5.json", False),
        (old_temporary, "leftovers", State.WARN, ".tmp-0123456789", True),
        (waiting_powershell, "engines", State.BAD, "1 DOs wait for it", False),
    ],
)
def test_a_defect_is_found(
    healthy: Places,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Places], None],
    name: str,
    state: State,
    said: str,
    can_fix: bool,
) -> None:
    """Each planted defect is found under its name, with its weight and a way out."""
    if plant is waiting_powershell:
        monkeypatch.setenv("PATH", "/nowhere")
    plant(healthy)
    found = [one for one in look_at(healthy) if one.name == name and said in one.what]
    assert [(one.state, one.can_fix) for one in found] == [(state, can_fix)]
    assert found[0].fix


@pytest.mark.parametrize("plant", [no_inbox, no_session, open_state, dead_panel, old_temporary])
def test_the_safe_ones_are_mended(healthy: Places, plant: Callable[[Places], None]) -> None:
    """`--fix` mends it, says what it did, and has nothing to do the second time."""
    plant(healthy)
    done = mend(Look(healthy, own_config_file(), {}))
    assert len(done) >= 1
    assert all(one.state is State.OK and one.what for one in done)
    assert worse(look_at(healthy)) == []
    assert mend(Look(healthy, own_config_file(), {})) == []


@pytest.mark.parametrize("plant", [no_home, link_for_a_session, broken_panel, conflicted_copy, foreign_owner])
def test_the_rest_is_left_alone(healthy: Places, plant: Callable[[Places], None]) -> None:
    """What needs a human is not touched by `--fix`."""
    plant(healthy)
    before = sorted(str(path) for path in healthy.home.parent.rglob("*"))
    mend(Look(healthy, own_config_file(), {}))
    assert sorted(str(path) for path in healthy.home.parent.rglob("*")) == before


def test_a_young_temporary_file_is_somebodys(healthy: Places) -> None:
    """A file that is being written now is neither reported nor removed."""
    file = healthy.session("co-migrate").inbox / ".tmp-0123456789"
    file.write_text("half")
    assert worse(look_at(healthy)) == []
    assert mend(Look(healthy, own_config_file(), {})) == []
    assert file.exists()


def test_a_missing_home_is_not_made_by_fix(healthy: Places) -> None:
    """A home that is not there is `init`'s to make: it may be an unplugged disk."""
    no_home(healthy)
    mend(Look(healthy, own_config_file(), {}))
    assert not healthy.home.exists()


def test_watchers_are_named(healthy: Places) -> None:
    """Who watches a session is said, since when; a session that nobody watches too."""
    with hold(healthy, "watch-co-migrate", "co-migrate"):
        said = [one for one in look_at(healthy) if one.name == "watchers"]
    assert f"process {os.getpid()}" in next(one.what for one in said if "co-migrate is watched" in one.what)
    assert next(one for one in said if "nobody watches co-planning" in one.what).state is State.INFO


def test_a_second_watcher_of_the_original_is_suspected(healthy: Places) -> None:
    """A live panel of the original on a session that we watch may be a second watcher."""
    record = {"pid": os.getppid(), "name": "Migrate", "session_id": "co-migrate", "inbox": "", "ts": ""}
    (healthy.panels / f"{os.getppid()}.json").write_text(json.dumps(record))
    with hold(healthy, "watch-co-migrate", "co-migrate"):
        said = [one for one in look_at(healthy) if "may watch co-migrate too" in one.what]
    assert [one.state for one in said] == [State.WARN]
    assert "Stop-CoAgentLauncher" in said[0].fix


def test_our_own_panels_are_not_suspected(healthy: Places) -> None:
    """A panel of ours, and a record of the very process that watches, are no second watchers."""
    parent = identify(os.getppid())
    assert parent
    register(healthy, "Planning", "co-planning", parent)
    record = {"pid": os.getpid(), "name": "Migrate", "session_id": "co-migrate", "inbox": "", "ts": ""}
    (healthy.panels / "1.json").write_text(json.dumps(record))
    with hold(healthy, "watch-co-migrate", "co-migrate"), hold(healthy, "watch-co-planning", "co-planning"):
        assert worse(look_at(healthy)) == []


def test_an_old_launcher_is_seen(healthy: Places) -> None:
    """A PowerShell process that runs the original's launcher is found by its command line."""
    argv = ["pwsh", "-c", "import sys; sys.stdin.read()", "CoAgentLauncher.ps1"]
    with subprocess.Popen(argv, executable=sys.executable, stdin=subprocess.PIPE) as process:
        said = [one for one in look_at(healthy) if str(process.pid) in one.what]
        process.communicate()
    assert [one.name for one in said] == ["watchers"]


def test_the_clock(healthy: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """An impossible year, a file system that lives in another time, and runs of the future are found."""

    def clock() -> list[Finding]:
        return [one for one in worse(look_at(healthy)) if one.name == "clock"]

    unfinished_run(healthy)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    assert ["file system is 60 min ahead" in clock()[0].what, "in the future" in clock()[1].what] == [True, True]
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert [(one.state, "1970" in one.what) for one in clock()] == [(State.BAD, True)]


def test_a_full_disk(healthy: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little room is a warning, none is bad."""
    for free, state in ((500, State.WARN), (5, State.BAD)):
        usage = SimpleNamespace(free=free * 1024 * 1024)
        monkeypatch.setattr(shutil, "disk_usage", lambda path, usage=usage: usage)
        assert {one.state for one in worse(look_at(healthy)) if one.name == "disk"} == {state}


def test_a_network_share(healthy: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without events is named, with what that means."""
    monkeypatch.setattr("cotemp.doctor.home.kind_of", lambda path: "nfs4")
    said = [one for one in look_at(healthy) if one.name == "events"]
    assert said[0].state is State.INFO
    assert "nfs4" in said[0].what


def test_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, healthy: Places) -> None:
    """A program that is there is shown with its version; one that hangs or fails counts as not there."""
    for name, script in (("tmux", "echo tmux 9.9"), ("xclip", ""), ("bwrap", "echo bubblewrap 0.99")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = {one.name: one.what for one in look_at(healthy)}
    assert said["tmux"] == "tmux 9.9"
    assert said["clipboard"] == "clipboard: xclip"
    assert "bubblewrap 0.99 holds" not in said["sandbox"], "it says that it is one, but holds nothing"


def test_a_check_that_cannot_look_stops_no_other(healthy: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one check cannot read is said; the others go on."""

    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    findings = look_at(healthy)
    assert [one.state for one in findings if "cannot be checked" in one.what] == [State.BAD]
    silent = {"owner", "runs", "leftovers", "sync", "powershell", "agents"}
    assert {check.name for check in CHECKS} - {one.name for one in findings} <= silent


# --- the command ---


def doctor(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cotemp", "doctor", *args], capture_output=True, text=True, check=False
    )


def test_the_command(healthy: Places) -> None:
    """Lines with a symbol and a fix; exit code 1 only when something is bad; --fix says what it did."""
    fine = doctor()
    assert fine.returncode == 0, fine.stdout + fine.stderr
    assert "✓ home" in fine.stdout
    assert " sandbox" in fine.stdout
    open_state(healthy)
    dead_panel(healthy)
    sick = doctor()
    assert sick.returncode == 1
    assert "✗ state" in sick.stdout
    assert " to look at; 2 can be mended: cotemp doctor --fix" in sick.stdout
    mended = doctor("--fix")
    assert mended.returncode == 0
    assert "mended: removed the panel 'Old'" in mended.stdout
    assert "mended: closed" in mended.stdout
    report = json.loads(doctor("--json").stdout)
    assert report["schema"] == 1
    assert report["ok"] is True
    assert set(report["findings"][0]) == {"name", "state", "what", "fix", "can_fix"}


def test_broken_settings_are_shown_not_raised(healthy: Places) -> None:
    """Doctor works where every other command stops, but mends nothing in a home that may not be the one meant."""
    settings("home = = 'x'\n")
    no_inbox(healthy)
    done = doctor("--fix")
    assert done.returncode == 1
    assert "agents.toml:1: this is no TOML" in done.stdout
    assert not healthy.session("co-migrate").inbox.exists()


def test_a_fresh_machine(nobody_home: Path) -> None:
    """Before `init` doctor says that there is no home, and what to do."""
    done = doctor()
    assert done.returncode == 1
    assert "does not exist" in done.stdout
    assert "cotemp init" in done.stdout
    assert list(nobody_home.iterdir()) == []


def test_foreign_text_is_shown_safely(healthy: Places) -> None:
    """A name that somebody else wrote cannot steer the terminal."""
    file = healthy.session("co-migrate").inbox / "\x1b[2Jx (conflicted copy).md"
    file.write_text("")
    done = doctor()
    assert "conflicted copy" in done.stdout
    assert "\x1b" not in done.stdout
