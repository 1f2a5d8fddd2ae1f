import Foundation
import NIOCore
import NIOSSL

/// A self-signed certificate for `localhost`, made by the `openssl` program; its files go away with it.
final class TestCertificate: Sendable {
    static let openSSL = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    let folder: TestFolder
    var path: String { self.folder.path("crt") }

    init() throws {
        self.folder = try TestFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.openSSL ?? "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=martlet", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", self.folder.path("key"), "-out", self.folder.path("crt"),
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    /// Puts TLS with this certificate in front of a server's channel.
    func server() throws -> @Sendable (any Channel) throws -> Void {
        let chain = try NIOSSLCertificate.fromPEMFile(self.path).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: self.folder.path("key"), format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        )
        return { channel in
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
    }
}

/// A folder that goes away with its last user.
final class TestFolder: Sendable {
    private let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: self.url)
    }

    func path(_ name: String) -> String { self.url.appending(path: name).path(percentEncoded: false) }

    /// Writes a file and returns its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: self.url.appending(path: name))
        return self.path(name)
    }
}
