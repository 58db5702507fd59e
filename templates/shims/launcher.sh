#!/bin/sh
# @OURS@
# Calls the shim beside it: `launch.sh` alone means `launch.py start`, as boot units have it.
[ "$#" -gt 0 ] || set -- start
python=@PYTHON@
[ -x "$python" ] || python=python3
exec "$python" "$(dirname -- "$0")/@TARGET@" "$@"
