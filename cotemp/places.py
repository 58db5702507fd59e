"""Every path on disk: the home that people share, and the state that is true of this machine only."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import BadName, DamagedData, StorageFailed
from .names import random_part, session_id
from .renames import replace

if TYPE_CHECKING:
    from platformdirs.api import PlatformDirsABC

__all__ = [
    "Places",
    "SessionPlaces",
    "config_file",
    "default_home",
    "own_config_file",
    "shipped",
    "state_root",
    "write_whole",
]

_CASE_IS_IGNORED = sys.platform in ("win32", "darwin")
"""True where `co-x` and `Co-X` name the same folder (unless somebody formatted the disk otherwise)."""

_STANDS_FOR_ANOTHER = 0x20000000  # the bit of a Windows reparse tag that says so: symlinks and junctions have it

JOIN = "Join-CoAgent.ps1"
"""What PowerShell dot-sources. Alone in the classic home, it only leads to where the home is on this machine."""

TEMPORARY = ".tmp-"
"""Start of the name of every file that is still being written."""


def _platform() -> PlatformDirsABC:
    from platformdirs import PlatformDirs  # 8 ms: only when a default is really asked for

    return PlatformDirs("cotemp", appauthor=False)


def default_home() -> Path:
    """The home when nobody names one: an existing `<HOME>/Downloads/CoTemp`, else the platform's downloads folder."""
    classic = classic_home()
    return classic if classic.is_dir() and os.listdir(classic) != [JOIN] else platform_home()


def classic_home() -> Path:
    """Where the PowerShell original always keeps its home."""
    return Path.home() / "Downloads" / "CoTemp"


def platform_home() -> Path:
    """Where this platform keeps downloads (it may be localised or moved)."""
    return Path(_platform().user_downloads_dir) / "CoTemp"


def config_file() -> Path:
    """The `agents.toml` to read: `COTEMP_CONFIG`, else this machine's own."""
    named = os.environ.get("COTEMP_CONFIG")
    return Path(named).absolute() if named else own_config_file()


def own_config_file() -> Path:
    """This machine's own `agents.toml`, the one that is believed as it is."""
    return Path(_platform().user_config_dir) / "agents.toml"


def state_root() -> Path:
    """Folder of everything that is true of this machine only."""
    return Path(_platform().user_state_dir)


def shipped(folder: str) -> Path:
    """A folder that ships with the package: `ps`, `schemas` or `templates` (wheel, or source checkout)."""
    inside = Path(__file__).parent / "_shipped" / folder
    return inside if inside.is_dir() else Path(__file__).parent.parent / folder


@dataclass(frozen=True)
class SessionPlaces:
    """The folders of one session; `inbox outbox logs notes scripts` are the original's."""

    id: str
    root: Path

    @cached_property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @cached_property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @cached_property
    def logs(self) -> Path:
        return self.root / "logs"

    @cached_property
    def notes(self) -> Path:
        return self.root / "notes"

    @cached_property
    def scripts(self) -> Path:
        return self.root / "scripts"

    @cached_property
    def running(self) -> Path:
        return self.root / "running"

    @cached_property
    def held(self) -> Path:
        return self.root / "held"

    @cached_property
    def receipts(self) -> Path:
        return self.root / "receipts"

    @cached_property
    def owner(self) -> Path:
        return self.root / "owner.json"

    def exists(self) -> bool:
        """True when the session's folder is there."""
        return self.root.is_dir()

    def make(self) -> None:
        """Create every folder that is missing.

        Raises DamagedData for a folder that is a symlink, StorageFailed when the disk refuses.
        """
        for folder in (
            self.root, self.inbox, self.outbox, self.logs, self.notes, self.scripts, self.running, self.held,
            self.receipts,
        ):  # fmt: skip
            refuse_link(folder)
            make_folder(folder)


