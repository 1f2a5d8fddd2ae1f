import Foundation
import NIOCore
import NIOSSL

/// A self-signed certificate for this machine, made by the `openssl` program.
struct Certificate {
    let certificatePath: String
    let keyPath: String
    /// Keeps the files.
    var folder: LiveFolder?

    static let openSSL = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Makes a pair for these names and addresses, as openssl spells them.
    static func make(
        _ name: String,
        in folder: LiveFolder,
        for identities: String = "DNS:localhost,DNS:vendor.test"
    ) throws -> Certificate {
        guard let openSSL = Self.openSSL else { throw LiveFailure(description: "openssl is not installed") }
        let pair = Certificate(
            certificatePath: folder.file("\(name).crt"),
            keyPath: folder.file("\(name).key"),
            folder: folder
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openSSL)
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=martlet-\(name)", "-addext", "subjectAltName=\(identities)",
            "-keyout", pair.keyPath, "-out", pair.certificatePath,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LiveFailure(description: "openssl ended with \(process.terminationStatus)")
        }
        return pair
    }

    /// Puts this pair in another's place, each file at once.
    func replace(_ other: Certificate) throws {
        for (from, to) in [(self.certificatePath, other.certificatePath), (self.keyPath, other.keyPath)] {
            guard rename(from, to) == 0 else { throw LiveFailure(description: "rename: errno \(errno)") }
        }
    }

    /// For `RawClient`: TLS that trusts this certificate alone.
    func client(maximum: TLSVersion? = nil) throws -> @Sendable (any Channel) throws -> Void {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(self.certificatePath))
        if let maximum {
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = maximum
        }
        let context = try NIOSSLContext(configuration: configuration)
        return { channel in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    /// For `OracleUpstream`: TLS with this certificate.
    func server() throws -> @Sendable (any Channel) throws -> Void {
        let chain = try NIOSSLCertificate.fromPEMFile(self.certificatePath).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: self.keyPath, format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        )
        return { channel in
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
    }
}
