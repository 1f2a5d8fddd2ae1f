#!/usr/bin/env bash
# usage: scripts/check.sh
#
# The one command before a commit: format lint, import directions, build with warnings as errors (the manifest makes them
# so), tests.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/lint.sh
scripts/check-imports.sh --self-test
scripts/check-imports.sh
scripts/test.sh
echo "check: all good"
