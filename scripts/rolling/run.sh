#!/usr/bin/env bash
# usage: scripts/rolling/run.sh [MARTLET [ORACLE]] [--streams N] [--keep]
#
# Two Martlets behind HAProxy (packaging/haproxy/haproxy.cfg), the second restored from a backup of the first, so that both know
# the same keys. While N callers (200) stream without a pause, the first is stopped, started again and waited for, then the second.
# Ends with "rolling streams=N truncated=0 failed=0", and fails when that is not so. Builds nothing: make rolling does.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin
if ! command -v haproxy >/dev/null; then
    scripts/bootstrap.sh rolling
fi
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/rolling/rolling.py "$@"
