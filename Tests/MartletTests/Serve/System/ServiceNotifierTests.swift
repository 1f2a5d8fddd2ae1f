import Glibc
import ServiceLifecycle
import Testing

@testable import martlet

/// What a service manager listens with.
private final class ManagerSocket {
    let descriptor: CInt
    let name: String

    /// A path, or with `@` an abstract name.
    init(_ name: String) throws {
        self.name = name
        self.descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count + (name.hasPrefix("@") ? 0 : 1))
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(self.descriptor, $0, length) }
        }
        try #require(bound == 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(self.descriptor)
        unlink(self.name)
    }

    /// Whether a datagram waits.
    var hasMore: Bool { recv(self.descriptor, nil, 0, CInt(MSG_DONTWAIT) | CInt(MSG_PEEK)) >= 0 }

    func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(self.descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

@Suite("Telling the service manager", .timeLimit(.minutes(5)))
struct ServiceNotifierTests {
    private static func name(_ kind: String) -> String {
        "\(kind)martlet-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    @Test("each state is one datagram, to a path and to an abstract name", arguments: ["/tmp/", "@"])
    func states(_ kind: String) throws {
        let manager = try ManagerSocket(Self.name(kind))
        let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.name]))
        #expect(notifier.ready())
        #expect(manager.next() == "READY=1\nSTATUS=serving")
        #expect(notifier.reloading())
        let reloading = try #require(manager.next())
        let lines = reloading.split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        #expect(lines.count == 3 && lines[1].hasPrefix("MONOTONIC_USEC=") && (Int(lines[1].dropFirst(15)) ?? 0) > 0)
        #expect(notifier.stopping())
        #expect(manager.next()?.hasPrefix("STOPPING=1\n") == true)
        #expect(notifier.alive())
        #expect(manager.next() == "WATCHDOG=1")
        #expect(notifier.watchdogInterval == nil)
    }

    @Test("a manager that is not there, or whose queue is full, holds nobody up")
    func nobody() throws {
        let absent = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": Self.name("/tmp/")]))
        #expect(!absent.ready())
        let manager = try ManagerSocket(Self.name("@"))
        let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.name]))
        var told = 0
        for _ in 0..<10_000 {
            guard notifier.alive() else { break }
            told += 1
        }
        #expect(told < 10_000)
    }

    @Test(
        "names that are none are not listened to",
        arguments: ["", "/", "@", "relative", "/" + String(repeating: "x", count: 108)]
    )
    func names(_ name: String) {
        #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": name]) == nil)
        #expect(ServiceNotifier(environment: [:]) == nil)
    }

    @Test("the watchdog is served when it is this process's")
    func watchdog() {
        func interval(_ environment: [String: String]) -> Duration? {
            let all = environment.merging(["NOTIFY_SOCKET": "/tmp/x"]) { a, _ in a }
            return ServiceNotifier(environment: all, processID: 7)?.watchdogInterval
        }
        #expect(interval(["WATCHDOG_USEC": "3000000"]) == .seconds(3))
        #expect(interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"]) == .seconds(3))
        #expect(interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "x"]) == nil)
    }

    @Test("the watchdog gives signs of life until it is stopped, and none while the data plane does not answer")
    func signs() async throws {
        let manager = try ManagerSocket(Self.name("@"))
        let environment = ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "20000"]
        let notifier = try #require(ServiceNotifier(environment: environment))
        let running = Task { try await Watchdog(notifier: notifier, isAlive: { true }).run() }
        // Nothing is waited for on a thread that the watchdog may need.
        for _ in 0..<2 {
            while !manager.hasMore { await Task.yield() }
            #expect(manager.next() == "WATCHDOG=1")
        }
        running.cancel()
        try await running.value
        while manager.hasMore { _ = manager.next() }
        let hanging = Task { try await Watchdog(notifier: notifier, isAlive: { false }).run() }
        hanging.cancel()
        try await hanging.value
        #expect(!manager.hasMore)
    }
}
