"""Programs that have died, hang, or only start: what is done about them, and what is not."""

from __future__ import annotations

from dataclasses import replace

from cotemp.agents.record import BellState
from cotemp.agents.requests import What
from cotemp.agents.states import Problem, State
from cotemp.config.settings import Restarts, Watch
from cotemp.supervisor.plan.model import Outcome

from .happenings import (
    asked,
    asks,
    busy,
    commits,
    dead,
    down,
    ends,
    gone,
    idle,
    looks,
    seems_dead,
    statuses,
    stop_file,
    tick,
    troubled,
    unclear,
    up,
)
from .stories import LOOP, follow, only, play, running, seed


def test_up_starts_what_is_not_running() -> None:
    """`up` starts each agent once, in the first phase, and takes no notice of being asked again."""
    told = play(
        seed(),
        [
            ("0s", up(request="r1"), "answer 0"),
            ("1s", up(request="r1"), "answer 0"),
            ("1s", gone("builder"), "start builder pvfix"),
            ("0s", gone("adversary"), "start adversary pvfix"),
            ("0s", gone("orchestrator"), "start orchestrator"),
            ("2s", gone("builder")),
            ("2s", ends("builder", session="ses-1")),
            ("2s", busy("builder")),
            ("10m", tick),
        ],
    )
    assert told.world.agents["builder"].record.resume == {"pvfix": "ses-1"}
    assert told.next("builder").state is State.BUSY


def test_a_program_that_died_comes_back() -> None:
    """A dead program is started again after two seconds, with the very conversation that it had."""
    follow(
        running(only(), sessions={"builder": "ses-1"}),
        [
            ("2s", dead("builder")),
            ("1s", tick),
            ("1s", tick, "start builder resume ses-1"),
            ("2s", dead("builder")),
            ("2s", ends("builder")),
            ("2s", idle("builder")),
            ("5m", tick),
        ],
    )


def test_a_terminal_that_flickers_is_not_gone() -> None:
    """One look that finds no terminal, between two that do, leads to nothing."""
    follow(running(only()), [("2s", gone("builder")), ("1s", tick), ("1s", idle("builder")), ("1m", tick)])


def test_a_terminal_that_is_gone_is_made_again() -> None:
    """A terminal that two looks did not find is gone."""
    follow(running(only()), [("2s", gone("builder")), ("2s", gone("builder"), "start builder")])


def test_no_false_zombie() -> None:
    """A program that only looks dead for a moment, while its terminal lives, is left alone."""
    told = running(only())
    follow(told, [("2s", seems_dead("builder")), ("2s", seems_dead("builder")), ("2s", busy("builder")), ("1m", tick)])
    follow(told, [("2s", unclear("builder")), ("2h", unclear("builder")), ("1d", unclear("builder"))])
    assert told.next("builder").state is State.UNKNOWN


def test_a_shell_that_a_program_left_behind() -> None:
    """Where the program has been gone for long and its terminal lives, the terminal is replaced."""
    rows = [("2s", seems_dead("builder")), ("2s", seems_dead("builder")), ("2s", seems_dead("builder"))]
    told = follow(running(only()), rows)
    assert told.happen("2s", seems_dead("builder")) == ["restart builder"]


def test_restarts_come_ever_later_and_end() -> None:
    """Each restart waits twice as long; after three in ten minutes it is quarantined, told once, and left alone."""
    told = running(only())
    for wait in ("2s", "4s", "8s"):
        rows = [("2s", dead("builder")), (wait, tick, "start builder"), ("1s", ends("builder"))]
        follow(told, [*rows, ("1s", idle("builder"))])
    follow(
        told,
        [
            ("2s", dead("builder"), "notify cotemp: builder is quarantined"),
            ("1h", dead("builder")),
            ("1d", tick),
        ],
    )
    assert told.next("builder").state is State.QUARANTINED
    told.crash()
    follow(told, [("2s", gone("builder")), ("2s", gone("builder")), ("1h", tick)])
    follow(told, [("1s", asked(What.RESUME, "builder"), "answer 0", "start builder")])


def test_no_restart_storm() -> None:
    """However often it dies in a day, it is restarted at most as often as its budget says."""
    told = running(only(replace(LOOP, restarts=Restarts(max=1000, within=600.0))))
    starts = 0
    for _ in range(2000):
        starts += len(told.happen("10s", dead("builder")))
        if told.world.agents["builder"].doing:
            told.happen("1s", ends("builder"))
            told.happen("1s", dead("builder"))
    assert starts < 60


