#!/usr/bin/env bash
# usage: scripts/bench/run.sh [MARTLET ORACLE] [--seconds N] [--lanes LANE,...]
#                             [--gateway-url URL --key KEY --pid PID] ...
#
# Lanes: plain, governed, translated, sse500, sse2000, translated-sse, micro.
#
# The figures of the road, with nginx as the yardstick, on this machine and in this run: a table for people and, last,
# lines "bench LANE METRIC VALUE" for scripts. scripts/bench/run.sh --help tells all options.
# BENCH_SECONDS in the environment stands in for --seconds. Builds nothing: make bench does.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps nginx

missing=()
command -v nginx >/dev/null || missing+=(nginx)
command -v wrk >/dev/null || missing+=(wrk)
command -v h2load >/dev/null || missing+=(nghttp2-client)
command -v python3 >/dev/null || missing+=(python3)
if [ ${#missing[@]} -gt 0 ]; then
    if [ -x scripts/bootstrap.sh ]; then
        scripts/bootstrap.sh bench
    elif [ "$(id -u)" -eq 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "bench: missing: ${missing[*]} (Debian's names); install them, then try again" >&2
        exit 1
    fi
fi

ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/bench/bench.py "$@"
