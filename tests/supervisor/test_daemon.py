"""The daemon may come, go and be killed: agents go on, nothing is lost, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cotemp.agents import desk, files
from cotemp.agents.places import AgentPlaces
from cotemp.agents.requests import Answer, What
from cotemp.agents.sequence import Sequence
from cotemp.places import Places, default_home
from cotemp.supervisor import agents, control
from cotemp.supervisor.logfile import log_file
from cotemp.times import local_now, parse_utc
from tests.conftest import need
from tests.waiting import eventually

from .fleets import Field

Serve = Callable[..., "Daemon"]


class Daemon:
    """A daemon of the test's own process."""

    def __init__(self, field: Field, step: str = "", *, real: bool = False) -> None:
        """`step`: where it kills itself; `real`: as fast as users have it."""
        self.field = field
        pace = {"COTEMP_TEST_PACE": "real"} if real else {}
        command = [sys.executable, "-m", "tests.supervisor.served", str(field.places.home), str(field.file)]
        root = Path(__file__).parents[2]
        self.said = field.root / f"daemon-{time.monotonic_ns()}.txt"
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, *([step] if step else [])], cwd=root, stdout=out, stderr=out, env=os.environ | pace
            )

    def ready(self) -> Daemon:
        """Once it holds its claim."""
        eventually(lambda: self._is_daemon() or self.process.poll() is not None, 20, "a daemon")
        assert self.process.poll() is None, self.said.read_text()
        return self

    def _is_daemon(self) -> bool:
        found = control.daemon(self.field.places)
        return found is not None and found.process.pid == self.process.pid

    def ask(self, what: What, *names: str, **args: str) -> Answer:
        """Ask it for something."""
        request = agents.request_for(what, names, args, self.field.file)
        return desk.ask(self.field.places, request, lambda: self.process.send_signal(signal.SIGHUP), 20)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def died(self) -> int:
        """Wait for its end."""
        return self.process.wait(30)


@pytest.fixture
def field(nothing_left: None, tmp_path: Path) -> Iterator[Field]:
    """The home of the command line, without agents."""
    need("tmux")
    places = Places.at(default_home())
    places.sessions.mkdir(parents=True)
    places.make_state()
    made = Field(places, tmp_path)
    yield made
    for name in made.host.look():
        made.host.stop(name)


@pytest.fixture
def serve(field: Field) -> Iterator[Serve]:
    """Starts daemons; all have ended when the test is over."""
    begun: list[Daemon] = []

    def start(step: str = "", *, real: bool = False) -> Daemon:
        begun.append(Daemon(field, step, real=real))
        return begun[-1]

    yield start
    for one in begun:
        one.kill()


@contextmanager
def told(field: Field) -> Iterator[None]:
    """Shows the daemon's log when the test fails in here."""
    try:
        yield
    except AssertionError as error:
        log = log_file(field.places)
        raise AssertionError(f"{error}\n{log.read_text() if log.exists() else 'no log'}") from error


def test_a_killed_daemon_finds_its_agents(field: Field, serve: Serve) -> None:
    """Agents outlive the daemon, and the next one takes them up: no restart, and no bell a second time."""
    mock = field.add("builder")
    first = serve_with(serve, field)
    with told(field):
        first.ask(What.NUDGE, "builder")
        eventually(lambda: any("go on with your work" in one for one in mock.prompts()), 15)
        first.kill()
        pid = field.pane("builder").pid
        second = serve().ready()
        field.becomes("builder", "idle")
        assert second.ask(What.UP, "builder").exit_code == 0
        second.ask(What.WAKE, "builder")
        eventually(lambda: any("scheduled wake" in one for one in mock.prompts()), 15)
    assert field.pane("builder").pid == pid
    assert len(mock.starts()) == 1
    assert sum("go on with your work" in one for one in mock.prompts()) == 1


def serve_with(serve: Serve, field: Field, *names: str, real: bool = False) -> Daemon:
    """A daemon whose agents are idle."""
    desk.leave(field.places, agents.request_for(What.UP, names, {}, field.file))
    one = serve(real=real).ready()
    for name in names or field.mocks:
        field.becomes(name, "idle")
    return one


def test_one_daemon_for_a_home(field: Field, serve: Serve) -> None:
    """A second daemon ends at once, and says who is there."""
    field.add("builder")
    serve_with(serve, field)
    second = serve()
    assert second.died() != 0
    assert "HeldByOther" in second.said.read_text()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the daemon that is left running
