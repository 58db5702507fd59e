"""Where a text of a page is cut, no part of a secret is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.redact import Scrubber
from cotemp.report.model import Form
from cotemp.report.texts import HEAD, MARGIN, TAIL, Shelf

from .story import SECRET

CLEAN = Scrubber({}, b"k" * 32).scrub
KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 20 + "-----END PRIVATE KEY-----"


@pytest.mark.parametrize(("secret", "part"), [(SECRET, "0123"), (KEY, "BAQEFA")], ids=["token", "key"])
@pytest.mark.parametrize("filler", ["x y\n", "x y "], ids=["lines", "one line"])
@pytest.mark.parametrize(
    "at", [0, HEAD - 500, HEAD - 20, HEAD, HEAD + MARGIN - 20, -TAIL - MARGIN - 20, -TAIL - 20, -TAIL + 200]
)
def test_a_cut_leaves_no_half_secret(at: int, filler: str, secret: str, part: str) -> None:
    """Wherever a secret lies in a long text, no part of it is seen where the text was cut."""
    text = filler * 50_000
    at = at if at >= 0 else len(text) + at
    body = f"{text[:at]}\n{secret}\n{text[at:]}" if secret == KEY else f"{text[:at]} {secret} {text[at:]}"
    found = Shelf(CLEAN).text("Text", body, Form.OUTPUT, "cotemp log last")
    assert found
    assert part not in found.body
    assert 0 < found.left_out < len(body)
    assert "characters are left out here" in found.body


@pytest.mark.parametrize("keys", [100, 2500])
def test_a_text_of_nothing_but_keys_leaves_no_half_key(keys: int) -> None:
    """Where scrubbing leaves next to nothing of a text, none of its keys is seen in part, and none twice."""
    body = (KEY + "\n") * keys
    assert len(body) > HEAD + TAIL
    found = Shelf(CLEAN).text("Text", body, Form.OUTPUT, "cotemp log last")
    assert found
    assert "BAQEFA" not in found.body
    assert found.body.count("[secret:private-key:") <= keys


def test_where_reading_stopped_is_no_half_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large to be read whole shows its beginning; what was cut by the reading is not shown."""
    filler, path = "x y\n" * 100_000, tmp_path / "log.txt"
    path.write_text(f"{filler}{SECRET}{filler}")
    monkeypatch.setattr("cotemp.report.texts.READ", len(filler) + len(SECRET) // 2)
    found = Shelf(CLEAN).file("Text", path, Form.OUTPUT, "cotemp log last")
    assert found
    assert SECRET[:12] not in found.body
    assert found.left_out > len(filler)
