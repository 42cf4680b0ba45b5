#!/usr/bin/env bash
# venv.sh PYTHON FOLDER LOCK...: a virtual environment with exactly what the lock files pin, and Amparo itself in it.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 folder=$2
shift 2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Amparo needs Python 3.11 or newer, and $python is not. Name another: make PYTHON=python3.12 ..." >&2
  exit 1
fi
if [ ! -x "$folder/bin/python" ]; then
  echo "Making $folder ..."
  if ! "$python" -m venv "$folder"; then
    rm -rf "$folder"
    echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
  fi
fi
for lock in "$@"; do
  echo "Installing $lock ..."
  # The photographs' package is wanted for its files alone.
  deps=(); [ "$lock" = requirements-photos.lock ] && deps=(--no-deps)
  "$folder/bin/python" -m pip install --quiet --require-hashes "${deps[@]}" -r "$lock"
done
"$folder/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