def test_a_start_that_fails_again_and_again() -> None:
    """An agent that cannot even be started is quarantined, not tried for ever."""
    told = play(only(), [("0s", up(), "answer 0"), ("1s", gone("builder"), "start builder")])
    follow(
        told,
        [
            ("1s", ends("builder", Outcome.FAILED)),
            ("1s", gone("builder")),
            ("5s", tick, "start builder"),
            ("1s", ends("builder", Outcome.FAILED)),
            ("1s", gone("builder")),
            ("10s", tick, "start builder"),
            ("1s", ends("builder", Outcome.FAILED), "notify cotemp: builder is quarantined"),
            ("1s", gone("builder")),
            ("1d", gone("builder")),
        ],
    )


def test_nothing_is_heard_of_a_start() -> None:
    """A start of which nothing is heard for three minutes counts as failed; what it told later still counts."""
    told = running(only())
    follow(told, [("2s", dead("builder")), ("2s", tick, "start builder"), ("2m", tick), ("1m", tick)])
    assert told.world.agents["builder"].doing is None
    follow(told, [("1s", ends("builder", session="late")), ("1s", idle("builder")), ("1m", tick)])
    assert told.world.agents["builder"].record.resume == {"": "late"}


def test_a_wedged_program() -> None:
    """A program that is busy while nothing changes on its screen for ten minutes is restarted, after one more look."""
    follow(
        running(only(), sessions={"builder": "ses-1"}),
        [
            ("0s", busy("builder", screen="same")),
            ("5m", busy("builder", screen="same")),
            ("10m", tick),
            ("1s", busy("builder", screen="same"), "restart builder resume ses-1"),
        ],
    )


def test_a_program_that_works_for_hours() -> None:
    """Work that shows on the screen is never taken for a hang."""
    told = running(only())
    for minute in range(300):
        assert told.happen("1m", busy("builder", screen=str(minute))) == []


def test_a_wedge_is_not_healed_under_a_human_s_hands() -> None:
    """While a human types in its terminal, or scrolls there, nothing is done to it."""
    told = follow(running(only()), [("0s", busy("builder", screen="same"))])
    for _ in range(20):
        typed = told.now.timestamp() + 50
        assert told.happen("1m", busy("builder", screen="same", pane={"typed": typed})) == []
    assert told.happen("1m", busy("builder", screen="same", pane={"in_mode": True})) == []
    assert told.next("builder").rule == "in use"
    assert told.happen("1m", busy("builder", screen="same", pane={"typed": typed})) == ["restart builder"]


def test_a_daemon_that_comes_back_knows_how_long_nothing_moved() -> None:
    """What has printed nothing since long before the daemon came back, was still since then."""
    told = running(only())
    told.happen("1m", busy("builder", screen="same"))
    output = told.now.timestamp()
    told.crash()
    assert told.happen("15m", busy("builder", screen="same", pane={"output": output})) == ["restart builder"]


def test_heal_false() -> None:
    """An agent that is not to be healed is shown as dead, and left alone."""
    told = running(only(replace(LOOP, watch=Watch(heal=False))))
    follow(told, [("2s", dead("builder")), ("1h", dead("builder")), ("1h", busy("builder", screen="same"))])
    assert told.happen("1h", busy("builder", screen="same")) == []


def test_an_agent_that_asks_a_human() -> None:
    """A question stays a human's, whatever else is due: bells, a new phase, hours."""
    told = running(only(phases=seed().phases, handoff=seed().handoff))
    follow(
        told,
        [
            ("2s", asks("builder")),
            ("1s", commits()),
            ("1s", commits("review(1)")),
            ("10h", asks("builder")),
            ("1s", statuses(pvfix="done")),
            ("1s", asked(What.NUDGE, "builder"), "answer 0"),
        ],
    )
    assert told.happen("1s", asks("builder")) == []
    assert told.next("builder").state is State.BLOCKED


def test_a_login_that_is_gone() -> None:
    """What no restart mends is told once and never restarted, not even when the program ends."""
    told = running(only())
    follow(
        told,
        [
            ("2s", troubled("builder", Problem.LOGIN), "notify cotemp: builder needs you"),
            ("2s", troubled("builder", Problem.LOGIN)),
            ("2s", dead("builder")),
            ("1d", dead("builder")),
            ("2s", asked(What.RESUME, "builder"), "answer 0", "start builder"),
        ],
    )


def test_a_login_that_a_human_renewed() -> None:
    """When the program works again, it is looked after again."""
    told = follow(running(only()), [("2s", troubled("builder", Problem.LOGIN), "notify cotemp: builder needs you")])
    follow(told, [("2s", idle("builder"))])
    assert told.world.agents["builder"].record.problem is None
    assert told.next("builder").action == "nudge"


