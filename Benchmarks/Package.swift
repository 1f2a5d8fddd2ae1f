// swift-tools-version: 6.2
import PackageDescription

// Micro benchmarks: `swift run -c release --package-path Benchmarks WireBench`, likewise `TranslationBench`, `RoutingBench`.
// The modules that are measured are the same sources, reached through the link `Martlet`: nothing else is fetched or built.
let rooms = ["OpenAIChat", "AnthropicMessages"]

let package = Package(
    name: "martlet-benchmarks",
    targets: [
        .target(name: "CountingMalloc"),
        .target(name: "BenchKit", dependencies: ["CountingMalloc"], linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Wire", path: "Martlet/Wire"),
        .target(name: "Exchange", dependencies: ["Wire"], path: "Martlet/Exchange"),
        .target(
            name: "Policy",
            path: "Martlet/Policy",
            // What routing needs of it; the rest needs cryptography.
            sources: [
                "Routing", "Limits/MonotonicInstant.swift", "Randomness.swift", "SaturatingSum.swift",
                "Budgets/TimeZone/CivilDay.swift",
            ]
        ),
        .executableTarget(name: "WireBench", dependencies: ["BenchKit", "Wire"]),
        .executableTarget(name: "RoutingBench", dependencies: ["BenchKit", "Policy"]),
        .executableTarget(
            name: "TranslationBench",
            dependencies: ["BenchKit", "Exchange", "Wire"] + rooms.map { .target(name: $0) }
        ),
    ]
        + rooms.map { .target(name: $0, dependencies: ["Exchange", "Wire"], path: "Martlet/Formats/\($0)") }
)

for target in package.targets where target.name != "CountingMalloc" {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
