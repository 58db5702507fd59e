"""The sequence of phases: it goes on exactly once for each `## DONE`, ends once, and goes on again when asked."""

from __future__ import annotations

from dataclasses import replace

from cotemp.agents.requests import What
from cotemp.agents.sequence import Ending
from cotemp.agents.states import Composer, State
from cotemp.config import Phase
from cotemp.supervisor.plan.model import Journal, MarkComplete, Notify, Outcome

from .happenings import (
    asked,
    asks,
    busy,
    dead,
    ends,
    gone,
    idle,
    performed,
    reload,
    statuses,
    tick,
    up,
)
from .stories import HANDOFF, LOOP, Play, follow, only, play, running, seed

DONE = statuses(pvfix="done")
BOTH_DONE = statuses(pvfix="done", pvcheck="done")
WITH_JOURNAL = seed(handoff=replace(HANDOFF, journal="JOURNAL.md"))


def begun(phase: str = "pvfix") -> Play:
    """The seeds' world, idle in a phase."""
    return running(WITH_JOURNAL, phase=phase)


def test_done_moves_both_loops_to_the_next_phase() -> None:
    """A `## DONE` at the ref restarts each loop into the next phase, afresh, as soon as its turn has ended."""
    told = begun()
    follow(
        told,
        [
            ("2s", busy("builder")),
            ("2s", DONE, "restart adversary pvcheck"),
            ("2s", ends("adversary")),
            ("2s", DONE),
            ("1m", busy("builder")),
            ("2s", idle("builder"), "restart builder pvcheck"),
            ("2s", ends("builder")),
            ("2s", busy("builder")),
            ("5m", DONE),
        ],
    )
    assert told.world.sequence.phase == "pvcheck"
    assert told.world.sequence.done == ("pvfix",)


def test_a_busy_loop_may_end_its_turn() -> None:
    """Five minutes after the phase changed, an agent that still works is restarted all the same."""
    told = begun()
    follow(
        told,
        [
            ("2s", busy("builder")),
            ("2s", DONE, "restart adversary pvcheck"),
            ("4m", busy("builder")),
            ("1m", tick, "restart builder pvcheck"),
        ],
    )


def test_no_double_advance() -> None:
    """However the file flickers, each phase is left once."""
    told = begun()
    for rows in ([DONE, statuses(pvfix="going"), statuses(), DONE] * 3, [statuses(pvfix=("done", "other blob"))]):
        for event in rows:
            told.happen("1s", event)
    assert told.world.sequence.phase == "pvcheck"
    assert [one for one in told.told if "is done" in one] == ["phase pvfix is done; pvcheck begins"]


def test_a_crash_during_a_change_of_phase() -> None:
    """Whoever comes back finds each agent either in the old phase, and moves it, or in the new one."""
    told = begun()
    follow(told, [("2s", DONE, "restart builder pvcheck", "restart adversary pvcheck"), ("2s", ends("adversary"))])
    told.crash()
    follow(
        told,
        [
            ("2s", DONE),
            ("2s", idle("adversary")),
            ("2s", idle("builder"), "restart builder pvcheck"),
            ("2s", ends("builder")),
            ("2s", idle("builder")),
            ("9s", DONE),
        ],
    )
    assert told.world.sequence.done == ("pvfix",)


def test_a_draft_or_a_question_in_the_way() -> None:
    """A question keeps its agent in the old phase; a draft does so for five minutes."""
    told = begun()
    follow(told, [("2s", asks("builder")), ("0s", idle("adversary", composer=Composer.DRAFT)), ("2s", DONE)])
    follow(told, [("4m", asks("builder")), ("1m", tick, "restart adversary pvcheck"), ("9m", asks("builder"))])
    assert told.next("builder").state is State.BLOCKED


