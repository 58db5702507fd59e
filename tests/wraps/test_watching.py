"""A chat that has grown too long gets a CoWrap without being asked, once; one that is idle is left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp import pastes
from cotemp.chat.bloat import Course, Facts, Limits, alert_line, followed, healthy_line, signals
from cotemp.config import Config
from cotemp.config.settings import CowrapConfig
from cotemp.pastes.bootstrapping import capsule_in_force
from cotemp.pastes.chats import echoed
from cotemp.places import Places, SessionPlaces
from cotemp.times import local_now
from cotemp.wraps import Order, Pasted, make, watching
from cotemp.wraps.memory import recall, wrapped
from cotemp.wraps.signals import facts_of
from cotemp.wraps.watching import Look, look, watch_over
from tests.portable import symlink
from tests.status.planting import holding, own

from .conftest import Work

NOW = local_now().replace(microsecond=0)
MINUTE = timedelta(minutes=1)


class Desk:
    """A paste desk that counts."""

    def __init__(self, turns: int = 0, characters: int = 0) -> None:
        self.so_far = Pasted(turns, characters)

    def pasted(self, session: str) -> Pasted | None:
        return self.so_far

    def open_acks(self, session: str) -> Sequence[str]:
        return ()


def watched(places: Places, *minutes: float, desk: Desk | None = None, config: Config | None = None) -> list[Look]:
    """A look at so many minutes from now, each; what was looked at."""
    found = []
    for after in minutes:
        found += watch_over(places, config or Config(), NOW + after * MINUTE, desk or Desk())
    return found


def wraps(places: Places) -> list[str]:
    return sorted(path.name for path in (places.home / "logs").glob("CoWrap_Snapshot_*.md"))


def alerts(places: Places) -> list[str]:
    path = places.home / "alerts" / "BLOAT_ALERT.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


class TestSignals:
    """Each signal has a value and a threshold, and says when it cannot be judged."""

    @pytest.mark.parametrize(
        ("facts", "over"),
        [
            ({}, set()),
            ({"begun": -90, "alive": -5, "dos_last_hour": 1}, {"dos_per_hour"}),
            ({"begun": -90, "alive": -5, "dos_last_hour": 2}, set()),
            ({"begun": -30, "alive": -5, "dos_last_hour": 0}, set()),
            ({"begun": -40, "alive": -25.5}, set()),
            ({"begun": -40, "alive": -26}, {"stale_minutes"}),
            ({"begun": -40, "alive": 10}, set()),
            ({"dos_since_wrap": 4}, set()),
            ({"dos_since_wrap": 5}, {"dos_since_wrap"}),
            ({"latencies": (10, 10, 10, 100, 100, 100)}, {"artifact_latency"}),
            ({"latencies": (10, 10, 10, 59, 59, 59)}, set()),
            ({"latencies": (100, 100, 100, 199, 199, 199)}, set()),
            ({"latencies": (10, 10, 100, 100, 100)}, set()),
            ({"latencies": (10, 10, 10, 500, 10, 10)}, set()),
            ({"characters": 200_001}, {"pasted_characters"}),
            ({"turns": 61, "characters": 10}, {"pasted_turns"}),
        ],
    )
    def test_thresholds(self, facts: dict[str, float | tuple[float, ...]], over: set[str]) -> None:
        """As the original's: fewer than 2 DOs an hour, silent for more than 25 minutes; and ours."""
        times = {key: NOW + facts[key] * MINUTE for key in ("begun", "alive") if key in facts}  # type: ignore[operator]
        found = signals(Facts(NOW, **(facts | times)))  # type: ignore[arg-type]
        assert {one.name for one in found if one.breached} == over
        assert len({one.name for one in found}) == 6

    def test_the_line_is_the_originals(self) -> None:
        """Both parts in its words, and the session at the end."""
        facts = Facts(NOW, NOW - 90 * MINUTE, NOW - 31 * MINUTE, 1)
        line = alert_line(signals(facts), NOW, "co-x")
        pattern = r"\[BLOAT\?\] Low DO throughput: 1/h \(<2/h\) \| Status stale: 31 min \(>25\) — \S+Z \[co-x\]"
        assert re.fullmatch(pattern, line)
        assert healthy_line(NOW).startswith("Health OK — ")

    def test_twice_in_a_row(self) -> None:
        """Once is no breach, and one calm look does not end it."""
        bad, fine = signals(Facts(NOW, dos_since_wrap=9)), signals(Facts(NOW))
        course, seen = Course(), []
        for found in (bad, fine, bad, bad, fine, bad, fine, fine, bad):
            course = followed(course, found)
            seen.append(bool(course.over))
        assert seen == [False, False, False, True, True, True, True, False, False]

    def test_other_limits(self) -> None:
        """The thresholds are data."""
        (first, *_) = signals(Facts(NOW, NOW - 90 * MINUTE, NOW, 3), Limits(dos_per_hour=4))
        assert (first.value, first.threshold, first.breached) == (3, 4, True)


