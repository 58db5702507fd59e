"""No payload holds a secret: the table of the redaction room runs over everything that is prepared for a chat."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cotemp.chat.capsule import Version, build, render
from cotemp.chat.paste import Kind, Paste, Scrub, new_id
from cotemp.pastes import Desk
from cotemp.pastes.addressing import kept_under
from cotemp.pastes.bootstrapping import Wanted, bootstrap
from cotemp.pastes.capsules import publish
from cotemp.pastes.leftovers import keep
from cotemp.pastes.letters import Letter, emit, written
from cotemp.places import Places
from cotemp.redact import scrub_of
from tests.redact.samples import SECRETS

from .tables import AT, desk_of

PASSWORD = "correct-horse-battery"
ALL = "\n".join(text.replace("{}", secret) for _, text, secret in SECRETS) + f"\nmine: {PASSWORD}\n"


def a_note(desk: Desk, scrub: Scrub) -> None:
    desk.make(Paste(new_id(), Kind.NOTE, "co-x", ALL[:200], ALL, "ACK", AT), "generic", scrub)


def a_message(desk: Desk, scrub: Scrub) -> None:
    """One for each secret that fits into a line, in every text of it."""
    for line in {line for line in ALL.splitlines() if line.strip() and line.isprintable()}:
        letter = Letter("handoff", line, line, line, line, [line])
        emit(desk, written(letter, scrub, AT), kept_under(desk.places, line, scrub), "generic", scrub)


def a_message_from_elsewhere(desk: Desk, scrub: Scrub) -> None:
    """One that a chat wrote, which repeats what it was told."""
    emit(desk, written(Letter("handoff", "me", "you", ALL), lambda text: text, AT), "co-x", "generic", scrub)


def a_bootstrap(desk: Desk, scrub: Scrub) -> None:
    publish(desk.places, build({"rules": [ALL], "deep": {"a": [{"b": ALL}]}}, ALL, Version(1, 0), scrub), "")
    bootstrap(desk, Wanted("co-x", "generic", ALL, ALL.split("\n")[:3]), scrub, AT)


def a_capsule(desk: Desk, scrub: Scrub) -> None:
    profile = {f"k{number}": {"x": line} for number, line in enumerate(ALL.split("\n"))}
    capsule = build({"rules": ALL.split("\n"), "bpoe": profile, "prompts": profile}, "p.json", Version(1, 0), scrub)
    publish(desk.places, capsule, "")
    desk.make(Paste(new_id(), Kind.CAPSULE, "co-x", "t", render(capsule), "Policy", AT), "generic", scrub)


def an_answer(desk: Desk, scrub: Scrub) -> None:
    keep(desk.places, "co-x", ALL, scrub, AT)


@pytest.mark.parametrize(
    "payload",
    [a_note, a_message, a_message_from_elsewhere, a_bootstrap, a_capsule, an_answer],
    ids=lambda one: one.__name__,
)
def test_nothing_that_is_prepared_holds_a_secret(places: Places, payload: Callable[[Desk, Scrub], None]) -> None:
    """Whatever it is made of, no file of the home, and no name of a file or folder, holds one of the secrets."""
    scrub = scrub_of(places, {"MY_PASSWORD": PASSWORD}).scrubber().scrub
    payload(desk_of(places), scrub)
    files = [path for path in places.home.rglob("*") if path.is_file()]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8") + str(file.relative_to(places.home))
        assert PASSWORD not in text
        assert [kind for kind, _, secret in SECRETS if secret in text] == [], file.name
