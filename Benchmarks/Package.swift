// swift-tools-version: 6.2
import PackageDescription

// Micro benchmarks of `Wire`: `swift run -c release --package-path Benchmarks WireBench`.
let package = Package(
    name: "martlet-benchmarks",
    dependencies: [.package(name: "martlet", path: "../")],
    targets: [
        .target(name: "CountingMalloc"),
        .executableTarget(
            name: "WireBench",
            dependencies: ["CountingMalloc", .product(name: "Wire", package: "martlet")],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
    ]
)
