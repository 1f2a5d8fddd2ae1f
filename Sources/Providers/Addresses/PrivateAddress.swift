/// Which part of the internet an address belongs to, as far as a gateway cares.
public enum AddressReach: Sendable, Equatable {
    /// Globally routed unicast: any provider may live there.
    case global
    /// Loopback, private, shared, reserved, multicast, documentation: only with `allow_private`.
    case local
    /// Link-local, or a cloud's metadata service, which hands out credentials: never.
    case forbidden
}

/// Tells private addresses from public ones on their raw bytes, so that text notations cannot disagree.
///
/// Used when a base URL is configured (literal addresses) and again at connect time on what the resolver answered.
/// Ranges are those of the IANA special-purpose address registries (RFC 6890), as of November 2026.
public enum PrivateAddress {
    /// Classifies an address.
    ///
    /// - Parameter bytes: 4 (IPv4) or 16 (IPv6) bytes in network order.
    /// - Returns: `.forbidden` for any other length, since nothing good can be said of it.
    public static func reach(_ bytes: UnsafeRawBufferPointer) -> AddressReach {
        switch bytes.count {
        case 4: self.reachV4(bytes[0], bytes[1], bytes[2], bytes[3])
        case 16: self.reachV6(bytes)
        default: .forbidden
        }
    }

    /// Classifies an address; see the buffer form.
    public static func reach(_ bytes: [UInt8]) -> AddressReach {
        bytes.withUnsafeBytes { self.reach($0) }
    }

    /// Whether an address is anything but globally routed unicast.
    public static func isPrivate(_ bytes: [UInt8]) -> Bool {
        self.reach(bytes) != .global
    }

    /// Whether an address is link-local or a metadata service, refused whatever the settings say.
    public static func isLinkLocalOrMetadata(_ bytes: [UInt8]) -> Bool {
        self.reach(bytes) == .forbidden
    }

    /// Whether a provider may be reached at an address.
    public static func permits(_ bytes: [UInt8], allowPrivate: Bool) -> Bool {
        switch self.reach(bytes) {
        case .global: true
        case .local: allowPrivate
        case .forbidden: false
        }
    }
}

extension PrivateAddress {
    private static func reachV4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> AddressReach {
        switch (a, b, c, d) {
        case (169, 254, _, _): .forbidden  // link-local, and most clouds' metadata
        case (100, 100, 100, 200): .forbidden  // Alibaba Cloud metadata
        case (168, 63, 129, 16): .forbidden  // Azure wire server
        case (192, 0, 0, 192): .forbidden  // Oracle Cloud metadata
        case (0, _, _, _), (10, _, _, _), (127, _, _, _): .local
        case (100, 64...127, _, _): .local  // shared address space, RFC 6598
        case (172, 16...31, _, _), (192, 168, _, _): .local
        case (192, 0, 0, _), (192, 0, 2, _), (192, 88, 99, _): .local
        case (198, 18...19, _, _), (198, 51, 100, _), (203, 0, 113, _): .local
        case (224...255, _, _, _): .local  // multicast, reserved, broadcast
        default: .global
        }
    }

    private static func reachV6(_ bytes: UnsafeRawBufferPointer) -> AddressReach {
        if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 { return .forbidden }
        if self.metadataV6.contains(where: { $0.elementsEqual(bytes) }) { return .forbidden }
        if let (embedded, isTransparent) = self.embeddedV4(bytes) {
            let reach = self.reachV4(embedded[0], embedded[1], embedded[2], embedded[3])
            return reach == .global && !isTransparent ? .local : reach
        }
        // Only 2000::/3 is handed out as global unicast; of it, special blocks come off.
        guard bytes[0] & 0xe0 == 0x20 else { return .local }
        let group = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let next = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        switch (group, next) {
        case (0x2001, 0...0x01ff): return .local  // IETF special purpose, Teredo among it
        case (0x2001, 0x0db8), (0x3fff, 0...0x0fff): return .local  // documentation
        default: return .global
        }
    }

    /// Amazon's and Google's metadata services.
    private static let metadataV6: [[UInt8]] = [
        [0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
        [0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
    ]

    /// The IPv4 address inside an IPv6 one, and whether the form reaches that address and nothing else.
    private static func embeddedV4(_ bytes: UnsafeRawBufferPointer) -> ([UInt8], isTransparent: Bool)? {
        let tail = Array(bytes[12..<16])
        if bytes.starts(with: Self.mappedPrefix) { return (tail, true) }
        if bytes.starts(with: Self.translatedPrefix) { return (tail, true) }  // NAT64, RFC 6052
        if bytes.starts(with: Self.localTranslatedPrefix) { return (tail, false) }  // RFC 8215
        if bytes.starts(with: Self.siitPrefix) { return (tail, false) }
        if bytes[0..<12].allSatisfy({ $0 == 0 }) { return (tail, false) }  // ::, ::1, IPv4-compatible
        if bytes[0] == 0x20, bytes[1] == 0x02 { return (Array(bytes[2..<6]), true) }  // 6to4
        return nil
    }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    private static let siitPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0]
    private static let translatedPrefix: [UInt8] = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
    private static let localTranslatedPrefix: [UInt8] = [0x00, 0x64, 0xff, 0x9b, 0x00, 0x01]
}
