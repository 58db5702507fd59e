"""The registry of panels: who is there, who is not any more, and which session a name means."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cotemp.errors import BadName, BadUsage, DamagedData, NotFound, UnknownTarget
from cotemp.panels import (
    Panel,
    Presence,
    default_name,
    find,
    listing,
    names,
    nearest,
    register,
    remove_dead,
    resolve,
)
from cotemp.places import Places, own_config_file
from cotemp.store.identity import ProcessId, host_id, identify, this_process
from cotemp.store.mailbox import deliver

from .portable import fifo, symlink

LEGACY = Path(__file__).parent / "data" / "legacy" / "panels"
KEYS = ["pid", "name", "session_id", "inbox", "outbox", "logs", "ts", "host", "start_token"]


def put(places: Places, file: str, record: dict[str, Any] | bytes) -> Path:
    """Write a record as another program would."""
    places.panels.mkdir(exist_ok=True)
    path = places.panels / file
    path.write_bytes(record if isinstance(record, bytes) else json.dumps(record).encode())
    return path


def record(**changes: Any) -> dict[str, Any]:
    """A record of this process, as ours look."""
    me = this_process()
    paths = {name: os.path.abspath(f"/h/{name}") for name in ("inbox", "outbox", "logs")}
    base = {"pid": me.pid, "name": "Build", "session_id": "co-build", **paths}
    extra = {"ts": "2026-11-21T10:00:00.0000000+00:00", "host": me.host, "start_token": me.start_token}
    return base | extra | changes


def original(**changes: Any) -> dict[str, Any]:
    """A record of the original: the pid is all it knows of its process."""
    return {key: value for key, value in record(**changes).items() if key not in ("host", "start_token")}


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, alive until the test ends it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def gone(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def process_of(child: subprocess.Popen[bytes]) -> ProcessId:
    found = identify(child.pid)
    assert found
    return found


# --- records ---


def newer(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, indent=2).replace("\n", "\r\n").encode()


def older(entry: dict[str, Any]) -> bytes:
    """Windows PowerShell 5.1: four spaces, two after the colon, a BOM."""
    return json.dumps(entry, indent=4, separators=(",", ":  ")).encode("utf-8-sig")


def shuffled(entry: dict[str, Any]) -> bytes:
    return json.dumps(dict(reversed(list(entry.items()))) | {"extra": [1, {"a": None}]}).encode()


@pytest.mark.parametrize("write", [newer, older, shuffled])
def test_every_serialisation_is_read(places: Places, write: Any) -> None:
    """A record of either PowerShell, with BOM or without, its keys in any order, is a panel."""
    put(places, "1.json", write(original(name="Über ☃")))
    (panel,) = listing(places).present
    assert (panel.pid, panel.name, panel.session_id) == (os.getpid(), "Über ☃", "co-build")
    assert (panel.host, panel.start_token) == (None, None)


def test_old_records_are_read(places: Places) -> None:
    """The original's own files are panels; written on Windows, their processes are not judged elsewhere."""
    for file in LEGACY.iterdir():
        put(places, file.name, file.read_bytes())
    found = listing(places)
    panels = found.dead if os.name == "nt" else found.present
    assert [(p.pid, p.name, p.session_id) for p in panels] == [
        (15204, "Migrate", "co-migrate"),
        (9244, "Migrate", "co-migrate"),
    ]
    assert {p.state for p in panels} == {Presence.ELSEWHERE if os.name != "nt" else Presence.DEAD}
    assert not found.unreadable


