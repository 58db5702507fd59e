"""Standing consent from the command line: given after a question, listed, taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cotemp.messages.do import Flags
from cotemp.places import own_config_file
from cotemp.store.identity import os_user
from cotemp.store.ledger import Ledger
from cotemp.times import local_now, parse_utc
from tests.fitting import check

from .real import PROGRAM, cotemp, here, home


@pytest.fixture(autouse=True)
def session() -> None:
    """A session to grant something to."""
    home().session("co-x").make()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder that may be written."""
    folder = tmp_path / "app"
    folder.mkdir()
    return folder.resolve()


def granted() -> list[str]:
    """Ids of the grants that count."""
    with Ledger(home(), create=False) as ledger:
        return [grant.id for grant in ledger.grants(local_now())]


def test_a_grant_from_giving_to_revoking(repo: Path) -> None:
    """What was granted is told in words, counts for the repo, and is gone once it is revoked."""
    said = cotemp("grant", "--repo", f"{repo}/../app", "--writes", "--network", "--for", "2h", "--yes").out
    assert f"DOs on {repo} and below, until " in said
    assert "may write there" in said
    assert "may use the network; the network is this machine's own" in said
    (grant_id,) = granted()
    with Ledger(home()) as ledger:
        (grant,) = ledger.grants(local_now())
    assert (grant.repo, grant.session, grant.by) == (repo, None, os_user())
    assert (grant.consent, grant.unenforced) == (Flags(writes=True, network=True), False)
    assert grant.until
    assert 7100 < (grant.until - local_now()).total_seconds() <= 7200
    assert grant_id in here("grants").out
    assert here("revoke", grant_id).out == f"revoked {grant_id}\n"
    assert granted() == []
    assert here("grants").out == "no grants: every `ask` is asked\n"
    assert f"revoked by {os_user()}" in here("grants", "--all").out
    assert here("revoke", grant_id).code == 1
    assert here("revoke", "g-none").code == 4


def test_answers_for_programs(repo: Path) -> None:
    """The answers of grant, grants and revoke are as their schemas say."""
    first = here("grant", "--repo", str(repo), "--secrets", "--until", "2999-01-31T18:00", "--yes", "--json").json
    check("answer-grant", first)
    assert parse_utc(first["grant"]["until"]).astimezone().hour == 18
    second = here("grant", "--session", "CO-X", "--unenforced", "--standing", "--yes", "--json").json
    assert (second["grant"]["session"], second["grant"]["until"]) == ("co-x", None)
    listed = here("grants", "--json").json
    check("answer-grants", listed)
    assert [one["state"] for one in listed["grants"]] == ["open", "open"]
    gone = here("revoke", "--all", "--json").json
    check("answer-revoke", gone)
    assert len(gone["revoked"]) == 2
    everything = here("grants", "--all", "--json").json
    check("answer-grants", everything)
    assert [one["revoked_by"] for one in everything["grants"]] == [os_user()] * 2


def test_the_secrets_are_named(repo: Path) -> None:
    """Who grants secrets reads which ones: those of the policy, by name."""
    asked = ("grant", "--repo", str(repo), "--secrets", "--standing", "--yes")
    assert "the policy names none" in here(*asked).out
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text('[policy]\nsecret_env = ["GH_TOKEN"]\n')
    assert "may see secrets: the variables GH_TOKEN; the .env files of its repo" in here(*asked).out


def test_nobody_says_yes_without_a_terminal(repo: Path) -> None:
    """Where no human can be asked, the answer is no, and that is said."""
    ran = cotemp("grant", "--repo", str(repo), "--writes", "--standing")
    assert ran.code == 5
    assert "Grant this? no (taken: there is no terminal to ask on)" in ran.err
    assert "add --yes" in ran.err
    assert granted() == []


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 1), ("", 1)])
def test_a_terminal_asks(repo: Path, typed: str, code: int) -> None:
    """On a terminal the human reads what it means and has to type yes."""
    pexpect = pytest.importorskip("pexpect")
    if not hasattr(pexpect, "spawn"):
        pytest.skip("no terminals of this kind here")
    argv = [*PROGRAM[1:], "grant", "--repo", str(repo), "--destructive", "--standing"]
    child = pexpect.spawn(PROGRAM[0], argv, env={**os.environ, "NO_COLOR": "1"}, timeout=20, encoding="utf-8")
    child.expect_exact("may delete and overwrite there")
    child.expect_exact("Grant this? (yes/no) [no] ")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, len(granted())) == (code, 1 - code)


REFUSALS = {
    "home of the user": (["--repo", "{HOME}", "--writes", "--standing"], 6, "your home folder"),
    "root": (["--repo", "/", "--writes", "--standing"], 6, "root of a disk"),
    "home of cotemp": (["--repo", "{COTEMP}", "--writes", "--standing"], 6, "cotemp's home"),
    "a link to it": (["--repo", "{LINK}", "--writes", "--standing"], 6, "cotemp's home"),
    "no such folder": (["--repo", "/no/such/folder", "--writes", "--standing"], 4, "no folder"),
    "no such session": (["--session", "co-y", "--writes", "--standing"], 4, "co-y"),
    "for nothing": (["--writes", "--standing"], 2, "say for what"),
    "allows nothing": (["--session", "co-x", "--standing"], 2, "say what it allows"),
    "for how long": (["--session", "co-x", "--network"], 2, "say how long"),
    "two ends": (["--session", "co-x", "--network", "--standing", "--for", "2h"], 2, "say how long"),
    "an end that is over": (["--session", "co-x", "--network", "--until", "2020-01-01"], 2, "no time to come"),
    "no duration": (["--session", "co-x", "--network", "--for", "soon"], 2, "no duration"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_granted(name: str, tmp_path: Path) -> None:
    """A grant that means nothing, everything, or the folders that decide about DOs is refused with the reason."""
    argv, code, why = REFUSALS[name]
    link = tmp_path / "link"
    if "{LINK}" in argv:
        try:
            link.symlink_to(home().home, target_is_directory=True)
        except OSError:
            pytest.skip("this user may not make links")
    known = {"HOME": str(Path.home()), "COTEMP": str(home().home), "LINK": str(link)}
    ran = here("grant", "--yes", *(word.format(**known) for word in argv))
    assert ran.code == code
    assert why in ran.err
    assert granted() == []


def test_revoke_has_to_be_told_what() -> None:
    """`revoke` takes back one grant or all, and never guesses."""
    assert here("revoke").code == 2
    assert here("revoke", "g-1", "--all").code == 2
    assert here("revoke", "--all").out == "there was nothing to revoke\n"
