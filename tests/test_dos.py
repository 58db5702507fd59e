"""DOs on their way in: written whole, found again by their run, and shipped ones that work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from cotemp import dos
from cotemp.errors import BadUsage, CotempError, DamagedData, NotFound, UnknownTarget
from cotemp.messages.do import Draft, Flags, Repo
from cotemp.messages.header import Syntax, is_whole, read, write
from cotemp.messages.language import LANGUAGES, Language
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.names import DO_LIMIT, new_run_id, running_name
from cotemp.places import Places, SessionPlaces, shipped
from cotemp.runner.engines import ENGINES
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.store.mailbox import move
from cotemp.times import local_now

PWSH, PYTHON, SH = (LANGUAGES[name] for name in ("pwsh", "python", "sh"))
DRAFT = Draft("DO-Smoke", "Get-Date\n", "", Repo("app", "/srv/app"), "Show the time", Flags(network=True), 90)


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    """The session `co-x`, empty."""
    session = places.session("co-x")
    session.make()
    return session


def test_a_dropped_do_is_a_whole_valid_do(places: Places, session: SessionPlaces) -> None:
    """What is dropped lies in the inbox under the contract's name, proves that it is whole, and says what was meant."""
    dropped = dos.drop(places, "CO-X", DRAFT, PWSH)
    data = dropped.path.read_bytes()
    do = read(data, Syntax.BLOCK)
    assert is_whole(data)
    assert dropped.path.parent == session.inbox
    assert re.fullmatch(r"DO_DO-Smoke_\d{6}-[0-9a-v]{6}\.ps1", dropped.path.name)
    assert (do.title, do.session_id, do.repo, do.brief) == ("DO-Smoke", "co-x", DRAFT.repo, "Show the time")
    assert (do.consent, do.timeout, do.id) == (DRAFT.consent, 90, dropped.id)
    assert data.endswith(b"Get-Date\n")
    assert os.listdir(session.inbox) == [dropped.path.name]


def test_none_of_many_is_lost(places: Places, session: SessionPlaces) -> None:
    """DOs of one title dropped in one second, from several threads, are all there, each with an id of its own."""

    def drop_many() -> None:
        for _ in range(50):
            found.append(dos.drop(places, "co-x", DRAFT, PYTHON))

    found: list[dos.Dropped] = []
    threads = [threading.Thread(target=drop_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.path for one in found}) == len({one.id for one in found}) == len(os.listdir(session.inbox)) == 200


@pytest.mark.parametrize("prefix", ["ghp_", "npm_", "hf_"])
def test_no_file_is_called_after_a_key(places: Places, session: SessionPlaces, prefix: str) -> None:
    """Not even where the name is cut in the midst of it; the DO itself says what was meant."""
    key = prefix + "0123456789abcdefghijABCDEFGHIJ456789"
    for title in (f"Rotate {key} now", "x" * 70 + f" {key}"):
        dropped = dos.drop(places, "co-x", replace(DRAFT, title=title), PWSH)
        assert key[:12] not in dropped.path.name
        assert title.encode() in dropped.path.read_bytes()


@pytest.mark.parametrize("title", ["a/b\\c", "../../x", "x" * 300, "‮ gnp.é✓", "\ud800\n\0", "con", "."])
def test_any_title_gives_a_file_in_the_inbox(places: Places, session: SessionPlaces, title: str) -> None:
    """No title leads out of the inbox, or to a name that a system cannot store."""
    path = dos.drop(places, "co-x", replace(DRAFT, title=title), PWSH).path
    assert path.parent == session.inbox
    assert len(os.fsencode(path.name)) <= 255
    assert os.listdir(session.inbox) == [path.name]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"title": " \n"}, "the title is empty"),
        ({"body": "a\0b"}, "zero byte"),
        ({"body": "x" * DO_LIMIT}, "more than 8 MiB"),
        ({"brief": "x" * 70_000}, "at most 64 KiB"),
        ({"repo": Repo("a", 'C:\\a"b')}, "cannot carry the path"),
        ({"repo": Repo("a", "/srv/{0}")}, "cannot carry the path"),
        ({"timeout": 0.0}, "no time to run"),
    ],
)
def test_what_could_not_run_is_not_dropped(
    places: Places, session: SessionPlaces, change: dict[str, object], what: str
) -> None:
    """A draft that would be rejected, or would mean another folder, is refused, and nothing is left in the inbox."""
    with pytest.raises(BadUsage, match=re.escape(what)):
        dos.drop(places, "co-x", replace(DRAFT, **change), PWSH)  # type: ignore[arg-type]
    assert os.listdir(session.inbox) == []


