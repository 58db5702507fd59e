"""What a DO may call its repo: naming a folder gives no right to it."""

from __future__ import annotations

import pytest

from .lair import Lair, tries

KEYS = {
    ".ssh": "id_ed25519",
    "src/innocent": "id_ed25519",  # a link to .ssh
    ".config": "autostart/mine.desktop",
    "": ".ssh/id_ed25519",
    "Downloads/CoTemp": "sessions/co-mine/owner.json",
    ".local/state": "cotemp/enforcer.json",
    ".config/cotemp": "agents.toml",
}


@pytest.mark.parametrize("folder", KEYS)
def test_a_repo_that_is_none(lair: Lair, folder: str) -> None:
    """A DO that calls the user's keys, home or cotemp's own folders its repo neither reads nor writes them."""
    (lair.user / "src" / "innocent").symlink_to(lair.user / ".ssh")
    with lair.watched():
        pass  # so that there is something to read
    repo = lair.user / folder
    body = tries({"read": f"read({str(repo / KEYS[folder])!r})"})
    runs = [(body, {"repo": repo, "network": True}), (body, {"repo": repo, "writes": True})]
    reading, writing = lair.run_all(runs)
    assert reading.worked() == set()
    assert "is not shown to it" in reading.log["warnings"][0]
    assert (writing.row.state.value, writing.text.count("told")) in (("held", 0), ("done", 0))
    assert writing.row.outcome in (None, "refused")
    assert lair.run(body, repo=repo, walls=False).worked() == {"read"}


@pytest.mark.parametrize("name", ["/", "//", "/usr/..", "~", "{user}/src/..", "{user}/src/app/../../.", "{user}/loop"])
def test_the_disk_and_the_home(lair: Lair, name: str) -> None:
    """Whatever it calls them, a DO that would write the disk or the home is refused, and one that reads sees no key."""
    (lair.user / "loop").symlink_to(".")
    repo = name.format(user=lair.user)
    body = tries({"read": f"read('{lair.user}/.ssh/id_ed25519')", "write": f"write('{lair.user}/planted')"})
    reads, writes = lair.run_all([(body, {"repo": repo}), (body, {"repo": repo, "writes": True, "destructive": True})])
    assert reads.worked() <= {"write"}, "into a private folder"
    assert (writes.row.outcome, writes.text.count("told")) == ("refused", 0)
    assert not (lair.user / "planted").exists()
    assert lair.run(body, repo=repo, walls=False).worked() == {"read", "write"}
    assert (lair.user / "planted").exists()
