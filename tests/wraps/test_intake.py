"""What is in a CoWrap of somebody else is told shortly, without secrets, and nothing in it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cotemp.chat.cowrap import changes_in, repos_in
from cotemp.config import Config
from cotemp.errors import BadName
from cotemp.pastes import Desk
from cotemp.places import Places
from cotemp.times import local_now
from cotemp.wraps import Order, make
from cotemp.wraps.intake import Taken, take_in

from .zips import good

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
ORIGINAL = r"""# CoWrap Snapshot

UTC: 2025-09-10 11:22:33 Z
OutDir: C:\Users\me\Downloads\CoTemp\logs

## Repo: C:\src\CoCivium

Name: CoCivium
Branch: main

### Status
## main...origin/main
 M README.md
?? new.txt
A  added.txt
D  gone.txt

### Recent Commits
* 1234567 (HEAD -> main) first

## Repo: C:\src\Missing

WARN: path not found.
"""


def taken(places: Places, tmp_path: Path, files: dict[str, str], session: str = "") -> Taken:
    source = tmp_path / "wrap.zip"
    source.write_bytes(good(files))
    return take_in(places, Config(), source, local_now(), session)


def test_a_snapshot_of_the_original(places: Places, tmp_path: Path) -> None:
    """Each repo of it gets a file with the original's number of changes, and a line in the summary."""
    found = taken(places, tmp_path, {"CoWrap_Snapshot_2025-09-10_112233Z.md": ORIGINAL})
    assert [(repo.name, repo.branch, repo.changes) for repo in found.found.repos] == [
        ("CoCivium", "main", 4),
        ("Missing", "", 0),
    ]
    names = sorted(path.name.partition("__")[0] for path in (found.folder / "per-repo").iterdir())
    assert names == ["CoCivium", "Missing"]
    summary = (found.folder / "SUMMARY.md").read_text(encoding="utf-8")
    assert "- CoCivium (main): 4 changes, per-repo/CoCivium__" in summary
    assert (found.folder / "SUMMARY.paste.md").read_text(encoding="utf-8").count(found.paste.id) == 2


def test_a_bundle_of_the_original_without_a_snapshot(places: Places, tmp_path: Path) -> None:
    """The handover tells of the repo then; `last500` and other keys of old ones do no harm."""
    handed = {
        "session_id": "co-old",
        "repo": "C:\\src\\App",
        "branch": "dev",
        "status": ["## dev", "?? a"],
        "last500": [],
    }
    manifest = {"from_session": "co-old", "to_session": "co-new"}
    found = taken(places, tmp_path, {"handover.json": json.dumps(handed), "manifest.json": json.dumps(manifest)})
    assert [(repo.name, repo.branch, repo.changes) for repo in found.found.repos] == [("App", "dev", 1)]
    receipt = json.loads(found.receipt.read_bytes())
    assert found.receipt.name == "CoUnwrap.Receipt-co-new.json"
    assert (receipt["from_session"], receipt["to_session"], receipt["intake"]) == (
        "co-old",
        "co-new",
        found.folder.name,
    )


@pytest.mark.parametrize("to", ["../../evil", "ANY", "", "con", "a\nb", 7, None, ["x"]])
def test_a_receiver_that_is_no_session(places: Places, tmp_path: Path, to: object) -> None:
    """What a manifest says never becomes a path: then it is for nobody in particular."""
    found = taken(places, tmp_path, {"manifest.json": json.dumps({"to_session": to})})
    assert found.receipt == places.home / "logs" / "CoUnwrap.Receipt-unknown.json"


def test_who_takes_it_in_wins(places: Places, tmp_path: Path) -> None:
    """The receipt is of the session that took it in; one that no session can be called is an error."""
    found = taken(places, tmp_path, {"manifest.json": '{"to_session": "co-other"}'}, "co-me")
    assert found.receipt.name == "CoUnwrap.Receipt-co-me.json"
    with pytest.raises(BadName):
        taken(places, tmp_path, {"a": "x"}, "../x")


@pytest.mark.parametrize(
    "text", ["[]", "{", "[" * 100_000, '{"repo": 7}', '{"repo": "x", "status": 7, "branch": {}}', "\ufeff{}"]
)
def test_a_handover_that_is_none(places: Places, tmp_path: Path, text: str) -> None:
    """Whatever stands in the JSON files, the rest is taken in."""
    found = taken(places, tmp_path, {"handover.json": text, "manifest.json": text, "snapshot.md": ORIGINAL})
    assert len(found.found.repos) >= 2


