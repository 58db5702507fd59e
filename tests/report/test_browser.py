"""A real browser shows the report as it is meant: to the eye, to the keyboard, on paper, in the dark, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cotemp import notes
from cotemp.messages.ack import Ack
from cotemp.places import Places
from cotemp.redact import Scrubber
from cotemp.report import gather, page
from cotemp.times import local_now

from .browser import Tab, browser
from .story import acks, told
from .test_page import HOSTILE

pytestmark = pytest.mark.slow

CONTRASTS = """(() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = parts.slice(0, 3).map((v) => linear(v / 255));
    return { value: .2126 * r + .7152 * g + .0722 * b, solid: parts.length < 4 || parts[3] === 1 };
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = light(getComputedStyle(one).backgroundColor);
      if (found.solid) return found.value;
    }
    return 1;
  };
  return [...document.querySelectorAll('body *')].filter((one) =>
    [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())).map((one) => {
    const [a, b] = [light(getComputedStyle(one).color).value, ground(one)];
    return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), one.className || one.tagName];
  });
})()"""
PAGE = re.compile(rb"/Type\s*/Page\b")
FOCUS = """(() => { const one = document.activeElement, box = one.getBoundingClientRect();
  return { tag: one.tagName, text: one.textContent, top: box.top, left: box.left, width: box.width,
           outline: getComputedStyle(one).outlineStyle + ' ' + getComputedStyle(one).outlineWidth }; })()"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def shown(places: Places, tmp_path: Path) -> Path:
    """The report of a session in which something of every kind happened, and every hostile text."""
    session = told(places)
    for name, text in HOSTILE.items():
        if name != "surrogate":  # no note can hold one
            notes.send(places, session.id, text, "co-planning", local_now())
    long = Ack("p-cccccc", session.id, "backchat", "W" * 500, local_now(), local_now(), ("W" * 500,), "claimed")
    report = gather(places, session, local_now(), Scrubber({}, b"k" * 32).scrub, name="Migrate", acks=[*acks(), long])
    file = tmp_path / "report.html"
    file.write_text(page(report), encoding="utf-8")
    return file


def test_it_loads_nothing_runs_nothing_and_complains_of_nothing(tab: Tab, shown: Path) -> None:
    """The page is one file: no request besides it, no script, no dialog, no error."""
    tab.open(shown)
    assert [one["request"]["url"] for one in tab.heard("Network.requestWillBeSent")] == [shown.as_uri()]
    assert (
        tab.ask("document.scripts.length + document.querySelectorAll('img,iframe,object,embed,link,base').length") == 0
    )
    assert tab.ask("typeof window.pwned") == "undefined"
    for method in (
        "Page.javascriptDialogOpening",
        "Runtime.exceptionThrown",
        "Runtime.consoleAPICalled",
        "Log.entryAdded",
    ):
        assert tab.heard(method) == []


def test_the_keyboard_reaches_everything(tab: Tab, shown: Path) -> None:
    """The first Tab shows the way past the top, Enter takes it, and every entry opens and closes with a key."""
    tab.open(shown)
    tab.press("Tab")
    skip = tab.ask(FOCUS)
    assert (skip["text"], skip["outline"]) == ("Skip to the timeline", "solid 3px")
    assert skip["left"] >= 0
    assert skip["top"] >= 0
    tab.press("Enter")
    assert tab.ask("document.activeElement.id") == "timeline"
    tab.press("Tab")
    assert tab.ask(FOCUS)["tag"] == "SUMMARY"
    before = tab.ask("document.activeElement.parentElement.open")
    for key in ("Enter", "Space"):
        tab.press(key)
        before = not before
        assert tab.ask("document.activeElement.parentElement.open") is before


def test_every_stop_of_the_keyboard_can_be_seen(tab: Tab, shown: Path) -> None:
    """Whatever has the focus has an outline, and lies on the page."""
    tab.open(shown)
    tab.ask("document.querySelectorAll('details').forEach((one) => one.open = true)")
    stops: list[dict[str, Any]] = []
    while not stops or tab.ask("document.activeElement !== document.body"):
        tab.press("Tab")
        stops.append(tab.ask(FOCUS))
    assert len(stops) > 20
    assert {(one["outline"], one["width"] > 0) for one in stops[:-1]} == {("solid 3px", True)}


def test_the_strip_leads_to_its_entry(tab: Tab, shown: Path) -> None:
    """A mark at the top leads to the DO that it stands for."""
    tab.open(shown)
    tab.ask("document.querySelector('.strip a.bad').click()")
    assert "failed" in tab.ask("document.querySelector(':target').textContent")


@pytest.mark.parametrize(
    ("kind", "scheme"), [("screen", "light"), ("screen", "dark"), ("print", "light"), ("print", "dark")]
)
def test_every_text_can_be_read(tab: Tab, shown: Path, kind: str, scheme: str) -> None:
    """Every text stands out from its ground by 4.5 to 1, as WCAG AA asks; in the dark the ground is dark."""
    tab.open(shown)
    tab.media(kind, scheme)
    tab.ask("document.querySelectorAll('details').forEach((one) => one.open = true)")
    contrasts: list[Any] = tab.ask(CONTRASTS)
    assert len(contrasts) > 50
    assert [one for one in contrasts if one[0] < 4.5] == []
    red = int(re.findall(r"\d+", tab.ask("getComputedStyle(document.body).backgroundColor"))[0])
    assert (red < 60) is (kind == "screen" and scheme == "dark")
    assert tab.picture(shown.with_name(f"{kind}-{scheme}.png")).startswith(b"\x89PNG")


def test_paper_shows_what_is_folded(tab: Tab, shown: Path) -> None:
    """What nobody can unfold on paper is printed unfolded, whole, and nothing is wider than the page."""
    tab.open(shown)
    folded = "[...document.querySelectorAll('details:not([open]) > :not(summary, details)')]"
    assert tab.ask(f"{folded}.length") > 5
    assert tab.ask(f"{folded}.some((one) => one.checkVisibility())") is False
    tab.media("print")
    assert tab.ask(f"{folded}.every((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0)")
    assert tab.ask(
        "[...document.querySelectorAll('pre, .prose')].every((one) => one.scrollHeight <= one.clientHeight + 2)"
    )
    printed = {
        kind: PAGE.findall(tab.paper(shown.with_name(f"{kind or 'report'}.pdf"), kind)) for kind in ("screen", "")
    }
    assert len(printed[""]) > len(printed["screen"]) > 1


@pytest.mark.parametrize("width", [320, 600, 1400])
def test_nothing_is_wider_than_the_window(tab: Tab, shown: Path, width: int) -> None:
    """On a phone as on a desk nobody scrolls sideways, whatever somebody sent; long code scrolls in its own box."""
    tab.open(shown, width=width)
    tab.ask("document.querySelectorAll('details').forEach((one) => one.open = true)")
    assert tab.ask("document.documentElement.scrollWidth") <= width
    tab.picture(shown.with_name(f"{width}.png"))
