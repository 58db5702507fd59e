"""What the mock agent is and does: its states, its composer, and what a key makes of them. It draws nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from .records import Records

__all__ = ["OPTIONS", "PALETTE", "Agent", "Doing"]

OPTIONS = ("Yes", "Yes, and don't ask again for touch commands", "No, and tell the agent what to do differently (esc)")
PALETTE = ("Switch model", "New session", "Clear the conversation")
FOREVER = float("inf")
_EXIT_AGAIN = 2.0


class Doing:
    """What it does, in the words of its session file."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    ASKING = "waiting"


@dataclass
class Agent:
    """One mock agent. Times are seconds of `time.monotonic()`."""

    records: Records
    session_id: str
    model: str
    turns: list[tuple[str, str]] = field(default_factory=list)
    doing: str = Doing.IDLE
    since: float = 0.0
    until: float = FOREVER
    """When it is idle again by itself."""
    retrying: float | None = None
    """When it goes on by itself after a limit."""
    limit: str = ""
    composer: str = ""
    suggestion: str = ""
    palette: str | None = None
    """What was typed into the palette that lies over the screen; None when there is none."""
    option: int = 0
    queued: list[str] = field(default_factory=list)
    context: int = 7
    turn: float = 0.2
    """Seconds that a turn takes."""
    enters: int = 1
    """How many times Enter has to be pressed."""
    eats: float = 0
    """How many characters that are typed get lost."""
    gulps: bool = False
    lie: str = ""
    wedged: bool = False
    deaf: bool = False
    code: int | None = None
    """The exit code, once it ends."""
    _pressed: int = 0
    _interrupted: float = -_EXIT_AGAIN

    def tell(self) -> None:
        """Write down what it does, or what it was told to say."""
        waiting = "approve Bash" if self.doing == Doing.ASKING else ""
        if self.doing != Doing.STARTING:
            self.records.say(self.session_id, self.lie or self.doing, "" if self.lie else waiting)

    def become(self, doing: str, seconds: float = FOREVER) -> None:
        """Do something, for so many seconds."""
        self.doing, self.since, self.until = doing, time.monotonic(), time.monotonic() + seconds
        self.limit, self.retrying, self.option = "", None, 0
        self.tell()

    def say(self, who: str, text: str) -> None:
        """Add to what was said: `you`, `agent`, `thought` or `error`."""
        self.turns.append((who, text))
        self.records.remember(self.session_id, self.turns)

    def hit(self, until: str, again: float | None) -> None:
        """Hit a usage limit; it goes on by itself after `again` seconds."""
        said = f"You've hit your session limit · resets {until}"
        self.say("error", said)
        self.become(Doing.IDLE)
        self.limit = said
        if again is not None:
            self.retrying = time.monotonic() + again
            self.doing = Doing.BUSY
            self.tell()

    def pass_time(self, now: float) -> None:
        """What happens by itself."""
        if self.retrying is not None and now >= self.retrying:
            self.records.sent("resumed-itself", "")
            self.become(Doing.BUSY, self.turn)
        if now >= self.until:
            self.finish()

    def finish(self) -> None:
        """End what it does; a prompt that waited is next."""
        if self.doing == Doing.BUSY:
            self.say("agent", "Done.")
        self.become(Doing.IDLE)
        if self.queued:
            self.take(self.queued.pop(0))

    def take(self, prompt: str) -> None:
        """Work at a prompt."""
        self.say("you", prompt)
        if self.limit:
            self.say("error", self.limit)
        else:
            self.become(Doing.BUSY, self.turn)

    def submit(self, prompt: str, kind: str = "prompt") -> None:
        """A prompt was sent to it."""
        self.records.sent(kind, prompt, doing=self.doing)
        if self.doing == Doing.BUSY:
            self.queued.append(prompt)
        else:
            self.take(prompt)

    def interrupt(self) -> None:
        """Stop what it does."""
        self.records.sent("interrupted", "")
        self.say("error", "Interrupted by user")
        self.queued.clear()
        self.become(Doing.IDLE)

    def type(self, text: str) -> None:
        """Characters came."""
        if self.eats > 0:
            self.eats -= len(text)
        elif self.palette is not None:
            self.palette += text
        elif self.doing == Doing.ASKING:
            if text.isdigit() and 0 < int(text) <= len(OPTIONS):
                self.answer(int(text))
        else:
            self.composer += text

    def press(self, key: str) -> None:
        """A key came."""
        if self.palette is not None:
            self._in_palette(key)
        elif self.doing == Doing.ASKING:
            self._in_dialog(key)
        else:
            self._in_composer(key)

    def answer(self, option: int) -> None:
        """Somebody answered its question."""
        self.records.sent("answer", OPTIONS[option - 1], option=option)
        if option == len(OPTIONS):
            self.say("error", "Rejected by user")
            self.become(Doing.IDLE)
        else:
            self.become(Doing.BUSY, self.turn)

    def _in_palette(self, key: str) -> None:
        if key == "Enter":
            self.records.sent("palette", self.palette or PALETTE[0])
        if key == "BSpace":
            self.palette = (self.palette or "")[:-1]
        if key in ("Enter", "Escape", "C-c"):
            self.palette = None

    def _in_dialog(self, key: str) -> None:
        if key == "Enter":
            self.answer(self.option + 1)
        elif key in ("Escape", "C-c"):
            self.answer(len(OPTIONS))
        elif key in ("Up", "Down"):
            self.option = (self.option + (1 if key == "Down" else -1)) % len(OPTIONS)

    def _in_composer(self, key: str) -> None:
        if key == "Enter":
            self._enter()
        elif key == "Escape" and self.doing == Doing.BUSY:
            self.interrupt()
        elif key == "C-c":
            self._control_c()
        elif key == "C-p":
            self.palette = ""
        elif key == "C-u":
            self.composer = ""
        elif key == "BSpace":
            self.composer = self.composer[:-1]

    def _enter(self) -> None:
        text = self.composer or self.suggestion
        if not text:
            return
        self._pressed += 1
        if self._pressed < self.enters:
            return
        kind = "prompt" if self.composer else "suggestion"
        self._pressed, self.composer, self.suggestion = 0, "", ""
        self.submit(text, kind)

    def _control_c(self) -> None:
        now = time.monotonic()
        if self.composer:
            self.composer = ""
        elif self.doing == Doing.BUSY:
            self.interrupt()
        elif now - self._interrupted < _EXIT_AGAIN:
            self.code = 0
        self._interrupted = now
