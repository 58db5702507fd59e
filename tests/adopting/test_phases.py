"""Doubled phases, and where the sequence stands when lines go: each case thought through."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.agents.sequence import Ending

from .conftest import Proposing, lost, said
from .worlds import PHASES, newer_world, seed_world, spec

CASES = [
    ("none is doubled", "a b c", 1, "b", 1),
    ("the first phase", "a b c", 0, "a", 0),
    ("doubled before the current one", "a b a c", 3, "c", 2),
    ("doubled after the current one", "a b c a", 1, "b", 1),
    ("the current one is the first of a pair", "a b a c", 0, "a", 0),
    ("the current one is the second of a pair", "a b a c", 2, "a", 0),
    ("three times", "a b a a c", 4, "c", 2),
    ("two pairs", "a b a b c", 4, "c", 2),
    ("in other letters", "Mailu b mailu c", 3, "c", 2),
    ("one past the last", "a b c", 3, "c", 2),
    ("one past a doubled last", "a b a", 3, "b", 1),
]


@pytest.mark.parametrize(("what", "ids", "index", "phase", "place"), CASES, ids=[case[0] for case in CASES])
def test_the_phase_stays_whatever_its_index_becomes(
    what: str, ids: str, index: int, phase: str, place: int, tmp_path: Path, proposing: Proposing
) -> None:
    """The phase that the old index meant is current, at the place that it has now, and it is said how."""
    (tmp_path / ".phases-spec").write_text(spec(*ids.split()))
    (tmp_path / ".phase-idx").write_text(str(index))
    proposal = proposing(tmp_path)
    assert (proposal.sequence.phase, proposal.sequence.index) == (phase, place)
    assert proposal.config.phases[place].id == phase
    assert any(one.origin and one.origin.file.name == ".phase-idx" for one in proposal.decisions)


def test_a_second_phase_with_files_of_its_own_is_not_lost_silently(tmp_path: Path, proposing: Proposing) -> None:
    """What is dropped because its id is taken, but is another phase, is told with its line and with what to do."""
    (tmp_path / ".phases-spec").write_text("a|one.md|STATUS-a.md\na|two.md|STATUS-a2.md\n")
    (found,) = (one for one in proposing(tmp_path).not_understood if one.origin.file.name == ".phases-spec")
    assert found.origin.line == 2
    assert "two.md" in found.why
    assert "cotemp phase add" in found.why


BAD = ["-1", "99", "12345678901234567890", "1.5", "two", "\u0661", "0x1"]


@pytest.mark.parametrize("index", BAD)
def test_an_index_that_means_nothing_is_asked_for(index: str, tmp_path: Path, proposing: Proposing) -> None:
    """The index is never guessed: a human names the phase."""
    (tmp_path / ".phases-spec").write_text(spec("a", "b"))
    (tmp_path / ".phase-idx").write_text(index)
    proposal = proposing(tmp_path)
    assert proposal.sequence.phase is None
    assert "--phase (a, b)" in proposal.open_question
    assert lost(proposal, ".phase-idx")
    said_so = proposing(tmp_path, phase="b")
    assert (said_so.sequence.phase, said_so.sequence.index, said_so.open_question) == ("b", 1, "")


def test_a_phase_that_nobody_knows_is_asked_for_again(tmp_path: Path, proposing: Proposing) -> None:
    """A wrong `--phase` changes nothing."""
    (tmp_path / ".phases-spec").write_text(spec("a", "b"))
    assert "none is called c" in proposing(tmp_path, phase="c").open_question


def test_a_current_phase_that_cannot_be_read_is_asked_for(tmp_path: Path, proposing: Proposing) -> None:
    """A broken line counts for the index, but nobody can go on with it."""
    (tmp_path / ".phases-spec").write_text("a|a.md|\nnonsense\nc|c.md|\n")
    (tmp_path / ".phase-idx").write_text("1")
    proposal = proposing(tmp_path)
    assert ".phases-spec:2" in proposal.open_question
    (tmp_path / ".phase-idx").write_text("2")
    assert (proposing(tmp_path).sequence.phase, proposing(tmp_path).sequence.index) == ("c", 1)


def test_no_index_begins_at_the_first_phase_and_says_so(tmp_path: Path, proposing: Proposing) -> None:
    """A world that was never started begins at its beginning."""
    (tmp_path / ".phases-spec").write_text(spec("a", "b"))
    proposal = proposing(tmp_path)
    assert proposal.sequence.phase == "a"
    assert "no index is kept: it begins with a" in said(proposal)


def test_an_index_may_be_a_name(tmp_path: Path, proposing: Proposing) -> None:
    """A driver that kept the id instead of the index is understood."""
    (tmp_path / ".phases-spec").write_text(spec("a", "b"))
    (tmp_path / ".phase-idx").write_text("b\n")
    assert proposing(tmp_path).sequence.phase == "b"


def test_the_older_index_counts_by_the_phase_that_it_meant(tmp_path: Path, proposing: Proposing) -> None:
    """Where the newer settings have other phases and no index of their own, the phase decides, not its number."""
    root = newer_world(tmp_path)
    (root / ".cc-ci-logs" / "state" / "phase-idx").unlink()
    (root / ".cc-ci-logs" / ".phases-spec").write_text(spec("x", "y", "ghost", "cf48"))
    (root / ".cc-ci-logs" / ".phase-idx").write_text("2")
    assert (proposing(root).sequence.phase, proposing(root).sequence.index) == ("ghost", 0)


@pytest.mark.parametrize("index", [11, 12, 3])
def test_a_complete_sequence_stays_complete(index: int, tmp_path: Path, proposing: Proposing) -> None:
    """After SEQUENCE-COMPLETE nothing is done again: no last wake, no journal, no stop of the loops."""
    root = seed_world(tmp_path, index)
    (root / ".cc-ci-logs" / "SEQUENCE-COMPLETE").touch()
    sequence = proposing(root).sequence
    assert sequence.complete
    assert sequence.complete.endings == tuple(Ending)
    assert len(sequence.done) == len(set(PHASES)) == sequence.index + 1


def test_comments_blank_lines_crlf_and_a_bom_count_for_nothing(tmp_path: Path, proposing: Proposing) -> None:
    """The file means the same whichever editor wrote it."""
    text = "\ufeff# a comment\r\n\r\n  a | a.md | A.md \r\n#b|b.md|\r\nc|c.md|\r\n"
    (tmp_path / ".phases-spec").write_bytes(text.encode())
    (tmp_path / ".phase-idx").write_bytes(b"1\r\n")
    proposal = proposing(tmp_path)
    assert [(one.id, one.plan, one.status) for one in proposal.config.phases] == [
        ("a", "a.md", "A.md"),
        ("c", "c.md", None),
    ]
    assert proposal.sequence.phase == "c"


def test_ten_thousand_phases_are_no_matter(tmp_path: Path, proposing: Proposing) -> None:
    """A huge list with a doubled phase is read, and stands where it stood."""
    ids = [f"p{number}" for number in range(10_000)]
    (tmp_path / ".phases-spec").write_text("".join(f"{one}|{one}.md|\n" for one in [*ids[:7000], "p5", *ids[7000:]]))
    (tmp_path / ".phase-idx").write_text("9000")
    proposal = proposing(tmp_path)
    assert len(proposal.config.phases) == 10_000
    assert (proposal.sequence.phase, proposal.sequence.index) == ("p8999", 8999)
