#!/usr/bin/env bash
# usage: scripts/check-imports.sh [ROOT]       check the sources under ROOT (default: this repository)
#        scripts/check-imports.sh --self-test  check this script: every rule must catch its violation
#
# Holds the table of docs/architecture.md: which target may import which. Fails on an import outside the table, on
# Foundation, and on constructs that end the process on bad input or hide a race. Tests are not held to it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# target | folder | may import, of ours | may import, of others ("any" but Foundation; the standard library always)
table() {
    cat <<'TABLE'
Wire              | Sources/Wire                      |                                                         |
Telemetry         | Sources/Telemetry                 |                                                         |
Exchange          | Sources/Exchange                  | Wire                                                    |
OpenAIChat        | Sources/Formats/OpenAIChat        | Exchange Wire                                           |
OpenAIResponses   | Sources/Formats/OpenAIResponses   | Exchange Wire                                           |
AnthropicMessages | Sources/Formats/AnthropicMessages | Exchange Wire                                           |
GeminiContent     | Sources/Formats/GeminiContent     | Exchange Wire                                           |
BedrockConverse   | Sources/Formats/BedrockConverse   | Exchange Wire                                           |
Catalogue         | Sources/Catalogue                 | Exchange Wire                                           |
Providers         | Sources/Providers                 | Exchange Wire                                           | Crypto CryptoExtras
Storage           | Sources/Storage                   | Exchange                                                |
CSQLiteMemory     | Sources/CSQLiteMemory             |                                                         |
SQLiteStorage     | Sources/SQLiteStorage             | Storage Exchange CSQLiteMemory                          | any
CCrypt            | Sources/CCrypt                    |                                                         |
Policy            | Sources/Policy                    | Exchange Catalogue CCrypt                               | Crypto FoundationEssentials Dispatch
CChecksum         | Sources/CChecksum                 |                                                         |
Ledger            | Sources/Ledger                    | Policy Storage Exchange Telemetry CChecksum             | Logging ServiceLifecycle Glibc Dispatch
Upstream          | Sources/Upstream                  | Providers Policy Exchange Wire Telemetry                | any
AdminAPI          | Sources/AdminAPI                  | Policy Ledger Storage Catalogue Providers Exchange Wire Telemetry | any
Gateway           | Sources/Gateway                   | Upstream Ledger Policy Providers Storage Catalogue Exchange Wire Telemetry | any
martlet           | Sources/martlet                   | Gateway AdminAPI Upstream Ledger SQLiteStorage Storage Policy Providers Catalogue OpenAIChat OpenAIResponses AnthropicMessages GeminiContent BedrockConverse Exchange Wire Telemetry | any
MartletTesting    | Sources/MartletTesting            | Exchange Wire Storage Ledger                            | any
martlet-oracle    | Sources/oracle                    | MartletTesting                                          | any
martlet-simulate  | Sources/simulate                  | Ledger Policy Catalogue Storage SQLiteStorage Exchange Telemetry MartletTesting | any
TABLE
}

check() {
    local root=$1 files
    cd "$root"
    [ -d Sources ] || { echo "check-imports: no Sources folder in $root" >&2; return 2; }
    files=$(find Sources -name '*.swift' | LC_ALL=C sort)
    [ -n "$files" ] || { echo "check-imports: no Swift files under $root/Sources" >&2; return 2; }
    printf '%s\n' "$files" | tr '\n' '\0' \
        | xargs -0 awk -f "$here/strip-swift.awk" \
        | IMPORT_TABLE=$(table) awk -F '\t' -f "$here/check-imports.awk" || return 1
    echo "check-imports: $(printf '%s\n' "$files" | wc -l | tr -d ' ') files clean"
}

# --- self-test ------------------------------------------------------------------------------------------------------

scratch=

