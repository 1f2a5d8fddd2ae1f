import Glibc

/// Tells the service manager how the process stands: one datagram each to the socket that `NOTIFY_SOCKET` names.
///
/// Source: sd_notify(3), systemd 252: states are lines `NAME=value`; a name that begins with `@` is an abstract socket.
struct ServiceNotifier: Sendable {
    private let address: String
    /// How often the manager wants a sign of life; `nil` when it wants none.
    let watchdogInterval: Duration?

    /// `nil` when nobody wants to be told.
    init?(environment: [String: String], processID: Int32 = getpid()) {
        guard let address = environment["NOTIFY_SOCKET"], address.hasPrefix("/") || address.hasPrefix("@"),
            (2...Self.longestAddress).contains(address.utf8.count)
        else { return nil }
        self.address = address
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(processID) } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        self.watchdogInterval = isOurs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// The process serves.
    @discardableResult
    func ready() -> Bool { self.tell("READY=1\nSTATUS=serving") }

    /// The process reads its configuration anew, and says `ready` when it has.
    @discardableResult
    func reloading() -> Bool {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        return self.tell("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=reading its configuration anew")
    }

    /// The process ends when nothing is in flight any more.
    @discardableResult
    func stopping() -> Bool { self.tell("STOPPING=1\nSTATUS=ending what is in flight") }

    /// The process lives.
    @discardableResult
    func alive() -> Bool { self.tell("WATCHDOG=1") }

    private static let longestAddress = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Sends one datagram, without waiting: a manager that does not read must not stop the process.
    private func tell(_ state: String) -> Bool {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var name = Array(self.address.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: name) }
        // An abstract name ends with its last byte, a path with a zero.
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + name.count + (name.first == 0 ? 0 : 1) }
        guard let length else { return false }
        let bytes = Array(state.utf8)
        let sent = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(
                    descriptor,
                    bytes,
                    bytes.count,
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT),
                    address,
                    socklen_t(length)
                )
            }
        }
        return sent == bytes.count
    }
}
