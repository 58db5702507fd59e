"""Making the home, and removing every trace of it again."""

from __future__ import annotations

import codecs
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp import explain
from cotemp.cli.entry import run
from cotemp.cli.frame import Context
from cotemp.cli.terminal import Terminal
from cotemp.config import in_force, load
from cotemp.errors import BadName, BadUsage, CotempError, DamagedData, HeldByOther, StorageFailed
from cotemp.explain import walls
from cotemp.explain.model import Walls
from cotemp.messages.policy import Policy, Rule, Unenforced
from cotemp.panels import register
from cotemp.places import Places, own_config_file
from cotemp.redact.machine import machine_key
from cotemp.setup import CAREFUL, Done, initialise, plan_removal, remove
from cotemp.setup.installed import digest
from cotemp.store.claims import hold
from cotemp.store.identity import this_process
from cotemp.store.owner import owner, take
from tests.conftest import need

SEED = ["co-planning", "co-migrate"]


def tree(root: Path) -> dict[str, bytes | None]:
    """Everything below `root`: the content of files, None for folders."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in sorted(root.rglob("*"))
    }


@pytest.fixture
def fresh(nobody_home: Path) -> Places:
    """Where `init` would put everything on a machine that never saw cotemp."""
    return Places.at(nobody_home / "Downloads" / "CoTemp")


def test_init_makes_the_whole_home(fresh: Places) -> None:
    """After `init` the home has the original's folders and ours, and this machine its state and settings."""
    done = initialise(fresh, SEED, own_config_file())
    assert all(one.changed for one in done)
    assert fresh.session_ids() == sorted(SEED)
    session = fresh.session("co-migrate").root
    assert {path.name for path in session.iterdir()} == {
        "inbox", "outbox", "logs", "notes", "scripts", "running", "held", "receipts",
    }  # fmt: skip
    assert {path.name for path in fresh.home.iterdir()} == {
        "README.txt", "common", "greetings", "panels", "prompts", "schemas", "scripts", "sessions", "templates",
    }  # fmt: skip
    assert "co-migrate" in (fresh.home / "greetings/GREETING_Migrate.txt").read_text()
    assert len((fresh.home / "README.txt").read_text().splitlines()) <= 15
    assert load(own_config_file()).watched() == SEED


def test_init_closes_the_state(fresh: Places) -> None:
    """Nobody else can look into this machine's state, not even when it was open before."""
    fresh.state.mkdir(parents=True)
    fresh.state.chmod(0o755)
    initialise(fresh, SEED, own_config_file())
    for folder in (fresh.state.parent, fresh.state, fresh.locks, fresh.runs, fresh.daemon):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_init_twice_changes_nothing(fresh: Places) -> None:
    """The second `init` has nothing to do."""
    initialise(fresh, SEED, own_config_file())
    before = tree(fresh.home), tree(fresh.state), own_config_file().read_bytes()
    done = initialise(fresh, SEED, own_config_file())
    assert not [one for one in done if one.changed or one.remark]
    assert (tree(fresh.home), tree(fresh.state), own_config_file().read_bytes()) == before


def test_init_repairs(fresh: Places) -> None:
    """What is missing is made again, what is there stays."""
    initialise(fresh, SEED, own_config_file())
    session = fresh.session("co-planning")
    note = session.inbox / "NOTE_1.md"
    note.write_text("hello")
    session.outbox.rmdir()
    (fresh.home / "README.txt").unlink()
    changed = {one.what: one.remark for one in initialise(fresh, SEED, own_config_file()) if one.changed}
    assert changed == {"session co-planning": "repaired", "README.txt": "written"}
    assert note.read_text() == "hello"


def test_init_keeps_the_users_files(fresh: Places) -> None:
    """A file that the user wrote or changed is kept, and that is said; ours is brought up to date."""
    initialise(fresh, SEED, own_config_file())
    readme, greeting = fresh.home / "README.txt", fresh.home / "greetings/GREETING_Planning.txt"
    readme.write_text("mine")
    record = json.loads((fresh.state / "installed.json").read_text())
    greeting.write_bytes(b"of an older version")
    record["files"]["greetings/GREETING_Planning.txt"] = digest(b"of an older version")
    (fresh.state / "installed.json").write_text(json.dumps(record))
    said = {one.what: (one.changed, one.remark) for one in initialise(fresh, SEED, own_config_file())}
    assert said["README.txt"] == (False, "kept, it is yours (ours differs)")
    assert said["GREETING_Planning.txt"] == (True, "updated")
    assert readme.read_text() == "mine"


