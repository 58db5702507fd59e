"""What a view becomes: bubblewrap's arguments, and what a look at the machine adds."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cotemp.sandbox import Limits, View, repo
from cotemp.sandbox.bubblewrap import arguments, masks
from cotemp.sandbox.layout import Layout, lay_out
from cotemp.sandbox.repo import git_parts, walk
from tests.waiting import eventually

RUN = Path("/home/me/.local/state/cotemp/h/runs/r")
EMPTY = Path("/empty")
REPO = Path("/home/me/src/app")
CONFIG = REPO / ".git" / "config"
NOTHING = "nothing that is ever said"
VIEW = View(
    run_dir=RUN,
    do_copy=RUN / "do/DO_x.sh",
    do_path=Path("/home/me/Downloads/CoTemp/sessions/s/inbox/DO_x.sh"),
    artifacts=RUN / "artifacts",
    outbox=RUN / "outbox",
    cwd=RUN / "artifacts",
    home_dir=Path("/home/me"),
    limits=Limits(scratch=1000),
)
LAYOUT = Layout(private=(Path("/tmp"), Path("/home/me")), closed=(Path("/home/me/Downloads/CoTemp"),))
OVERLAY = {"repo": REPO, "repo_mode": "overlay", "upper": RUN / "upper", "work": RUN / "work"}


def told(view: View, layout: Layout) -> str:
    return " ".join([*arguments(view, layout, empty=EMPTY, seccomp=101, status=102), *masks(layout, EMPTY)])


def test_a_whole_command() -> None:
    """This is all that bubblewrap is told for a run that may nothing."""
    assert told(VIEW, LAYOUT) == (
        "--unshare-all --unshare-user --disable-userns --cap-drop ALL --die-with-parent --hostname sandbox "
        "--ro-bind / / --proc /proc --dev /dev --size 1000 --tmpfs /dev/shm --remount-ro /dev --remount-ro /proc "
        "--size 1000 --tmpfs /tmp --size 1000 --tmpfs /home/me "
        "--size 67108864 --tmpfs /home/me/Downloads/CoTemp "
        f"--ro-bind {RUN}/do/DO_x.sh /home/me/Downloads/CoTemp/sessions/s/inbox/DO_x.sh "
        f"--bind {RUN}/artifacts {RUN}/artifacts --bind {RUN}/outbox {RUN}/outbox "
        f"--remount-ro /home/me/Downloads/CoTemp --seccomp 101 --json-status-fd 102 --chdir {RUN}/artifacts"
    )


@pytest.mark.parametrize(
    ("view", "layout", "there", "not_there"),
    [
        ({"network": True}, {}, "--share-net", NOTHING),
        ({}, {}, "--unshare-all", "--share-net"),
        ({"repo": REPO, "repo_mode": "none"}, {}, "", str(REPO)),
        ({"repo": REPO, "repo_mode": "read"}, {}, f"--ro-bind {REPO} {REPO}", "overlay"),
        ({"repo": Path("/srv/app"), "repo_mode": "read"}, {}, "", "/srv/app"),
        (OVERLAY, {}, f"--overlay-src {REPO} --overlay {RUN}/upper {RUN}/work {REPO}", "--bind /home/me/src"),
        ({"repo": REPO, "repo_mode": "copy", "copy": RUN / "c"}, {}, f"--bind {RUN}/c {REPO}", "overlay"),
        ({}, {"shown": (Path("/home/me/x"),)}, "--ro-bind /home/me/x /home/me/x", NOTHING),
        ({}, {"shown": (Path("/opt/x"),)}, "", "/opt/x"),
        ({}, {"shown": (Path("/home/me/x"), Path("/home/me/x/y"))}, "/home/me/x", "/home/me/x/y"),
        (OVERLAY, {"shown": (REPO / ".venv",)}, "--overlay", ".venv"),
        ({}, {"masked": (Path("/srv/key"),)}, "--ro-bind-try /empty /srv/key", NOTHING),
        ({}, {"fleeting": (Path("/srv/.env"),)}, "--ro-bind-try /empty /srv/.env", NOTHING),
        (OVERLAY, {"pinned": ((CONFIG, CONFIG),)}, f"--ro-bind {CONFIG} {CONFIG}", NOTHING),
        ({}, {"links": ((Path("/home/me/v"), Path("/opt/v")),)}, "--symlink /opt/v /home/me/v", NOTHING),
    ],
)  # fmt: skip
def test_each_part(view: dict[str, Any], layout: dict[str, Any], there: str, not_there: str) -> None:
    """What is in sight anyway gets no mount of its own."""
    said = told(replace(VIEW, **view), replace(LAYOUT, **layout))
    assert there in said
    assert not_there not in said


def test_outer_folders_come_first() -> None:
    """A mount never covers one that was made before it; what is pinned comes on top of its repo."""
    shown = (Path("/home/me/a/b/c"), Path("/home/me/a"))
    said = told(replace(VIEW, **OVERLAY), replace(LAYOUT, shown=shown, pinned=((REPO / ".git/config",) * 2,)))  # type: ignore[arg-type]
    order = [
        "--tmpfs /home/me ",
        "--ro-bind /home/me/a ",
        "--overlay-src",
        ".git/config",
        "--remount-ro /home/me/Downloads",
    ]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)


def test_a_look_at_the_machine(tmp_path: Path) -> None:
    """Links are followed, nothing shows what is hidden, and what is not there is left out."""
    home = tmp_path / "me"
    for folder in ("real/venv", "CoTemp", "read"):
        (home / folder).mkdir(parents=True)
    (home / "venv").symlink_to(home / "real" / "venv")
    found = lay_out(
        replace(
            VIEW, home_dir=home, hidden=(home / "CoTemp", home / "nowhere"), programs=(home / "venv",),
            read=(home / "read", home / "CoTemp", home, tmp_path, Path("/"), home / "nothing"),
        )
    )  # fmt: skip
    assert home in found.private
    assert home / "CoTemp" in found.closed
    assert home / "nowhere" not in found.closed
    assert found.shown == (home / "real" / "venv", home / "read")
    assert found.links == ((home / "venv", home / "real" / "venv"),)


def test_a_root_that_is_home_hides_nothing_and_says_so() -> None:
    """The log never claims that a home is hidden that cannot be."""
    assert not lay_out(replace(VIEW, home_dir=Path("/"))).home_hidden


def test_what_a_repo_hides(tmp_path: Path) -> None:
    """`.env*` files at any depth, and git folders; not the packages of others, not folders called so."""
    for name in (".env", "a/.env.local", "a/b/.envrc", "node_modules/x/.env", ".git/.env", "env", "a/x.env"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "c" / ".env").mkdir(parents=True)
    (tmp_path / "loop").symlink_to(tmp_path)
    for _ in range(2):
        found = walk(tmp_path)
        assert sorted(str(path.relative_to(tmp_path)) for path in found.env_files) == [
            ".env",
            "a/.env.local",
            "a/b/.envrc",
        ]
        assert found.git == (tmp_path / ".git",)
        assert found.complete
    assert not walk(tmp_path, seconds=-1).complete


def test_a_new_secret_is_found_in_a_known_repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is listed again as soon as it changed, also when its time was set back, and when it did so twice in
    one tick of the clock."""
    folder = tmp_path / "a"
    folder.mkdir()
    before = folder.stat()
    tick = 50_000_000
    monkeypatch.setattr(repo, "_SETTLED_NS", tick)
    eventually(lambda: time.time_ns() - before.st_ctime_ns > 2 * tick)
    assert walk(tmp_path).env_files == ()
    assert str(folder) in repo._known
    (folder / ".env").write_text("x")
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(walk(tmp_path).env_files) == 1
    (folder / ".env.two").write_text("x")
    assert len(walk(tmp_path).env_files) == 2


def test_the_parts_of_git_that_are_pinned(tmp_path: Path) -> None:
    """Those of submodules too."""
    git = tmp_path / ".git"
    for name in ("hooks/x", "config", "HEAD", "modules/a/b/HEAD", "modules/a/b/config", "modules/a/b/hooks/y"):
        (git / name).parent.mkdir(parents=True, exist_ok=True)
        (git / name).write_text("x")
    found = sorted(str(path.relative_to(git)) for path in git_parts(git))
    assert found == ["config", "hooks", "modules/a/b/config", "modules/a/b/hooks"]
