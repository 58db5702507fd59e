"""From the settings to a start: the command, the environment, the prompt, and what differs from the last one."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.agents.launching import LONGEST, Here, LaunchPlan, Wanted, differences, plan_launch
from cotemp.agents.places import AgentPlaces
from cotemp.config import Config, Phase, load
from cotemp.errors import BadConfig, NotFound

UUID = "5f4f9b8e-5ad5-4b5f-9d43-6f1a7a0c1f11"
PHASE = Phase(id="pvfix", plan="plans/pvfix.md")
AGENTS = """
[agents.builder]
kind = "loop"
backend = "claude"
model = "sonnet"
prompt = "builder.md"
workdir = "work"
env = { EDITOR = "true" }
[agents.orchestrator]
kind = "persistent"
backend = "codex"
prompt_text = "Watch."
workdir = "work"
[agents.assistant]
kind = "task"
backend = "opencode"
workdir = "work"
host = "pty"
[agents.upgrader]
kind = "task"
backend = "claude"
prompt_text = "/upgrade-all"
workdir = "work"
[agents.logs]
kind = "service"
argv = ["cotemp", "gc"]
workdir = "work"
env = { A = "b" }
"""

Configure = Callable[..., Config]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Writes the settings of the tests, with more of them if need be."""
    (tmp_path / "work").mkdir()
    (tmp_path / "builder.md").write_text("Build it.\n", encoding="utf-8")

    def write(more: str = "", agents: str = AGENTS) -> Config:
        file = tmp_path / "agents.toml"
        file.write_text(agents + more, encoding="utf-8")
        return load(file)

    return write


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path / "home", AgentPlaces(tmp_path / "state"), {"PATH": "/bin", "LANG": "C.UTF-8"}, "tmux")


