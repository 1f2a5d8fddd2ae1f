/// An IP address. One of version 4 that is written as one of version 6 is what it is.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 128 bits; version 4 under `::ffff:0:0/96`.
    let bits: UInt128

    private static let mapped = UInt128(0xFFFF) << 32
    var isVersion4: Bool { self.bits >> 32 == 0xFFFF }

    /// Reads an address; `nil` for anything else. Numbers are decimal without leading zeros, or hexadecimal of up to four
    /// digits.
    ///
    /// - Parameter text: `192.0.2.1` or `2001:db8::1`, in brackets or not, without a zone and without a port.
    public init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        guard bytes.count <= 64 else { return nil }
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            bytes = Array(bytes.dropFirst().dropLast())
        }
        if let version4 = Self.version4(bytes[...]) {
            self.bits = Self.mapped | UInt128(version4)
        } else if let version6 = Self.version6(bytes) {
            self.bits = version6
        } else {
            return nil
        }
    }

    init(bits: UInt128) {
        self.bits = bits
    }

    /// As it is read; version 6 in full.
    public var description: String {
        if self.isVersion4 {
            return (0..<4).map { String(UInt8(truncatingIfNeeded: self.bits >> UInt128(24 - 8 * $0))) }.joined(
                separator: "."
            )
        }
        return (0..<8).map { String(UInt16(truncatingIfNeeded: self.bits >> UInt128(112 - 16 * $0)), radix: 16) }
            .joined(separator: ":")
    }

    private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
                part.count == 1 || part.first != UInt8(ascii: "0"),
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    private static func version6(_ bytes: [UInt8]) -> UInt128? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let gap = text.firstRange(of: "::") else {
            let groups = self.groups(text)
            return groups.flatMap { $0.count == 8 ? self.joined($0) : nil }
        }
        let (before, after) = (text[..<gap.lowerBound], text[gap.upperBound...])
        guard !after.contains("::"), let head = before.isEmpty ? [] : self.groups(String(before)),
            let tail = after.isEmpty ? [] : self.groups(String(after)), head.count + tail.count <= 7
        else { return nil }
        return self.joined(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func joined(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

    /// Groups of four hexadecimal digits, the last two perhaps as an address of version 4.
    private static func groups(_ text: String) -> [UInt16]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let version4 = self.version4(Array(part.utf8)[...]) {
                groups += [UInt16(version4 >> 16), UInt16(truncatingIfNeeded: version4)]
                continue
            }
            let isHexadecimal = part.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
            }
            guard (1...4).contains(part.utf8.count), isHexadecimal, let group = UInt16(part, radix: 16) else {
                return nil
            }
            groups.append(group)
        }
        return groups
    }
}

/// A network in the notation of RFC 4632: an address and how many of its first bits count.
public struct NetworkRange: Sendable, Hashable, CustomStringConvertible {
    private let base: UInt128
    private let mask: UInt128
    private let text: String

    /// Reads a network; `nil` for anything else.
    ///
    /// - Parameter text: `10.0.0.0/8`, `2001:db8::/32`, or a single address. Bits behind the prefix are 0.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = NetworkAddress(first) else { return nil }
        let width = address.isVersion4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let given = Int(parts[1]), given <= width
            else { return nil }
            length = given
        }
        let host = width - length
        self.mask = host == 128 ? 0 : UInt128.max << UInt128(host)
        guard address.bits & ~self.mask == 0 else { return nil }
        self.base = address.bits
        self.text = String(text)
    }

    /// Whether an address lies in it.
    public func contains(_ address: NetworkAddress) -> Bool { address.bits & self.mask == self.base }

    /// As it was read.
    public var description: String { self.text }

    /// Reads networks by commas.
    ///
    /// - Parameter text: `10.0.0.0/8, 2001:db8::/32`; spaces around are passed over.
    /// - Returns: `nil` when one is none.
    public static func list(_ text: String) -> [NetworkRange]? {
        var ranges: [NetworkRange] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            guard let range = NetworkRange(String(trimmed)) else { return nil }
            ranges.append(range)
        }
        return ranges
    }
}

/// Finds who really asks, behind proxies of one's own.
public struct ForwardingRule: Sendable, Equatable {
    private static let maximumHops = 32
    private let trusted: [NetworkRange]

    /// Trusts no other proxies than these; with none the peer is who asks.
    public init(trusted: [NetworkRange] = []) {
        self.trusted = trusted
    }

    /// Whether any proxy is trusted.
    public var trustsAny: Bool { !self.trusted.isEmpty }

    /// Who asks: the rightmost hop that is not a trusted proxy. What stands further left could be anybody's invention.
    ///
    /// - Parameters:
    ///   - peer: Who connected.
    ///   - forwarded: Every value of `x-forwarded-for`, in order.
    /// - Returns: The peer itself unless it is trusted; behind a hop that is no address, the last that is one.
    public func origin(peer: NetworkAddress, forwarded: [String]) -> NetworkAddress {
        guard self.isTrusted(peer) else { return peer }
        var origin = peer
        let hops = forwarded.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.suffix(Self.maximumHops).reversed() {
            let trimmed = hop.filter { $0 != " " && $0 != "\t" }
            guard let address = NetworkAddress(trimmed) else { return origin }
            origin = address
            guard self.isTrusted(address) else { return origin }
        }
        return origin
    }

    private func isTrusted(_ address: NetworkAddress) -> Bool { self.trusted.contains { $0.contains(address) } }
}
