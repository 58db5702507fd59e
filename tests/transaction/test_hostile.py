"""What a DO plants in its layer never reaches the repo, and nothing there is followed."""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp import transaction
from cotemp.errors import DamagedData, RefusedByPolicy
from cotemp.transaction import Changes
from cotemp.transaction.keeping import Kept
from cotemp.transaction.tree import Tree

from .worlds import DESTRUCTIVE, World, digest_of

OUTSIDE = "outside"


def planted(world: World, plant: Callable[[Path], object]) -> Changes:
    """The sealed changes of a run whose layer was filled by hand, as no overlay would."""
    prepared = world.prepare()
    layer = prepared.upper or prepared.copy
    assert layer is not None
    plant(layer)
    return transaction.seal(world.run_dir)


def refused(world: World, changes: Changes) -> str:
    """The changes are refused under every consent, and applying them does nothing; returns why."""
    before = digest_of(world.root / "repo")
    verdict = transaction.judge(changes, DESTRUCTIVE)
    assert verdict.kind == "refuse"
    with pytest.raises(RefusedByPolicy):
        transaction.apply(world.run_dir)
    assert digest_of(world.root / "repo") == before
    return "\n".join(verdict.reasons)


def special(kind: int, device: int = 0) -> Callable[[Path], None]:
    def plant(layer: Path) -> None:
        os.mknod(layer / "thing", kind | 0o666, device)

    return plant


def bound(layer: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(layer)  # the name of a socket has a short limit
        try:
            one.bind("thing")
        finally:
            os.chdir(here)


def test_fifo(world: World) -> None:
    """A FIFO would stop whoever reads it."""
    assert refused(world, planted(world, special(stat.S_IFIFO))) == "thing is a FIFO"


def test_socket(world: World) -> None:
    """A socket leads to a process."""
    assert refused(world, planted(world, bound)) == "thing is a socket"


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK])
def test_device(world: World, kind: int) -> None:
    """A device leads to the kernel."""
    if os.geteuid():
        pytest.skip("only root makes devices")
    try:
        changes = planted(world, special(kind, os.makedev(1, 3)))
    except PermissionError:
        pytest.skip("no devices may be made here")
    assert refused(world, changes) == "thing is a device"


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6755])
def test_setuid(world: World, mode: int) -> None:
    """A program that runs with our rights, whoever starts it."""

    def plant(layer: Path) -> None:
        (layer / "tool").write_text("#!/bin/sh\n")
        (layer / "tool").chmod(mode)

    assert "another user's rights" in refused(world, planted(world, plant))


def test_link_under_our_feet(overlaid: World) -> None:
    """The repo has a link to the outside; the layer has a folder there, made without the overlay's mark."""
    outside = overlaid.root / OUTSIDE
    outside.mkdir()
    os.symlink(outside, overlaid.repo / "d")

    def plant(layer: Path) -> None:
        (layer / "d").mkdir()
        (layer / "d" / "evil").write_text("evil")

    assert refused(overlaid, planted(overlaid, plant)) == "d is a folder that was laid over a link"
    assert not list(outside.iterdir())


def test_link_that_comes_later(world: World) -> None:
    """A parent folder turns into a link to the outside between the run and applying: nothing lands there."""
    outside = world.root / OUTSIDE
    outside.mkdir()
    world.write({"d/a.txt": "a"})
    world.do("echo evil >d/new.txt; mkdir d/deep; echo evil >d/deep/new.txt; echo b >>d/a.txt")
    (world.repo / "d").rename(world.repo / "was-d")
    os.symlink(outside, world.repo / "d")
    with pytest.raises(transaction.Conflict) as told:
        transaction.apply(world.run_dir)
    assert set(told.value.paths) == {"d/a.txt", "d/deep", "d/new.txt"} | {"d/deep/new.txt"}
    assert not list(outside.iterdir())
    assert transaction.standing(world.run_dir) == "sealed", "both are kept"


