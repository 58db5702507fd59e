"""What strangers hand over is taken in whole or not at all, and never leaves the folder that it gets."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from cotemp.config import Config
from cotemp.errors import CotempError, DamagedData, NotFound
from cotemp.places import Places
from cotemp.times import local_now
from cotemp.wraps.hostile import MAX_FILES, RefusedIntake
from cotemp.wraps.intake import Taken, take_in
from tests.portable import fifo, symlink

from .zips import Part, good, zipped


def taken(places: Places, source: Path, session: str = "") -> Taken:
    return take_in(places, Config(), source, local_now(), session)


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def overlapping() -> bytes:
    """Two names for the same packed bytes."""
    data = bytearray(zipped(Part(b"a", os.urandom(5000)), Part(b"b", os.urandom(5000))))
    second = data.rfind(b"PK\1\2")
    data[second + 42 : second + 46] = bytes(4)
    return bytes(data)


def zip64() -> bytes:
    data = good({"a": "x"})
    at = data.rfind(b"PK\5\6")
    return data[:at] + b"PK\6\7" + bytes(16) + data[at:]


def encrypted() -> bytes:
    return zipped(Part(b"a.txt", flags=0x801))


NAMES = {
    "up and out": b"../evil.txt",
    "up and out from inside": b"a/../../evil.txt",
    "up and out with backslashes": b"..\\..\\evil.txt",
    "absolute": b"/etc/evil",
    "absolute with backslash": b"\\evil",
    "of a drive": b"C:\\evil.txt",
    "of a drive, relative": b"C:evil.txt",
    "on a server": b"\\\\server\\share\\evil",
    "a stream of a file": b"a.txt:evil",
    "a device": b"con",
    "a device with an ending": b"a/NUL.txt",
    "a device with a raised digit": "com¹.txt".encode(),
    "a dot at its end": b"evil.",
    "a space at its end": b"evil ",
    "a folder with a dot at its end": b"evil./a",
    "a control character": b"a\x1b[31m.txt",
    "a line end": b"a\nb.txt",
    "another direction": "a\u202egnp.exe".encode(),
    "nothing to be seen": "a\u200b.txt".encode(),
    "a hidden end": b"a.txt\0.exe",
    "no text": b"\xff\xfe.txt",
    "an empty part": b"a//b",
    "a dot as a part": b"./a",
    "a wildcard": b"a*.txt",
    "much too long": b"a" * 300,
    "much too deep": b"a/" * 40 + b"a",
}
ARCHIVES = {
    "a symlink": zipped(Part(b"link", b"/etc/passwd", mode=0o120777)),
    "a symlink to write through": zipped(Part(b"out", b"..", mode=0o120777), Part(b"out/evil", b"x")),
    "a device file": zipped(Part(b"dev", mode=0o020666)),
    "a FIFO": zipped(Part(b"pipe", mode=0o010666)),
    "one name twice": zipped(Part(b"a.txt", b"1"), Part(b"a.txt", b"2")),
    "one name in two cases": zipped(Part(b"Readme.md"), Part(b"README.MD")),
    "one name with both slashes": zipped(Part(b"a/b"), Part(b"a\\b")),
    "one name in two spellings": zipped(Part("é".encode()), Part("e\u0301".encode())),
    "a folder in two cases": zipped(Part(b"Docs/a"), Part(b"docs/b")),
    "a file that is a folder": zipped(Part(b"a"), Part(b"a/b")),
    "a bomb": zipped(Part(b"bomb", bytes(8 * 1024 * 1024))),
    "a bomb of many": zipped(*(Part(b"%d" % n, size=150_000_000, method=0) for n in range(2))),
    "too many files": zipped(*(Part(b"%d" % number, b"") for number in range(MAX_FILES + 1))),
    "too many files, untold": zipped(*(Part(b"%d" % number, b"") for number in range(MAX_FILES + 1)), count=3),
    "an endless list": zipped(*(Part(b"%060000d" % number, b"") for number in range(30))),
    "another way of packing": zipped(Part(b"a", method=14)),
    "encrypted": encrypted(),
    "overlapping": overlapping(),
    "a ZIP64": zip64(),
    **{f"a name: {what}": zipped(Part(b"fine.txt"), Part(name)) for what, name in NAMES.items()},
}
BROKEN = {
    "no ZIP": b"PK but no ZIP",
    "nothing": b"",
    "cut off": good({"a.txt": "x" * 5000})[:-10],
    "a wrong checksum": zipped(Part(b"a.txt", b"hello", crc=1)),
    "a smaller size than the truth": zipped(Part(b"a.txt", b"hello", size=2)),
    "a larger size than the truth": zipped(Part(b"a.txt", b"hello", size=500)),
    "bytes that do not unpack": good({"a.txt": "hello hello hello"}).replace(b"\xcbH\xcd", b"\xff\xff\xff", 1),
}


@pytest.mark.parametrize("name", [*ARCHIVES, *BROKEN])
def test_a_hostile_archive_is_refused_whole(places: Places, tmp_path: Path, name: str) -> None:
    """Nothing of it is written anywhere, it stays where it is, and the home's log says why."""
    source = tmp_path / "from" / "wrap.zip"
    source.parent.mkdir()
    source.write_bytes(data := {**ARCHIVES, **BROKEN}[name])
    before = everything(tmp_path)
    with pytest.raises(RefusedIntake if name in ARCHIVES else DamagedData) as caught:
        taken(places, source)
    ours = {"CoTemp/intake", "CoTemp/logs", "CoTemp/logs/log.ndjson", "state/fingerprint.key"}
    assert everything(tmp_path) - before <= ours
    assert source.read_bytes() == data
    (line,) = (places.home / "logs" / "log.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["why"] == caught.value.what
    assert caught.value.fix
    assert "\x1b" not in str(caught.value)


def test_what_everybody_sends_is_taken_in(places: Places, tmp_path: Path) -> None:
    """The attacks above fail for what is hostile in them: the same archive without it is taken in, byte for byte."""
    source = tmp_path / "wrap.zip"
    source.write_bytes(
        zipped(Part(b"fine.txt", b"1\r\n"), Part("später/é 日本.md".encode(), b"2"), Part(b"win\\a.txt", b"3"))
    )
    found = taken(places, source)
    raw = found.folder / "raw"
    assert {name: (raw / name).read_bytes() for name in everything(raw) if (raw / name).is_file()} == {
        "fine.txt": b"1\r\n",
        "später/é 日本.md": b"2",
        "win/a.txt": b"3",
    }
    assert (found.files, found.size) == (3, 5)


def test_a_zip_within_is_only_a_file(places: Places, tmp_path: Path) -> None:
    """Nobody looks into an archive that lies in an archive."""
    source = tmp_path / "wrap.zip"
    source.write_bytes(zipped(Part(b"inner.zip", ARCHIVES["a symlink to write through"])))
    assert everything(taken(places, source).folder / "raw") == {"inner.zip"}


def test_a_large_archive_is_not_read(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than all its files may be is refused by its size alone."""
    source = tmp_path / "wrap.zip"
    with open(source, "wb") as file:
        file.truncate(201 * 1024 * 1024)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(RefusedIntake, match="more than"):
        taken(places, source)


@pytest.mark.parametrize("what", ["a symlink", "a symlink to a folder", "a FIFO", "a name for Windows", "too many"])
def test_a_hostile_folder_is_refused_whole(places: Places, tmp_path: Path, what: str) -> None:
    """Links are not followed, FIFOs not waited for, and the limits are those of archives."""
    source = tmp_path / "from"
    (source / "deep").mkdir(parents=True)
    (source / "fine.txt").write_text("x")
    if what == "a symlink":
        symlink(source / "deep" / "link", source / "fine.txt")
    elif what == "a symlink to a folder":
        symlink(source / "link", tmp_path)
    elif what == "a FIFO":
        fifo(source / "deep" / "pipe")
    elif what == "a name for Windows":
        (source / "fine.txt").rename(source / ("aux.txt" if os.name != "nt" else "a\u200b.txt"))
    else:
        for number in range(MAX_FILES):
            (source / "deep" / str(number)).touch()
    with pytest.raises(RefusedIntake):
        taken(places, source)
    assert not list(places.home.glob("intake/*"))
    assert source.exists()


def test_a_folder_is_taken_in(places: Places, tmp_path: Path) -> None:
    """A folder of the same kind without anything hostile is copied, and stays."""
    source = tmp_path / "from"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "a.txt").write_bytes(b"1")
    found = taken(places, source)
    assert (found.folder / "raw" / "deep" / "a.txt").read_bytes() == b"1"
    assert found.sha256 is None
    assert (source / "deep" / "a.txt").exists()


def test_what_is_not_there(places: Places, tmp_path: Path) -> None:
    """A wrong name is said to be one; a FIFO is not waited for."""
    with pytest.raises(NotFound):
        taken(places, tmp_path / "none.zip")
    fifo(tmp_path / "pipe")
    with pytest.raises(RefusedIntake):
        taken(places, tmp_path / "pipe")


def test_an_intake_folder_that_is_a_link(places: Places, tmp_path: Path) -> None:
    """Who may write into the home cannot choose where an intake is written to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    symlink(places.home / "intake", elsewhere)
    source = tmp_path / "wrap.zip"
    source.write_bytes(good({"a": "x"}))
    with pytest.raises(CotempError):
        taken(places, source)
    assert not list(elsewhere.iterdir())


def test_a_log_that_is_a_link(places: Places, tmp_path: Path) -> None:
    """Nor which file of the user grows by our lines."""
    precious = tmp_path / "precious"
    precious.write_text("mine\n")
    (places.home / "logs").mkdir()
    symlink(places.home / "logs" / "log.ndjson", precious)
    source = tmp_path / "wrap.zip"
    source.write_bytes(zipped(Part(b"../evil")))
    with pytest.raises(CotempError):
        taken(places, source)
    assert precious.read_text() == "mine\n"


def test_files_that_call_themselves_secret_stay_out(places: Places, tmp_path: Path) -> None:
    """SECRETS.txt comes without its content, and says so; the archive still has it."""
    source = tmp_path / "wrap.zip"
    source.write_bytes(good({"pack/Secrets.TXT": "hunter2 is short", "pack/README.md": "hello"}))
    found = taken(places, source)
    assert everything(found.folder / "raw") == {"pack", "pack/README.md", "pack/SECRETS.REDACTED.txt"}
    assert not any(b"hunter2" in path.read_bytes() for path in found.folder.rglob("*") if path.is_file())
    assert b"hunter2" in zipfile.ZipFile(io.BytesIO(source.read_bytes())).read("pack/Secrets.TXT")
