#!/usr/bin/env bash
# usage: scripts/chaos-kill.sh [N] [--martlet PATH] [--oracle PATH] [--seed N] [--hooks NAME,…] [--keep]
#
# Kills the gateway N times (20) with SIGKILL under load: at random moments and, by MARTLET_JOURNAL_HOOK=name:count, at
# every named point of the journal and its drain, some of them on short segments, so that these are deleted meanwhile. It
# starts again on the same data each time. In the end the ledger is compared with the oracle's own log of the attempts it
# saw: one row each, none without; balances and usage are the ledger's sums. Ends with "chaos kills=N lost=0 duplicate=0 mismatch_nano_usd=0", and fails when that is not so.
# Builds nothing: make release-binaries does.
set -euo pipefail
cd "$(dirname "$0")/.."
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/storm/chaos.py "$@"