def test_init_keeps_a_link_of_the_user(fresh: Places, tmp_path: Path) -> None:
    """A link in the place of a file of ours is the user's, wherever it leads."""
    fresh.home.mkdir(parents=True)
    (fresh.home / "README.txt").symlink_to(tmp_path / "nowhere")
    said = {one.what: one.remark for one in initialise(fresh, SEED, own_config_file())}
    assert said["README.txt"].startswith("kept")
    assert (fresh.home / "README.txt").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_init_keeps_the_settings(fresh: Places) -> None:
    """Settings that are there are never rewritten; what they leave unwatched is said."""
    write_settings("[sessions.x]\nwatch = true\n")
    done = initialise(fresh, ["x", "y"], own_config_file())
    assert own_config_file().read_text() == "[sessions.x]\nwatch = true\n"
    remarks = [one.remark for one in done if not one.changed and one.remark]
    assert remarks == ["`up` does not watch it: add [sessions.y] with watch = true"]


def write_settings(text: str) -> Path:
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_bytes(text.encode())
    return own_config_file()


def of_settings(done: list[Done]) -> Done:
    return next(one for one in done if one.what == "the settings")


@pytest.mark.parametrize("text", ["[sessions.x]\nwatch = true", "# mine\r\nschema = 1\r\n", "", "\ufeffschema = 1\n"])
def test_careful_adds_a_table(fresh: Places, text: str) -> None:
    """Settings without [policy] get one at their end; every byte of what stood there stays."""
    file = write_settings(text)
    before = file.read_bytes()
    done = of_settings(initialise(fresh, ["x"], file, CAREFUL))
    assert (done.changed, done.remark) == (True, "added [policy], the rest is as it was")
    assert file.read_bytes().startswith(before)
    assert load(file).policy == CAREFUL
    assert not of_settings(initialise(fresh, ["x"], file, CAREFUL)).changed


@pytest.mark.parametrize(
    "text", ['[policy]\nwrites = "allow"\n', 'policy = { secrets = "allow", network = "never" }\n']
)
def test_careful_leaves_a_table_to_its_author(fresh: Places, text: str) -> None:
    """A [policy] that somebody wrote is not rewritten: the lines to change are named, and only those."""
    file = write_settings(text)
    done = of_settings(initialise(fresh, SEED, file, CAREFUL))
    assert file.read_text() == text
    assert not done.changed
    assert 'writes = "ask"' in done.remark
    assert ("network" in done.remark) is ("network" not in text)
    assert ("secrets" in done.remark) is ("secrets" in text)


def test_careful_changes_what_init_wrote(fresh: Places) -> None:
    """Settings that nobody has touched since `init` wrote them become careful ones."""
    initialise(fresh, SEED, own_config_file())
    done = of_settings(initialise(fresh, SEED, own_config_file(), CAREFUL))
    assert done.changed
    assert load(own_config_file()).policy == CAREFUL
    assert load(own_config_file()).watched() == SEED
    assert not of_settings(initialise(fresh, SEED, own_config_file(), CAREFUL)).changed


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_careful_follows_the_link_of_somebody_who_keeps_dotfiles(fresh: Places, tmp_path: Path) -> None:
    """Settings that are a link stay one, and keep their rights; what the link leads to is amended."""
    file = write_settings("")
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("# mine\n")
    kept.chmod(0o600)
    file.unlink()
    file.symlink_to(kept)
    initialise(fresh, SEED, file, CAREFUL)
    assert file.is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load(kept).policy == CAREFUL


def test_careful_settings(fresh: Places) -> None:
    """`--careful` writes settings that ask a human about everything; without it the documented defaults."""
    initialise(fresh, ["a.b", "c"], own_config_file(), CAREFUL)
    config = load(own_config_file())
    assert config.watched() == ["a.b", "c"]
    policy = config.policy
    assert {policy.writes, policy.network, policy.secrets, policy.destructive} == {Rule.ASK}
    own_config_file().unlink()
    initialise(fresh, SEED, own_config_file())
    assert load(own_config_file()).policy == Policy()
    assert load(own_config_file()).sessions["co-planning"].name == "Planning"


def test_settings_elsewhere_are_trusted_when_we_wrote_them(fresh: Places, tmp_path: Path) -> None:
    """What `init` writes where COTEMP_CONFIG says counts at once; what somebody puts there later does not."""
    file = tmp_path / "my.toml"
    initialise(fresh, ["x"], file)
    assert in_force(fresh, file).watched() == ["x"]
    file.write_text("")
    with pytest.raises(CotempError, match="cotemp trust"):
        in_force(fresh, file)


