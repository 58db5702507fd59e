"""The page holds what happened, nothing foreign gets out of its place, and no secret gets in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotemp import notes
from cotemp.messages.ack import Ack
from cotemp.places import Places
from cotemp.redact import Scrubber
from cotemp.report import Item, Report, Text, gather, page
from cotemp.report.markup import Markup, element, style, text, void
from cotemp.report.model import Form, Mood
from cotemp.report.texts import HEAD, ROOM, TAIL, Shelf
from cotemp.timeline import Kind
from cotemp.times import local_now
from tests.runs.made import legacy_log, ran

from .story import DIFF, NOW, SECRET, acks, foreign_log, told

HOSTILE = {
    "script": "<script>window.pwned = 1</script>",
    "attribute": '" onmouseover="window.pwned=1" x=\'',
    "image": "<img src=x onerror='window.pwned=1'>",
    "closing": "</pre></details></main></style></title><svg onload=window.pwned=1>",
    "comment": "<!-- --><!--><script>window.pwned=1</script>",
    "entity": "&lt;script&gt;&#60;b&#62; &amp;amp;",
    "link": "javascript:window.pwned=1 https://example.org/?steal",
    "style": "</style><style>body{display:none}@import 'https://example.org'</style>",
    "bidi": "safe\u202egnp.exe\u202c \u2066x\u2069",
    "zero width": "p-a\u200ba\u200da\ufeff",
    "controls": "\x00\x1b[2J\x1b]0;title\x07\x08\x7f\x9b31m",
    "surrogate": "half \ud83d of it",
    "unbroken": "W" * 20_000,
}
CLEAN = Scrubber({"DEPLOY_TOKEN": "correct-horse-battery"}, b"k" * 32).scrub
ALLOWED = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(),
    "style": set(), "body": set(), "a": {"class", "href", "aria-label", "title"}, "header": set(), "h1": set(),
    "h2": {"id"}, "p": {"class"}, "ul": {"class"}, "ol": {"class"}, "li": {"class"}, "b": set(), "span": {"class"},
    "nav": {"class", "aria-label"}, "main": {"id", "tabindex"},
    "section": {"aria-labelledby"}, "time": {"datetime"}, "div": {"class", "id"},
    "details": {"id", "open", "class"}, "summary": set(), "dl": set(), "dt": set(), "dd": set(),
    "pre": {"tabindex", "role", "aria-label"},
    "code": set(), "footer": set(),
}  # fmt: skip
_EMPTY = {"meta"}


class Read(HTMLParser):
    """A page as a browser takes it apart: its elements, all properly nested, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        assert {name for name, _ in attrs} <= ALLOWED[tag], (tag, attrs)
        given = dict(attrs)
        self.ids += [value for name in ("id",) if (value := given.get(name))]
        self.hrefs += [value for name in ("href",) if (value := given.get(name))]
        self.text += "".join(f" {value} " for name, value in attrs if name in ("title", "aria-label"))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(html: str) -> Read:
    assert "\ud83d" not in html
    return Read(html)


def of(*items: Item, name: str = "Migrate") -> Report:
    return Report("co-migrate", name, NOW, None, items)


# --- what it shows ---


def test_everything_that_happened_is_on_the_page(places: Places) -> None:
    """Notes both ways, DOs, their diffs, output and script, ACKs, CoWraps and alerts are all told, in their order."""
    session = told(places)
    report = gather(places, session, local_now(), CLEAN, name="Migrate", acks=acks())
    shown = read(page(report))
    assert [item.at for item in report.items] == sorted(item.at for item in report.items)
    for expected in (
        "Migrate: session report", "Note from co-planning", "Please count the Python files.", "Note to co-planning",
        "Counted: 214.", "not read yet", "read by co-migrate", "passed", "failed", "unknown", '+print("new")',
        "applied, 1 changed", "wrote app.py", "print('hi')", "Bootstrap of co-migrate", "PR #12, docs/plan.md",
        "verified", "CoWrap snapshot", "CoWrap bundle", "DOs since CoWrap: 5 (>=5)", "  started",
    ):  # fmt: skip
        assert expected in shown.text, expected
    assert "co-other" not in shown.text
    assert "Low DO throughput" not in shown.text, "the original's alert names no session, so it is nobody's"


