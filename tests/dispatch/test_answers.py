"""What a run leaves in its spool arrives in its session's name, checked, once; the rest is kept among its artifacts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cotemp.dispatch.answers import DEPTH, DOS, NOTES, deliver_answers
from cotemp.dispatch.switchboard import Switchboard
from cotemp.messages.do import Draft, Flags
from cotemp.messages.header import Syntax, write
from cotemp.names import new_do_id
from cotemp.notes import NOTE_LIMIT
from cotemp.places import Places
from cotemp.runs.acts import retry
from cotemp.store.ledger import Ledger, Row
from cotemp.watcher import wake
from tests.dispatch.boards import drop_python, running
from tests.dispatch.test_deciding import ASK, NETWORK, held

NOTHING = Flags()
HEAD = """
import os, sys
spool = os.environ["COTEMP_OUTBOX"]
def leave(to, name, text):
    os.makedirs(os.path.join(spool, to), exist_ok=True)
    with open(os.path.join(spool, to, name), "w") as file:
        file.write(text)
"""


def kid(body: str = "print(1)", consent: Flags = NOTHING, title: str = "x") -> str:
    """A whole DO as a Python literal, so that it need not prove that it is written completely."""
    draft = Draft(title, body, "co-x", consent=consent, id=new_do_id())
    return repr(write(draft, Syntax.HASH).decode())


def notes_of(places: Places, session: str) -> list[str]:
    return [path.read_text() for path in sorted(places.session(session).inbox.glob("NOTE_*_co-x.md"))]


def logged(places: Places, row: Row) -> dict[str, Any]:
    log: dict[str, Any] = json.loads((places.session(row.session).logs / f"{row.base}.json").read_text())
    return log


def undelivered(places: Places, row: Row) -> Path:
    return places.session(row.session).outbox / f"{row.base}.d" / "undelivered"


@pytest.fixture(autouse=True)
def other(places: Places) -> None:
    """Another session, which nobody watches."""
    places.session("co-y").make()


@pytest.mark.parametrize("end", ["", "raise SystemExit(1)"])
def test_notes_and_dos_arrive(places: Places, end: str) -> None:
    """A note arrives as from the run's session, a DO runs in the session that was named; however the run ended."""
    body = HEAD + "leave('co-y', 'any.txt', 'hello')\nleave('co-x', 'DO_kid.py', " + kid() + ")\n" + end
    with running(places, "co-x") as board:
        drop_python(places, "co-x", body)
        parent, child = board.await_runs(2)
        with Ledger(places) as ledger:
            known = ledger.parent_of("co-x", child.do_file, child.sha256)
    assert notes_of(places, "co-y") == ["hello\n"]
    assert (child.outcome, child.title) == ("passed", "x")
    assert known
    assert (known.run_id, known.ceiling, known.depth) == (parent.run_id, Flags(), 1)
    assert not any("delivered" in warning for warning in logged(places, parent)["warnings"])
    assert not undelivered(places, parent).exists()


def test_a_child_gets_at_most_what_its_parent_had(places: Places) -> None:
    """A DO that asks for the network waits for a human when the run that dropped it had none, whatever the policy."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", f"{HEAD}leave('co-x', 'DO_kid.py', {kid(consent=NETWORK)})")
        board.await_runs(1)
        (row,) = held(places)
        assert "the run that dropped it was not allowed the network" in str(row.reason)
        drop_python(places, "co-x", f"{HEAD}leave('co-x', 'DO_kid.py', {kid(consent=NETWORK)})", consent=NETWORK)
        board.await_runs(3)


def test_a_retried_child_is_still_a_child(places: Places) -> None:
    """Dropping the DO of a run's child again lifts no limit: the header names what it repeats."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", f"{HEAD}leave('co-x', 'DO_kid.py', {kid(consent=NETWORK)})")
        board.await_runs(1)
        (row,) = held(places)
        with Ledger(places) as ledger:
            ledger.deny(row.run_id, "a human", "no")
        wake(places.session("co-x"))
        board.await_runs(2)
        retry(places, row.run_id)
        (again,) = held(places)
    assert again.retry_of == row.run_id
    assert "the run that dropped it" in str(again.reason)