BAD: dict[str, bytes] = {
    "nothing": b"",
    "half": json.dumps(record()).encode()[:40],
    "no UTF-8": b'{"pid": 1, "name": "\xff"}',
    "UTF-16": json.dumps(record()).encode("utf-16"),
    "a list": b"[1, 2]",
    "a number": b"7",
    "deep": b"[" * 60_000,
    "long number": b'{"pid": ' + b"9" * 6000 + b"}",
    "pid text": json.dumps(record(pid="12")).encode(),
    "pid true": json.dumps(record(pid=True)).encode(),
    "pid 0": json.dumps(record(pid=0)).encode(),
    "pid negative": json.dumps(record(pid=-1)).encode(),
    "pid huge": json.dumps(record(pid=2**40)).encode(),
    "pid missing": b'{"name": "a", "session_id": "co-a"}',
    "name number": json.dumps(record(name=7)).encode(),
    "name missing": b'{"pid": 1, "session_id": "co-a"}',
    "session missing": b'{"pid": 1, "name": "a"}',
    "session null": json.dumps(record(session_id=None)).encode(),
    "session outside": json.dumps(record(session_id="../../etc")).encode(),
    "session reserved": json.dumps(record(session_id="NUL")).encode(),
    "inbox list": json.dumps(record(inbox=["a"])).encode(),
    "token number": json.dumps(record(start_token=3)).encode(),
    "too large": json.dumps(record(name="x" * 70_000)).encode(),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_no_record_is_reported_and_skipped(places: Places, data: bytes) -> None:
    """Anything else in the place of a record is named with the reason, and hides no other panel."""
    file = put(places, "1.json", data)
    put(places, "2.json", record())
    found = listing(places)
    assert [panel.name for panel in found.present] == ["Build"]
    assert [(bad.file, bool(bad.why)) for bad in found.unreadable] == [(file, True)]


@pytest.mark.parametrize("kind", ["folder", "symlink", "FIFO", "1 GB"])
def test_odd_files_are_reported_at_once(places: Places, kind: str) -> None:
    """A folder, symlink, FIFO or gigantic file among the records is reported, not followed, waited on or read."""
    file, real = places.panels / "1.json", places.home / "real.json"
    places.panels.mkdir()
    if kind == "folder":
        file.mkdir()
    elif kind == "symlink":
        real.write_text(json.dumps(record()))
        symlink(file, real)
    elif kind == "FIFO":
        fifo(file)
    else:
        file.touch()
        os.truncate(file, 1024**3)
    tracemalloc.start()
    found = listing(places)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.present == ()
    assert [bad.file for bad in found.unreadable] == [file]
    assert most < 4_000_000


def test_paths_in_records_are_not_believed(places: Places) -> None:
    """A record that points elsewhere sends nobody there: the folders follow from the session id."""
    put(places, "1.json", record(inbox="/etc", outbox="/", logs="/root"))
    (panel,) = listing(places).present
    session = places.sessions / "co-build"
    assert (panel.inbox, panel.outbox, panel.logs) == (
        str(session / "inbox"), str(session / "outbox"), str(session / "logs"),
    )  # fmt: skip


def test_a_home_without_panels_has_none(places: Places) -> None:
    """A home that nobody joined lists nothing, and is not changed by looking."""
    assert listing(places).present == ()
    assert remove_dead(places) == []
    assert not places.panels.exists()


# --- who is alive ---


def test_a_killed_process_is_no_longer_there(places: Places, child: subprocess.Popen[bytes]) -> None:
    """A panel is present while the process that registered it runs, and dead when that was killed."""
    register(places, "Child", "co-child", process_of(child))
    register(places, "Me", "co-me", this_process())
    assert [(p.name, p.state) for p in listing(places).present] == [
        ("Child", Presence.ALIVE),
        ("Me", Presence.ALIVE),
    ]
    gone(child)
    found = listing(places)
    assert [panel.name for panel in found.present] == ["Me"]
    assert [panel.name for panel in found.dead] == ["Child"]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, Presence.ALIVE),
        ({"start_token": "1"}, Presence.DEAD),
        ({"host": "000000000000.-.-"}, Presence.ELSEWHERE),
        ({"host": host_id().split(".")[0] + ".0000beef." + host_id().split(".")[2]}, Presence.DEAD),
        ({"host": host_id().rpartition(".")[0] + ".999"}, Presence.ELSEWHERE),
        ({"host": "000000000000.-.-", "start_token": None}, Presence.ELSEWHERE),
        ({"start_token": None}, Presence.UNVERIFIED),
    ],
    ids=["same", "pid used again", "other machine", "rebooted", "other container", "other, no token", "no token"],
)
def test_state_is_what_is_known(places: Places, changes: dict[str, Any], state: Presence) -> None:
    """A pid alone proves nothing: start token, machine, boot and container decide."""
    put(places, "1.json", record(**changes))
    found = listing(places)
    assert [panel.state for panel in (*found.present, *found.dead)] == [state]


