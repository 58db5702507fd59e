"""A hostile home: whoever may write there, as a synchroniser may, decides nothing and destroys nothing."""

from __future__ import annotations

from tests.waiting import eventually

from .lair import Lair


def test_a_file_that_names_a_run_takes_nothing_away(lair: Lair) -> None:
    """Files in `held` and `running` that are called like a run do not cost it the changes that wait for a human."""
    run = lair.run("import os; os.remove('file')", repo=lair.repo, writes=True)
    assert run.log["changes"]["state"] == "held"
    for folder in (lair.mine.held, lair.mine.running, lair.places.session("co-other").held):
        (folder / f"{run.row.run_id}__DO_planted.py").write_text("planted")
    with lair.watched() as board:
        eventually(lambda: board.outcomes().count("rejected") == 3, what=board.texts())
    approved = lair.here("approve", run.row.run_id, "--yes")
    assert approved.code == 0, approved.err
    assert not (lair.repo / "file").exists()
