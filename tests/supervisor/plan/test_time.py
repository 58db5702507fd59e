"""What time brings: wakes, idling, full contexts, tasks, services."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cotemp.agents.requests import What
from cotemp.agents.states import State
from cotemp.config import AgentConfig, Phase, Wake
from cotemp.config.settings import Watch
from cotemp.supervisor.plan.model import Outcome

from .happenings import asked, asks, busy, dead, down, ends, gone, idle, looks, notes, statuses, tick, up
from .stories import BEGIN, LOOP, ORCHESTRATOR, Play, follow, only, play, running

WAKE = "ring orchestrator wake /p/wake.txt"
UPGRADER = AgentConfig(
    kind="task", backend="claude", prompt_text="/upgrade-all", wake=Wake(cron="0 2 * * 0", tz="UTC"), workdir=Path("/w")
)
ASSISTANT = AgentConfig(kind="task", backend="claude", workdir=Path("/w"))
SERVICE = AgentConfig(kind="service", argv=("cotemp", "gc"), wake=Wake(every=86400.0))
PHASED = only(phases=(Phase(id="pvfix", plan="p.md"),))


def orchestrator() -> Play:
    """One that is woken every hour, idle."""
    return running(only(ORCHESTRATOR, "orchestrator"))


# --- wakes ---


def test_an_hourly_wake() -> None:
    """It rings every hour, at its prompt, once."""
    told = orchestrator()
    for _ in range(5):
        minutes = (told.now - BEGIN) % timedelta(hours=1)
        told.now += timedelta(hours=1) - minutes - timedelta(seconds=1)
        follow(told, [("0s", tick), ("1s", tick, WAKE), ("2s", ends("orchestrator")), ("2s", busy("orchestrator"))])
        follow(told, [("2m", idle("orchestrator")), ("2m", tick)])


def test_wakes_that_were_missed_ring_once() -> None:
    """After hours of work, of a question, or without a daemon, one wake stands for all that were due."""
    told = follow(orchestrator(), [("1s", busy("orchestrator"))])
    for _ in range(40):
        assert told.happen("5m", busy("orchestrator")) == []
    follow(told, [("2s", idle("orchestrator")), ("2s", tick, WAKE), ("2s", ends("orchestrator"))])
    told.happen("2s", asks("orchestrator"))
    told.crash()
    follow(told, [("9h", asks("orchestrator")), ("2s", idle("orchestrator")), ("2s", tick, WAKE)])
    follow(told, [("2s", ends("orchestrator")), ("9s", idle("orchestrator"))])


def test_no_wake_is_lost_when_clocks_change() -> None:
    """A wake at half past two comes on the night when clocks skip that hour, too."""
    wake = Wake(cron="30 2 * * *", tz="Europe/Berlin")
    told = running(only(replace(ORCHESTRATOR, wake=wake), "orchestrator"))
    told.now = datetime(2027, 3, 27, 12, tzinfo=UTC)
    told.happen("1s", idle("orchestrator"))
    told.happen("5s", ends("orchestrator"))
    told.happen("9s", idle("orchestrator"))
    rung = []
    for _ in range(24 * 12):
        if told.happen("5m", idle("orchestrator")):
            rung.append(told.now)
            told.happen("1s", ends("orchestrator"))
    assert len(rung) == 1
    assert rung[0].date().isoformat() == "2027-03-28"


def test_no_wake_of_the_past_after_a_stop_on_purpose() -> None:
    """What was due while it was stopped on purpose was not missed."""
    told = orchestrator()
    follow(told, [("1s", down(), "answer 0", "stop orchestrator"), ("1s", ends("orchestrator"))])
    follow(told, [("1s", gone("orchestrator")), ("9h", tick), ("1s", up(), "answer 0", "start orchestrator")])
    follow(told, [("1s", ends("orchestrator")), ("1s", idle("orchestrator")), ("9m", tick)])


# --- idling ---


def test_an_idle_loop_is_nudged_then_restarted() -> None:
    """After fifteen idle minutes it is told to go on; when it still idles after fifteen more, it is restarted with its
    conversation; that is no crash, and the next time comes later."""
    told = running(only(), sessions={"builder": "ses"})
    follow(
        told,
        [
            ("14m", idle("builder")),
            ("1m", tick, "ring builder nudge"),
            ("2s", ends("builder")),
            ("2s", busy("builder")),
            ("10s", idle("builder")),
            ("14m", tick),
            ("1m", idle("builder"), "restart builder resume ses"),
            ("2s", ends("builder")),
            ("2s", idle("builder")),
            ("15m", tick, "ring builder nudge"),
            ("2s", ends("builder")),
            ("16m", idle("builder")),
            ("15m", tick, "restart builder resume ses"),
        ],
    )
    assert told.world.agents["builder"].record.restarts == ()


def test_work_ends_the_count() -> None:
    """A loop that worked after it was told to go on is told again, not restarted."""
    told = running(only())
    for _ in range(5):
        rows = [("15m", idle("builder"), "ring builder nudge"), ("2s", ends("builder")), ("2s", busy("builder"))]
        follow(told, [*rows, ("5m", busy("builder")), ("2s", idle("builder"))])


def test_waiting_until() -> None:
    """An agent that named a time is left alone until then, whatever its idling; bells still reach it."""
    told = running(PHASED)
    follow(told, [("2s", statuses(pvfix="until 3h")), ("1h", idle("builder")), ("1h", idle("builder"))])
    assert told.next("builder").state is State.WAITING
    follow(
        told,
        [
            ("1s", notes("builder", "n1"), "ring builder notes 1"),
            ("1s", ends("builder")),
            ("1s", notes("builder")),
            ("9s", idle("builder")),
            ("60m", tick, "ring builder nudge"),
            ("1s", ends("builder")),
            ("15m", idle("builder"), "restart builder pvfix"),
        ],
    )


def test_a_daemon_that_comes_back_to_idle_agents() -> None:
    """It first learns who waits for what: it nudges and restarts nobody in its first minutes."""
    told = running(PHASED)
    follow(told, [("15m", idle("builder"), "ring builder nudge"), ("1s", ends("builder")), ("14m", idle("builder"))])
    told.crash()
    output = {"output": told.now.timestamp() - 3600}
    follow(told, [("2m", idle("builder", pane=output)), ("2s", statuses(pvfix="until 3h")), ("2h", tick)])
    assert told.next("builder").state is State.WAITING
    told = running(PHASED)
    told.crash()
    follow(told, [("2h", idle("builder", pane={"output": told.now.timestamp()})), ("14m", tick)])
    assert told.next("builder").action == "nudge"


def test_waiting_for_ever() -> None:
    """Who says that it waits for longer than a week is asked after a week."""
    told = running(PHASED)
    follow(told, [("2s", statuses(pvfix="until 73000d")), ("6d", tick), ("1d", tick, "ring builder nudge")])


def test_an_agent_that_may_idle() -> None:
    """A persistent agent idles as long as it likes; so does a loop that is not to be nudged."""
    told = running(only(agents={"a": replace(ORCHESTRATOR, wake=None), "b": replace(LOOP, watch=Watch(nudge=False))}))
    follow(told, [("1d", idle("a")), ("1d", idle("b", context_pct=99)), ("1d", tick)])


def test_a_full_context() -> None:
    """Over 85 % it is told to compact, in its program's own words; again only after it had become smaller, or after
    half an hour."""
    told = running(only(replace(LOOP, idle_after=1e7)))
    follow(
        told,
        [
            ("2s", busy("builder", context_pct=90)),
            ("2s", idle("builder", context_pct=84)),
            ("2s", idle("builder", context_pct=85), "ring builder compact /compact"),
            ("2s", ends("builder")),
            ("5s", idle("builder", context_pct=86)),
            ("29m", idle("builder", context_pct=90)),
            ("1m", tick, "ring builder compact /compact"),
            ("2s", ends("builder")),
            ("5s", idle("builder", context_pct=40)),
            ("5s", idle("builder", context_pct=88), "ring builder compact /compact"),
        ],
    )


# --- tasks ---


def test_a_task_by_its_wake() -> None:
    """It starts on Sunday at two, works, is done when it is at its prompt, and its terminal goes later."""
    told = play(only(UPGRADER, "upgrader"), [("0s", up(), "answer 0"), ("1s", gone("upgrader")), ("17h", tick)])
    assert told.next("upgrader").at == datetime(2026, 11, 22, 2, tzinfo=UTC)
    follow(
        told,
        [
            ("1h", tick, "start upgrader"),
            ("2s", ends("upgrader", prompt="/upgrade-all")),
            ("2s", idle("upgrader")),
            ("2s", tick, "ring upgrader prompt /upgrade-all"),
            ("2s", ends("upgrader")),
            ("2s", busy("upgrader")),
            ("2h", idle("upgrader")),
            ("1m", tick),
            ("9m", tick),
            ("1m", tick, "stop upgrader"),
            ("2s", ends("upgrader")),
            ("2s", gone("upgrader")),
            ("1d", gone("upgrader")),
        ],
    )
    assert told.next("upgrader").state is State.DONE
    follow(told, [("6d", tick, "start upgrader")])


def test_a_task_that_was_cut_short() -> None:
    """One that ended well by itself is done; one that died is begun again, within its budget."""
    told = running(only(UPGRADER, "upgrader"))
    follow(told, [("2s", busy("upgrader")), ("2s", dead("upgrader")), ("2s", tick, "start upgrader")])
    follow(told, [("2s", ends("upgrader")), ("2s", busy("upgrader")), ("2s", dead("upgrader", 0)), ("1h", tick)])
    assert told.next("upgrader").state is State.DONE


def test_a_short_task() -> None:
    """A task that ends well before anybody saw it work is done, too."""
    told = play(only(UPGRADER, "upgrader"), [("0s", up(), "answer 0"), ("1s", gone("upgrader"))])
    follow(
        told, [("18h", tick, "start upgrader"), ("2s", dead("upgrader", 0)), ("0s", ends("upgrader", Outcome.FAILED))]
    )
    follow(told, [("2s", dead("upgrader", 0)), ("1d", tick)])


def test_a_finished_task_that_somebody_looks_at() -> None:
    """Its terminal stays as long as a human is attached to it."""
    told = running(only(UPGRADER, "upgrader"))
    for _ in range(30):
        assert told.happen("1m", idle("upgrader", pane={"attached": 1})) == []
    assert told.happen("11m", idle("upgrader")) == ["stop upgrader"]


def test_a_dispatched_task() -> None:
    """`up assistant --task FILE` starts it with that file; a running one is told by a bell."""
    told = play(only(ASSISTANT, "assistant"), [("0s", up(), "answer 0"), ("1s", gone("assistant")), ("1h", tick)])
    follow(
        told,
        [
            ("1s", up("assistant", task="/t/one.md"), "answer 0", "start assistant task /t/one.md"),
            ("2s", ends("assistant")),
            ("2s", busy("assistant")),
            ("2s", up("assistant", task="/t/two.md"), "answer 0"),
            ("9m", idle("assistant")),
            ("2s", tick, "ring assistant task /t/two.md"),
            ("2s", ends("assistant")),
            ("2s", busy("assistant")),
            ("9m", idle("assistant")),
            ("1m", tick),
            ("10m", tick, "stop assistant"),
            ("1s", ends("assistant")),
            ("1s", gone("assistant")),
            ("1s", up("assistant", task="/t/\n.md"), "answer 2"),
            ("1s", up(task="/t/x.md"), "answer 2"),
        ],
    )


def test_an_assistant_that_stays() -> None:
    """A task that was given to a persistent agent at its start is not given again after a crash."""
    told = play(
        only(replace(ORCHESTRATOR, wake=None), "assistant"), [("0s", up("assistant", task="/t/x.md"), "answer 0")]
    )
    follow(told, [("1s", gone("assistant"), "start assistant task /t/x.md"), ("1s", ends("assistant", session="s"))])
    follow(told, [("1s", busy("assistant")), ("1s", dead("assistant")), ("2s", tick, "start assistant resume s")])


# --- services ---


def test_a_service_runs_on_its_wake() -> None:
    """Once a day, without a terminal; a failure is told, and the next day it runs again."""
    told = play(only(SERVICE, "cleanlogs"), [("0s", up(), "answer 0"), ("23h", tick), ("1h", tick, "run cleanlogs")])
    follow(
        told, [("5m", tick), ("1s", ends("cleanlogs", Outcome.FAILED)), ("23h", tick), ("1h", tick, "run cleanlogs")]
    )
    assert "failed" in told.world.agents["cleanlogs"].record.remark
    follow(told, [("1s", ends("cleanlogs")), ("1s", asked(What.WAKE, "cleanlogs"), "answer 0", "run cleanlogs")])
    assert told.next("cleanlogs").state is State.BUSY
    follow(told, [("1s", ends("cleanlogs")), ("1h", tick)])


def test_a_service_that_is_kept_running() -> None:
    """One without a wake has a terminal, and comes back when it ends, whatever it says about that."""
    told = play(only(replace(SERVICE, wake=None), "cleanlogs"), [("0s", up(), "answer 0")])
    follow(told, [("1s", gone("cleanlogs"), "start cleanlogs"), ("1s", ends("cleanlogs"))])
    follow(told, [("1s", looks("cleanlogs", State.UNKNOWN)), ("1d", tick)])
    follow(told, [("1s", dead("cleanlogs", 0)), ("2s", tick, "start cleanlogs")])
