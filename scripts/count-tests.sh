#!/usr/bin/env bash
# usage: scripts/count-tests.sh LOG [MINIMUM]
#
# Reads the log of a test run, prints how many tests ran, and fails on fewer than MINIMUM (default 1): a run whose filter
# or manifest loses every test ends with exit code 0 all the same.
set -euo pipefail

if [ ! -r "${1:-}" ]; then
    echo "usage: scripts/count-tests.sh LOG [MINIMUM]" >&2
    exit 2
fi
minimum=${2:-1}

count=$(sed -nE 's/.*Test run with ([0-9]+) tests?( in [0-9]+ suites?)? (passed|failed).*/\1/p' "$1" \
    | awk '{ sum += $1 } END { print sum + 0 }')
if [ "$count" -lt "$minimum" ]; then
    echo "count-tests: $count tests ran, at least $minimum were expected" >&2
    exit 1
fi
echo "count-tests: $count tests ran"
