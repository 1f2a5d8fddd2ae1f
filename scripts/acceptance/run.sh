#!/usr/bin/env bash
# usage: scripts/acceptance/run.sh [MARTLET [ORACLE]] [--only NAME,...] [--direct] [-- PYTEST-ARGUMENT...]
#
# Official client SDKs and agent frameworks from PyPI, each in a cached virtual environment under .venvs/, against the
# built gateway with the sandbox and the oracle behind it: in their own formats, and translated for vendors of others.
# --only takes names of files in requirements/; --direct leaves the gateway out, to test the scenarios themselves.
# Builds nothing: make acceptance does.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v python3 >/dev/null || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ -x scripts/bootstrap.sh ]; then
        scripts/bootstrap.sh acceptance
    else
        echo "acceptance: needs python3 with venv (Debian: python3 python3-venv)" >&2
        exit 1
    fi
fi
exec python3 scripts/acceptance/run.py "$@"