def test_an_unknown_session_is_created_only_when_asked(places: Places) -> None:
    """A misspelt target is an error; `create` makes the session."""
    with pytest.raises(UnknownTarget):
        dos.drop(places, "co-new", DRAFT, PWSH)
    assert places.session_ids() == []
    assert dos.drop(places, "co-new", DRAFT, PWSH, create=True).path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="symlinks need a privilege on Windows")
def test_an_inbox_that_leads_out_of_the_home_is_refused(places: Places, session: SessionPlaces, tmp_path: Path) -> None:
    """Nothing is written through a symlink that somebody put into a synced home."""
    session.inbox.rmdir()
    session.inbox.symlink_to(tmp_path)
    before = os.listdir(tmp_path)
    with pytest.raises(DamagedData):
        dos.drop(places, "co-x", DRAFT, PWSH)
    assert os.listdir(tmp_path) == before


def test_a_missing_inbox_is_made(places: Places, session: SessionPlaces) -> None:
    """A session that somebody made by hand has no inbox yet."""
    session.inbox.rmdir()
    assert dos.drop(places, "co-x", DRAFT, PWSH).path.exists()


def test_a_finished_file_is_dropped_as_it_is(places: Places, session: SessionPlaces) -> None:
    """Not a byte of a file with a header is changed."""
    data = write(replace(DRAFT, session_id="co-other"), Syntax.HASH, sealed=False).replace(b"Get-Date", b"print(1)")
    dropped = dos.drop_file(places, "co-x", data, read(data, Syntax.HASH), PYTHON)
    assert dropped.path.read_bytes() == data
    assert dropped.path.suffix == ".py"
    assert (dropped.title, dropped.id) == ("DO-Smoke", None)


# --- waiting for the run ---


def run_it(places: Places, dropped: dos.Dropped, outcome: Outcome, do_id: str | None = None) -> None:
    """What a watcher does with a dropped DO, without the process."""
    run_id, session = new_run_id(local_now()), dropped.session
    move(dropped.path, session.running / running_name(run_id, dropped.path.name))
    run = Run(
        run_id, session.id, dropped.path.name, "00", f"b-{run_id}", "host", "t", dropped.at,
        do=replace(read(b"".join([write(DRAFT, Syntax.HASH)]), Syntax.HASH), id=do_id) if do_id else None,
    )  # fmt: skip
    with Ledger(places) as ledger:
        ledger.intend(run, this_process())
        ledger.conclude(run_id, Ended(local_now(), outcome, exit_code=0))
        ledger.mark_filed(run_id)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN])
def test_waiting_ends_with_the_run(places: Places, session: SessionPlaces, outcome: Outcome) -> None:
    """Who waits gets the run of this very file, not of one of the same title."""
    other = dos.drop(places, "co-x", DRAFT, PYTHON)
    dropped = dos.drop(places, "co-x", DRAFT, PYTHON)
    run_it(places, other, Outcome.CANCELLED)
    timer = threading.Timer(0.05, run_it, (places, dropped, outcome))
    timer.start()
    row = dos.await_run(places, dropped)
    timer.join()
    assert (row.do_file, row.outcome) == (dropped.path.name, outcome)


def test_waiting_survives_a_clock_that_is_set_back(places: Places, session: SessionPlaces) -> None:
    """Who waits gets the run also when the clock was set back by a day meanwhile."""
    dropped = dos.drop(places, "co-x", DRAFT, PYTHON)
    dropped = dropped._replace(at=dropped.at + timedelta(days=1))
    run_it(places, dropped, Outcome.PASSED)
    assert dos.await_run(places, dropped).outcome is Outcome.PASSED


