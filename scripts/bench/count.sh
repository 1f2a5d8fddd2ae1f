#!/usr/bin/env bash
# usage: scripts/bench/count.sh [MARTLET ORACLE] [--top N] [--calls-of REGEX]
#
# What one governed request costs, counted in instructions instead of timed: the same on every machine and in every hour, so that a
# change of one percent is seen. Runs the gateway in valgrind's callgrind, which takes a minute. Prints the functions of the busiest
# thread (the event loop) by their own instructions, or who calls those that a pattern names; last, lines "count FIGURE VALUE".
# What the kernel does is not counted, and a thread that works by the clock looks dearer than it is. Builds nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps nginx

for tool in valgrind objcopy wrk nginx python3 swift; do
    if ! command -v "$tool" >/dev/null; then
        echo "count: missing: $tool; on Debian: apt-get install valgrind binutils wrk nginx-light python3" >&2
        exit 1
    fi
done
exec python3 scripts/bench/count.py "$@"
