import Glibc
import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The listener's certificate, read again when its files change, so that a renewal needs no restart.
///
/// Handshakes already done keep the certificate they were made with; a pair that cannot be read leaves the old one in use.
final class TLSServerFiles: Sendable {
    private struct State {
        var context: NIOSSLContext
        var stamp: Stamp
        var checkedAt: ContinuousClock.Instant
    }

    private struct Stamp: Equatable {
        var certificate: FileStamp
        var key: FileStamp
    }

    private struct FileStamp: Equatable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private static let interval = Duration.seconds(5)

    private let files: GatewayOptions.TLSFiles
    private let log: Logger
    private let state: Mutex<State>

    init(_ files: GatewayOptions.TLSFiles, log: Logger) throws {
        self.files = files
        self.log = log
        let stamp = Self.stamp(files)
        self.state = Mutex(State(context: try Self.makeContext(files), stamp: stamp, checkedAt: .now))
    }

    /// The context for a new connection. At most every five seconds it has a worker thread look at the files; the loop never
    /// waits for a disk.
    var context: NIOSSLContext {
        let (context, isDue) = self.state.withLock { state in
            let now = ContinuousClock.now
            let isDue = now - state.checkedAt > Self.interval
            if isDue { state.checkedAt = now }
            return (state.context, isDue)
        }
        if isDue { NIOThreadPool.singleton.submit { _ in self.refresh() } }
        return context
    }

    /// Reads the pair again if a file changed; one that cannot be used is logged and tried again at the next look.
    private func refresh() {
        let stamp = Self.stamp(self.files)
        guard self.state.withLock({ $0.stamp != stamp }) else { return }
        do {
            let context = try Self.makeContext(self.files)
            self.state.withLock { state in
                state.context = context
                state.stamp = stamp
            }
            self.log.info("the listener's certificate was read again")
        } catch {
            self.log.warning(
                "the changed certificate cannot be used; the old one stays",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private static func makeContext(_ files: GatewayOptions.TLSFiles) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificatePath).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    private static func stamp(_ files: GatewayOptions.TLSFiles) -> Stamp {
        Stamp(certificate: Self.stamp(files.certificatePath), key: Self.stamp(files.keyPath))
    }

    private static func stamp(_ path: String) -> FileStamp {
        var info = stat()
        guard stat(path, &info) == 0 else { return FileStamp(inode: 0, size: 0, seconds: 0, nanoseconds: 0) }
        return FileStamp(
            inode: UInt64(info.st_ino),
            size: Int64(info.st_size),
            seconds: info.st_mtim.tv_sec,
            nanoseconds: info.st_mtim.tv_nsec
        )
    }
}
