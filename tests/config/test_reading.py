"""`agents.toml`: what is right becomes settings, what is wrong is named with file, line, key and fix."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.config import Config, load
from cotemp.config.settings import SHIPPED_BACKENDS, SHIPPED_ENGINES, CheckConfig, Restarts, Watch
from cotemp.errors import BadConfig
from cotemp.messages.policy import Policy, Rule, Unenforced

EXAMPLE = Path(__file__).parent / "agents.toml"
PHASES = """agents.b={kind='loop',backend='sh',prompt='p'}
agents.s={kind='service',argv=['x']}
[[phases]]
id='a'
plan='p'
"""
"""A loop and a service, and the beginning of a phase."""

EVERYTHING = """
[backends.mine]
argv = ["mine"]
model = ["-m", "{model}"]
resume = ["--resume", "{id}"]
start_id = ["--id", "{id}"]
server = ["--port", "{port}"]
prompt = "file"
prompt_argv = ["--prompt", "{file}"]
env = { MINE = "1" }
processes = ["mine"]
session_id = "chosen"
evidence = ["title", "screen"]
account = "me"
exit_keys = ["C-c"]
settle = "250ms"
compact = "/compact"
title = { busy = ["working"], blocked = [] }
screen.ready = ["^>"]
[agents.assistant]
kind = "persistent"
backend = "mine"
phases = true
resume = false
idle_after = "1h"
restarts = { max = 1 }
watch = { heal = false, nudge = false, wedged_after = "1m", context_max = 70 }
[agents.oneshot]
kind = "task"
backend = "mine"
[handoff]
repo = "repo"
ref = "origin/main"
fetch = "10s"
journal = "JOURNAL.md"
[[phases]]
id = "one"
plan = "plans/one.md"
models = { assistant = "opus" }
backends = { assistant = "claude" }
prompts = { assistant = "p.md" }
[checks.net]
argv = ["ssh", "host", "true"]
every = "1m"
timeout = "5s"
shown = false
[supervisor]
notify = ["notify-send", "{title}", "{text}"]
"""


def problems(tmp_path: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    """Line, key and sentence of everything that is wrong with `text`."""
    file = tmp_path / "agents.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(BadConfig) as caught:
        load(file)
    assert caught.value.exit_code == 7
    return [(one.line, one.key, f"{one.what}: {one.fix}") for one in caught.value.problems]


def test_no_file_means_defaults(tmp_path: Path) -> None:
    """Without a file everything has its documented default."""
    config = load(tmp_path / "none.toml")
    assert config == Config()
    assert config.policy == Policy(
        writes=Rule.ALLOW,
        network=Rule.ALLOW,
        secrets=Rule.ASK,
        destructive=Rule.ASK,
        unenforced=Unenforced.HOLD,
        timeout=1800,
        timeout_max=14400,
    )
    assert config.watched() == ["co-planning", "co-migrate"]


def test_the_whole_example_is_understood(nobody_home: Path) -> None:
    """Every table of the documented example arrives typed, with its paths and durations resolved."""
    config = load(EXAMPLE)
    home = Path(os.path.realpath(nobody_home))
    assert config.home == nobody_home / "Downloads/CoTemp"
    assert config.sessions["co-planning"].name == "Planning"
    assert config.watched() == ["co-planning", "co-migrate"]
    assert config.policy.repos == (home / "src", home / "Desktop")
    assert config.policy.secret_env == ("GH_TOKEN",)
    assert config.engines["pwsh"].extension == ".ps1"
    assert config.engines["pwsh"].terminal == "pty"
    assert config.backends["claude"].model == ("--model", "{model}")
    screen = config.backends["claude"].screen
    assert screen.busy
    assert screen.busy[0].search("(esc to interrupt)")
    builder = config.agents["builder"]
    assert builder.prompt == EXAMPLE.parent / "prompts/builder.md"
    assert builder.idle_after == 900
    assert builder.restarts
    assert (builder.restarts.max, builder.restarts.within) == (3, 600)
    assert config.agents["upgrader"].prompt_text == "/upgrade-all"
    wake = config.agents["upgrader"].wake
    assert wake
    assert (wake.cron, wake.tz) == ("0 2 * * 0", "UTC")
    assert config.agents["cleanlogs"].argv == ("cotemp", "gc", "--keep", "30d", "--yes")
    assert config.handoff
    assert [rule.to for rule in config.handoff.commits] == ["adversary", "builder"]
    assert config.phases[0].models == {"builder": "opus"}


def test_kinds_have_their_defaults() -> None:
    """What an agent does not say follows from its kind: a loop resumes, follows phases, may not idle for ever."""
    agents = load(EXAMPLE).agents
    told = {name: (one.resumes, one.follows_phases, one.idles_for) for name, one in agents.items()}
    assert told == {
        "builder": (True, True, 900),
        "adversary": (True, True, 900),
        "orchestrator": (True, False, None),
        "upgrader": (False, False, None),
        "cleanlogs": (False, False, None),
    }
    assert agents["adversary"].restarts == Restarts(max=3, within=600)
    assert agents["adversary"].watch == Watch(heal=True, nudge=True, wedged_after=600, context_max=85)


def test_a_file_may_say_everything(tmp_path: Path) -> None:
    """Every key of agents, phases, checks and the supervisor arrives as it was meant."""
    file = tmp_path / "agents.toml"
    file.write_text(EVERYTHING)
    config = load(file)
    mine = config.backends["mine"]
    assert mine.settle == 0.25
    assert mine.title.busy
    assert mine.title.busy[0].search("working")
    assert (mine.screen.busy, mine.title.idle) == (None, None)
    assistant = config.agents["assistant"]
    assert (assistant.follows_phases, assistant.resumes, assistant.idles_for) == (True, False, 3600)
    assert assistant.watch == Watch(heal=False, nudge=False, wedged_after=60, context_max=70)
    assert config.agents["oneshot"].prompt is None
    phase = config.phases[0]
    assert phase.status_file == "STATUS-one.md"
    assert phase.prompts["assistant"] == tmp_path / "p.md"
    assert phase.backends == {"assistant": "claude"}
    assert config.handoff
    assert config.handoff.fetch == 10
    assert config.handoff.journal_file == tmp_path / "repo/JOURNAL.md"
    assert config.checks["net"] == CheckConfig(argv=("ssh", "host", "true"), every=60, timeout=5, shown=False)
    assert config.supervisor.notify == ("notify-send", "{title}", "{text}")


@pytest.mark.parametrize(("said", "meant"), [("", None), ("notify = false", False)])
def test_notifications_can_be_off(tmp_path: Path, said: str, meant: bool | None) -> None:
    """Nothing said means what the system has; false means none."""
    file = tmp_path / "agents.toml"
    file.write_text(f"[supervisor]\n{said}")
    assert load(file).supervisor.notify is meant


def test_a_session_takes_rights_away() -> None:
    """A session's own policy holds for its DOs only, whatever the case of its id."""
    config = load(EXAMPLE)
    assert config.policy.network is Rule.ALLOW
    assert config.policy_of("Co-Migrate").network is Rule.NEVER
    assert config.policy_of("co-migrate").writes is Rule.ALLOW
    assert config.policy_of("somebody-else") == config.policy


