#!/usr/bin/env bash
# usage: scripts/test.sh [plain | thread | address]
#
# Builds and runs the test suite, plain or under ThreadSanitizer or AddressSanitizer (each in its own build folder).
# TEST_TIMEOUT (seconds, default 600) bounds the run, not the build. TEST_FILTER passes a filter. MIN_TESTS (default 1) is
# how many tests must have run.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-plain}
case $mode in
plain) scratch=.build flags=() ;;
thread) scratch=.build-tsan flags=(--sanitize=thread) ;;
# Leak detection is left to the soak: a library that keeps one allocation for good would fail every run.
address) scratch=.build-asan flags=(--sanitize=address) ;;
*) echo "usage: scripts/test.sh [plain | thread | address]" >&2; exit 2 ;;
esac
if [ "$mode" = address ]; then export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"; fi
export NO_COLOR=1

filter=()
if [ -n "${TEST_FILTER:-}" ]; then filter=(--filter "$TEST_FILTER"); fi
limit=${TEST_TIMEOUT:-600}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build --build-tests --scratch-path "$scratch" "${flags[@]}"

# The test program itself, as `swift test` would start it: when a test hangs, what it printed so far names the test, and
# the limit ends the program and not only its parent.
program=$scratch/debug/martletPackageTests.xctest
if [ -x "$program" ]; then
    run=("$program" --testing-library swift-testing)
else
    run=(swift test --skip-build --disable-xctest --scratch-path "$scratch" "${flags[@]}")
fi
status=0
timeout --signal=INT --kill-after=10 "$limit" "${run[@]}" "${filter[@]}" 2>&1 | tee "$log" || status=$?

if grep -q 'WARNING: ThreadSanitizer' "$log"; then
    echo "test: ThreadSanitizer found a race (see above)" >&2
    exit 1
fi
case $status in
0) ;;
124 | 137) echo "test: still running after $limit s: ended" >&2; exit 1 ;;
*) echo "test: the test program ended with $status" >&2; exit 1 ;;
esac
scripts/count-tests.sh "$log" "${MIN_TESTS:-1}"
