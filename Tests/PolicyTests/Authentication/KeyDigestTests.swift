import Testing

@testable import Policy

@Suite("Key digests")
struct KeyDigestTests {
    @Test("the digest is HMAC-SHA-256 (RFC 4231, case 2)")
    func vector() {
        let digester = KeyDigester(pepper: Array("Jefe".utf8))
        let digest = Array("what do ya want for nothing?".utf8).withUnsafeBytes { digester.digest($0) }
        let hex = digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("a digester answers the same each time, for key and for token")
    func repeatable() {
        let digester = KeyDigester(pepper: Array(0..<32))
        let key = VirtualKey.generate(.seeded(1))
        let first = digester.digest(key)
        #expect(digester.digest(key) == first)
        #expect(Array(key.text.utf8).withUnsafeBytes { digester.digest($0) } == first)
        #expect(KeyDigester(pepper: Array(1..<33)).digest(key) != first)
    }

    @Test("a digest survives its bytes, and needs exactly 32", arguments: [0, 31, 33, 64])
    func bytes(_ count: Int) {
        let digest = KeyDigester(pepper: Array(0..<32)).digest(.generate(.seeded(2)))
        #expect(KeyDigest(bytes: digest.bytes) == digest)
        #expect(KeyDigest(bytes: Array(repeating: 0, count: count)) == nil)
    }

    @Test("digests differing in any one byte are different keys of a dictionary")
    func oneByte() throws {
        let base = Array(repeating: UInt8(5), count: 32)
        let first = try #require(KeyDigest(bytes: base))
        for index in base.indices {
            var changed = base
            changed[index] ^= 0x80
            let other = try #require(KeyDigest(bytes: changed))
            #expect(other != first)
            #expect([first: 1, other: 2].count == 2)
        }
    }

    @Test("an empty token has a digest too")
    func empty() {
        let digester = KeyDigester(pepper: Array(0..<32))
        #expect(digester.digest(UnsafeRawBufferPointer(start: nil, count: 0)).bytes.count == 32)
    }
}
