"""At most one process holds a claim, and its record says who."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.errors import HeldByOther
from cotemp.places import Places
from cotemp.store.claims import hold, hold_repo, holder, holders, repo_holder
from tests.waiting import eventually

HOLD = """
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from cotemp.places import Places
from cotemp.store.claims import hold
places = Places(Path(sys.argv[1]), Path(sys.argv[2]))
with hold(places, "watch-co-x", "watching co-x"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(places: Places) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the watch of co-x."""
    argv = [sys.executable, "-c", HOLD, str(places.home), str(places.state)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told_who_has_it(places: Places, other: subprocess.Popen[str]) -> None:
    """A claim that another process holds is refused, naming the process and what it does."""
    with pytest.raises(HeldByOther, match=rf"watching co-x \(process {other.pid}, since 20"):
        hold(places, "watch-co-x", "watching co-x")
    assert list(holders(places, "watch-")) == ["co-x"]


def test_a_killed_holder_frees_the_claim(places: Places, other: subprocess.Popen[str]) -> None:
    """After `kill -9` of its holder a claim is free at once, and nobody is named any more."""
    other.kill()
    other.wait()
    assert holder(places, "watch-co-x") is None
    with hold(places, "watch-co-x", "watching co-x"):
        found = holder(places, "watch-co-x")
        assert found is not None
        assert found.process.pid == os.getpid()
    assert holder(places, "watch-co-x") is None


def test_two_holders_in_one_process_are_two(places: Places) -> None:
    """Within one process, too, the second one is refused."""
    with hold(places, "a", "one"), pytest.raises(HeldByOther, match="one"):
        hold(places, "a", "two")


def test_a_repo_is_claimed_over_all_homes(tmp_path: Path) -> None:
    """Two homes of one machine cannot work on the same repo at once, by whatever path they name it."""
    one = Places(tmp_path / "one", tmp_path / "state" / "one")
    two = Places(tmp_path / "two", tmp_path / "state" / "two")
    repo = tmp_path / "repo"
    repo.mkdir()
    alias = tmp_path / "REPO"  # on Windows this is the same folder already
    if sys.platform != "win32":
        alias.symlink_to(repo)
    with hold_repo(one, repo, "run 1"):
        with pytest.raises(HeldByOther, match="run 1"):
            hold_repo(two, alias, "run 2")
        assert repo_holder(two, repo) is not None
    with hold_repo(two, repo, "run 2"):
        pass


@pytest.mark.parametrize("record", ["", "{", "[]", '{"pid": "x"}', "null"])
def test_a_broken_record_names_nobody(places: Places, record: str) -> None:
    """A record that cannot be read is no reason to fail: the lock is the truth."""
    (places.locks / "a.json").write_text(record)
    assert holder(places, "a") is None
    with hold(places, "a", "x"):
        assert holder(places, "a") is not None


@pytest.mark.usefixtures("other")
def test_the_lock_is_the_truth(places: Places) -> None:
    """Without its record a held claim is still refused."""
    eventually(lambda: (places.locks / "watch-co-x.json").exists())
    (places.locks / "watch-co-x.json").unlink()
    with pytest.raises(HeldByOther, match="another process"):
        hold(places, "watch-co-x", "watching co-x")


def test_who_has_patience_gets_it_when_it_is_given_back(places: Places, other: subprocess.Popen[str]) -> None:
    """A claim that is asked for with patience is waited for, and refused when that has run out."""
    with pytest.raises(HeldByOther, match="watching co-x"):
        hold(places, "watch-co-x", "watching co-x", 0.1)
    threading.Timer(0.1, other.kill).start()
    with hold(places, "watch-co-x", "watching co-x", 60):
        assert other.wait() != 0
