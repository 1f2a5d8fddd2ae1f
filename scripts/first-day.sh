#!/usr/bin/env bash
# usage: scripts/first-day.sh [MARTLET ORACLE] [--keep]
#
# A company's first day with Martlet, by its admin API and its command line alone: two providers, three projects, budgets,
# forty keys by import, a rotation, a leaked key revoked under load, a month's report as CSV, the audit trail proved,
# configuration planned, applied and rolled back, a backup restored into another folder and reconciled. Every step says
# what it saw; the last line is "first-day ok". Builds nothing: make release-binaries does.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/first-day/first_day.py "$@"