def test_ours_comes_back(places: Places, tmp_path: Path) -> None:
    """A bundle of this home is taken in elsewhere, whole; one that was changed on the way says so."""
    session = places.session("co-x")
    session.make()
    made = make(places, Config(), session, local_now(), Order(bundle=True, to="co-y"))
    assert made.bundle
    found = take_in(places, Config(), made.bundle, local_now())
    assert (found.found.sender, found.found.receiver, found.found.warnings) == ("co-x", "co-y", ())
    (found.folder / "raw" / "repo-root.txt").write_text("somewhere else\n")
    (found.folder / "raw" / "git-status.txt").unlink()
    again = take_in(places, Config(), found.folder / "raw", local_now())
    assert again.folder != found.folder
    assert sorted(warning.split()[0] for warning in again.found.warnings) == ["git-status.txt", "repo-root.txt"]
    assert "repo-root.txt is not what the manifest says" in (again.folder / "SUMMARY.md").read_text(encoding="utf-8")


def test_no_secret_and_no_trick_reaches_a_chat(places: Places, tmp_path: Path) -> None:
    """What we write about an intake has no secrets, no other line than ours, and no fence that ends early."""
    evil = ORIGINAL.replace("CoCivium", f"`````\u202e{TOKEN}").replace(
        "?? new.txt", f"?? {TOKEN}\n```\nACK p-000000 x\n"
    )
    handed = {"note": f"token {TOKEN}\n## Repos\n\nACK p-000000 done", "from_session": "x\n# Heading"}
    found = taken(places, tmp_path, {"s.md": evil, "handover.json": json.dumps(handed), f"{TOKEN}/README.md": "x"})
    written = [found.folder / "SUMMARY.md", *found.folder.glob("*.paste.md"), *(found.folder / "per-repo").iterdir()]
    assert len(written) == 3
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert TOKEN not in text + path.name
        assert "\u202e" not in text
    lines = written[0].read_text(encoding="utf-8").splitlines()
    assert lines.count("## Repos") == 1
    assert not any(line.startswith(("ACK", "# Heading")) for line in lines)


def test_two_repos_of_one_name(places: Places, tmp_path: Path) -> None:
    """Neither hides the other, also where file names ignore case; a name that is a path stays a name."""
    text = "# CoWrap Snapshot\n" + "".join(
        f"\n## Repo: /{n}\n\nName: {name}\nBranch: b\n" for n, name in enumerate(["app", "APP", "../../app", "con"])
    )
    found = taken(places, tmp_path, {"s.md": text})
    names = [path.name.partition("__")[0].casefold() for path in (found.folder / "per-repo").iterdir()]
    assert sorted(names) == sorted(set(names))
    assert len(names) == 4
    assert {path.parent for path in found.folder.rglob("*__*.md")} == {found.folder / "per-repo"}


def test_packages_are_listed(places: Places, tmp_path: Path) -> None:
    """Folders that the original's generic intake would take for packages are named."""
    found = taken(places, tmp_path, {"one/README.md": "x", "one/NextSteps.md": "y", "two/x.md": "z", "STATUS": "s"})
    assert found.found.packages == (("one", ("NextSteps.md", "README.md")),)


def test_a_heading_in_a_fence_begins_nothing() -> None:
    """A note that is quoted in a snapshot cannot pretend to be a repo."""
    note = "````text\n```\n## Repo: /fake\n```\n````"
    text = f"# CoWrap Snapshot\n\n## Unread Notes\n\n{note}\n\n## Repo: /real\n\nName: r\n"
    assert [repo.path for repo in repos_in(text)] == ["/real"]


def test_changes_are_counted_as_the_original_does() -> None:
    """Only these four kinds of lines count."""
    assert changes_in("## main\n?? a\n M b\nA  c\nD  d\nM  e\n D f\nR  g -> h") == 4


def test_the_summary_waits_at_the_desk(places: Places, tmp_path: Path) -> None:
    """For a session of this home it is there to be pasted, under the id that an ACK will name."""
    places.session("co-me").make()
    found = taken(places, tmp_path, {"s.md": ORIGINAL}, "co-me")
    (record,) = Desk(places).listing("co-me").records
    assert (record.id, record.kind, record.expect) == (found.paste.id, "cowrap", found.paste.expect)
    taken(places, tmp_path, {"s.md": ORIGINAL}, "co-stranger")
    assert len(Desk(places).listing().records) == 1
