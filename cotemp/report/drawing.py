"""A report as one HTML page: no script, no network; usable with a keyboard, on paper and in the dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from ..timeline import Kind
from ..times import utc
from .markup import Markup, document, element, style, text, void
from .model import Form, Item, Mood, Report, Text

__all__ = ["page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Even if markup got in, nothing would be run or fetched."""
_MARKS = {Mood.GOOD: "\u2713", Mood.BAD: "\u2717", Mood.WAITS: "\u2026", Mood.PLAIN: "\u2022"}
_NAMES = {Kind.RUN: "DO", Kind.HELD: "DO", Kind.ACK: "ACK", Kind.WRAP: "CoWrap"}
_PLURALS = {
    Kind.RUN: ("DO", "DOs"), Kind.NOTE: ("note", "notes"), Kind.ACK: ("ACK", "ACKs"),
    Kind.WRAP: ("CoWrap", "CoWraps"), Kind.ALERT: ("alert", "alerts"),
}  # fmt: skip
_STRIP = 80
"""DOs that the strip at the top shows."""
_SHORT = 600
"""A note of so many characters is open from the beginning."""


def page(report: Report) -> str:
    """The whole page as HTML."""
    name = report.name or report.session
    title = f"{name}: session report"
    head = element(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="color-scheme", content="light dark"),
        void("meta", name="referrer", content="no-referrer"),
        element("title", title),
        style(Path(__file__).with_name("page.css").read_text(encoding="utf-8")),
    )
    skip = element("a", "Skip to the timeline", class_="skip", href="#timeline")
    body = element("body", skip, _header(report, name), _timeline(report), _footer(report))
    return document(element("html", head, body, lang="en"))


# --- the top ---


def _header(report: Report, name: str) -> Markup:
    about = f"Session {report.session}" + (f", since {_long(report.since)}" if report.since else "")
    parts = [element("h1", name), element("p", about, class_="about"), _figures(report.items)]
    runs = [(number, item) for number, item in enumerate(report.items) if item.kind is Kind.RUN]
    if runs:
        parts.append(_strip(runs))
    return element("header", *parts)


def _figures(items: Iterable[Item]) -> Markup:
    """How many there are of each kind, and how the DOs ended."""
    kinds, words = Counter(item.kind for item in items), Counter(i.word for i in items if i.kind is Kind.RUN)
    ended = ", ".join(f"{number} {word}" for word, number in words.most_common())
    cells = []
    for kind, (one, many) in _PLURALS.items():
        number = kinds[kind]
        more = element("span", ended, class_="more") if kind is Kind.RUN and ended else text("")
        cells.append(element("li", element("b", str(number)), " ", one if number == 1 else many, more))
    return element("ul", *cells, class_="figures")


def _strip(runs: Sequence[tuple[int, Item]]) -> Markup:
    cells = [
        element(
            "li",
            element("a", _MARKS[item.mood], href=f"#e{number}", class_=item.mood.value, aria_label=_said(item),
                    title=_said(item)),
        )
        for number, item in runs[-_STRIP:]
    ]  # fmt: skip
    which = "The DOs" if len(runs) <= _STRIP else f"The last {_STRIP} DOs"
    return element("nav", element("ol", *cells), class_="strip", aria_label=f"{which}, oldest first")


def _said(item: Item) -> str:
    return f"{item.title}: {item.word}, {_long(item.at)}"


# --- the timeline ---


def _timeline(report: Report) -> Markup:
    numbered = enumerate(report.items)
    days = [_day(day, list(items)) for day, items in groupby(numbered, key=lambda one: _here(one[1].at).date())]
    nothing = element("p", "Nothing happened in this session.", class_="empty")
    return element("main", *(days or [nothing]), id="timeline", tabindex="-1")


def _day(day: date, items: Sequence[tuple[int, Item]]) -> Markup:
    entries = [
        element("li", _entry(number, item), class_=f"{item.kind.value} {item.mood.value}") for number, item in items
    ]
    heading = element("h2", element("time", f"{day:%A, %Y-%m-%d}", datetime=f"{day:%Y-%m-%d}"), id=f"d{day:%Y%m%d}")
    return element("section", heading, element("ol", *entries, class_="timeline"), aria_labelledby=f"d{day:%Y%m%d}")


def _entry(number: int, item: Item) -> Markup:
    line = (
        element("time", f"{_here(item.at):%H:%M:%S}", datetime=utc(item.at)),
        element("span", _NAMES.get(item.kind, item.kind.value), class_="kind"),
        element("span", item.title, class_="title"),
        element("span", _marked(item), class_="word") if item.word else text(""),
    )
    inside = [*_facts(item.facts), *_story(item.story), *map(_text, item.texts)]
    if not inside:
        return element("div", *line, class_="line", id=f"e{number}")
    return element("details", element("summary", *line), *inside, id=f"e{number}", open=_is_open(item))


def _marked(item: Item) -> str:
    return item.word if item.mood is Mood.PLAIN else f"{_MARKS[item.mood]} {item.word}"


def _is_open(item: Item) -> bool:
    """What is short enough to be read in passing."""
    return item.kind is Kind.NOTE and sum(len(one.body) for one in item.texts) <= _SHORT


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[Markup]:
    if facts:
        yield element("dl", *(part for name, value in facts for part in (element("dt", name), element("dd", value))))


def _story(story: Sequence[str]) -> Iterator[Markup]:
    if story:
        yield element("ol", *(element("li", line) for line in story), class_="story")


def _text(one: Text) -> Markup:
    """A note stands there; what is longer is folded once more, unless it is all that there is."""
    label = f"{one.label} ({one.instead})" if one.instead else one.label
    if not one.body:
        return element("p", label, class_="instead")
    body = one.body.rstrip("\n")
    if one.form is Form.PROSE:
        more = [element("p", label, class_="instead")] if one.instead else []
        return element("div", element("div", body, class_="prose"), *more)
    lines = [_diff_line(line) for line in body.split("\n")] if one.form is Form.DIFF else [text(body)]
    block = element("pre", element("code", *lines), tabindex="0", role="region", aria_label=one.label)
    return element("details", element("summary", label), block, class_="text", open=one.form is Form.DIFF)


def _diff_line(line: str) -> Markup:
    kinds = (("+++", "file"), ("---", "file"), ("diff ", "file"), ("@@", "place"), ("+", "added"), ("-", "removed"))
    kind = next((kind for start, kind in kinds if line.startswith(start)), None)
    return element("span", f"{line}\n", class_=kind) if kind else text(f"{line}\n")


# --- the end ---


def _footer(report: Report) -> Markup:
    zone = _here(report.at).strftime("%Z") or "local"
    made = f"Made {_long(report.at)}; times are {zone}. Secrets were replaced by marks before this page was written."
    return element("footer", element("p", made + " It loads nothing and sends nothing."))


def _here(at: datetime) -> datetime:
    return at.astimezone()


def _long(at: datetime) -> str:
    return f"{_here(at):%Y-%m-%d %H:%M}"
