"""`cotemp autostart` as it is typed, in a fresh home: what is shown, asked, written, refused, and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.autostart import Machine, entry_name, standing
from cotemp.autostart.agreed import RECORD
from cotemp.doctor import Look
from cotemp.doctor.login import at_login
from cotemp.store.identity import os_user
from tests.cli.real import here, home

from .machines import change, machine

SYSTEM_OF = {"xdg": "linux", "systemd": "linux", "launchd": "darwin", "task": "win32"}


@pytest.fixture(params=SYSTEM_OF)
def way(request: pytest.FixtureRequest) -> str:
    """Each way whose entry fits, however deep the folder of the tests is."""
    return str(request.param)


@pytest.fixture(autouse=True)
def ours(request: pytest.FixtureRequest, nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A home that `init` has just made, on the system that has the way which the test names."""
    named = request.getfixturevalue("way") if "way" in request.fixturenames else "xdg"
    found = vars(machine(SYSTEM_OF[named], nobody_home)) | {"user": os_user()}
    monkeypatch.setattr(Machine, "here", lambda env: Machine(**{**found, "env": env}))
    assert here("init").code == 0
    return Machine.here({})


def traces(root: Path) -> set[Path]:
    return set(root.rglob("*"))


def essence(ours: Machine, shown: str | None = None) -> str:
    """What the system acts on, of the text that is shown or else of the entry that is there."""
    system = standing(home(), ours).system
    assert system
    return system.essence(shown or system.found(entry_name(home().state)) or "")


def test_on_and_off_leave_no_trace(way: str, nobody_home: Path, ours: Machine) -> None:
    """`enable` shows what it writes, `status` knows it, and after `disable` all is as before."""
    before = traces(nobody_home)
    assert here("autostart", "status", "--json").json["state"] == "disabled"
    said = here("autostart", "enable", "--by", way, "--yes", "--json")
    now = here("autostart", "status", "--json").json
    assert (said.code, now["state"], now["where"] in said.err.splitlines()[0]) == (0, "enabled", True)
    assert said.err.splitlines()[1:] == [f"  {line}" for line in said.json["text"].splitlines()]
    assert essence(ours) == essence(ours, said.json["text"])
    assert now["where"] in here("autostart", "disable").out
    assert traces(nobody_home) == before
    assert here("autostart", "disable").out == "nothing starts at login\n"


def test_what_starts_is_the_installed_cotemp(way: str) -> None:
    """The entry starts `cotemp up --quiet` of this Python for this home, and no file that lies in the home."""
    text = here("autostart", "enable", "--by", way, "--yes", "--json").json["text"]
    assert [word in text for word in ("-P", "--quiet", "1d", str(home().home), ".ps1")] == [True] * 4 + [False]


def test_done_again(way: str) -> None:
    """Who enables twice is not asked again, and the first consent stands."""
    first = here("autostart", "enable", "--by", way, "--yes", "--json").json
    again = here("autostart", "enable", "--json")
    assert (first["changed"], again.json["changed"], again.err) == (True, False, "")
    assert again.json["agreed"] == first["agreed"]
    assert first["agreed"]["by"] == os_user()


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 1)])
def test_somebody_is_asked(typed: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the answer decides, and a no writes nothing."""
    monkeypatch.setattr("cotemp.cli.terminal._is_terminal", lambda _: True)
    monkeypatch.setattr("cotemp.cli.terminal.Terminal.ask", lambda *_: typed)
    assert here("autostart", "enable").code == code
    assert (home().state / RECORD).exists() is (typed == "yes")


def test_nobody_is_there_to_ask(way: str, nobody_home: Path) -> None:
    """Off a terminal nothing is written without --yes; what would be is shown, and the option is named."""
    before = traces(nobody_home)
    said = here("autostart", "enable", "--by", way)
    assert (said.code, "--yes" in said.err, "writes " in said.err) == (5, True, True)
    assert traces(nobody_home) == before
    assert here("autostart", "status", "--json").json["state"] == "disabled"


def test_consent_to_one_way_is_none_to_another() -> None:
    """Who agreed to one way is asked anew before another takes its place; who names none keeps it."""
    here("autostart", "enable", "--by", "systemd", "--yes")
    said = here("autostart", "enable", "--by", "xdg")
    assert (said.code, "in the place of" in said.err) == (5, True)
    again = here("autostart", "enable", "--json").json
    assert (again["system"], again["changed"]) == ("systemd", False)


def test_a_way_that_this_system_lacks() -> None:
    """A way of another system is refused, and the ones that there are are named."""
    said = here("autostart", "enable", "--by", "task", "--yes")
    assert (said.code, "one of: xdg, systemd" in said.err) == (2, True)


def test_without_a_home() -> None:
    """Where there is no home nothing is written, and the way to one is named."""
    said = here("autostart", "enable", "--yes", "--home", "nowhere")
    assert (said.code, "cotemp init" in said.err) == (4, True)


@pytest.mark.parametrize("words", ["autostart enable --yes", "autostart disable", "uninstall --yes"])
def test_not_from_a_run(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DO neither puts itself into the user's login nor takes anything out of it."""
    here("autostart", "enable", "--by", "systemd", "--yes")
    before = here("autostart", "status", "--json").json
    monkeypatch.setenv("COTEMP_RUN_ID", "20261121-101502-28216-k3f9")
    assert here(*words.split()).code == 6
    assert here("autostart", "status", "--json").json == before


def test_changed_behind_our_back(way: str, ours: Machine) -> None:
    """`status` and `doctor` say that an entry is not what was agreed to, with the fix; `enable` shows and asks anew."""
    where = here("autostart", "enable", "--by", way, "--yes", "--json").json["where"]
    change(ours, where)
    said = here("autostart", "status", "--json")
    assert (said.code, said.json["state"]) == (1, "changed")
    assert "fix: " in here("autostart", "status").out
    assert "it is not what" in here("doctor").out
    assert here("autostart", "enable", "--by", way).code == 5
    assert here("autostart", "enable", "--by", way, "--yes", "--json").json["state"] == "enabled"


def test_doctor_knows_it(way: str, ours: Machine) -> None:
    """`doctor` tells what starts at login, and that it ends at logout where systemd starts it."""
    look = Look(home(), Path("agents.toml"), {})
    assert "cotemp autostart enable" in next(iter(at_login(look))).what
    here("autostart", "enable", "--by", way, "--yes")
    first, *more = at_login(look)
    assert "the watchers start at login" in first.what
    assert [one.fix for one in more] == [f"loginctl enable-linger {os_user()}"] * (way == "systemd")
    ours.lingering.mkdir()
    (ours.lingering / os_user()).touch()
    assert list(at_login(look)) == [first]


def test_uninstall_removes_it(way: str) -> None:
    """`uninstall` names the entry, and with --yes it is gone with the rest."""
    where = here("autostart", "enable", "--by", way, "--yes", "--json").json["where"]
    assert here("uninstall", "--json").json["at_login"] == [where]
    assert here("autostart", "status", "--json").json["state"] == "enabled"
    assert here("uninstall", "--yes", "--json").json["at_login"] == [where]
    assert here("autostart", "status", "--json").json["state"] == "disabled"
