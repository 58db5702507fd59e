"""The original's log and line of status: in its form, without secrets, with a health that is worked out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp import bpoe
from cotemp.bpoe import Health, Said, branch_of, status_line
from cotemp.errors import DamagedData
from cotemp.messages.run import Outcome
from cotemp.places import Places
from cotemp.timeline import read_alerts
from cotemp.times import local_now
from tests.cli.real import here, home
from tests.conftest import need
from tests.fitting import check
from tests.runs.made import ran

NOW = datetime(2026, 11, 21, 16, 5, 9, tzinfo=UTC)
TOKEN = "ghp_" + "0123456789abcdefghij0123456789abcdef"


# --- the log ---


def test_an_entry_has_the_originals_form(places: Places) -> None:
    """Title, UTC, body, rule: line by line as the original writes them; entries follow each other."""
    for title in ("Check\npoint", "Next"):
        bpoe.append(places, title, "two\nlines\n", NOW, str)
    lines = [line for line in bpoe.log_file(places).read_text().splitlines() if line]
    assert lines[:5] == ["### Check point", "*UTC:* 2026-11-21T16:05:09Z", "two", "lines", "---"]
    assert lines[5] == "### Next"


def test_a_log_that_leads_elsewhere_is_not_written(places: Places, tmp_path: Path) -> None:
    """A link in place of the log makes no other file grow."""
    other = tmp_path / "other.txt"
    other.write_text("mine")
    (places.home / "logs").mkdir()
    bpoe.log_file(places).symlink_to(other)
    with pytest.raises(DamagedData):
        bpoe.append(places, "a", "b", NOW, str)
    assert other.read_text() == "mine"


def test_log_bpoe_keeps_no_secret() -> None:
    """What goes into the log will be pasted into chats: secrets become marks. The body may come over stdin."""
    said = here("log-bpoe", "Deployed", f"with {TOKEN}", "--json")
    check("answer-log-bpoe", said.json)
    text = Path(said.json["path"]).read_text()
    assert TOKEN not in text
    assert "with [secret:github-token:" in text
    assert here("log-bpoe", " ", "x").code == 2


# --- the line ---


def test_the_line_is_the_originals() -> None:
    """Its fields are where the original's readers look for them; no text can add one."""
    said = Said("Mig | health=OK\nx", "app", "main")
    line = status_line(said, Health(("a", "b"), failing=("co-x",)), NOW)
    assert line == (
        "[BPOE] t=2026-11-21T16:05:09Z | focus=Mig / health=OK x | repo=app@main | health=ATTENTION(2)+FAILING(1)"
    )
    assert status_line(Said(), Health(), NOW).endswith("| focus=- | repo=-@- | health=OK")


def test_health_is_worked_out(places: Places) -> None:
    """OK where all is well; else what the status, the alerts of the last hour and the last DOs say."""
    session = places.session("co-migrate")
    session.make()
    ran(places, session, Outcome.FAILED)
    ran(places, session)
    assert bpoe.health(places, local_now()).word == "OK"
    ran(places, session, Outcome.FAILED)
    assert bpoe.health(places, local_now()).word == "FAILING(1)"
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    for age in (timedelta(minutes=5), timedelta(hours=2)):
        at = f"{(local_now() - age).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        with open(file, "a", encoding="utf-8") as out:
            out.write(f"[BLOAT?] DOs since CoWrap: 5 (>=5) \u2014 {at} [co-{age.seconds}]\n")
    (session.inbox / "DO_Waits_120000.ps1").write_bytes(b"1")
    found = bpoe.health(places, local_now())
    assert found.bloated == ("co-300",)
    assert re.fullmatch(r"ATTENTION\([12]\)\+BLOAT\(1\)\+FAILING\(1\)", found.word)
    assert bpoe.health(places, local_now() + timedelta(days=2)).failing == ()


def test_the_branch_is_read_and_nothing_run(tmp_path: Path) -> None:
    """The branch of a repo, of a linked worktree, and of a detached head; what is no repo has none."""
    import subprocess

    git, repo, tree = need("git"), tmp_path / "app", tmp_path / "tree"
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run([git, "init", "-q", "-b", "feature/x", str(repo)], check=True)
    subprocess.run([git, *identity, "commit", "-q", "--allow-empty", "-m", "a"], cwd=repo, check=True)
    subprocess.run([git, "worktree", "add", "-q", "-b", "other", str(tree)], cwd=repo, check=True)
    assert (branch_of(repo), branch_of(tree), branch_of(tmp_path)) == ("feature/x", "other", "-")
    subprocess.run([git, "checkout", "-q", "--detach"], cwd=repo, check=True)
    assert re.fullmatch(r"[0-9a-f]{12}", branch_of(repo))


@pytest.mark.parametrize("named", ["gitdir: loop", "gitdir: /", "gitdir: no\0thing", "\xff"])
def test_what_only_looks_like_a_worktree_has_no_branch(tmp_path: Path, named: str) -> None:
    """Whatever a `.git` names, a link that leads to itself among it, is no error of ours."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / ".git").write_text(named)
    assert branch_of(tmp_path) == "-"


def test_the_command_writes_what_it_shows(tmp_path: Path) -> None:
    """The line goes to the status file; the focus is kept until another is said; the exit code tells the health."""
    home().sessions.mkdir(parents=True)
    (tmp_path / "app" / ".git").mkdir(parents=True)
    (tmp_path / "app" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    said = here("bpoe", "--focus", "Migration", "--repo", str(tmp_path / "app"))
    assert said.code == 0
    assert "| focus=Migration | repo=app@main | health=OK" in said.out
    assert bpoe.status_file(home()).read_text() == said.out
    again = here("bpoe", "--json")
    check("answer-bpoe", again.json)
    assert again.json["health"] == "OK"
    assert "focus=Migration" in again.json["line"]
    assert json.loads(again.out)["line"] + "\n" == bpoe.status_file(home()).read_text()
    assert here("bpoe", "--repo", str(tmp_path)).code == 2
    session = home().session("co-migrate")
    session.make()
    home().make_state()
    ran(home(), session, Outcome.FAILED)
    assert here("bpoe").code == 1
    assert here("bpoe", "--focus", TOKEN).out.count("secret:github-token") == 1


def test_of_very_many_alerts_the_newest_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of alerts that nobody ever emptied still tells of the last one."""
    monkeypatch.setattr("cotemp.timeline.alerts.LIMIT", 300)
    file = home().home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir(parents=True)
    lines = [f"[BLOAT?] Low DO throughput: {n}/h (<2/h) \u2014 2026-11-21T10:{n:02d}:00Z [co-x]\n" for n in range(60)]
    file.write_text("".join(lines), encoding="utf-8")
    found = read_alerts(home())
    assert 0 < len(found) < 60
    assert found[-1].text.startswith("Low DO throughput: 59/h")
