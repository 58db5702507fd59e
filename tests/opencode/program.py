"""A real opencode as an agent of an agents.toml: started from its settings, in tmux, and what it shows and says."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from pathlib import Path
from typing import Any

from cotemp.agents.launching import Here, LaunchPlan, Wanted, plan_launch
from cotemp.agents.places import AgentPlaces
from cotemp.config import load
from cotemp.hosts import Launch, Size
from cotemp.hosts.tmux import TmuxHost
from cotemp.places import Places
from tests.waiting import eventually

from .binary import binary, environment, write_config

__all__ = ["AGENT", "Opencode", "agents_toml", "plain", "squeezed"]

AGENT = "builder"


def agents_toml(folder: Path, **more: str) -> str:
    """Settings with one opencode that waits for what it is told; `more` are other or further keys of the agent."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    keys = {"kind": "persistent", "backend": "opencode", "workdir": str(work), **more}
    lines = [
        "schema = 1",
        "[backends.opencode]",
        f"argv = [{json.dumps(str(binary()))}]",
        f"[agents.{AGENT}]",
        *(f"{key} = {json.dumps(value)}" for key, value in keys.items()),
    ]
    return "\n".join(lines) + "\n"


class Opencode:
    """One opencode; `url` is its model's."""

    def __init__(self, folder: Path, url: str, size: Size | None = None) -> None:
        write_config(folder / "user", url)
        file = folder / "agents.toml"
        file.write_text(agents_toml(folder))
        self.config = load(file)
        self.size = size or Size(120, 40)
        self.places = Places.at(folder / "CoTemp", root=folder / "state")
        self.places.make_state()
        self.host = TmuxHost(self.places)
        self.here = Here(self.places.home, AgentPlaces.of(self.places), environment(folder / "user"), "tmux")
        self.plan: LaunchPlan

    def start(self, resume: str | None = None) -> None:
        """Start it, or resume a session; returns when its composer is there."""
        self.plan = plan = plan_launch(self.config, AGENT, self.here, Wanted(resume=resume, port=_free_port()))
        self.host.start(Launch(AGENT, plan.argv, plan.cwd, plan.env, plan.stdin, self.size))
        eventually(lambda: "ctrl+p" in self.screen(), 60, "opencode is up")

    def screen(self) -> str:
        """What stands on its screen, with colours."""
        return self.host.screen(AGENT)

    def title(self) -> str:
        """Of its terminal."""
        return self.host.look()[AGENT].title

    def type(self, text: str) -> None:
        """Type text; no Enter."""
        self.host.type(AGENT, text)

    def press(self, *keys: str) -> None:
        """Press keys."""
        self.host.press(AGENT, *keys)

    def ask(self, text: str) -> None:
        """Type a prompt and send it."""
        self.type(text)
        eventually(lambda: text in plain(self.screen()), 20, "the text is in the composer")
        self.press("Enter")

    def empty(self) -> None:
        """Take what is in its composer away."""
        self.press("C-u")

    def api(self, path: str) -> Any:
        """What its API says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.plan.port}{path}", timeout=5) as answer:
            return json.load(answer)

    def status(self) -> str:
        """`busy`, `retry` or `idle`, as its API has it."""
        return next((one["type"] for one in self.api("/session/status").values()), "idle")

    def session(self) -> str:
        """The id of its session."""
        found: str = self.api("/session")[0]["id"]
        return found

    def wait_for(self, sees: str, status: str = "idle", *, without: str = "esc interrupt") -> None:
        """Wait for a state: what stands on the screen, what does not, and what its API says."""

        def there() -> bool:
            text = squeezed(self.screen())
            gone = not without or squeezed(without) not in text
            return squeezed(sees) in text and gone and self.status() == status

        eventually(there, 60, f"{sees}, {status}")

    def close(self) -> None:
        """End it and its terminal."""
        self.host.stop(AGENT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain(screen: str) -> str:
    """A screen without its colours."""
    return re.sub(r"\x1b\[[0-9;:]*m", "", screen)


def squeezed(screen: str) -> str:
    """A screen without colours and white space: a narrow one breaks lines within words."""
    return "".join(plain(screen).split())
