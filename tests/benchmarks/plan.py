"""What thinking takes: `python -m tests.benchmarks.plan`.

A tick in which nothing is due, a look that shows what the last one showed, and what `status` asks, for 50 idle agents;
and three days of two loops, an orchestrator and a task on a fake clock, looked at every two seconds.
A tick may take 0.5 ms, the three days 5 s of CPU.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from cotemp.supervisor.plan import outlook, step
from cotemp.supervisor.plan.model import Tick
from tests.supervisor.plan.history import days
from tests.supervisor.plan.stories import LOOP, ORCHESTRATOR, at_prompt, only, running

AGENTS = 50
TICK, DAYS = 0.5, 5.0


def median(deed: Callable[[], object], rounds: int = 200) -> float:
    """Milliseconds of one call."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        deed()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def main() -> int:
    """Print the figures; the exit code is 1 when one is beyond its limit."""
    agents = {f"agent-{number}": ORCHESTRATOR if number % 2 else LOOP for number in range(AGENTS)}
    told = running(only(agents=agents))
    now, first = told.now + timedelta(seconds=2), next(iter(agents))
    tick = median(lambda: step(told.world, Tick(), now))
    look = median(lambda: step(told.world, at_prompt(told, first), now))
    asked = median(lambda: [outlook(told.world, name, now) for name in agents])
    began = time.process_time()
    machine = days(3)
    history = time.process_time() - began
    print(f"a tick with nothing due   {tick:7.4f} ms{' TOO MUCH' * (tick > TICK)}")
    print(f"one look at one agent     {look:7.4f} ms")
    print(f"the outlook of {AGENTS}         {asked:7.4f} ms")
    print(f"three days                {history:7.2f} s, {machine.steps} steps{' TOO MUCH' * (history > DAYS)}")
    return int(tick > TICK or history > DAYS)


if __name__ == "__main__":
    sys.exit(main())
