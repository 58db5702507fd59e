"""A real Chromium, driven over its debugging pipe: what a person sees, and what their keys do."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import need

__all__ = ["Tab", "browser"]

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-breakpad",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--remote-debugging-pipe", "--disable-smooth-scrolling",
)  # fmt: skip
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Space": (32, " ")}
_PATIENCE = 60


class Tab:
    """One page. `events` are what the browser said besides its answers."""

    def __init__(self, send: Callable[[dict[str, Any]], None], receive: Callable[[], dict[str, Any]]) -> None:
        self._send, self._receive = send, receive
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """Ask the browser, and wait for its answer."""
        self._number += 1
        about = {"sessionId": self._session} if self._session else {}
        self._send({"id": self._number, "method": method, "params": params, **about})
        while (said := self._receive()).get("id") != self._number:
            self.events.append(said)
        assert "error" not in said, said
        return said["result"]

    def open(self, file: Path, width: int = 1000, height: int = 900) -> None:
        """Load a file, whole."""
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.media()
        self.call("Page.navigate", url=file.as_uri())
        while not self.heard("Page.loadEventFired"):
            self.events.append(self._receive())

    def heard(self, method: str) -> list[dict[str, Any]]:
        """What the browser said of this kind since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression; the page's own policy does not bind the debugger."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press and let go of a key."""
        code, text = _KEYS[key]
        name = {"Space": " "}.get(key, key)
        about = {"key": name, "code": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def media(self, kind: str = "screen", scheme: str = "light") -> None:
        """Show it on screen or on paper, light or dark."""
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=kind, features=wanted)

    def picture(self, file: Path) -> bytes:
        """A screenshot, which stays beside the page for whoever wants to look."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        file.write_bytes(data)
        return data

    def paper(self, file: Path, kind: str = "") -> bytes:
        """The page as it is printed; `kind` other than "" prints it as it would be shown on that."""
        self.media(kind)
        data = base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        file.write_bytes(data)
        return data


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """A browser of its own, ended with the test; what it keeps goes into the folder `profile`."""
    program = need("chromium")
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    argv = [program, *_FLAGS, f"--user-data-dir={profile}"]
    shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", *argv], pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile), "TMPDIR": str(profile)},
    )  # fmt: skip
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        with open(ours_in, "rb") as answers, open(ours_out, "wb", buffering=0) as questions:
            yield Tab(lambda asked: _write(questions, asked), lambda: _read(answers))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _write(pipe: Any, value: dict[str, Any]) -> None:
    pipe.write(json.dumps(value).encode() + b"\0")


def _read(pipe: Any) -> dict[str, Any]:
    data = bytearray()
    while (byte := pipe.read(1)) != b"\0":
        assert byte, "the browser ended"
        data += byte
    said: dict[str, Any] = json.loads(data)
    return said
