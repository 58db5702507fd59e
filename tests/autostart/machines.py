"""Machines of each system, with a Task Scheduler and a registry that are only in memory."""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from cotemp.autostart import Machine
from cotemp.autostart.entry import Entry

ENTRY = Entry(
    name="cotemp-0123456789ab",
    title="cotemp: the sessions in /home/Zoë M/Downloads/CoTemp are watched",
    argv=(
        "/opt/python 3/bin/python", "-P", "-m", "cotemp", "up", "--quiet", "--foreground",
        "--home", "/home/Zoë M/Downloads/CoTemp", "--config", '/home/Zoë M/100%/a"b$c\\d/agents.toml',
    ),
    environment=(("PATH", "/usr/bin:/home/Zoë M/bin"), ("XDG_STATE_HOME", "/state")),
    user="DESK\\zoë",
)  # fmt: skip
"""A start on POSIX whose paths hold everything that has a meaning somewhere."""

WINDOWS = Entry(
    name="cotemp-0123456789ab",
    title=r"cotemp: the sessions in C:\Users\Zoë M\Downloads\CoTemp are watched",
    argv=(
        r"C:\Program Files\Python\pythonw.exe", "-P", "-m", "cotemp", "up", "--quiet", "--foreground",
        "--home", r"C:\Users\Zoë & <M>\Downloads\CoTemp",
    ),
    user="DESK\\zoë",
)  # fmt: skip


class Tasks:
    """A Task Scheduler as `schtasks` shows it: what it is given comes back in its own words and code page."""

    def __init__(self) -> None:
        self.xml: dict[str, str] = {}

    def __call__(self, argv: Sequence[str]) -> tuple[int, str]:
        if argv[0] != "schtasks":
            return 0, ""
        name = argv[argv.index("/TN") + 1]
        if argv[1] == "/Create":
            self.xml[name] = Path(argv[-1]).read_bytes().decode("utf-16")
            return 0, "SUCCESS"
        if name not in self.xml:
            return 1, "ERROR: The system cannot find the file specified."
        if argv[1] == "/Delete":
            del self.xml[name]
            return 0, "SUCCESS"
        return 0, self._exported(self.xml[name])

    def _exported(self, text: str) -> str:
        """Defaults left out, the user as a SID, another order, and a declaration that is not true of a pipe."""
        root = ElementTree.fromstring(re.sub(r"^<\?xml.*\?>", "", text))
        for parent in list(root.iter()):
            for child in list(parent):
                if (child.tag.rpartition("}")[2], child.text) in (("Enabled", "true"), ("RunLevel", "LeastPrivilege")):
                    parent.remove(child)
                if child.tag.endswith("UserId"):
                    child.text = "S-1-5-21-1"
        root[:] = reversed(root)
        text = ElementTree.tostring(root, encoding="unicode").encode("cp437", "replace").decode("cp437")
        return '<?xml version="1.0" encoding="UTF-16"?>\r\n' + text


class Values:
    """A registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes | int] = {}

    def read(self, key: str, name: str) -> str | bytes | int | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self.values[key, name] = text

    def delete(self, key: str, name: str) -> bool:
        return self.values.pop((key, name), None) is not None


def machine(platform: str, home: Path, *, executable: str = sys.executable, **more: str) -> Machine:
    """A machine of that platform whose user lives in `home`."""
    return Machine(
        platform=platform,
        user="zoe",
        user_home=home,
        env={"PATH": "/usr/bin:/bin", "USERDOMAIN": "DESK", **more},
        executable=executable,
        base_prefix=sys.base_prefix,
        run=Tasks(),
        registry=Values() if platform == "win32" else None,
        exists=lambda path: os.path.exists(path.replace("\\", "/")),
        lingering=home / "linger",
    )


def change(here: Machine, where: str) -> None:
    """Do what somebody does who edits the entry by hand."""
    if here.platform == "win32":
        ((name, text),) = here.run.xml.items()  # type: ignore[attr-defined]
        here.run.xml[name] = text.replace("--quiet", "--evil")  # type: ignore[attr-defined]
    else:
        Path(where).write_text(Path(where).read_text().replace("--quiet", "--evil"))
