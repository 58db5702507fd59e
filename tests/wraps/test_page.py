"""docs/cowrap.md says the numbers that hold."""

from __future__ import annotations

import re
from pathlib import Path

from cotemp.chat.bloat import Facts, Limits, signals
from cotemp.config.reading import applied
from cotemp.times import local_now
from cotemp.wraps.hostile import MAX_BYTES, MAX_FILES, MAX_RATIO
from cotemp.wraps.watching import limits_of

PAGE = (Path(__file__).parents[2] / "docs" / "cowrap.md").read_text(encoding="utf-8")


def test_the_signals_and_their_settings(tmp_path: Path) -> None:
    """Every signal is listed, and the settings that the page shows are the defaults."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (?:`(.*?)`)? ?\|$", PAGE, re.MULTILINE)
    assert [name for name, _, _ in rows] == [one.name for one in signals(Facts(local_now()))]
    settings = "\n".join(["schema = 1", "[cowrap]", *(setting for _, _, setting in rows if setting)])
    assert limits_of(applied(tmp_path / "agents.toml", settings.encode())) == Limits()
    for name, row, setting in rows:
        number = re.search(r"\d+", setting)
        assert name == "artifact_latency" or (number and number[0] in row)
    assert (Limits().slower, Limits().quick) == (2, 60)  # "twice as long", "more than 60 s"


def test_the_limits_of_an_intake() -> None:
    """So much may be taken in."""
    flat = " ".join(PAGE.split())
    assert f"more than {MAX_FILES} files, more than {MAX_BYTES // 2**20} MB unpacked" in flat
    assert f"more than {MAX_RATIO} times" in flat
