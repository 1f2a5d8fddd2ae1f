// swift-tools-version: 6.2
import PackageDescription

// libFuzzer targets, a package of their own: they are built whole with -sanitize=fuzzer,address (scripts/fuzz.sh).
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "martlet", path: "../")],
    targets: ["FuzzJSON", "FuzzHTTP1", "FuzzSSE"].map { name in
        .executableTarget(name: name, dependencies: [.product(name: "Wire", package: "martlet")])
    }
)
