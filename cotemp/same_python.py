"""Starting a process of our own: the same Python, and the same cotemp wherever it was imported from."""

from __future__ import annotations

import json
import os
import sys

__all__ = ["same_python"]

_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from {} import main; main()"


def same_python(module: str, *arguments: str) -> list[str]:
    """The command line of a process that calls `main()` of `module`, with `arguments` as `sys.argv[1:]`.

    Its imports are searched where ours are, and not in its working folder.
    """
    places = [os.path.abspath(place) for place in sys.path]
    return [sys.executable, "-P", "-c", _CODE.format(module), *arguments, json.dumps(places)]