def test_settings_cannot_be_changed() -> None:
    """What was read stays as it was read."""
    with pytest.raises(AttributeError):
        load(EXAMPLE).policy.writes = Rule.NEVER  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("schema = 2", 1, "schema", "write schema = 1"),
        ("\nhomme = 'x'", 2, "homme", "did you mean 'home'?"),
        ("[polcy]\nwrites = 'ask'", 1, "polcy", "did you mean 'policy'?"),
        ("[policy]\nwrite = 'ask'", 2, "policy.write", "did you mean 'writes'?"),
        ("policy.netwrok = 'ask'", 1, "policy.netwrok", "did you mean 'network'?"),
        ("[sessions.x]\n\npolicy = { zzz = 1 }", 3, "sessions.x.policy.zzz", "known here: writes, network"),
        ("[agents.a]\nkind='service'\nargv=['x']\nrestarts={ max = 1, in = '1m' }", 4, "agents.a.restarts.in", "known"),
        ("[policy]\nwrites = 'alow'", 2, "policy.writes", "'alow' is not one of 'allow', 'ask' or 'never'"),
        ("[policy]\nwrites = true", 2, "policy.writes", "true is not one of"),
        ("[policy]\ntimeout = '30'", 2, "policy.timeout", "'30' is no duration: write it like 45s"),
        ("[policy]\ntimeout = 30", 2, "policy.timeout", "30 should be text: put it in quotes"),
        ("[policy]\ntimeout = '0s'", 2, "policy.timeout", "makes sense"),
        ("[policy]\ntimeout = '2h'\ntimeout_max = '1h'", 2, "policy.timeout", "longer than timeout_max"),
        ("[policy]\nrepos = '~/src'", 2, "policy.repos", "should be a list"),
        ("[policy]\nrepos = ['~/src', 3]", 2, "policy.repos[1]", "3 should be text"),
        ("[policy]\nrepos = ['~nobody-has-this-name/x']", 2, "policy.repos[0]", "write the path in full"),
        ("home = ''", 1, "home", "is no path"),
        ("home = 5", 1, "home", "should be text"),
        ("sessions = 5", 1, "sessions", "should be a table"),
        ("[sessions.x]\nwatch = 'yes'", 2, "sessions.x.watch", "'yes' should be true or false"),
        ("[sessions.x]\nwatch = 1", 2, "sessions.x.watch", "should be true or false"),
        ("[sessions.x]\nname = 1979-05-27", 2, "sessions.x.name", "should be text"),
        ('[sessions.x]\nname = "a\\nb"', 2, "sessions.x.name", "control characters"),
        ("[sessions.'a/b']", 1, 'sessions."a/b"', "it holds '/'"),
        ("[sessions.nul]", 1, "sessions.nul", "Windows keeps this name"),
        ("[sessions.'..']", 1, 'sessions.".."', "is no session id"),
        ("[sessions.x]\n[sessions.X]", 1, "sessions.x", "twice"),
        ("[sessions.x]\nname='A'\n[sessions.y]\nname='a'", 2, "sessions.x.name", "two panels"),
        ("[sessions.x]\npolicy = { secrets = 'allow' }", 2, "sessions.x.policy.secrets", "asks for more"),
        ("[sessions.x]\npolicy = { timeout = '3h' }", 2, "sessions.x.policy.timeout", "asks for more"),
        ("[engines.ruby]\nargv = ['ruby', '{do}']\nheader = 'hash'", 1, "engines.ruby.extension", "is missing"),
        ("[engines.pwsh]\nargv = ['pwsh']", 2, "engines.pwsh.argv", "does not say where {do} goes"),
        ("[engines.pwsh]\nargv = []", 2, "engines.pwsh.argv", "names no program"),
        ("[engines.pwsh]\nextension = 'ps1'", 2, "engines.pwsh.extension", "is no file extension"),
        ("[engines.sh]\nextension='.x'\n[engines.pwsh]\nextension='.x'", 4, "engines.pwsh.extension", "belongs to sh"),
        ("[backends.new]\nmodel = ['-m', '{model}']", 1, "backends.new.argv", "is missing"),
        ("[backends.claude]\nmodel = ['-m']", 2, "backends.claude.model", "where {model} goes"),
        ("[backends.claude]\nscreen.busy = ['(']", 2, "backends.claude.screen.busy[0]", "no regular expression"),
        ("[agents.a]\nkind = 'lop'\nbackend='sh'\nprompt='p'", 2, "agents.a.kind", "did you mean 'loop'?"),
        ("[agents.a]\nkind = 'loop'\nprompt='p'", 1, "agents.a.backend", "is missing"),
        ("[agents.a]\nkind = 'loop'\nbackend='sh'", 1, "agents.a.prompt", "is missing"),
        ("[agents.a]\nkind='loop'\nbackend='clade'\nprompt='p'", 3, "agents.a.backend", "did you mean 'claude'?"),
        ("[agents.a]\nkind='loop'\nbackend='sh'\nprompt='p'\nprompt_text='q'", 5, "agents.a.prompt_text", "one of the"),
        ("[agents.a]\nkind='service'", 1, "agents.a.argv", "is missing"),
        ("[agents.a]\nkind='service'\nargv=['x']\nmodel='m'", 4, "agents.a.model", "means nothing for a service"),
        ("[agents.a]\nkind='service'\nargv=['x']\nwake={}", 4, "agents.a.wake", "one of every and cron"),
        ("[agents.a]\nkind='service'\nargv=['x']\nwake={cron='* *'}", 4, "agents.a.wake.cron", "five fields"),
        ("[agents.a]\nkind='service'\nargv=['x']\nwake={cron='* * * * *',tz='Mars'}", 4, "agents.a.wake.tz", "zone"),
        ("[handoff]\nref = 'x'", 1, "handoff.repo", "is missing"),
        ("[handoff]\nrepo='/r'\ncommits=[\n{prefix='a',to='b'}]", 4, "handoff.commits[0].to", "no agent"),
        ("[[phases]]\nid='a'\nplan='p'\n[[phases]]\nid='A'\nplan='p'", 5, "phases[1].id", "earlier phase"),
        ("[[phases]]\nid='a'\nplan='p'\nmodels={x='y'}", 4, "phases[0].models.x", "no agent"),
        ("[[phases]]\nid='a'", 1, "phases[0].plan", "is missing"),
        ("[[phases]]\nid='nul'\nplan='p'", 2, "phases[0].id", "cannot be the name of a file"),
        ("[[phases]]\nid='a'\nplan='p'\nbackend={}", 4, "phases[0].backend", "did you mean 'backends'?"),
        (PHASES + "backends={b='clade'}", 6, "phases[0].backends.b", "did you mean 'claude'?"),
        (PHASES + "prompts={bb='p'}", 6, "phases[0].prompts.bb", "did you mean 'b'?"),
        (PHASES + "models={s='m'}", 6, "phases[0].models.s", "add phases = true to [agents.s]"),
        (PHASES + "status='../x.md'", 6, "phases[0].status", "no path inside the repo"),
        (PHASES + "[[phases]]\nid='c'\nplan='p'\nstatus='STATUS-a.md'", 9, "phases[1].status", "both phases at once"),
        (PHASES + "[handoff]\nrepo='/r'\ncommits=[{prefix='x',to='s'}]", 8, "handoff.commits[0].to", "reads nothing"),
        ("[handoff]\nrepo='/r'\njurnal='J.md'", 3, "handoff.jurnal", "did you mean 'journal'?"),
        ("[handoff]\nrepo='/r'\ninboxes=[{fil='x',to='b'}]", 3, "handoff.inboxes[0].fil", "did you mean 'file'?"),
        ("[agents.a]\nkind='lop'\nwatch={ heel=true }", 3, "agents.a.watch.heel", "did you mean 'heal'?"),
        ("[agents.a]\nkind='lop'\nwatch={ context_max=101 }", 3, "agents.a.watch.context_max", "from 1 to 100"),
        ("[agents.a]\nkind='lop'\nwatch={ context_max='85%' }", 3, "agents.a.watch.context_max", "whole number"),
        ("[agents.a]\nkind='lop'\nwake={ evry='1h' }", 3, "agents.a.wake.evry", "did you mean 'every'?"),
        ("[agents.a]\nkind='lop'\nrestarts={ max=-1 }", 3, "agents.a.restarts.max", "from 0 to 1000"),
        ("[agents.a]\nkind='service'\nargv=['x']\nresume=true", 4, "agents.a.resume", "means nothing for a service"),
        ("[agents.a]\nkind='task'\nbackend='sh'\nidle_after='1m'", 4, "agents.a.idle_after", "done when it idles"),
        ("[agents.a]\nkind='task'\nbackend='sh'\nwake={ every='1h' }", 1, "agents.a.prompt", "is missing"),
        (
            "[agents.a]\nkind='service'\nargv=['x']\nwake={every='1h',prompt='p'}",
            4,
            "agents.a.wake.prompt",
            "starts it",
        ),
        ("[agents.a]\nkind='service'\nargv=['x']\nwake={cron='61 * * * *'}", 4, "agents.a.wake.cron", "bad minute"),
        ("[agents.a]\nkind='service'\nargv=['x']\nwake={cron='0 0 30 2 *'}", 4, "agents.a.wake.cron", "bad day"),
        ("[sessions.Bob]\n[agents.bob]\nkind='service'\nargv=['x']", 2, "agents.bob", "session Bob in another case"),
        ("[backends.claude]\nscreen.bussy=['x']", 2, "backends.claude.screen.bussy", "did you mean 'busy'?"),
        ("[backends.claude]\ntitle.idel=['x']", 2, "backends.claude.title.idel", "did you mean 'idle'?"),
        ("[backends.claude]\nevidence=['titel']", 2, "backends.claude.evidence[0]", "did you mean 'title'?"),
        ("[backends.claude]\nstart_id=['--session-id']", 2, "backends.claude.start_id", "where {id} goes"),
        ("[backends.opencode]\nserver=['--port']", 2, "backends.opencode.server", "where {port} goes"),
        ("[backends.n]\nargv=['n']\nprompt='file'\nprompt_argv=['-f']", 4, "backends.n.prompt_argv", "where {file}"),
        ("[backends.n]\nargv=['n']\nprompt='keys'\nprompt_argv=['-f']", 4, "backends.n.prompt_argv", "means nothing"),
        ("[backends.n]\nargv=['n']\nresume=['{id}']", 1, "backends.n.session_id", "is missing"),
        ("[backends.n]\nargv=['n']\nsession_id='chosen'", 1, "backends.n.start_id", "is missing"),
        ("[backends.n]\nargv=['n']\nsettle='0.3s'", 3, "backends.n.settle", "is no duration"),
        ("[backends.n]\nargv=['n']\naccount='a/b'", 3, "backends.n.account", "cannot be the name of a file"),
        ("[checks.net]\nargv=[]", 2, "checks.net.argv", "names no program"),
        ("[checks.net]\nargv=['x']\nevry='1m'", 3, "checks.net.evry", "did you mean 'every'?"),
        ("[supervisor]\nnotify=true", 2, "supervisor.notify", "is no command"),
        ("[supervisor]\nnotify=['notify-send']", 2, "supervisor.notify", "where {text} goes"),
        ("[supervisor]\nnotfy=false", 2, "supervisor.notfy", "did you mean 'notify'?"),
        ("a = 1\nb = [\n", 2, "", "this is no TOML"),
        ("a = 1\n\nb = = 2", 3, "", "this is no TOML"),
        ("a = 1\na = 2", 2, "", "this is no TOML"),
        (b"a = 1\nb = '\xff'", 2, "", "save the file as UTF-8"),
        ("a = " + "[" * 5000, 0, "", "nested too deeply"),
        ("#" * (1024 * 1024 + 1), 0, "", "larger than"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str | bytes, line: int, key: str, said: str) -> None:
    """One mistake gives one error, with its line, its key, and what to write instead."""
    found = problems(tmp_path, text)
    located = {(line, key): sentence for line, key, sentence in found}
    assert (line, key) in located, found
    assert said in located[line, key]
    assert f"{tmp_path / 'agents.toml'}{f':{line}' if line else ''}:" in located[line, key]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    """Several mistakes, of several kinds, come in one error in the order of their lines."""
    text = "homme = 'x'\n[policy]\nwrites = 'no'\n[sessions.x]\nwatch = 3\n[agents.a]\nkind = 'service'\n"
    assert [(line, key) for line, key, _ in problems(tmp_path, text)] == [
        (1, "homme"),
        (3, "policy.writes"),
        (5, "sessions.x.watch"),
        (6, "agents.a.argv"),
    ]


