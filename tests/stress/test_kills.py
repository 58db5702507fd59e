"""Kill -9 at any moment: no DO runs twice, none is lost, and what nobody can know is shown and can be repeated."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cotemp.messages.run import Outcome
from tests.cli.real import cotemp, home
from tests.stress.field import (
    Watcher,
    drop_numbered,
    filed,
    helpers,
    keepers,
    numbers,
    places_of_dos,
    rows,
    settled,
    watching,
)
from tests.waiting import eventually

SESSIONS = ("co-a", "co-b", "co-c")
COUNT = 60


def _drop_all(tally: Path, dice: random.Random, more: str = "") -> None:
    for number in range(COUNT):
        drop_numbered(number, tally, SESSIONS[number % 3], dice.choice((0.0, 0.0, 0.05)), more)


def _kill_until_filed(dice: random.Random, kill: Callable[[Watcher], None]) -> int:
    """Watch and be killed, mostly at work, sometimes while starting, again and again; returns how often."""
    kills = 0
    while not filed(COUNT):
        with Watcher(*SESSIONS) as watcher:
            if dice.random() < 0.8:
                eventually(watcher.is_up, 30)
            kills += watcher.lives_on(dice.uniform(0.0, 0.7))
            kill(watcher)
    return kills


def _kill_it(watcher: Watcher) -> None:
    watcher.process.kill()


def _is_well(tally: Path) -> None:
    """What must be true when everything is filed."""
    found, where, ran = rows(), places_of_dos(), numbers(tally)
    assert sorted(where) == list(range(COUNT))
    assert [paths for paths in where.values() if len(paths) != 1 or paths[0].parent.name != "outbox"] == []
    assert [number for number, times in ran.items() if times > 1] == []
    assert len({row.do_id for row in found}) == len(found) == COUNT
    number_of = {paths[0].stem: number for number, paths in where.items()}
    for row in found:
        assert row.outcome, row
        assert row.filed, row
        for ending in (".txt", ".json"):
            assert (home().session(row.session).logs / f"{row.base}{ending}").is_file()
        if row.outcome is Outcome.PASSED:
            assert number_of[row.base] in ran, row


def _repeat_unknown(tally: Path) -> None:
    """Unknown runs are shown; `retry` runs each again, once, and settles it."""
    unknown = {row.run_id: row for row in rows() if row.outcome is Outcome.UNKNOWN}
    listed = [run["run_id"] for run in cotemp("runs", "--json").json["runs"] if run["outcome"] == "unknown"]
    assert sorted(listed) == sorted(unknown)
    status = cotemp("status", "--json").json
    assert sum(session["unknown"] for session in status["sessions"]) == len(unknown)
    assert any("unknown" in line for line in status["attention"]) == bool(unknown)
    before = numbers(tally)
    number_of = {paths[0].stem: number for number, paths in places_of_dos().items()}
    for run_id in unknown:
        assert cotemp("retry", run_id).code == 0
    with watching(*SESSIONS):
        settled(COUNT + len(unknown))
    assert numbers(tally) == before + Counter(number_of[row.base] for row in unknown.values())
    repeated = {row.retry_of: row.outcome for row in rows() if row.retry_of}
    assert repeated == dict.fromkeys(unknown, Outcome.PASSED)
    assert sum(session["unknown"] for session in cotemp("status", "--json").json["sessions"]) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_watcher_is_killed(tmp_path: Path, seed: int) -> None:
    """Sixty DOs in three sessions survive a watcher that is killed at random moments."""
    dice, tally = random.Random(seed), tmp_path / "tally"
    _drop_all(tally, dice)
    assert _kill_until_filed(dice, _kill_it) > 2
    _is_well(tally)
    _repeat_unknown(tally)


def test_the_watcher_is_killed_while_it_files(tmp_path: Path) -> None:
    """The same with DOs that leave many artifacts, so that most kills meet the filing; none of these is lost."""
    dice, tally = random.Random(4), tmp_path / "tally"
    _drop_all(tally, dice, "for n in range(200): open(f'a{n}', 'w').write('x' * n)\n")
    assert _kill_until_filed(dice, _kill_it) > 2
    _is_well(tally)
    for row in rows():
        if row.outcome is Outcome.PASSED:
            assert len(list((home().session(row.session).outbox / f"{row.base}.d").iterdir())) == 200
    _repeat_unknown(tally)


def test_everything_is_killed_at_once(tmp_path: Path) -> None:
    """Watcher, helper, keepers and DOs killed together are as a power cut: nothing is repeated by itself."""
    dice, tally = random.Random(6), tmp_path / "tally"

    def kill_all(watcher: Watcher) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(watcher.pid)
            family = [process, *process.children(recursive=True)]
            dice.shuffle(family)
            for one in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()

    _drop_all(tally, dice)
    assert _kill_until_filed(dice, kill_all) > 2
    _is_well(tally)
    _repeat_unknown(tally)


@pytest.mark.parametrize("victims", [helpers, keepers])
def test_helper_processes_are_killed(tmp_path: Path, victims: Callable[[int], list[psutil.Process]]) -> None:
    """The watcher goes on when the processes that start or keep its runs are killed; what they did is not repeated."""
    dice, tally, kills = random.Random(5), tmp_path / "tally", 0
    _drop_all(tally, dice)
    with watching(*SESSIONS) as watcher:
        while not filed(COUNT):
            for victim in victims(watcher.pid):
                if dice.random() < 0.5:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        victim.kill()
                        kills += 1
            assert watcher.lives_on(dice.uniform(0.0, 0.05))
    assert kills > 2
    _is_well(tally)
    _repeat_unknown(tally)
