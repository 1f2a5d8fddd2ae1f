// swift-tools-version: 6.2
import PackageDescription

/// Names of this project's targets, external products, and the table of who may import whom
/// (docs/architecture.md; checked by scripts/check-imports.sh).
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martlet-oracle", targets: ["martlet-oracle"]),
        .executable(name: "martlet-simulate", targets: ["martlet-simulate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "Wire"),
        .target(name: "Telemetry"),
        .target(name: "Exchange", dependencies: ["Wire"]),
        .target(name: "OpenAIChat", dependencies: ["Exchange", "Wire"], path: "Sources/Formats/OpenAIChat"),
        .target(name: "OpenAIResponses", dependencies: ["Exchange", "Wire"], path: "Sources/Formats/OpenAIResponses"),
        .target(
            name: "AnthropicMessages",
            dependencies: ["Exchange", "Wire"],
            path: "Sources/Formats/AnthropicMessages"
        ),
        .target(name: "GeminiContent", dependencies: ["Exchange", "Wire"], path: "Sources/Formats/GeminiContent"),
        .target(name: "BedrockConverse", dependencies: ["Exchange", "Wire"], path: "Sources/Formats/BedrockConverse"),
        .target(name: "Catalogue", dependencies: ["Exchange", "Wire"]),
        .target(name: "Providers", dependencies: ["Exchange", "Wire", crypto, cryptoExtras]),
        .target(name: "Storage", dependencies: ["Exchange"]),
        .systemLibrary(
            name: "CSQLiteMemory",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .target(name: "SQLiteStorage", dependencies: ["Storage", "Exchange", "CSQLiteMemory", grdb, sqlite]),
        .systemLibrary(
            name: "CCrypt",
            pkgConfig: "libcrypt",
            providers: [.apt(["libcrypt-dev"])]
        ),
        .target(name: "Policy", dependencies: ["Exchange", "Catalogue", "CCrypt", crypto]),
        .systemLibrary(name: "CChecksum"),
        .target(
            name: "Ledger",
            dependencies: ["Policy", "Storage", "Exchange", "Telemetry", "CChecksum", lifecycle, logging]
        ),
        .target(
            name: "Upstream",
            dependencies: ["Providers", "Policy", "Exchange", "Wire", "Telemetry", nioCore, nioPosix, nioSSL, logging]
        ),
        .target(
            name: "AdminAPI",
            dependencies: [
                "Policy", "Ledger", "Storage", "Catalogue", "Providers", "Exchange", "Wire", "Telemetry",
                hummingbird, httpTypes, lifecycle, logging, nioCore, crypto, cryptoExtras,
            ]
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "Upstream", "Ledger", "Policy", "Providers", "Storage", "Catalogue", "Exchange", "Wire", "Telemetry",
                nioCore, nioPosix, nioSSL, lifecycle, logging,
            ]
        ),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Gateway", "AdminAPI", "Upstream", "Ledger", "SQLiteStorage", "Storage", "Policy", "Providers",
                "Catalogue",
                "OpenAIChat", "OpenAIResponses", "AnthropicMessages", "GeminiContent", "BedrockConverse", "Exchange",
                "Wire",
                "Telemetry", argumentParser, yams, lifecycle, unixSignals, logging, nioCore, nioPosix, crypto,
            ]
        ),
        .target(
            name: "MartletTesting",
            dependencies: ["Exchange", "Wire", "Storage", "Ledger", nioCore, nioPosix]
        ),
        .executableTarget(
            name: "martlet-oracle",
            dependencies: ["MartletTesting", argumentParser, nioCore, nioPosix],
            path: "Sources/oracle"
        ),
        .executableTarget(
            name: "martlet-simulate",
            dependencies: [
                "Ledger", "Policy", "Catalogue", "Storage", "SQLiteStorage", "Exchange", "Telemetry", "MartletTesting",
                argumentParser,
            ],
            path: "Sources/simulate"
        ),

        .testTarget(name: "WireTests", dependencies: ["Wire", nioCore, nioHTTP1, nioEmbedded]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange", "Wire"]),
        .testTarget(
            name: "FormatsTests",
            dependencies: ["OpenAIChat", "OpenAIResponses", "AnthropicMessages", "Exchange", "Wire", "MartletTesting"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "TranslationTests",
            dependencies: [
                "OpenAIChat", "OpenAIResponses", "AnthropicMessages", "GeminiContent", "BedrockConverse",
                "Catalogue", "Exchange", "Wire", "MartletTesting",
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(name: "CatalogueTests", dependencies: ["Catalogue", "Exchange", "Wire"]),
        .testTarget(
            name: "ProvidersTests",
            dependencies: ["Providers", "Exchange", "Wire", crypto, cryptoExtras]
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "SQLiteStorage", "Exchange", "MartletTesting", grdb]
        ),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "Policy", "Storage", "SQLiteStorage", "Catalogue", "Exchange", "Telemetry", "MartletTesting",
                logging,
            ]
        ),
        .testTarget(name: "PolicyTests", dependencies: ["Policy", "Exchange", "Catalogue", crypto]),
        .testTarget(
            name: "UpstreamTests",
            dependencies: [
                "Upstream", "Providers", "Policy", "Exchange", "Wire", "MartletTesting", nioCore, nioPosix, nioEmbedded,
                nioSSL,
            ]
        ),
        .testTarget(
            name: "AdminAPITests",
            dependencies: [
                "AdminAPI", "Storage", "SQLiteStorage", "Catalogue", "Policy", "Exchange", "Telemetry", "Providers",
                "Upstream", "Wire", hummingbird, httpTypes, nioCore, crypto, cryptoExtras,
            ]
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Upstream", "Ledger", "Policy", "Providers", "Storage", "SQLiteStorage", "Exchange", "Wire",
                "Telemetry",
                "OpenAIChat", "OpenAIResponses", "AnthropicMessages", "GeminiContent", "BedrockConverse", "Catalogue",
                "MartletTesting", nioCore, nioPosix, nioEmbedded, nioSSL, logging,
            ]
        ),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "martlet", "AdminAPI", "Catalogue", "Ledger", "Upstream", "Providers", "SQLiteStorage", "Storage",
                "Exchange",
                "Wire", "Policy", "Telemetry", "MartletTesting", argumentParser, logging, nioCore,
            ]
        ),
        .testTarget(name: "MartletTestingTests", dependencies: ["MartletTesting", "Wire", nioCore, nioPosix]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