def test_it_ends_when_nothing_is_wanted(field: Field) -> None:
    """A daemon lives for its agents alone; when the last one was stopped it ends."""
    field.add("builder")
    agents.ask(field.places, What.UP, ["builder"], {}, field.file)
    field.becomes("builder", "idle", 30)
    agents.ask(field.places, What.DOWN, ["builder"], {}, field.file)
    eventually(lambda: control.daemon(field.places) is None, 30)
    assert not [pane for pane in field.host.look().values() if not pane.dead]


def test_it_lives_by_what_was_accepted(field: Field, serve: Serve) -> None:
    """A daemon that comes back while the file is broken goes on by the settings that were accepted."""
    mock = field.add("builder")
    serve_with(serve, field).kill()
    field.file.write_text("schema = 1\n[agents.builder]\nkind = ")
    agents_file = field.file
    process = subprocess.Popen(
        [sys.executable, "-m", "cotemp.supervisor", str(field.places.home), str(agents_file)], stderr=subprocess.PIPE
    )
    try:
        eventually(lambda: control.daemon(field.places) is not None or process.poll() is not None, 20)
        assert process.poll() is None
        os.kill(field.pane("builder").pid, signal.SIGKILL)
        eventually(lambda: len(mock.starts()) == 2, 30)
    finally:
        process.kill()
        process.communicate()


# --- work that is handed off ---


