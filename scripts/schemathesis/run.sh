#!/usr/bin/env bash
# usage: scripts/schemathesis/run.sh MARTLET [--seconds N] [--seed N] [--keep]
#
# Schemathesis (PyPI, in a cached virtual environment under .venvs/) against the admin API of the built program: it makes
# requests, right ones and wrong ones, from the OpenAPI document that the program serves, and holds every answer against it.
# Ends with one line that says what was sent and what was found. --keep leaves the folder with the report.
# Builds nothing: make schemathesis does.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 scripts/schemathesis/run.py "$@"
