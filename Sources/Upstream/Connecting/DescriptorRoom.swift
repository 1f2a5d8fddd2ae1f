import Glibc

/// How many of the process's file descriptors may still be used, and for what.
///
/// The kernel hands out the lowest free number, so that number tells how far they are used up, whoever uses them: nothing is
/// counted here, and nothing can be miscounted.
public struct DescriptorRoom: Sendable {
    /// Who wants one. Each leaves some to those after it; the last eighth is for the admin listener, files, and the runtime,
    /// which ends the process when it cannot have one.
    public enum Use: Sendable {
        /// An accepted connection.
        case client
        /// A connection to a vendor, for a client that is in already.
        case vendor
    }

    /// The process's own descriptors, limited by what `RLIMIT_NOFILE` is at the first use.
    public static let process = DescriptorRoom(limit: Self.systemLimit, lowestFree: Self.systemLowestFree)

    /// Descriptors that the process may have open.
    public let limit: Int
    private let lowestFree: @Sendable () -> Int

    /// Room within a limit.
    ///
    /// - Parameters:
    ///   - limit: Descriptors that may be open.
    ///   - lowestFree: The number that the next one would get.
    public init(limit: Int, lowestFree: @escaping @Sendable () -> Int) {
        self.limit = limit
        self.lowestFree = lowestFree
    }

    /// Whether one more may be opened.
    ///
    /// - Complexity: Two system calls: for a connection, not for a request.
    public func hasRoom(for use: Use) -> Bool {
        let reserve = use == .client ? self.limit / 4 : self.limit / 8
        return self.lowestFree() < self.limit - reserve
    }

    private static var systemLimit: Int {
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return 1024 }
        return Int(clamping: files.rlim_cur)
    }

    private static let systemLowestFree: @Sendable () -> Int = {
        let copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
        // Not to be had: all are in use. Any other failure means that nothing is known; then nothing is refused.
        guard copy >= 0 else { return errno == EMFILE ? .max : 0 }
        close(copy)
        return Int(copy)
    }
}
