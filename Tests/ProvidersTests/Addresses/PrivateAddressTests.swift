import Testing

@testable import Providers

@Suite("Private addresses")
struct PrivateAddressTests {
    @Test(
        "addresses of special ranges are local",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.9.9.9",
            "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.0.0.1", "192.0.2.5", "192.88.99.1", "198.18.0.1",
            "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255",
        ]
    )
    func localV4(_ text: String) throws {
        let bytes = try #require(AddressText.v4(text.utf8))
        #expect(PrivateAddress.reach(bytes) == .local)
        #expect(PrivateAddress.isPrivate(bytes))
        #expect(!PrivateAddress.isLinkLocalOrMetadata(bytes))
        #expect(PrivateAddress.permits(bytes, allowPrivate: true))
        #expect(!PrivateAddress.permits(bytes, allowPrivate: false))
    }

    @Test(
        "link-local and metadata addresses are never permitted",
        arguments: [
            "169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        ]
    )
    func forbiddenV4(_ text: String) throws {
        let bytes = try #require(AddressText.v4(text.utf8))
        #expect(PrivateAddress.isPrivate(bytes))
        #expect(PrivateAddress.isLinkLocalOrMetadata(bytes))
        #expect(!PrivateAddress.permits(bytes, allowPrivate: true))
    }

    @Test(
        "neighbours of special ranges are global",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
            "169.253.1.1", "169.255.1.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.1.1", "192.169.1.1",
            "198.17.1.1", "198.20.1.1", "223.255.255.255", "168.63.129.17",
        ]
    )
    func globalV4(_ text: String) throws {
        let bytes = try #require(AddressText.v4(text.utf8))
        #expect(PrivateAddress.reach(bytes) == .global)
        #expect(PrivateAddress.permits(bytes, allowPrivate: false))
    }

    @Test(
        "special IPv6 addresses are local",
        arguments: [
            "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:c0a8:1", "::127.0.0.1", "::8.8.8.8",
            "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:c0a8:101::1",
            "fc00::1",
            "fd00::1", "fdff:ffff::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "2001::1", "2001:10::1",
            "3fff::1",
            "4000::1", "::ffff:0:8.8.8.8",
        ]
    )
    func localV6(_ text: String) throws {
        let bytes = try #require(AddressText.v6(text.utf8))
        #expect(PrivateAddress.reach(bytes) == .local)
    }

    @Test(
        "link-local and metadata IPv6 addresses are forbidden, however they are wrapped",
        arguments: [
            "fe80::1", "febf::1", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1", "64:ff9b:1::169.254.169.254", "::169.254.169.254", "::ffff:0:169.254.169.254",
        ]
    )
    func forbiddenV6(_ text: String) throws {
        let bytes = try #require(AddressText.v6(text.utf8))
        #expect(PrivateAddress.reach(bytes) == .forbidden)
    }

    @Test(
        "ordinary IPv6 addresses are global",
        arguments: [
            "2606:4700::1111", "2001:4860:4860::8888", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ]
    )
    func globalV6(_ text: String) throws {
        let bytes = try #require(AddressText.v6(text.utf8))
        #expect(PrivateAddress.reach(bytes) == .global)
    }

    @Test("bytes of any other length are forbidden", arguments: [0, 1, 3, 5, 8, 15, 17])
    func oddLengths(_ count: Int) {
        #expect(PrivateAddress.reach([UInt8](repeating: 8, count: count)) == .forbidden)
    }
}
