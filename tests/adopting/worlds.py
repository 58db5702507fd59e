"""Old worlds as folders: one as the launchers left it, one of the newer driver, one half broken."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["BUILDER_ID", "PHASES", "broken_world", "newer_world", "seed_world", "spec"]

BUILDER_ID = "6f1f2c9e-1111-4222-8333-944455556666"
PHASES = (
    "bootstrap", "dns", "traefik", "authentik", "nextcloud", "mailu", "matrix", "mailu", "wiki", "gitea", "cf55",
    "pvfix",
)  # fmt: skip
"""The list of the seed: mailu at index 5 and 7, cf55 at 10."""

LAUNCHERS = {
    "launch.py": 'SESSIONS = {"builder": "cc-ci-builder", "adv": "cc-ci-adv"}\nWATCHDOG = "cc-ci-watchdog"\n'
    'CLAUDE = ["claude", "--dangerously-skip-permissions"]\n',
    "launch.sh": "exec python3 cc-ci-plan/launch.py start\n",
    "launch-orchestrator.py": 'SESSION = "cc-ci-orchestrator"\n',
    "launch-assistant.py": 'SESSION = "cc-ci-assistant"\n',
    "launch-upgrader.py": 'SESSION = "cc-ci-upgrader"\nPROMPT = "/upgrade-all"\n',
    "launch-report.py": 'SESSION = "cc-ci-report"\nPROMPT = "/weekly-report"\nLOGS = "/srv"\n',
}
WAKE = "ai-progress-monitor-prompt.txt"


def spec(*ids: str) -> str:
    """The text of a `.phases-spec`."""
    return "".join(f"{one}|plan-{one}.md|STATUS-{one}.md\n" for one in ids)


def seed_world(folder: Path, index: int = 10) -> Path:
    """A world exactly as the seeds tell of it, below `folder`; returns its root."""
    root = folder / "srv" / "cc-ci"
    logs, plans = root / ".cc-ci-logs", root / "cc-ci-plan"
    for one in (logs, plans / "prompts", root / "cc-ci-adv", folder / "srv" / "cc-ci-orch"):
        one.mkdir(parents=True)
    _clone(root / "cc-ci")
    for name, text in LAUNCHERS.items():
        (plans / name).write_text(text)
    for name in ("builder", "adversary"):
        (plans / "prompts" / f"{name}.md").write_text(f"You are the {name}.\n")
    (plans / WAKE).write_text("Look at `launch.py status`; is `ssh cc-ci hostname` reachable?\n")
    for name in ("plan.md", "JOURNAL.md", "orchestration.md", "plan-cf55.md"):
        (plans / name).write_text("# text\n")
    _dotfiles(logs, index)
    return root


def _clone(repo: Path) -> None:
    """What a clone shows of its remote; no test here needs more of git."""
    (repo / ".git" / "refs" / "remotes" / "origin").mkdir(parents=True)
    (repo / ".git" / "refs" / "remotes" / "origin" / "HEAD").write_text("ref: refs/remotes/origin/main\n")


def _dotfiles(logs: Path, index: int) -> None:
    words = {
        ".loop-backend": "claude\n",
        ".loop-model": "sonnet\n",
        ".loop-model-builder": "opus\n",
        ".orch-model": "opus\n",
        ".phases-spec": "# id|planfile|statusfile\n\n" + spec(*PHASES),
        ".phase-idx": f"{index}\n",
        ".builder-session-id": f"{BUILDER_ID}\n",
        ".adv-session-id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\n",
        ".orchestrator-session-id": "01234567-89ab-cdef-0123-456789abcdef\n",
    }
    for name, text in words.items():
        (logs / name).write_text(text)
    (logs / "watchdog.log").write_text("nothing to do with us\n")


NEWER = """\
# the old driver
[defaults]
backend = "claude"
colour = "blue"

[backends.claude]
cmd = "claude --dangerously-skip-permissions"
model_flag = "--model"
resume_flag = "--resume"
nice = 5

[agents.builder]
kind = "loop"
session = "cc-ci-builder"
model = "sonnet"
prompt = "prompts/builder.md"
workdir = "../cc-ci"
watch = { wedged_after = "10m", mood = "stern" }
idle_timeout = 900

[agents.adv]
kind = "loop"
session = "cc-ci-adv"
model = "sonnet"
prompt = "prompts/adversary.md"
cwd = "../cc-ci-adv"
env = { API_TOKEN = "hunter2-hunter2-hunter2", EDITOR = "vi" }

[agents.orchestrator]
kind = "persistent"
model = "opus"
prompt = "ai-progress-monitor-prompt.txt"
wake_every = 3600
wake_prompt = "ai-progress-monitor-prompt.txt"

[agents.upgrader]
kind = "task"
prompt = "/upgrade-all"
schedule = "0 2 * * 0"

[agents.cleanlogs]
kind = "service"
cmd = "find /tmp/old -mtime +30 -delete"
wake_every = 86400

[agents.watchdog]
kind = "service"
cmd = "python3 agents.py watchdog"

[[phases]]
id = "ghost"
plan = "plan-ghost.md"
status = "STATUS-ghost.md"

[[phases]]
id = "cf48"
plan = "plan-cf48.md"
status = "STATUS-cf48.md"
models = { builder = "opus" }
review = true
"""


def newer_world(folder: Path, index: int = 1) -> Path:
    """The same world after the cut-over: settings, a `state/` folder, and the older files still lying about."""
    root = seed_world(folder)
    (root / "cc-ci-plan" / "agents.toml").write_text(NEWER)
    state = root / ".cc-ci-logs" / "state"
    state.mkdir()
    (state / "phase-idx").write_text(str(index))
    (state / "builder.id").write_text("11111111-1111-1111-1111-111111111111")
    (state / "adv-ghost.id").write_text("22222222-2222-2222-2222-222222222222")
    (state / "limited-claude.json").write_text(json.dumps({"until": 1, "reason": "usage limit"}))
    return root


def broken_world(folder: Path) -> Path:
    """Half of it is nonsense; returns the folder, which is called as no launcher calls one."""
    folder = folder / "old"
    folder.mkdir(parents=True)
    lines = ("one|plan-one.md|STATUS-one.md", "", "# two", "no plan", "|x|y", "three|plan-3.md||more", "")
    words = {
        ".loop-backend": "claude\ncodex\n",
        ".loop-model": "",
        ".orch-model": "--model\n",
        ".phases-spec": "\ufeff" + "\r\n".join(lines),
        ".phase-idx": "two\n",
        ".builder-session-id": "",
        ".adv-session-id": "one-id-1\nanother-id-2\n",
        ".ghost-session-id": "ghost-id-1\n",
        ".limited-claude": "in a while\n",
        ".strange": "what is this\n",
    }
    for name, text in words.items():
        (folder / name).write_bytes(text.encode())
    return folder
