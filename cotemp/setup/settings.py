"""`agents.toml` as `init` leaves it: written where there is none, amended only where nothing of the user's is lost."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..config import is_trusted, load, trust
from ..messages.policy import Policy, Rule, Unenforced
from ..places import Places, make_folder, own_config_file, shipped, write_whole
from .done import Done
from .installed import digest, installed, record

__all__ = ["CAREFUL", "has_policy", "settle"]

CAREFUL = Policy(writes=Rule.ASK, network=Rule.ASK, secrets=Rule.ASK, destructive=Rule.ASK)
"""The policy of `init --careful`: a human is asked about everything."""

_PANELS = {"co-planning": "Planning", "co-migrate": "Migrate"}
"""How the original calls the panels of its two sessions."""
_WHAT = "the settings"


def settle(places: Places, sessions: Sequence[str], file: Path, wanted: Policy | None) -> Iterator[Done]:
    """Write `file`, or bring it as near to `wanted` as can be done without touching what somebody wrote.

    `wanted` None: whatever it says is right. Raises BadConfig when it cannot be understood, StorageFailed when
    the disk refuses.
    """
    if not file.exists():
        data = _text(places, sessions, wanted or Policy()).encode()
        make_folder(file.parent)
        _write(places, file, data, ours=True)
        yield Done(_WHAT, file, changed=True, remark="written")
        return
    yield _amended(places, file, wanted) if wanted else Done(_WHAT, file, changed=False)
    yield from _unwatched(sessions, file)


def has_policy(file: Path) -> bool:
    """Whether the settings in `file` say anything about the policy; False where there are none."""
    try:
        return "policy" in tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True  # nobody can tell: then it is left as it is


def _amended(places: Places, file: Path, wanted: Policy) -> Done:
    wider = _wider(load(file).policy, wanted)
    if not has_policy(file):
        _write(places, file, file.read_bytes() + _appendix(file, wanted))
        return Done(_WHAT, file, changed=True, remark="added [policy], the rest is as it was")
    if not wider:
        return Done(_WHAT, file, changed=False)
    if installed(places).get(str(file)) == digest(file.read_bytes()):
        _write(places, file, _narrowed(file.read_bytes(), wider), ours=True)
        return Done(_WHAT, file, changed=True, remark=f"now {', '.join(wider)} in [policy]")
    return Done(
        _WHAT, file, changed=False, remark=f"kept as you wrote them; for this, set in [policy]: {', '.join(wider)}"
    )


def _wider(have: Policy, wanted: Policy) -> list[str]:
    """What would have to be said so that nothing is wider than in `wanted`, as lines of TOML."""
    found = []
    for key in ("writes", "network", "secrets", "destructive", "unenforced"):
        order = list(Unenforced if key == "unenforced" else Rule)
        if order.index(getattr(have, key)) < order.index(getattr(wanted, key)):
            found.append(f'{key} = "{getattr(wanted, key)}"')
    return found


def _appendix(file: Path, wanted: Policy) -> bytes:
    """A table at the end of a file: in TOML that changes nothing of what stands before it."""
    before = file.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    keys = ("writes", "network", "secrets", "destructive", "unenforced")
    lines = ["", "[policy]", *(f'{key} = "{getattr(wanted, key)}"' for key in keys), ""]
    gap = b"" if before.endswith(b"\n") or not before else end
    return gap + end.join(line.encode() for line in lines)


def _narrowed(data: bytes, lines: Sequence[str]) -> bytes:
    """The settings as `init` wrote them, with other values."""
    text = data.decode()
    for line in lines:
        text = re.sub(rf'^{line.partition(" ")[0]} = "\w+"', line, text, count=1, flags=re.MULTILINE)
    return text.encode()


def _write(places: Places, file: Path, data: bytes, *, ours: bool = False) -> None:
    """Write it in its place, where a link leads to; what was believed before is believed as we leave it."""
    is_own = file.resolve() == own_config_file().resolve()
    believed = is_own or is_trusted(places, file) or not file.exists()
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o666
    write_whole(Path(os.path.realpath(file)), data, mode=mode)
    if believed and not is_own:
        trust(places, file)
    if ours:
        record(places, {**installed(places), str(file): digest(data)})


def _unwatched(sessions: Sequence[str], file: Path) -> Iterator[Done]:
    """Sessions that `up` will not watch, because the settings that are there do not name them."""
    watched = {sid.casefold() for sid in load(file).watched()}
    for sid in sessions:
        if sid.casefold() not in watched:
            remark = f"`up` does not watch it: add [sessions.{sid}] with watch = true"
            yield Done(f"session {sid}", file, changed=False, remark=remark)


def _text(places: Places, sessions: Sequence[str], policy: Policy) -> str:
    template = (shipped("templates") / "home" / "agents.toml").read_text(encoding="utf-8")
    return template.format(
        home=json.dumps(str(places.home)),
        sessions="".join(map(_session_table, sessions)),
        writes=policy.writes,
        network=policy.network,
        secrets=policy.secrets,
        destructive=policy.destructive,
        unenforced=policy.unenforced,
    )


def _session_table(sid: str) -> str:
    key = sid if sid.replace("-", "").replace("_", "").isalnum() else f'"{sid}"'
    panel = _PANELS.get(sid.casefold())
    return f"\n[sessions.{key}]\n" + (f'name = "{panel}"\n' if panel else "") + "watch = true\n"