def test_links_are_not_followed(world: World) -> None:
    """A link that the DO leaves is a link in the repo: what it points to is neither read nor written."""
    secret = world.root / "secret"
    secret.write_text("secret")
    changes = world.do(f"ln -s {secret} l; ln -s {world.root} d; ln -s /etc/shadow s")
    assert b"secret\n" not in transaction.patch(world.run_dir, changes).replace(str(secret).encode(), b"")
    transaction.apply(world.run_dir)
    assert os.readlink(world.repo / "l") == str(secret)
    assert secret.read_text() == "secret"


GIT = {
    "hook": ("mkdir -p .git/hooks; printf '#!/bin/sh\n' >.git/hooks/pre-commit", ".git/hooks/pre-commit may never"),
    "other hooks": ("git config core.hooksPath h", ".git/config may never be changed"),
    "config": ("printf '[core]\n\tfsmonitor = evil\n' >>.git/config", ".git/config may never be changed"),
    "config elsewhere": ("echo ../evil >.git/commondir", ".git/commondir may never be changed"),
    "config gone": ("rm .git/config", ".git/config may never be changed"),
    "nested repo": ("mkdir n; git init -q n", "n/.git/config may never be changed"),
    "nested, other case": ("mkdir -p n/.GIT; echo x >n/.GIT/Config", "n/.GIT/Config may never be changed"),
    "short name": ("mkdir -p n/git~1; echo x >n/git~1/config", "another spelling of .git"),
    "folder to file": ("mv .git g; echo 'gitdir: g' >.git", ".git would turn from a folder into a file"),
    "folder to link": ("mv .git g; ln -s g .git", ".git would turn from a folder into a link"),
    "link inside": ("ln -s /etc .git/refs/heads/evil", ".git/refs/heads/evil is a link among git's own files"),
    "object changed": ("f=$(ls -d .git/objects/??/* | head -1); chmod u+w $f; echo x >>$f", "never changes an object"),
}


@pytest.mark.parametrize("name", GIT)
def test_git_is_not_turned(world: World, name: str) -> None:
    """What git runs or believes later, outside of every sandbox, cannot be changed by a DO."""
    world.write({"a.txt": "a"})
    world.commit_all()
    script, why = GIT[name]
    assert why in refused(world, world.do(script))


LATER = [
    ".git/info/attributes", ".git/modules/m/config", ".git/config.worktree", ".git/info/exclude",
    ".git/objects/info/alternates", ".git/rebase-merge/git-rebase-todo", ".git/worktrees/w/gitdir", ".husky/pre-commit",
    ".envrc", "sub/.envrc", ".vscode/tasks.json", ".devcontainer/devcontainer.json", ".github/workflows/ci.yml",
    ".gitlab-ci.yml", ".circleci/config.yml", "Jenkinsfile", "azure-pipelines.yml", ".ci/run", "AGENTS.md", "CLAUDE.md",
    "sub/CLAUDE.md", ".claude/settings.json", ".codex/config.toml", ".cursor/rules/a.mdc", ".cursorrules", "GEMINI.md",
    ".gemini/settings.json", ".aider.conf.yml", "opencode.json", ".mcp.json", ".github/copilot-instructions.md",
    ".pre-commit-config.yaml", "claude.MD",
]  # fmt: skip


def test_what_runs_later_is_held(overlaid: World) -> None:
    """Files that programs read by themselves wait for a human, whatever the consent; the rest does not."""
    overlaid.write({"a.txt": "a"})
    overlaid.commit_all()

    def plant(layer: Path) -> None:
        for name in [*LATER, "Makefile", "src/envrc", "docs/agents.txt", ".gitignore"]:
            (layer / name).parent.mkdir(parents=True, exist_ok=True)
            (layer / name).write_text("x")

    changes = planted(overlaid, plant)
    verdict = transaction.judge(changes, DESTRUCTIVE)
    assert verdict.kind == "hold"
    files = {reason.split(" ")[0] for reason in verdict.reasons}
    assert files >= set(LATER)
    assert not files & {"Makefile", "src/envrc", "docs/agents.txt", ".gitignore"}
    transaction.apply(overlaid.run_dir)  # a human said yes
    assert (overlaid.repo / ".envrc").read_text() == "x"


