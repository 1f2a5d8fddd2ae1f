import Glibc
import NIOCore
import NIOPosix

/// Resolves names and keeps only the addresses a provider may be connected to, so that the check holds for the address that
/// is really used, whatever the name resolved to earlier (DNS rebinding).
final class CheckedResolver: Resolver, Sendable {
    private let loop: any EventLoop
    private let addresses: AddressRule
    private let resolveAll: @Sendable (String, Int, CInt) throws -> [ResolvedAddress]

    init(
        loop: any EventLoop,
        addresses: AddressRule,
        resolveAll: @escaping @Sendable (String, Int, CInt) throws -> [ResolvedAddress] = CheckedResolver.systemLookup
    ) {
        self.loop = loop
        self.addresses = addresses
        self.resolveAll = resolveAll
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        self.query(host, port, AF_INET)
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        self.query(host, port, AF_INET6)
    }

    /// Queries cannot be cancelled: `getaddrinfo` has no way to. The connect deadline bounds the wait.
    func cancelQueries() {}

    private func query(_ host: String, _ port: Int, _ family: CInt) -> EventLoopFuture<[SocketAddress]> {
        let addresses = self.addresses
        let resolveAll = self.resolveAll
        return NIOThreadPool.singleton.runIfActive(eventLoop: self.loop) {
            let found = try resolveAll(host, port, family)
            let allowed = found.filter { addresses.permits($0.bytes) }
            guard found.isEmpty || !allowed.isEmpty else {
                throw UpstreamError(.addressRefused, "the host resolves to an address that is not allowed")
            }
            return allowed.map(\.socket)
        }
    }

    /// Asks the system resolver; blocks.
    static func systemLookup(host: String, port: Int, family: CInt) throws -> [ResolvedAddress] {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_protocol = CInt(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            // No address of this family is an empty answer, not a failure: the other family may have one.
            if Self.noSuchAddress.contains(code) { return [] }
            throw UpstreamError(.connectFailed, "name lookup failed with \(code)")
        }
        var addresses: [ResolvedAddress] = []
        var next = list
        while let entry = next?.pointee, addresses.count < 32 {
            if let raw = entry.ai_addr, let address = ResolvedAddress(raw, family: entry.ai_family) {
                addresses.append(address)
            }
            next = entry.ai_next
        }
        return addresses
    }

    /// EAI_NONAME, EAI_NODATA and EAI_ADDRFAMILY of netdb.h.
    private static let noSuchAddress: Set<CInt> = [-2, -5, -9]
}

/// An address as the resolver gave it: its raw bytes to judge it by, and the form to connect with.
struct ResolvedAddress: Sendable {
    let bytes: [UInt8]
    let socket: SocketAddress

    /// Reads an IPv4 or IPv6 address; `nil` for any other family.
    init?(_ raw: UnsafeMutablePointer<sockaddr>, family: CInt) {
        switch family {
        case AF_INET:
            // struct sockaddr_in (ip(7)): family and port take 4 bytes, then come the 4 of the address.
            self.bytes = Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(raw) + 4, count: 4))
            self.socket = SocketAddress(UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in.self))
        case AF_INET6:
            // struct sockaddr_in6 (ipv6(7)): family, port and flow take 8 bytes, then come the 16 of the address.
            self.bytes = Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(raw) + 8, count: 16))
            self.socket = SocketAddress(UnsafeRawPointer(raw).loadUnaligned(as: sockaddr_in6.self))
        default:
            return nil
        }
    }

    /// An address made by hand, for tests.
    init(bytes: [UInt8], socket: SocketAddress) {
        self.bytes = bytes
        self.socket = socket
    }
}
