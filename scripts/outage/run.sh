#!/usr/bin/env bash
# usage: scripts/outage/run.sh [MARTLET ORACLE] [--seconds N] [--rate R] [--moods MOOD,…] [--fault SECONDS] [--seed N]
#
# Three vendors serve one model: two share its traffic, one of them in another format, and the third stands by. Under
# steady load, half of it streams, one vendor fails in every way there is, one after the other: callers must not notice
# after its first ten requests or the first second, and its traffic must come back by itself within a minute. Then
# failures wander over all three for N seconds (20), at most two at a time. One line a part; the last is
# "outage requests=N success_pct=P retries_pct=R stuck=0". Fails when a bound is missed. Builds nothing: make
# release-binaries does.
set -euo pipefail
cd "$(dirname "$0")/../.."
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/outage/outage.py "$@"
