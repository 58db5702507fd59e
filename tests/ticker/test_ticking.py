"""The ticker shows each thing that happens once, as it happens, whoever made it happen."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp import notes
from cotemp.messages.ack import Ack
from cotemp.messages.do import Flags
from cotemp.messages.run import Change, Ended, Outcome
from cotemp.names import new_run_id
from cotemp.places import Places, SessionPlaces
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.ticker import tick, ticking
from cotemp.ticker.sources import Alerts, Boxes, Pastes, Record
from cotemp.timeline import Happening, Kind
from cotemp.times import local_now
from tests.cli.real import background, here, home
from tests.fitting import check
from tests.runs.made import begin, end, ran

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    made = places.session("co-migrate")
    made.make()
    return made


def said(found: list[Happening]) -> list[str]:
    return [f"{one.kind} {one.what}" for one in found]


# --- the ledger ---


def test_a_run_is_told_from_its_start_to_its_end(places: Places, session: SessionPlaces) -> None:
    """What was on record is told first, then only what is new; how a run ended is told with its reason."""
    record = Record(places, limit=100)
    assert record.news() == []
    run = begin(places, session)
    assert said(record.news()) == ["run Smoke: started"]
    assert record.news() == []
    end(places, session, run, Outcome.FAILED)
    (ended,) = record.news()
    assert ended.what.startswith("Smoke: failed after ")
    assert ended.what.endswith(": why")
    assert (ended.session, ended.about, ended.good) == ("co-migrate", run.id, False)
    assert Record(places, limit=1).news()[-1].what == ended.what
    assert Record(places, limit=0).news() == []


def test_what_waits_for_a_human_and_what_they_decide_is_told(places: Places, session: SessionPlaces) -> None:
    """Held, approved, denied and refused DOs, and changes that come and go, each have their line."""
    record = Record(places, limit=100)
    first = begin(places, session)
    with Ledger(places) as ledger:
        held = replace(first, id=new_run_id(local_now()), do=None)
        ledger.hold(held, this_process(), ["it wants to write /srv"])
        yes = ledger.approve(held.id, Flags(writes=True), "ann", enforced=False)
        ledger.begin(replace(held, consent=Flags(writes=True)), this_process(), yes.id)
        ledger.conclude(held.id, Ended(local_now(), Outcome.PASSED, changes=Change("held", deleted=("a",))))
        ledger.changed(held.id, Change("dropped", deleted=("a",)), "dropped", "ann", "not now")
        other = replace(first, id=new_run_id(local_now()), do=None)
        ledger.hold(other, this_process(), ["it wants the network"])
        ledger.deny(other.id, "ann", "no need")
        ledger.refuse(other, this_process(), Ended(local_now(), Outcome.REFUSED, "denied by ann"))
    told = said(record.news())
    for expected in (
        "held Smoke: held: it wants to write /srv", "decision Smoke: approved by ann",
        "decision Smoke: denied by ann: no need",
        "changes Smoke: changes: dropped by ann: not now",
    ):  # fmt: skip
        assert expected in told
    assert told[-1].startswith("run Smoke: refused")


def test_a_ledger_that_is_new_is_read_from_its_beginning(places: Places, session: SessionPlaces) -> None:
    """When the state was thrown away, the ticker goes on with the new ledger and fails nobody."""
    record = Record(places, limit=10)
    ran(places, session)
    assert record.news()
    for file in places.state.glob("ledger*"):
        file.unlink()
    assert record.news() == []
    ran(places, session)
    assert record.news()


# --- the boxes ---


def test_notes_and_dos_are_told_when_they_arrive(places: Places, session: SessionPlaces) -> None:
    """Each arrival is one line; reading a note, or claiming a DO, is no second arrival."""
    boxes = Boxes(places)
    assert boxes.news() == []
    notes.send(places, session.id, "text", "co-planning", local_now())
    (session.inbox / "DO_Count_120000.ps1").write_bytes(b"1")
    (session.inbox / ".tmp-x").write_bytes(b"")
    (session.inbox / "README.txt").write_bytes(b"")
    assert sorted(said(boxes.news())) == ["do DO waits: DO_Count_120000.ps1", "note note from co-planning"]
    list(notes.read(session, "me", "cli"))
    os.rename(session.inbox / "DO_Count_120000.ps1", session.outbox / "DO_Count_120000.ps1")
    assert boxes.news() == []


def test_a_note_that_is_read_at_once_is_told(places: Places, session: SessionPlaces) -> None:
    """Somebody follows the inbox and is faster than the ticker: the note is told all the same, once."""
    boxes = Boxes(places)
    boxes.news()
    notes.send(places, session.id, "text", "co-planning", local_now())
    list(notes.read(session, "me", "cli"))
    assert said(boxes.news()) == ["note note from co-planning"]
    assert boxes.news() == []


def test_a_later_do_may_have_the_name_of_one_that_ran(places: Places, session: SessionPlaces) -> None:
    """The original gives two DOs of two days one name: both are told."""
    boxes, file = Boxes(places), session.inbox / "DO_Smoke_120000.ps1"
    for _ in range(2):
        file.write_bytes(b"1")
        assert said(boxes.news()) == ["do DO waits: DO_Smoke_120000.ps1"]
        file.unlink()
        assert boxes.news() == []


def test_an_old_inbox_is_not_read_again(places: Places, session: SessionPlaces) -> None:
    """A ticker that runs all day looks at what changed, not at everything."""
    boxes = Boxes(places)
    (session.inbox / "DO_Smoke_120000.ps1").write_bytes(b"1")
    os.utime(session.inbox, (1, 1))
    assert len(boxes.news()) == 1
    assert boxes._listed(session.inbox) is None
    os.utime(session.inbox, (2, 2))
    assert boxes._listed(session.inbox)


# --- alerts and pastes ---


def test_alerts_are_told_line_by_line(places: Places) -> None:
    """A line counts when it is whole; a file that was cut is read anew; a link is not followed."""
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    alerts = Alerts(places)
    assert alerts.news() == []
    line = "[BLOAT?] DOs since CoWrap: 5 (>=5) \u2014 2026-01-01T11:00:00Z [co-migrate]\n"
    with open(file, "a", encoding="utf-8") as out:
        out.write(line + line[:20])
    assert said(alerts.news()) == ["alert DOs since CoWrap: 5 (>=5)"]
    with open(file, "a", encoding="utf-8") as out:
        out.write(line[20:])
    assert said(alerts.news()) == ["alert DOs since CoWrap: 5 (>=5)"]
    file.write_text(line, encoding="utf-8")
    assert len(alerts.news()) == 1
    file.unlink()
    file.symlink_to(places.ledger)
    assert alerts.news() == []


def test_pastes_and_their_acks_are_told_once(places: Places) -> None:
    """A paste is told when it is offered, its ACK when it comes, with what was named."""
    folder = places.home / "pastes" / "co-migrate"
    folder.mkdir(parents=True)
    known = [Ack("p-a", "co-migrate", "handoff", "Handoff", AT)]
    pastes = Pastes(places, lambda: known)
    assert said(pastes.news()) == ["paste handoff to paste: Handoff"]
    known[0] = replace(known[0], acknowledged=AT + timedelta(minutes=3), references=("PR #1",), standing="claimed")
    os.utime(folder)
    assert said(pastes.news()) == ["ack acknowledged after 3 min: Handoff, with PR #1 (claimed)"]
    assert pastes.news() == []


# --- all together ---


def test_the_last_ones_come_first_then_what_happens(
    places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who follows sees the last few things in their order, then each new one."""
    monkeypatch.setattr(ticking, "PAUSE", 0.001)
    ran(places, session)
    notes.send(places, session.id, "text", "co-planning", local_now())
    following = tick(places, last=2, following=True)
    assert [next(following).kind for _ in range(2)] == [Kind.RUN, Kind.NOTE]
    notes.send(places, session.id, "text", "co-else", local_now())
    begin(places, session)
    assert sorted(said(list(itertools.islice(following, 2)))) == ["note note from co-else", "run Smoke: started"]


