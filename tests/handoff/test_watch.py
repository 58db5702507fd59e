"""Watching a repo: what is new is told once, and what flickers or is hostile does no harm."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cotemp.config.settings import CommitRule, Handoff, InboxRule
from cotemp.handoff import files, tree
from cotemp.handoff import watch as room
from cotemp.handoff.seen import Commit, Files, FileSeen, Reached, Statuses, StatusSeen
from cotemp.handoff.watch import PhaseFiles, RepoWatch, Told

from ..waiting import eventually
from .conftest import Pair
from .repos import Clone, many, new_repo

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PVFIX = PhaseFiles("pvfix", "plans/pvfix.md", "STATUS-pvfix.md")
E = TypeVar("E")


def handoff(path: Path, ref: str = "HEAD", **more: Any) -> Handoff:
    return Handoff(
        repo=path,
        ref=ref,
        commits=(CommitRule(prefix="claim(", to="adversary"),),
        inboxes=(InboxRule(file="BUILDER-INBOX.md", to="builder"), InboxRule(file="in/ADV.md", to="adversary")),
        **more,
    )


def watching(clone: Clone, ref: str = "HEAD", phases: Sequence[PhaseFiles] = (PVFIX,), **more: Any) -> RepoWatch:
    """A watch that has had its first look."""
    watch = RepoWatch(handoff(clone.path, ref, **more), phases)
    watch.poll(NOW)
    return watch


def new(watch: RepoWatch, kind: type[E]) -> E | None:
    """What is new of one kind."""
    return _of(watch.poll(NOW), kind)


def _of(told: Told, kind: type[E]) -> E | None:
    return next((event for event in told.events if isinstance(event, kind)), None)


def shas(watch: RepoWatch) -> list[str]:
    """The ids of the commits that are told anew; none when nothing is new."""
    found = new(watch, Reached)
    return [one.sha for one in found.commits] if found else []


# --- the ref ---


def test_the_first_look_tells_all_and_the_next_one_nothing(repo: Clone) -> None:
    """A daemon that comes back knows where things stand; then only news cost anything."""
    sha = repo.commit("claim(a): x", STATUS_pvfix__md="no", BUILDER_INBOX__md="no")
    repo.write("STATUS-pvfix.md", "## DONE")
    repo.commit("work", **{"plans/pvfix__md": "plan"})
    watch = RepoWatch(handoff(repo.path), [PVFIX])
    reached, statuses, seen = watch.poll(NOW).events
    assert isinstance(reached, Reached)
    assert [(one.sha, one.to) for one in reached.commits] == [(sha, "adversary")]
    assert statuses == Statuses({"pvfix": StatusSeen(repo.git("rev-parse", "HEAD:STATUS-pvfix.md"), done=True)})
    assert seen == Files((), {"pvfix": repo.git("rev-parse", "HEAD:plans/pvfix.md")})
    assert watch.poll(NOW) == Told()


def test_git_is_not_asked_while_nothing_moves(repo: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet repo starts no process."""
    repo.commit("claim(a): x")
    watch = watching(repo)
    monkeypatch.setattr("cotemp.asking.subprocess.Popen", None)
    for _ in range(5):
        assert watch.poll(NOW) == Told()


def _packed(clone: Clone) -> str:
    return clone.git("pack-refs", "--all")


