#!/usr/bin/env python3
# @OURS@
"""Calls cotemp with the words that mean what this old launcher is asked for. Needs Python 3.8, and nothing else."""

import os
import shutil
import subprocess
import sys

LOOPS = ["@LOOPS@"]
RECORDED = ["@PROGRAM@"]
USAGE = 2
NO_PROGRAM = 8


def translated(launcher, words):
    """The words for cotemp; None when nobody knows what these mean."""
    if launcher == "agents.py":
        return ["log", *words[1:]] if words[:1] == ["logs"] else words or None
    agent = launcher[len("launch-") : -len(".py")] if launcher.startswith("launch-") else ""
    agents = [agent] if agent else LOOPS
    verbs = {"start": ["up", *agents], "stop": ["down", *agents], "status": ["status"], "watchdog": ["watchdog"]}
    if words and words[0] in verbs:
        return [*verbs[words[0]], *words[1:]]
    if agent == "assistant":
        return ["up", agent, "--task", *words] if len(words) == 1 else None
    if words or not agent:
        return None
    return ["wake", agent] if agent in ("upgrader", "report") else verbs["start"]


def said_by_variables(launcher, env):
    """What the old variables ask for, as words for `shims check`; compared with agents.toml, never obeyed."""
    who = {"launch.py": LOOPS, "launch-orchestrator.py": ["orchestrator"]}.get(launcher, [])
    prefix = "ORCH_" if launcher == "launch-orchestrator.py" else "LOOP_"
    for name in sorted(env):
        kind, _, whose = name[len(prefix) :].partition("_")
        if who and name.startswith(prefix) and kind in ("BACKEND", "MODEL") and env[name]:
            one = {"adv": "adversary"}.get(whose.lower(), whose.lower())
            # One that names no agent was for those without a variable of their own.
            yield [one] if one else [*who, "--some"], "--" + kind.lower() + "=" + env[name]


def program():
    """How cotemp is started: from PATH, else by the Python that wrote this file."""
    found = shutil.which("cotemp")
    if found:
        return [found]
    if shutil.which(RECORDED[0]):
        say("cotemp is not on PATH: using " + RECORDED[0] + " (to mend it, add its folder to PATH)")
        return RECORDED
    say("cotemp is not on PATH, and " + RECORDED[0] + " is gone: install cotemp, then: cotemp shims " + HERE)
    sys.exit(NO_PROGRAM)


def run(argv):
    """Run it to its end; its exit code, or that of a shell for a signal."""
    try:
        code = subprocess.call(argv)
    except KeyboardInterrupt:
        return 130
    return code if code >= 0 else 128 - code


def become(argv):
    """Be that program, so that signals and the exit code are its own; Windows has no such thing."""
    if os.name == "nt":
        return run(argv)
    sys.stderr.flush()
    return os.execvp(argv[0], argv)  # noqa: S606 - the words go to cotemp as they are: no shell is wanted


def say(text):
    print(os.path.basename(sys.argv[0]) + ": " + text, file=sys.stderr)


def refused(launcher, start):
    """The exit code when an old variable asks for something else than agents.toml says; 0 when none does."""
    for agents, option in said_by_variables(launcher, os.environ):
        code = run([*start, "shims", "check", *agents, option])
        if code:
            say("nothing was started: agents.toml decides, and a variable asks for something else")
            return code
    return 0


def main(launcher, words):
    meant = translated(launcher, words)
    if meant is None:
        say("nobody knows what this means: " + (" ".join(words) or "nothing was asked for"))
        say("what agents are told is told to cotemp now: cotemp --help")
        return USAGE
    start = program()
    code = refused(launcher, start) if meant[0] == "up" else 0
    if code:
        return code
    if meant[0] == "up" and launcher == "launch.py" and not os.environ.get("RESUME_PHASE"):
        say("the current phase is kept, as with RESUME_PHASE=1; to begin anew: cotemp phase set PHASE")
    return become([*start, *meant])


HERE = os.path.dirname(os.path.abspath(__file__))
if __name__ == "__main__":
    sys.exit(main("@TARGET@", sys.argv[1:]))
