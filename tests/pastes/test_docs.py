"""docs/chat.md says what is so: what fits in one paste, when an ACK is overdue, which settings there are."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from cotemp.chat.budget import VENDORS
from cotemp.clipboard import TOOLS
from cotemp.config.reading import applied
from cotemp.pastes.acks import PATIENCE
from cotemp.pastes.templates import HOMES

PAGE = (Path(__file__).parents[2] / "docs" / "chat.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())


def test_the_page_has_every_vendor() -> None:
    """Each vendor with its number and what its window does with more, and no other."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d ]+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [(name, int(room.replace(" ", "")), more) for name, room, more in rows] == [
        (one.name, one.room, one.beyond) for one in VENDORS.values()
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_setting_of_the_page_is_valid_for_every_vendor(vendor: str) -> None:
    """What stands in the page can be written into the configuration, with each vendor that it names."""
    toml = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert toml
    text = toml[1].replace('"claude"', f'"{vendor}"')
    assert applied(Path("agents.toml"), text.encode()).session("co-migrate").chat == vendor


def test_the_page_says_when_an_ack_is_overdue() -> None:
    """The times in words are those in the code."""
    assert "after 30 minutes when urgent, 2 hours when high, 3 days when low, else after a day" in TEXT
    assert list(PATIENCE.values()) == [timedelta(minutes=30), timedelta(hours=2), timedelta(days=1), timedelta(days=3)]


def test_the_page_names_every_tool_and_template() -> None:
    """Whatever reaches a clipboard, and each text that the owner may change."""
    for tool in TOOLS:
        assert tool.copy[0] in TEXT
    for homes in HOMES.values():
        assert homes[0] in TEXT


def test_a_key_is_told_for_each_desktop() -> None:
    """GNOME, KDE, Sway, macOS and Windows."""
    for desktop in ("GNOME", "KDE Plasma", "Sway, i3", "macOS", "Windows"):
        assert re.search(rf"^- \*\*{desktop}\*\*: ", PAGE, re.MULTILINE)
