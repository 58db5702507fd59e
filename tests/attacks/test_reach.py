"""A DO without consent, run by the real watcher: what it reaches for, in one go, behind the walls and without them."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from cotemp.places import own_config_file
from cotemp.store.ledger import Ledger
from cotemp.times import local_now

from .lair import Lair, tries

MARK = "planted-by-a-do"


@dataclass(frozen=True)
class Scene:
    """A lair in which another run has been, another one waits, and the watcher's environment holds a password."""

    lair: Lair
    other: str
    waits: str

    def writes(self) -> dict[str, Path]:
        """Files that decide something, or that programs run by themselves."""
        lair, places = self.lair, self.lair.places
        return {
            "bashrc": lair.user / ".bashrc",
            "autostart": lair.user / ".config" / "autostart" / "evil.desktop",
            "service": lair.user / ".config" / "systemd" / "user" / "evil.service",
            "key": lair.user / ".ssh" / "authorized_keys",
            "repo": lair.repo / "file",
            "hook": lair.repo / ".git" / "hooks" / "pre-commit",
            "settings": own_config_file(),
            "sandbox record": places.state.parent / "enforcer.json",
            "trusted": places.trusted,
            "settings in the home": places.home / "agents.toml",
            "panel": places.panels / "4242.json",
            "owner": places.session("co-other").owner,
            "common script": places.home / "common" / "Join-CoAgent.ps1",
            "inbox": places.session("co-other").inbox / "DO_forged.sh",
            "forged log": lair.mine.logs / "DO_forged-20261121-101502-28216-k3f9.json",
            "approved": lair.mine.held / f"{self.waits}.approved",
            "held": next(lair.mine.held.glob(f"{self.waits}__*")),
            "other artifacts": places.runs / self.other / "artifacts" / "evil",
            "other outbox": places.runs / self.other / "outbox" / "co-mine" / "evil.md",
            "other changes": places.runs / self.other / "transaction" / "sealed",
        }

    def reads(self) -> dict[str, str]:
        """Expressions that give something private, if they give anything."""
        lair, places = self.lair, self.lair.places
        others = places.session("co-other").inbox
        return {
            "read key": f"read('{lair.user}/.ssh/id_ed25519')",
            "read settings": f"read('{own_config_file()}')",
            "read ledger": f"Path('{places.ledger}').read_bytes()[:15]",
            "read log": f"read(next(Path('{lair.mine.logs}').glob('*.json')))",
            "list inboxes": f"os.listdir('{others}')",
            "list runs": f"[name for name in os.listdir('{places.runs}') if name != os.environ['COTEMP_RUN_ID']][0]",
            "password in environment": "os.environ['BUILD_PASSWORD']",
            "password of a parent": "seen('environ', b'hunter2-of-a-watcher')",
            "command lines": "seen('cmdline', b'cotemp')",
            "env file": f"read('{lair.repo}/.env')",
        }

    def decisions(self) -> dict[str, str]:
        """Calls of cotemp itself, in a clean environment, with words that would let something happen."""
        home = self.lair.places.home
        acts = {
            "approve": f"approve {self.waits} --yes",
            "deny": f"deny {self.waits} --why no",
            "grant": "grant --session co-mine --network --for 1h --yes",
            "trust": f"trust {self.lair.user}/trust.toml",
            "take": "take co-other",
            "undo": f"undo {self.other} --yes",
        }
        clean = f"{{'HOME': '{self.lair.user}', 'PATH': os.environ['PATH']}}"
        call = "call('{}', '-m', 'cotemp', '--home', '{}', *'{}'.split(), env={}, cwd='/')"
        told = {name: call.format(sys.executable, home, words, clean) for name, words in acts.items()}
        asked = json.dumps({"run": self.waits, "request_key": "6f1c2a38-0d1f-4f0e-9f57-3f4b8f6a1c11"})
        bridge = call.format(sys.executable, home, "bridge call run.approve", clean)
        return told | {"bridge": f"{bridge[:-1]}, input={asked!r})"}


