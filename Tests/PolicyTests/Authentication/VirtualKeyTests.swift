import Testing

@testable import Policy

@Suite("Virtual keys")
struct VirtualKeyTests {
    private func isWellFormed(_ bytes: some Sequence<UInt8>) -> Bool {
        Array(bytes).withUnsafeBytes { VirtualKey.isWellFormed($0) }
    }

    @Test("the checksum is the published CRC-32")
    func checkValue() {
        #expect(CRC32.checksum(of: "123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: "".utf8) == 0)
    }

    @Test("the largest checksum has six digits, the smallest too")
    func digits() {
        let text = { (number: UInt32) in
            String(decoding: (0..<6).map { Base62.digit($0, of: number) }, as: UTF8.self)
        }
        #expect(text(0) == "000000")
        #expect(text(61) == "00000z")
        #expect(text(62) == "000010")
        #expect(text(.max) == "4gfFC3")
    }

    @Test("a new key has the fixed form and reads back")
    func generated() throws {
        for seed in 0..<200 as Range<UInt64> {
            let key = VirtualKey.generate(.seeded(seed))
            #expect(key.text.utf8.count == VirtualKey.byteCount)
            #expect(key.text.hasPrefix("sk-mt-\(key.id)-"))
            #expect(self.isWellFormed(key.text.utf8))
            let read = try #require(VirtualKey(key.text))
            #expect(read.id == key.id)
            #expect(read.text == key.text)
            #expect(Array(key.text.utf8).withUnsafeBytes { VirtualKey($0) }?.id == key.id)
        }
    }

    @Test("two keys differ in id and secret")
    func distinct() {
        let keys = (0..<500).map { _ in VirtualKey.generate() }
        #expect(Set(keys.map(\.id)).count == 500)
        #expect(Set(keys.map { $0.text.dropFirst(19) }).count == 500)
    }

    @Test("every character of the alphabet comes about equally often")
    func uniform() {
        var counts: [UInt8: Int] = [:]
        let characters = Base62.random(count: 62_000, from: .seeded(1))
        for character in characters { counts[character, default: 0] += 1 }
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
        #expect(characters.allSatisfy(Base62.contains))
    }

    @Test("bytes past the last whole multiple of 62 are thrown away")
    func rejection() {
        let source = Randomness { count in (0..<count).map { $0 % 2 == 0 ? 255 : 61 } }
        #expect(Base62.random(count: 4, from: source) == Array("zzzz".utf8))
    }

    @Test("a key with any one character changed is not a key")
    func oneCharacter() {
        let bytes = Array(VirtualKey.generate(.seeded(7)).text.utf8)
        for index in bytes.indices {
            for other in Array("0z-".utf8) + [0, 0x80, 0xFF] where other != bytes[index] {
                var changed = bytes
                changed[index] = other
                #expect(!self.isWellFormed(changed), "byte \(index) as \(other)")
            }
        }
    }

    @Test("a key cut or grown at either end is not a key")
    func lengths() {
        let bytes = Array(VirtualKey.generate(.seeded(8)).text.utf8)
        for count in 0..<bytes.count { #expect(!self.isWellFormed(bytes.prefix(count))) }
        #expect(!self.isWellFormed(bytes + [UInt8(ascii: "0")]))
        #expect(!self.isWellFormed([UInt8(ascii: " ")] + bytes))
        #expect(!self.isWellFormed(bytes + bytes))
    }

    @Test(
        "hostile tokens are not keys",
        arguments: [
            "", " ", "Bearer", "' OR '1'='1", "sk-x'; DROP--", "sk-mt-", "sk-proj-aaaaaaaaaaaa",
            "sk-mt-aaaaaaaaaaaa-" + String(repeating: "a", count: 49),
            String(repeating: "a", count: 68), String(repeating: "é", count: 34),
        ]
    )
    func hostile(_ token: String) {
        #expect(!self.isWellFormed(token.utf8))
        #expect(VirtualKey(token) == nil)
    }

    @Test("a megabyte is refused by its length alone")
    func megabyte() {
        #expect(!self.isWellFormed(repeatElement(UInt8(ascii: "a"), count: 1 << 20)))
    }

    @Test("keys sharing all but the last characters are told apart")
    func sharedPrefix() {
        let key = VirtualKey.generate(.seeded(9)).text
        for shared in [20, 40, 67] {
            let other = key.prefix(shared) + String(repeating: "0", count: 68 - shared)
            #expect(other == key || VirtualKey(String(other)) == nil)
        }
    }

    @Test("describing, debugging or dumping a key shows its label only")
    func redacted() {
        let key = VirtualKey.generate(.seeded(10))
        var dumped = ""
        dump(key, to: &dumped)
        let secret = key.text.suffix(49)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"] {
            #expect(!text.contains(secret))
            #expect(text.contains(key.label))
        }
        #expect(key.label == "sk-mt-\(key.id)")
    }
}
