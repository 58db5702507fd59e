"""The mock agent behaves as agent programs do, and tells exactly what it was sent."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cotemp.config import load
from cotemp.errors import BadUsage
from cotemp.testing import MOCK_BACKEND, MockAgent
from tests.waiting import eventually

from .conftest import COMPOSER, SESSION, Running, Start
from .terminals import Tmux

STATES = [
    ("busy", "busy", "esc to interrupt)", "◐◓◑◒"),
    ("idle", "idle", "Try", "✳"),
    ("ask", "waiting", "Do you want to proceed?", "✳"),
    ("limit 7pm (UTC)", "idle", "You've hit your session limit · resets 7pm (UTC)", "✳"),
    ("retry 600", "busy", "[retrying in 59", "◐◓◑◒"),
    ("auth", "idle", "Please run /login · API Error: 401", "✳"),
    ("no-model", "idle", "There's an issue with the selected model", "✳"),
    ("wedge", "idle", "Try", "✳"),
]


@pytest.mark.parametrize(("command", "status", "text", "marks"), STATES)
def test_session_file_screen_and_title_agree(agent: Running, command: str, status: str, text: str, marks: str) -> None:
    """In every state, what the program says of itself and what it shows is the same."""
    agent.mock.do(command)
    agent.see(text)
    assert agent.status() == status
    assert eventually(agent.terminal.title)[0] in marks


def test_session_file_is_that_of_claude(agent: Running) -> None:
    """Whoever reads claude's session files can read this one, and sees to which process it belongs."""
    agent.mock.do("ask")
    said = agent.mock.said()
    assert said is not None
    assert (said["pid"], said["sessionId"], said["waitingFor"]) == (agent.pid, SESSION, "approve Bash")
    if sys.platform == "linux":
        assert said["procStart"] == Path(f"/proc/{agent.pid}/stat").read_text().rpartition(")")[2].split()[19]


def test_counts_what_was_typed(agent: Running) -> None:
    """A prompt that is typed arrives once, at its Enter, and makes a turn."""
    agent.terminal.type("do it")
    agent.see("do it")
    assert agent.mock.prompts() == []
    agent.terminal.press("Enter")
    agent.see("Done.")
    assert agent.mock.prompts() == ["do it"]
    assert agent.status() == "idle"


def test_takes_commands_in_order(agent: Running) -> None:
    """Commands that were given at once are done in the order in which they were given."""
    for number in range(20):
        agent.mock.tell(f"draft number {number}")
    agent.mock.do("context 91")
    agent.see("number 19")
    agent.see("context 91%")


def test_commands_can_be_typed(agent: Running) -> None:
    """A human can put it into a state, too; that is no prompt."""
    agent.terminal.type("/busy")
    agent.terminal.press("Enter")
    agent.see("esc to interrupt)")
    assert agent.mock.prompts() == []


def test_only_text_that_somebody_typed_is_bright(start_in_tmux: Start) -> None:
    """Placeholder and suggestion are dim, a draft is not: that is how a reader can tell them apart."""
    agent = start_in_tmux()
    assert isinstance(agent.terminal, Tmux)
    dim = f"{COMPOSER}\u00a0\x1b[2m"
    assert dim + "Try" in agent.terminal.colours()
    agent.mock.do("suggest run the tests")
    agent.see("run the tests")
    assert dim + "run the tests" in agent.terminal.colours()
    agent.mock.do("draft half a thought")
    agent.see("half a thought")
    assert f"{COMPOSER}\u00a0half a thought" in agent.terminal.colours()


def test_follows_its_terminals_size(start_in_tmux: Start) -> None:
    """In a terminal that becomes smaller, the composer stays in sight."""
    agent = start_in_tmux()
    assert isinstance(agent.terminal, Tmux)
    agent.terminal.resize(40, 10)
    eventually(lambda: "─" * 40 in agent.terminal.screen().splitlines())
    agent.see(COMPOSER)


def test_pasted_lines_wait_for_enter(start: Start) -> None:
    """A bracketed paste of several lines is one draft; nothing is sent before Enter."""
    agent = start()
    agent.terminal.type("\x1b[200~one\rtwo\x1b[201~")
    agent.see("two")
    assert agent.mock.prompts() == []
    agent.terminal.press("Enter")
    eventually(lambda: agent.mock.prompts() == ["one\ntwo"])


def test_prompt_while_busy_waits(start: Start) -> None:
    """What is sent while it works is taken up afterwards."""
    agent = start()
    agent.mock.do("busy")
    agent.terminal.type("later")
    agent.terminal.press("Enter")
    agent.see("1 queued")
    agent.mock.do("idle")
    eventually(lambda: agent.status() == "idle")
    agent.see("> later")
    assert agent.mock.turns()[-1]["doing"] == "busy"


def test_escape_interrupts(start: Start) -> None:
    """Escape ends a turn, and that is noted down: nobody should do it to a human's agent."""
    agent = start()
    agent.mock.do("busy")
    agent.terminal.press("Escape")
    agent.see("Interrupted by user")
    assert [turn["kind"] for turn in agent.mock.turns()] == ["interrupted"]


@pytest.mark.parametrize(
    ("keys", "option"), [(["Enter"], 1), (["Down", "Enter"], 2), (["Up", "Enter"], 3), (["Escape"], 3)]
)
def test_counts_answers(start: Start, keys: list[str], option: int) -> None:
    """Whoever answers its question is found out, and with which option."""
    agent = start()
    agent.mock.do("ask")
    agent.terminal.type("text goes nowhere")
    for key in keys:
        agent.terminal.press(key)
    agent.see(f"{COMPOSER}\u00a0Try")
    (answer,) = agent.mock.turns()
    assert (answer["kind"], answer["option"]) == ("answer", option)


