"""The keeper of a run takes secrets out of its output before anything of it is on the disk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cotemp.redact import Scrub
from cotemp.runner import read_output
from cotemp.runner.output import OutputLog, end_mark
from tests.runner.launches import Bench
from tests.waiting import eventually

VALUE = "tr0ub4dor-3x" + "Zq9" * 5
SCRUB = Scrub({"MY_TOKEN": VALUE}, b"k" * 32)
TWO_WRITES = f"""
import os, sys, time
value = {VALUE[::-1]!r}[::-1]
os.write(1, b"first line\\nasking with " + value[:10].encode())
while not os.path.exists(sys.argv[0] + ".go"):
    time.sleep(0.005)
os.write(1, value[10:].encode() + b" again\\n")
"""


def on_disk(folder: Path) -> bytes:
    """Everything that stands in the output's files."""
    return b"\n".join(path.read_bytes() for path in (folder / "output").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="looks at the files while they are written")
def test_half_a_secret_is_not_shown(bench: Bench) -> None:
    """While the script stops in the middle of a value, its first half is in no file; in the end there is a mark."""
    started, launch = bench.start(TWO_WRITES, "python", scrub=SCRUB)
    shown = eventually(
        lambda: seen if b"asking with" in (seen := on_disk(launch.run_dir)) else b"", what="the open line"
    )
    assert VALUE[:4].encode() not in shown
    (launch.run_dir / "do" / f"{launch.do_file}.go").touch()
    finished = started.wait(30)
    assert finished.redacted == {"MY_TOKEN": 1}
    assert VALUE[:4].encode() not in on_disk(launch.run_dir)
    assert b"asking with [secret:MY_TOKEN:" in on_disk(launch.run_dir)


def test_half_a_secret_would_be_shown(bench: Bench) -> None:
    """Without the rules the first half stands there: so the test above can fail."""
    started, launch = bench.start(TWO_WRITES, "python")
    eventually(lambda: VALUE[:10].encode() in on_disk(launch.run_dir), what="the open line")
    (launch.run_dir / "do" / f"{launch.do_file}.go").touch()
    assert started.wait(30).redacted == {}


def test_every_run_has_its_own_rules(bench: Bench) -> None:
    """What was prepared for one run is not used for another that has other rules, or none."""
    for scrub, said in (
        (SCRUB, "[secret:MY_TOKEN:"),
        (Scrub({"OTHER": VALUE}, b"k" * 32), "[secret:OTHER:"),
        (Scrub({}, b"k" * 32), VALUE),
        (None, VALUE),
        (SCRUB, "[secret:MY_TOKEN:"),
    ):
        assert bench.run(f"echo '{VALUE}'", scrub=scrub).said.startswith(said)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_end_mark_and_secrets_leave_each_other_alone(tmp_path: Path, size: int) -> None:
    """A secret without a line end before the wrapper's mark is taken out, and the mark is still understood."""
    log = OutputLog(tmp_path, "0123456789abcdef", SCRUB.scrubber())
    data = f"password={VALUE}{end_mark('0123456789abcdef')}\r\n".encode()
    for start in range(0, len(data), size):
        log.write(data[start : start + size])
        log.show_partial()
        assert VALUE[:4].encode() not in on_disk(tmp_path)
    assert log.close().marked
    assert read_output(tmp_path).startswith(b"password=[secret:MY_TOKEN:")
    assert b"cotemp-end" not in read_output(tmp_path)
