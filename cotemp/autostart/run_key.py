"""Windows without a Task Scheduler that lets us: a value of the Run key, started once at logon."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from ..errors import BadUsage, StorageFailed
from .entry import Entry
from .machine import Machine, Registry

__all__ = ["APPROVED", "RUN", "RunKey", "render", "run_key"]

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
"""Where the Task Manager writes down what its user switched off there."""
LONGEST = 260
"""Characters of a command line that Windows starts from this key."""


def render(entry: Entry) -> str:
    """The command line. Raises BadUsage when it is too long for this key."""
    text = subprocess.list2cmdline(entry.argv)
    if len(text) > LONGEST:
        raise BadUsage(
            f"the Run key holds {LONGEST} characters, this needs {len(text)}", "cotemp autostart enable --by task"
        )
    return text


@dataclass(frozen=True)
class RunKey:
    """What this user's Run key starts."""

    registry: Registry
    key: str = RUN
    name: str = "run-key"
    title: str = "a value of the Run key"
    looked_after: bool = False

    def where(self, name: str) -> str:
        return rf"HKEY_CURRENT_USER\{self.key}: {name}"

    def render(self, entry: Entry) -> str:
        return render(entry)

    def install(self, entry: Entry) -> None:
        try:
            self.registry.write(self.key, entry.name, self.render(entry))
            self.registry.delete(APPROVED, entry.name)
        except OSError as error:
            raise self._failed(entry.name, error) from error

    def remove(self, name: str) -> bool:
        try:
            self.registry.delete(APPROVED, name)
            return self.registry.delete(self.key, name)
        except OSError as error:
            raise self._failed(name, error) from error

    def found(self, name: str) -> str | None:
        value = self.registry.read(self.key, name)
        return value if isinstance(value, str) else None

    def essence(self, text: str) -> str:
        return text

    def off(self, name: str) -> str:
        """Windows marks what may start by an even first byte."""
        mark = self.registry.read(APPROVED, name)
        is_off = isinstance(mark, bytes) and bool(mark) and mark[0] % 2 == 1
        return "it was switched off in the Task Manager" if is_off else ""

    def _failed(self, name: str, error: OSError) -> StorageFailed:
        return StorageFailed(f"cannot write {self.where(name)}: {error.strerror}", "cotemp autostart enable --by task")


def run_key(machine: Machine) -> RunKey:
    """The Run key of this user."""
    assert machine.registry, "only Windows has one"
    return RunKey(machine.registry)