def test_a_repository_in_disguise(world: World) -> None:
    """A folder that git would take for a repository, with a configuration of its own, waits for a human."""
    changes = world.do("mkdir -p docs/objects docs/refs; echo 'ref: refs/heads/x' >docs/HEAD; echo >docs/config")
    assert "docs/ would look like a git repository" in transaction.judge(changes, DESTRUCTIVE).reasons[0]


def test_lies_about_where_content_is(overlaid: World) -> None:
    """Marks with which an overlay redirects are none of a DO's."""

    def plant(layer: Path) -> None:
        (layer / "d").mkdir()
        os.setxattr(layer / "d", "user.overlay.redirect", b"/etc")

    assert "claims that its content lies elsewhere" in refused(overlaid, planted(overlaid, plant))


def test_whiteout_by_mark(overlaid: World) -> None:
    """A file system without devices marks what is deleted by an attribute."""
    overlaid.write({"a.txt": "a"})

    def plant(layer: Path) -> None:
        (layer / "a.txt").touch()
        os.setxattr(layer / "a.txt", "user.overlay.whiteout", b"y")

    assert planted(overlaid, plant).deleted == ("a.txt",)


def test_history_that_lies(overlaid: World) -> None:
    """Objects that claim another content, or a cache that claims another history, do not hide a rewritten one."""
    overlaid.write({"a.txt": "a"})
    overlaid.commit_all()
    changes = overlaid.do(
        "old=$(git rev-parse HEAD); git commit -q --amend -m other; new=$(git rev-parse HEAD)\n"
        "git replace --graft $new $old"
    )
    main = next(ref for ref in changes.refs if ref.name == "refs/heads/main")
    assert not main.forward


def test_depth(world: World) -> None:
    """Folders that are deeper than any program can walk are refused, and removed."""
    deeper = "[(os.mkdir('d'), os.chdir('d')) for _ in range(1200)]"
    changes = world.do(f'{sys.executable} -ISc "import os; {deeper}"')
    assert "is deeper than" in refused(world, changes)
    transaction.drop(world.run_dir)
    assert not list(world.run_dir.iterdir())


def test_kept_content_is_what_is_applied(world: World) -> None:
    """What is kept was changed after it was sealed: it is not what was judged, so it is not applied."""
    world.write({"a.txt": "a", "b.txt": "b"})
    world.do("echo new >a.txt; echo new >b.txt")
    before = digest_of(world.repo)
    (Kept.of(world.run_dir).sealed / "b.txt").write_text("evil")
    with pytest.raises(DamagedData):
        transaction.apply(world.run_dir)
    assert digest_of(world.repo) == before
    assert transaction.standing(world.run_dir) == "sealed"


def test_nobody_else_can_look(world: World) -> None:
    """What is kept is readable by its user only, whatever the modes inside."""
    world.do("echo x >new; chmod 777 new")
    assert stat.S_IMODE(Kept.of(world.run_dir).folder.stat().st_mode) == 0o700


def test_no_link_is_walked(tmp_path: Path) -> None:
    """A path that leads over a link leads nowhere, though the system would follow it."""
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("outside")
    root = tmp_path / "root"
    root.mkdir()
    (root / "d").symlink_to(tmp_path / "outside")
    (root / "f").symlink_to(tmp_path / "outside" / "file")
    assert (root / "d" / "file").read_text() == "outside"
    with Tree(root) as tree:
        assert tree.stat("d/file") is None
        assert tree.read("d/file") is None
        assert tree.names("d") == []
        with pytest.raises(OSError, match=r"symbolic links|Not a directory"), tree.open("d/file"):
            pass
        with pytest.raises(OSError, match="symbolic links"), tree.open("f"):
            pass
