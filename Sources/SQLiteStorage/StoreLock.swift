import Glibc
public import Storage
import Synchronization

/// The right to use a store's file, held by at most one process: an advisory lock on `<path>.lock`.
///
/// The kernel drops it when the process ends, however it ends, so a stale lock file never blocks a start.
public final class StoreLock: Sendable {
    /// The lock file's path.
    public let path: String

    /// The open descriptor; `nil` once released.
    private let descriptor: Mutex<Int32?>

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit { self.release() }

    /// Takes the lock without waiting.
    ///
    /// - Parameter path: The store's path; the lock file lies beside it with mode 0600.
    /// - Returns: The lock, held until `release()` or until it is let go.
    /// - Throws: `.unusable` when another holder has it or the lock file cannot be made.
    public static func acquire(path: String) throws(StorageError) -> StoreLock {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreFile.refusal(lockPath, "cannot be opened: \(StoreFile.reason(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            let holder = Self.holder(descriptor)
            Glibc.close(descriptor)
            guard failure == EWOULDBLOCK else {
                throw StoreFile.refusal(lockPath, "cannot be locked: \(StoreFile.reason(failure))")
            }
            throw StoreFile.refusal(path, "is in use by another process\(holder); stop it or use its admin API")
        }
        Self.writeHolder(descriptor)
        return StoreLock(path: lockPath, descriptor: descriptor)
    }

    /// Gives the lock back. Harmless when repeated.
    public func release() {
        let descriptor = self.descriptor.withLock { held in
            defer { held = nil }
            return held
        }
        guard let descriptor else { return }
        Glibc.close(descriptor)
    }

    /// Notes this process in the file, for the message that others get. Only information: failing is harmless.
    private static func writeHolder(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The process noted in the file as ` (process 12)`, or nothing.
    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(count, 0)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}
