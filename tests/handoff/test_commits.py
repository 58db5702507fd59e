"""Commits that are meant for an agent: told by their subject, known again by their identity."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.config.settings import CommitRule
from cotemp.handoff import commits as room
from cotemp.handoff.commits import FIRST, MOST, commits
from cotemp.handoff.git import GitFailed, find
from cotemp.handoff.seen import Commit

from .conftest import Pair
from .repos import Clone, clone_of, many, new_repo

RULES = (CommitRule(prefix="claim(", to="adversary"), CommitRule(prefix="review(", to="builder"))


def seen(clone: Clone, ref: str = "HEAD", rules: tuple[CommitRule, ...] = RULES, most: int = MOST) -> list[Commit]:
    found = find(clone.path)
    assert found
    return list(commits(found, clone.git("rev-parse", ref), rules, most))


def identities(clone: Clone, ref: str = "HEAD") -> list[str]:
    return [one.identity for one in seen(clone, ref)]


def test_each_commit_goes_to_whom_its_prefix_says(repo: Clone) -> None:
    """The prefix counts at the start of the subject, as it is written; the oldest commit comes first."""
    shas = [
        repo.commit(subject)
        for subject in ("claim(a): x", "fix claim(b)", "Claim(c)", "claim (d)", "review(a): no\n\nclaim(e): body", "x")
    ]
    assert [(one.sha, one.to, one.prefix) for one in seen(repo)] == [
        (shas[0], "adversary", "claim("),
        (shas[4], "builder", "review("),
    ]


def test_the_first_rule_that_fits_wins(repo: Clone) -> None:
    """A wide rule after a narrow one takes what is left."""
    repo.commit("claim(db): x")
    repo.commit("claim(ui): x")
    rules = (CommitRule(prefix="claim(db)", to="dba"), CommitRule(prefix="claim(", to="adversary"))
    assert [one.to for one in seen(repo, rules=rules)] == ["dba", "adversary"]
    assert seen(repo, rules=()) == []


def test_a_rebase_changes_ids_and_no_identity(pair: Pair) -> None:
    """A claim that is rebased onto other work is the same claim, under its new id."""
    builder, adversary, _ = pair
    adversary.commit("work", A="1")
    adversary.git("push", "-q")
    builder.commit("claim(a): x", B="1")
    before = seen(builder)
    builder.minute += 9
    builder.git("pull", "-q", "--rebase", "origin", "main")
    (after,) = seen(builder)
    assert after.sha == builder.git("rev-parse", "HEAD") != before[0].sha
    assert after.identity == before[0].identity


def test_a_pick_on_another_branch_is_the_same_commit(repo: Clone) -> None:
    """The claim that was picked from a branch that is merged later is told once."""
    repo.commit("begin")
    repo.git("switch", "-q", "-c", "side")
    sha = repo.commit("claim(a): x", A="1")
    repo.git("switch", "-q", "main")
    repo.commit("other", B="1")
    repo.git("cherry-pick", sha)
    repo.git("merge", "-q", "-m", "merge side", "side")
    assert len(seen(repo)) == 1


def test_another_message_is_another_commit(repo: Clone) -> None:
    """To amend what a claim says makes a new one; to amend what it contains does not."""
    repo.commit("claim(a): x")
    before = identities(repo)
    repo.write("A", "more")
    repo.git("add", "A")
    repo.git("commit", "-q", "--amend", "--no-edit")
    assert identities(repo) == before
    repo.git("commit", "-q", "--amend", "-m", "claim(a): y")
    assert identities(repo) != before


def test_merges_are_told_once(repo: Clone) -> None:
    """A merge is one commit, and what it brings is there too."""
    repo.commit("begin")
    repo.git("switch", "-q", "-c", "side")
    repo.commit("claim(a): side", A="1")
    repo.git("switch", "-q", "main")
    repo.commit("claim(b): main", B="1")
    repo.minute += 1
    repo.git("merge", "-q", "--no-ff", "-m", "review(c): merged", "side")
    assert sorted(one.prefix for one in seen(repo)) == ["claim(", "claim(", "review("]


ODD = {
    "no UTF-8": b"claim(\xff\xfe): \xe4",
    "steers a terminal": "claim(\x1b[2J): \x07",
    "bidi": "claim(a\u202e): x",
    "placeholders": "claim(%H%n%x00): %s",
    "long": "claim(" + "x" * 200_000,
    "two lines": "claim(a):\nsecond line",
    "windows": "claim(a): x\r\n\r\nbody\r\n",
}


@pytest.mark.parametrize("subject", ODD.values(), ids=ODD)
def test_odd_bytes_confuse_nothing(repo: Clone, subject: str | bytes) -> None:
    """Whatever an author and a subject hold, each commit is one, with its own id."""
    repo.commit(subject)
    repo.git("commit", "-q", "--allow-empty", "--amend", "--no-edit", b"--author=\xff\xfe\x1b]0;x <\xe4@b>")
    last = repo.commit("review(a): after")
    assert [one.sha for one in seen(repo)] == [repo.git("rev-parse", "HEAD^"), last]


def test_a_repo_of_sha256(tmp_path: Path) -> None:
    """Longer ids are ids."""
    clone = new_repo(tmp_path / "new", "--object-format=sha256")
    sha = clone.commit("claim(a): x")
    assert len(sha) == 64
    assert [one.sha for one in seen(clone)] == [sha]


def test_a_shallow_clone(pair: Pair, tmp_path: Path) -> None:
    """A clone without its history has the commits that it has, of the same identity."""
    for number in range(5):
        pair.builder.commit(f"claim({number}): x")
    pair.builder.git("push", "-q")
    clone = clone_of(pair.origin, tmp_path / "shallow", "--depth=2", "--no-local")
    assert identities(clone) == identities(pair.builder)[-2:]


def test_a_long_history_is_looked_at_as_far_as_is_said(repo: Clone) -> None:
    """Of five thousand commits the last two thousand count, four thousand at the first look."""
    many(repo, [f"claim({number}): x" if number % 10 == 0 else "work" for number in range(5000)])
    assert len(seen(repo, "main")) == MOST // 10
    assert len(seen(repo, "main", most=FIRST)) == FIRST // 10


def test_an_answer_that_is_too_long_is_cut_at_a_commit(repo: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who writes huge subjects hides old commits at most, and no commit comes out mangled."""
    for number in range(9):
        repo.commit(f"claim({number}): " + "x" * 1000)
    every = seen(repo)
    for limit in (4000, 4300, 4330):  # in a subject, between two commits, in an id
        monkeypatch.setattr(room, "_BYTES", limit)
        found = seen(repo)
        assert found == every[-len(found) :]
        assert 0 < len(found) < 9


def test_a_commit_that_is_not_there(repo: Clone) -> None:
    """When git cannot answer, that is no answer."""
    repo.commit("claim(a)")
    found = find(repo.path)
    assert found
    with pytest.raises(GitFailed):
        commits(found, "0" * 40, RULES)