def test_a_loop_starts_its_phase(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A loop gets its model, a session id of ours, and its prompt with a line about the current phase."""
    plan = plan_launch(configure(), "builder", here, Wanted(phase=PHASE, fresh_id=UUID))
    said = "The current phase is pvfix: its plan is plans/pvfix.md, its status file STATUS-pvfix.md."
    assert plan.prompt == f"Build it.\n\n{said}\n"
    assert plan.argv == ("claude", "--session-id", UUID, "--model", "sonnet", "--", plan.prompt)
    assert (plan.given, plan.session_id, plan.port, plan.line, plan.stdin) == ("argument", UUID, None, "", None)
    assert (plan.cwd, plan.host, plan.phase) == (tmp_path / "work", "tmux", "pvfix")


@pytest.mark.parametrize(
    ("text", "phase", "expected"),
    [
        ("{agent}: {phase}, {plan} and {status}.", PHASE, "builder: pvfix, plans/pvfix.md and STATUS-pvfix.md."),
        ("In {phase} write {json} and {{x}}.", PHASE, "In pvfix write {json} and {{x}}."),
        ("Only {plan}.", None, "Only none."),
        ("No phase here.", None, "No phase here."),
    ],
)
def test_a_prompt_names_the_phase(
    configure: Configure, here: Here, tmp_path: Path, text: str, phase: Phase | None, expected: str
) -> None:
    """A prompt says itself where the phase goes; other braces stay as they are."""
    config = configure()
    (tmp_path / "builder.md").write_text(text, encoding="utf-8")
    assert plan_launch(config, "builder", here, Wanted(phase=phase)).prompt == expected


def test_what_a_phase_says_is_no_placeholder(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A plan called `{agent}`, or a prompt that speaks of `{prompt}` and `{id}`, is passed on as it is."""
    config = configure()
    (tmp_path / "builder.md").write_text("{plan} {prompt} {id} {model}", encoding="utf-8")
    plan = plan_launch(config, "builder", here, Wanted(phase=Phase(id="x", plan="{agent}.md"), fresh_id=UUID))
    assert plan.argv[-1] == "{agent}.md {prompt} {id} {model}"


def test_only_loops_follow_phases(configure: Configure, here: Here) -> None:
    """An orchestrator has its own prompt and model, whatever the phase; its settings can say otherwise."""
    plan = plan_launch(configure(), "orchestrator", here, Wanted(phase=PHASE))
    assert (plan.argv, plan.phase) == (("codex", "--", "Watch."), None)
    config = configure()
    follows = replace(config.agents["orchestrator"], phases=True)
    assert plan_launch(
        replace(config, agents={"orchestrator": follows}), "orchestrator", here, Wanted(phase=PHASE)
    ).prompt.endswith("STATUS-pvfix.md.\n")


def test_a_phase_changes_model_backend_and_prompt(configure: Configure, here: Here, tmp_path: Path) -> None:
    """While a phase lasts, what it says of an agent holds; the model of the call holds above all."""
    (tmp_path / "other.md").write_text("Look at {plan}.", encoding="utf-8")
    config = configure(
        "[[phases]]\nid='pvfix'\nplan='p.md'\nmodels={builder='o3'}\nbackends={builder='codex'}\n"
        "prompts={builder='other.md'}\n"
    )
    plan = plan_launch(config, "builder", here, Wanted(phase=config.phases[0], fresh_id=UUID))
    assert plan.argv == ("codex", "--model", "o3", "--", "Look at p.md.")
    assert plan.session_id is None
    assert plan_launch(config, "builder", here, Wanted(phase=config.phases[0], model="mini")).model == "mini"


def test_a_resumed_loop_goes_on(configure: Configure, here: Here) -> None:
    """A conversation is taken up by its id, and told to go on instead of being told everything again."""
    plan = plan_launch(configure(), "builder", here, Wanted(phase=PHASE, resume="abc", fresh_id=UUID))
    assert plan.argv[:-1] == ("claude", "--resume", "abc", "--model", "sonnet", "--")
    assert plan.argv[-1].startswith("You were restarted. Go on where you were. The current phase is pvfix")
    assert (plan.session_id, plan.resumed) == ("abc", True)


def test_what_waits_is_resumed_in_silence(configure: Configure, here: Here) -> None:
    """An agent that waits for what it is told is not made to do anything by a restart."""
    plan = plan_launch(configure(), "orchestrator", here, Wanted(resume="abc"))
    assert (plan.argv, plan.prompt, plan.given) == (("codex", "resume", "abc"), "", "none")


@pytest.mark.parametrize("name", ["builder", "orchestrator"])
def test_a_resumed_program_learns_its_new_prompt(configure: Configure, here: Here, name: str) -> None:
    """Who goes on with a conversation that knows another prompt is told the new one; with the same one, not."""
    config = configure()
    known = plan_launch(config, name, here).parts["prompt"]
    renewed = plan_launch(config, name, here, Wanted(resume=UUID, known="another"))
    assert renewed.prompt.startswith("You were restarted, because what you are told has changed.")
    assert plan_launch(config, name, here).prompt in renewed.prompt
    assert "changed" not in plan_launch(config, name, here, Wanted(resume=UUID, known=known)).prompt


def test_a_task_begins_anew(configure: Configure, here: Here) -> None:
    """A one-shot never goes on with its last conversation."""
    plan = plan_launch(configure(), "upgrader", here, Wanted(resume="old", fresh_id=UUID))
    assert plan.argv == ("claude", "--session-id", UUID, "--", "/upgrade-all")
    assert not plan.resumed


def test_a_task_is_dispatched_with_a_file(configure: Configure, here: Here, tmp_path: Path) -> None:
    """`up assistant --task FILE`: the file is the prompt, and the API is served on the given port of loopback."""
    (tmp_path / "task.md").write_text("--- reconcile\n", encoding="utf-8")
    plan = plan_launch(configure(), "assistant", here, Wanted(task=tmp_path / "task.md", port=4100))
    assert plan.argv == ("opencode", "--port", "4100", "--hostname", "127.0.0.1", "--prompt=--- reconcile\n")
    assert (plan.port, plan.host) == (4100, "pty")


def test_a_program_that_drops_the_prompt_when_resumed_is_told_by_keys(configure: Configure, here: Here) -> None:
    """Where a resumed program ignores the prompt of its command, the line to go on is typed."""
    config = configure()
    config = replace(config, agents={"builder": replace(config.agents["builder"], backend="opencode")})
    plan = plan_launch(config, "builder", here, Wanted(resume="ses_1", port=4100))
    assert plan.argv == ("opencode", "--session", "ses_1", "--model", "sonnet", *plan.argv[5:])
    assert plan.given == "keys"
    assert plan.line == "You were restarted. Go on where you were."


@pytest.mark.parametrize(
    ("by", "words", "stdin"), [("stdin", (), True), ("file", ("FILE",), False), ("keys", (), False)]
)
def test_other_ways_for_a_prompt(
    configure: Configure, here: Here, by: str, words: tuple[str, ...], stdin: bool
) -> None:
    """A program gets its prompt as standard input, as a file, or typed; then it does not stand in its command."""
    plan = plan_launch(configure(f"[backends.claude]\nprompt = '{by}'\nstart_id = []\n"), "upgrader", here)
    file = str(here.places.folder("upgrader") / "prompt.md")
    assert plan.argv == ("claude", *(file if word == "FILE" else word for word in words))
    assert plan.stdin == (Path(file) if stdin else None)
    assert plan.line == ("/upgrade-all" if by == "keys" else "")


@pytest.mark.parametrize("text", ["two\nlines", "x" * 500])
def test_only_one_short_line_is_typed(configure: Configure, here: Here, tmp_path: Path, text: str) -> None:
    """A longer prompt is left in a file, and what is typed says which."""
    config = configure("[backends.claude]\nprompt = 'keys'\n")
    (tmp_path / "builder.md").write_text(text, encoding="utf-8")
    plan = plan_launch(config, "builder", here)
    assert plan.line == f"Read {plan.prompt_file} and do what it says."


def test_a_prompt_that_no_command_takes_is_typed(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A prompt that is too long for a command line does not keep the agent from starting."""
    config = configure()
    (tmp_path / "builder.md").write_text("é" * LONGEST, encoding="utf-8")
    plan = plan_launch(config, "builder", here, Wanted(fresh_id=UUID))
    assert (plan.given, plan.argv[-1]) == ("keys", "sonnet")
    assert str(plan.prompt_file) in plan.line


def test_the_environment_is_the_users(configure: Configure, here: Here) -> None:
    """An agent gets the user's environment and who it is, and takes itself for nobody's guest."""
    ours = {"TMUX": "x", "TMUX_PANE": "%1", "CLAUDECODE": "1", "COTEMP_RUN_ID": "r", "NOTIFY_SOCKET": "s", "LINES": "5"}
    users = {"PATH": "/bin", "ANTHROPIC_API_KEY": "k", "COTEMP_AGENT": "other", "EDITOR": "vi"}
    plan = plan_launch(configure("[backends.claude]\nenv = { X = '1' }\n"), "builder", replace(here, env=ours | users))
    assert plan.env == {
        "PATH": "/bin", "ANTHROPIC_API_KEY": "k", "TERM": "xterm-256color", "EDITOR": "true", "X": "1",
        "COSESSION_ID": "builder", "COTEMP_AGENT": "builder", "COTEMP_HOME": str(here.home),
    }  # fmt: skip


def test_a_service_is_its_command(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A service runs as it is written; there is no program to talk to."""
    plan = plan_launch(configure(), "logs", here, Wanted(phase=PHASE, resume="x", fresh_id=UUID))
    assert (plan.argv, plan.cwd, plan.backend, plan.given) == (("cotemp", "gc"), tmp_path / "work", None, "none")
    assert plan.env["A"] == "b"


# --- what differs ---


def changed(old: LaunchPlan, new: LaunchPlan) -> set[str]:
    return set(differences(old.parts, new.parts))


def test_what_is_new_in_each_start_is_no_difference(configure: Configure, here: Here) -> None:
    """Another session, port, or a resumed conversation does not make an agent differ from its settings."""
    config = configure()
    first = plan_launch(config, "builder", here, Wanted(phase=PHASE, fresh_id=UUID))
    again = plan_launch(config, "builder", here, Wanted(phase=PHASE, resume="x", port=4200))
    assert changed(first, again) == set()


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ('model = "sonnet"', 'model = "opus"', {"model"}),
        ('backend = "claude"\nmodel', 'backend = "codex"\nmodel', {"backend", "argv"}),
        ('prompt = "builder.md"', 'prompt_text = "x"', {"prompt"}),
        ('env = { EDITOR = "true" }', 'env = { EDITOR = "vi" }', {"env"}),
        ('env = { EDITOR = "true" }', 'host = "pty"', {"env", "host"}),
    ],
)
def test_what_differs_is_named(configure: Configure, here: Here, old: str, new: str, keys: set[str]) -> None:
    """Each change of the settings that a running agent does not have yet is named by its key."""
    before = plan_launch(configure(), "builder", here)
    after = plan_launch(configure(agents=AGENTS.replace(old, new, 1)), "builder", here)
    assert changed(before, after) == keys