# A small tree that keeps every rule, with traps for a naive scan in strings and comments.
clean_tree() {
    rm -rf "${scratch:?}/tree"
    mkdir -p "$scratch/tree/Sources/Wire" "$scratch/tree/Sources/Policy" "$scratch/tree/Sources/Upstream"
    cat >"$scratch/tree/Sources/Wire/Clean.swift" <<'SWIFT'
import Synchronization

/// Never `try!`, never `as! Foundation`. import Gateway
/* fatalError( /* nested as! */ still a comment
import Policy
*/
let a = "try! \(["x": "as!"]["x"] ?? "fatalError(") uniqueKeysWithValues" // as!
let b = #"a "quoted" \(try! no interpolation) \#(1 + 1) "#
let c = """
    import Gateway
    @unchecked Sendable "" \("as!")
    """
let d = Int(exactly: 1.5.rounded())
func importer() { let important = a as? String; _ = important }
SWIFT
    cat >"$scratch/tree/Sources/Policy/Clean.swift" <<'SWIFT'
internal import CCrypt
import Crypto
public import FoundationEssentials
public import struct Exchange.Operation
SWIFT
    cat >"$scratch/tree/Sources/Upstream/Clean.swift" <<'SWIFT'
@preconcurrency import NIOCore
// Invariant: touched on its event loop only.
/// A box.
@frozen
public final class Box: @unchecked Sendable {
    /// Invariant: written once, before the first reader starts.
    nonisolated(unsafe) var value = 0
}

private final class Storage: @unchecked Sendable {
    // Invariant: read-only after `init`.
    let bytes = 0
}
SWIFT
}

# expect_failure NAME FOLDER TEXT PATTERN: the clean tree plus one file holding TEXT must fail with a line like PATTERN.
expect_failure() {
    local name=$1 folder=$2 text=$3 pattern=$4 output
    clean_tree
    mkdir -p "$scratch/tree/$folder"
    printf '%b\n' "$text" >"$scratch/tree/$folder/Bad.swift"
    if output=$(check "$scratch/tree" 2>&1); then
        echo "self-test: NOT caught: $name" >&2
        failed=$((failed + 1))
    elif ! grep -qE "$folder/Bad.swift:[0-9]+: .*$pattern" <<<"$output"; then
        printf 'self-test: %s failed for another reason:\n%s\n' "$name" "$output" >&2
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

self_test() {
    local passed=0 failed=0 output
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT

    clean_tree
    if output=$(check "$scratch/tree" 2>&1); then
        passed=$((passed + 1))
    else
        printf 'self-test: the clean tree was refused:\n%s\n' "$output" >&2
        failed=$((failed + 1))
    fi

    expect_failure "upward import" Sources/Wire 'import Gateway' 'Wire may not import Gateway'
    expect_failure "room imports room" Sources/Formats/OpenAIChat 'import AnthropicMessages' 'may not import AnthropicMessages'
    expect_failure "road imports engine" Sources/Gateway 'import SQLiteStorage' 'may not import SQLiteStorage'
    expect_failure "road imports a format" Sources/Gateway 'import OpenAIChat' 'may not import OpenAIChat'
    expect_failure "telemetry imports ours" Sources/Telemetry 'public import Exchange' 'may not import Exchange'
    expect_failure "policy imports storage" Sources/Policy 'import Storage' 'may not import Storage'
    expect_failure "sources import test support" Sources/martlet 'import MartletTesting' 'may not import MartletTesting'
    expect_failure "public import" Sources/Exchange 'public import Policy' 'may not import Policy'
    expect_failure "attribute before import" Sources/Exchange '@_exported import Policy' 'may not import Policy'
    expect_failure "attribute with argument" Sources/Exchange '@_spi(Any) package import Policy' 'may not import Policy'
    expect_failure "kind of declaration" Sources/Exchange 'import struct Policy.KeyDigest' 'may not import Policy'
    expect_failure "submodule" Sources/Exchange 'import Policy.Limits' 'may not import Policy'
    expect_failure "second import of a line" Sources/Exchange 'import Wire; import Policy' 'may not import Policy'
    expect_failure "after a comment" Sources/Exchange '/* why */ import Policy' 'may not import Policy'
    expect_failure "conditional import" Sources/Exchange '#if canImport(Policy)\n    import Policy\n#endif' 'may not import Policy'
    expect_failure "Foundation" Sources/Gateway 'import Foundation' 'Foundation'
    expect_failure "FoundationNetworking" Sources/Upstream 'import FoundationNetworking' 'FoundationNetworking'
    expect_failure "Essentials in a pure target" Sources/Providers 'import FoundationEssentials' 'may not import FoundationEssentials'
    expect_failure "NIO in a pure target" Sources/Wire 'import NIOCore' 'may not import NIOCore'
    expect_failure "folder without a row" Sources/Helpers 'let a = 1' 'belongs to no target'
    expect_failure "try!" Sources/Wire 'let a = try! f()' 'try!'
    expect_failure "as!" Sources/Wire 'let a = b as! Int' 'as!'
    expect_failure "try! in an interpolation" Sources/Wire 'let a = "\\(try! f())"' 'try!'
    expect_failure "fatalError" Sources/Wire 'func f() { fatalError("no") }' 'fatalError'
    expect_failure "uniqueKeysWithValues" Sources/Wire 'let a = Dictionary(uniqueKeysWithValues: b)' 'uniqueKeysWithValues'
    expect_failure "Int of Double" Sources/Wire 'let a = Int(Double(b) * 1.5)' 'Int of a floating'
    expect_failure "Int of rounded" Sources/Wire 'let a = Int64((b * 2).rounded(.up))' 'Int of a floating'
    expect_failure "bare @unchecked Sendable" Sources/Upstream 'final class A: @unchecked Sendable {}' 'invariant'
    expect_failure "documented, no invariant" Sources/Upstream '/// A box.\nfinal class A: @unchecked Sendable {}' 'invariant'
    expect_failure "bare nonisolated(unsafe)" Sources/Upstream 'nonisolated(unsafe) var a = 0' 'invariant'
    expect_failure "comment too far above" Sources/Upstream '// Invariant: none.\n\nnonisolated(unsafe) var a = 0' 'invariant'

    echo "check-imports: self-test: $passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

case "${1:-}" in
    --self-test) self_test ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0" ;;
    -*) echo "usage: scripts/check-imports.sh [--self-test | ROOT]" >&2; exit 2 ;;
    *) check "${1:-$here/..}" ;;
esac
