"""`python -m tests.generate [bridge] [commands] [picture] [schemas]`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import bridge, commands, picture, schemas

MAKERS: dict[str, Callable[[], None]] = {
    "bridge": bridge.write,
    "commands": commands.write,
    "picture": picture.write,
    "schemas": schemas.write,
}


def main(names: list[str]) -> int:
    """Write what was named; everything when nothing was."""
    unknown = [name for name in names if name not in MAKERS]
    if unknown:
        print(f"nothing is called {unknown[0]!r}: there are {', '.join(MAKERS)}", file=sys.stderr)
        return 2
    for name in names or MAKERS:
        MAKERS[name]()
    return 0


sys.exit(main(sys.argv[1:]))
