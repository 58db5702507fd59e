"""What only a human may do is refused to whatever a run started, however it dressed up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.errors import RefusedByPolicy
from cotemp.places import Places
from cotemp.runner import Runner
from cotemp.store.ancestry import refuse_below_a_run, run_above
from cotemp.store.ledger import Ledger
from tests.runner.launches import Bench

from .ledgers import ME, a_grant, a_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the DOs are sh scripts")

LOOK = "from cotemp.store.ancestry import run_above; print('run above:', run_above(), flush=True)"
"""What a program started by a DO might ask."""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def asked(wrapping: str) -> str:
    """A line of sh that asks, with `wrapping` before the program."""
    return f'{wrapping} {sys.executable} -c "{LOOK}"\n'


_LEAVE = "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"
_WAIT = "while ! grep -q above said; do sleep 0.01; done; cat said\n"
CLEAN = f"env -i PATH=/usr/bin:/bin PYTHONPATH={Path(__file__).parents[2]}"
DISGUISES = {
    "as it is": asked(""),
    "a clean environment": asked(CLEAN),
    "below a shell": asked(f"sh -c 'exec \"$@\"' sh {CLEAN}"),
    "in the script's place": asked(f"exec {CLEAN}"),
    "a session of its own": asked(f"{CLEAN} {sys.executable} -c '{_LEAVE}'"),
}
if sys.platform == "linux":  # elsewhere nobody adopts what loses its parent
    DISGUISES["its parent gone"] = f"( {asked(CLEAN).strip()} > said & )\n" + _WAIT


@pytest.mark.parametrize("name", DISGUISES)
def test_a_run_is_recognised(name: str, runner: Runner, tmp_path: Path) -> None:
    """A program that a run started is known as such; the same program started by a human is not."""
    outside = subprocess.run(
        ["sh", "-c", DISGUISES[name]], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=30, check=True
    )
    assert outside.stdout == "run above: None\n"
    (tmp_path / "said").unlink(missing_ok=True)
    ran = Bench(runner, tmp_path).run(DISGUISES[name], cwd=tmp_path)
    assert "run above: a run" in ran.said


def test_the_marked_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that kept the environment of its run is known by that, wherever it runs, and the run is named."""
    assert run_above() is None
    monkeypatch.setenv("COTEMP_RUN_ID", "20261121-101502-28216-k3f9")
    with pytest.raises(RefusedByPolicy, match="approving is for a human, and run 20261121-101502-28216-k3f9 started"):
        refuse_below_a_run("approving")


def test_every_decision_is_refused(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a run the ledger takes no decision at all, whichever way it is asked."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.hold(run, ME, ["why"])
        ledger.grant(a_grant())
        before = ledger.events()
        monkeypatch.setenv("COTEMP_RUN_ID", run.id)
        for act in (
            lambda: ledger.approve(run.id, run.consent, "me"),
            lambda: ledger.deny(run.id, "me", "no"),
            lambda: ledger.grant(a_grant("g-2")),
            lambda: ledger.revoke("g-1", "me"),
        ):
            with pytest.raises(RefusedByPolicy):
                act()
        assert ledger.events() == before


def test_the_commands_refuse(runner: Runner, tmp_path: Path) -> None:
    """A DO that calls `cotemp grant`, `trust` and `take` is refused, though the same calls work for a human."""
    home = tmp_path / "home"
    (home / "sessions" / "co-x").mkdir(parents=True)
    (tmp_path / "agents.toml").write_text("schema = 1\n")
    acts = ("grant --session co-x --network --for 1h --yes", f"trust {tmp_path / 'agents.toml'}", "take co-x")
    clean = f"{CLEAN} HOME={os.environ['HOME']} {sys.executable} -m cotemp --home {home}"
    script = "".join(f"{clean} {act} >/dev/null 2>&1; echo $?\n" for act in acts)
    assert Bench(runner, tmp_path).run(script).said.split() == ["6", "6", "6"]
    outside = subprocess.run(["sh", "-c", script], capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert outside.stdout.split() == ["0", "0", "0"]
