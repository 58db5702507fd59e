"""The profile for macOS, word for word: it was never run there by these tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.errors import ToolMissing
from cotemp.sandbox.repo import Found
from cotemp.sandbox.seatbelt import _HEAD, Seatbelt, profile

from .test_rendering import OVERLAY, REPO, RUN, VIEW


def test_a_profile_for_a_run_that_may_nothing() -> None:
    """It reads the system, writes its own folders, and reaches nothing."""
    view = replace(VIEW, programs=(Path("/home/me/venv"),), hidden=(Path("/home/me/Downloads/CoTemp"),))
    assert profile(view, Found(), Path("/scratch")) == _HEAD + (
        "(deny file-read-data file-read-xattr\n"
        '  (subpath "/Users")\n'
        '  (subpath "/home/me"))\n'
        "(allow file-read*\n"
        '  (subpath "/home/me/venv"))\n'
        "(deny file-read* file-write*\n"
        '  (subpath "/home/me/Downloads/CoTemp"))\n'
        "(allow file-read*\n"
        f'  (literal "{RUN}/do/DO_x.sh"))\n'
        "(allow file-read* file-write*\n"
        f'  (subpath "{RUN}/artifacts")\n'
        f'  (subpath "{RUN}/outbox")\n'
        '  (subpath "/scratch"))\n'
    )


def test_a_copy_that_may_be_written(tmp_path: Path) -> None:
    """All of it but git's hooks and configuration; a `.env` is closed; the network is open when it may be."""
    view = replace(VIEW, repo=REPO, repo_mode="copy", copy=tmp_path, network=True)
    said = profile(view, Found((REPO / ".env",), (REPO / ".git",)), Path('/scr"atch'))
    assert f'(deny file-read-data\n  (literal "{REPO}/.env"))' in said
    assert f'(deny file-write*\n  (subpath "{tmp_path}/.git/hooks")\n  (subpath "{tmp_path}/.git/config"))' in said
    assert said.endswith("(allow network*)\n")
    assert r'(subpath "/scr\"atch")' in said


def test_it_claims_no_more_than_it_does(tmp_path: Path) -> None:
    """No overlay, no namespace, no memory limit; the DO is where its copy is."""
    view = replace(VIEW, run_dir=tmp_path)
    confined = Seatbelt("2026-11-21T07:00:00.000Z").confine(view)
    assert confined.prefix == ("/usr/bin/sandbox-exec", "-f", str(tmp_path / "sandbox" / "profile.sb"))
    assert (confined.do_path, confined.enforcement.processes, confined.enforcement.memory) == (
        view.do_copy,
        "none",
        "none",
    )
    with pytest.raises(ToolMissing):
        Seatbelt().confine(replace(view, **OVERLAY))  # type: ignore[arg-type]