def test_a_good_rest_is_not_blamed(tmp_path: Path) -> None:
    """A right value beside a wrong one is not mentioned."""
    assert len(problems(tmp_path, EXAMPLE.read_text() + "\n[zzz]\n")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[agents.a]\nkind='service'\nargv=['x']\nenv = { API_KEY = 918273645 }",
        "[agents.a]\nkind='service'\nargv=['x']\nenv = { PLAIN = 918273645 }",
        "[policy]\nsecret_env = ['918273645']",
        "[policy]\nsecrets = '918273645'",
        "token = '918273645'",
    ],
)
def test_no_secret_is_shown(tmp_path: Path, text: str) -> None:
    """A value whose key smells of a secret never stands in an error, nor in its cause."""
    file = tmp_path / "agents.toml"
    file.write_text(text)
    script = "import sys, pathlib, cotemp.config as c; c.load(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=False)
    assert "BadConfig" in done.stderr
    assert "918273645" not in done.stderr


def test_control_characters_are_shown(tmp_path: Path) -> None:
    """What a stranger wrote into a config cannot steer the terminal that shows the error."""
    found = problems(tmp_path, '"\\u001b[2J" = 1\n[policy]\nwrites = "\\u001b]0;x"\nnetwork = "' + "x" * 5000 + '"')
    assert len(found) == 3
    assert not [sentence for _, key, sentence in found if "\x1b" in key + sentence or len(sentence) > 400]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """A file saved by Windows' editor is read like any other."""
    file = tmp_path / "agents.toml"
    file.write_bytes("\ufeff[policy]\r\nwrites = 'ask'\r\n".encode())
    assert load(file).policy.writes is Rule.ASK


