"""What does reading a screen cost? Prints ms for 250x50 screens, next to rendering the same text with pyte.

python tests/benchmarks/detect.py
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyte

from cotemp.agents.backends import SHIPPED, Backend
from cotemp.detect.screen import see

SCREENS = Path(__file__).parents[1] / "data" / "screens"
COLUMNS, ROWS = 250, 50
_NUMBERS = itertools.count()
PROSE = "the quick brown agent touched src/app/main.py and ran 12 tests in 3.4s; Waiting for nothing · esc to"
WORDS = PROSE.split()


def plain() -> str:
    """A screen full of prose, as a program shows that nobody knows."""
    text = " ".join(WORDS * 40)
    return "\n".join(text[start : start + COLUMNS] for start in range(0, ROWS * 7, 7))


def motley() -> str:
    """The worst: every word in a colour of its own, all of them in true colour."""
    rows = []
    for row in range(ROWS):
        words = (f"\x1b[38;2;{row * 5};{n * 5};90m{word}" for n, word in enumerate(WORDS * 3))
        rows.append(" ".join(words)[: COLUMNS * 5])
    return "\n".join(rows)


def ms(act: Callable[[], object], times: int = 50) -> float:
    """Milliseconds of CPU for one call, the best of several."""
    act()
    best = min(_once(act) for _ in range(times))
    return best * 1000


def _once(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def anew(backend: Backend, text: str) -> object:
    """See a screen for the first time: one that was seen before costs nothing."""
    return see(backend, f"{text}\n{next(_NUMBERS)}")


def render(text: str) -> list[str]:
    """The same through an emulator, as it would be needed if the host did not render."""
    screen = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return screen.display


def main() -> None:
    """Print a table."""
    real = (SCREENS / "opencode-250x50" / "idle-after-turn.ansi").read_text(encoding="utf-8")
    screens = {"opencode, real": real, "prose": plain(), "every word coloured": motley()}
    print(f"{'screen of 250x50':22}{'backend':10}{'see, ms':>9}{'pyte, ms':>10}")
    for label, text in screens.items():
        pyte_ms = ms(partial(render, text), 3)
        for name, backend in SHIPPED.items():
            took = ms(partial(anew, backend, text))
            print(f"{label:22}{name:10}{took:9.2f}{pyte_ms:10.1f}")


if __name__ == "__main__":
    main()
