"""`cotemp explain`: what would become of a DO, before anything runs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ..errors import AnswerIsNo, BadUsage, RefusedByPolicy, WaitsForHuman
from ..messages.header import HeaderError, read
from .frame import Answer, Arg, Context, Opt
from .scripts import bytes_of

if TYPE_CHECKING:
    from ..explain import Explanation
    from ..runner.engines import Engine

_EXIT = {"runs": 0, "held": WaitsForHuman.exit_code, "refused": RefusedByPolicy.exit_code}


def explain(
    cx: Context,
    file: Annotated[Path, Arg("the script; - reads it from stdin", metavar="FILE")],
    *,
    session: Annotated[
        str | None, Opt("--session", "where it would run (default: where it lies, or its header)", complete="target")
    ] = None,
    engine: Annotated[str | None, Opt("--engine", "what runs it: pwsh, python, sh (default: by its ending)")] = None,
) -> Answer:
    """Say what a DO would do here, without running it.

    Tells what it asks for, what it would get and by which rule, who holds it to that, what it would see, what
    becomes of its changes, and what nobody can know. The exit code is 0 when it would run, 5 when it would be held
    for a human, 6 when refused, 1 when its header is wrong.

    Examples:
      cotemp explain DO_Smoke.ps1
      cotemp explain DO_Release.py --session co-migrate
      cat DO_Smoke.ps1 | cotemp explain -
    """
    found = _explained(cx, file, session, engine)
    from .explain_text import explained  # the page is long; a wrong FILE needs none of it

    code = _EXIT[found.decision.what] if found.decision else AnswerIsNo.exit_code
    return Answer(asdict(found), explained(found), code)


def _explained(cx: Context, file: Path, session: str | None, engine: str | None) -> "Explanation":
    from ..explain import Explanation, Question, foresee, standing, walls_of

    name, sid = str(file), _session(cx, file, session)
    try:
        data = _data(cx, file)
        runs_it = _engine(cx, file, data, engine)
        do = read(data, runs_it.syntax)
    except HeaderError as error:
        return Explanation(file=name, session=sid, problems=tuple(error.problems))
    sid = sid or do.session_id
    policy = cx.config.policy_of(sid) if sid else cx.config.policy
    question = Question(name, do, runs_it, sid, policy, standing(cx.places, sid, file, do, policy))
    return foresee(cx.places, question, walls_of(cx.places.state.parent, policy), cx.env)


def _session(cx: Context, file: Path, named: str | None) -> str | None:
    """The session that is named, else the one where the file waits."""
    from ..explain import session_of
    from ..panels import resolve

    return resolve(cx.places, named).id if named else session_of(cx.places, file)


def _data(cx: Context, file: Path) -> bytes:
    from ..names import DO_LIMIT

    return cx.terminal.read(DO_LIMIT + 1) if str(file) == "-" else bytes_of(file)


def _engine(cx: Context, file: Path, data: bytes, named: str | None) -> "Engine":
    """The engine that is named, else that of the file's ending, else the first that can read the header."""
    from ..runner.engines import engines

    known = engines(cx.config.engines)
    if named:
        if named not in known:
            raise BadUsage(f"no engine is called {named!r}", f"there are {', '.join(known)}")
        return known[named]
    by_ending = [one for one in known.values() if one.extension == file.suffix.lower()]
    return by_ending[0] if by_ending else _readable(data, list(known.values()))


def _readable(data: bytes, known: "list[Engine]") -> "Engine":
    for engine in known:
        try:
            read(data, engine.syntax)
        except HeaderError:
            continue
        return engine
    return known[0]
