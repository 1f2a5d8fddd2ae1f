import Testing

@testable import Policy

@Suite("bcrypt verifiers")
struct BcryptVerifierTests {
    private static let key = Array("sk-mt-0123456789ab-\(String(repeating: "A", count: 43))ZZZZZZ".utf8)

    @Test(
        "libcrypt gives the published answers (crypt_blowfish 1.3, wrapper.c)",
        arguments: [
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
            ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        ]
    )
    func published(phrase: String, hash: String) {
        #expect(BcryptVerifier.crypt(Array(phrase.utf8), setting: hash) == hash)
    }

    @Test("keys give the answers computed with hashlib, base64 and crypt of Python")
    func computed() {
        let long = "$2b$04$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG."
        let empty = "$2b$04$abcdefghijklmnopqrstuuWr0z8qctgs2wv3/eOHizl9LDgLvY5ue"
        #expect(BcryptVerifier.verify(key: Self.key, against: long))
        #expect(BcryptVerifier.verify(key: [], against: empty))
        #expect(!BcryptVerifier.verify(key: Self.key, against: empty))
    }

    @Test("a verifier matches its key and no other")
    func roundTrip() throws {
        let verifier = try #require(BcryptVerifier.hash(key: Self.key, cost: 4))
        #expect(verifier.hasPrefix("$2b$04$"))
        #expect(verifier.utf8.count == 60)
        #expect(BcryptVerifier.verify(key: Self.key, against: verifier))
        #expect(!BcryptVerifier.verify(key: Array(Self.key.dropLast()), against: verifier))
        #expect(!BcryptVerifier.verify(key: Self.key + [0], against: verifier))
        #expect(!BcryptVerifier.verify(key: [], against: verifier))
    }

    @Test("two verifiers of one key have different salts")
    func salts() {
        #expect(BcryptVerifier.hash(key: Self.key, cost: 4) != BcryptVerifier.hash(key: Self.key, cost: 4))
    }

    @Test("keys that are equal in the first 72 bytes, or up to a NUL, are told apart")
    func everyByteCounts() throws {
        let start = [UInt8](repeating: 66, count: 72)
        let verifier = try #require(BcryptVerifier.hash(key: start + [1], cost: 4))
        #expect(BcryptVerifier.verify(key: start + [1], against: verifier))
        #expect(!BcryptVerifier.verify(key: start + [2], against: verifier))
        #expect(!BcryptVerifier.verify(key: start, against: verifier))
        let nul = try #require(BcryptVerifier.hash(key: [1, 0, 2], cost: 4))
        #expect(BcryptVerifier.verify(key: [1, 0, 2], against: nul))
        #expect(!BcryptVerifier.verify(key: [1, 0, 3], against: nul))
    }

    @Test("costs out of range give nothing", arguments: [Int.min, -1, 0, 3, 17, 31, 32, Int.max])
    func costs(cost: Int) {
        #expect(BcryptVerifier.hash(key: Self.key, cost: cost) == nil)
    }

    @Test("a verifier with one character changed does not match")
    func changed() throws {
        let verifier = Array("$2b$04$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.".utf8)
        for index in verifier.indices where index != 6 {
            var other = verifier
            other[index] = other[index] == UInt8(ascii: "5") ? UInt8(ascii: "6") : UInt8(ascii: "5")
            guard index != 4 else { continue }
            #expect(!BcryptVerifier.verify(key: Self.key, against: String(decoding: other, as: UTF8.self)))
        }
    }

    @Test(
        "text that is no verifier of ours matches nothing, at once",
        arguments: [
            "", "*0", "$2b$", "plain", "$2b$04$abcdefghijklmnopqrstuu", "$1$abcdefgh$3fIPkRoQbmoNbOJmFzwUl1",
            "$2b$31$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.",
            "$2b$-4$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.",
            "$2b$04$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.x",
            "$2a$04$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.",
            "$2b$04$abcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeF\u{0}.",
            "$2b$04$!bcdefghijklmnopqrstuuV9skCjw4v0Cb0HwqQafQSTN6OhVeFG.",
            "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC",
        ]
    )
    func foreign(verifier: String) {
        #expect(!BcryptVerifier.verify(key: Self.key, against: verifier))
    }

    @Test("many at a time do not disturb each other")
    func concurrent() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let key = [UInt8](repeating: UInt8(index), count: 40)
                    guard let verifier = BcryptVerifier.hash(key: key, cost: 4) else { return false }
                    return BcryptVerifier.verify(key: key, against: verifier)
                        && !BcryptVerifier.verify(key: key + [1], against: verifier)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
