"""`cotemp cowrap`, `cotemp cowrap intake` and `cotemp bloat`, in a home of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cotemp.places import SessionPlaces
from tests.cli.real import cotemp, drop, end_daemon, here, home
from tests.fitting import check

from .zips import Part, zipped


@pytest.fixture
def migrate(nobody_home: Path) -> SessionPlaces:
    """co-migrate, in the home that the command line finds."""
    session = home().session("co-migrate")
    session.make()
    return session


def test_from_hand_to_hand(migrate: SessionPlaces, repo: Path) -> None:
    """A bundle is made, and taken in by another session; both answers say where to look."""
    made = here("cowrap", "Migrate", "--zip", "--to", "co-planning", "--repo", str(repo), "--json")
    assert made.code == 0
    check("answer-cowrap", made.json)
    assert made.json["session"] == "co-migrate"
    assert Path(made.json["cowrap"]).exists()
    found = here("cowrap", "intake", made.json["bundle"], "--json")
    check("answer-cowrap-intake", found.json)
    assert found.json["from"] == "co-migrate"
    assert found.json["session"] == "co-planning"
    assert [(one["name"], one["branch"], one["changes"]) for one in found.json["repos"]] == [("app", "main", 2)]
    told = here("cowrap", "intake", made.json["bundle"])
    assert "SUMMARY.paste.md" in told.out
    assert "app" in told.out


def test_in_the_words_of_people(migrate: SessionPlaces) -> None:
    """What was made, where it is, and how much it tells of."""
    made = here("cowrap", "co-migrate")
    assert made.out.startswith("CoWrap of co-migrate: ")
    assert "unread notes 0" in made.out


@pytest.mark.parametrize("argv", [("cowrap", "intake", "--nothing"), ("cowrap", "--nothing"), ("bloat", "--nothing")])
def test_wrong_options(argv: tuple[str, ...]) -> None:
    """Are bad usage, also where a command's second word may be a session."""
    said = cotemp(*argv)
    assert said.code == 2
    assert "--nothing" in said.err


def test_two_words_through_both_parsers(migrate: SessionPlaces, tmp_path: Path) -> None:
    """`cowrap intake` is one command, however its options are written."""
    source = tmp_path / "wrap.zip"
    source.write_bytes(zipped(Part(b"a.txt")))
    first = cotemp("--json", "cowrap", "intake", str(source), "--session=co-migrate")
    second = cotemp("cowrap", "intake", "--session", "co-migrate", "--json", "--", str(source))
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.json["files"] == second.json["files"] == 1


def test_exit_codes(migrate: SessionPlaces, tmp_path: Path) -> None:
    """6: refused; 10: broken; 4: not there; 2: cannot be meant."""
    (tmp_path / "evil.zip").write_bytes(zipped(Part(b"../evil")))
    (tmp_path / "broken.zip").write_bytes(b"PK")
    refused = here("cowrap", "intake", str(tmp_path / "evil.zip"), "--json")
    assert (refused.code, refused.json["error"]["type"]) == (6, "RefusedIntake")
    assert "stays where it is" in refused.json["error"]["fix"]
    assert here("cowrap", "intake", str(tmp_path / "broken.zip")).code == 10
    assert here("cowrap", "intake", str(tmp_path / "none.zip")).code == 4
    assert here("cowrap", "co-nobody").code == 4
    assert here("cowrap").code == 2
    assert here("cowrap", "co-migrate", "--to", "co-x").code == 2
    assert here("cowrap", "co-migrate", "--zip", "--to", "../x").code == 2


def test_the_session_of_the_terminal(migrate: SessionPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has joined a session need not name it."""
    monkeypatch.setenv("COSESSION_ID", "co-migrate")
    assert here("cowrap", "--json").json["session"] == "co-migrate"
    assert here("bloat", "--json").json["session"] == "co-migrate"


def test_bloat_says_value_and_threshold(migrate: SessionPlaces) -> None:
    """Exit code 0 while all is well, 1 when a signal is over; looking alone counts for nothing."""
    fine = here("bloat", "co-migrate", "--json")
    check("answer-bloat", fine.json)
    assert fine.code == 0
    assert {one["name"]: one["threshold"] for one in fine.json["signals"]}["stale_minutes"] == 25
    assert "Health OK" in here("bloat", "co-migrate").out
    for _ in range(5):
        drop("print(1)")
    assert here("watch", "co-migrate", "--once").code in (0, 1, 5)
    for _ in range(3):
        over = here("bloat", "co-migrate", "--json")
    assert (over.code, over.json["bloated"]) == (1, False)
    text = here("bloat", "co-migrate").out
    assert "[BLOAT?] DOs since CoWrap: 5 (>=5)" in text
    assert here("bloat", "co-migrate", "--act", "--json").json["cowrap"] is None


def test_closing_a_session(migrate: SessionPlaces) -> None:
    """It is not watched any more, its CoWrap is made, and that is written down."""
    try:
        assert cotemp("up", "co-migrate").code == 0
        closed = here("cowrap", "co-migrate", "--close", "--json")
        assert closed.code == 0, closed.err
        assert closed.json["closed"] is True
        assert json.loads((migrate.root / "closed.json").read_bytes())["cowrap"] == Path(closed.json["cowrap"]).name
        watcher = here("status", "--json").json["sessions"][0]["watcher"]["state"]
        assert watcher == "stopped"
    finally:
        end_daemon()


def test_help_has_examples() -> None:
    """Each of the three shows how it is used."""
    for words in (["cowrap"], ["cowrap", "intake"], ["bloat"]):
        said = here(*words, "--help").out
        assert f"cotemp {' '.join(words)}" in said.partition("Examples")[2]
