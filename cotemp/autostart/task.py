"""Windows: a task of the Task Scheduler, which starts at logon, without a window and without elevation."""

from __future__ import annotations

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadUsage, StorageFailed, ToolMissing
from .entry import Entry
from .machine import Machine, Run

__all__ = ["ScheduledTask", "render", "task"]

_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_HEAD = '<?xml version="1.0" encoding="UTF-16"?>\n'
_Tree = dict[str, "str | _Tree"]

_SETTINGS: _Tree = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true",
    "Enabled": "true",
    "Hidden": "false",
    "RunOnlyIfIdle": "false",
    "WakeToRun": "false",
    "ExecutionTimeLimit": "PT0S",  # none; the default ends a task after three days
    "Priority": "5",  # the default, 7, is below normal, and every DO would inherit it
    "RestartOnFailure": {"Interval": "PT1M", "Count": "255"},
}
_EXPANDED = re.compile(r"%[^%]+%|\$\(")
"""What the Task Scheduler replaces in a command line; there is no way to write it literally."""
_NOT_ASCII = re.compile(r"[^\x00-\x3e\x40-\x7f]+")
"""What `schtasks` prints as a question mark where its code page lacks it; no path holds one of those."""


def render(entry: Entry) -> str:
    """The task as XML. Raises BadUsage for a command line that the Task Scheduler would change."""
    command, arguments = entry.argv[0], subprocess.list2cmdline(entry.argv[1:])
    if _EXPANDED.search(f"{command} {arguments}"):
        raise BadUsage("the Task Scheduler replaces %…% and $( in paths", "cotemp autostart enable --by run-key")
    root = ElementTree.Element("Task", {"version": "1.2", "xmlns": _NAMESPACE})
    tree: _Tree = {
        "RegistrationInfo": {"Author": "cotemp", "Description": entry.title},
        "Triggers": {"LogonTrigger": {"Enabled": "true", "UserId": entry.user}},
        "Principals": {
            "Principal": {"UserId": entry.user, "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"}
        },
        "Settings": _SETTINGS,
        "Actions": {"Exec": {"Command": command, "Arguments": arguments}},
    }
    _fill(root, tree)
    root[2][0].set("id", "user")
    root[4].set("Context", "user")
    ElementTree.indent(root)
    return _HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"


def _fill(parent: ElementTree.Element, tree: _Tree) -> None:
    for name, value in tree.items():
        child = ElementTree.SubElement(parent, name)
        if isinstance(value, str):
            child.text = value
        else:
            _fill(child, value)


@dataclass(frozen=True)
class ScheduledTask:
    """The tasks of this user, by way of `schtasks`."""

    run: Run
    name: str = "task"
    title: str = "a task of the Task Scheduler"
    looked_after: bool = True

    def where(self, name: str) -> str:
        return f"Task Scheduler Library: {name}"

    def render(self, entry: Entry) -> str:
        return render(entry)

    def install(self, entry: Entry) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_bytes(self.render(entry).encode("utf-16"))
            self._must(["schtasks", "/Create", "/F", "/TN", entry.name, "/XML", str(file)])

    def remove(self, name: str) -> bool:
        if self.found(name) is None:
            return False
        self._must(["schtasks", "/Delete", "/F", "/TN", name])
        return True

    def found(self, name: str) -> str | None:
        code, said = self.run(["schtasks", "/Query", "/TN", name, "/XML"])
        return said or None if code == 0 else None

    def essence(self, text: str) -> str:
        """What starts, when, and with which rights; Windows writes the rest in its own way, or leaves it out."""
        root = _parsed(_NOT_ASCII.sub("?", text.lstrip("\ufeff")))
        if root is None:
            return text
        actions = [(_text(one, "Command"), _text(one, "Arguments")) for one in _below(root, "Actions")]
        triggers = [_bare(one.tag) for one in _below(root, "Triggers")]
        rights = [_text(one, "RunLevel") or "LeastPrivilege" for one in _below(root, "Principals")]
        return repr((actions, triggers, rights))

    def off(self, name: str) -> str:
        root = _parsed(self.found(name) or "")
        if root is None:
            return ""
        parts = [*(one for one in root if _bare(one.tag) == "Settings"), *_below(root, "Triggers")]
        return (
            "it was switched off in the Task Scheduler"
            if any(_text(one, "Enabled") == "false" for one in parts)
            else ""
        )

    def _must(self, argv: list[str]) -> None:
        code, said = self.run(argv)
        if code == 127:
            raise ToolMissing("schtasks is not there", "cotemp autostart enable --by run-key")
        if code:
            raise StorageFailed(f"the Task Scheduler refused: {said}", "cotemp autostart enable --by run-key")


def _parsed(text: str) -> ElementTree.Element | None:
    """The XML that `schtasks` prints: its declaration names an encoding that the text has lost already."""
    try:
        return ElementTree.fromstring(re.sub(r"^\ufeff?<\?xml[^>]*\?>", "", text.strip()))  # noqa: S314 - this user's own
    except ElementTree.ParseError:
        return None


def _below(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for one in root if _bare(one.tag) == name for child in one]


def _text(parent: ElementTree.Element, name: str) -> str:
    return next((one.text or "" for one in parent if _bare(one.tag) == name), "")


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def task(machine: Machine) -> ScheduledTask:
    """The tasks of this user."""
    return ScheduledTask(machine.run)
