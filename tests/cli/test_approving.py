"""A human at the command line: sees what waits, reads all of it, and says yes or no; nobody else can."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from cotemp import dos
from cotemp.messages.do import Draft, Flags, Repo
from cotemp.places import own_config_file
from cotemp.runner.engines import ENGINES
from cotemp.store.identity import os_user
from cotemp.store.ledger import Ledger, Row
from tests.cli.real import background, cotemp, end_daemon, here, home
from tests.dispatch.repos import made_repo
from tests.fitting import check
from tests.sandbox.conftest import enforcer  # noqa: F401  (a fixture)
from tests.waiting import eventually

ASK = 'schema = 1\n[policy]\nenforcer = "none"\nunenforced = "run"\nnetwork = "ask"\n'
NETWORK = Flags(network=True)


@pytest.fixture(autouse=True)
def no_daemon() -> Iterator[None]:
    """No test leaves a daemon behind."""
    yield
    end_daemon()


@pytest.fixture
def asking(nobody_home: Path) -> None:
    """An owner without a sandbox who wants to be asked about the network."""
    settings(ASK)


def settings(text: str) -> None:
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text(text)


def drop(body: str, consent: Flags = NETWORK, title: str = "Fetch", repo: Path | None = None) -> dos.Dropped:
    draft = Draft(title, body, "co-migrate", Repo("x", str(repo) if repo else None), consent=consent)
    return dos.drop(home(), "co-migrate", draft, ENGINES["python"], create=True)


def rows() -> list[Row]:
    with Ledger(home(), create=False) as ledger:
        return ledger.rows()


def answered(word: str, *argv: str) -> int:
    """Type `word` where a command asks on a terminal; its exit code."""
    child = pexpect.spawn(sys.executable, ["-m", "cotemp", *argv], encoding="utf-8", dimensions=(50, 200))
    child.expect_exact("(yes/no) [no] ")
    child.sendline(word)
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus or 0


def held_one() -> str:
    """Make the DOs that wait held; the id of the only one that is."""
    assert cotemp("watch", "co-migrate", "--once").code == 0
    answer = here("held", "--json").json
    check("answer-held", answer)
    (one,) = answer["held"]
    return str(one["run_id"])


@pytest.mark.usefixtures("asking")
def test_last_is_the_last_that_waits() -> None:
    """A decision about `last` means what waits, whatever ran since; without anything that waits it says so."""
    drop("print('held')")
    run = held_one()
    drop("print('ran since')", Flags(), "Other")
    assert cotemp("watch", "co-migrate", "--once").code == 0
    assert rows()[-1].run_id != run
    answer = here("deny", "last", "--why", "not today", "--json").json
    assert (answer["run_id"], answer["decision"]) == (run, "denied")
    assert cotemp("watch", "co-migrate", "--once").code == 0
    nothing = here("approve", "last", "--yes")
    assert nothing.code == 4
    assert "nothing waits for you" in nothing.err


@pytest.mark.usefixtures("asking")
def test_held_says_what_waits_why_and_what_to_type() -> None:
    """Each is listed with title, session, what it asks for, the reasons, and the commands."""
    assert here("held").out == "nothing is held\n"
    drop("print(1)")
    run_id = held_one()
    out = here("held").out
    for said in ("Fetch", "co-migrate", "asks for network", "because it asks for the network"):
        assert said in out
    assert f"next: cotemp approve {run_id}, cotemp deny {run_id} --why" in out
    status = here("status", "--json").json
    assert status["attention"] == ["1 DO held in co-migrate: cotemp held"]
    assert status["sessions"][0]["held"] == 1
    assert here("runs", "--json").json["runs"][0]["state"] == "held"
    assert "held" in here("runs").out
    shown = here("show", run_id).out
    assert "Fetch  held" in shown
    assert "none, once it runs" in shown
    assert "output" not in shown
    assert "has not ended" in here("diff", run_id).err
    assert here("cancel", run_id).code == here("retry", run_id).code == 1


@pytest.mark.usefixtures("asking")
def test_with_a_watcher_a_yes_runs_it_at_once() -> None:
    """Whoever waits for a DO learns with exit code 5 that it is held; after a yes the daemon runs it by itself."""
    cotemp("up", "co-migrate", "--create")
    waited = cotemp("drop", "co-migrate", "--title", "T", "--engine", "python", "--body", "print('ran')",
                    "--allow-network", "--wait")  # fmt: skip
    assert waited.code == 5
    (row,) = rows()
    assert f"cotemp approve {row.run_id}" in waited.out
    answer = here("approve", row.run_id, "--yes", "--json").json
    check("answer-decision", answer)
    assert (answer["decision"], answer["waits"], answer["watched"]) == ("approved", "do", True)
    eventually(lambda: rows()[0].filed)
    assert here("log", row.run_id).out == "ran\n"
    assert here("approve", row.run_id, "--yes").code == 1


@pytest.mark.usefixtures("asking")
def test_a_no_files_it_with_the_reason() -> None:
    """A denied DO is refused, its log says by whom and why; before its watcher comes that is said, too."""
    drop("print(1)")
    run_id = held_one()
    denied = here("deny", run_id, "--why", "not today")
    assert (denied.code, "cotemp up co-migrate" in denied.out) == (0, True)
    assert "denied by" in here("held").out
    cotemp("watch", "co-migrate", "--once")
    assert here("log", run_id).out.endswith("not today\n")
    assert here("runs", "--json").json["runs"][0]["outcome"] == "refused"
    assert "held it to its consent" not in here("show", run_id).out
    audited = here("audit", run_id)
    assert re.search("asked for +network\n", audited.out)
    assert here("audit", run_id, "--json").json["asked"]["network"] is True
    (filed,) = home().session("co-migrate").outbox.glob("DO_*")
    filed.write_text("another")
    assert "not known: the DO is not there any more" in here("audit", run_id).out
    assert here("deny", run_id, "--why", "again").code == 1


@pytest.mark.usefixtures("asking")
def test_without_a_terminal_nothing_is_approved() -> None:
    """A script that does not say --yes gets exit code 5, and the DO waits on."""
    drop("print(1)")
    run_id = held_one()
    said = cotemp("approve", run_id, typed="approve\n")
    assert said.code == 5
    assert "there is no terminal to ask on" in said.err
    assert here("held", "--json").json["held"][0]["decided"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize(("typed", "code"), [("approve", 0), ("a", 1), ("yes", 1), ("", 1)])
def test_only_the_word_is_a_yes(typed: str, code: int) -> None:
    """On a terminal everything is shown, and only `approve`, typed out, lets it run."""
    drop("print('the script')")
    run_id = held_one()
    child = pexpect.spawn(sys.executable, ["-m", "cotemp", "approve", run_id], encoding="utf-8", dimensions=(50, 200))
    child.expect("type .*approve")
    shown = str(child.before)
    for said in ("Fetch", "session", "co-migrate", "network", "nothing holds it", "print('the script')"):
        assert said in shown
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    decided = here("held", "--json").json["held"][0]["decided"]
    assert (decided is not None) == (code == 0)


@pytest.mark.usefixtures("asking")
def test_no_byte_of_a_script_can_hide() -> None:
    """Escape sequences, bidi and zero-width characters, lone CRs, UTF-7 and CRLF are all seen before the yes."""
    hidden = "print('safe')\r#\x1b[2K\x1b[1A\nx = '\u202e\u200b\u2066'\n# +ADw-script+AD4-\n\x85\x0b\n"
    drop(hidden, title="Tidy \x1b]0;up\x07")
    (path,) = home().session("co-migrate").inbox.glob("DO_*")
    path.write_bytes(path.read_bytes() + b"# end\r\n")  # the digest is wrong now, so it has to prove itself
    text = path.read_bytes().replace(b"body_sha256", b"no_sha256")
    path.write_bytes(text)
    run_id = held_one()
    shown = cotemp("approve", run_id, typed="").err
    for char in "\x1b\u202e\u200b\u2066\x85\x0b\x07\r":
        assert char not in shown
    for seen in (
        "\u240d#\u241b[2K", "<U+202E><U+200B><U+2066>", "+ADw-script+AD4-", "<U+0085>\u240b", "1 of them with CRLF",
        "characters are not ASCII",
    ):  # fmt: skip
        assert seen in shown


@pytest.mark.usefixtures("asking")
def test_a_file_that_was_changed_cannot_be_approved() -> None:
    """What lies there must be what was checked: else there is nothing to say yes to."""
    drop("print(1)")
    run_id = held_one()
    (path,) = home().session("co-migrate").held.iterdir()
    path.write_bytes(path.read_bytes() + b"print(2)\n")
    said = here("approve", run_id, "--yes")
    assert said.code == 1
    assert "changed after it was checked" in said.err


@pytest.mark.usefixtures("asking")
def test_a_run_cannot_approve() -> None:
    """A DO that calls `cotemp approve` for one that waits is refused, also with its environment cleaned."""
    drop("print(1)")
    run_id = held_one()
    call = f"[sys.executable, '-m', 'cotemp', 'approve', {run_id!r}, '--yes', '--home', {str(home().home)!r}]"
    body = (
        "import os, subprocess, sys\nclean = {k: v for k, v in os.environ.items() if not k.startswith('CO')}\n"
        f"print(subprocess.run({call}).returncode, subprocess.run({call}, env=clean).returncode)\n"
    )
    drop(body, Flags())
    cotemp("watch", "co-migrate", "--once")
    assert here("log", rows()[-1].run_id).out.splitlines()[-1] == "6 6"
    assert here("held", "--json").json["held"][0]["decided"] is None


def test_where_nothing_enforces_a_standing_grant_is_offered() -> None:
    """An owner whose machine cannot confine anything is told how to be asked no more."""
    settings('schema = 1\n[policy]\nenforcer = "none"\n')
    drop("print(1)", Flags())
    run_id = held_one()
    assert "cotemp grant --session co-migrate --unenforced --standing" in here("held").out
    assert here("grant", "--session", "co-migrate", "--unenforced", "--standing", "--yes").code == 0
    cotemp("watch", "co-migrate", "--once")
    assert here("runs", "--json").json["runs"][0]["outcome"] == "passed"
    assert here("log", run_id).out == "1\n"


@pytest.mark.usefixtures("enforcer")
def test_what_rights_open_is_named_before_the_yes(tmp_path: Path) -> None:
    """Secrets are named one by one, the network by all that it reaches; what was not asked for is not."""
    settings(
        'schema = 1\n[policy]\nnetwork = "ask"\nsecret_env = ["GH_TOKEN"]\n'
        f"secret_read = [{json.dumps(str(tmp_path))}]\n"
    )
    drop("print(1)", Flags(network=True, secrets=True), repo=made_repo(tmp_path / "repo"))
    shown = cotemp("approve", held_one()).err
    for said in ("the variables GH_TOKEN", f"the paths {tmp_path}", "the .env files of its repo", "send them anywhere",
                 "loopback", "abstract sockets", "cloud metadata"):  # fmt: skip
        assert said in shown
    here("deny", "last", "--why", "no")
    cotemp("watch", "co-migrate", "--once")
    drop("print(1)")
    shown = cotemp("approve", held_one()).err
    assert "cloud metadata" in shown
    assert "GH_TOKEN" not in shown


@pytest.mark.usefixtures("enforcer")
def test_held_changes_are_seen_and_decided(tmp_path: Path) -> None:
    """What a run deleted waits, is counted, is shown as a difference, comes to be after a yes, and can be undone."""
    repo = made_repo(tmp_path / "repo")
    settings(f"schema = 1\n[policy]\nrepos = [{json.dumps(str(tmp_path))}]\n")
    for name in ("old.txt", "untracked.txt"):
        drop(f"import os; os.remove({name!r})", Flags(writes=True), repo=repo)
    with background("watch", "co-migrate"):
        waited = eventually(lambda: [row for row in rows() if row.changes == "held" and row.filed][1:])
        assert len(waited) == 1
    answer = here("held", "--json").json
    check("answer-held", answer)
    first, second = answer["held"]
    assert (first["waits"], first["changes"]["deleted"]) == ("changes", ["old.txt"])
    assert here("status", "--json").json["attention"] == ["changes of 2 runs in co-migrate wait for you: cotemp held"]
    shown = cotemp("approve", first["run_id"])
    assert (shown.code, "-old" in shown.err, "it deletes old.txt" in shown.err) == (5, True, True)
    assert (repo / "old.txt").exists()
    assert here("approve", first["run_id"], "--yes").code == 0
    assert not (repo / "old.txt").exists()
    assert here("deny", second["run_id"], "--why", "I need it").code == 0
    assert (repo / "untracked.txt").exists()
    assert here("held").out == "nothing is held\n"
    assert here("undo", first["run_id"]).code == 5
    assert answered("no", "undo", first["run_id"]) == 1
    assert not (repo / "old.txt").exists()
    assert here("undo", first["run_id"], "--yes").code == 0
    assert (repo / "old.txt").exists()
    for run, decided in ((first, "undone"), (second, "dropped: I need it")):
        assert f"its changes were {decided} (by {os_user()} at " in here("audit", run["run_id"]).out


@pytest.mark.usefixtures("enforcer")
def test_a_confined_run_sends_and_drops_through_its_spool() -> None:
    """`cotemp send` and `cotemp drop` inside a run say that it is delivered later, and it is."""
    here("init")
    body = (
        "import subprocess, sys\n"
        "def say(*argv):\n    argv = [sys.executable, '-m', 'cotemp', *argv]\n"
        "    ran = subprocess.run(argv, capture_output=True, text=True)\n    print(ran.stdout, ran.stderr)\n"
        "say('send', 'co-planning', 'from inside')\n"
        "say('drop', 'Migrate', '--engine', 'python', '--title', 'Kid', '--body', 'print(7)')\n"
        "for command in ('status', 'runs', 'held'): say(command)\n"
    )
    drop(body, Flags(), title="Sender")
    cotemp("watch", "co-migrate", "--once")
    sender, kid = here("runs", "--json").json["runs"]
    log = here("log", sender["run_id"]).out
    assert log.count("delivered when this run has ended") == 2
    assert log.count("this run cannot see the home") == 3
    assert "from inside" in here("notes", "co-planning").out
    assert (kid["title"], kid["outcome"]) == ("Kid", "passed")
