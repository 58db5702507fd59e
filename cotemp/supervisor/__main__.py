"""The daemon as a process of its own: `python -m cotemp.supervisor HOME CONFIG`."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from ..config import Config, in_force
from ..errors import BadConfig, CotempError
from ..places import Places
from ..redact import Scrubber, secrets_in
from .accepted import accepted
from .daemon import serve


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    home, config = sys.argv[1:3]
    sys.excepthook = _write_down
    threading.excepthook = lambda args: _write_down(args.exc_type, args.exc_value, args.exc_traceback)
    try:
        places = Places.at(home)
        serve(places, _settings(places, Path(config)), Path(config))
    except CotempError as error:
        print(_scrubbed(f"cotemp: {error}"), file=sys.stderr)  # noqa: T201 - goes to the daemon's crash log
        return error.exit_code
    return 0


def _settings(places: Places, file: Path) -> Config:
    """Those of `file`. While it cannot be meant, those that were accepted before: agents are looked after all the same,
    and who runs DOs reads the file again before each. Raises BadConfig where nothing was accepted."""
    try:
        return in_force(places, file)
    except BadConfig as error:
        known = accepted(places)
        if known is None:
            raise
        print(_scrubbed(f"cotemp: {error}; the settings that were accepted before hold"), file=sys.stderr)  # noqa: T201
        return known.config


def _write_down(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A bug, in the daemon's crash log."""
    sys.stderr.write(_scrubbed("".join(traceback.format_exception(kind, error, trace))))
    sys.stderr.flush()


def _scrubbed(text: str) -> str:
    return Scrubber(secrets_in(os.environ), os.urandom(32)).scrub(text)


if __name__ == "__main__":
    sys.exit(main())
