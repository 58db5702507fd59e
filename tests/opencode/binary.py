"""Where a real opencode comes from, and the environment that it gets."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from tests.conftest import need

__all__ = ["VERSION", "binary", "environment", "write_config"]

VERSION = "1.18.33"
PACKAGE = "opencode-linux-x64"
_GIVEN = os.environ.get("COTEMP_OPENCODE")
"""Read now: no test sees variables of that kind."""
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cotemp-tests"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Whom this machine trusts: npm has a list of its own, and knows nobody behind a proxy."""


def binary() -> Path:
    """$COTEMP_OPENCODE, else the one on PATH, else the npm package, which is installed once per machine.

    Skips the test where there is none and no npm.
    """
    found = _GIVEN or shutil.which("opencode")
    return Path(found) if found else _installed()


def _installed() -> Path:
    folder = _CACHE / f"opencode-{VERSION}"
    program = folder / "node_modules" / PACKAGE / "bin" / "opencode"
    if program.exists():
        return program
    assert (sys.platform, platform.machine()) == ("linux", "x86_64"), "let COTEMP_OPENCODE name an opencode"
    npm = need("npm")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(_CACHE / "lock"):
        if not program.exists():
            _install(npm, folder)
    return program


def _install(npm: str, folder: Path) -> None:
    making = folder.with_suffix(".new")
    shutil.rmtree(making, ignore_errors=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(making)]
    command = [npm, "install", *options, f"{PACKAGE}@{VERSION}"]
    env = {"NODE_EXTRA_CA_CERTS": str(_AUTHORITIES), **os.environ} if _AUTHORITIES.exists() else None
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=_CACHE, env=env)
    assert done.returncode == 0, done.stderr
    making.rename(folder)  # whole, or not there


def environment(home: Path) -> dict[str, str]:
    """All of it: nothing of the user's, and nothing that would reach the network."""
    switches = ("AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        **{f"OPENCODE_DISABLE_{switch}": "1" for switch in switches},
    }


def write_config(home: Path, url: str) -> None:
    """Give opencode a home that knows one model, at `url`, and asks before it runs or writes anything."""
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Mock",
        "options": {"baseURL": url, "apiKey": "none"},
        "models": {"mock": {"name": "Mock", "limit": {"context": 8000, "output": 1000}}},
    }
    config = {
        "autoupdate": False,
        "share": "disabled",
        "model": "mock/mock",
        "small_model": "mock/mock",
        "enabled_providers": ["mock"],
        "permission": {"bash": "ask", "edit": "ask"},
        "provider": {"mock": provider},
    }
    folder = home / ".config" / "opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.json").write_text(json.dumps(config, indent=1))
