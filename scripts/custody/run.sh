#!/usr/bin/env bash
# usage: scripts/custody/run.sh [MARTLET [ORACLE]] [--seed N] [--keep]
#
# What a gateway is trusted with, proven on the built program under load: the master key is rotated without a failed request,
# and after SIGKILL at every step of a rotation; a backup is made, verified and restored elsewhere, and adds up; and canary
# secrets (a vendor's credential, a virtual key, the admin token, the master keys, a prompt) that have been through every
# path at log level trace, failures and SIGABRT included, are found in no log, metric, store, journal, backup or temporary file.
# Ends with "custody ok". Builds nothing: make custody does.
set -euo pipefail
cd "$(dirname "$0")/../.."
ulimit -c unlimited 2>/dev/null || true
exec python3 scripts/custody/custody.py "$@"
