#!/usr/bin/env bash
# usage: scripts/release/documents.sh PROGRAM VERSION FOLDER [CHECKOUTS]
#
# What travels with the program PROGRAM into FOLDER: completions for bash, zsh and fish, man pages of every command, and the bill of
# materials (CycloneDX), when CHECKOUTS, the folder of resolved packages, is given.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "$1") version=$2 folder=$3 checkouts=${4:-}

mkdir -p "$folder/completions" "$folder/man/man1"
for shell in bash zsh fish; do
    "$program" --generate-completion-script "$shell" >"$folder/completions/martlet.$shell"
done
day=$(git log -1 --format=%cs 2>/dev/null || date -u +%F)
"$program" --experimental-dump-help | python3 scripts/release/manpages.py "$version" "$day" "$folder/man/man1"
if [ -n "$checkouts" ]; then
    python3 scripts/release/sbom.py "$version" Package.resolved "$program" "$checkouts" >"$folder/martlet.cdx.json"
fi
