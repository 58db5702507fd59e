"""The daemon as a process of its own: `python -m cotemp.supervisor HOME CONFIG`."""

from __future__ import annotations

import sys
from pathlib import Path

from ..config import in_force
from ..errors import CotempError
from ..places import Places
from .daemon import serve


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    home, config = sys.argv[1:3]
    try:
        places = Places.at(home)
        serve(places, in_force(places, Path(config)))
    except CotempError as error:
        print(f"cotemp: {error}", file=sys.stderr)  # noqa: T201 - goes to the daemon's crash log
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
