"""The line in PowerShell's profile that joins the home whenever a PowerShell opens; there only when asked for."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ..places import JOIN, Places, make_folder, write_whole
from .done import Done

__all__ = ["add_to_profile", "joins", "profiles", "remove_from_profile"]

_BEGIN = "# cotemp: begin (cotemp init --profile wrote this, cotemp uninstall removes it)"
_END = "# cotemp: end"
_LINES = re.compile(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}(\r?\n|\Z)", re.DOTALL)
_WHAT = "the PowerShell profile"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"))


def profiles() -> list[Path]:
    """The profile of each PowerShell that there may be: of this user, for all its hosts."""
    if sys.platform == "win32":
        from platformdirs import PlatformDirs

        documents = Path(PlatformDirs(appauthor=False).user_documents_dir)
        return [documents / "PowerShell" / "profile.ps1", documents / "WindowsPowerShell" / "profile.ps1"]
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return [Path(config) / "powershell" / "profile.ps1"]


def add_to_profile(places: Places) -> Iterator[Done]:
    """Add the lines, once, to each profile. The rest of it stays byte for byte. Raises StorageFailed."""
    for file in profiles():
        before = _read(file)
        if before is None:
            yield Done(_WHAT, file, changed=False, remark=f"not understood; add this to it: {_join(places)}")
            continue
        text, encoding = before
        end = "\r\n" if "\r\n" in text or (not text and sys.platform == "win32") else "\n"
        lines = end.join((_BEGIN, _join(places), _END)) + end
        rest = _LINES.sub("", text)
        after = rest + (end if rest and not rest.endswith("\n") else "") + lines
        if after != text:
            _write(file, after, encoding)
        yield Done(_WHAT, file, changed=after != text, remark="joins the home from now on" if after != text else "")


def joins(file: Path, places: Places) -> bool:
    """Whether our lines are in this profile, for this home."""
    found = _read(file)
    lines = _LINES.search(found[0]) if found else None
    return bool(lines and _join(places) in lines[0])


def remove_from_profile(file: Path) -> None:
    """Take our lines out of it; a profile that held nothing else goes. Raises StorageFailed."""
    found = _read(file)
    if found:
        rest = _LINES.sub("", found[0])
        if rest.strip() or file.is_symlink():
            _write(file, rest, found[1])
        else:
            file.unlink(missing_ok=True)


def _join(places: Places) -> str:
    script = "'" + str(places.home / JOIN).replace("'", "''") + "'"
    return f"if (Test-Path -LiteralPath {script}) {{ . {script} | Out-Null }}"


def _read(file: Path) -> tuple[str, str] | None:
    """The text and its encoding; None when it is in one that nobody can tell, such as an old code page."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return "", "ascii"
    except OSError:
        return None
    plain = "ascii" if data.isascii() else "utf-8"
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), plain)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _write(file: Path, text: str, encoding: str) -> None:
    """Through a link to where it leads: profiles are often linked into a repo of settings."""
    if encoding == "ascii" and not text.isascii():
        encoding = "utf-8-sig"  # Windows PowerShell reads what has no BOM as the local code page
    make_folder(file.parent)
    write_whole(Path(os.path.realpath(file)), text.encode(encoding))
