"""The patch says what git would say: applied by git to a copy, it makes the same files."""

from __future__ import annotations

import os
import subprocess

from cotemp import transaction

from .worlds import GIT_WORLD, World, digest_of


def test_git_understands_it(world: World) -> None:
    """Created, changed, deleted, moved modes, links, files without a last line end, names with odd characters."""
    world.write({
        "a.txt": "".join(f"{n}\n" for n in range(100)), "no-end": "x", "gone/b": "b\n", "mode": "m\n", "becomes": "f\n",
        "empty": "", "long": "".join(f"{n}\n" for n in range(3000)),
    })  # fmt: skip
    os.symlink("a.txt", world.repo / "link")
    world.commit_all()
    plain = world.root / "plain"
    subprocess.run(["cp", "-a", world.repo, plain], check=True)
    changes = world.do(
        "sed -i '3d;50s/^/x/;$d' a.txt; printf y >>no-end; rm -r gone empty; chmod 755 mode; ln -sfn b link\n"
        "rm becomes; ln -s a.txt becomes; printf 'n\\r\\n\\014\\n' >new; >none; sed -i 's/$/!/' long\n"
        "printf q >\"$(printf 'q\"\\tz')\"; printf 'caf\\303\\251' >\"$(printf 'caf\\303\\251')\""
    )
    text = transaction.patch(world.run_dir, changes)
    subprocess.run(["git", "apply"], input=text, cwd=plain, env=GIT_WORLD, check=True)
    transaction.apply(world.run_dir)
    assert digest_of(plain, without=(".git",)) == digest_of(world.repo, without=(".git",))
    assert transaction.patch(world.run_dir, changes) == text, "it can still be told after it was applied"


def test_binary_and_large(world: World) -> None:
    """What no person reads line by line is named only; the whole has a limit, and says what is left out."""
    world.write({"big": "x\n"})
    changes = world.do("printf 'a\\0b' >binary; head -c 600000 /dev/zero | tr '\\0' a >big; echo c >c; echo d >d")
    text = transaction.patch(world.run_dir, changes)
    assert b"Binary files a/big and b/big differ\n" in text
    assert b"Binary files /dev/null and b/binary differ\n" in text
    short = transaction.patch(world.run_dir, changes, limit=200)
    assert len(short) < 400
    assert short.endswith(b"more files were changed; their text is left out, as the patch is too long\n")


def test_hostile_names(world: World) -> None:
    """No name can steer a terminal or forge a line of the patch."""
    changes = world.do("printf x >\"$(printf 'a\\n+++ b fake\\033]0;t\\007\\342\\200\\256')\"")
    (name,) = changes.created
    assert name == r'"a\n+++ b fake\033]0;t\007\342\200\256"'
    assert b"\n+++ b fake" not in transaction.patch(world.run_dir, changes)
