"""Bells: which are queued, when they are rung, and that nothing is ever told twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cotemp.agents.record import AgentRecord, Bell, BellKind, BellState
from cotemp.agents.requests import What
from cotemp.agents.states import Composer, State
from cotemp.config.settings import CommitRule
from cotemp.supervisor.plan import bells, text_of
from cotemp.supervisor.plan.model import Outcome

from .happenings import (
    asked,
    busy,
    commits,
    dead,
    ends,
    files,
    gone,
    idle,
    notes,
    reload,
    tick,
    up,
)
from .stories import BEGIN, HANDOFF, LOOP, Play, follow, only, play, running, seed

CALM = replace(LOOP, idle_after=400 * 86400.0)
"""A loop that may idle."""


def handing() -> Play:
    """Two loops that are idle, a repo that was looked at once."""
    told = running(only(agents={"builder": CALM, "adversary": CALM}, handoff=HANDOFF))
    return follow(told, [("0s", commits("claim(1)"))])


def ring(agent: str, kind: str, subject: str = "", *, again: bool = False) -> str:
    """How a ring is told."""
    return f"ring {agent} {kind} {subject[:24]}".rstrip() + (" again" if again else "")


def commit(agent: str, number: int, *, letter: str = "a", again: bool = False) -> str:
    """How a ring for a commit is told."""
    return ring(agent, "commit", f"{letter}{number:039x}", again=again)


# --- what is typed ---


@pytest.mark.parametrize("kind", BellKind)
def test_every_text_is_one_line_of_ours(kind: BellKind) -> None:
    """What is typed is one printable line; it says which bell it is, unless it is a command of the program."""
    subject = {BellKind.COMMIT: "a" * 40, BellKind.NOTES: "2", BellKind.DOS: "1"}.get(kind, "/p/file.md")
    text = text_of(Bell("x", kind, 17, subject, BEGIN))
    assert text.isprintable()
    assert len(text) < 200
    assert text.startswith("[cotemp 17] ") or text == subject


def test_texts() -> None:
    """The texts say what to do, with the command."""
    assert text_of(Bell("x", BellKind.NOTES, 1, "1", BEGIN)) == "[cotemp 1] 1 note for you, unread. Read: cotemp notes"
    assert text_of(Bell("x", BellKind.NOTES, 2, "3", BEGIN)).startswith("[cotemp 2] 3 notes for you")
    assert "git show abcdef0" in text_of(Bell("x", BellKind.COMMIT, 3, "abcdef0", BEGIN))
    assert text_of(Bell("x", BellKind.COMPACT, 4, "/compact", BEGIN)) == "/compact"
    assert text_of(Bell("x", BellKind.PROMPT, 5, "/upgrade-all", BEGIN)) == "/upgrade-all"
    assert text_of(Bell("x", BellKind.WAKE, 6, "", BEGIN)) == "[cotemp 6] This is your scheduled wake."


@pytest.mark.parametrize("subject", ["fix: it\nrm -rf /", "HEAD", "a" * 6, "A" * 40, "a\x1b[201~"])
def test_foreign_text_is_never_queued(subject: str) -> None:
    """What is no commit id cannot become one that is typed."""
    assert bells.queue(AgentRecord("builder"), "id", BellKind.COMMIT, subject, BEGIN).bells == ()


def test_ids_are_never_queued_twice_and_are_bounded() -> None:
    """An id is remembered for long after its bell, and the record does not grow for ever."""
    record = AgentRecord("builder")
    for number in range(600):
        record = bells.queue(record, f"id {number}", BellKind.NUDGE, "", BEGIN)
        record = bells.changed(record, record.bell_count, state=BellState.RUNG)
        assert bells.queue(record, f"id {number}", BellKind.NUDGE, "", BEGIN) is record
    assert len(record.bell_ids) == bells.KNOWN
    assert len(record.bells) == bells.KEPT + 1
    assert record.bell_count == 600


# --- commits ---


def test_a_claim_pings_the_other_loop() -> None:
    """A commit that reached the ref rings for whom its rule names, at once when that agent is idle."""
    told = handing()
    follow(told, [("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2))])
    follow(told, [("3s", ends("adversary")), ("1s", busy("adversary")), ("1m", commits("claim(1)", "claim(2)"))])
    follow(told, [("2s", commits("claim(1)", "claim(2)", "review(3)"), commit("builder", 3))])


def test_what_stood_there_before_is_history() -> None:
    """The first look pings for nothing; nor does another ref, or a rule that is new."""
    told = running(only(agents={"builder": LOOP, "adversary": LOOP}, handoff=HANDOFF))
    follow(told, [("1s", commits("claim(1)", "review(2)", "claim(3)"))])
    rules = (*HANDOFF.commits, CommitRule(prefix="note(", to="builder"))
    config = replace(told.world.config, handoff=replace(HANDOFF, commits=rules))
    follow(told, [("1s", reload(config)), ("1s", commits("claim(1)", "note(4)", "claim(5)"), commit("adversary", 5))])
    other = replace(config, handoff=replace(HANDOFF, ref="origin/other"))
    follow(told, [("1s", reload(other)), ("1s", commits("claim(6)", "review(7)", "claim(8)"))])


def test_a_rebase_pings_nobody_again() -> None:
    """After a rebase or a force-push the commits have other ids; they are the same all the same."""
    told = handing()
    follow(
        told,
        [
            ("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2)),
            ("2s", ends("adversary")),
            ("2s", commits("claim(1) rebased", "claim(2) rebased")),
            ("2s", commits()),
            ("2s", commits("claim(2) rebased", "claim(1)")),
            ("4s", idle("adversary")),
        ],
    )


def test_no_ping_is_lost_or_doubled_by_a_crash() -> None:
    """A daemon that comes back knows which commits were told of, and tells of those that came meanwhile."""
    told = handing()
    follow(told, [("2s", busy("adversary")), ("2s", commits("claim(1)", "claim(2)"))])
    told.crash()
    follow(
        told,
        [
            ("2s", commits("claim(1)", "claim(2)", "claim(3)")),
            ("2s", busy("adversary")),
            ("2s", idle("adversary")),
            ("2s", tick, commit("adversary", 2)),
            ("2s", ends("adversary")),
            ("2s", idle("adversary")),
            ("9s", idle("adversary")),
        ],
    )
    rung = told.world.agents["adversary"].record.bells
    assert [[int(sha[1:], 16) for sha in one.subject.split()] for one in rung] == [[2, 3]]


def test_no_ping_flood() -> None:
    """Commits that arrive while an agent is at work, or at once, are named together, each once, a few by each bell."""
    told = handing()
    follow(told, [("1s", busy("adversary")), ("1s", commits("claim(2)"))])
    told.happen("2s", commits(*(f"claim({number})" for number in range(30))))
    waiting = told.world.agents["adversary"].record.bells
    assert [len(one.subject.split()) for one in waiting] == [5, 5, 5, 5, 5, 4]
    named = sorted(int(sha[1:], 16) for one in waiting for sha in one.subject.split())
    assert named == [number for number in range(30) if number != 1]
    assert text_of(waiting[5]).startswith("[cotemp 6] 4 commits for you have arrived: git fetch, then git show a0")
    assert max(len(text_of(one)) for one in waiting) < 300


def test_a_bell_that_rings_names_no_more() -> None:
    """A commit that arrives while a bell is typed, or was, gets a bell of its own."""
    told = handing()
    follow(told, [("2s", commits("claim(2)"), commit("adversary", 2)), ("1s", commits("claim(2)", "claim(3)"))])
    told.happen("1s", ends("adversary", Outcome.UNCONFIRMED))
    told.happen("1s", commits("claim(2)", "claim(3)", "claim(4)"))
    subjects = [one.subject for one in told.world.agents["adversary"].record.bells]
    assert [[int(sha[1:], 16) for sha in subject.split()] for subject in subjects] == [[2], [3, 4]]


def test_a_history_that_was_written_anew() -> None:
    """Of hundreds of commits that arrive at once, the last hundred are told of."""
    told = handing()
    told.happen("2s", commits(*(f"claim({number})" for number in range(300))))
    waiting = told.world.agents["adversary"].record.bells
    assert [int(sha[1:], 16) for one in waiting for sha in one.subject.split()] == list(range(200, 300))
    assert told.told[-1].startswith("299 commits")


# --- when it is rung ---


def test_only_an_idle_agent_hears() -> None:
    """A bell waits while the agent works, and is rung a moment after its turn has ended."""
    told = handing()
    follow(
        told,
        [
            ("2s", busy("adversary")),
            ("2s", commits("claim(1)", "claim(2)")),
            ("10m", busy("adversary", screen="moves")),
            ("2s", idle("adversary")),
            ("1s", tick),
            ("1s", tick, commit("adversary", 2)),
        ],
    )


@pytest.mark.parametrize("composer", [Composer.DRAFT, Composer.COVERED, Composer.UNKNOWN])
def test_a_draft_is_never_touched(composer: Composer) -> None:
    """With something in its composer an agent gets no bell, and no restart for idling, however long."""
    told = handing()
    follow(told, [("2s", idle("adversary", composer=composer)), ("2s", commits("claim(1)", "claim(2)"))])
    for _ in range(50):
        assert told.happen("20m", idle("adversary", composer=composer)) == []
    assert told.next("adversary").rule == "draft"
    assert told.happen("2s", idle("adversary")) == [commit("adversary", 2)]


def test_one_bell_at_a_time() -> None:
    """Between two bells an agent is looked at again, and three seconds pass."""
    told = handing()
    follow(
        told,
        [
            ("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2)),
            ("2s", commits("claim(1)", "claim(2)", "claim(3)")),
            ("1s", ends("adversary")),
            ("2s", idle("adversary")),
            ("1s", tick, commit("adversary", 3)),
        ],
    )


def test_a_human_types() -> None:
    """For thirty seconds after a human's key nothing is typed into that terminal."""
    told = handing()
    typed = told.now.timestamp() + 2
    follow(
        told,
        [
            ("2s", idle("adversary", pane={"typed": typed})),
            ("2s", commits("claim(1)", "claim(2)")),
            ("27s", idle("adversary", pane={"typed": typed})),
            ("1s", tick, commit("adversary", 2)),
        ],
    )