def test_since_leaves_out_what_was_before(places: Places, session: SessionPlaces) -> None:
    """Everything since then is shown, however much, and nothing of before."""
    for _ in range(15):
        ran(places, session)
    assert len(list(tick(places, last=3))) == 3
    assert len(list(tick(places, last=0))) == 0
    assert len(list(tick(places, last=3, since=local_now() - timedelta(hours=1)))) == 30
    assert list(tick(places, last=3, since=local_now() + timedelta(hours=1))) == []


# --- the command ---


@pytest.fixture
def busy() -> Places:
    """The command line's home, in which something happened."""
    places = home()
    places.make_state()
    session = places.session("co-migrate")
    session.make()
    ran(places, session)
    return places


def test_a_line_says_when_who_and_what(busy: Places) -> None:
    """A line is one line, whatever its texts hold: nothing steers the terminal."""
    queue = busy.home / "coticker" / "inbox"
    queue.mkdir(parents=True)
    (queue / "evt_00000001.json").write_text(json.dumps({"Text": "red \x1b[31m\u202e and\nmore"}))
    lines = here("ticker").out.splitlines()
    assert len(lines) == 3
    assert lines[0].split()[1:] == ["run", "co-migrate", "Smoke:", "started"]
    assert lines[2].split(maxsplit=3)[3] == "red \u241b[31m<U+202E> and more"