def end(told: Play) -> Play:
    """Both phases are done; everything that comes once after the last one is done, too."""
    return follow(
        told,
        [
            ("2s", statuses(pvcheck="done")),
            ("2s", tick, "stop builder", "stop adversary"),
            ("1s", ends("builder"), "MarkComplete"),
            ("1s", ends("adversary")),
            ("2s", gone("builder")),
            ("0s", gone("adversary")),
            ("1s", performed(MarkComplete), "ring orchestrator last-wake /p/wake.txt"),
            ("1s", ends("orchestrator"), "Journal"),
            ("1s", performed(Journal), "notify cotemp: all phases are done"),
            ("1s", performed(Notify)),
        ],
    )


def test_after_the_last_phase() -> None:
    """The loops are stopped, SEQUENCE-COMPLETE is written, one last wake, the journal, a notification: once, and then
    there is silence; the orchestrator is still healed, and not woken any more."""
    told = end(begun("pvcheck"))
    assert told.world.sequence.complete
    assert told.world.sequence.complete.endings == tuple(Ending)
    lines = len(told.told)
    for _ in range(200):
        assert told.happen("5m", idle("orchestrator")) == []
    assert len(told.told) == lines
    follow(told, [("2s", dead("orchestrator")), ("2s", tick, "start orchestrator")])
    assert told.next("builder").state is State.DONE


def test_a_part_of_the_end_that_fails() -> None:
    """What could not be written is tried again after five minutes; a notification that cannot be shown is not."""
    follow(
        begun("pvcheck"),
        [
            ("2s", statuses(pvcheck="done")),
            ("2s", tick, "stop builder", "stop adversary"),
            ("2s", tick, "MarkComplete"),
            ("2s", performed(MarkComplete, Outcome.FAILED)),
            ("4m", tick),
            ("1m", tick, "MarkComplete"),
            ("2s", performed(MarkComplete), "ring orchestrator last-wake /p/wake.txt"),
            ("2s", tick, "Journal"),
            ("2s", performed(Journal), "notify cotemp: all phases are done"),
            ("2s", performed(Notify, Outcome.FAILED)),
            ("1m", tick),
        ],
    )


def test_an_appended_phase_revives_a_finished_sequence() -> None:
    """`phase add` lets the loops start again, in the new phase, and the orchestrator is woken again."""
    told = end(begun("pvcheck"))
    follow(
        told,
        [
            ("1d", idle("orchestrator")),
            (
                "2s",
                asked(What.PHASE, do="add", id="cf48", plan="plans/cf48.md"),
                "answer 0",
                "start builder cf48",
                "start adversary cf48",
                "ring orchestrator wake /p/wake.txt",
            ),
            ("2s", ends("builder")),
            ("0s", ends("adversary")),
            ("2s", busy("builder")),
            ("0s", busy("adversary")),
            ("1m", tick),
        ],
    )
    assert told.world.sequence.complete is None
    told.happen("2s", statuses(pvcheck="done", cf48="done"))
    told.happen("2s", tick)
    assert told.world.sequence.done == ("pvcheck", "cf48")


def test_a_phase_appended_in_the_settings_revives_it_too() -> None:
    """So does one more `[[phases]]` after `reload`."""
    told = end(begun("pvcheck"))
    config = replace(WITH_JOURNAL, phases=(*WITH_JOURNAL.phases, Phase(id="ghost", plan="plans/ghost.md")))
    follow(told, [("2s", reload(config), "start builder ghost", "start adversary ghost")])


def test_a_phase_that_was_done_long_ago_is_passed() -> None:
    """Where the next phase's file says DONE as well, the sequence goes on at once."""
    told = begun()
    follow(told, [("2s", BOTH_DONE, "restart builder pvcheck", "restart adversary pvcheck")])
    told.happen("2s", tick)
    assert told.world.sequence.complete


def test_a_phase_that_a_human_set() -> None:
    """A `## DONE` that stood in its file then does not count; one that is written afterwards does."""
    told = begun("pvcheck")
    told.happen("1s", statuses(pvfix=("done", "old")))
    follow(told, [("2s", asked(What.PHASE, do="back"), "answer 0", "restart builder pvfix", "restart adversary pvfix")])
    follow(told, [("2s", ends("builder")), ("2s", ends("adversary")), ("2s", statuses(pvfix=("done", "old")))])
    assert told.world.sequence.phase == "pvfix"
    told.happen("2s", statuses(pvfix=("done", "new")))
    assert told.world.sequence.phase == "pvcheck"


