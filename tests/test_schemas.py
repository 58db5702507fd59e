"""The JSON schemas: made from the code, and true of real files and real answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from cotemp.config.rules import RULES
from cotemp.messages.header import Syntax, meaning
from cotemp.messages.header.block import find
from cotemp.messages.header.keys import Header
from cotemp.messages.header.source import text_of
from cotemp.messages.header.tree import parse
from cotemp.messages.runlog import OriginalLog, RunLog
from cotemp.places import shipped
from tests.fitting import check, schema_of
from tests.generate import schemas

DATA = Path(__file__).parent / "data" / "legacy"
SCRIPTS = {
    "passed": "import os\nopen(os.environ['COTEMP_ARTIFACTS'] + '/made.txt', 'w').write('x')",
    "failed": "raise SystemExit(3)",
    "timed_out": "import time\ntime.sleep(60)",
}
BROKEN = '# ---\n# title: "T"\n# repo: { path: "" }\n# risk: { writes: maybe }\n# ---\nprint(1)\n'


def test_the_schemas_are_what_the_code_says() -> None:
    """Nobody changes a format without its schema: `python -m tests.generate schemas` writes these bytes."""
    found = {file.name: file.read_bytes() for file in shipped("schemas").iterdir()}
    assert found == {name: text.encode() for name, text in schemas.texts().items()}


@pytest.mark.parametrize("name", sorted(schemas.FORMATS))
def test_a_schema_is_one(name: str) -> None:
    """Every schema is valid JSON Schema 2020-12, and says in words what it is about."""
    document = schema_of(name)
    Draft202012Validator.check_schema(document)
    assert document["title"]
    assert document["description"]


# --- files that real runs leave ---


class Place:
    """A real home, in which a panel, notes and one DO of each kind have been."""

    def __init__(self, root: Path) -> None:
        self.home = root / "CoTemp"
        own = {
            "HOME": str(root),
            "USERPROFILE": str(root),
            "COTEMP_HOME": str(self.home),
            "COSESSION_ID": "co-planning",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COTEMP_", "XDG_"))}
        self.env = kept | own

    def say(self, *argv: str, code: int = 0) -> str:
        """What `cotemp` prints, its exit code being as expected."""
        done = subprocess.run(
            [sys.executable, "-m", "cotemp", *argv],
            env=self.env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout

    def documents(self, pattern: str) -> list[Any]:
        """The JSON files of that name, read."""
        found = [json.loads(file.read_bytes()) for file in self.home.glob(pattern)]
        assert found, f"nothing is called {pattern}"
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("place"))
    place.say("init")
    place.say("join", "co-planning", "--pid", str(os.getpid()), "--shell", "sh")
    place.say("send", "co-planning", "to be read")
    place.say("notes", "co-planning")
    place.say("send", "co-planning", "waits")
    for title, script in SCRIPTS.items():
        more = ("--timeout", "1s") if title == "timed_out" else ()
        place.say("drop", "co-migrate", "--engine", "python", "--title", title, "--body", script, *more)
    (place.home / "sessions/co-migrate/inbox/DO_broken.py").write_text(BROKEN)
    place.say("watch", "co-migrate", "--once")
    return place


def test_logs_of_real_runs_fit(place: Place) -> None:
    """The JSON log of a run that passed, failed, was rejected or took too long has the keys that are documented."""
    logs = place.documents("sessions/co-migrate/logs/*.json")
    assert sorted(log["outcome"] for log in logs) == ["failed", "passed", "rejected", "timed_out"]
    for log in logs:
        check("run-log", log)


def test_a_reader_of_the_original_understands_our_logs(place: Place) -> None:
    """Each of our logs begins with the original's eight keys, and they hold what the original put there."""
    for log in place.documents("sessions/co-migrate/logs/*.json"):
        assert list(log)[:8] == list(OriginalLog.__annotations__) == list(RunLog.__annotations__)[:8]
        check("original-log", log, more_keys=True)


def test_the_originals_files_fit() -> None:
    """Logs and panels that the original wrote have the form that is documented for it."""
    for file in DATA.glob("sessions/*/logs/*.json"):
        check("original-log", json.loads(file.read_bytes()))
    for file in DATA.glob("panels/*.json"):
        check("panel", json.loads(file.read_bytes()))
    assert len([*DATA.glob("sessions/*/logs/*.json"), *DATA.glob("panels/*.json")]) == 4


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("rejected-reasons", "sessions/co-migrate/outbox/rejected-*.reasons.json"),
        ("receipt", "sessions/co-planning/receipts/*.json"),
        ("owner", "sessions/co-migrate/owner.json"),
        ("panel", "panels/*.json"),
    ],
)
def test_files_in_a_real_home_fit(place: Place, name: str, pattern: str) -> None:
    """What cotemp writes into the home has the keys that are documented, and no others."""
    for document in place.documents(pattern):
        check(name, document)


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        ("answer-notes", ("notes", "co-planning", "--peek")),
        ("answer-sent", ("sent",)),
        ("answer-panels", ("panels", "--all")),
        ("answer-runs", ("runs",)),
        ("answer-status", ("status",)),
        ("run-log", ("show", "last")),
    ],
)
def test_answers_of_real_commands_fit(place: Place, name: str, argv: tuple[str, ...]) -> None:
    """What a command prints with `--json` has the keys that are documented, and no others."""
    check(name, json.loads(place.say(*argv, "--json")))


def test_the_answer_of_a_command_that_fails_fits(place: Place) -> None:
    """A program can rely on the form of an error, too."""
    check("answer-error", json.loads(place.say("show", "20200101", "--json", code=4)))


def test_a_followed_note_fits(place: Place) -> None:
    """`notes --follow --json` prints one documented line for each note."""
    argv = [sys.executable, "-m", "cotemp", "notes", "co-planning", "--follow", "--peek", "--json"]
    with subprocess.Popen(argv, env=place.env, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout
        line = process.stdout.readline()
        process.kill()
    check("answer-notes-follow", json.loads(line))


# --- what people write ---


def test_the_headers_that_are_documented_are_those_that_are_read() -> None:
    """The schema of the header has the keys that the reader knows, and requires those that it requires."""
    document = schema_of("do-header")
    assert set(document["properties"]) == set(meaning._KNOWN) == set(Header.__annotations__)
    assert set(document["required"]) == set(meaning._REQUIRED)


def test_headers_of_real_dos_fit(place: Place) -> None:
    """A DO that cotemp wrote has a header of the documented form; one with a broken header has not."""
    for file in (place.home / "sessions/co-migrate/outbox").glob("*.py"):
        header = _header(file)
        if file.name.startswith("rejected-"):
            with pytest.raises(ValidationError):
                check("do-header", header)
        else:
            check("do-header", header)


def test_a_real_configuration_fits() -> None:
    """A configuration that cotemp reads fits its schema, so an editor can check it; a wrong key does not fit."""
    written = tomllib.loads((Path(__file__).parent / "config" / "agents.toml").read_text(encoding="utf-8"))
    assert not [mistake for rule in RULES for mistake in rule(written)]
    check("agents", written)
    with pytest.raises(ValidationError):
        check("agents", written | {"sesions": {}})


def _header(file: Path) -> dict[str, Any]:
    root, _ = parse(find(text_of(file.read_bytes(), Syntax.HASH), Syntax.HASH).lines)
    return {key: meaning._plain(entry.node) for key, entry in root.items()}
