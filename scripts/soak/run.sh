#!/usr/bin/env bash
# usage: scripts/soak/run.sh [MARTLET ORACLE] [--seconds N] [--rate N]
#
# Load for a long time (SOAK_SECONDS, default 600; 300 requests a second, 30 % streams, 5 % of the clients leave early),
# then a look at what is left: memory, file descriptors, threads, exchanges. Ends with one line "soak …" and fails when
# they are not back where they were after the warm-up.
set -euo pipefail
cd "$(dirname "$0")/../.."
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/soak/soak.py "$@"
