"""Records the screens of a real opencode in every state: `python -m tests.opencode.record 80x24 FOLDER`.

Beside the screens stands `truth.tsv`: name, title of the terminal, what the program's own API said at that moment.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from cotemp.hosts import Size

from .model_server import ModelServer
from .program import Opencode
from .walk import walk


def main(size: str, folder: str) -> None:
    """Record all states in one size."""
    columns, rows = map(int, size.split("x"))
    truth = []
    with tempfile.TemporaryDirectory(prefix="oc-", ignore_cleanup_errors=True) as temporary, ModelServer() as model:
        program = Opencode(Path(temporary), model.url, Size(columns, rows))
        try:
            for name in walk(program, model):
                print(name)
                truth.append(_shot(program, name, Path(folder)))
        finally:
            program.close()
    (Path(folder) / "truth.tsv").write_text("".join(truth))


def _shot(program: Opencode, name: str, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ansi").write_text(program.screen() + "\n")
    said = [json.dumps(program.api(path)) for path in ("/session/status", "/permission")]
    return "\t".join((name, program.title(), " ".join(said))) + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
