import Testing

@testable import Providers

@Suite("Literal addresses")
struct AddressTextTests {
    @Test("a dotted quad is read")
    func v4() {
        #expect(AddressText.v4("192.0.2.255".utf8) == [192, 0, 2, 255])
        #expect(AddressText.v4("0.0.0.0".utf8) == [0, 0, 0, 0])
    }

    @Test(
        "every other notation of IPv4 is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "01.2.3.4", "1.2.3.0x4",
            "1.2.3.-4", "1.2.3.1000", "a.b.c.d",
        ]
    )
    func oddV4(_ text: String) {
        #expect(AddressText.v4(text.utf8) == nil)
    }

    @Test("IPv6 is read with and without a gap")
    func v6() {
        #expect(AddressText.v6("::".utf8) == [UInt8](repeating: 0, count: 16))
        #expect(AddressText.v6("::1".utf8) == [UInt8](repeating: 0, count: 15) + [1])
        #expect(AddressText.v6("1::".utf8) == [0, 1] + [UInt8](repeating: 0, count: 14))
        #expect(AddressText.v6("1:2:3:4:5:6:7:8".utf8) == [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8])
        #expect(AddressText.v6("ABCD::ef".utf8) == [0xab, 0xcd] + [UInt8](repeating: 0, count: 13) + [0xef])
        #expect(AddressText.v6("::ffff:1.2.3.4".utf8)?.suffix(6) == [0xff, 0xff, 1, 2, 3, 4])
        #expect(AddressText.v6("1:2:3:4:5:6:1.2.3.4".utf8)?.suffix(4) == [1, 2, 3, 4])
        #expect(AddressText.v6("1:2:3:4:5:6:7::".utf8)?.count == 16)
    }

    @Test(
        "malformed IPv6 is refused",
        arguments: [
            "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "12345::", "g::", "1:", ":1", "1:2:3:4:5:6:7:", "fe80::1%eth0", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5",
            "::1.2.3.256", "::01.2.3.4",
        ]
    )
    func oddV6(_ text: String) {
        #expect(AddressText.v6(text.utf8) == nil)
    }

    @Test("a decimal number has no leading zeros and a bounded length")
    func decimal() {
        #expect(AddressText.decimal("0".utf8, maxDigits: 3) == 0)
        #expect(AddressText.decimal("443".utf8, maxDigits: 5) == 443)
        #expect(AddressText.decimal("00".utf8, maxDigits: 3) == nil)
        #expect(AddressText.decimal("123456".utf8, maxDigits: 5) == nil)
        #expect(AddressText.decimal("".utf8, maxDigits: 5) == nil)
        #expect(AddressText.decimal("1a".utf8, maxDigits: 5) == nil)
    }
}