def test_digit_answers_at_once(start: Start) -> None:
    """A digit needs no Enter in a dialog, as in real programs: a prompt that holds one is dangerous there."""
    agent = start()
    agent.mock.do("ask")
    agent.terminal.type("see 2 files")
    eventually(lambda: [turn["kind"] for turn in agent.mock.turns()] == ["answer"])


def test_enter_on_a_suggestion_sends_it(start: Start) -> None:
    """What nobody typed is sent by Enter, and told apart."""
    agent = start()
    agent.mock.do("suggest delete it all")
    agent.terminal.press("Enter")
    eventually(lambda: [turn["kind"] for turn in agent.mock.turns()] == ["suggestion"])


def test_enter_in_the_palette_chooses(start: Start) -> None:
    """While the palette is there, what is typed and sent is no prompt."""
    agent = start()
    agent.mock.do("palette")
    agent.terminal.type("new")
    agent.see("New session")
    agent.gone("Switch model")
    agent.terminal.press("Enter")
    agent.gone("New session")
    assert agent.mock.prompts() == []
    assert [turn["kind"] for turn in agent.mock.turns()] == ["palette"]


def test_limit_answers_every_prompt(start: Start) -> None:
    """While it is limited, a prompt is counted, and gets the limit again; it is over when told so."""
    agent = start()
    agent.mock.do("limit 9am (Europe/Berlin)")
    agent.terminal.type("go on")
    agent.terminal.press("Enter")
    eventually(lambda: agent.terminal.screen().count("resets 9am (Europe/Berlin)") == 2)
    assert agent.status() == "idle"
    agent.mock.do("idle")
    agent.terminal.type("now")
    agent.terminal.press("Enter")
    agent.see("Done.")


def test_goes_on_by_itself_after_a_limit(start: Start) -> None:
    """A program that resumes by itself does it without being told, and is idle then."""
    agent = start()
    agent.mock.do("retry 0.3 7pm (UTC)")
    agent.see("Done.")
    agent.gone("retrying")
    assert [turn["kind"] for turn in agent.mock.turns()] == ["resumed-itself"]


def test_needs_several_enters(start: Start) -> None:
    """An Enter may have no effect; the text stays in the composer then."""
    agent = start()
    agent.mock.do("slow-enter 3")
    agent.terminal.type("hard to send")
    for _ in range(2):
        agent.terminal.press("Enter")
    agent.see(f"{COMPOSER}\u00a0hard to send")
    assert agent.mock.prompts() == []
    agent.terminal.press("Enter")
    eventually(lambda: agent.mock.prompts() == ["hard to send"])


def test_loses_what_is_typed(start: Start) -> None:
    """Typed text may get lost, in part or as a whole."""
    agent = start()
    agent.mock.do("eat 4")
    agent.terminal.type("you see this")
    agent.see(f"{COMPOSER}\u00a0see this")


def test_enter_with_text_is_a_line_break_when_gulping(start: Start) -> None:
    """Some programs take an Enter that comes with text for a part of it."""
    agent = start()
    agent.mock.do("gulp")
    agent.terminal.type("all at once\r")
    agent.see("all at once")
    agent.terminal.press("Enter")
    eventually(lambda: agent.mock.prompts() == ["all at once\n"])


def test_can_be_mute_and_lie(start: Start) -> None:
    """The session file may be missing, or say something else than the screen."""
    agent = start()
    agent.mock.do("mute")
    agent.mock.do("busy")
    assert agent.mock.said() is None
    agent.mock.do("mute off")
    agent.mock.do("lie idle")
    assert agent.status() == "idle"
    agent.see("esc to interrupt)")
    agent.mock.do("lie")
    assert agent.status() == "busy"


def test_compacting_makes_room(start: Start) -> None:
    """`/compact` lowers what is used of the context."""
    agent = start()
    agent.mock.do("context 91")
    agent.terminal.type("/compact")
    agent.terminal.press("Enter")
    agent.see("context 7% used")


def test_misspelled_command_is_refused(mock: MockAgent) -> None:
    """A test that asks for something unknown is told at once."""
    with pytest.raises(BadUsage, match="wegde"):
        mock.tell("wegde deaf")


def test_backend_is_a_valid_row(tmp_path: Path) -> None:
    """`MOCK_BACKEND` can stand in anybody's agents.toml."""
    file = tmp_path / "agents.toml"
    file.write_text("schema = 1\n" + MOCK_BACKEND)
    assert load(file).backends["mock"].session_id == "chosen"
    assert tomllib.loads(MOCK_BACKEND)["backends"]["mock"]["prompt"] == "argument"


def test_starts_light() -> None:
    """It imports nothing but Python's own and itself: fifty of them start at once in tests."""
    code = "import cotemp.testing.mock_agent.__main__, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    own = {name for name in loaded if name.startswith("cotemp") and not name.startswith("cotemp.testing.mock_agent")}
    assert own == {"cotemp", "cotemp.testing"}
    assert {
        name.split(".")[0] for name in loaded if not name.startswith(("_", "cotemp"))
    } <= sys.stdlib_module_names | {
        "sitecustomize",
        "usercustomize",
    }
