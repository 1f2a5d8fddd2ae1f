import Testing

@testable import Policy

@Suite("network addresses")
struct NetworkAddressTests {
    @Test(
        "addresses are read in every way that they are written",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:c000:201", "192.0.2.1"), ("::", "0:0:0:0:0:0:0:0"), ("::1", "0:0:0:0:0:0:0:1"),
            ("[2001:db8::1]", "2001:db8:0:0:0:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1::", "1:0:0:0:0:0:0:0"), ("64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"),
        ]
    )
    func right(text: String, expected: String) {
        #expect(NetworkAddress(text)?.description == expected)
    }

    @Test(
        "what is nearly an address is none",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1.2.3.4:80", "0x1.2.3.4", ":", ":::",
            "1::2::3",
            "12345::", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1%eth0", "[::1", "localhost",
            "1:2:3:4:5:6:7::8:9", "٣.1.1.1",
        ]
    )
    func wrong(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test("a network holds its own addresses and no others")
    func ranges() throws {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"), ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"), ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::a01:101"), ("::/0", "::1", nil), ("::1/128", "::1", "::2"),
        ] as [(String, String, String?)] {
            let range = try #require(NetworkRange(range))
            #expect(range.contains(try #require(NetworkAddress(inside))), "\(range) \(inside)")
            if let outside { #expect(!range.contains(try #require(NetworkAddress(outside))), "\(range) \(outside)") }
        }
        for text in [
            "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "/8", "10.0.0.0/-1", "10.0.0.0/+8",
        ] {
            #expect(NetworkRange(text) == nil, "\(text)")
        }
        #expect(NetworkRange.list("10.0.0.0/8, ::1")?.map(\.description) == ["10.0.0.0/8", "::1"])
        #expect(NetworkRange.list("10.0.0.0/8,") == nil && NetworkRange.list("") == nil)
    }

    @Test("RELIABILITY N020: who asks is the peer unless it is trusted, then the rightmost hop that is not")
    func forwarding() throws {
        let peer = try #require(NetworkAddress("10.0.0.1"))
        let stranger = try #require(NetworkAddress("203.0.113.5"))
        let rule = ForwardingRule(trusted: try #require(NetworkRange.list("10.0.0.0/8,2001:db8::/32")))
        func origin(_ peer: NetworkAddress, _ forwarded: String...) -> String {
            rule.origin(peer: peer, forwarded: forwarded).description
        }
        #expect(ForwardingRule().origin(peer: peer, forwarded: ["1.1.1.1"]) == peer)
        #expect(origin(stranger, "1.1.1.1") == "203.0.113.5")
        #expect(origin(peer) == "10.0.0.1")
        #expect(origin(peer, "1.1.1.1") == "1.1.1.1")
        #expect(origin(peer, "6.6.6.6, 1.1.1.1") == "1.1.1.1")
        #expect(origin(peer, "6.6.6.6, 1.1.1.1, 10.2.2.2") == "1.1.1.1")
        #expect(origin(peer, "6.6.6.6", "1.1.1.1 ,10.2.2.2") == "1.1.1.1")
        #expect(origin(peer, "10.9.9.9, 10.2.2.2") == "10.9.9.9")
        #expect(origin(peer, "1.1.1.1, junk") == "10.0.0.1")
        #expect(origin(peer, "1.1.1.1, junk, 10.2.2.2") == "10.2.2.2")
        #expect(origin(peer, "") == "10.0.0.1")
        #expect(origin(peer, Array(repeating: "10.3.3.3", count: 1_000).joined(separator: ",")) == "10.3.3.3")
    }
}
