import Testing

@testable import Policy

@Suite("The place of a secret")
struct SecretContextTests {
    private static func encoded(_ table: String, _ row: String, _ column: String) -> [UInt8] {
        var bytes: [UInt8] = []
        SecretContext(table: table, row: row, column: column).encode(into: &bytes)
        return bytes
    }

    @Test("each part stands after its length in eight bytes")
    func layout() {
        let expected: [UInt8] = [
            0, 0, 0, 0, 0, 0, 0, 1, 97,
            0, 0, 0, 0, 0, 0, 0, 2, 0xc3, 0xa9,
            0, 0, 0, 0, 0, 0, 0, 0,
        ]
        #expect(Self.encoded("a", "é", "") == expected)
    }

    @Test("no two places have the same bytes, however the parts are cut")
    func unambiguous() {
        var seen: Set<[UInt8]> = []
        let text = Array("abcdef")
        for first in 0...text.count {
            for second in first...text.count {
                let parts = [text[..<first], text[first..<second], text[second...]].map { String($0) }
                #expect(seen.insert(Self.encoded(parts[0], parts[1], parts[2])).inserted)
            }
        }
        #expect(seen.count == 28)
    }

    @Test("two spellings of one letter are two places")
    func bytes() {
        #expect(Self.encoded("t", "\u{e9}", "c") != Self.encoded("t", "e\u{301}", "c"))
    }

    @Test("a NUL is a byte like any other")
    func nul() {
        #expect(Self.encoded("a\u{0}", "b", "c") != Self.encoded("a", "\u{0}b", "c"))
    }

    @Test("settings have their own table")
    func settings() {
        #expect(SecretContext.setting("pepper") == SecretContext(table: "settings", row: "pepper", column: "value"))
        #expect(SecretContext.setting("pepper") != SecretContext.setting("master_key_check"))
    }
}
