"""The parts that need no agent: threads, services, checks, accepted settings, the journal, the desktop."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cotemp.config.settings import CheckConfig
from cotemp.config.trusted import trust
from cotemp.errors import BadConfig, CotempError, HeldByOther, ToolMissing
from cotemp.places import Places, own_config_file
from cotemp.redact import Scrubber
from cotemp.supervisor.accepted import accept, accepted, accepted_file
from cotemp.supervisor.fleet.checks import run_check
from cotemp.supervisor.fleet.desktop import notify
from cotemp.supervisor.fleet.journal import append_once
from cotemp.supervisor.fleet.service import run_service
from cotemp.supervisor.fleet.workers import Workers
from tests.waiting import eventually

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PLAIN = Scrubber({}, b"key")


class TestWorkers:
    def test_one_after_the_other_for_each_key(self) -> None:
        """What is done to one agent is done in order; others do not wait for it."""
        workers, done, gate = Workers(2), list[str](), threading.Event()

        def first() -> None:
            gate.wait(10)
            done.append("a1")

        workers.give("a", first)
        workers.give("a", lambda: done.append("a2"))
        workers.give("b", lambda: done.append("b"))
        eventually(lambda: done == ["b"])
        gate.set()
        eventually(lambda: done == ["b", "a1", "a2"])
        assert workers.close(5)

    def test_the_end_waits_for_what_is_being_done(self) -> None:
        """What was begun is finished, within limits; what was not begun is left."""
        workers, gate, begun = Workers(1), threading.Event(), threading.Event()

        def first() -> None:
            begun.set()
            gate.wait(10)

        workers.give("a", first)
        workers.give("a", lambda: pytest.fail("it was begun after the end"))
        assert begun.wait(10)
        assert not workers.close(0.05)
        gate.set()
        assert workers.close(5)


class TestService:
    def test_its_output_is_kept_without_secrets(self, tmp_path: Path) -> None:
        """The end of all runs stands in one file of bounded size, and no secret ever does."""
        scrubber = Scrubber({"TOKEN": "hunter2-hunter2"}, b"key")
        code = "print('token hunter2-hunter2')"
        for _ in range(2):
            run_service([sys.executable, "-c", code], tmp_path, {}, tmp_path, scrubber)
        said = (tmp_path / "service.log").read_text()
        assert said.count("exit code 0") == 2
        assert "hunter2" not in said

    def test_a_failure_has_words(self, tmp_path: Path) -> None:
        """What fails, or cannot be run at all, is told with what to do."""
        with pytest.raises(CotempError, match="exit code 3"):
            run_service([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, {}, tmp_path, PLAIN)
        with pytest.raises(ToolMissing, match="nowhere"):
            run_service(["/nowhere/at-all"], tmp_path, {}, tmp_path, PLAIN)

    def test_never_two_at_once(self, tmp_path: Path) -> None:
        """Also when another daemon, which was killed, began the one that still runs."""
        gate = tmp_path / "gate"
        code = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
        argv = [sys.executable, "-c", code]
        first = threading.Thread(target=run_service, args=(argv, tmp_path, {}, tmp_path, PLAIN))
        first.start()
        eventually(lambda: (tmp_path / "service.json").exists())
        with pytest.raises(HeldByOther):
            run_service(argv, tmp_path, {}, tmp_path, PLAIN)
        gate.touch()
        first.join(10)
        run_service(argv, tmp_path, {}, tmp_path, PLAIN)


class TestChecks:
    @pytest.mark.parametrize(
        ("argv", "ok", "text"),
        [
            (("sh", "-c", "echo all; echo good"), True, "good"),
            (("sh", "-c", "echo no route to host; exit 4"), False, "no route to host"),
            (("sh", "-c", "exit 4"), False, "exit code 4"),
            (("sh", "-c", "sleep 60 & sleep 60"), False, "no answer in 0.3 s"),
            (("/nowhere/at-all",), False, "cannot be run"),
        ],
    )
    def test_how_it_went(self, argv: tuple[str, ...], ok: bool, text: str) -> None:
        """Its last words are shown; one that hangs is ended in its time, with all that it started."""
        seen = run_check(CheckConfig(argv=argv, timeout=0.3 if "sleep" in argv[-1] else 10), NOW, PLAIN)
        assert seen.ok is ok
        assert text in seen.text


class TestAccepted:
    def test_the_whole_file_is_kept(self, places: Places) -> None:
        """What was accepted stays in force when the file changes, and paths count from where the file lies."""
        file = own_config_file()
        file.parent.mkdir(parents=True)
        file.write_text('schema = 1\n[agents.a]\nkind = "loop"\nbackend = "sh"\nprompt = "prompts/a.md"\n')
        accept(places, file, NOW)
        file.write_text("schema = ")
        found = accepted(places)
        assert found
        assert found.config.agents["a"].prompt == file.parent / "prompts" / "a.md"
        assert found.file == file
        assert accepted_file(places).stat().st_mode & 0o077 == 0

    def test_a_mistake_keeps_the_old_ones(self, places: Places) -> None:
        """A file with a mistake is refused with its place, and what was accepted before holds."""
        file = own_config_file()
        file.parent.mkdir(parents=True)
        file.write_text("schema = 1\n")
        accept(places, file, NOW)
        before = accepted_file(places).read_bytes()
        file.write_text("schema = 1\n[agents.a]\nkind = 3\n")
        with pytest.raises(BadConfig, match=r"agents\.toml:3"):
            accept(places, file, NOW)
        assert accepted_file(places).read_bytes() == before

    def test_a_strangers_file(self, places: Places, tmp_path: Path) -> None:
        """Settings from elsewhere count only when they are trusted, as they are now."""
        file = tmp_path / "agents.toml"
        file.write_text("schema = 1\n")
        with pytest.raises(BadConfig, match="nobody trusted it"):
            accept(places, file, NOW)
        trust(places, file)
        accept(places, file, NOW)

    def test_nothing_was_accepted(self, places: Places) -> None:
        """No file, or one that somebody damaged, is nothing that was accepted."""
        assert accepted(places) is None
        accepted_file(places).write_text("schema = 1\n")
        assert accepted(places) is None


def test_the_journal_is_appended_to_once(tmp_path: Path) -> None:
    """A line of ours goes to the end of what others wrote, on a line of its own, once."""
    file = tmp_path / "notes" / "JOURNAL.md"
    assert append_once(file, "all phases are done")
    file.write_text("somebody wrote this without a line end")
    assert append_once(file, "all phases are done")
    assert not append_once(file, "all phases are done")
    assert file.read_text() == "somebody wrote this without a line end\nall phases are done\n"


class TestDesktop:
    def test_by_the_command_of_the_settings(self, tmp_path: Path) -> None:
        """Title and text reach the program as they are, each as a part of one argument."""
        file = tmp_path / "said"
        code = "import sys; open(sys.argv[1], 'w').write('|'.join(sys.argv[2:]))"
        notify("a title", "a $text; echo", (sys.executable, "-c", code, str(file), "{title}", "to {text}"))
        assert file.read_text() == "a title|to a $text; echo"

    def test_none_is_wanted(self) -> None:
        """`notify = false` shows nothing."""
        notify("a title", "a text", wish=False)

    def test_there_is_no_desktop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the system has no program for it, that is said with what to do."""
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(ToolMissing, match="notify"):
            notify("a title", "a text", None)