def test_every_link_leads_to_its_place(places: Places) -> None:
    """Links go only to entries of the page, each of which is there once."""
    shown = read(page(gather(places, told(places), local_now(), CLEAN)))
    assert len(set(shown.ids)) == len(shown.ids)
    assert {href.removeprefix("#") for href in shown.hrefs} <= set(shown.ids)
    assert len(shown.hrefs) > 4


def test_a_session_in_which_nothing_happened_has_a_page_too(places: Places) -> None:
    """An empty session is no error; the page says that it is empty."""
    session = places.session("co-quiet")
    session.make()
    assert "Nothing happened in this session." in read(page(gather(places, session, local_now(), CLEAN))).text


def test_since_leaves_out_what_was_before(places: Places) -> None:
    """Who asks for the last hours gets those, and the page says so."""
    session = told(places)
    report = gather(places, session, local_now(), CLEAN, since=local_now(), acks=acks())
    assert report.items == ()
    assert ", since " in read(page(report)).text


def test_the_diff_is_marked_line_by_line(places: Places) -> None:
    """What came and what went can be told apart by colour and by sign."""
    html = page(gather(places, told(places), local_now(), CLEAN))
    assert '<span class="added">+print(&quot;new&quot;)\n</span>' in html
    assert '<span class="removed">-print(&quot;old&quot;)\n</span>' in html
    assert '<span class="file">+++ b/app.py\n</span>' in html
    assert all(line in read(html).text for line in DIFF.splitlines())


# --- secrets ---


def test_no_secret_is_on_the_page(places: Places) -> None:
    """A token in a note, and a known value wherever it stands, become marks."""
    session = told(places)
    notes.send(places, session.id, "the password is correct-horse-battery", "co-planning", local_now())
    leak = "correct-horse-battery"
    pastes = [Ack("p-cccccc", session.id, leak, leak, local_now(), local_now(), (leak,), "claimed")]
    html = page(gather(places, session, local_now(), CLEAN, name=leak, acks=pastes))
    assert SECRET not in html
    assert leak not in html
    assert "[secret:github-token:" in html
    assert "[secret:DEPLOY_TOKEN:" in html


# --- hostile ---


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("where", ["name", "title", "word", "fact", "output", "diff", "prose", "story", "instead"])
def test_foreign_text_stays_text(name: str, where: str) -> None:
    """Whatever somebody writes, and wherever it is shown, it is only ever text: visible, and nothing but itself."""
    evil = HOSTILE[name]
    form = {"diff": Form.DIFF, "prose": Form.PROSE}.get(where, Form.OUTPUT)
    item = Item(
        NOW, Kind.RUN, evil if where == "title" else "t", evil if where == "word" else "passed", Mood.GOOD,
        ((evil, evil),) if where == "fact" else (),
        (Text(evil if where == "output" else "l", "" if where == "instead" else evil, form, 0, evil),)
        if where in ("output", "diff", "prose", "instead") else (),
        (evil,) if where == "story" else (),
    )  # fmt: skip
    html = page(of(item, name=evil if where == "name" else "n"))
    shown = read(html)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", html)
    if name in ("script", "attribute", "image", "closing", "comment", "link", "style"):
        assert evil in shown.text


