#!/usr/bin/env bash
# usage: scripts/storm/run.sh [MARTLET ORACLE] [--offered N] [--room N] [--hold SECONDS] [--only PART,…]
#
# A thousand requests at the same moment against limits that have room for five hundred of them: budgets of key and
# project with bound `upper`, first requests of new keys, requests and tokens per minute, requests in flight. One line a
# part; the last is "storm offered=1000 admitted=500 overshoot_nano_usd=0". Fails when any part admits another number
# than it should, the oracle saw another number than was admitted, or a balance is not the sum of what was charged.
set -euo pipefail
cd "$(dirname "$0")/../.."
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
exec python3 scripts/storm/storm.py "$@"
