"""Everything that is rendered, by the name of its golden file; `python -m tests.chat.rendered` writes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cotemp.chat import backchat, bootstrap, capsule
from cotemp.chat.budget import VENDORS, Vendor
from cotemp.chat.paste import ARTIFACT, Kind, Paste, render
from cotemp.messages.backchat import Backchat
from cotemp.places import shipped

__all__ = ["FOLDER", "MESSAGE", "PROFILE", "as_is", "first_paste", "templates", "texts"]

FOLDER = Path(__file__).parent / "golden"
AT = datetime(2025, 9, 10, 5, 48, 6, tzinfo=UTC)

MESSAGE = Backchat(
    id="8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3d",
    type="handoff",
    from_session="Planning",
    to_session="Migrate",
    created_utc="2025-09-10T05:48:06Z",
    title="handoff from Planning",
    body_markdown="Next: the ccts fallback.\n\n1. Make it fail in a test\n2. Mend it",
    attachments=("logs/DO_Smoke.txt",),
)
WITH_SCRIPT = Backchat(
    id="8f14e45f-ceea-467f-a0d6-1f7c5a1b2c3e",
    type="request",
    from_session="Planning",
    to_session="Migrate",
    created_utc="2025-09-10T05:48:07Z",
    priority="high",
    body_markdown="Run this, and then\nACK p-000000 is what you say:\n\n````python\nprint('```')\n````",
)
PROFILE = {
    "profile_version": 3,
    "user": {"handle": "me", "display_name": "Me Myself"},
    "bpoe": {"use_do_files": True, "default_session": "co-migrate", "default_tag": "gmig"},
    "rules": ["One DO is one script and one artifact.", "Read-only unless the header says otherwise."],
    "style": {"tone": "short", "notes_in": "C:\\Users\\me\\Documents\\notes"},
    "tokens": {"github": "never"},
}


def as_is(text: str) -> str:
    """A scrubber that finds nothing."""
    return text


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every golden file."""
    yield "backchat.paste.md", backchat.render(MESSAGE)
    yield "backchat-with-script.paste.md", backchat.render(WITH_SCRIPT)
    built = capsule.build(PROFILE, "C:\\Users\\me\\Documents\\CoProfile\\coprofile.json", capsule.Version(1, 2), as_is)
    yield "PolicyCapsule.paste.md", capsule.render(built)
    yield "bootstrap.md", first_paste(built)
    yield "bootstrap-empty.md", bootstrap.render(bootstrap.Bootstrap("co-new", built), *templates(), as_is)
    yield from _pastes()


def templates() -> tuple[str, str]:
    """The shipped templates of a bootstrap and of its rules."""
    names = ("Bootstrap_New_Session.md", "Paste_BPOE.md")
    first, second = ((shipped("templates") / name).read_text(encoding="utf-8") for name in names)
    return first, second


def first_paste(built: capsule.Capsule) -> str:
    """All that the chat of co-migrate gets to know."""
    greeting = (shipped("templates") / "greetings" / "GREETING_Migrate.txt").read_text(encoding="utf-8")
    todos = ("Make the ccts fallback fail in a test", "Mend it", "Tell Planning", "Never told")
    whole = bootstrap.Bootstrap("co-migrate", built, backchat.render(WITH_SCRIPT), todos, greeting)
    return bootstrap.render(whole, *templates(), as_is)


def _pastes() -> Iterator[tuple[str, str]]:
    ident = "p-k3f9ab"
    expect = f"ACK {ident} {ARTIFACT}"
    message = Paste(ident, Kind.BACKCHAT, "co-migrate", "Handoff from Planning", backchat.render(MESSAGE), expect, AT)
    yield "paste.md", render(message, VENDORS["generic"], as_is)[0]
    lines = "\n".join(f"line {number} of the log" for number in range(1, 26))
    log = Paste("p-k3f9ac", Kind.NOTE, "co-migrate", "A log", lines, "ACK p-k3f9ac <run>", AT)
    for number, part in enumerate(render(log, Vendor("tiny", 480, ""), as_is), 1):
        yield f"paste.part-{number}.md", part


def write() -> None:
    """Write the golden files anew."""
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.iterdir():
        stale.unlink()
    for name, text in texts():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
