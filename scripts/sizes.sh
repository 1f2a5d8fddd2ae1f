#!/usr/bin/env bash
# usage: scripts/sizes.sh [MARTLET ORACLE SIMULATE] [--requests N] [--rows N] [--seconds N] [--rounds N] [--data FOLDER]
#
# The gateway with a month of traffic in its store (a million request records, ten million ledger rows): how long first
# pages and reports take, and what the road costs and how long its requests take alone, beside a program that merely uses
# as much of the machine as reports do, and beside reports. FOLDER holds a data folder that was filled before, or will be.
# Ends with "sizes requests=N rows=N first_page_ms=… usage_30d_ms=… …".
# Builds nothing: make release-binaries does.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/sizes/sizes.py "$@"
