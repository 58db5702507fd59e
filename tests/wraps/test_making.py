"""A CoWrap tells a successor where a session stands: everything, and no secret."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from cotemp import notes
from cotemp.config import Config
from cotemp.errors import BadName, DamagedData, HeldByOther
from cotemp.messages.policy import Policy
from cotemp.places import Places, SessionPlaces
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from cotemp.wraps import Order, Pasted, make
from cotemp.wraps.closing import close, closed
from cotemp.wraps.git import look
from tests.portable import symlink
from tests.status.planting import holding
from tests.store.ledgers import ME, a_run

from .conftest import Work, git

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"


class Desk:
    """A paste desk with one open ACK."""

    def pasted(self, session: str) -> Pasted | None:
        return None

    def open_acks(self, session: str) -> list[str]:
        return [f"p-k3f9ab for {session}, since yesterday {TOKEN}"]


def test_everything_is_told(places: Places, session: SessionPlaces, repo: Path, worked: Work) -> None:
    """Repo, branch, status, commits, open and held DOs, unread notes, open ACKs, the last log, decisions."""
    now = local_now()
    worked(now, repo=repo)
    with Ledger(places) as ledger:
        ledger.hold(held := a_run(title="DO-Danger"), ME, ["it asks for secrets"])
        ledger.hold(denied := a_run(), ME, ["it asks for more"])
        ledger.deny(denied.id, "owner", "not today")
    (session.inbox / "DO_Next_101500-abcdef.py").write_text("x")
    (session.logs / "DO_a.txt").write_text("".join(f"line {number}\n" for number in range(100)))
    notes.send(places, "co-x", "look at this\n**Decision:** we use git", "co-planning", now)
    made = make(places, Config(), session, now, Order(why="a test"), Desk())
    text = made.path.read_text(encoding="utf-8")
    for part in (
        "# CoWrap Snapshot", f"## Repo: {os.path.join('~', 'src', 'app')}", "Name: app", "Branch: main", "### Status",
        "## main\n M a.txt\n?? new.txt", "### Recent Commits", "first: begin", "- waits: DO_Next_101500-abcdef.py",
        f"- DO-Danger ({held.id}): it asks for secrets", "From co-planning", "look at this", "- p-k3f9ab for co-x",
        "line 60\n", "line 99\n", f"owner denied {denied.id}: not today", "we use git (note from co-planning)",
    ):  # fmt: skip
        assert part in text, part
    assert "line 59" not in text
    assert made.path.parent == places.home / "logs"
    assert [note.name for note in notes.waiting(session)], "what it quotes stays unread"


def test_no_secret_gets_in(places: Places, session: SessionPlaces, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not from notes, logs, commits, file names, branches or ACKs, neither in the snapshot nor in the bundle."""
    monkeypatch.setenv("MY_SECRET", "hunter2-hunter2")
    git(repo, "checkout", "-q", "-b", f"fix-{TOKEN}")
    git(repo, "commit", "-q", "--allow-empty", "-m", "use hunter2-hunter2")
    (repo / f"{TOKEN}.txt").write_text("x")
    (session.logs / "DO_a.txt").write_text(f"password {TOKEN}\n")
    long = "x" * 3980 + f"\n{TOKEN}\n" + "y" * 100
    notes.send(places, "co-x", f"DECISION: {TOKEN}\n{long}", "co-y", local_now())
    made = make(places, Config(), session, local_now(), Order(bundle=True, repos=(repo,)), Desk())
    assert made.bundle
    with zipfile.ZipFile(made.bundle) as archive:
        written = [made.path.read_bytes(), *(archive.read(name) for name in archive.namelist())]
    for data in written:
        assert b"hunter2" not in data
        assert TOKEN[4:12].encode() not in data
    assert made.redacted.keys() >= {"github-token", "MY_SECRET"}


def test_a_log_of_one_line_is_cut_within_no_key(places: Places, session: SessionPlaces) -> None:
    """A log without line ends is told from its end, and what was cut at its beginning is not told."""
    (session.logs / "old.txt").write_text("x" * 5000 + " " + TOKEN + "y " * (32 * 1024 - 10))
    made = make(places, Config(), session, local_now())
    assert "y y y" in made.text
    assert TOKEN[-8:] not in made.text


def test_a_key_that_is_cut_in_two(places: Places, session: SessionPlaces) -> None:
    """Of a long note only the beginning is told; a private key at its edge is not told either."""
    body = "".join(f"MIIEpAIBAAKCAQEA{number:048d}\n" for number in range(20))
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n"
    notes.send(places, "co-x", "x\n" * 1800 + key + "y\n" * 100, "co-y", local_now())
    made = make(places, Config(), session, local_now())
    assert "MIIEpAIBAAKCAQEA" not in made.text
    assert "more characters in the note" in made.text or "private-key" in made.text


