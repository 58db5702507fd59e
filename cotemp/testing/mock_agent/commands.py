"""What the mock agent can be told to do: one function a command, one table."""

from __future__ import annotations

import re
from collections.abc import Callable

from .agent import FOREVER, Agent, Doing

__all__ = ["COMMANDS", "is_command", "perform"]


def busy(agent: Agent, rest: str) -> None:
    """`busy [SECONDS]`: work for so long, or until told `idle`."""
    agent.become(Doing.BUSY, _seconds(rest, FOREVER))


def idle(agent: Agent, rest: str) -> None:
    """`idle`: be done, whatever it did (a limit and a dialog too)."""
    agent.finish()


def starting(agent: Agent, rest: str) -> None:
    """`starting [SECONDS]`: be still starting, for `at_start`."""
    agent.become(Doing.STARTING, _seconds(rest, FOREVER))


def turn(agent: Agent, rest: str) -> None:
    """`turn [SECONDS]`: how long each turn takes from now on; without, until told `idle`."""
    agent.turn = _seconds(rest, FOREVER)


def wedge(agent: Agent, rest: str) -> None:
    """`wedge [deaf]`: freeze as it stands and read nothing; deaf to SIGTERM and SIGHUP, too."""
    agent.wedged, agent.deaf = True, rest == "deaf"


def ask(agent: Agent, rest: str) -> None:
    """`ask`: ask a human for a permission."""
    agent.become(Doing.ASKING)


def limit(agent: Agent, rest: str) -> None:
    """`limit [UNTIL]`: be limited until told `idle`, as `limit 7pm (UTC)`; prompts get the same answer meanwhile."""
    agent.hit(rest or "7pm (UTC)", None)


def retry(agent: Agent, rest: str) -> None:
    """`retry SECONDS [UNTIL]`: be limited, and go on by itself after so many seconds."""
    seconds, _, until = rest.partition(" ")
    agent.hit(until or "7pm (UTC)", _seconds(seconds, FOREVER))


def auth(agent: Agent, rest: str) -> None:
    """`auth`: have lost its login."""
    agent.say("error", "Please run /login · API Error: 401 OAuth token has expired")
    agent.become(Doing.IDLE)


def no_model(agent: Agent, rest: str) -> None:
    """`no-model`: have no such model."""
    said = (
        f"There's an issue with the selected model ({agent.model}). It may not exist or you may not have access to it."
    )
    agent.say("error", said)
    agent.become(Doing.IDLE)


def die(agent: Agent, rest: str) -> None:
    """`die [CODE]`: end with this exit code (1); its session file stays unless that is 0."""
    agent.code = int(rest or 1)


def forget(agent: Agent, rest: str) -> None:
    """`forget`: know no conversation at the next `--resume`."""
    agent.records.forget()


def draft(agent: Agent, rest: str) -> None:
    """`draft TEXT`: have this in the composer, as if a human had typed it."""
    agent.composer = rest


def suggest(agent: Agent, rest: str) -> None:
    """`suggest TEXT`: suggest this, dim, in the composer; Enter would send it."""
    agent.suggestion = rest


def palette(agent: Agent, rest: str) -> None:
    """`palette [off]`: have a list of commands over the screen, as C-p shows it."""
    agent.palette = None if rest == "off" else ""


def context(agent: Agent, rest: str) -> None:
    """`context PERCENT`: show that so much of the context is used."""
    agent.context = int(rest)


def compact(agent: Agent, rest: str) -> None:
    """`compact`: make room in the context."""
    agent.context = 7
    agent.say("agent", "Compacted.")


def slow_enter(agent: Agent, rest: str) -> None:
    """`slow-enter [TIMES]`: Enter works only when it was pressed so many times (3)."""
    agent.enters = int(rest or 3)


def eat(agent: Agent, rest: str) -> None:
    """`eat [CHARACTERS]`: lose so many characters of what is typed; without, all of them; `eat 0`: none."""
    agent.eats = _seconds(rest, FOREVER)


def gulp(agent: Agent, rest: str) -> None:
    """`gulp [off]`: an Enter that comes together with text is a line break in the composer."""
    agent.gulps = rest != "off"


def think(agent: Agent, rest: str) -> None:
    """`think TEXT`: show this as a thought."""
    agent.say("thought", rest)


def say(agent: Agent, rest: str) -> None:
    """`say TEXT`: show this as its answer."""
    agent.say("agent", rest)


def mute(agent: Agent, rest: str) -> None:
    """`mute [off]`: write no session file; only screen and title speak."""
    agent.records.mute = rest != "off"


def lie(agent: Agent, rest: str) -> None:
    """`lie STATUS`: say this in the session file, whatever it does; without STATUS, the truth again."""
    agent.lie = rest


def _seconds(text: str, default: float) -> float:
    return float(text) if text else default


COMMANDS: dict[str, Callable[[Agent, str], None]] = {
    name.__name__.replace("_", "-"): name
    for name in (
        *(busy, idle, starting, turn, wedge, ask, limit, retry, auth, no_model, die, forget, draft, suggest, palette),
        *(context, compact, slow_enter, eat, gulp, think, say, mute, lie),
    )
}


def is_command(prompt: str) -> bool:
    """Whether a prompt is a command with a slash before it."""
    return re.sub(r"\s.*", "", prompt[1:], flags=re.DOTALL) in COMMANDS if prompt.startswith("/") else False


def perform(agent: Agent, command: str) -> None:
    """Do what a command says. Raises KeyError or ValueError for one that makes no sense."""
    name, _, rest = command.strip().partition(" ")
    COMMANDS[name](agent, rest.strip())
    agent.tell()
