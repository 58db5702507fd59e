"""Records the screens of a real opencode in every state: `python -m tests.opencode.record 80x24 FOLDER`.

Beside the screens stands `truth.tsv`: name, title of the terminal, what the program's own API said at that moment.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from cotemp.hosts import Size
from tests.waiting import eventually

from .model_server import Bash, Limited, ModelServer, Slow
from .program import Opencode, plain

DRAFT = "please do not send this"


class Recorder:
    """Writes down what opencode shows and says."""

    def __init__(self, program: Opencode, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.truth: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def shot(self, name: str, sees: str, status: str = "idle", *, without: str = "esc interrupt") -> None:
        """Wait for a state, and record it."""
        self.program.wait_for(sees, status, without=without)
        (self.folder / f"{name}.ansi").write_text(self.program.screen())
        said = [json.dumps(self.program.api(path)) for path in ("/session/status", "/permission")]
        self.truth.append("\t".join((name, self.program.title(), " ".join(said))))
        (self.folder / "truth.tsv").write_text("\n".join(self.truth) + "\n")
        print(name)


def record(program: Opencode, model: ModelServer, folder: Path) -> None:
    """Lead opencode through its states."""
    recorder = Recorder(program, folder)
    program.start()
    recorder.shot("idle-new", "Ask anything")
    program.type(DRAFT)
    recorder.shot("draft", DRAFT)
    program.empty()
    recorder.shot("idle-emptied", "Ask anything")
    _busy(recorder, program, model)
    _permission(recorder, program, model)
    _limited(recorder, program, model)
    _resumed(recorder, program)


def _busy(recorder: Recorder, program: Opencode, model: ModelServer) -> None:
    slow = Slow()
    model.answer_with(slow)
    program.ask("count the words")
    recorder.shot("busy", "esc interrupt", "busy", without="")
    program.type(DRAFT)
    recorder.shot("busy-with-draft", DRAFT, "busy", without="")
    program.empty()
    slow.enough.set()
    recorder.shot("idle-after-turn", "▣")
    program.type(DRAFT)
    recorder.shot("draft-after-turn", DRAFT)
    program.empty()
    program.press("C-p")
    recorder.shot("palette", "Commands")
    program.press("Escape")
    eventually(lambda: "Commands" not in plain(program.screen()), 20)


def _permission(recorder: Recorder, program: Opencode, model: ModelServer) -> None:
    model.answer_with(Bash("touch notes.txt"))
    program.ask("touch the notes")
    recorder.shot("blocked-permission", "Permission required", "busy")
    program.press("Right")
    recorder.shot("blocked-second-option", "Allow always", "busy")
    program.press("Escape")
    recorder.shot("idle-rejected", "▣")


def _limited(recorder: Recorder, program: Opencode, model: ModelServer) -> None:
    model.always(Limited(after=600))
    program.ask("hit the limit")
    recorder.shot("limited-retry", "retrying in", "retry", without="")
    program.type(DRAFT)
    recorder.shot("limited-with-draft", DRAFT, "retry", without="")
    program.empty()
    eventually(lambda: DRAFT not in plain(program.screen()), 20)
    program.press("Escape")
    recorder.shot("limited-half-interrupted", "again to interrupt", "retry", without="")
    program.press("Escape")
    recorder.shot("idle-interrupted", "▣", without="to interrupt")
    model.always(None)


def _resumed(recorder: Recorder, program: Opencode) -> None:
    session = program.session()
    program.close()
    program.start(resume=session)
    recorder.shot("idle-resumed", "▣")


def main(size: str, folder: str) -> None:
    """Record one size."""
    columns, rows = map(int, size.split("x"))
    with tempfile.TemporaryDirectory(prefix="oc-", ignore_cleanup_errors=True) as temporary, ModelServer() as model:
        program = Opencode(Path(temporary), model.url, Size(columns, rows))
        try:
            record(program, model, Path(folder))
        finally:
            program.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
