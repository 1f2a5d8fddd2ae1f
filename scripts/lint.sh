#!/usr/bin/env bash
# usage: scripts/lint.sh
#
# Format and documentation of the Swift sources (.swift-format), length of files, names without spaces, shell scripts.
set -euo pipefail
cd "$(dirname "$0")/.."

longest=500 # lines of a Swift file; generated files say so in line one
status=0

swift_paths=(Sources Tests Package.swift)
for extra in Benchmarks Fuzz; do
    if [ -f "$extra/Package.swift" ]; then swift_paths+=("$extra/Package.swift"); fi
    if [ -d "$extra/Sources" ]; then swift_paths+=("$extra/Sources"); fi
done
swift format lint --strict --recursive --parallel "${swift_paths[@]}" || status=1

while IFS= read -r -d '' file; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt "$longest" ] && ! head -n 1 "$file" | grep -qi generated; then
        echo "$file: $lines lines, at most $longest" >&2
        status=1
    fi
done < <(find "${swift_paths[@]}" -name '*.swift' -print0)

spaced=$(find "${swift_paths[@]}" scripts docs -name '* *')
if [ -n "$spaced" ]; then
    printf 'a space in a name: %s\n' "$spaced" >&2
    status=1
fi

mapfile -t shell_scripts < <(find scripts .ci -type f \( -name '*.sh' -o -path '.ci/run' \))
for script in "${shell_scripts[@]}"; do bash -n "$script" || status=1; done
if command -v shellcheck >/dev/null; then
    shellcheck --severity=warning "${shell_scripts[@]}" || status=1
else
    echo "lint: shellcheck is not installed (scripts/bootstrap.sh lint): shell scripts were only parsed" >&2
fi

[ "$status" -eq 0 ] && echo "lint: clean"
exit "$status"