def test_differences_are_shown_per_key(configure: Configure, here: Here, tmp_path: Path) -> None:
    """`plan` can say "model: sonnet -> opus", and that the phase changed; a prompt of other words differs, too."""
    config = configure("[[phases]]\nid='pvfix'\nplan='p'\nmodels={builder='opus'}\n")
    before = plan_launch(config, "builder", here)
    after = plan_launch(config, "builder", here, Wanted(phase=config.phases[0]))
    found = differences(before.parts, after.parts)
    assert found["model"] == ("sonnet", "opus")
    assert found["phase"] == ("", "pvfix")
    (tmp_path / "builder.md").write_text("Build it well.\n", encoding="utf-8")
    assert changed(before, plan_launch(config, "builder", here)) == {"prompt"}


def test_no_value_of_the_environment_is_in_the_parts(configure: Configure, here: Here) -> None:
    """What is written down of a start tells no secret of it."""
    plan = plan_launch(configure(agents=AGENTS.replace("true", "918273645")), "builder", here)
    assert "918273645" not in json.dumps(dict(plan.parts))


# --- what is wrong ---


def test_who_is_not_there_cannot_start(configure: Configure, here: Here) -> None:
    """A name that the settings do not have is an error with the way out."""
    with pytest.raises(NotFound, match=r"\[agents\.nobody\]"):
        plan_launch(configure(), "nobody", here)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"  \n", "is empty"), (b"\xff", "no UTF-8"), (b"a\0b", "NUL")]
)
def test_a_bad_prompt_is_named(
    configure: Configure, here: Here, tmp_path: Path, content: bytes | None, said: str
) -> None:
    """A prompt file that is missing or no text is named with its path and the key of the settings."""
    config = configure()
    file = tmp_path / "builder.md"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(BadConfig) as caught:
        plan_launch(config, "builder", here)
    assert (caught.value.file, caught.value.key) == (str(file), "agents.builder.prompt")
    assert said in str(caught.value)


