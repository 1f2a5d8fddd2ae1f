import Glibc
import Providers

/// Tells whether a provider's address is Martlet itself: its requests would come back in at the front, and go round until
/// a limit ends them.
///
/// Names that only a resolver knows are not looked up: what they lead to may change at any time.
struct OwnListeners: Sendable {
    /// What this machine is known by.
    struct Machine: Sendable {
        /// Host names, lower case.
        var names: Set<String> = ["localhost"]
        /// Raw addresses of its interfaces.
        var addresses: Set<[UInt8]> = []
    }

    private struct Listener {
        var what: String
        var host: String
        var port: Int
    }

    private let listeners: [Listener]
    private let machine: Machine

    /// The listeners that the settings speak of; one on any free port is not known.
    init(_ settings: Settings, machine: Machine = .current()) {
        self.listeners = [
            Listener(what: "the data plane's own listener", host: settings.listen.host, port: settings.listen.port),
            Listener(what: "the admin listener", host: settings.admin.host, port: settings.admin.port),
        ].filter { $0.port != 0 }
        self.machine = machine
    }

    /// What listens where a provider is said to be; `nil` when it is not Martlet, as far as can be told.
    func finding(_ route: UpstreamRoute) -> String? {
        self.listeners.first { $0.port == route.port && self.isReached($0, by: route) }?.what
    }

    private func isReached(_ listener: Listener, by route: UpstreamRoute) -> Bool {
        let bound = try? BaseURL(
            parsing: "http://\(listener.host.contains(":") ? "[\(listener.host)]" : listener.host)"
        )
        let isEverywhere = bound?.address.map { $0.allSatisfy { $0 == 0 } } ?? false
        let isLoopback = listener.host.lowercased() == "localhost" || bound?.address.map(Self.isLoopback) ?? false
        guard let address = route.address.map(Self.unmapped) else {
            let host = route.host.hasSuffix(".") ? String(route.host.dropLast()) : route.host
            if host == listener.host.lowercased() { return true }
            if host == "localhost" || host.hasSuffix(".localhost") { return isEverywhere || isLoopback }
            return self.machine.names.contains(host) && !isLoopback
        }
        // An address of zeros connects to this machine, by its loopback.
        if Self.isLoopback(address) || address.allSatisfy({ $0 == 0 }) { return isEverywhere || isLoopback }
        if bound?.address.map(Self.unmapped) == address { return true }
        return isEverywhere && self.machine.addresses.contains(address)
    }

    private static func isLoopback(_ address: [UInt8]) -> Bool {
        let address = self.unmapped(address)
        if address.count == 4 { return address.first == 127 }
        return address.count == 16 && address.last == 1 && address.dropLast().allSatisfy { $0 == 0 }
    }

    /// An IPv4 address that is written as an IPv6 one, as what it is.
    private static func unmapped(_ address: [UInt8]) -> [UInt8] {
        let prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        guard address.count == 16, address.starts(with: prefix) else { return address }
        return Array(address.suffix(4))
    }
}

extension OwnListeners.Machine {
    /// This machine, as it is now.
    static func current() -> OwnListeners.Machine {
        var machine = OwnListeners.Machine()
        var name = [CChar](repeating: 0, count: 256)
        if gethostname(&name, name.count - 1) == 0 {
            let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            machine.names.insert(String(decoding: bytes, as: UTF8.self).lowercased())
        }
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return machine }
        defer { freeifaddrs(first) }
        var next = first
        while let entry = next?.pointee {
            if let address = entry.ifa_addr { machine.addresses.formUnion(Self.bytes(of: address).map { [$0] } ?? []) }
            next = entry.ifa_next
        }
        return machine
    }

    private static func bytes(of address: UnsafeMutablePointer<sockaddr>) -> [UInt8]? {
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
            }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
            }
        default: nil
        }
    }
}
