"""`cotemp check`: what is wrong with a DO, before anybody runs it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display_line
from ..errors import NotFound
from ..messages.do import FLAGS, Problem
from ..messages.header import HeaderError, read
from .frame import Answer, Arg, Context, Opt
from .paint import paint
from .scripts import Languages, bytes_of, choose, languages_of, of_ending

if TYPE_CHECKING:
    from ..messages.do import Do


def check(
    cx: Context,
    files: Annotated[list[Path], Arg("the scripts", metavar="FILE")],
    *,
    engine: Annotated[str | None, Opt("--engine", "what runs them: pwsh, python, sh (default: by the ending)")] = None,
) -> Answer:
    """Check DO files without running them.

    Every problem is reported at once, as `file:line:column: key: what is wrong: what to do`. The exit code is 1
    when there is one, 4 when a file is missing.

    Examples:
      cotemp check DO_Smoke.ps1
      cotemp check --json *.ps1
    """
    languages = languages_of(cx)
    checked = [_look(file, languages, engine) for file in files]
    missing = any(one.missing for one in checked)
    return Answer(
        json={"schema": 1, "files": [one.told() for one in checked]},
        text=[line for one in checked for line in one.said()],
        exit_code=NotFound.exit_code if missing else int(any(one.problems for one in checked)),
    )


@dataclass(frozen=True, slots=True)
class _Checked:
    """What `check` found out about one file."""

    file: Path
    do: "Do | None" = None
    problems: tuple[Problem, ...] = ()
    missing: bool = False

    def told(self) -> dict[str, Any]:
        """For programs."""
        do = self.do
        return {
            "file": str(self.file),
            "ok": do is not None,
            "title": do.title if do else None,
            "repo": do.repo.path if do else None,
            "consent": {f"allow_{name}": getattr(do.consent, name) for name in FLAGS} if do else None,
            "warnings": list(do.warnings) if do else [],
            "problems": [
                {name: getattr(problem, name) for name in ("line", "column", "key", "what", "fix")}
                for problem in self.problems
            ],
        }

    def said(self) -> Iterable[str]:
        """For people: a line for each problem, or one that says what the DO is and may do."""
        for problem in self.problems:
            yield display_line(problem.located(str(self.file)))
        if self.do:
            yield f"{display_line(str(self.file))}: {paint('ok', 'green')}: {_summary(self.do)}"
            for warning in self.do.warnings:
                yield f"{display_line(str(self.file))}: {paint('warning', 'yellow')}: {display_line(warning)}"


def _summary(do: "Do") -> str:
    allowed = [name for name in FLAGS if getattr(do.consent, name)]
    return f"{display_line(do.title)} (consent: {', '.join(allowed) or 'none, it may only read'})"


def _look(file: Path, languages: Languages, named: str | None) -> _Checked:
    language = choose(languages, named, None) if named else of_ending(languages, file)
    try:
        data = bytes_of(file)
        if language is None:
            fix = f"name it {' or '.join(one.extension for one in languages.values())}, or say --engine"
            return _Checked(file, problems=(Problem(1, 1, "file", "no engine runs files of this ending", fix),))
        return _Checked(file, read(data, language.syntax))
    except HeaderError as error:
        return _Checked(file, problems=error.problems)
    except NotFound:
        return _Checked(file, problems=(Problem(1, 1, "file", "it is not there", "mind the folder"),), missing=True)