def test_requests_about_phases() -> None:
    """`set`, `next`, `back` and `add` do what they say once, and refuse what makes no sense."""
    told = play(
        seed(), [("0s", up("orchestrator"), "answer 0"), ("1s", asked(What.PHASE, do="set", id="no"), "answer 4")]
    )
    follow(
        told,
        [
            ("1s", asked(What.PHASE, do="back"), "answer 2"),
            ("1s", asked(What.PHASE, do="next"), "answer 0"),
            ("1s", asked(What.PHASE, do="add", id="", plan="x"), "answer 2"),
            ("1s", asked(What.PHASE, do="add", id="pvfix", plan="x"), "answer 2"),
            ("1s", asked(What.PHASE, do="sideways"), "answer 2"),
            ("1s", asked(What.PHASE, do="add", id="cf48", plan="x"), "answer 0"),
            ("1s", asked(What.PHASE, do="add", id="cf48", plan="x"), "answer 0"),
        ],
    )


def test_next_twice_by_one_request_moves_once() -> None:
    """A request that is found again after a crash moves the sequence no further."""
    told = running(seed(phases=tuple(Phase(id=one, plan="p.md") for one in "abc")))
    told.happen("1s", asked(What.PHASE, request="same", do="next"))
    told.crash()
    told.happen("1s", asked(What.PHASE, request="same", do="next"))
    assert told.world.sequence.phase == "b"
    told.happen("1s", asked(What.PHASE, request="other", do="next"))
    assert told.world.sequence.phase == "c"


def test_the_current_phase_is_gone() -> None:
    """When somebody takes the current phase out of the settings, nothing moves, and that is told once."""
    told = begun()
    config = replace(WITH_JOURNAL, phases=WITH_JOURNAL.phases[1:])
    rows = [("2s", reload(config)), ("2s", BOTH_DONE), ("1m", tick), ("1m", idle("builder"))]
    follow(told, rows)
    assert sum("is in agents.toml no more" in line for line in told.told) == 1
    assert told.happen("2s", asked(What.PHASE, do="next")) == ["answer 2"]
    assert told.happen("2s", asked(What.PHASE, do="set", id="pvcheck"))[0] == "answer 0"


def test_without_phases_nothing_is_sequenced() -> None:
    """Loops without phases are started and healed all the same."""
    told = running(only(LOOP))
    follow(told, [("2s", statuses(pvfix="done")), ("2s", tick), ("2s", dead("builder")), ("2s", tick, "start builder")])
    assert told.world.sequence.phase is None


def test_what_is_seen_while_the_next_phase_begins_is_none_of_the_old_one() -> None:
    """Each phase has a conversation of its own, also when the new program is seen before its start has ended."""
    told = running(only(phases=(Phase(id="one", plan="1"), Phase(id="two", plan="2"))), sessions={"builder": "of-one"})
    follow(told, [("1s", asked(What.PHASE, do="next"), "answer 0", "restart builder two")])
    follow(told, [("1s", busy("builder", session_id="of-two"))])
    follow(told, [("1s", ends("builder", session="of-two"))])
    assert told.world.agents["builder"].record.resume == {"one": "of-one", "two": "of-two"}


def test_a_phase_with_another_program_begins_a_conversation_of_its_own() -> None:
    """The id of one program is never given to another: not in another phase, not after the settings have changed."""
    old = only(phases=(Phase(id="one", plan="1"),))
    told = running(old, sessions={"builder": "of-claude"})
    follow(told, [("1s", reload(replace(old, phases=(Phase(id="one", plan="1", backends={"builder": "codex"}),))))])
    follow(told, [("1s", up(parts={"builder": {"backend": "codex"}}), "answer 0", "restart builder one")])
