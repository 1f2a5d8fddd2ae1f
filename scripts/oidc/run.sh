#!/usr/bin/env bash
# usage: scripts/oidc/run.sh MARTLET [--keep]
#
# Signs a person in at an OpenID provider, a process of its own that Martlet talks to over sockets: as it should be, and in
# every way in which a provider, or whoever stands between, may be wrong. Takes a little more than a minute: new keys are asked
# for at most once a minute. Ends with "oidc cases=N failures=0". --keep leaves the folder with the logs.
# Needs Python and nothing beside it. Builds nothing: make oidc does.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 scripts/oidc/run.py "$@"