@dataclass(frozen=True)
class Places:
    """All paths of one home and of this machine's state for it."""

    home: Path
    known_state: Path | None = None

    @classmethod
    def at(cls, home: Path | str, root: Path | None = None) -> Places:
        """The places of `home`; `root` is this machine's state folder (default: the platform's)."""
        real = Path(os.path.realpath(os.path.expanduser(os.fspath(home))))
        return cls(real, _state_of(real, root) if root else None)

    @cached_property
    def state(self) -> Path:
        """This machine's own folder for this home; found when it is first asked for, as most mail needs none."""
        return self.known_state or _state_of(self.home, state_root())

    @cached_property
    def sessions(self) -> Path:
        return self.home / "sessions"

    @cached_property
    def panels(self) -> Path:
        return self.home / "panels"

    @cached_property
    def stop(self) -> Path:
        """While a file of this name is there, whoever made it, nothing of this home is started."""
        return self.home / "STOP"

    @cached_property
    def ledger(self) -> Path:
        return self.state / "ledger.db"

    @cached_property
    def fingerprint_key(self) -> Path:
        """The key of the fingerprints that stand for secrets; one for all homes of this user."""
        return self.state.parent / "fingerprint.key"

    @cached_property
    def locks(self) -> Path:
        return self.state / "locks"

    @cached_property
    def index(self) -> Path:
        return self.state / "index.json"

    @cached_property
    def runs(self) -> Path:
        return self.state / "runs"

    @cached_property
    def daemon(self) -> Path:
        return self.state / "daemon"

    @cached_property
    def trusted(self) -> Path:
        return self.state / "trusted"

    def session(self, sid: str) -> SessionPlaces:
        """The folders of session `sid` as it is spelled on disk (ids are compared case-folded).

        Raises BadName when `sid` is no session id.
        """
        sid = session_id(sid)
        if not (self.sessions / sid).exists() or (_CASE_IS_IGNORED and sid not in os.listdir(self.sessions)):
            sid = next((name for name in self.session_ids() if name.casefold() == sid.casefold()), sid)
        return SessionPlaces(sid, self.sessions / sid)

    def session_ids(self) -> list[str]:
        """Ids of the sessions on disk, sorted; symlinks and names that are no ids are left out."""
        try:
            with os.scandir(self.sessions) as entries:
                found = [entry.name for entry in entries if _is_folder(entry)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(filter(_is_session_id, found))

    def is_stopped(self) -> bool:
        """Whether everything of this home is stopped."""
        return os.path.lexists(self.stop)

    def make_state(self) -> None:
        """Create the machine's state folders, readable by this user only."""
        for folder in (self.state, self.locks, self.runs, self.daemon):
            make_folder(folder, 0o700)


def _state_of(home: Path, root: Path) -> Path:
    import hashlib  # 3 ms, and platformdirs 5: who only sends or reads notes does without

    key = hashlib.sha256(os.path.normcase(os.fspath(home)).encode("utf-8", "surrogateescape")).hexdigest()
    return root / key[:12]


def _is_session_id(text: str) -> bool:
    try:
        session_id(text)
    except BadName:
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    folder = entry.is_dir(follow_symlinks=False)  # a junction counts as one here
    return folder and not (sys.platform == "win32" and _leads_elsewhere(entry.stat(follow_symlinks=False)))


def is_link(path: Path) -> bool:
    """True for a symlink or junction."""
    try:
        return _leads_elsewhere(path.lstat())
    except FileNotFoundError:
        return False


def _leads_elsewhere(found: os.stat_result) -> bool:
    """Folders in the cloud have a reparse tag, too, but stand for themselves."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_reparse_tag", 0) & _STANDS_FOR_ANOTHER)


def refuse_link(path: Path) -> None:
    """Raise DamagedData when `path` is a symlink or junction: it could lead out of the home."""
    if is_link(path):
        raise DamagedData(f"{path} is a link, not a folder", "a session's folders must be real: remove the link")


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Create `path` and its parents; a folder that is there already is left as it is."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(path, error) from error


def storage_failed(path: Path | str, error: OSError) -> StorageFailed:
    """What to tell a person when the disk said no."""
    why = error.strerror or str(error)
    fixes = {
        errno.ENOSPC: "free some space, then try again: nothing was lost",
        errno.EROFS: "the file system is read-only: remount it, or name another home with --home",
        errno.EACCES: "this user may not write there: mend the rights, or name another home with --home",
    }
    return StorageFailed(f"cannot write {path}: {why}", fixes.get(error.errno or 0, "see: cotemp doctor"))


def write_whole(path: Path, data: bytes, *, mode: int = 0o666, durable: bool = False) -> None:
    """Write `data` to `path` so that every reader sees the old file or the new one, never a part.

    `durable` waits until the bytes are on the disk. Raises StorageFailed when the disk refuses;
    the old file is then untouched.
    """
    temporary = path.with_name(TEMPORARY + random_part(10))
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise storage_failed(path, error) from error