def test_programs_read_a_line_at_a_time(busy: Places) -> None:
    """With --json each line is one object with the same keys."""
    found = [json.loads(line) for line in here("ticker", "--json").out.splitlines()]
    for one in found:
        check("answer-ticker", one)
    assert [one["good"] for one in found] == [None, True]
    assert here("ticker", "--last", "-1").code == 2
    assert here("ticker", "--since", "soon").code == 2


def test_no_line_shows_a_secret(busy: Places) -> None:
    """Neither a file's name does, nor what another tool says, wherever its line is cut."""
    token = "ghp_" + "0123456789abcdefghij0123456789abcdef"
    queue = busy.home / "coticker" / "inbox"
    queue.mkdir(parents=True)
    (busy.session("co-migrate").inbox / f"DO_{token}_101501-k3f9ab.py").write_text("")
    for number, before in enumerate(("", "x " * 980)):
        (queue / f"evt_{number}.json").write_text(json.dumps({"text": f"{before}{token}{' y' * 900}"}))
    for shown in ("--json", "--last=9"):
        lines = here("ticker", shown).out
        assert "[secret:github-token" in lines
        assert token[:12] not in lines


def test_it_follows(busy: Places) -> None:
    """What happens while the ticker runs is shown at once; what lies in the queue goes to `processed`."""

    def lines(out: Iterator[str], number: int) -> list[str]:
        return [json.loads(line)["what"] for line in itertools.islice(out, number)]

    queue = busy.home / "coticker" / "inbox"
    queue.mkdir(parents=True)
    with background("ticker", "--follow", "--last", "1", "--json") as process:
        assert process.stdout
        assert lines(process.stdout, 1)[0].startswith("Smoke: passed")
        here("send", "co-migrate", "hello", "--from", "co-planning")
        assert lines(process.stdout, 1) == ["note from co-planning"]
        (queue / "evt_0000000a.json").write_text('{"type": "block", "text": "built", "icon": "*"}')
        (queue / "evt_0000000b.json").write_text('{"text": "next"}')
        assert lines(process.stdout, 2) == ["* built", "next"]
    assert Path(busy.home / "coticker" / "processed" / "evt_0000000a.json").exists()