@pytest.mark.parametrize("sessions", [["a/b"], [".."], ["nul"], ["ok", ""]])
def test_init_refuses_bad_ids_at_the_door(fresh: Places, sessions: list[str]) -> None:
    """A session id that no system can store stops `init` before anything is made."""
    with pytest.raises(BadName):
        initialise(fresh, sessions, own_config_file())
    assert not fresh.home.exists()
    assert not fresh.state.exists()


def test_init_wants_a_session(fresh: Places) -> None:
    """No session at all is a mistake; one that is named twice is made once."""
    with pytest.raises(BadUsage):
        initialise(fresh, [], own_config_file())
    initialise(fresh, ["a", "A", "b"], own_config_file())
    assert fresh.session_ids() == ["a", "b"]


def test_init_follows_no_link(fresh: Places, tmp_path: Path) -> None:
    """A session folder that leads out of the home is refused."""
    fresh.sessions.mkdir(parents=True)
    (fresh.sessions / "co-planning").symlink_to(tmp_path)
    with pytest.raises(DamagedData):
        initialise(fresh, SEED, own_config_file())
    assert not (tmp_path / "inbox").exists()


def bound_by_modes(code: str, *args: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code as somebody whom the modes of files stop, which root is only without two of its rights."""
    less = ("--bounding-set", "-dac_override,-dac_read_search")
    prefix = () if os.geteuid() else (need("setpriv"), *less)
    argv = [*prefix, sys.executable, "-c", f"import sys, pathlib, cotemp.setup\n{code}", *args]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_read_only_home_is_told(tmp_path: Path) -> None:
    """`init` in a folder that the user may not write says so, with a way out, and leaves nothing behind."""
    readonly = tmp_path / "readonly"
    readonly.mkdir(mode=0o555)
    done = bound_by_modes(
        "from cotemp.places import Places\nfrom cotemp.errors import StorageFailed\n"
        "places = Places.at(sys.argv[1], pathlib.Path(sys.argv[2]))\n"
        "try: cotemp.setup.initialise(places, ['x'], pathlib.Path(sys.argv[2]) / 'a.toml')\n"
        "except StorageFailed as error: print(error.exit_code, error)\n",
        readonly / "CoTemp", tmp_path / "state",
    )  # fmt: skip
    assert done.stdout.startswith("10 cannot write"), done.stderr
    assert "--home" in done.stdout
    assert list(readonly.iterdir()) == []


# --- uninstall ---


def a_used_home(places: Places) -> dict[str, bytes | None]:
    """A home with everything that work leaves in it; returns the user's part, which has to stay."""
    session = places.session("co-migrate")
    mine = {
        session.inbox / "NOTE_20250909-171330_co-planning.md": "unread",
        session.inbox / "DO_wait_101010.ps1": "waiting",
        session.notes / "NOTE_20250909-171331_x.md": "read",
        session.outbox / "DO_x-20250909-171331-1.ps1": "ran",
        session.outbox / "DO_x-20250909-171331-1.d/diff.patch": "artifact",
        session.outbox / "rejected-DO_y-20250909-171331-1.ps1.reasons.json": "{}",
        session.logs / "DO_x-20250909-171331-1.txt": "log",
        session.logs / "DO_x-20250909-171331-1.json": "{}",
        session.scripts / "own.ps1": "1",
        session.running / "20250909-171331-1-abcd__DO_z.ps1": "crashed",
        session.held / "20250909-171331-1-abce__DO_h.ps1": "held",
        places.home / "my notes.txt": "mine",
        places.home / "common/Own.ps1": "mine",
        places.home / "greetings/GREETING_Migrate.txt": "changed by me",
        places.panels / "77.json": json.dumps({"pid": 77, "name": "old", "session_id": "co-x"}),
    }
    for path, text in mine.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    kept = {str(path.relative_to(places.home)): path.read_bytes() for path in mine}
    (session.receipts / "NOTE_20250909-171331_x.md.json").write_text("{}")
    (session.inbox / ".tmp-abc").write_text("half")
    (session.root / "archive.json").write_text("{}")
    take(session)
    register(places, "Migrate", "co-migrate", this_process())
    places.ledger.write_bytes(b"")
    return dict(kept)


def test_uninstall_leaves_exactly_the_users_files(fresh: Places, nobody_home: Path) -> None:
    """Of everything that `init` and work made, only notes, DOs, artifacts, logs and changed files remain."""
    initialise(fresh, SEED, own_config_file())
    mine = a_used_home(fresh)
    plan = plan_removal(fresh)
    assert tree(fresh.home).items() >= mine.items()
    removed = remove(plan)
    assert removed == plan
    left = {path: data for path, data in tree(fresh.home).items() if data is not None}
    assert left == mine
    folders = {path for path, data in tree(fresh.home).items() if data is None}
    assert all(any(file.startswith(folder + "/") for file in mine) for folder in folders)
    assert {path for path, data in tree(nobody_home).items() if data is not None} == {
        f"Downloads/CoTemp/{path}" for path in mine
    }


def test_uninstall_removes_what_all_homes_share(fresh: Places) -> None:
    """The key of the fingerprints and reports of bugs belong to all homes of this machine, and go with the last one."""
    initialise(fresh, SEED, own_config_file())
    machine_key(fresh)
    (fresh.state.parent / "errors").mkdir()
    assert fresh.fingerprint_key.exists()
    remove(plan_removal(fresh))
    assert not fresh.state.parent.exists()


def test_uninstall_of_an_unused_home_leaves_nothing(fresh: Places, nobody_home: Path) -> None:
    """After `init` and `uninstall` no file and no folder of ours is left."""
    initialise(fresh, SEED, own_config_file())
    remove(plan_removal(fresh))
    assert not fresh.home.exists()
    assert not own_config_file().parent.exists()
    assert not fresh.state.parent.exists()
    assert plan_removal(fresh) == []


def test_uninstall_keeps_what_another_home_needs(fresh: Places, tmp_path: Path) -> None:
    """Settings and shared state stay while another home of this machine is there, and go with the last one."""
    other = Places.at(tmp_path / "other")
    initialise(fresh, SEED, own_config_file())
    initialise(other, ["x"], own_config_file())
    remove(plan_removal(fresh))
    assert own_config_file().exists()
    assert other.state.is_dir()
    assert not fresh.state.exists()
    remove(plan_removal(other))
    assert not own_config_file().exists()


def test_uninstall_removes_the_state_of_homes_that_are_gone(fresh: Places, tmp_path: Path) -> None:
    """State of a home that somebody deleted by hand goes with the last home."""
    gone = Places.at(tmp_path / "gone")
    initialise(gone, ["x"], own_config_file())
    remove([one for one in plan_removal(gone) if gone.home in (one.path, *one.path.parents)])
    assert gone.state.is_dir()
    initialise(fresh, SEED, own_config_file())
    remove(plan_removal(fresh))
    assert not gone.state.exists()


def test_uninstall_waits_for_the_daemon(fresh: Places) -> None:
    """Nothing is removed under a running watcher; the message says who and how to end it."""
    initialise(fresh, SEED, own_config_file())
    with hold(fresh, "daemon", "the daemon"), pytest.raises(HeldByOther, match="cotemp down") as caught:
        plan_removal(fresh)
    assert str(os.getpid()) in caught.value.what


def test_uninstall_follows_no_link(fresh: Places, tmp_path: Path) -> None:
    """What a link in the home leads to is nobody's trace."""
    initialise(fresh, SEED, own_config_file())
    outside = tmp_path / "outside"
    (outside / "receipts").mkdir(parents=True)
    (outside / "receipts" / "a.json").write_text("{}")
    (fresh.sessions / "linked").symlink_to(outside)
    remove(plan_removal(fresh))
    assert (outside / "receipts" / "a.json").exists()
    assert (fresh.sessions / "linked").is_symlink()


def test_uninstall_names_what_the_disk_refuses(fresh: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace that cannot be removed is named, not passed over."""
    initialise(fresh, SEED, own_config_file())

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageFailed, match="README"):
        remove(plan_removal(fresh))


# --- the commands ---


def cotemp(*args: object, env: dict[str, str] | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `cotemp` as a person would, in the stand-in HOME."""
    return subprocess.run(
        [sys.executable, "-m", "cotemp", *map(str, args)],
        capture_output=True, text=True, check=False, input=stdin, env={**os.environ, **(env or {})},
    )  # fmt: skip


def test_init_without_a_terminal(nobody_home: Path) -> None:
    """Nothing is asked, the safe answer is taken; the second time there is nothing to do. Who holds DOs is said."""
    first = cotemp("init")
    assert first.returncode == 0, first.stderr
    assert "to their consent" in first.stdout
    assert "to name some: repos in [policy]" in first.stdout
    assert (nobody_home / "Downloads/CoTemp/sessions/co-planning/inbox").is_dir()
    assert 'unenforced = "hold"' in own_config_file().read_text()
    second = cotemp("init")
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout.startswith(f"nothing to do: {nobody_home / 'Downloads/CoTemp'} is complete\n")


@pytest.fixture
def without_enforcer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing can hold a DO."""
    monkeypatch.setattr(walls, "walls_of", lambda root, policy: Walls(None, why="no bubblewrap", fix="install it"))
    monkeypatch.setattr(explain, "walls_of", walls.walls_of)


@pytest.mark.usefixtures("without_enforcer")
def test_where_nothing_holds_a_do_the_safe_answer_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal DOs are held, and that is said, with the reason and the way out."""
    assert run(["init"]) == 0
    said = capsys.readouterr()
    assert "hold (taken: there is no terminal to ask on)" in said.err
    assert "no bubblewrap" in said.out
    assert "waits until you approve it" in said.out
    assert run(["init"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("without_enforcer")
@pytest.mark.parametrize("settings", [None, "[sessions.co-planning]\nwatch = true\n"])
def test_where_nothing_holds_a_do_the_owner_is_asked_once(
    settings: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal the owner says what becomes of DOs; the answer stands in the settings, and is not asked again."""
    asked: list[str] = []

    def ask(self: Terminal, question: str, default: str, choices: list[str]) -> str:
        asked.append(default)
        return "refuse"

    monkeypatch.setattr(Terminal, "ask", ask)
    monkeypatch.setattr(Context, "stdin_is_terminal", True)
    if settings:
        write_settings(settings)
    assert run(["init"]) == run(["init"]) == 0
    assert asked == ["hold"]
    assert load(own_config_file()).policy.unenforced is Unenforced.REFUSE
    assert "is refused" in capsys.readouterr().out


def test_init_in_localised_downloads(nobody_home: Path) -> None:
    """Where downloads have another name, the home is made there, and found there the next time."""
    (nobody_home / ".config").mkdir()
    (nobody_home / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n')
    made = json.loads(cotemp("init", "--json", "--sessions", "a, b").stdout)
    assert made["home"] == str(nobody_home / "Téléchargements/CoTemp")
    assert made["changed"] is True
    again = json.loads(cotemp("init", "--json", "--sessions", "a,b").stdout)
    assert again["changed"] is False
    (forward,) = (nobody_home / "Downloads/CoTemp").iterdir()
    script = str(nobody_home / "Téléchargements/CoTemp/Join-CoAgent.ps1")
    assert f". '{script}'" in forward.read_text("utf-8-sig"), "old snippets join at the old place"
    assert forward.read_bytes().startswith(codecs.BOM_UTF8), "Windows PowerShell would read the name wrong"


def test_uninstall_lists_first(nobody_home: Path) -> None:
    """Without --yes the traces are only listed."""
    cotemp("init")
    before = tree(nobody_home)
    listed = cotemp("uninstall")
    assert listed.returncode == 0
    assert "would remove" in listed.stdout
    assert "nothing was removed" in listed.stdout
    assert tree(nobody_home) == before
    done = json.loads(cotemp("uninstall", "--yes", "--json").stdout)
    assert done["removed"] is True
    assert [path for path, data in tree(nobody_home).items() if data is not None] == []


def test_take(fresh: Places) -> None:
    """A session that another machine ran is run here from now on; an unknown one is an error with a way out."""
    initialise(fresh, SEED, own_config_file())
    session = fresh.session("co-migrate")
    session.owner.write_text(json.dumps({"schema": 1, "host": "feed.1.2", "since": "2026-01-01T00:00:00.000Z"}))
    told = cotemp("take", "CO-MIGRATE")
    assert told.returncode == 0
    assert "was run by another machine since 2026-01-01" in told.stdout
    known = owner(session)
    assert known
    assert known.is_here()
    session.owner.write_text("{]")
    assert cotemp("take", "co-migrate").returncode == 0
    assert cotemp("take", "co-migrat").returncode == 4


def test_trust(fresh: Places, tmp_path: Path) -> None:
    """A config from elsewhere, one that names a home too, counts after `cotemp trust` and not before."""
    stranger = tmp_path / "agents.toml"
    stranger.write_text(f'home = "{tmp_path / "their home"}"\n[sessions.x]\nwatch = true\n')
    env = {"COTEMP_CONFIG": str(stranger)}
    refused = cotemp("uninstall", env=env)
    assert refused.returncode == 7
    assert f"cotemp trust {stranger}" in refused.stderr
    trusted = cotemp("trust", stranger, env=env)
    assert trusted.returncode == 0, trusted.stderr
    allowed = json.loads(cotemp("uninstall", "--json", env=env).stdout)
    assert allowed["home"] == str(tmp_path / "their home")
    assert cotemp("trust", tmp_path).returncode == 2
    assert cotemp("trust", tmp_path / "none").returncode == 4
