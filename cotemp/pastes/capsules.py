"""The policy capsule in force: kept in this machine's state, published in the home's `policy/`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..chat.capsule import FIRST, Capsule, Change, Version, build, check_bump, difference, next_version, render
from ..chat.paste import Scrub
from ..errors import AnswerIsNo, BadUsage, DamagedData, NotFound
from ..places import Places, make_folder, refuse_link, write_whole
from ..store.mailbox import NotPlain, read_plain

__all__ = ["Kept", "default_profile", "difference_now", "draft", "kept", "publish", "read_profile"]

_LIMIT = 4 * 1024 * 1024
_JSON, _PASTE = "PolicyCapsule.json", "PolicyCapsule.paste.md"


@dataclass(frozen=True, slots=True)
class Kept:
    """The capsule that was built last, and the profile that it was made of ("": of none)."""

    capsule: Capsule
    profile: str

    @property
    def version(self) -> Version:
        """Its version."""
        return self.capsule.version


def default_profile() -> Path:
    """Where the original keeps a CoProfile."""
    from platformdirs import user_documents_dir  # only who builds a capsule asks

    return Path(user_documents_dir()) / "CoProfile" / "coprofile.json"


def kept(places: Places) -> Kept | None:
    """The capsule that was built last here; None when there was none. Raises DamagedData when nobody can read it."""
    file = _file(places)
    try:
        value = json.loads(read_plain(file, _LIMIT)[0])
        Version.of(str(value["capsule"]["version"]))  # nonsense is damage, too
        found = Kept(Capsule(dict(value["capsule"])), str(value["profile"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, NotPlain, BadUsage) as error:
        raise DamagedData(f"cannot read {file}: {error}", "remove it, then: cotemp capsule build") from error
    return found


def read_profile(path: Path) -> dict[str, Any]:
    """A CoProfile. Raises NotFound, AnswerIsNo for what is no JSON object."""
    try:
        data = read_plain(Path(os.path.realpath(path)), _LIMIT)[0]
        value = json.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        fix = 'name one: --profile FILE; a file with {"rules": ["…"]} is enough'
        raise NotFound(f"there is no profile {path}", fix) from None
    except (OSError, NotPlain) as error:
        raise NotFound(f"{path} cannot be read: {error}", "name another file: --profile FILE") from error
    except (ValueError, RecursionError) as error:
        raise AnswerIsNo(f"{path} is no JSON: {error}", "mend it, then try again") from error
    if not isinstance(value, dict):
        raise AnswerIsNo(f"{path} holds no JSON object", "write the keys of a CoProfile between { and }")
    return value


def draft(
    before: Kept | None, profile: dict[str, Any], source: str, scrub: Scrub, version: Version | None = None
) -> Capsule:
    """The capsule of a profile, with `version`, else with the one before (the first is 1.0.0). Nothing is written.

    Raises AnswerIsNo when it says other things than the one before and a chat could not tell.
    """
    capsule = build(profile, source, version or (before.version if before else FIRST), scrub, str(Path.home()))
    if before:
        check_bump(before.capsule.data, capsule.data)
    return capsule


def difference_now(
    before: Kept, profile: dict[str, Any], source: str, scrub: Scrub
) -> tuple[tuple[Change, ...], Version]:
    """What the profile says now and the capsule does not, and the version that it would get."""
    now = build(profile, source, before.version, scrub, str(Path.home()))
    return difference(before.capsule.data, now.data), next_version(before.capsule.data, now.data)


def publish(places: Places, capsule: Capsule, profile: str) -> tuple[Path, Path]:
    """Keep the capsule, and write it into the home; returns the JSON and the text to paste. Raises StorageFailed.

    What lies in the home is a copy: nothing is ever read from it.
    """
    folder = places.home / "policy"
    refuse_link(folder)
    make_folder(folder)
    make_folder(places.state, 0o700)
    value = {"schema": 1, "profile": profile, "capsule": capsule.data}
    write_whole(_file(places), json.dumps(value, ensure_ascii=False).encode(), mode=0o600, durable=True)
    data = json.dumps(capsule.data, indent=2, ensure_ascii=False)
    write_whole(folder / _JSON, data.encode() + b"\n")
    write_whole(folder / _PASTE, render(capsule).encode())
    return folder / _JSON, folder / _PASTE


def _file(places: Places) -> Path:
    return places.state / "capsule.json"