def test_a_phases_missing_prompt_is_named(configure: Configure, here: Here) -> None:
    """The key says in which phase the prompt is named."""
    config = configure("[[phases]]\nid='pvfix'\nplan='p'\nprompts={builder='none.md'}\n")
    with pytest.raises(BadConfig) as caught:
        plan_launch(config, "builder", here, Wanted(phase=config.phases[0]))
    assert caught.value.key == "phases.pvfix.prompts.builder"


def test_a_missing_workdir_is_named(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A folder that is not there is named, with its key."""
    config = configure()
    os.rmdir(tmp_path / "work")
    with pytest.raises(BadConfig) as caught:
        plan_launch(config, "builder", here)
    assert (caught.value.file, caught.value.key) == (str(tmp_path / "work"), "agents.builder.workdir")


def test_real_words_reach_the_program(configure: Configure, here: Here, tmp_path: Path) -> None:
    """A prompt with quotes, a dash at its beginning and lines of Windows arrives as it was written."""
    text = "--- 'a' \"b\" $HOME `x` \\\n\ttab é ❯\n"
    config = configure(
        f"[backends.mine]\nargv = [{json.dumps(sys.executable)}, '-c', 'import sys; print(repr(sys.argv[1:]))']\n"
        "prompt_argv = ['--text={prompt}']\n"
    )
    (tmp_path / "builder.md").write_bytes(text.replace("\n", "\r\n").encode())
    config = replace(config, agents={"builder": replace(config.agents["builder"], backend="mine", model=None)})
    plan = plan_launch(config, "builder", replace(here, env=dict(os.environ)))
    done = subprocess.run(plan.argv, env=dict(plan.env), cwd=plan.cwd, capture_output=True, check=True)
    assert done.stdout.decode("utf-8").strip() == repr([f"--text={text}"])
    assert shlex.split(plan.parts["argv"])[-1] == "--text={prompt}"