@pytest.fixture
def scene(lair: Lair, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("BUILD_PASSWORD", "hunter2-of-a-watcher")
    lair.make_git()
    (lair.user / "trust.toml").write_text("schema = 1\n")
    other, waits = lair.run_all(
        [("open('new', 'w')", {"repo": lair.repo, "writes": True}), ("print('secret')", {"secrets": True})]
    )
    assert (other.log["changes"]["state"], waits.row.state) == ("applied", "held")
    return Scene(lair, other.row.run_id, waits.row.run_id)


def contents(paths: dict[str, Path]) -> dict[str, bytes | None]:
    return {name: path.read_bytes() if path.is_file() else None for name, path in paths.items()}


def test_writes(scene: Scene) -> None:
    """No file of the user's, of cotemp's or of another run's is changed, and nothing that was planted counts."""
    lair, paths = scene.lair, scene.writes()
    before = contents(paths)
    body = tries({name: f"write({str(path)!r}, {MARK!r})" for name, path in paths.items()})
    lair.run(body, repo=lair.repo)
    assert contents(paths) == before
    with Ledger(lair.places) as ledger:
        assert ledger.verify() is None
        assert ledger.approval_of(scene.waits, local_now()) is None
    free = lair.run(body, repo=lair.repo, walls=False)
    planted = {name for name, data in contents(paths).items() if data == MARK.encode()}
    gone = {"inbox", "held"}  # these the watcher takes away, and rejects
    assert planted | gone >= free.worked() >= set(paths) - {"other changes"}


def test_reads(scene: Scene) -> None:
    """Nothing private is shown: not the keys, not the settings, not the watcher's environment, not other runs."""
    body = tries(scene.reads())
    assert scene.lair.run(body, repo=scene.lair.repo).worked() == set()
    free = scene.lair.run(body, repo=scene.lair.repo, walls=False).worked()
    assert free == set(scene.reads()) - {"password in environment"}


def test_decisions(scene: Scene) -> None:
    """A run decides nothing, by whatever words, behind the walls and without them; a human's same words count."""
    lair = scene.lair
    body = tries(scene.decisions())
    with Ledger(lair.places) as ledger:
        before = len(ledger.events())
    for walls in (True, False):
        run = lair.run(body, walls=walls)
        assert run.worked() == set()
        if not walls:
            assert all("is for a human" in str(said) for said in run.attempts.values()), run.attempts
    with Ledger(lair.places) as ledger:
        kinds = [entry.kind for entry in ledger.events()[before:]]
    assert {"approved", "denied", "granted", "revoked"}.isdisjoint(kinds)
    assert lair.here("approve", scene.waits, "--yes").code == 0
    assert lair.here("grant", "--session", "co-mine", "--network", "--for", "1h", "--yes").code == 0


def test_overrides(scene: Scene) -> None:
    """What a DO puts into its environment is its own affair: nothing outside goes by it."""
    lair = scene.lair
    body = (
        "import os, subprocess, sys\n"
        "os.environ.update(COTEMP_RUN_ID='20261121-101502-28216-k3f9', COTEMP_HOME='/tmp/x', COSESSION_ID='co-other',\n"
        "    COTEMP_CONFIG='/tmp/x.toml', COTEMP_ARTIFACTS=os.path.expanduser('~'), COAGENT_ALLOW_WRITES='1')\n"
        "subprocess.run([sys.executable, '-m', 'cotemp', 'send', 'co-mine', 'from me', '--create'])\n"
        "note = os.environ['COTEMP_OUTBOX'] + '/co-mine'; os.makedirs(note, exist_ok=True)\n"
        "open(note + '/n.md', 'w').write('mine')\n"
    )
    run = lair.run(body)
    assert run.row.outcome == "passed"
    notes = [note.name for note in lair.mine.inbox.glob("NOTE_*")]
    assert [name.rpartition("_")[2] for name in notes] == ["co-mine.md", "co-mine.md"]
    assert lair.places.session_ids() == ["co-mine", "co-other"]
    assert json.loads((lair.mine.logs / f"{run.row.base}.json").read_text())["session_id"] == "co-mine"


def test_however_it_is_started(lair: Lair) -> None:
    """What a DO starts has no more rights than the DO: shells in shells, sessions of their own, programs of its own."""
    file = lair.repo / "file"
    evil = f"echo {{}} >> {file}"
    own = "(shutil.copy(os.path.realpath('/bin/sh'), 'own'), call('./own', '-c', {!r}))"
    script = "(write('own.sh', '#!/bin/sh\\n' + {!r}), os.chmod('own.sh', 0o755), call('./own.sh'))"
    acts = {
        "shell": f"call('sh', '-c', {evil.format('shell')!r})",
        "nested": f"call('sh', '-c', {shlex.join(['sh', '-c', evil.format('nested')])!r})",
        "session": f"call('setsid', '-w', 'sh', '-c', {evil.format('session')!r})",
        "bare": f"call('env', '-i', '/bin/sh', '-c', {evil.format('bare')!r})",
        "python": f"call(sys.executable, '-c', \"open('{file}', 'a').write('python')\")",
        "copy": own.format(evil.format("copy")),
        "script": script.format(evil.format("script")),
    }
    body = "import shutil\n" + tries(
        {name: f"(os.chdir(os.environ['COTEMP_ARTIFACTS']), {act})" for name, act in acts.items()}
    )
    assert lair.run(body, repo=lair.repo).worked() == set()
    assert file.read_text() == "old\n"
    assert lair.run(body, repo=lair.repo, walls=False).worked() == set(acts)
    assert all(name in file.read_text() for name in acts)
