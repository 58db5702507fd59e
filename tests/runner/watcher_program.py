"""A watcher as a process of its own, to be killed: starts one DO, says who is who, and waits."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cotemp.runner import Runner

from .launches import Bench, parent_of


def main() -> None:
    folder, body = Path(sys.argv[1]), sys.argv[2]
    with Runner() as runner:
        started, launch = Bench(runner, folder).start(body)
        assert started.pid
        keeper = parent_of(started.pid)
        who = {"do": started.pid, "keeper": keeper, "zygote": parent_of(keeper), "run_dir": str(launch.run_dir)}
        print(json.dumps(who), flush=True)
        finished = started.wait()
        print(json.dumps(finished.to_json()), flush=True)


if __name__ == "__main__":
    main()