@given(st.text(max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_text_breaks_out(anything: str) -> None:
    """No text at all adds an element, an attribute or a comment."""
    item = Item(
        NOW, Kind.NOTE, anything, anything, Mood.WAITS, ((anything, anything),), (Text("l", anything, Form.DIFF),)
    )
    plain = Item(NOW, Kind.NOTE, "t", "w", Mood.WAITS, (("a", "b"),), (Text("l", "x", Form.DIFF),))
    assert read(page(of(item, name=anything))).ids == read(page(of(plain))).ids


def test_only_this_room_makes_markup() -> None:
    """A string that nobody escaped cannot pass for HTML, nor a style sheet end its element."""
    with pytest.raises(TypeError):
        Markup("<b>")
    with pytest.raises(ValueError, match="end its element"):
        style("</style>")
    assert element("p", "<b>", text("<i>"), title='"') == '<p title="&quot;">&lt;b&gt;&lt;i&gt;</p>'
    assert void("meta", charset="utf-8", hidden=True, open=False) == '<meta charset="utf-8" hidden>'


@pytest.mark.parametrize(
    "artifacts",
    [
        [{"path": "../../../../secret.txt", "kind": "diff"}],
        [{"path": "{absolute}", "kind": "diff"}],
        [{"path": "link.patch", "kind": "diff"}],
        [{"path": "../../../co-other/notes/NOTE_x.md", "kind": "diff"}],
        [{"path": "", "kind": "diff"}], [{"path": "a\0b", "kind": "diff"}], [{"path": 7, "kind": "diff"}],
        ["diff"], "diff", 7, None,
    ],
)  # fmt: skip
def test_a_foreign_log_shows_no_file_of_its_choice(places: Places, tmp_path: Path, artifacts: object) -> None:
    """A log that names a file elsewhere as its diff, or is nonsense, shows nothing of that file."""
    outside = places.home / "secret.txt"
    outside.write_text("what nobody should see")
    other = places.session("co-other")
    other.make()
    (other.notes / "NOTE_x.md").write_text("what nobody should see")
    session = places.session("co-migrate")
    session.make()
    base = "DO_Evil-20250909-044442-28216"
    (session.outbox / f"{base}.d").mkdir()
    (session.outbox / f"{base}.d" / "link.patch").symlink_to(outside)
    if isinstance(artifacts, list) and artifacts and artifacts[0] == {"path": "{absolute}", "kind": "diff"}:
        artifacts = [{"path": str(outside), "kind": "diff"}]
    log = {"ts": "2025-09-09T04:44:42-04:00", "session_id": "co-migrate", "do_title": "Evil", "result": "pass"}
    foreign_log(session, base, log | {"artifacts": artifacts, "sender": 7, "changes": {"state": [], "created": 3}})
    shown = read(page(gather(places, session, local_now(), CLEAN)))
    assert "Evil" in shown.text
    assert "nobody should see" not in shown.text


@pytest.mark.parametrize(
    "year", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-09-09T04:44:42", "soon"]
)
def test_no_year_is_too_much(places: Places, year: str) -> None:
    """Logs, alerts and names of notes may tell any time: the page is made, whatever it says."""
    session = places.session("co-migrate")
    session.make()
    foreign_log(session, "DO_Odd-20250909-044442-1", {"ts": year, "do_title": "Odd", "result": "pass"})
    (session.inbox / f"NOTE_{year[:4]}0101-000000_co-x.md").write_bytes(b"a note of another age")
    assert "of another age" in read(page(gather(places, session, local_now(), CLEAN))).text


def test_the_originals_runs_are_shown(places: Places) -> None:
    """What the PowerShell original ran has its entry, with what its log tells."""
    session = places.session("co-migrate")
    session.make()
    legacy_log(session, "DO_DO-Smoke_044440-20250909-044442-28216")
    shown = read(page(gather(places, session, local_now(), CLEAN)))
    assert "DO_DO-Smoke_044440" in shown.text
    assert "a line" in shown.text


def test_a_page_does_not_grow_without_end(places: Places) -> None:
    """Where everything would be too much, the newest is shown in full; of the rest, the command that shows it."""
    session = told(places)
    shelf = Shelf(CLEAN, room=10)
    assert shelf.text("a", "0123456789abc", Form.OUTPUT, "cotemp log a") == Text("a", "0123456789abc", Form.OUTPUT)
    late = shelf.text("b", "x", Form.OUTPUT, "cotemp log b")
    assert late
    assert late.body == ""
    assert "cotemp log b" in late.instead
    run = ran(places, session)
    (session.logs / f"{run.base}.txt").write_bytes(b"line\n" * 2_000_000)
    assert len(page(gather(places, session, local_now(), CLEAN))) < 400_000


def test_the_document_tells_the_limits_as_they_are() -> None:
    """Who reads how much of a text is shown is told what the code does."""
    words = " ".join((Path(__file__).parents[2] / "docs" / "telling.md").read_text(encoding="utf-8").split())
    assert f"longer than {(HEAD + TAIL) // 1024} K characters" in words
    assert f"come to {ROOM // 1024**2} million characters" in words
