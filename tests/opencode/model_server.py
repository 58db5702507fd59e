"""A model on loopback, scripted by a test: it streams chat completions as OpenAI's API does."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Bash", "Limited", "ModelServer", "Slow", "Words"]


@dataclass(frozen=True)
class Words:
    """A normal answer."""

    text: str = "All is well."


@dataclass(frozen=True)
class Slow:
    """An answer that goes on, word by word, until `enough` is set."""

    enough: threading.Event = field(default_factory=threading.Event)
    pause: float = 0.1


@dataclass(frozen=True)
class Bash:
    """The model wants to run a command; the program asks a human whether it may."""

    command: str


@dataclass(frozen=True)
class Limited:
    """The account has hit a limit: HTTP 429. `after` is when to ask again, in seconds, if the answer says so."""

    message: str = "You have hit your usage limit"
    after: float | None = None


Answer = Words | Slow | Bash | Limited


class ModelServer:
    """The server; a context manager. What it answers is queued with `answer_with`; without any, `Words()`.

    `asked` has the last message of every request in order (the requests for titles are answered beside, uncounted).
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._answers: deque[Answer] = deque()
        self._always: Answer | None = None
        self._slow: list[Slow] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.model = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def answer_with(self, *answers: Answer) -> None:
        """What the next requests get, one each."""
        self._answers.extend(answers)

    def always(self, answer: Answer | None) -> None:
        """What every request gets for which nothing is queued; None: a normal answer."""
        self._always = answer

    def next_answer(self, request: dict[str, Any]) -> Answer:
        """What this request gets."""
        if not request.get("tools"):  # a title, or a summary
            return Words("A small job")
        self.asked.append(_text_of(request["messages"][-1]))
        answer = self._answers.popleft() if self._answers else self._always or Words()
        if isinstance(answer, Slow):
            self._slow.append(answer)
        return answer

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for slow in self._slow:
            slow.enough.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        model: ModelServer = self.server.model  # type: ignore[attr-defined]
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = model.next_answer(request)
        try:
            if isinstance(answer, Limited):
                self._refuse(answer)
            else:
                self._stream(answer)
        except OSError:
            pass  # the program hung up: interrupted, or killed

    def _refuse(self, answer: Limited) -> None:
        body = json.dumps({"error": {"message": answer.message, "type": "rate_limit_error"}}).encode()
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        if answer.after is not None:
            self.send_header("retry-after-ms", str(int(answer.after * 1000)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, answer: Words | Slow | Bash) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for delta in _deltas(answer):
            self._event({"index": 0, "delta": delta, "finish_reason": None})
        self._event({"index": 0, "delta": {}, "finish_reason": "tool_calls" if isinstance(answer, Bash) else "stop"})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict[str, Any]) -> None:
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "mock"}
        chunk |= {"choices": [choice], "usage": usage if choice["finish_reason"] else None}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        pass


def _deltas(answer: Words | Slow | Bash) -> Iterator[dict[str, Any]]:
    if isinstance(answer, Words):
        yield {"role": "assistant", "content": answer.text}
    elif isinstance(answer, Bash):
        arguments = json.dumps({"command": answer.command, "description": "Does a small job"})
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "bash", "arguments": arguments}}
        yield {"role": "assistant", "tool_calls": [call]}
    else:
        number = 0
        while not answer.enough.wait(answer.pause):
            yield {"role": "assistant", "content": f"word{number} "}
            number += 1