def test_the_originals_records_say_little(places: Places, child: subprocess.Popen[bytes]) -> None:
    """With a pid and nothing else, a panel is dead when there is no such process, else nobody can say."""
    put(places, "1.json", original(name="A"))
    put(places, "2.json", original(name="B", pid=child.pid))
    gone(child)
    found = listing(places)
    assert [(panel.name, panel.state) for panel in found.present] == [("A", Presence.UNVERIFIED)]
    assert [panel.name for panel in found.dead] == ["B"]


def test_only_dead_records_are_removed(places: Places, child: subprocess.Popen[bytes]) -> None:
    """Removing the dead leaves the living, the unknown and the unreadable alone."""
    dead = register(places, "Dead", "co-dead", process_of(child))
    gone(child)
    kept = [
        register(places, "Me", "co-me", this_process()).file,
        put(places, "1.json", original()),
        put(places, "2.json", record(host="000000000000.-.-")),
        put(places, "3.json", b"broken"),
    ]
    assert [panel.file for panel in remove_dead(places)] == [dead.file]
    assert sorted(places.panels.iterdir()) == sorted(kept)


def test_who_comes_back_is_not_removed(
    places: Places, child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that a living process has taken over meanwhile is not removed with the dead."""
    register(places, "Dead", "co-dead", process_of(child))
    gone(child)
    before = listing(places)
    put(places, f"{child.pid}.json", record(name="Alive"))
    monkeypatch.setattr("cotemp.panels.registry.listing", lambda _: before)
    assert remove_dead(places) == []
    assert [panel.name for panel in listing(places).present] == ["Alive"]


# --- registering ---


def test_a_record_is_as_the_original_writes_it(places: Places) -> None:
    """The seven keys of the original come first and in its order, its helpers find real folders in them."""
    me = this_process()
    panel = register(places, "Build", "co-build", me)
    written = json.loads(panel.file.read_text())
    assert list(written) == KEYS
    assert panel.file.name == f"{me.pid}.json"
    assert (written["pid"], written["host"], written["start_token"]) == (me.pid, me.host, me.start_token)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d", written["ts"])
    for key in ("inbox", "outbox", "logs"):
        assert Path(written[key]).is_absolute()
        assert Path(written[key]).is_dir()
    assert listing(places).present == (panel,)


def test_two_sessions_of_one_process_keep_two_panels(places: Places) -> None:
    """The launcher that registers two panels keeps both; doing it again adds none."""
    for _ in range(2):
        register(places, "Planning", "co-planning", this_process())
        register(places, "Migrate", "co-migrate", this_process())
    assert [panel.name for panel in listing(places).present] == ["Migrate", "Planning"]
    assert sorted(file.name for file in places.panels.iterdir()) == [
        f"{os.getpid()}-co-migrate.json",
        f"{os.getpid()}.json",
    ]


def test_registering_again_renames(places: Places) -> None:
    """The same process and session under another name is the same panel, renamed."""
    register(places, "Old", "co-x", this_process())
    register(places, "New", "co-x", this_process())
    assert [panel.name for panel in listing(places).present] == ["New"]


def test_panels_registered_at_once_all_stay(places: Places) -> None:
    """Eight panels of one process, registered at the same moment, are eight panels."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: register(places, f"P{n}", f"co-{n}", this_process()), range(8)))
    assert [panel.name for panel in listing(places).present] == [f"P{n}" for n in range(8)]


def test_a_faster_process_is_not_overwritten(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another process takes the file's name between looking and writing, both panels stay."""

    def late(folder: Path, name: str, data: bytes) -> Path:
        monkeypatch.setattr("cotemp.panels.registry.deliver", deliver)
        put(places, name, record(name="Faster", session_id="co-faster"))
        return deliver(folder, name, data)

    monkeypatch.setattr("cotemp.panels.registry.deliver", late)
    register(places, "Mine", "co-mine", this_process())
    assert [panel.name for panel in listing(places).present] == ["Faster", "Mine"]


def test_a_panel_keeps_its_file(places: Places) -> None:
    """A panel that is registered again uses the file it has, also when the first one has become free."""
    first = register(places, "A", "co-a", this_process())
    register(places, "B", "co-b", this_process())
    first.file.unlink()
    register(places, "B", "co-b", this_process())
    assert [panel.name for panel in listing(places).present] == ["B"]


def test_a_registry_that_is_a_link_is_refused(places: Places, tmp_path: Path) -> None:
    """No record is written through a link out of the home."""
    (tmp_path / "out").mkdir()
    symlink(places.panels, tmp_path / "out")
    with pytest.raises(DamagedData):
        register(places, "X", "co-x", this_process())
    assert os.listdir(tmp_path / "out") == []


def test_another_machines_record_is_not_overwritten(places: Places) -> None:
    """In a synced home, a panel of another machine with the same pid stays."""
    theirs = put(places, f"{os.getpid()}.json", record(host="000000000000.-.-", name="Theirs"))
    mine = register(places, "Mine", "co-build", this_process())
    assert mine.file != theirs
    assert [panel.name for panel in listing(places).present] == ["Mine", "Theirs"]


@pytest.mark.parametrize("before", [record(start_token="1"), original(), b"broken"], ids=["dead", "original", "broken"])
def test_a_useless_record_is_replaced(places: Places, before: dict[str, Any] | bytes) -> None:
    """What a dead process of the same pid, the original in the same terminal, or a crash left behind is replaced."""
    put(places, f"{os.getpid()}.json", before)
    register(places, "Mine", "co-build", this_process())
    found = listing(places)
    assert [panel.name for panel in found.present] == ["Mine"]
    assert (found.dead, found.unreadable) == ((), ())


def test_names_have_defaults(places: Places) -> None:
    """Without a name: the seed's, the one that the session had, `SharePanel`, or the next free number."""
    assert default_name(places, "co-planning") == "Planning"
    assert default_name(places, "co-x") == "Panel-1"
    assert default_name(places, "co-x", share=True) == "SharePanel"
    register(places, None, "co-x", this_process())
    assert default_name(places, "co-y") == "Panel-2"
    register(places, "Yard", "co-y", this_process())
    assert default_name(places, "CO-Y") == "Yard"


def test_a_session_has_a_default(places: Places) -> None:
    """Without a session a new one is made, named as the original names it."""
    panel = register(places, "New", None, this_process())
    assert re.fullmatch(rf"co-{os.getpid()}-\d{{8}}-\d{{6}}", panel.session_id)
    assert places.session(panel.session_id).exists()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[31m", "a\u202eb", "x" * 65, "\ud800"])
def test_names_that_deceive_are_refused(places: Places, name: str) -> None:
    """A panel's name is text that can be seen, and not much of it."""
    with pytest.raises(BadUsage, match="name"):
        register(places, name, "co-x", this_process())


@pytest.mark.parametrize("sid", ["", "a/b", "..", "a\0b", "con", "LPT1.txt", "x" * 65, "a b", "é"])
def test_session_ids_are_checked_at_the_door(places: Places, sid: str) -> None:
    """An id that some system cannot store, or that leaves the home, is refused wherever it comes in."""
    with pytest.raises(BadName):
        register(places, "X", sid, this_process())
    for create in (False, True):
        with pytest.raises(BadName):
            resolve(places, sid, create=create)
    assert os.listdir(places.sessions) == []


# --- addresses ---


@pytest.fixture
def two(places: Places) -> Places:
    """A home with two panels of this process and a session that has none."""
    register(places, "Planning", "co-planning", this_process())
    register(places, "Migrate", "co-migrate", this_process())
    places.session("co-alone").make()
    return places


@pytest.mark.parametrize("to", ["Planning", "planning", "PLANNING", "co-planning", "CO-Planning"])
def test_a_panel_is_found_by_name_and_id_in_any_case(two: Places, to: str) -> None:
    """Name and session id both address a panel, upper and lower case alike, and the id is as on disk."""
    assert resolve(two, to).root == two.sessions / "co-planning"


def test_a_session_without_a_panel_is_found(two: Places) -> None:
    """A session folder is enough; the original could not address it."""
    assert resolve(two, "Co-Alone").id == "co-alone"


def test_a_panel_whose_folder_is_gone_gets_it_back(two: Places) -> None:
    """A live panel's session is made again; a dead panel's is not."""
    import shutil

    shutil.rmtree(two.sessions / "co-planning")
    assert resolve(two, "Planning").inbox.is_dir()
    put(two, "9.json", record(name="Ghost", session_id="co-ghost", start_token="1"))
    with pytest.raises(UnknownTarget):
        resolve(two, "Ghost")


def test_a_session_answers_to_its_configured_name_before_it_has_a_panel(two: Places) -> None:
    """What status shows as a session's name addresses it; a panel of that name comes first."""
    with pytest.raises(UnknownTarget):
        resolve(two, "Alone")
    config = own_config_file()
    config.parent.mkdir(parents=True)
    config.write_text('schema = 1\n[sessions.co-alone]\nname = "Alone"\n[sessions.co-missing]\nname = "Gone"\n')
    assert resolve(two, "alone").id == "co-alone"
    assert names(two) == ["Migrate", "Planning", "Alone", "co-alone", "co-migrate", "co-planning"]
    with pytest.raises(UnknownTarget):
        resolve(two, "Gone")
    register(two, "Alone", "co-migrate", this_process())
    assert resolve(two, "Alone").id == "co-migrate"
    config.write_text("schema = ")
    assert resolve(two, "Planning").id == "co-planning"
    assert nearest(two, "migr") == ["Migrate", "co-migrate"]


def test_without_a_home_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    """Whoever has not typed `init` yet is told to, not to look for other names."""
    with pytest.raises(UnknownTarget) as caught:
        resolve(Places.at(tmp_path / "none", root=tmp_path / "state"), "co-planning")
    assert caught.value.fix == "make it: cotemp init"


def test_an_unknown_name_gets_its_neighbours(two: Places) -> None:
    """A mistyped name is an error that names what is near; nothing is created."""
    with pytest.raises(UnknownTarget) as caught:
        resolve(two, "Planing")
    assert caught.value.nearest == ["Planning", "co-planning"]
    assert "Planning" in str(caught.value)
    assert nearest(two, "migr") == ["Migrate", "co-migrate"]
    assert nearest(two, "zzz") == []
    assert two.session_ids() == ["co-alone", "co-migrate", "co-planning"]


def test_a_path_to_a_session_is_no_name_of_it(two: Places) -> None:
    """What looks like a path is refused as an id, however near a session it comes."""
    for to in ("../co-planning", "co-planning/", "co-planning\0", "sessions\\co-planning"):
        with pytest.raises(BadName):
            resolve(two, to)


def test_a_new_session_is_created_when_asked(two: Places) -> None:
    """With `create` a new id becomes a complete session, and a known name stays what it was."""
    assert resolve(two, "co-new", create=True).receipts.is_dir()
    assert resolve(two, "Planning", create=True).id == "co-planning"
    assert two.session_ids() == ["co-alone", "co-migrate", "co-new", "co-planning"]


def test_an_ambiguous_name_is_an_error(two: Places) -> None:
    """Two live panels of one name in different sessions: the error names both, ids still work."""
    put(two, "7.json", record(name="planning", session_id="co-other"))
    with pytest.raises(NotFound, match=r"co-planning.*co-other|co-other.*co-planning"):
        resolve(two, "Planning")
    assert resolve(two, "co-planning").id == "co-planning"


def test_the_first_day_needs_no_panel(places: Places) -> None:
    """Right after `cotemp init` the two sessions answer to the names that everybody knows them by."""
    assert find(places, "Migrate") is None
    places.session("co-migrate").make()
    assert resolve(places, "Migrate").id == "co-migrate"
    register(places, "Migrate", "co-build", this_process())
    assert resolve(places, "migrate").id == "co-build"


def test_several_panels_of_one_session_are_one_address(two: Places) -> None:
    """Duplicate records of one session, as the original leaves them, are no ambiguity."""
    put(two, "7.json", original(name="Planning", session_id="Co-Planning"))
    assert resolve(two, "Planning").id == "co-planning"


@pytest.mark.parametrize("other", [{"start_token": "1"}, {"start_token": None}, {"host": "000000000000.-.-"}])
def test_the_living_come_first(two: Places, other: dict[str, Any]) -> None:
    """A live panel is meant, not one that is dead, unverified or elsewhere."""
    put(two, "0.json", record(name="Planning", session_id="co-alone", **other))
    assert resolve(two, "Planning").id == "co-planning"


def test_dead_panels_of_a_session_that_exists_count(two: Places) -> None:
    """When nobody alive has the name, a dead panel's session still gets the mail."""
    put(two, "0.json", record(name="Alone", session_id="co-alone", start_token="1"))
    assert resolve(two, "alone").id == "co-alone"


def test_no_panel_takes_the_name_of_a_session(two: Places) -> None:
    """A panel that calls itself like another session does not get that session's mail."""
    put(two, "7.json", record(name="co-migrate", session_id="co-evil"))
    assert resolve(two, "co-migrate").id == "co-migrate"


def test_a_session_that_is_a_link_is_refused(two: Places, tmp_path: Path) -> None:
    """A session folder that leads out of the home is never used, nor created over."""
    (tmp_path / "outside").mkdir()
    symlink(two.sessions / "co-link", tmp_path / "outside")
    symlink(two.sessions / "co-dangling", tmp_path / "nowhere")
    for sid in ("co-link", "co-dangling"):
        with pytest.raises(DamagedData, match="link"):
            resolve(two, sid)
        with pytest.raises(DamagedData, match="link"):
            resolve(two, sid, create=True)
        with pytest.raises(DamagedData, match="link"):
            register(two, "L", sid, this_process())
    assert os.listdir(tmp_path / "outside") == []


def test_find_tells_nothing_apart_from_error(two: Places) -> None:
    """`find` answers None for what is not there, whatever it is called."""
    assert find(two, "nobody") is None
    assert find(two, "../x") is None
    assert find(two, "") is None


def test_listing_is_sorted_by_name(places: Places) -> None:
    """Panels are listed by name, as the original does, small and capital letters alike."""
    for number, name in enumerate(["b", "A", "C"]):
        put(places, f"{number}.json", record(name=name, session_id=f"co-{number}"))
    names = [panel.name for panel in listing(places).present]
    assert names == ["A", "b", "C"]


def test_a_panel_is_data(places: Places) -> None:
    """A panel compares by value and cannot be changed by accident."""
    panel = register(places, "X", "co-x", this_process())
    assert replace(panel) == panel
    assert isinstance(panel, Panel)
    with pytest.raises(AttributeError):
        panel.name = "Y"  # type: ignore[misc]
