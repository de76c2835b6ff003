#!/usr/bin/env bash
# Run once by Gradescope when it builds the assignment's image: the engine into an environment of its own, and bubblewrap for
# the outer fence. Whatever fails ends the build, which Gradescope shows to the instructor.
set -euo pipefail

root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"

if command -v apt-get >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends python3-venv
    apt-get install -y --no-install-recommends bubblewrap || echo "no bubblewrap: the inner fence stands alone"
fi

for python in python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        break
    fi
    python=""
done
[ -n "$python" ] || { echo "gradkata needs Python 3.11 or later: choose a newer base image"; exit 1; }

"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet -c "$source/engine/constraints.txt" "$source/engine[torch]"
chmod -R go-rwx "$source/course"  # the hidden checks
cd "$source/course"
"$root/venv/bin/kata" doctor  # which fences this machine gives: to be read in the build's log
