"""An enforcer counts only when it held in a test on this machine, and only as long as nothing changed."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cotemp.messages.run import Enforcement
from cotemp.sandbox import Bubblewrap, Confined, Missing, View, find, finding, selftest
from cotemp.sandbox.binaries import Binary, answering
from cotemp.sandbox.enforcer import Enforcer
from cotemp.sandbox.memory import Groups
from cotemp.sandbox.selftest import Failed, Leaked, overlay_works, passes


@dataclass(frozen=True)
class Pretender:
    """It says that it confines, and runs the program as it is."""

    prefix: tuple[str, ...] = ()
    name: str = "pretender 1.0"
    self_tested: str = ""
    overlay: bool = True
    limits_memory: bool = False

    def confine(self, view: View) -> Confined:
        return Confined(self.prefix, view.do_copy, Enforcement())


@pytest.fixture
def wall(enforcer: Bubblewrap, monkeypatch: pytest.MonkeyPatch) -> Bubblewrap:
    """An enforcer to be tested; what outlives its parent here would do so for long."""
    monkeypatch.setattr(selftest, "OUTLIVES", 0.5)
    return replace(enforcer, self_tested="", groups=Groups())


def test_what_holds_passes(wall: Bubblewrap, tmp_path: Path) -> None:
    """And leaves nothing behind."""
    passes(wall, tmp_path)
    assert list((tmp_path / "self-test").iterdir()) == []


def test_what_does_not_hold_is_found_out(wall: Bubblewrap, tmp_path: Path) -> None:
    """Everything that the probe tries works where nothing holds it: that is what makes it a test."""
    with pytest.raises(Leaked) as caught:
        passes(Pretender(), tmp_path)
    for word in (
        "network",
        "socket of this machine",
        "abstract",
        "key in HOME",
        "see other",
        "outlive",
        "/outside",
        "/repo/",
    ):
        assert word in str(caught.value)
    assert not overlay_works(Pretender(), tmp_path)


@pytest.mark.parametrize(
    ("wall_of", "instead", "found"),
    [
        ("--unshare-all", "--unshare-uts", "connect over the network"),
        ("--die-with-parent", "--unshare-uts", "outlive the run"),
    ],
)
def test_a_missing_wall_is_found_out(
    wall: Bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wall_of: str, instead: str, found: str
) -> None:
    """One that was forgotten is enough."""
    from cotemp.sandbox import bubblewrap, seccomp

    whole = seccomp.program
    monkeypatch.setattr(seccomp, "program", lambda machine, *, network: whole(machine, network=True))
    monkeypatch.setattr(bubblewrap, "_WALLS", tuple(instead if w == wall_of else w for w in bubblewrap._WALLS))
    with pytest.raises(Leaked, match=found):
        passes(wall, tmp_path)


def test_what_cannot_start_says_so(wall: Bubblewrap, tmp_path: Path) -> None:
    """In its own words."""
    with pytest.raises(Failed, match="no such option here"):
        passes(Pretender(("/bin/sh", "-c", "echo no such option here; exit 1")), tmp_path)


def test_a_passed_test_is_remembered(wall: Bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second question starts nothing; after a boot or another bubblewrap it is tested again."""
    tests: list[str] = []
    monkeypatch.setattr(finding, "passes", lambda enforcer, root: tests.append(enforcer.name))
    first = find(tmp_path)
    assert isinstance(first, Bubblewrap)
    assert find(tmp_path) == first
    assert len(tests) == 1
    monkeypatch.setattr(finding, "host_id", lambda: "after.the.boot")
    assert isinstance(find(tmp_path, may_test=False), Missing)
    assert isinstance(find(tmp_path), Bubblewrap)
    assert len(tests) == 2
    (tmp_path / "enforcer.json").write_text("{]")
    assert isinstance(find(tmp_path), Bubblewrap)


def test_many_may_ask_at_once(wall: Bubblewrap, tmp_path: Path) -> None:
    """Each gets the answer, and the record is whole."""
    answers: list[Enforcer | Missing] = []
    threads = [threading.Thread(target=lambda: answers.append(find(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [type(answer) for answer in answers] == [Bubblewrap] * 4
    assert json.loads((tmp_path / "enforcer.json").read_bytes())["overlay"] is answers[0].overlay  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("error", "settings", "why", "fix"),
    [
        (Leaked("a script in it could write /x"), {}, "failed its self-test", "do not rely on it"),
        (Failed("bwrap: setting up uid map: Permission denied"), {"kernel.apparmor_restrict_unprivileged_userns": "1"},
         "forbids sandboxes to ordinary users", "sudo sysctl"),
        (Failed("bwrap: No permissions"), {"user.max_user_namespaces": "0"}, "user.max_user_namespaces is 0", "sysctl"),
        (Failed("bwrap: something else"), {}, "something else", "bubblewrap"),
    ],
)  # fmt: skip
def test_why_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, settings: dict[str, str], why: str, fix: str
) -> None:
    """In words that a person can act on."""

    def fail(enforcer: Enforcer, root: Path) -> None:
        raise error

    def none() -> Iterator[Pretender]:
        yield Pretender()

    monkeypatch.setattr(finding, "passes", fail)
    monkeypatch.setattr(finding, "_enforcers", none)
    monkeypatch.setattr(finding, "_read", lambda name: settings.get(name, ""))
    monkeypatch.setattr(os.path, "exists", lambda path: False)
    found = find(tmp_path)
    assert isinstance(found, Missing)
    assert why in found.why
    assert fix in found.fix
    assert not (tmp_path / "enforcer.json").exists()


def test_none_is_wanted_or_possible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner may say none, Windows has none, and where no bubblewrap is found the fix says how to get one."""
    assert "policy" in str(find(tmp_path, wanted="none"))
    monkeypatch.setattr(finding, "candidates", list)
    answer = find(tmp_path)
    assert isinstance(answer, Missing)
    assert "apt install bubblewrap" in answer.fix
    monkeypatch.setattr(sys, "platform", "win32")
    assert "no sandbox on Windows yet" in str(find(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_best_bubblewrap_is_tried_first(tmp_path: Path) -> None:
    """One with overlays before an older one; one that cannot forbid namespaces inside not at all."""
    paths = []
    for version in ("0.6.1", "0.8.0", "0.11.0", "broken"):
        program = tmp_path / version
        program.write_text(f"#!/bin/sh\necho bubblewrap {version}\n")
        program.chmod(0o755)
        paths.append(str(program))
    assert [binary.version for binary in answering([*paths, "/nowhere"])] == ["0.11.0", "0.8.0"]
    assert not Binary("x", "0.8.0").knows_overlay
