"""Usage limits: one window per account, whoever meets it; nothing is done until it is over, and then only once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cotemp.agents.requests import What
from cotemp.agents.states import Composer, State
from cotemp.config import AgentConfig, BackendConfig
from cotemp.supervisor.plan import limited_until

from .happenings import (
    asked,
    busy,
    commits,
    dead,
    down,
    edited_limits,
    ends,
    gone,
    idle,
    limited,
    statuses,
    tick,
)
from .stories import HANDOFF, LOOP, follow, only, running, seed

TWO = only(agents={"builder": LOOP, "adversary": LOOP}, handoff=HANDOFF)


def test_two_agents_on_one_account() -> None:
    """The second one that meets the limit opens no second window; when it is over one tries, then the other goes on."""
    told = running(TWO)
    follow(
        told,
        [
            ("2s", limited("builder", "1h")),
            ("2s", limited("adversary", "1h")),
            ("1s", commits()),
            ("1s", commits("claim(1)")),
            ("30m", limited("builder", "30m")),
            ("30m", idle("adversary")),
            ("1m", limited("builder", "1s")),
            ("29s", tick, "ring builder resume"),
            ("2s", ends("builder")),
            ("5s", busy("builder")),
            ("30s", busy("builder")),
            ("30s", tick, "ring adversary resume"),
            ("2s", ends("adversary")),
            ("5s", busy("adversary")),
            ("1m", idle("adversary")),
            ("2s", tick, "ring adversary commit a00000000000000000000000"),
            ("2h", busy("builder", screen="moves")),
        ],
    )
    assert told.world.limits == {}


def test_parked_means_left_alone() -> None:
    """While a window is open nobody on its account is nudged, rung or moved to another phase."""
    told = running(seed())
    follow(
        told,
        [
            ("2s", limited("builder", "50m")),
            ("2s", statuses(pvfix="done")),
            ("2s", asked(What.NUDGE, "adversary"), "answer 0"),
            ("40m", idle("adversary")),
            ("2m", limited("builder", "8m")),
        ],
    )
    following = told.next("builder")
    assert (following.state, following.action) == (State.LIMITED, "resume")
    assert limited_until(told.world, "adversary") == following.at
    assert limited_until(told.world, "orchestrator") is None


def test_the_window_survives_a_crash() -> None:
    """A daemon that comes back neither forgets the window nor opens another one."""
    told = running(only())
    follow(told, [("2s", limited("builder", "1h"))])
    before = told.world.limits
    told.crash()
    follow(told, [("2s", limited("builder", "50m")), ("30m", tick)])
    assert told.world.limits == before
    follow(told, [("40m", limited("builder"), "ring builder resume")])


def test_who_died_meanwhile_is_started_afterwards() -> None:
    """A program that ends while it is parked is started, with its conversation, when the window is over; that costs
    nothing of its budget."""
    told = running(only(), sessions={"builder": "ses"})
    follow(
        told,
        [
            ("2s", limited("builder", "1h")),
            ("2s", dead("builder")),
            ("1h", tick),
            ("90s", tick, "start builder resume ses"),
            ("2s", ends("builder")),
            ("2s", idle("builder")),
            ("2s", tick, "ring builder resume"),
        ],
    )
    assert told.world.agents["builder"].record.restarts == ()


def test_limited_again() -> None:
    """When the one that tries meets the limit again, the window is open until the new end."""
    told = running(TWO)
    follow(
        told,
        [
            ("2s", limited("builder", "1h")),
            ("2s", limited("adversary", "1h")),
            ("1h", tick),
            ("90s", tick, "ring builder resume"),
            ("2s", ends("builder")),
            ("2s", busy("builder")),
            ("10s", limited("builder", "2h")),
            ("30s", limited("builder", "2h")),
            ("2h", tick),
        ],
    )
    told.happen("2m", tick)
    assert sum("resume" in str(one) for one in told.given) == 2


def test_a_window_without_an_end() -> None:
    """Without a time it is tried after 15 minutes, then after ever longer ones, five hours at most."""
    told = running(only())
    told.happen("1s", limited("builder"))
    waits = []
    for _ in range(8):
        begun = told.now
        while not told.world.agents["builder"].doing:
            told.happen("1m", limited("builder"))
        waits.append((told.now - begun) / timedelta(minutes=1))
        told.happen("1s", ends("builder"))
        told.happen("31s", limited("builder"))
    assert waits[:3] == [15, 30, 60]
    assert max(waits) <= 301


def test_no_limit_of_200_years() -> None:
    """An end that no window has is not believed."""
    told = running(only())
    follow(
        told, [("2s", limited("builder", "73000d")), ("14m", tick), ("1m", limited("builder"), "ring builder resume")]
    )


def test_an_end_that_has_passed() -> None:
    """A window that is over already, by its own words, is tried soon."""
    told = running(only())
    follow(told, [("2s", limited("builder", "0s")), ("1m", tick), ("30s", limited("builder"), "ring builder resume")])


def test_a_program_that_goes_on_by_itself() -> None:
    """Nothing is typed to it, not even afterwards; its next try is waited for."""
    told = running(only(replace(LOOP, backend="opencode")))
    for _ in range(10):
        follow(told, [("2s", limited("builder", "3s", alone=True)), ("3s", limited("builder", "6s", alone=True))])
    follow(told, [("2s", busy("builder")), ("1m", busy("builder")), ("1m", idle("builder")), ("1m", idle("builder"))])
    assert told.world.agents["builder"].record.bells == ()
    opened, closed = [line for line in told.told if "limit" in line]
    assert opened.startswith("the usage limit of opencode is reached (seen at builder): its agents are parked until ")
    assert closed == "the usage limit of opencode is over"


def test_somebody_works_again_before_the_end() -> None:
    """An agent that works for half a minute shows that there is use left: the window is over."""
    told = running(TWO)
    follow(
        told,
        [
            ("2s", limited("builder", "5h")),
            ("2s", limited("adversary", "5h")),
            ("1h", busy("builder")),
            ("30s", busy("builder")),
            ("30s", tick, "ring adversary resume"),
        ],
    )


def test_one_look_that_misses_the_limit() -> None:
    """A single look that shows work while the window is open opens nothing."""
    told = running(only())
    follow(
        told,
        [("2s", limited("builder", "5h")), ("1m", busy("builder")), ("2s", limited("builder", "4h")), ("1h", tick)],
    )
    assert told.next("builder").rule == "limit"


def test_a_draft_while_limited() -> None:
    """With a draft in its composer it is never told to go on; with a dialog over it, it is restarted."""
    told = running(only())
    follow(told, [("2s", limited("builder", "1h", composer=Composer.DRAFT)), ("2h", tick)])
    assert told.next("builder").rule == "draft"
    told = running(only())
    rows = [("2s", limited("builder", "1h", composer=Composer.COVERED)), ("1h", tick), ("90s", tick)]
    follow(told, [*rows, ("1m", tick, "restart builder")])


def test_a_probe_that_nobody_hears_of() -> None:
    """When the first one cannot try, another one does after ten minutes."""
    told = running(TWO)
    draft = limited("builder", "1h", composer=Composer.DRAFT)
    follow(
        told, [("2s", draft), ("2s", limited("adversary", "1h")), ("1h", tick), ("90s", tick, "ring adversary resume")]
    )
    told = running(TWO)
    follow(told, [("2s", limited("builder", "1h")), ("2s", limited("adversary", "1h"))])
    follow(told, [("1h", limited("builder")), ("90s", limited("builder"), "ring builder resume")])
    told.happen("10m", tick)
    told.happen("2m", tick)
    assert any(one.startswith("Ring(agent='adversary'") for one in map(str, told.given))


def test_a_draft_of_one_holds_up_no_other() -> None:
    """When nobody else could try, the window counts as over; who is limited all the same opens another one."""
    told = running(TWO)
    draft = limited("builder", "1h", composer=Composer.DRAFT)
    follow(told, [("2s", draft), ("1h", tick), ("90s", tick)])
    assert told.next("adversary").why == "the usage limit of anthropic may be over: builder tries first"
    follow(told, [("10m", tick, "ring adversary nudge"), ("2s", ends("adversary"))])
    assert told.world.limits["anthropic"].closed
    assert told.next("builder").rule == "draft"
    follow(told, [("2s", limited("adversary", "3h"))])
    assert told.world.limits["anthropic"].closed is None


def test_why_an_agent_is_limited_that_shows_it_no_more() -> None:
    """As long as its window lasts the evidence is the limit, not the empty prompt that it shows now."""
    told = running(only())
    follow(told, [("2s", limited("builder", "1h")), ("2s", idle("builder"))])
    coming = told.next("builder")
    assert coming.evidence is not None
    assert (coming.state, coming.evidence.source) == (State.LIMITED, "usage limit")


def test_resume_tries_now() -> None:
    """`resume` opens no door by itself: one agent tries at once."""
    told = running(only())
    follow(
        told,
        [("2s", limited("builder", "5h")), ("1m", asked(What.RESUME, "builder"), "answer 0", "ring builder resume")],
    )


def test_who_was_stopped_is_not_resumed() -> None:
    """An agent that was stopped while it was parked stays so, and nobody waits for it."""
    told = running(only())
    follow(
        told,
        [
            ("2s", limited("builder", "1h")),
            ("2s", down("builder"), "answer 0", "stop builder"),
            ("2s", ends("builder")),
            ("2h", tick),
        ],
    )
    assert told.world.limits["anthropic"].closed


def test_old_words_on_a_screen() -> None:
    """After a window is over, its words on a screen do not open another one; a limit that is met later does."""
    told = running(TWO)
    follow(told, [("2s", limited("builder", "1h")), ("2s", limited("adversary", "1h")), ("1h", tick)])
    follow(told, [("90s", tick, "ring builder resume"), ("2s", ends("builder")), ("2s", busy("builder"))])
    follow(told, [("30s", busy("builder")), ("2s", limited("adversary", "0s"))])
    assert told.world.limits["anthropic"].closed
    follow(
        told, [("28s", tick, "ring adversary resume"), ("2s", ends("adversary")), ("2s", limited("adversary", "0s"))]
    )
    assert told.world.limits["anthropic"].closed
    follow(told, [("2s", busy("adversary")), ("10m", limited("builder", "3h"))])
    assert told.world.limits["anthropic"].closed is None


def test_a_window_that_a_person_changed() -> None:
    """What a person writes into the file of a window holds."""
    told = running(only())
    follow(told, [("2s", limited("builder", "5h"))])
    sooner = replace(told.world.limits["anthropic"], until=told.now + timedelta(minutes=1))
    follow(told, [("2s", edited_limits(sooner)), ("1m", limited("builder"), "ring builder resume")])
    told = follow(running(only()), [("2s", limited("builder", "5h")), ("2s", edited_limits()), ("1m", idle("builder"))])
    assert told.world.limits == {}


def test_accounts_are_apart() -> None:
    """A backend that names another account has a window of its own."""
    other = only(
        agents={"builder": LOOP, "adversary": replace(LOOP, backend="claude-two")},
        backends={"claude-two": BackendConfig(account="second")},
    )
    told = follow(running(other), [("2s", limited("builder", "1h"))])
    assert set(told.world.limits) == {"anthropic"}
    assert told.next("adversary").action == "nudge"


def test_a_task_that_waits_is_not_dead() -> None:
    """A task that was never begun is told as stopped, also while its account has no use left."""
    told = running(only(agents={"builder": LOOP, "assistant": AgentConfig(kind="task", backend=LOOP.backend)}))
    agent = told.world.agents["assistant"]
    fresh = replace(agent, record=replace(agent.record, launched=None))
    told.world = replace(told.world, agents={**told.world.agents, "assistant": fresh})
    follow(told, [("1s", gone("assistant")), ("1s", limited("builder"))])
    assert told.next("assistant").state is State.STOPPED