def test_three_tries_and_then_unconfirmed() -> None:
    """What cannot be confirmed is tried three times, the screen being asked first, then told as unconfirmed."""
    told = handing()
    follow(
        told,
        [
            ("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2)),
            ("2s", ends("adversary", Outcome.UNCONFIRMED)),
            ("5s", idle("adversary"), commit("adversary", 2, again=True)),
            ("2s", ends("adversary", Outcome.FAILED)),
            ("4s", idle("adversary")),
            ("1s", tick, commit("adversary", 2, again=True)),
            ("2s", ends("adversary", Outcome.UNCONFIRMED)),
            ("1h", idle("adversary")),
        ],
    )
    assert told.world.agents["adversary"].record.bells[0].state is BellState.UNCONFIRMED
    assert "unconfirmed" in told.told[-1]


def test_not_now_costs_no_try() -> None:
    """A terminal that was not fit any more costs nothing but time."""
    told = handing()
    follow(told, [("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2))])
    for _ in range(8):
        follow(told, [("1s", ends("adversary", Outcome.NOT_NOW)), ("1s", idle("adversary"))])
        assert told.happen("5m", tick) == [commit("adversary", 2)]
    agent = told.world.agents["adversary"]
    assert (agent.record.bells[0].state, agent.record.bells[0].tries) == (BellState.RINGING, 0)
    assert agent.failures == 0


def test_a_crash_while_a_bell_rings() -> None:
    """Nobody knows whether Enter was pressed: the same bell is given out again, with the screen to be asked first."""
    told = handing()
    follow(told, [("2s", commits("claim(1)", "claim(2)"), commit("adversary", 2))])
    told.crash()
    follow(
        told,
        [
            ("2s", busy("adversary")),
            ("2s", idle("adversary", composer=Composer.DRAFT)),
            ("2s", tick, commit("adversary", 2, again=True)),
            ("1s", ends("adversary", Outcome.NOT_NOW)),
            ("5s", idle("adversary"), commit("adversary", 2, again=True)),
            ("1s", ends("adversary")),
            ("5s", ends("adversary")),
            ("5s", idle("adversary")),
        ],
    )


def test_a_first_prompt_that_must_be_typed() -> None:
    """A program that takes no prompt at its start gets it before everything else that waits."""
    told = play(only(), [("0s", notes("builder", "n1")), ("0s", up(), "answer 0")])
    follow(
        told,
        [
            ("1s", gone("builder"), "start builder"),
            ("2s", ends("builder", prompt="/upgrade-all")),
            ("2s", idle("builder")),
            ("2s", tick, ring("builder", "prompt", "/upgrade-all")),
            ("2s", ends("builder")),
            ("4s", idle("builder"), ring("builder", "notes", "1")),
        ],
    )


# --- inbox files, plans ---


def test_an_inbox_file_rings_when_it_appears() -> None:
    """Once when it appears, and again when its reader deleted it and it came back; not with every look."""
    told = running(only(handoff=HANDOFF))
    ping = ring("builder", "inbox", "BUILDER-INBOX.md")
    follow(
        told,
        [
            ("2s", files()),
            ("2s", files("BUILDER-INBOX.md"), ping),
            ("2s", ends("builder")),
            ("4s", idle("builder")),
            ("2s", files("BUILDER-INBOX.md")),
            ("2s", files()),
            ("2s", files("BUILDER-INBOX.md"), ping),
        ],
    )


def test_an_inbox_file_that_went_before_its_bell_rang() -> None:
    """Nobody is told of a file that is there no more; when it comes back, its reader is told once."""
    told = running(only(handoff=HANDOFF))
    ping = ring("builder", "inbox", "BUILDER-INBOX.md")
    follow(
        told,
        [
            ("2s", busy("builder")),
            ("2s", files("BUILDER-INBOX.md")),
            ("2s", files()),
            ("2s", idle("builder")),
            ("9s", idle("builder")),
            ("2s", busy("builder")),
            ("2s", files("BUILDER-INBOX.md")),
            ("2s", files()),
            ("2s", files("BUILDER-INBOX.md")),
            ("2s", idle("builder")),
            ("2s", tick, ping),
            ("2s", ends("builder")),
            ("4s", idle("builder")),
        ],
    )


def test_two_inbox_files() -> None:
    """When a second one appears, the first is not told of again."""
    told = running(only(handoff=HANDOFF))
    rows = [("2s", files("A.md"), ring("builder", "inbox", "A.md")), ("2s", ends("builder")), ("4s", idle("builder"))]
    follow(told, [*rows, ("2s", files("A.md", "B.md"), ring("builder", "inbox", "B.md")), ("2s", ends("builder"))])
    follow(told, [("4s", idle("builder")), ("2s", files("A.md")), ("9s", idle("builder"))])


def test_an_inbox_file_that_waits_for_the_daemon() -> None:
    """A message that lay there before the daemon came is told of; one that was told of before is not told again."""
    told = running(only(handoff=HANDOFF))
    follow(told, [("2s", files("BUILDER-INBOX.md"), ring("builder", "inbox", "BUILDER-INBOX.md"))])
    told.happen("1s", ends("builder"))
    told.crash()
    follow(told, [("2s", files("BUILDER-INBOX.md")), ("2s", idle("builder")), ("5s", idle("builder"))])


def test_a_plan_that_was_changed() -> None:
    """Those who work on it are told to read it again; the first look tells nobody, nor does one that starts later."""
    told = running(seed())
    follow(
        told,
        [
            ("2s", files(plans={"pvfix": "v1", "pvcheck": "v1"})),
            ("2s", busy("adversary")),
            (
                "2s",
                files(plans={"pvfix": "v2", "pvcheck": "v2"}),
                ring("builder", "plan", "plans/pvfix.md"),
            ),
            ("2s", ends("builder")),
            ("2s", files(plans={"pvfix": "v3", "pvcheck": "v2"})),
            ("2s", dead("adversary")),
            ("2s", tick, "start adversary pvfix"),
            ("2s", idle("builder"), ring("builder", "plan", "plans/pvfix.md")),
            ("2s", ends("adversary")),
            ("2s", idle("adversary")),
            ("9s", tick),
        ],
    )


def test_a_resumed_agent_has_read_the_old_plan() -> None:
    """A restart with the old conversation does not make it know the new plan."""
    told = running(seed(), sessions={"adversary": "ses"})
    follow(
        told,
        [
            ("2s", files(plans={"pvfix": "v1"})),
            ("2s", busy("adversary")),
            ("2s", files(plans={"pvfix": "v2"}), ring("builder", "plan", "plans/pvfix.md")),
            ("2s", dead("adversary")),
            ("2s", tick, "start adversary pvfix resume ses"),
            ("2s", ends("adversary")),
            ("2s", idle("adversary")),
            ("2s", tick, ring("adversary", "plan", "plans/pvfix.md")),
        ],
    )


# --- notes and DOs ---


def test_notes_ring_and_ring_again() -> None:
    """Unread for ten minutes while idle, it is rung again, three times at most; read notes ring no more."""
    told = running(only(CALM))
    ping = ring("builder", "notes", "1")
    follow(
        told,
        [
            ("2s", notes("builder", "n1"), ping),
            ("2s", ends("builder")),
            ("4s", idle("builder")),
            ("9m", idle("builder")),
            ("1m", tick, ping),
            ("2s", ends("builder")),
            ("10m", idle("builder"), ping),
            ("2s", ends("builder")),
            ("1d", idle("builder")),
            ("1s", notes("builder", "n1", "n2"), ring("builder", "notes", "2")),
            ("1s", ends("builder")),
            ("1s", notes("builder")),
            ("1d", idle("builder")),
        ],
    )


def test_new_notes_while_a_bell_waits() -> None:
    """They join it: one bell that says how many there are."""
    told = running(only())
    follow(
        told,
        [
            ("2s", busy("builder")),
            ("2s", notes("builder", "n1")),
            ("2s", notes("builder", "n1", "n2")),
            ("2s", notes("builder", "n1", "n2", "n3")),
            ("2s", idle("builder")),
            ("2s", tick, ring("builder", "notes", "3")),
            ("2s", ends("builder")),
            ("4s", idle("builder")),
        ],
    )


def test_notes_that_were_read_before_their_bell() -> None:
    """Nobody is told of notes that are gone."""
    told = running(only())
    rows = [("2s", busy("builder")), ("2s", notes("builder", "n1")), ("2s", notes("builder"))]
    follow(told, [*rows, ("2s", idle("builder")), ("9s", tick)])


def test_dos_that_nobody_runs() -> None:
    """An agent is told of DOs in its inbox that nobody runs, once."""
    told = running(only())
    follow(told, [("2s", notes("builder", dos=["DO_a.ps1", "DO_b.ps1"]), ring("builder", "dos", "2"))])
    follow(told, [("2s", ends("builder")), ("4s", idle("builder")), ("9m", idle("builder"))])


def test_notes_for_an_agent_that_is_down() -> None:
    """They wait, and ring when it is up again."""
    told = play(only(), [("2s", gone("builder")), ("2s", notes("builder", "n1"))])
    follow(told, [("2s", up(), "answer 0", "start builder")])
    follow(told, [("2s", ends("builder")), ("2s", idle("builder")), ("2s", tick, ring("builder", "notes", "1"))])


# --- wakes, nudges by hand ---


def test_bells_by_hand() -> None:
    """`wake` and `nudge` ring once for each time that they are asked for."""
    told = running(seed())
    follow(
        told,
        [
            (
                "2s",
                asked(What.WAKE, "orchestrator", request="a"),
                "answer 0",
                ring("orchestrator", "wake", "/p/wake.txt"),
            ),
            ("2s", ends("orchestrator")),
            ("4s", idle("orchestrator")),
            ("2s", asked(What.NUDGE, "builder", request="b"), "answer 0", ring("builder", "nudge")),
            ("2s", asked(What.NUDGE, "builder", request="b"), "answer 0"),
            ("2s", asked(What.NUDGE, "nobody"), "answer 4"),
        ],
    )
    assert told.next("builder").state is State.IDLE
