"""A hostile home: whoever may write there, as a synchroniser may, decides nothing and destroys nothing."""

from __future__ import annotations

from cotemp.places import own_config_file
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


def test_what_is_planted_in_the_home_decides_nothing(lair: Lair) -> None:
    """Settings, scripts and records that a synchroniser brings give no DO a right and are not run."""
    settings = '[policy]\nnetwork = "allow"\nenforcer = "none"\nunenforced = "run"\n'
    ran = lair.user / "ran"
    for folder in (lair.places.home, lair.mine.root, lair.mine.inbox, lair.repo):
        (folder / "agents.toml").write_text("schema = 1\n" + settings)
    for script in ("common/Join-CoAgent.ps1", "common/x.sh", "scripts/x.py", "greetings/x.sh"):
        (lair.places.home / script).parent.mkdir(exist_ok=True)
        (lair.places.home / script).write_text(f"open({str(ran)!r}, 'x')")
    lair.settings('network = "never"\n')
    for end, code in (("refused", 0), ("passed", 0)):
        lair.drop("print(1)", network=True)
        assert lair.here("watch", "co-mine", "--once").code == code
        assert lair.here("runs", "--json").json["runs"][-1]["outcome"] == end
        own_config_file().write_text("schema = 1\n" + settings)
    assert not ran.exists()