def git(repo: Path, *words: str) -> str:
    """What git says in that repo."""
    who = ("-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *words], cwd=repo, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repo(field: Field) -> Path:
    """The repo of the handoff, with one commit."""
    need("git")
    made = field.root / "repo"
    made.mkdir()
    git(made, "init", "-q", "-b", "main")
    write(made, "README", "a repo")
    return made


def write(repo: Path, name: str, text: str, subject: str = "work") -> str:
    """Commit a file; returns the commit's id."""
    (repo / name).write_text(text)
    git(repo, "add", name)
    git(repo, "commit", "-q", "-m", subject)
    return git(repo, "rev-parse", "HEAD")


def handoff(repo: Path, to: str, more: str = "") -> str:
    """The table of a handoff: claims are for that agent."""
    return f'[handoff]\nrepo = "{repo}"\nref = "main"\ncommits = [{{ prefix = "claim(", to = "{to}" }}]\n{more}\n'


def idle_for(field: Field, name: str, seconds: float) -> None:
    """Wait until an agent has been idle for so long."""

    def calm() -> bool:
        row = field.row(name)
        since = parse_utc(row["since"])
        return row["state"] == "idle" and (local_now() - since).total_seconds() > seconds

    eventually(calm)


def test_a_claim_reaches_the_other_loop(
    field: Field, serve: Serve, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A commit that fits a rule is told to its agent within two seconds, with its id and without its subject."""
    mock = field.add("adversary")
    field.write(handoff(repo, "adversary"))
    one = serve_with(serve, field, real=True)
    eventually(lambda: files_of(field).handoff.exists(), 15)
    idle_for(field, "adversary", 2.0)
    sha = write(repo, "gate", "1", "claim(gate 1): it works; rm -rf /")
    began = time.monotonic()
    with told(field):
        eventually(lambda: any(sha in one for one in mock.prompts()), 15)
    with capsys.disabled():
        print(f"\nfrom the commit to the ping: {time.monotonic() - began:.2f} s")
    assert not any("rm -rf" in one for one in mock.prompts())
    one.kill()
    serve().ready()
    write(repo, "more", "1", "review(gate 1): for nobody")
    eventually(lambda: "unknown" not in field.row("adversary")["state"])
    assert sum(sha in one for one in mock.prompts()) == 1


def files_of(field: Field) -> AgentPlaces:
    return AgentPlaces.of(field.places)


def sequence(field: Field) -> Sequence:
    """Where the sequence stands."""
    read = files.read(files_of(field).index, Sequence)
    assert read
    return read[0]


def in_phase(field: Field, phase: str) -> None:
    """Wait until that is the current phase."""
    eventually(lambda: sequence(field).phase == phase, 30)


PHASES = """
[[phases]]
id = "a"
plan = "a.md"
[[phases]]
id = "b"
plan = "b.md"
[[phases]]
id = "c"
plan = "c.md"
"""


def is_in(field: Field, phase: str) -> bool:
    """Whether the builder is idle in that phase."""
    row = field.row("builder")
    return row.get("phase") == phase and row.get("state") == "idle"


def advanced(field: Field, serve: Serve, repo: Path, steps: list[str]) -> None:
    """The first of three phases is done while a daemon is killed at each of these steps, one daemon after the other;
    the agent is brought into the second one, once."""
    mock = field.add("builder")
    field.write(handoff(repo, "builder") + PHASES)
    serve_with(serve, field).kill()
    assert sequence(field).phase == "a"
    write(repo, "STATUS-a.md", "it works\n## DONE\n")
    for step in steps:
        one = serve(step)
        if step == "kept:3":  # what is new at once is written once, so that the third time may not come
            eventually(lambda one=one: one.process.poll() is not None or is_in(field, "b"), 30)  # type: ignore[misc]
            one.kill()
        else:
            one.died()
    serve().ready()
    with told(field):
        eventually(lambda: len(mock.starts()) > 1 and field.row("builder").get("phase") == "b", 30)
        field.becomes("builder", "idle")
    write(repo, "other", "1")
    eventually(lambda: field.row("builder")["state"] == "idle")
    assert (sequence(field).phase, sequence(field).done) == ("b", ("a",))
    fresh = [start for start in mock.starts() if not start["resumed"]]
    assert len(fresh) == 2
    assert "phase is b" in fresh[1]["prompt"]
    assert field.record("builder").quarantined is None


def test_the_phase_changes_once(field: Field, serve: Serve, repo: Path) -> None:
    """A daemon that is killed where the phase is written down, or where the agent is restarted, advances it once."""
    advanced(field, serve, repo, ["kept:1", "begun:1", "started:1"])


@pytest.mark.slow
@pytest.mark.parametrize("step", ["kept:1", "kept:2", "kept:3", "begun:1", "stopped:1", "starting:1", "started:1"])
def test_the_phase_changes_once_whatever_happens(field: Field, serve: Serve, repo: Path, step: str) -> None:
    """The same for each single step."""
    advanced(field, serve, repo, [step])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of the daemon that is left running
def test_down_waits_for_its_agents(field: Field, serve: Serve) -> None:
    """When everything is taken down the daemon ends last: no agent is left running, however long each takes to go."""
    names = [f"agent{number}" for number in range(5)]
    for name in names:
        field.add(name)
    one = serve_with(serve, field)
    for name in names:
        field.mocks[name].tell("wedge deaf")
    agents.ask(field.places, What.DOWN, names, {}, field.file)
    control.down(field.places)
    assert control.daemon(field.places) is None
    assert one.died() == 0
    assert not [pane for pane in field.host.look().values() if not pane.dead]


@pytest.mark.slow
def test_a_whole_sequence(field: Field, serve: Serve, repo: Path) -> None:
    """Two phases from beginning to end: the loop is led through both and stopped, and the end is told once."""
    told_on_desktop = field.root / "notified"
    loop = field.add("builder")
    chief = field.add("orchestrator", 'prompt_text = "look after them"\nwake = { every = "1h" }', kind="persistent")
    script = f'echo "$1" >> "{told_on_desktop}"'
    notify = json.dumps(["sh", "-c", script, "notify", "{text}"])
    phases = PHASES.split('[[phases]]\nid = "c"')[0]
    field.write(handoff(repo, "builder", 'journal = "JOURNAL.md"') + phases + f"[supervisor]\nnotify = {notify}\n")
    serve_with(serve, field)
    with told(field):
        for phase in ("a", "b"):
            in_phase(field, phase)
            field.becomes("builder", "idle", 30)
            write(repo, f"STATUS-{phase}.md", "## DONE\n")
        eventually(lambda: files_of(field).complete.exists(), 30)
        field.becomes("builder", "done", 30)
        eventually(lambda: any("last scheduled wake" in one for one in chief.prompts()), 30)
        eventually(lambda: (repo / "JOURNAL.md").exists() and told_on_desktop.exists(), 30)
        field.becomes("orchestrator", "idle")
    assert [start["resumed"] for start in loop.starts()] == [False, False]
    assert len((repo / "JOURNAL.md").read_text().splitlines()) == 1
    assert len(told_on_desktop.read_text().splitlines()) == 1
    assert not field.pane("orchestrator").dead
