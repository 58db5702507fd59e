"""`cotemp report` writes the page where it is wanted, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.panels.forwarding import forward
from cotemp.places import Places
from tests.cli.real import here, home
from tests.fitting import check

from .story import SECRET, told
from .test_page import read


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The command line's home, with a session in which something of every kind happened; we stand in `tmp_path`."""
    places = home()
    places.make_state()
    told(places)
    monkeypatch.chdir(tmp_path)
    return places


def test_the_page_is_written_and_its_place_said(busy: Places, tmp_path: Path) -> None:
    """-o names the file; without it, it is called after the session; an old one is replaced whole."""
    for argv, name in ((("-o", "report.html"), "report.html"), ((), "co-migrate-report.html")):
        (tmp_path / name).write_text("old")
        said = here("report", "Co-Migrate", *argv)
        assert said.code == 0
        assert said.out == f"Report -> {tmp_path / name}\n"
        html = (tmp_path / name).read_text(encoding="utf-8")
        assert "Please count the Python files." in read(html).text
        assert SECRET not in html


def test_it_goes_into_a_pipe(busy: Places, tmp_path: Path) -> None:
    """`-o -` writes the page to stdout, byte for byte, and no file."""
    html = here("report", "co-migrate", "-o", "-").out
    assert html.startswith("<!doctype html>\n")
    assert read(html).text
    assert list(tmp_path.glob("*.html")) == []
    inline = here("report", "co-migrate", "-o", "-", "--json").json
    check("answer-report", inline)
    assert inline["html"].startswith("<!doctype html>")


def test_programs_are_told_where_it_is(busy: Places, tmp_path: Path) -> None:
    """--json names the file, its size and how much is in it."""
    answer = here("report", "co-migrate", "--json").json
    check("answer-report", answer)
    assert Path(answer["path"]).stat().st_size == answer["bytes"]
    assert answer["items"] > 5


def test_what_cannot_be_done_is_said(busy: Places, tmp_path: Path) -> None:
    """A session, a folder or a time that is none is told with what to do; nothing is written."""
    assert here("report", "co-migrat").code == 4
    missing = here("report", "co-migrate", "-o", "no/such/report.html")
    assert missing.code == 4
    assert "no folder" in missing.err
    assert here("report", "co-migrate", "--since", "soon").code == 2
    assert list(tmp_path.rglob("*.html")) == []


def test_a_closed_session_keeps_its_own_report(busy: Places) -> None:
    """Mail for a closed session goes to its successor; its report, and its counters, stay its own."""
    old, new = busy.session("co-migrate"), busy.session("co-next")
    new.make()
    forward(busy, old, new)
    (old.root / "closed.json").write_text("{}")
    assert here("report", "co-migrate", "--json").json["session"] == "co-migrate"
    assert here("metrics", "--session", "co-migrate", "--json").json["session"] == "co-migrate"