class TestWatching:
    """What the daemon does each minute."""

    def test_a_chat_that_fell_silent(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """A CoWrap within five minutes of the breach, one alert, and then nothing more: it is idle."""
        worked(NOW - 20 * MINUTE, took=1)
        found = watched(places, *range(60))
        made = [one for one in found if one.made]
        assert len(made) == len(wraps(places)) == 1
        assert made[0].made
        assert made[0].made.at - NOW <= 11 * MINUTE, "it was stale after 6 minutes"
        (line,) = alerts(places)
        assert re.fullmatch(r"\[BLOAT\?\] Status stale: \d+ min \(>25\) — \S+Z \[co-x\]", line)
        assert "Why: bloat: Status stale" in made[0].made.text
        assert line in made[0].told()
        assert watched(places, 61)[0].over == ()

    def test_a_fresh_chat_can_begin_at_once(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """With the breach the bootstrap of the next chat waits at the desk, the CoWrap in it; only the newest one."""
        capsule_in_force(places, str)
        for number in range(5):
            worked(NOW - number * MINUTE)
        (first,) = [one for one in watched(places, 1, 2) if one.made]
        desk = pastes.Desk(places)
        record = desk.find(first.paste)
        assert (record.kind, record.state, record.session) == ("bootstrap", "waiting", "co-x")
        text = "".join(desk.text(record, part) for part in range(1, len(record.parts) + 1))
        assert "# CoWrap Snapshot" in text
        assert "DOs since CoWrap: 5" in text
        assert f"cotemp paste {first.paste}" in first.told()
        for number in range(5):
            worked(NOW + (3 + number / 10) * MINUTE)
        (second,) = [one for one in watched(places, 4, 5, 6, 7) if one.made]
        states = {one.id: one.state for one in desk.listing("co-x").records}
        assert states == {first.paste: "dropped", second.paste: "waiting"}

    def test_a_chat_that_is_there_keeps_its_standing(self, places: Places, session: SessionPlaces) -> None:
        """A bootstrap that nobody has pasted yet makes no policy an old one, nor is there one where no capsule is."""
        fresh = pastes.standing(places, "co-x")
        assert any(one.made and not one.paste for one in watched(places, 0, 1, desk=Desk(turns=100)))
        assert pastes.standing(places, "co-x") == fresh
        version = str(capsule_in_force(places, str).version)
        current = echoed(places, "co-x", version, NOW)
        assert current.why == ""
        found = [*watched(places, 3, 4), *watched(places, 5, 6, desk=Desk(turns=100))]
        assert any(one.paste for one in found)
        assert pastes.standing(places, "co-x") == current

    def test_a_session_in_which_nothing_happened(self, places: Places, session: SessionPlaces) -> None:
        """A fresh home makes no CoWraps, however long it waits; nor does mail that only arrives."""
        (session.inbox / "NOTE_20261121-101500-abcdef_co-y.md").write_text("hello")
        assert not any(one.made or one.over for one in watched(places, *range(0, 600, 7)))
        assert not alerts(places)

    def test_five_dos(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """After five DOs a CoWrap is due, and again after five more."""
        for number in range(5):
            worked(NOW - number * MINUTE)
        assert [bool(one.made) for one in watched(places, 1, 2, 3, 4, 5)] == [False, True, False, False, False]
        for number in range(5):
            worked(NOW + (6 + number / 10) * MINUTE)
        assert [bool(one.made) for one in watched(places, 7, 8, 9)] == [False, True, False]
        assert len(alerts(places)) == 2

    def test_a_chat_that_was_told_too_much(self, places: Places, session: SessionPlaces) -> None:
        """What no CoWrap can lower makes only one: the chat has to be replaced."""
        desk = Desk(characters=300_000)
        found = watched(places, *range(30), desk=desk)
        assert len([one for one in found if one.made]) == 1
        assert found[-1].over == ("pasted_characters",)
        assert len(alerts(places)) == 1

    def test_artifacts_that_come_later_and_later(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """A rising latency is seen in the runs' own times."""
        for number, took in enumerate((10, 10, 10, 200, 220, 240)):
            worked(NOW - (50 - 5 * number) * MINUTE, took=took)
        found = look(places, Config(), session, NOW)
        latency = next(one for one in found.signals if one.name == "artifact_latency")
        assert (latency.value, latency.threshold, latency.breached) == (220, 60, True)

    def test_to_send_a_note_is_a_sign_of_life(self, places: Places, session: SessionPlaces) -> None:
        """A chat that only writes to others lives; one that others write to need not."""
        other = places.session("co-y")
        other.make()
        (other.inbox / f"NOTE_{NOW - 3 * MINUTE:%Y%m%d-%H%M%S}-abcdef_co-x.md").write_text("hello")
        values = {one.name: one.value for one in look(places, Config(), session, NOW).signals}
        assert values["stale_minutes"] == 3
        values = {one.name: one.value for one in look(places, Config(), other, NOW).signals}
        assert values["stale_minutes"] is None

    def test_two_looks_at_once_are_one(self, places: Places, session: SessionPlaces) -> None:
        """A human who looks while the daemon does makes no breach out of one."""
        found = watched(places, 0, 0.1, 0.2, desk=Desk(turns=100))
        assert len(found) == 1
        assert found[0].over == ()

    def test_a_clock_that_was_set_back(self, places: Places, session: SessionPlaces) -> None:
        """It is looked again all the same."""
        assert len(watched(places, 600, 0, 1, desk=Desk(turns=100))) == 3

    def test_a_cadence(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """When it is configured, a CoWrap is made also without a breach; not of a session in which nothing happened."""
        config = Config(cowrap=CowrapConfig(every=3600.0))
        worked(NOW - 10 * MINUTE)
        found = watched(places, 5, 10, 51, 56, 120, 200, config=config)
        assert [bool(one.made) for one in found] == [False, False, True, False, False, False]
        assert not alerts(places)

    def test_thresholds_of_the_settings(self, places: Places, session: SessionPlaces) -> None:
        """The owner may say when a chat is too long."""
        config = Config(cowrap=CowrapConfig(characters=10, stale=60.0))
        found = look(places, config, session, NOW, Desk(characters=11))
        assert {one.name: one.threshold for one in found.signals} == {
            "dos_per_hour": 2, "stale_minutes": 1, "artifact_latency": 60, "dos_since_wrap": 5, "pasted_turns": 60,
            "pasted_characters": 10,
        }  # fmt: skip
        assert [one.name for one in found.signals if one.breached] == ["pasted_characters"]

    def test_what_failed_is_tried_again(self, places: Places, session: SessionPlaces, tmp_path: Path) -> None:
        """A disk that says no is told each time, and the breach is not forgotten; other sessions are looked at."""
        other = places.session("co-y")
        other.make()
        symlink(places.home / "logs", tmp_path / "nowhere")
        desk = Desk(turns=100)
        assert [bool(one.problem) for one in watched(places, 0, 1, 2, desk=desk)] == [False, False] + [True] * 4
        (places.home / "logs").unlink()
        assert all(one.made for one in watched(places, 3, desk=desk))
        assert len(wraps(places)) == 2

    def test_an_alert_that_is_a_link(self, places: Places, session: SessionPlaces, tmp_path: Path) -> None:
        """Who may write into the home cannot choose which file grows; the CoWrap is made all the same, once."""
        precious = tmp_path / "precious"
        precious.write_text("mine")
        (places.home / "alerts").mkdir()
        symlink(places.home / "alerts" / "BLOAT_ALERT.txt", precious)
        found = watched(places, *range(6), desk=Desk(turns=100))
        assert precious.read_text() == "mine"
        assert len(wraps(places)) == len([one for one in found if one.problem]) == 1

    def test_the_session_of_another_machine(self, places: Places, session: SessionPlaces) -> None:
        """Of two machines that share a home, one looks after a session."""
        own(session)
        assert watched(places, 0, 1, desk=Desk(turns=100)) == []

    def test_a_wrap_that_is_being_made(self, places: Places, session: SessionPlaces) -> None:
        """While somebody makes the CoWrap there is nothing to do."""
        with holding(places, "wrap-co-x"):
            assert len(watched(places, 0, 1, desk=Desk(turns=100))) == 1
        assert not wraps(places)

    def test_a_memory_that_is_broken(self, places: Places, session: SessionPlaces) -> None:
        """It costs one CoWrap at most."""
        watched(places, 0, 1, desk=Desk(turns=100))
        (memory,) = (places.state / "wraps").iterdir()
        for text in ("", "[]", '{"over": 7}', '{"over": [], "otherwise": {}, "wrapped": "soon", "checked": null}'):
            memory.write_text(text)
            assert look(places, Config(), session, NOW).over == ()

    def test_a_wrap_by_hand_counts(self, places: Places, session: SessionPlaces, worked: Work) -> None:
        """Who has just made one is not given another."""
        for number in range(6):
            worked(NOW - (number + 5) * MINUTE)
        make(places, Config(), session, NOW, Order())
        assert not any(one.made for one in watched(places, 1, 2, 3))

    def test_a_wrap_by_hand_in_the_middle_of_a_look_counts(
        self, places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A CoWrap that another process makes while a session is looked at is not forgotten."""

        def meanwhile(*given: Any) -> Any:
            wrapped(places, session.id, NOW)
            return facts_of(*given)

        with monkeypatch.context() as patch:
            patch.setattr(watching, "facts_of", meanwhile)
            watched(places, 1)
        assert recall(places, session.id).wrapped == NOW

    def test_what_is_told_to_programs(self, places: Places, session: SessionPlaces) -> None:
        """The home's log has each bloat and each CoWrap, as JSON lines."""
        watched(places, 0, 1, desk=Desk(turns=100))
        events = [json.loads(line) for line in (places.home / "logs" / "log.ndjson").read_text("utf-8").splitlines()]
        assert [one["event"] for one in events] == ["wrap", "bloat"]
        assert events[1]["signals"] == ["pasted_turns"]
        assert datetime.fromisoformat(events[1]["ts"]) == NOW + MINUTE
