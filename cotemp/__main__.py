"""`python -m cotemp`: the same as `cotemp`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
