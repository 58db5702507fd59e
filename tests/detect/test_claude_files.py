"""What Claude Code writes: session files of this process and of others, transcripts that end in every way."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.agents.states import Problem, Reading, State

from .stage import NOW, look, pane

SID = "ae2d824f-7d75-42e2-a276-ccc5d2619580"


class Files:
    """The config folder of a Claude Code that works in `/srv/ci`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.transcript = folder / "projects" / "-srv-ci" / f"{SID}.jsonl"
        self.transcript.parent.mkdir(parents=True)
        (folder / "sessions").mkdir()

    def session(self, pid: int | None = None, **told: Any) -> None:
        """Write a session file."""
        pid = pid or os.getpid()
        (self.folder / "sessions" / f"{pid}.json").write_text(json.dumps({"pid": pid, "sessionId": SID} | told))

    def wrote(self, *records: dict[str, Any] | str) -> None:
        """Append to the transcript."""
        lines = (one if isinstance(one, str) else json.dumps(one) for one in records)
        with self.transcript.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def look(self, now: datetime = NOW) -> Reading:
        """Look at it without a screen."""
        env = {"CLAUDE_CONFIG_DIR": str(self.folder)}
        here = pane(pid=os.getpid())
        return look("claude", None, env=env, workdir=Path("/srv/ci"), session_id=SID, pane=here, now=now)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An empty config folder."""
    return Files(tmp_path)


def record(kind: str, ago: float = 5, **more: Any) -> dict[str, Any]:
    """A record of a transcript, some seconds old."""
    when = (NOW - timedelta(seconds=ago)).isoformat().replace("+00:00", "Z")
    return {"type": kind, "isSidechain": False, "timestamp": when} | more


def failed(error: str, text: str, ago: float = 5, status: int = 429) -> dict[str, Any]:
    """A message about an error of the API, as Claude Code writes it."""
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    more = {"isApiErrorMessage": True, "apiErrorStatus": status, "error": error, "message": message}
    return record("assistant", ago, **more)


LIMIT = failed("rate_limit", "You've hit your session limit · resets 3pm (America/Los_Angeles)")
ENDED = record("assistant", message={"role": "assistant", "stop_reason": "end_turn", "content": []})


def test_the_session_id_is_that_of_this_process(files: Files) -> None:
    """It changes on /resume and /clear, so the file of the process is asked, every time."""
    files.session(status="idle", sessionId="another")
    assert files.look().session_id == "another"


def test_a_file_of_an_earlier_process_of_that_pid_is_nobodys(files: Files) -> None:
    """Pids are given away again: the start of the process tells them apart."""
    files.session(status="busy", procStart="1")
    assert (files.look().state, files.look().session_id) == (State.UNKNOWN, None)


@pytest.mark.parametrize("told", [b"", b"{", b"[]", b"\xff\xfe", b'{"status": 7, "sessionId": []}', b"[" * 9000])
def test_a_damaged_session_file_is_no_evidence(files: Files, told: bytes) -> None:
    """Half written or of another version: nothing is raised, nothing is believed."""
    (files.folder / "sessions" / f"{os.getpid()}.json").write_bytes(told)
    assert files.look().state == State.UNKNOWN


def test_a_session_file_without_status_tells_its_id(files: Files) -> None:
    """Versions before 2.1.139 write no status."""
    files.session()
    assert (files.look().state, files.look().session_id) == (State.UNKNOWN, SID)


def test_a_limit_in_the_transcript(files: Files) -> None:
    """The last record of the conversation tells of it, with its end."""
    files.wrote(ENDED, LIMIT, record("system"), record("file-history-snapshot"))
    reading = files.look()
    assert reading.state == State.LIMITED
    assert reading.limit is not None
    assert reading.limit.until is not None
    assert reading.limit.until.hour == 23


@pytest.mark.parametrize("later", [record("user", 1), ENDED], ids=["user", "assistant"])
def test_whoever_goes_on_is_limited_no_more(files: Files, later: dict[str, Any]) -> None:
    """Only the last record counts."""
    files.wrote(LIMIT, later)
    assert files.look().state != State.LIMITED


def test_a_subagents_limit_is_not_the_agents(files: Files) -> None:
    """Side conversations are passed over."""
    files.wrote(ENDED, LIMIT | {"isSidechain": True})
    assert files.look().state == State.IDLE


def test_an_old_limit_is_over(files: Files) -> None:
    """By its own time; by its age, where it tells none."""
    files.wrote(LIMIT)
    assert files.look(NOW + timedelta(hours=4)).state != State.LIMITED
    files.wrote(failed("rate_limit", "API Error: Rate limit reached"))
    assert files.look(NOW + timedelta(hours=4)).state == State.LIMITED
    assert files.look(NOW + timedelta(hours=6)).state != State.LIMITED


PROBLEMS = {
    "login": (failed("authentication_failed", "Please run /login", status=401), Problem.LOGIN),
    "login, by its words": (failed("unknown", "OAuth token has expired", status=401), Problem.LOGIN),
    "model": (failed("model_not_found", "no such model", status=404), Problem.MODEL),
    "server": (failed("server_error", "Overloaded", status=529), None),
}


@pytest.mark.parametrize(("told", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems_in_the_transcript(files: Files, told: dict[str, Any], problem: Problem | None) -> None:
    """What no restart mends is named."""
    files.wrote(told)
    assert files.look().problem == problem


def test_who_spoke_last(files: Files) -> None:
    """A fresh record of the user or a tool: it works; the end of a turn: it waits; an old one says nothing."""
    files.wrote(record("user"))
    assert files.look().state == State.BUSY
    files.wrote(ENDED)
    assert files.look().state == State.IDLE
    assert files.look(NOW + timedelta(hours=1)).state == State.UNKNOWN


def test_huge_lines_are_passed_over(files: Files) -> None:
    """A summary of the whole conversation, megabytes in one line, hides nothing before it, and costs no memory."""
    files.wrote(LIMIT, json.dumps(record("summary", text="x" * 3_000_000)), "no json", "")
    assert files.look().state == State.LIMITED


def test_a_transcript_of_many_megabytes_is_read_from_its_end(files: Files) -> None:
    """Only as far as is needed."""
    files.wrote(*[record("user", text="x" * 2000)] * 4000)
    files.wrote(LIMIT)
    assert files.look().state == State.LIMITED


def test_a_session_id_leads_nowhere_else(files: Files) -> None:
    """An id is part of a path: one that is none is not looked for."""
    from cotemp.agents.backends import SHIPPED
    from cotemp.detect.claude.transcript import gather
    from cotemp.detect.subject import Subject

    subject = Subject(backend=SHIPPED["claude"], env={"HOME": "/home/me"}, workdir=Path("/srv/ci"))
    assert gather(subject, "../../etc/passwd") is None
    assert gather(subject, SID) == Path(f"/home/me/.claude/projects/-srv-ci/{SID}.jsonl")
