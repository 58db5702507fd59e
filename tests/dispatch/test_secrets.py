"""What a run prints, leaves and is called gets no secret onto the disk: the whole home and state are searched."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from cotemp.dos import drop
from cotemp.messages.do import Draft
from cotemp.places import Places
from cotemp.redact import machine_key
from cotemp.runner.engines import ENGINES
from cotemp.store.ledger import Row
from tests.dispatch.boards import drop_python, log_of, running

VALUE = "tr0ub4dor&3/x-" + "Zq9" * 4
"""Known by its name only: no detector would take it for a secret."""
TOKEN = "ghp" + "_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
"""Known by its shape only."""

SAYS = f"""
import base64, json, os, sys, urllib.parse
value, token = {VALUE[::-1]!r}[::-1], {TOKEN[::-1]!r}[::-1]
def say(text, end="\\n"):
    os.write(1, (text + end).encode())
for secret in (value, token):
    say("split: " + secret[:9], end="")
    say(secret[9:])
    say("colours: \\x1b[31m" + secret[:7] + "\\x1b[0m\\x1b[32m" + secret[7:] + "\\x1b[0m")
    say("drawn over: xxxx\\rdrawn over: " + secret)
    say("json: " + json.dumps(dict(a=secret)) + " url: " + urllib.parse.quote(secret, safe=""))
for lead in ("", "a", "ab"):
    say("base64: " + base64.b64encode((lead + value + "tail").encode()).decode())
say("wide: " + value.encode("utf-16-le").decode("latin-1"))
"""
LEAVES = """
folder = os.environ["COTEMP_ARTIFACTS"]
os.makedirs(os.path.join(folder, "dir-" + token))
for name in ("a.txt", "report-" + token + ".md", os.path.join("dir-" + token, "b.json")):
    with open(os.path.join(folder, name), "w") as file:
        json.dump(dict(note="uses " + value, list=[token]), file)
os.symlink("/nowhere/" + token, os.path.join(folder, "link"))
"""
RAISES = """
raise RuntimeError("cannot log in with " + value + " or " + token)
"""


@pytest.fixture
def secretive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watcher's environment holds the value under a name that says what it is."""
    monkeypatch.setenv("MY_API_TOKEN", VALUE)


def forms() -> Iterator[bytes]:
    """The two secrets as they would be found by somebody who looks for them."""
    for secret in (VALUE, TOKEN):
        yield secret.encode()
        yield secret.encode("utf-16-le")
        yield quote(secret, safe="").encode()
        yield json.dumps(secret)[1:-1].encode()
        for lead in ("", "a", "ab"):
            yield base64.b64encode((lead + secret + "t").encode())[4:-6]


def found_in(root: Path) -> list[str]:
    """Files below `root` that hold a secret, or are named by one."""
    paths = list(root.rglob("*"))
    named = [str(path) for path in paths if any(form in str(path).encode() for form in forms())]
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    return named + [str(path) for path in files if any(form in path.read_bytes() for form in forms())]


def ran(places: Places, body: str, title: str = "T") -> Row:
    """Run `body`, and see that the watcher said nothing that it should not."""
    with running(places, "co-x") as board:
        drop(places, "co-x", Draft(title, body, "co-x"), ENGINES["python"], create=True)
        row = board.await_runs(1)[-1]
    assert not any(form.decode("latin-1") in board.texts() for form in forms())
    return row


def logged(places: Places, row: Row) -> dict[str, object]:
    log: dict[str, object] = json.loads((places.session("co-x").logs / f"{row.base}.json").read_bytes())
    return log


@pytest.mark.usefixtures("secretive")
def test_printed_secrets_reach_no_disk(places: Places, tmp_path: Path) -> None:
    """Split over two writes, in colours, drawn over, escaped or in base64: a mark stands for it, and is counted."""
    row = ran(places, SAYS)
    assert row.outcome == "passed", log_of(places, row)
    assert found_in(tmp_path) == []
    text = log_of(places, row)
    assert text.count("[secret:MY_API_TOKEN:") == 5 + 3 + 1
    assert text.count("[secret:github-token:") == 5
    output = logged(places, row)["output"]
    assert isinstance(output, dict)
    assert output["redacted"] == {"MY_API_TOKEN": 9, "github-token": 5}