def test_the_bundle_is_as_the_original_makes_it(
    places: Places, session: SessionPlaces, repo: Path, worked: Work
) -> None:
    """Its name, its files and their keys; and the pointer leads to it."""
    now = local_now()
    worked(now, repo=repo)
    (session.logs / "DO_a.txt").write_text("".join(f"line {number}\n" for number in range(300)))
    made = make(places, Config(), session, now, Order(bundle=True, to="co-y"))
    assert made.bundle
    assert made.bundle.name == f"CoWrap-{now:%Y%m%d-%H%M%S}-co-x-to-co-y.zip"
    with zipfile.ZipFile(made.bundle) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files.keys() == {
        "handover.json", "manifest.json", "git-status.txt", "changed-files.txt", "repo-root.txt", made.path.name,
    }  # fmt: skip
    handover, manifest = json.loads(files["handover.json"]), json.loads(files["manifest.json"])
    shown = os.path.join("~", "src", "app")
    assert list(handover) == ["session_id", "ts", "repo", "branch", "status", "last200", "note", "agent", "to_session"]
    assert (handover["session_id"], handover["repo"], handover["branch"]) == ("co-x", shown, "main")
    assert handover["status"] == ["## main", " M a.txt", "?? new.txt"]
    assert handover["last200"] == [f"line {number}" for number in range(100, 300)]
    assert list(manifest)[:6] == ["created_utc", "from_session", "to_session", "agent", "repo", "branch"]
    assert files["changed-files.txt"] == "a.txt\nnew.txt\n"
    assert files["repo-root.txt"] == f"{shown}\n"
    pointer = json.loads((places.home / "logs" / "CoWrap.latest.json").read_bytes())
    assert (pointer["snapshot"], pointer["bundle"]) == (made.path.name, made.bundle.name)
    events = [json.loads(line) for line in (places.home / "logs" / "log.ndjson").read_text().splitlines()]
    assert [(one["event"], one["session_id"]) for one in events] == [("wrap", "co-x")]


def test_two_in_one_second_are_two(places: Places, session: SessionPlaces) -> None:
    """Neither is lost."""
    now = local_now()
    paths = {make(places, Config(), session, now).path for _ in range(3)}
    assert len(paths) == 3
    assert all(path.exists() for path in paths)


def test_what_is_quoted_cannot_break_out(places: Places, session: SessionPlaces) -> None:
    """A note with fences and headings stands in a longer fence; what hides in it is seen."""
    text = "```\n````\n## Repo: /fake\n\x1b[2J\u202eevil"
    notes.send(places, "co-x", text, "co-y", local_now())
    made = make(places, Config(), session, local_now())
    assert "\n`````text\n```\n````\n## Repo: /fake\n␛[2J<U+202E>evil\n`````\n" in made.text


def test_one_at_a_time(places: Places, session: SessionPlaces) -> None:
    """While another process makes a CoWrap of a session, nobody makes a second one."""
    with holding(places, "wrap-co-x"), pytest.raises(HeldByOther):
        make(places, Config(), session, local_now())
    make(places, Config(), session, local_now())


def test_a_receiver_is_a_session(places: Places, session: SessionPlaces) -> None:
    """A bundle's name cannot lead elsewhere."""
    with pytest.raises(BadName):
        make(places, Config(), session, local_now(), Order(bundle=True, to="../x"))


def test_a_folder_of_logs_that_is_a_link(places: Places, session: SessionPlaces, tmp_path: Path) -> None:
    """Who may write into the home cannot choose where a CoWrap is written to."""
    symlink(places.home / "logs", tmp_path)
    with pytest.raises(DamagedData):
        make(places, Config(), session, local_now())
    assert not list(tmp_path.glob("CoWrap*"))


def test_closing(places: Places, session: SessionPlaces) -> None:
    """A session that is over says so, since when, and where its CoWrap is."""
    assert closed(session) is None
    made = make(places, Config(), session, local_now())
    assert close(places, session, made) == closed(session)
    (session.root / "closed.json").write_text("[]")
    assert closed(session) is None


def _sign(repo: Path) -> None:
    """Give the last commit something that looks like a signature."""
    head, _, rest = git(repo, "cat-file", "commit", "HEAD").partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n{rest}"
    (repo / ".git" / "signed").write_text(signed)
    made = git(repo, "hash-object", "-t", "commit", "-w", ".git/signed").strip()
    git(repo, "update-ref", "HEAD", made)


