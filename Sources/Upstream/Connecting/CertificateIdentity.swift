import Glibc
import NIOSSL

/// Whom a vendor's certificate has to be for: the host as it is configured, whatever address the connection really goes to.
///
/// swift-nio-ssl (2.37.6, IdentityVerification.swift) takes the socket's own address as good for any name; behind a CONNECT
/// proxy that is the proxy's. Rules: RFC 6125, section 6, and RFC 9525 on addresses; the common name does not count.
struct CertificateIdentity: Sendable, Equatable {
    private enum Expected: Equatable {
        case name([UInt8])
        case address([UInt8])
    }

    private let expected: Expected

    /// The identity of a host: a name, or a literal address without brackets.
    init(host: String) {
        if let address = Self.address(host, AF_INET, count: 4) ?? Self.address(host, AF_INET6, count: 16) {
            self.expected = .address(address)
        } else {
            self.expected = .name(Self.lowercased(host.utf8))
        }
    }

    /// The bytes of a literal address, read as swift-nio-ssl reads it, so that what is not one can be sent as a name.
    private static func address(_ host: String, _ family: CInt, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, host, &bytes) == 1 ? bytes : nil
    }

    /// Whether the host is an address: such hosts have no name to send, and none to look for.
    var isAddress: Bool {
        if case .address = self.expected { return true }
        return false
    }

    /// Whether a certificate that is trusted is also the host's.
    func isProven(by certificate: NIOSSLCertificate) -> Bool {
        certificate._subjectAlternativeNames().contains { name in
            name.contents.withUnsafeBufferPointer { bytes in
                switch (self.expected, name.nameType) {
                case (.name(let host), .dnsName): Self.matches(host, pattern: Self.lowercased(bytes))
                case (.address(let address), .ipAddress): bytes.elementsEqual(address)
                default: false
                }
            }
        }
    }

    /// Whether a certificate's name covers a host; both in lower case.
    ///
    /// A wildcard is the whole leftmost label, stands for one label exactly, and needs two labels after it.
    static func matches(_ host: [UInt8], pattern: [UInt8]) -> Bool {
        guard !host.isEmpty, !pattern.contains(0) else { return false }
        guard pattern.starts(with: "*.".utf8) else { return host == pattern && !pattern.contains(UInt8(ascii: "*")) }
        let parent = pattern.dropFirst()
        guard parent.dropFirst().contains(UInt8(ascii: ".")), !parent.contains(UInt8(ascii: "*")),
            let dot = host.firstIndex(of: UInt8(ascii: ".")), dot > 0
        else { return false }
        return host[dot...].elementsEqual(parent)
    }

    private static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
