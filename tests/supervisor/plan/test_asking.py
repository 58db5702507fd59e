"""What people ask for: `plan` shows just what `up` does, each request is carried out once, refusals say what to do."""

from __future__ import annotations

from dataclasses import replace

from cotemp.agents.requests import What
from cotemp.agents.states import Composer, State
from cotemp.config import AgentConfig, Wake
from cotemp.supervisor.plan import changes
from cotemp.supervisor.plan.model import Answer, Outcome

from .happenings import asked, asks, busy, down, ends, gone, idle, reload, tick, up
from .stories import LOOP, Play, follow, only, play, running, seed

OPUS = {"builder": {"backend": "claude", "model": "opus"}}


def last_answer(told: Play) -> Answer:
    """What was answered last."""
    return next(one for one in reversed(told.given) if isinstance(one, Answer))


def test_plan_shows_what_up_does() -> None:
    """What differs is named, with before and after; `up` restarts just those."""
    told = running(only(agents={"builder": LOOP, "adversary": LOOP}), sessions={"builder": "ses"})
    found = changes(told.world, OPUS)
    assert [(one.agent, one.what, one.why) for one in found] == [
        ("builder", "restart", (("model", "", "opus"),)),
        ("adversary", "keep", ()),
    ]
    follow(told, [("1s", up(parts=OPUS), "answer 0", "restart builder resume ses")])
    assert last_answer(told).said == ("builder: restarts (model)", "adversary: stays as it is")


def test_what_is_not_running_is_started() -> None:
    """An agent that does not run is started, one that somebody else started is taken over, a stray is stopped."""
    told = play(seed(), [("0s", gone("builder")), ("0s", idle("adversary"))])
    found = {one.agent: one.what for one in changes(told.world, {})}
    assert found == {"builder": "start", "adversary": "take-over", "orchestrator": "start"}
    told = running(seed())
    config = replace(seed(), agents={"builder": LOOP})
    told.happen("1s", reload(config))
    assert {one.agent: one.what for one in changes(told.world, {})} == {
        "builder": "keep",
        "adversary": "stop",
        "orchestrator": "stop",
    }
    follow(told, [("1s", up("builder"), "answer 0"), ("1m", busy("adversary"))])
    follow(told, [("1s", up(), "answer 0", "stop adversary", "stop orchestrator")])


def test_tasks_and_services_wait_for_their_time() -> None:
    """`up` begins no task that has a wake, and no service that has one; it arms them."""
    agents = {
        "upgrader": AgentConfig(kind="task", backend="claude", prompt_text="/up", wake=Wake(every=9000.0)),
        "cleanlogs": AgentConfig(kind="service", argv=("x",), wake=Wake(every=9000.0)),
        "once": AgentConfig(kind="task", backend="claude", prompt_text="/once"),
    }
    told = play(only(agents=agents), [("0s", gone("upgrader")), ("0s", gone("cleanlogs")), ("0s", gone("once"))])
    whys = {one.agent: one.why[0][2] for one in changes(told.world, {})}
    assert whys == {"upgrader": "waits for its time", "cleanlogs": "waits for its time", "once": "running"}
    follow(told, [("1s", up(), "answer 0", "start once"), ("1s", up(), "answer 0")])
    follow(told, [("1s", asked(What.WAKE, "upgrader"), "answer 0", "start upgrader")])


def test_settings_alone_restart_nobody() -> None:
    """`reload` puts settings into force and says what the next `up` would do; nothing is restarted."""
    told = running(only())
    follow(
        told, [("1s", reload(only(replace(LOOP, model="opus")))), ("1s", asked(What.RELOAD, parts=OPUS), "answer 0")]
    )
    assert last_answer(told).said == ("the settings are in force", "builder: restart with the next cotemp up")
    follow(told, [("5m", busy("builder"))])


def test_up_drain() -> None:
    """`up --drain` restarts at the next empty prompt only."""
    told = running(only())
    follow(
        told,
        [
            ("1s", busy("builder")),
            ("1s", up(parts=OPUS, drain="yes"), "answer 0"),
            ("2h", busy("builder")),
            ("1s", idle("builder"), "restart builder"),
            ("1s", ends("builder")),
            ("1s", idle("builder")),
            ("1m", tick),
        ],
    )


def test_up_leaves_a_question_to_the_human() -> None:
    """An agent that asks a human is restarted when that is answered; the answer to `up` says so."""
    told = running(only())
    follow(told, [("1s", asks("builder")), ("1s", up(parts=OPUS), "answer 0"), ("1h", asks("builder"))])
    assert "when a human has answered" in last_answer(told).said[0]
    follow(told, [("1s", busy("builder"), "restart builder")])


def test_up_with_another_model() -> None:
    """The model that was asked for stays until the next `up`."""
    told = play(only(), [("0s", gone("builder")), ("1s", up(model="opus"), "answer 0", "start builder opus")])
    follow(told, [("1s", ends("builder")), ("1s", busy("builder"))])
    assert told.world.agents["builder"].record.model == "opus"
    follow(told, [("1s", up(parts={"builder": {"backend": "claude", "model": ""}}), "answer 0", "restart builder")])