@pytest.mark.parametrize(
    ("text", "watched"),
    [
        ("", ["co-planning", "co-migrate"]),
        ("[sessions.x]", ["co-planning", "co-migrate"]),
        ("[sessions.x]\nwatch = true", ["x"]),
        ("[sessions.co-planning]\nwatch = false", ["co-migrate"]),
        ("[sessions.co-planning]\nwatch = false\n[sessions.co-migrate]\nwatch = true", ["co-migrate"]),
    ],
)
def test_watched(tmp_path: Path, text: str, watched: list[str]) -> None:
    """`up` watches the sessions that say so; where none does, the two of the original that do not say no."""
    file = tmp_path / "agents.toml"
    file.write_text(text)
    assert load(file).watched() == watched


def test_a_small_timeout_max_lowers_the_timeout(tmp_path: Path) -> None:
    """The default timeout never exceeds the owner's maximum."""
    file = tmp_path / "agents.toml"
    file.write_text("[policy]\ntimeout_max = '10m'")
    assert load(file).policy.timeout == 600


def test_shipped_names_may_be_changed_in_part(tmp_path: Path) -> None:
    """A table for an engine or backend that cotemp ships needs to say only what differs."""
    file = tmp_path / "agents.toml"
    tables = [f"[engines.{name}]\nterminal = 'pipe'\n" for name in SHIPPED_ENGINES]
    tables += [f"[backends.{name}]\naccount = 'mine'\n" for name in SHIPPED_BACKENDS]
    file.write_text("".join(tables))
    assert load(file).engines["sh"].terminal == "pipe"


def test_defaults_cost_no_pydantic() -> None:
    """Who has no config file does not wait for the validator."""
    script = (
        "import sys, pathlib; from cotemp.config import load, find_home;"
        "find_home(None, {}, pathlib.Path('none')); load(pathlib.Path('none')).watched();"
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
