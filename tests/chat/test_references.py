"""What an ACK points at is recognised, and what only looks like it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.chat.references import Checks, Reference, Sort, Standing, find, standing, verify

PR, COMMIT, RUN, PATH = Sort.PR, Sort.COMMIT, Sort.RUN, Sort.PATH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PR #12", [(PR, "12")]),
        ("PR12, MR !7 and pull request 3", [(PR, "12"), (PR, "7"), (PR, "3")]),
        ("see #012", [(PR, "12")]),
        ("https://github.com/o/r/pull/12", [(PR, "https://github.com/o/r/pull/12")]),
        ("(https://github.com/o/r/pull/12).", [(PR, "https://github.com/o/r/pull/12")]),
        ("https://git.example/a/b/c/-/merge_requests/9", [(PR, "https://git.example/a/b/c/-/merge_requests/9")]),
        ("https://bitbucket.org/o/r/pull-requests/4", [(PR, "https://bitbucket.org/o/r/pull-requests/4")]),
        ("https://github.com/o/r/commit/1A2B3C4D5E", [(COMMIT, "1a2b3c4d5e")]),
        ("https://example.com/a/b.py", []),
        ("commit 1a2b3c4", [(COMMIT, "1a2b3c4")]),
        ("commit: `1234567`", [(COMMIT, "1234567")]),
        ("1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", [(COMMIT, "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d")]),
        ("deadbeef 1234567", []),
        ("20251121-101502-28216-k3f9", [(RUN, "20251121-101502-28216-k3f9")]),
        ("src/app.py", [(PATH, "src/app.py")]),
        ("`src/my file.py`", [(PATH, "src/my file.py")]),
        ("./out and ../x/y and ~/notes", [(PATH, "./out"), (PATH, "../x/y"), (PATH, "~/notes")]),
        ("C:\\src\\app\\a.txt and D:/x", [(PATH, "C:\\src\\app\\a.txt"), (PATH, "D:/x")]),
        ("report.md.", [(PATH, "report.md")]),
        ("logs/DO_Smoke_101501-k3f9ab.txt", [(PATH, "logs/DO_Smoke_101501-k3f9ab.txt")]),
        ("and/or, e.g. this; i.e. that, n/a, 1/2, v1.2", []),
        ("PR #12 PR #12 src/a.py", [(PR, "12"), (PATH, "src/a.py")]),
        ("../../etc/passwd", [(PATH, "../../etc/passwd")]),
        ("", []),
    ],
)
def test_references_are_found(text: str, expected: list[tuple[Sort, str]]) -> None:
    """In the order of the text, each once, and nothing else."""
    assert [(one.sort, one.value) for one in find(text)] == expected


@given(st.text("PR#12 /\\.~`\"'abcdef0123456789-:\n", max_size=600))
def test_any_text_has_references_or_none(text: str) -> None:
    """Every reference has a value, and stands in the text."""
    assert all(one.value for one in find(text))


def test_references_are_verified_as_far_as_one_can() -> None:
    """There, not there, or nobody can tell; a commit is asked for as a commit."""
    checks = Checks(commit={"aaaaaa1": True, "bbbbbb2": False}.get)
    found = [verify(Reference(COMMIT, value), checks) for value in ("aaaaaa1", "bbbbbb2", "cccccc3")]
    assert found == [Standing.VERIFIED, Standing.WRONG, Standing.CLAIMED]
    assert verify(Reference(PR, "1"), checks) is Standing.CLAIMED


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        ([], Standing.MISSING),
        ([Standing.CLAIMED], Standing.CLAIMED),
        ([Standing.CLAIMED, Standing.VERIFIED], Standing.VERIFIED),
        ([Standing.VERIFIED, Standing.WRONG], Standing.WRONG),
    ],
)
def test_the_standing_of_a_whole_ack(found: list[Standing], whole: Standing) -> None:
    """One that is wrong spoils it; one that is there is enough."""
    assert standing(found) is whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("see #012", "PR #12"),
        ("https://github.com/o/r/pull/12", "https://github.com/o/r/pull/12"),
        ("commit 1a2b3c4", "commit 1a2b3c4"),
        ("20251121-101502-28216-k3f9", "20251121-101502-28216-k3f9"),
        ("src/app.py", "src/app.py"),
    ],
)
def test_a_reference_says_what_it_is(text: str, said: str) -> None:
    """A number alone would tell nobody that it is a pull request's."""
    assert [str(one) for one in find(text)] == [said]
