"""What every runner promises, the real one and the shipped fake alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cotemp.errors import RefusedByPolicy
from cotemp.messages.run import Outcome
from cotemp.runner import Runner, outcome, read_output, read_result
from cotemp.runner.engines import ENGINES
from cotemp.testing import FakeRunner
from tests.runner.launches import Bench

PASSING = "# fake: print hello\n# fake: passed\nprint('hello')\n"
FAILING = "# fake: print so far\n# fake: failed\nprint('so far')\nraise SystemExit(1)\n"
ENDLESS = "# fake: passed\nimport time; time.sleep(60)\n"


@pytest.fixture(params=[Runner, FakeRunner])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    runner: Any = request.param()
    yield Bench(runner, tmp_path)
    runner.close()


def test_a_script_that_ends_has_passed(bench: Bench) -> None:
    """The outcome is passed, the output is kept, and the record of the end lies in the run's folder."""
    ran = bench.run(PASSING, "python")
    assert outcome(ran.finished, ENGINES["python"]) == (Outcome.PASSED, None)
    assert read_output(ran.launch.run_dir) == b"hello\n"
    assert read_result(ran.launch.run_dir) == ran.finished
    assert ran.finished.bytes_kept == 6


def test_a_script_that_fails_keeps_its_output(bench: Bench) -> None:
    """The outcome is failed with the exit code, and what was printed before is kept."""
    ran = bench.run(FAILING, "python")
    assert outcome(ran.finished, ENGINES["python"]) == (Outcome.FAILED, "exit code 1")
    assert read_output(ran.launch.run_dir) == b"so far\n"


@pytest.mark.parametrize(("how", "expected"), [("cancel", Outcome.CANCELLED), ("interrupt", Outcome.INTERRUPTED)])
def test_a_run_can_be_ended(bench: Bench, how: str, expected: Outcome) -> None:
    """A run that is cancelled, or interrupted, ends as such."""
    started, _ = bench.start(ENDLESS, "python")
    if how == "cancel":
        started.cancel("somebody")
    else:
        started.interrupt()
    assert outcome(started.wait(), ENGINES["python"])[0] is expected


def test_other_bytes_than_the_approved_ones_are_refused(bench: Bench) -> None:
    """What was not approved is not started."""
    launch = bench.launch(PASSING, "python")
    with pytest.raises(RefusedByPolicy, match="approved"):
        bench.runner.start(replace(launch, data=launch.data + b"#"))
    assert not (launch.run_dir / "do").exists()
