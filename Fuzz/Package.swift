// swift-tools-version: 6.2
import PackageDescription

// libFuzzer targets, a package of their own: they are built whole with -sanitize=fuzzer,address (scripts/fuzz.sh).
// The modules under test are the same sources, reached through the link `Martlet`: what the fuzzers do not need (NIO,
// BoringSSL, SQLite) is neither fetched nor built for them.
let rooms = ["OpenAIChat", "OpenAIResponses", "AnthropicMessages", "GeminiContent", "BedrockConverse"]

let package = Package(
    name: "Fuzz",
    targets: [
        .target(name: "Wire", path: "Martlet/Wire"),
        .target(name: "Exchange", dependencies: ["Wire"], path: "Martlet/Exchange"),
        .target(name: "FuzzKit", dependencies: ["Exchange", "Wire"]),
        .target(
            name: "FuzzRooms",
            dependencies: ["FuzzKit", "Exchange", "Wire"] + rooms.map { .target(name: $0) }
        ),
    ]
        + rooms.map { .target(name: $0, dependencies: ["Exchange", "Wire"], path: "Martlet/Formats/\($0)") }
        + ["FuzzJSON", "FuzzHTTP1", "FuzzSSE", "FuzzGzip"].map { name in
            .executableTarget(name: name, dependencies: ["Wire"])
        }
        + [
            .executableTarget(
                name: "FuzzSide",
                dependencies: ["Exchange", "Wire", "FuzzKit", "FuzzRooms"] + rooms.map { .target(name: $0) }
            )
        ]
        + [.executableTarget(name: "FuzzEnvelope", dependencies: ["Exchange", "Wire", "FuzzKit"])]
        + ["FuzzRequest", "FuzzAnswer", "FuzzStream", "FuzzAWSFrames"].map { name in
            .executableTarget(name: name, dependencies: ["Exchange", "Wire", "FuzzKit", "FuzzRooms"])
        }
)

for target in package.targets {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
