"""Files are rewritten whole or not at all, and what a bug writes down holds no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cotemp.bugs import as_bug
from cotemp.places import state_root
from cotemp.redact import Scrub, Scrubber, files
from cotemp.redact.files import Changed, is_text, known_in, scrub_file

from .samples import alnum, private_key

TOKEN = "ghp" + "_" + alnum(36)
VALUE = "tr0ub4dor-" + alnum(12)
RULES = Scrubber({"MY_TOKEN": VALUE}, b"k" * 32)


def test_file_of_many_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read in pieces; a secret over their edges, or a key of many lines, is found, and the rest stays."""
    monkeypatch.setattr(files, "CHUNK", 50)
    path = tmp_path / "a.log"
    path.write_text("line\n" * 40 + f"use {TOKEN} now\n{private_key()}\nend\n")
    assert scrub_file(path, RULES) == {"github-token": 1, "private-key": 1}
    text = path.read_text()
    assert text.startswith("line\n" * 40 + "use [secret:github-token:")
    assert text.endswith("]\nend\n")
    assert scrub_file(path, RULES) == {}
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_changes_meanwhile_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody appends while we read is never lost."""
    path = tmp_path / "a.log"
    path.write_text(f"use {TOKEN}\n")
    rewrite = files._rewrite

    def slow(*args: object, **more: object) -> dict[str, int]:
        with path.open("a") as file:
            file.write("more\n")
        return rewrite(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_rewrite", slow)
    with pytest.raises(Changed):
        scrub_file(path, RULES)
    assert path.read_text() == f"use {TOKEN}\nmore\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="symlinks need rights there")
def test_link_is_not_followed(tmp_path: Path) -> None:
    """A link that a run left leads nowhere: what it points to is not read, nor written."""
    target = tmp_path / "target"
    target.write_text(TOKEN)
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(OSError, match="link"):
        scrub_file(tmp_path / "link", RULES)
    assert target.read_text() == TOKEN


def test_known_value_over_an_edge_of_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In data that is no text, a known value is found wherever the pieces end."""
    path = tmp_path / "x.bin"
    path.write_bytes(b"\0" * 95 + VALUE.encode() + b"\0" * 300)
    monkeypatch.setattr(files, "CHUNK", 100)
    assert not is_text(path)
    assert known_in(path, RULES) == {"MY_TOKEN"}


def test_bug_report_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a variable's value nor a token gets into the file about a bug."""
    monkeypatch.setenv("MY_TOKEN", VALUE)
    try:
        raise FileNotFoundError(2, "No such file", f"/srv/{VALUE}/{TOKEN}.txt")
    except FileNotFoundError as error:
        as_bug(error, "watch")
    (report,) = (state_root() / "errors").iterdir()
    text = report.read_text()
    assert VALUE not in text
    assert TOKEN not in text
    assert "[secret:MY_TOKEN:" in text


def test_rules_show_nothing() -> None:
    """Neither the values nor the key are in a text about the rules."""
    shown = repr(Scrub({"MY_TOKEN": VALUE}, b"very secret key bytes"))
    assert VALUE not in shown
    assert "very" not in shown
