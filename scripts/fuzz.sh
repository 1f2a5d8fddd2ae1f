#!/usr/bin/env bash
# usage: scripts/fuzz.sh [TARGET...]
#
# Builds the libFuzzer targets with AddressSanitizer and runs each for FUZZ_SECONDS (default 60) from its seed corpus.
# Targets: FuzzJSON, FuzzHTTP1, FuzzSSE, FuzzGzip and FuzzAWSFrames read bytes; FuzzEnvelope carries reasoning; FuzzRequest,
# FuzzAnswer and FuzzStream translate between all formats; FuzzSide counts, embeds and patches. A finding is written to
# Fuzz/Findings/ and fails the run.
set -euo pipefail
cd "$(dirname "$0")/../Fuzz"

seconds=${FUZZ_SECONDS:-60}
# Swift's own backtraces hang under AddressSanitizer.
export SWIFT_BACKTRACE=enable=no
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    targets=(FuzzJSON FuzzHTTP1 FuzzSSE FuzzGzip FuzzAWSFrames FuzzEnvelope FuzzRequest FuzzAnswer FuzzStream FuzzSide)
fi
for target in "${targets[@]}"; do
    seeds=Corpus/$(tr '[:upper:]' '[:lower:]' <<<"${target#Fuzz}")
    if [ ! -d "$seeds" ]; then echo "fuzz: no target $target" >&2; exit 2; fi
    swift build -c release --product "$target" --scratch-path ../.build-fuzz -Xswiftc -sanitize=fuzzer,address \
        -Xswiftc -parse-as-library
    mkdir -p Findings "../.build-fuzz/corpus-$target"
    "../.build-fuzz/release/$target" -max_total_time="$seconds" -max_len=8192 -artifact_prefix=Findings/ \
        -print_final_stats=1 "../.build-fuzz/corpus-$target" "$seeds" 2>&1 |
        grep -E 'stat::|ERROR|SUMMARY|Fatal' || true
    if [ -n "$(ls -A Findings)" ]; then
        echo "fuzz: $target found something; see Fuzz/Findings" >&2
        exit 1
    fi
    echo "fuzz: $target clean after $seconds s"
done