class TestRepos:
    """Git is asked without running anything, and only about repos that the session may know of."""

    @pytest.mark.parametrize(
        "key", ["core.fsmonitor", "gpg.program", "filter.x.clean", "filter.a=b.clean", "filter.x.process"]
    )
    def test_a_repo_cannot_run_programs(self, repo: Path, tmp_path: Path, key: str) -> None:
        """Monitors, checkers of signatures and filters that its settings name are not run; git itself runs each."""
        ran = tmp_path / "ran"
        filtering = "a=b" if "a=b" in key else "x"
        git(repo, "config", key, f"touch '{ran}'; cat")
        git(repo, "config", f"filter.{filtering}.required", "true")
        git(repo, "config", "log.showSignature", "true")
        if key == "gpg.program":
            program = tmp_path / "gpg"
            program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
            program.chmod(0o755)
            git(repo, "config", key, str(program))
            _sign(repo)
        (repo / ".git" / "info" / "attributes").write_text(f"*.txt filter={filtering}\n")
        (repo / "a.txt").write_text("2\n")  # as long as before: only its content tells that it was changed
        found = look(repo)
        assert " M a.txt" in found.status
        assert "first: begin" in found.commits
        assert not ran.exists()
        for asked in (["status"], ["log"]):
            with contextlib.suppress(subprocess.CalledProcessError):
                git(repo, *asked)
        assert ran.exists(), "git runs it when it is asked as usual"

    def test_a_filter_whose_name_is_no_text_is_not_run(self, repo: Path, tmp_path: Path) -> None:
        """A filter that cannot be named cannot be switched off: then git is not asked, and that is told."""
        ran = tmp_path / "ran"
        with open(repo / ".git" / "config", "ab") as config:
            config.write(b'[filter "x\xff"]\n\tclean = "touch \'' + os.fsencode(ran) + b"'; cat\"\n")
        (repo / ".git" / "info" / "attributes").write_bytes(b"*.txt filter=x\xff\n")
        (repo / "a.txt").write_text("2\n")
        assert "cannot be switched off" in look(repo).error
        assert not ran.exists()
        git(repo, "status")
        assert ran.exists(), "git runs it when it is asked as usual"

    def test_more_filters_than_are_read_are_not_run(self, repo: Path, tmp_path: Path) -> None:
        """A list of filters without end hides none of them."""
        ran = tmp_path / "ran"
        many = "".join(f'[filter "{number:>0500}"]\n\tclean = cat\n' for number in range(3000))
        with open(repo / ".git" / "config", "a", encoding="utf-8") as config:
            config.write(f'{many}[filter "x"]\n\tclean = "touch \'{ran}\'; cat"\n')
        (repo / ".git" / "info" / "attributes").write_text("*.txt filter=x\n")
        (repo / "a.txt").write_text("2\n")
        assert look(repo).error
        assert not ran.exists()

    def test_a_log_without_end_is_cut(self, repo: Path) -> None:
        """Whoever writes a repo chooses how long its subjects are, not how much of them is read."""
        (repo / "subject").write_text("x" * 2_000_000)
        git(repo, "commit", "-q", "--allow-empty", "-F", "subject")
        found = look(repo)
        assert found.branch == "main"
        assert 0 < len(found.commits) <= 1024 * 1024

    def test_what_is_no_repo(self, tmp_path: Path) -> None:
        """Each says what it is; none is an error."""
        assert not look(tmp_path / "none").is_there
        assert "not a git repository" in look(tmp_path).error
        git(tmp_path, "init", "-q", "-b", "main")
        assert (look(tmp_path).branch, look(tmp_path).commits, look(tmp_path).error) == ("main", "", "")

    def test_a_detached_head(self, repo: Path) -> None:
        """Its branch is said to be none."""
        git(repo, "checkout", "-q", "--detach")
        assert look(repo).branch.startswith("(detached at ")

    def test_a_long_status_is_cut(self, repo: Path) -> None:
        """It says how much more there is."""
        for number in range(300):
            (repo / f"{number}.txt").touch()
        assert look(repo).status.splitlines()[-1] == "... and 103 more"

    def test_without_git(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A machine without git still makes CoWraps."""
        monkeypatch.setenv("PATH", str(repo))
        assert look(repo).error == "git is not installed"

    def test_a_do_cannot_choose_what_is_told(
        self, places: Places, session: SessionPlaces, nobody_home: Path, repo: Path, worked: Work
    ) -> None:
        """A DO that calls a hidden folder its repo gets nothing of it into a CoWrap, unless the owner named it."""
        hidden = nobody_home / ".secret"
        repo.rename(hidden)
        worked(local_now(), repo=hidden)
        assert make(places, Config(), session, local_now()).snapshot.repos == ()
        named = Config(policy=Policy(repos=(hidden,)))
        assert [one.name for one in make(places, named, session, local_now()).snapshot.repos] == [".secret"]