def test_a_program_of_which_nobody_knows_how_it_was_started() -> None:
    """One that was taken over is not restarted for settings with which it cannot be compared."""
    told = running(only())
    agent = told.world.agents["builder"]
    assert agent.record.launched
    unknown = replace(agent, record=replace(agent.record, launched=replace(agent.record.launched, parts={})))
    told.world = replace(told.world, agents={"builder": unknown})
    assert [one.what for one in changes(told.world, OPUS)] == ["keep"]


def test_a_request_that_comes_twice() -> None:
    """It is answered with the same words, and nothing is done again."""
    told = play(only(), [("0s", gone("builder")), ("1s", up(request="r"), "answer 0", "start builder")])
    first = last_answer(told)
    follow(told, [("1s", up(request="r"), "answer 0")])
    assert last_answer(told) == first


def test_names_that_nobody_has() -> None:
    """A name that there is not is refused, and nothing else of the request is done."""
    told = running(only())
    for what in (What.UP, What.DOWN, What.WAKE, What.NUDGE, What.RESUME):
        assert told.happen("1s", asked(what, "builder", "bilder")) == ["answer 4"]
    assert last_answer(told).fix
    follow(
        told, [("1s", down("builder"), "answer 0", "stop builder"), ("1s", asked(What.NUDGE, "builder"), "answer 4")]
    )


def test_resume_ends_a_stop() -> None:
    """What was stopped on purpose is started again by `resume`, which says what it ended."""
    told = follow(running(only()), [("1s", down(), "answer 0", "stop builder"), ("1s", ends("builder"))])
    follow(told, [("1s", gone("builder")), ("1s", asked(What.RESUME, "builder"), "answer 0", "start builder")])
    assert last_answer(told).said == ("builder: ended: stop",)
    assert told.next("builder").state is State.STARTING


def test_an_agent_that_left_the_settings() -> None:
    """It runs on, is healed by nobody, and cannot be resumed."""
    told = follow(running(seed()), [("1s", reload(only()))])
    follow(
        told, [("1h", gone("orchestrator"), "ring builder nudge"), ("1s", asked(What.RESUME, "adversary"), "answer 4")]
    )
    assert "agents.toml" in told.next("adversary").why
    assert told.next("orchestrator").state is State.STOPPED


def test_the_answer_to_a_nudge_says_when_it_is_heard() -> None:
    """Whoever nudges an agent with a draft on its line, or that works, learns that it is told later, and why."""
    told = running(only())
    follow(told, [("1s", idle("builder", composer=Composer.DRAFT)), ("1s", asked(What.NUDGE, "builder"), "answer 0")])
    assert "(now: a draft stands in its composer" in last_answer(told).said[0]
    follow(told, [("1s", busy("builder")), ("1s", asked(What.NUDGE, "builder"), "answer 0")])
    assert "(now: it is busy)" in last_answer(told).said[0]
    told = running(only())
    follow(told, [("9s", asked(What.NUDGE, "builder"), "answer 0", "ring builder nudge")])
    assert last_answer(told).said == ("builder: is told now",)


def test_a_remark_about_a_start_lasts_as_long_as_that() -> None:
    """ "Started afresh" is told until it is started again, "could not be started" until it could."""
    told = running(only(), sessions={"builder": "ses"})
    follow(told, [("1s", gone("builder")), ("5s", gone("builder"), "start builder resume ses")])
    follow(told, [("1s", ends("builder", Outcome.STALE_ID)), ("1s", gone("builder"), "start builder")])
    follow(told, [("1s", ends("builder", session="new"))])
    assert "afresh" in told.world.agents["builder"].record.remark
    follow(
        told, [("1h", idle("builder")), ("1s", gone("builder")), ("5s", gone("builder"), "start builder resume new")]
    )
    follow(told, [("1s", ends("builder", Outcome.FAILED)), ("1s", gone("builder"))])
    assert "could not be started" in told.world.agents["builder"].record.remark
    follow(told, [("1m", gone("builder"), "start builder resume new"), ("1s", ends("builder"))])
    assert told.world.agents["builder"].record.remark == ""


def test_what_cannot_be_done_is_refused() -> None:
    """No task for a service, no wake for a task that has none, no `up` for an agent that the settings have no more."""
    agents = {"assistant": AgentConfig(kind="task", backend="claude"), "logs": AgentConfig(kind="service", argv=("x",))}
    told = play(only(agents=agents), [("0s", gone("assistant")), ("0s", gone("logs"))])
    assert [one.why[0][2] for one in changes(told.world, {})] == ["waits for a task", "running"]
    follow(told, [("1s", up("logs", task="/t.md"), "answer 2")])
    follow(told, [("1s", up("assistant"), "answer 0"), ("1s", asked(What.WAKE, "assistant"), "answer 2")])
    assert told.next("assistant").why == "it waits for: cotemp up assistant --task FILE"
    follow(told, [("1s", reload(only())), ("1s", up("assistant"), "answer 4")])