MOVES: dict[str, Callable[[Clone], object]] = {
    "a commit": lambda clone: clone.commit("claim(b): x"),
    "a commit after packing": lambda clone: (_packed(clone), clone.commit("claim(b): x")),
    "a commit that is packed": lambda clone: (clone.commit("claim(b): x"), _packed(clone)),
    "another branch": lambda clone: (clone.git("switch", "-q", "-c", "other"), clone.commit("claim(b): x")),
    "no branch": lambda clone: (clone.git("switch", "-q", "--detach"), clone.commit("claim(b): x")),
    "a fast import": lambda clone: many(clone, ["claim(b): x"]),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_whatever_moves_the_ref_is_seen(repo: Clone, move: Callable[[Clone], object]) -> None:
    """A commit is told of, whether git keeps the ref in a file, in a pack, or as a bare id."""
    first = repo.commit("claim(a): x")
    watch = watching(repo)
    move(repo)
    assert shas(watch) == [first, repo.git("rev-parse", "HEAD")]


def test_a_ref_that_is_always_packed(repo: Clone) -> None:
    """Where a move shows in the pack alone, it is seen."""
    first = repo.commit("claim(a): x")
    _packed(repo)
    watch = watching(repo)
    second = repo.commit("claim(b): x")
    _packed(repo)
    assert shas(watch) == [first, second]


def test_a_commit_that_is_dropped(repo: Clone) -> None:
    """A ref that is set back tells what is left; no commit comes back as another one."""
    first, second = repo.commit("claim(a): x"), repo.commit("claim(b): x")
    watch = watching(repo)
    repo.git("reset", "-q", "--hard", first)
    assert shas(watch) == [first]
    repo.git("reset", "-q", "--hard", second)
    assert shas(watch) == [first, second]


def test_a_push_of_another_clone_reaches_the_watched_one(pair: Pair) -> None:
    """The builder's clone is watched; what the adversary pushed is there after a fetch, and its own push at once."""
    watch = watching(pair.builder, "origin/main", fetch=3600.0)
    theirs = pair.adversary.commit("claim(theirs): x", A="1")
    pair.adversary.git("push", "-q")
    pair.builder.git("fetch", "-q")
    assert shas(watch) == [theirs]
    pair.builder.git("reset", "-q", "--hard", "origin/main")
    ours = pair.builder.commit("claim(ours): x", B="1")
    assert shas(watch) == []
    pair.builder.git("push", "-q", "origin", "main")
    assert shas(watch) == [theirs, ours]


def test_a_force_push_keeps_identities(pair: Pair) -> None:
    """A claim that is pushed anew on top of other work is the same claim."""
    watch = watching(pair.builder, "origin/main", fetch=3600.0)
    pair.builder.commit("claim(a): x", B="1")
    pair.builder.git("push", "-q", "origin", "main")
    before = new(watch, Reached)
    pair.builder.minute += 9
    pair.builder.git("commit", "-q", "--amend", "--no-edit", "--reset-author", "--date=2026-09-01T00:00:00Z")
    pair.builder.git("push", "-q", "--force", "origin", "main")
    other = new(watch, Reached)
    assert before
    assert other
    assert other.commits[0].identity != before.commits[0].identity  # another author date: another commit
    pair.builder.git("rebase", "-q", "--no-ff", "HEAD~1")
    pair.builder.git("push", "-q", "--force", "origin", "main")
    again = new(watch, Reached)
    assert again is None or again.commits[0].identity == other.commits[0].identity


def test_a_linked_worktree_is_a_repo(repo: Clone, tmp_path: Path) -> None:
    """A worktree's own HEAD counts, and branches that all worktrees share."""
    repo.commit("begin")
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    tree_ = Clone(tmp_path / "tree", repo.minute)
    watch, other = watching(tree_), watching(tree_, "main")
    sha = tree_.commit("claim(side): x")
    assert (shas(watch), shas(other)) == ([sha], [])
    sha = repo.commit("claim(main): x")
    assert (shas(watch), shas(other)) == ([], [sha])


def test_a_bare_repo_is_a_repo(pair: Pair) -> None:
    """Where the bare repo itself is watched, a push tells at once."""
    watch = RepoWatch(handoff(pair.origin, "main"), [PVFIX])
    watch.poll(NOW)
    sha = pair.builder.commit("claim(a): x", BUILDER_INBOX__md="x")
    pair.builder.git("push", "-q", "origin", "main")
    assert shas(watch) == [sha]


# --- a repo or ref that is not there ---


def test_a_missing_repo_is_told_once(tmp_path: Path) -> None:
    """A repo that is cloned later is watched as soon as it is there."""
    path = tmp_path / "later"
    watch = RepoWatch(handoff(path), [PVFIX])
    told = watch.poll(NOW)
    assert (told.events, len(told.problems)) == ((), 1)
    assert watch.poll(NOW) == Told()
    sha = new_repo(path).commit("claim(a): x")
    assert shas(watch) == [sha]


def test_what_reaches_an_empty_repo_is_new(repo: Clone) -> None:
    """The first commit of a repo that was watched before it had one is no history."""
    watch = RepoWatch(handoff(repo.path, "main"), [PVFIX])
    told = watch.poll(NOW)
    assert told.events[:2] == (Reached(()), Statuses({}))
    assert "there is no main" in told.problems[0]
    assert watch.poll(NOW) == Told()
    sha = repo.commit("claim(a): x")
    assert shas(watch) == [sha]


def test_a_repo_that_goes_takes_nothing_with_it(repo: Clone, tmp_path: Path) -> None:
    """While a repo is moved away, a phase that was done stays done; back again, nothing is told twice."""
    repo.commit("claim(a): x", **{"STATUS-pvfix__md": "## DONE"})
    watch = watching(repo)
    for _ in range(2):
        shutil.move(repo.path, tmp_path / "away")
        told = watch.poll(NOW)
        assert (told.events, len(told.problems)) == ((), 1)
        shutil.move(tmp_path / "away", repo.path)
        assert watch.poll(NOW) == Told(problems=("the repo of the handoff can be read again",))
        assert watch.poll(NOW) == Told()


def test_a_folder_below_a_repo_is_none(repo: Clone) -> None:
    """Another repo further up is not watched by mistake."""
    repo.commit("claim(a): x", **{"sub/A": "x"})
    told = RepoWatch(handoff(repo.path / "sub"), [PVFIX]).poll(NOW)
    assert "is no git repo" in told.problems[0]


# --- status files ---


def test_a_phase_is_done_at_the_ref_and_nowhere_else(repo: Clone) -> None:
    """What is only in the working tree does not count."""
    repo.commit("begin")
    watch = watching(repo)
    repo.write("STATUS-pvfix.md", "## DONE")
    assert new(watch, Statuses) is None
    repo.commit("done")
    found = new(watch, Statuses)
    assert found
    assert found.seen["pvfix"].done


def test_phases_may_be_added(repo: Clone) -> None:
    """The status file of a phase that is appended later is looked at, though the ref did not move."""
    repo.commit("x", **{"STATUS-cf48__md": "WAITING-UNTIL: 2026-11-21T10:00:00Z"})
    watch = watching(repo)
    watch.watch([PVFIX, PhaseFiles("cf48", "plans/cf48.md", "STATUS-cf48.md")])
    found = new(watch, Statuses)
    assert found
    assert found.seen["cf48"].waiting_until == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_what_is_wrong_in_a_status_file_is_told_once(repo: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A senseless time and a file that is too large are told with the file's name."""
    monkeypatch.setattr(tree, "LIMIT", 1000)
    repo.commit("x", **{"STATUS-pvfix__md": "WAITING-UNTIL: soon", "STATUS-big__md": "## DONE\n" * 1000})
    watch = RepoWatch(handoff(repo.path), [PVFIX, PhaseFiles("big", "p", "STATUS-big.md")])
    told = watch.poll(NOW)
    assert told.problems == (
        "STATUS-pvfix.md: WAITING-UNTIL 'soon' is no RFC 3339 time with a zone",
        "STATUS-big.md is not read: it has 8,000 bytes",
    )
    statuses = _of(told, Statuses)
    assert statuses
    assert [one.done for one in statuses.seen.values()] == [False, False]
    assert watch.poll(NOW) == Told()


def test_a_status_file_that_is_no_file(repo: Clone) -> None:
    """A folder of that name, or a link to a file that says so, ends no phase."""
    (repo.path / "STATUS-pvfix.md").symlink_to("OTHER")
    repo.commit("x", **{"OTHER": "## DONE", "STATUS-dir__md/x": "## DONE"})
    watch = RepoWatch(handoff(repo.path), [PVFIX, PhaseFiles("dir", "p", "STATUS-dir.md")])
    statuses = _of(watch.poll(NOW), Statuses)
    assert statuses
    assert not any(one.done for one in statuses.seen.values())


# --- inbox files ---


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is missing is gone."""
    monkeypatch.setattr(files, "GONE", 0.0)


BUILDER = FileSeen("BUILDER-INBOX.md", "builder")


def inboxes(watch: RepoWatch) -> tuple[FileSeen, ...] | None:
    found = new(watch, Files)
    return found.inboxes if found else None


@pytest.mark.usefixtures("at_once")
def test_an_inbox_file_comes_and_goes_and_comes_back(repo: Clone) -> None:
    """It is told of when it appears, uncommitted too, and again after its reader deleted it."""
    repo.commit("begin")
    watch = watching(repo)
    for _ in range(2):
        repo.write("BUILDER-INBOX.md", "x")
        assert inboxes(watch) == (BUILDER,)
        repo.commit("claim(a): with a message")
        assert inboxes(watch) is None
        (repo.path / "BUILDER-INBOX.md").unlink()
        assert inboxes(watch) is None  # it is still at the ref
        repo.commit("read")
        assert inboxes(watch) == ()


def test_a_file_that_flickers_appears_once(repo: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that saves by taking the file away, or a rebase, is no second message."""
    repo.commit("begin")
    watch = watching(repo)
    path = repo.write("BUILDER-INBOX.md", "x")
    assert inboxes(watch) == (BUILDER,)
    monkeypatch.setattr(files, "GONE", 3600.0)
    path.unlink()
    assert inboxes(watch) is None
    path.write_text("y")
    assert inboxes(watch) is None


@pytest.mark.usefixtures("at_once")
@pytest.mark.skipif(os.name != "posix", reason="links and FIFOs")
def test_only_a_real_file_is_a_message(repo: Clone, tmp_path: Path) -> None:
    """Links, FIFOs, folders and other spellings are none, and nobody waits for a FIFO."""
    repo.commit("begin")
    watch = watching(repo)
    path = repo.path / "BUILDER-INBOX.md"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ADV.md").write_text("x")
    (repo.path / "in").symlink_to(tmp_path / "elsewhere")
    for make in (partial(path.symlink_to, tmp_path / "elsewhere" / "ADV.md"), partial(os.mkfifo, path)):
        make()
        assert inboxes(watch) is None
        path.unlink()
    path.mkdir()
    assert inboxes(watch) is None
    path.rmdir()
    (repo.path / "builder-inbox.md").write_text("x")
    assert inboxes(watch) is None


# --- plans ---


@pytest.mark.parametrize("place", ["in the repo", "not committed", "elsewhere", "absolute, in the repo"])
def test_a_changed_plan_is_seen(repo: Clone, tmp_path: Path, place: str) -> None:
    """Wherever a phase's plan lies, a change of its content is one, and touching it is none."""
    path = tmp_path / "plans" / "pvfix.md" if place == "elsewhere" else repo.path / "plans" / "pvfix.md"
    path.parent.mkdir(parents=True)
    path.write_text("one")
    repo.commit("begin") if "in the repo" in place else repo.commit("begin", __gitignore="plans")
    plan = "plans/pvfix.md" if place in ("in the repo", "not committed") else str(path)
    watch = watching(repo, phases=[PhaseFiles("pvfix", plan, "STATUS-pvfix.md")])
    os.utime(path, (1, 1))
    assert new(watch, Files) is None
    path.write_text("two")
    repo.commit("plan")
    found = new(watch, Files)
    assert found
    assert found.plans == {"pvfix": repo.git("hash-object", str(path))}


def test_committing_a_plan_changes_nothing(repo: Clone) -> None:
    """A plan that is committed as it was written was not changed."""
    repo.commit("begin")
    repo.write("plans/pvfix.md", "plan")
    watch = watching(repo)
    repo.commit("claim(a): the plan")
    told = watch.poll(NOW)
    assert _of(told, Reached)
    assert _of(told, Files) is None


# --- what lies in the repo is never run ---


@pytest.mark.skipif(os.name != "posix", reason="scripts")
def test_nothing_of_a_hostile_repo_is_run(pair: Pair, tmp_path: Path) -> None:
    """Hooks, filters, signatures, pagers, file monitors and helpers of the repo stay where they are."""
    clone, ran = pair.builder, tmp_path / "ran"
    script = clone.write("evil.sh", f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    clone.commit("claim(a): x", **{"__gitattributes": "* filter=evil diff=evil", "STATUS-pvfix__md": "## DONE"})
    clone.git("push", "-q", "origin", "main")
    pair.adversary.git("pull", "-q")
    watch = watching(clone, "origin/main", fetch=3600.0)  # nothing of it is hostile yet
    last = pair.adversary.commit("claim(b): x")
    pair.adversary.git("push", "-q")
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.askPass", "gpg.program", "filter.evil.smudge",
        "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "diff.external",
        "uploadpack.packObjectsHook", "sequence.editor", "pager.log", "pager.rev-list", "alias.rev-list", "alias.fetch",
    ):  # fmt: skip
        clone.git("config", key, str(script))
    clone.git("config", "log.showSignature", "true")
    clone.git("config", "core.hooksPath", str(clone.path / "hooks"))
    for hook in ("post-checkout", "reference-transaction", "post-merge", "pre-auto-gc", "post-index-change"):
        shutil.copy(script, clone.write(f"hooks/{hook}", ""))
        (clone.path / "hooks" / hook).chmod(0o755)
    watch._fetcher._due = 0.0
    assert eventually(lambda: shas(watch))[-1] == last
    assert not ran.exists()


def test_a_missing_object_is_not_fetched(repo: Clone, tmp_path: Path) -> None:
    """A repo that leaves objects to its remote makes nobody run the remote's command."""
    repo.commit("claim(a): x", **{"STATUS-pvfix__md": "## DONE"})
    blob = repo.git("rev-parse", "HEAD:STATUS-pvfix.md")
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in (
        ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "origin"), ("protocol.ext.allow", "always"),
        ("remote.origin.promisor", "true"), ("remote.origin.url", f"ext::touch {tmp_path / 'ran'}"),
    ):  # fmt: skip
        repo.git("config", key, value)
    told = RepoWatch(handoff(repo.path), [PVFIX]).poll(NOW)
    assert told.problems == ("STATUS-pvfix.md is not read: its content is not in this clone",)
    assert not (tmp_path / "ran").exists()


def test_a_first_look_ever_goes_further_back(repo: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a ref is set back later, no commit that was there before us comes into sight."""
    monkeypatch.setattr(room, "FIRST", 6)
    monkeypatch.setattr(room, "MOST", 3)
    for number in range(8):
        repo.commit(f"claim({number}): x")
    watch = RepoWatch(handoff(repo.path), [PVFIX], began=False)
    first = new(watch, Reached)
    assert first
    assert len(first.commits) == 6
    repo.git("reset", "-q", "--hard", "HEAD~3")
    later = new(watch, Reached)
    assert later
    assert set(_ids(later.commits)) <= set(_ids(first.commits))


def _ids(found: Sequence[Commit]) -> list[str]:
    return [one.identity for one in found]