def test_generations_and_numbers_are_limited(places: Places) -> None:
    """A DO that drops itself ends after a few generations; too many notes and DOs stay, with a warning."""
    recursive = (
        "import os, re, secrets\ntext = open(os.environ['COTEMP_DO']).read()\n"
        "text = re.sub('# id: \".*\"', f'# id: \"{secrets.token_hex(6)}\"', text, 1)\n"
        "d = os.environ['COTEMP_OUTBOX'] + '/co-x'\nos.makedirs(d)\nopen(d + '/DO_me.py', 'w').write(text)"
    )
    many = HEAD + (
        f"for n in range({DOS} + 5): leave('co-y', f'DO_{{n:03}}.py', {kid()})\n"
        f"for n in range({NOTES} + 7): leave('co-y', f'{{n:03}}.md', str(n))\n"
    )
    with running(places, "co-x") as board:
        drop_python(places, "co-x", recursive)
        board.await_runs(1 + DEPTH)
        drop_python(places, "co-x", many)
        rows = board.await_runs(2 + DEPTH)
    last, busy = rows[DEPTH], rows[-1]
    assert len(rows) == 2 + DEPTH
    assert f"only {DEPTH} generations" in logged(places, last)["warnings"][-1]
    inbox = os.listdir(places.session("co-y").inbox)
    assert (sum(name.startswith("DO_") for name in inbox), len(inbox)) == (DOS, DOS + NOTES)
    assert len(list(undelivered(places, busy).rglob("*.py"))) == 5
    assert len(list(undelivered(places, busy).rglob("*.md"))) == 7


def test_what_cannot_be_delivered_is_kept(places: Places, tmp_path: Path) -> None:
    """Unknown sessions, links, pipes, huge or empty files and odd names hurt nobody: they stay, each with a reason."""
    (tmp_path / "secret.md").write_text("secret")
    body = (
        HEAD
        + f"""
leave("nobody", "a.md", "x")
leave("co-y", "empty.md", " ")
leave("co-y", "picture.png", "x")
leave("co-y", "\\x1b[31m.md", "odd name")
leave(".", "loose.md", "x")
leave("co-y", "huge.md", "x" * {NOTE_LIMIT + 1})
open(spool + "/co-y/latin.md", "wb").write(b"\\xff\\xfe\\xfa")
os.symlink({str(tmp_path / "secret.md")!r}, spool + "/co-y/link.md")
os.symlink({str(tmp_path)!r}, spool + "/co-z")
os.mkfifo(spool + "/co-y/pipe.md")
os.mkdir(spool + "/co-y/folder.md")
"""
    )
    with running(places, "co-x") as board:
        drop_python(places, "co-x", body)
        (row,) = board.await_runs(1)
    assert row.outcome == "passed"
    assert notes_of(places, "co-y") == ["odd name\n"]
    told = "\n".join(logged(places, row)["warnings"])
    for reason in (
        "no panel or session is called 'nobody'", "(empty): empty.md", "neither a note", "not in a folder named like",
        "more than 1 MiB", "no UTF-8", "(a symlink, no file): link.md", "(a FIFO, no file): pipe.md",
        "(a folder, no file): folder.md",
    ):  # fmt: skip
        assert reason in told
    kept = undelivered(places, row)
    assert (kept / "nobody" / "a.md").read_text() == "x"
    assert "secret" not in "".join(
        path.read_text("latin-1") for path in kept.rglob("*.md") if path.is_file() and not path.is_symlink()
    )
    assert "\x1b" not in told


def test_a_broken_do_is_delivered_and_rejected(places: Places) -> None:
    """A DO whose header is wrong is rejected in its session's queue, like any other."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", HEAD + "leave('co-x', 'DO_bad.py', 'print(1)')")
        _, row = board.await_runs(2)
    assert row.outcome == "rejected"


def test_a_crash_delivers_nothing_twice(places: Places) -> None:
    """What was being delivered when the power failed is kept, not sent once more; the rest arrives."""
    run_id = "20261121-101502-1-abcd"
    run_dir = places.runs / run_id
    (run_dir / "outbox" / "co-y").mkdir(parents=True)
    (run_dir / "outbox" / "co-y" / "later.md").write_text("later")
    (run_dir / "answer").write_text("perhaps it arrived")
    session = places.session("co-x")
    session.make()
    with Switchboard(places, ASK) as board:
        told = deliver_answers(board._desk, session, run_id, Flags(), 0)
        again = deliver_answers(board._desk, session, run_id, Flags(), 0)
    assert notes_of(places, "co-y") == ["later\n"]
    assert "may have arrived" in told[0]
    assert again == ()
    assert (run_dir / "artifacts" / "undelivered").read_text() == "perhaps it arrived"


def test_a_secret_in_the_title_hides_no_parent(places: Places) -> None:
    """A child whose name would be scrubbed when it is claimed is still known as a child."""
    token = "ghp" + "_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
    with running(places, "co-x") as board:
        drop_python(places, "co-x", f"{HEAD}leave('co-x', 'DO_kid.py', {kid(consent=NETWORK, title=token)})")
        board.await_runs(1)
        (row,) = held(places)
    assert "the run that dropped it" in str(row.reason)
    assert token not in row.do_file