def test_resume_after_a_trouble_that_still_shows() -> None:
    """A program that shows its old trouble until it tries again is told to try; only then is it believed."""
    no_login = looks("builder", State.IDLE, problem=Problem.LOGIN)
    told = follow(running(only()), [("2s", no_login, "notify cotemp: builder needs you"), ("1h", no_login)])
    follow(told, [("1s", asked(What.RESUME, "builder"), "answer 0", "ring builder nudge"), ("1s", no_login)])
    follow(told, [("1s", ends("builder")), ("2s", busy("builder")), ("20s", idle("builder"))])
    assert told.world.agents["builder"].record.problem is None
    follow(told, [("2s", no_login, "notify cotemp: builder needs you")])
    assert told.next("builder").rule == "problem"


def test_a_session_id_that_is_stale() -> None:
    """An id that the program does not know leads to one fresh start, and to a remark that says so."""
    told = follow(
        running(only(), sessions={"builder": "old"}),
        [
            ("2s", dead("builder")),
            ("2s", tick, "start builder resume old"),
            ("2s", ends("builder", Outcome.STALE_ID)),
            ("2s", gone("builder"), "start builder"),
            ("2s", ends("builder", session="new")),
            ("2s", busy("builder")),
        ],
    )
    record = told.world.agents["builder"].record
    assert record.resume == {"": "new"}
    assert "started afresh" in record.remark
    assert len(record.restarts) == 1


def test_ids_are_taken_from_what_the_program_tells() -> None:
    """The id that a reading names is the one that is resumed, not an older one."""
    told = running(only(), sessions={"builder": "old"})
    follow(
        told,
        [
            ("2s", idle("builder", session_id="newer")),
            ("2s", dead("builder")),
            ("2s", tick, "start builder resume newer"),
        ],
    )


def test_down_is_on_purpose() -> None:
    """What was stopped on purpose is ended gently and healed by nobody; a crash of the daemon changes nothing."""
    told = follow(
        running(only()),
        [
            ("2s", down("builder"), "answer 0", "stop builder"),
            ("2s", ends("builder")),
            ("2s", gone("builder")),
            ("1h", gone("builder")),
        ],
    )
    assert told.next("builder").state is State.STOPPED
    told.crash()
    follow(told, [("2s", gone("builder")), ("1d", gone("builder"))])
    follow(told, [("2s", up("builder"), "answer 0", "start builder")])


def test_down_clears_a_dead_terminal_away() -> None:
    """The terminal of a program that had died before `down` goes, too, once."""
    follow(
        running(only()),
        [
            ("2s", dead("builder")),
            ("0s", down("builder"), "answer 0", "kill builder"),
            ("2s", ends("builder")),
            ("2s", gone("builder")),
        ],
    )


def test_a_program_that_does_not_leave() -> None:
    """An end that failed is tried again, then by force."""
    follow(
        running(only()),
        [
            ("2s", down("builder"), "answer 0", "stop builder"),
            ("5s", ends("builder", Outcome.FAILED)),
            ("2s", busy("builder")),
            ("5s", busy("builder"), "kill builder"),
        ],
    )


def test_a_stop_of_everything() -> None:
    """The file STOP ends every program at once, by force; nothing starts until it is gone and `resume` was said."""
    told = running(only())
    follow(
        told,
        [
            ("2s", stop_file(there=True), "kill builder"),
            ("1s", ends("builder")),
            ("2s", gone("builder")),
            ("1h", gone("builder")),
            ("1s", up("builder"), "answer 5"),
        ],
    )
    assert told.next("builder").state is State.STOPPED
    follow(told, [("1s", asked(What.RESUME), "unmark stopped", "answer 0", "start builder")])


def test_a_stop_of_everything_waits_for_nothing() -> None:
    """Not even for a bell that is being rung."""
    told = follow(running(only()), [("2s", asked(What.NUDGE, "builder"), "answer 0", "ring builder nudge")])
    follow(told, [("1s", asked(What.STOP_ALL), "mark stopped", "answer 0", "kill builder"), ("1s", tick)])
    assert told.world.agents["builder"].record.bells[0].state is BellState.RINGING


def test_a_program_that_somebody_else_started() -> None:
    """What runs and was never asked for is left alone; `up` takes it over without a restart."""
    told = play(only(), [("2s", idle("builder")), ("1m", idle("builder"))])
    assert "takes it over" in told.next("builder").why
    follow(told, [("1s", up("builder"), "answer 0"), ("2s", idle("builder")), ("2s", dead("builder"))])
    assert told.happen("2s", tick) == ["start builder"]


def test_starting_takes_its_time() -> None:
    """For a minute after its start nothing is expected of a program."""
    told = play(only(), [("0s", up(), "answer 0"), ("1s", gone("builder"), "start builder"), ("1s", ends("builder"))])
    follow(told, [("1s", unclear("builder"))])
    assert told.next("builder").state is State.STARTING
    follow(told, [("1s", looks("builder", State.STARTING)), ("2m", unclear("builder"))])
    assert told.next("builder").state is State.UNKNOWN
