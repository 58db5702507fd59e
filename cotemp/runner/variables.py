"""The environment of a run: an allow-list of the host's, what cotemp tells the DO, and nothing that asks a human."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from ..messages.do import Flags

__all__ = ["environment"]

GIT_SECONDS = 10.0
"""How long git may take to tell the user's name; without it, a DO's commits name nobody."""

_KEPT = frozenset(
    (
        # who, where, in which language
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP",
        "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
        # where toolchains live
        "VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "DOTNET_ROOT", "JAVA_HOME", "GOPATH", "GOROOT", "CARGO_HOME",
        "RUSTUP_HOME", "NVM_DIR",
        # without these Windows starts next to nothing; PSModulePath is left out on purpose: that of
        # PowerShell 7 breaks Windows PowerShell, and each finds its own
        "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "OS", "USERNAME", "USERDOMAIN", "USERPROFILE",
        "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "ALLUSERSPROFILE", "PUBLIC", "PROGRAMDATA",
        "PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "COMMONPROGRAMFILES", "COMMONPROGRAMFILES(X86)",
        "COMPUTERNAME", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
        *(_IDENTITY := ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")),
    )
)  # fmt: skip
_KEPT_WITH_NETWORK = frozenset(
    ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
     "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
)  # fmt: skip
_STILL = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # a core.askPass of the user's would open a window
    "GIT_EDITOR": ":",  # takes the message as it is: an editor may be a window, and wait for ever
    "DEBIAN_FRONTEND": "noninteractive",  # debconf draws its dialogs wherever the output is a terminal
    "NO_COLOR": "1",
    "TERM": "xterm-256color",
    "GIT_CONFIG_COUNT": "2",  # signing asks for a passphrase
    "GIT_CONFIG_KEY_0": "commit.gpgsign",
    "GIT_CONFIG_VALUE_0": "false",
    "GIT_CONFIG_KEY_1": "tag.gpgsign",
    "GIT_CONFIG_VALUE_1": "false",
}


def environment(
    base: Mapping[str, str], *, session: str, home: Path, run_id: str, artifacts: Path, outbox: Path,
    repo: Path | None, do_path: Path, consent: Flags, secret_env: Collection[str] = (),
) -> dict[str, str]:  # fmt: skip
    """What a DO finds in its environment; `base` is the host's, `secret_env` the names that secrets consent shows."""
    told = {
        "COSESSION_ID": session,
        "COTEMP_HOME": str(home),
        "COTEMP_RUN_ID": run_id,
        "COTEMP_ARTIFACTS": str(artifacts),
        "COTEMP_OUTBOX": str(outbox),
        "COTEMP_REPO": str(repo or ""),
        "COTEMP_DO": str(do_path),
    }
    if consent.writes:
        told["COAGENT_ALLOW_WRITES"] = "1"
    if consent.network:
        told["COAGENT_ALLOW_NETWORK"] = "1"
    kept = {name: value for name, value in base.items() if _is_kept(name.upper(), value, consent)}
    secrets = {name: base[name] for name in secret_env if name in base} if consent.secrets else {}
    return _identity(base, repo) | kept | secrets | _STILL | told


def _is_kept(name: str, value: str, consent: Flags) -> bool:
    if name in _KEPT_WITH_NETWORK:
        return consent.network and "@" not in value  # a proxy with a password in its address is a secret
    return name in _KEPT or name.startswith("LC_")


def _identity(base: Mapping[str, str], repo: Path | None) -> dict[str, str]:
    """Whom a commit names, as git on this host would in `repo`; empty when nobody told git."""
    git = shutil.which("git", path=base.get("PATH"))
    if not git or all(name in base for name in _IDENTITY):
        return {}
    home = base.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    config = Path(base.get("XDG_CONFIG_HOME") or Path(home, ".config"), "git", "config")
    sources = (Path(home, ".gitconfig"), config, *((repo / ".git" / "config",) if repo else ()))
    name, email = _ask_git(git, home, base.get("XDG_CONFIG_HOME"), repo, tuple(map(_changed, sources)))
    known = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }
    return {variable: value for variable, value in known.items() if value}


@lru_cache(maxsize=256)
def _ask_git(git: str, home: str, xdg: str | None, repo: Path | None, _: tuple[int, ...]) -> tuple[str, str]:
    """`user.name` and `user.email`; asked again only when a configuration file changed."""
    env = {"HOME": home, "USERPROFILE": home} | ({"XDG_CONFIG_HOME": xdg} if xdg else {})
    if "SYSTEMROOT" in os.environ:
        env["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    question = [git, "config", "--null", "--get-regexp", r"^user\.(name|email)$"]
    where = repo or (home if os.path.isdir(home) else None)
    try:
        asked = subprocess.run(
            question, cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=GIT_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    entries = asked.stdout.decode("utf-8", "replace").split("\0")
    known = dict(entry.split("\n", 1) for entry in entries if "\n" in entry)
    return known.get("user.name", ""), known.get("user.email", "")


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