@pytest.mark.usefixtures("secretive")
def test_artifacts_and_exceptions_hold_none(places: Places, tmp_path: Path) -> None:
    """Texts that a run leaves, their names, a link's target and its last exception are clean, and the log says so."""
    row = ran(places, SAYS + LEAVES + RAISES)
    assert row.outcome == "failed"
    assert found_in(tmp_path) == []
    assert "RuntimeError: cannot log in with [secret:MY_API_TOKEN:" in log_of(places, row)
    kept = places.session("co-x").outbox / f"{row.base}.d"
    assert json.loads((kept / "a.txt").read_text())["note"].startswith("uses [secret:MY_API_TOKEN:")
    log = logged(places, row)
    listed = log["artifacts"]
    assert isinstance(listed, list)
    found = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert found <= {one["path"] for one in listed}
    assert "secrets were taken out of artifact a.txt: 1 MY_API_TOKEN, 1 github-token" in str(log["warnings"])


def test_title_with_a_secret(places: Places, tmp_path: Path) -> None:
    """A secret in a title stays in the DO, which is the sender's; no log, ledger, event or file name repeats it."""
    row = ran(places, "print('done')", title=f"push with {TOKEN}")
    own = places.session("co-x").outbox / f"{row.base}.py"
    assert found_in(tmp_path) == [str(own)]
    assert row.title.startswith("push with [secret:github-token:")
    assert "the DO itself holds secrets (1 github-token)" in str(logged(places, row)["warnings"])


@pytest.mark.usefixtures("secretive")
def test_rejected_do_is_told_without_its_secret(places: Places, tmp_path: Path) -> None:
    """The reasons why a header is wrong quote it, but not its secrets."""
    with running(places, "co-x") as board:
        text = f'# ---\n# title: "T"\n# repo: {{ name: "x", path: "" }}\n# risk: {{ writes: {TOKEN} }}\n# ---\n'
        (places.session("co-x").inbox / "DO_x.py").write_text(text)
        row = board.await_runs(1)[0]
    assert row.outcome == "rejected"
    assert [Path(path).suffix for path in found_in(tmp_path)] == [".py"]


@pytest.mark.usefixtures("secretive")
def test_binary_artifact_is_kept_and_told(places: Places) -> None:
    """A file that is no text is not changed; the log says that it holds a known value."""
    body = f"""
import os
with open(os.path.join(os.environ["COTEMP_ARTIFACTS"], "x.bin"), "wb") as file:
    file.write(bytes(500) + {VALUE[::-1]!r}[::-1].encode() + bytes(500))
"""
    row = ran_without_look(places, body)
    kept = places.session("co-x").outbox / f"{row.base}.d" / "x.bin"
    assert VALUE.encode() in kept.read_bytes()
    assert "artifact x.bin is no text and holds the value of MY_API_TOKEN" in str(logged(places, row)["warnings"])


def ran_without_look(places: Places, body: str) -> Row:
    with running(places, "co-x") as board:
        drop_python(places, "co-x", body)
        return board.await_runs(1)[-1]


def test_without_scrubbing_it_would_be_there(places: Places, tmp_path: Path) -> None:
    """The search finds what the same DO prints when nobody knows the value: so the tests above can fail."""
    ran_without_look(places, SAYS)
    assert any(path.endswith(".txt") for path in found_in(tmp_path))


def test_key_is_this_users_only(places: Places) -> None:
    """The key of the fingerprints is made once, by whoever comes first, and only its owner can read it."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(machine_key, [places] * 8))
    assert keys == {places.fingerprint_key.read_bytes()}
    assert len(places.fingerprint_key.read_bytes()) == 32
    assert os.name == "nt" or places.fingerprint_key.stat().st_mode & 0o777 == 0o600
    assert [path for path in places.fingerprint_key.parent.iterdir() if path.name.startswith(".tmp")] == []
