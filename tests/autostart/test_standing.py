"""How it stands is told as it is: agreed to, changed by somebody, switched off, or starting what is gone."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from cotemp.autostart import Machine, Standing, State, disable, enable, plan, standing
from cotemp.autostart.agreed import RECORD
from cotemp.errors import NotFound
from cotemp.places import Places
from cotemp.store.identity import os_user

from .machines import change, machine

PLATFORMS = ["linux", "darwin", "win32"]


@pytest.fixture(params=PLATFORMS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    python = tmp_path / "venv" / "python"
    python.parent.mkdir()
    python.touch()
    return machine(request.param, tmp_path, executable=str(python), SystemRoot="C:\\Windows")


def agreed_to(places: Places, here: Machine, by: str | None = None) -> Standing:
    return enable(places, plan(places, Path("agents.toml"), here, by), here)


def test_nothing_is_there_at_first(places: Places, here: Machine) -> None:
    """Nothing starts at login until somebody asks for it, and looking does not change that."""
    assert standing(places, here) == Standing(State.DISABLED)
    assert disable(places, here) == []
    assert not (places.state / RECORD).exists()


def test_consent_is_recorded(places: Places, here: Machine) -> None:
    """Who agreed, when, and to which bytes is kept in this machine's state; `disable` forgets it."""
    wanted = plan(places, Path("agents.toml"), here)
    now = enable(places, wanted, here)
    record = json.loads((places.state / RECORD).read_bytes())
    assert (now.state, now.where) == (State.ENABLED, wanted.where)
    assert (record["system"], record["by"]) == (wanted.system.name, os_user())
    assert record["sha256"] == hashlib.sha256(wanted.system.essence(wanted.text).encode()).hexdigest() == wanted.sha256
    assert disable(places, here) == [wanted.where]
    assert standing(places, here) == Standing(State.DISABLED)
    assert not (places.state / RECORD).exists()


def test_changed_by_somebody(places: Places, here: Machine) -> None:
    """An entry that starts something else than was agreed to is called changed, until somebody agrees again."""
    change(here, agreed_to(places, here).where)
    now = standing(places, here)
    assert (now.state, "is not what" in now.why) == (State.CHANGED, True)
    assert "cotemp autostart" in now.fix
    assert agreed_to(places, here).state is State.ENABLED


def test_removed_by_somebody(places: Places, here: Machine) -> None:
    """An entry that somebody removed is missed."""
    now = agreed_to(places, here)
    assert now.system
    assert now.system.remove(f"cotemp-{places.state.name}")
    assert (standing(places, here).state, standing(places, here).why) == (State.CHANGED, "somebody removed it")


def test_nobody_agreed(places: Places, here: Machine) -> None:
    """An entry of our name that nobody agreed to is shown, and `disable` removes it, too."""
    now = agreed_to(places, here)
    (places.state / RECORD).write_text("{}")
    assert (standing(places, here).state, standing(places, here).why) == (State.CHANGED, "nobody agreed to it here")
    assert disable(places, here) == [now.where]


def test_its_python_is_gone(places: Places, here: Machine, tmp_path: Path) -> None:
    """An entry that starts a Python that was removed is stale, and the fix is named."""
    agreed_to(places, here)
    shutil.rmtree(tmp_path / "venv")
    now = standing(places, here)
    assert (now.state, "Python is gone" in now.why) == (State.STALE, True)
    assert "autostart enable" in now.fix


def test_its_python_has_no_cotemp(places: Places, tmp_path: Path) -> None:
    """An entry whose Python is there but has lost cotemp is stale."""
    linux = machine("linux", tmp_path)
    agreed_to(places, linux)
    broken = Machine(**{**vars(linux), "run": lambda _: (1, "No module named cotemp")})
    assert (standing(places, broken).state, "no cotemp" in standing(places, broken).why) == (State.STALE, True)


@pytest.mark.parametrize(("first", "second"), [("xdg", "systemd"), ("systemd", "xdg")])
def test_another_way(first: str, second: str, places: Places, tmp_path: Path) -> None:
    """Who changes to another way has one entry, not two; a second one that turns up is told."""
    linux = machine("linux", tmp_path)
    one = agreed_to(places, linux, first)
    assert one.system
    text = one.system.found(f"cotemp-{places.state.name}")
    other = agreed_to(places, linux, second)
    assert (other.state, Path(one.where).exists()) == (State.ENABLED, False)
    Path(one.where).parent.mkdir(parents=True, exist_ok=True)
    Path(one.where).write_text(text or "")
    assert (standing(places, linux).state, one.where in standing(places, linux).why) == (State.CHANGED, True)
    assert sorted(disable(places, linux)) == sorted([one.where, other.where])


def test_switched_off_with_systemctl(places: Places, tmp_path: Path) -> None:
    """`systemctl --user disable` is noticed."""
    linux = machine("linux", tmp_path)
    now = agreed_to(places, linux, "systemd")
    (Path(now.where).parent / "default.target.wants" / Path(now.where).name).unlink()
    assert "systemctl" in standing(places, linux).why


def test_no_home_yet(tmp_path: Path) -> None:
    """There is nothing to start without a home."""
    with pytest.raises(NotFound):
        plan(Places.at(tmp_path / "none", root=tmp_path), Path("agents.toml"), machine("linux", tmp_path))


def test_two_homes_are_two_entries(places: Places, tmp_path: Path) -> None:
    """Each home has its own entry, and removing one leaves the other."""
    other = Places.at(tmp_path / "other", root=tmp_path / "state")
    other.sessions.mkdir(parents=True)
    linux = machine("linux", tmp_path)
    assert agreed_to(places, linux).where != agreed_to(other, linux).where
    disable(places, linux)
    assert standing(other, linux).state is State.ENABLED
