"""What is gathered while an old world is read; each reader adds what it understood, and says what it did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..model import Deadline, NotUnderstood, OldConfig, OldPhase, Origin, Read, ResumeId, Told
from .files import Unreadable, one_word, text_of

__all__ = ["Found"]


@dataclass
class Found:
    """Filled file by file. `root`: no link is followed out of it."""

    root: Path
    files: list[Read] = field(default_factory=list)
    models: dict[str, Told] = field(default_factory=dict)
    backends: dict[str, Told] = field(default_factory=dict)
    phases: tuple[OldPhase, ...] = ()
    index: Told | None = None
    state_index: Told | None = None
    complete: Path | None = None
    resume: list[ResumeId] = field(default_factory=list)
    limits: list[Deadline] = field(default_factory=list)
    config: OldConfig | None = None
    not_understood: list[NotUnderstood] = field(default_factory=list)

    def took(self, file: Path, becomes: str) -> None:
        """`file` was read, and this becomes of it."""
        self.files.append(Read(file, becomes))

    def gave_up(self, file: Path, why: str, line: int = 0) -> None:
        """Something in `file` was not understood."""
        self.not_understood.append(NotUnderstood(Origin(file, line), why))

    def text(self, file: Path) -> str | None:
        """What `file` holds; None when it cannot be read, and that is noted."""
        try:
            return text_of(file, self.root)
        except Unreadable as why:
            self.gave_up(file, str(why))
            return None

    def word(self, file: Path) -> Told | None:
        """The one line that `file` holds; None when it holds none, or several, and that is noted."""
        try:
            return Told(one_word(text_of(file, self.root)), Origin(file, 1))
        except Unreadable as why:
            self.gave_up(file, str(why))
            return None