def test_waiting_goes_on_while_the_do_is_being_run(
    places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claimed DO is not lost, and a run counts as ended only when its logs are there to be read."""
    dropped = dos.drop(places, "co-x", DRAFT, PYTHON)
    run_id = new_run_id(local_now())
    run = Run(run_id, "co-x", dropped.path.name, "00", f"b-{run_id}", "host", "t", dropped.at)
    ledger = Ledger(places)
    steps: list[Callable[[], object]] = [
        lambda: move(dropped.path, session.running / running_name(run_id, dropped.path.name)),
        lambda: None,
        lambda: ledger.intend(run, this_process()),
        lambda: ledger.conclude(run_id, Ended(local_now(), Outcome.PASSED)),
        lambda: ledger.mark_filed(run_id),
    ]
    monkeypatch.setattr(dos, "LOST_AFTER", 0.0)
    monkeypatch.setattr("time.sleep", lambda _: steps.pop(0)())
    assert dos.await_run(places, dropped).run_id == run_id
    assert steps == []
    ledger.close()


def test_waiting_ends_when_another_program_took_the_do(
    places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A DO that leaves the queue without a run of ours, such as to the original's watcher, is not waited for."""
    monkeypatch.setattr(dos, "LOST_AFTER", 0.05)
    dropped = dos.drop(places, "co-x", DRAFT, PYTHON)
    dropped.path.rename(session.outbox / dropped.path.name)
    with pytest.raises(NotFound, match="left the queue"):
        dos.await_run(places, dropped)


# --- the shipped ones ---

SCRIPTS = sorted((shipped("templates") / "do").iterdir())


def language_of(script: Path) -> Language:
    return next(language for language in LANGUAGES.values() if language.extension == script.suffix)


def test_the_languages_are_those_of_the_engines() -> None:
    """What can be dropped is what can be run."""
    runnable = {name: Language(name, engine.extension, engine.syntax) for name, engine in ENGINES.items()}
    assert runnable == dict(LANGUAGES)


def test_every_template_has_a_script_for_every_engine() -> None:
    """Nobody is offered a template that does not exist in the language of choice."""
    assert {script.name for script in SCRIPTS} == {
        f"{name}{language.extension}" for name in dos.TEMPLATES for language in LANGUAGES.values()
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_template_makes_a_valid_do(script: Path) -> None:
    """A header written around a shipped script can be read again, and asks for no right."""
    language = language_of(script)
    data = write(dos.from_template(script.stem, language), language.syntax)
    do = read(data, language.syntax)
    assert is_whole(data)
    assert (do.title, do.consent, do.repo.path) == (dos.TEMPLATES[script.stem].title, Flags(), None)
    assert data.isascii()


@pytest.mark.parametrize("script", [s for s in SCRIPTS if s.suffix == ".ps1"], ids=lambda script: script.name)
def test_powershell_templates_parse(script: Path) -> None:
    """A shipped PowerShell script has no syntax error, with its header before it."""
    data = write(dos.from_template(script.stem, PWSH), Syntax.BLOCK)
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    assert not parser.parse(data).root_node.has_error


def run_script(script: Path, folder: Path) -> str:
    """Run a shipped script as a DO in `folder`; returns what it printed."""
    language = language_of(script)
    file = folder.parent / f"DO_{script.name}"
    file.write_bytes(write(dos.from_template(script.stem, language), language.syntax))
    program = sys.executable if language is PYTHON else shutil.which("sh") or pytest.skip("there is no sh here")
    out = subprocess.run([program, str(file)], cwd=folder, capture_output=True, text=True, check=True)
    assert out.stderr == ""
    return out.stdout


RUNNABLE = [script for script in SCRIPTS if script.suffix != ".ps1"]


@pytest.mark.parametrize(
    "script", [s for s in RUNNABLE if s.stem in ("hello", "smoke")], ids=lambda script: script.name
)
def test_hello_and_smoke_tell_time_and_version(script: Path, tmp_path: Path) -> None:
    """The first line ends with the time, the second holds a version."""
    time, version = run_script(script, tmp_path).splitlines()
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", time)
    assert re.search(r"\d+\.\d+", version)


@pytest.mark.parametrize("script", [s for s in RUNNABLE if s.stem == "reposcan"], ids=lambda script: script.name)
def test_reposcan_lists_at_most_50_files_and_touches_none(script: Path, tmp_path: Path) -> None:
    """A large repo gives 50 lines, a small one all its files, but for those of git."""
    repo = tmp_path / "a repo"
    (repo / ".git").mkdir(parents=True)
    (repo / ".git" / "config").touch()
    (repo / "one é.txt").write_text("12345")
    lines = run_script(script, repo).splitlines()
    assert lines[0] == f"Repo: {repo}"
    assert [line.endswith("one é.txt") and " 5 " in line for line in lines[1:]] == [True]
    for number in range(60):
        (repo / f"{number}.txt").touch()
    assert len(run_script(script, repo).splitlines()) == 51
    assert len(os.listdir(repo)) == 62


@pytest.mark.parametrize("script", [s for s in RUNNABLE if s.stem == "cctsfallback"], ids=lambda script: script.name)
def test_cctsfallback_answers_ok(script: Path, tmp_path: Path) -> None:
    """The fallback path returns OK."""
    assert run_script(script, tmp_path) == "CCTS fallback: OK\n"


def test_an_unknown_template_is_named_with_the_known_ones() -> None:
    """A misspelt template is an error that lists what there is."""
    with pytest.raises(CotempError) as caught:
        dos.from_template("smok", PYTHON)
    assert "hello, smoke, reposcan, cctsfallback" in caught.value.fix
