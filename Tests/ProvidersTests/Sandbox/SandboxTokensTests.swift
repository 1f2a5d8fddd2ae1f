import Testing

@testable import Providers

@Suite("Sandbox tokens")
struct SandboxTokensTests {
    @Test(
        "a token is one space and up to four bytes of a word",
        arguments: [
            ("", []), ("the quick fox", ["the", " quic", "k", " fox"]), ("a", ["a"]), ("abcde", ["abcd", "e"]),
            ("  a", ["  ", "a"]),
            ("a\n\nb", ["a", "\n\n", "b"]), ("      ", ["    ", "  "]), ("a ", ["a", " "]), ("grüße", ["grü", "ße"]),
            ("日本語", ["日", "本", "語"]),
            ("👍👍", ["👍", "👍"]), ("a👍", ["a", "👍"]),
        ] as [(String, [String])]
    )
    func split(_ text: String, _ expected: [String]) {
        #expect(SandboxTokens.split(text) == expected)
    }

    @Test(
        "tokens join to the text and count the same",
        arguments: ["Hello there, friend", "  x  y  ", "e\u{301}🇩🇪\r\n\tz", String(repeating: "ab ", count: 999)]
    )
    func joins(_ text: String) {
        let tokens = SandboxTokens.split(text)
        #expect(tokens.joined().utf8.elementsEqual(text.utf8))
        #expect(SandboxTokens.count(text) == tokens.count)
        #expect(tokens.allSatisfy { $0.utf8.count <= 8 })
    }

    @Test("a limit ends the split early")
    func limit() {
        #expect(SandboxTokens.split("a b c d", limit: 2) == ["a", " b"])
        #expect(SandboxTokens.split("a b", limit: 2) == ["a", " b"])
        #expect(SandboxTokens.split("a b", limit: 9) == ["a", " b"])
    }

    @Test("what is no text costs a token per four bytes")
    func bytes() {
        #expect([0, 1, 4, 5, 8].map { SandboxTokens.count(bytes: $0) } == [0, 1, 1, 2, 2])
    }
}

@Suite("Sandbox hashes")
struct SandboxHashTests {
    @Test("ids depend on bytes, prefix and salt alone")
    func ids() {
        let hash = SandboxHash("body")
        #expect(hash.id("a_") == SandboxHash("body").id("a_"))
        #expect(hash.id("a_") != SandboxHash("bodz").id("a_"))
        #expect(hash.id("a_").dropFirst(2) != hash.id("b_").dropFirst(2))
        #expect(hash.id("a_", 1) != hash.id("a_", 2))
        #expect(hash.id("call_").utf8.count == 29)
        #expect(hash.id("resp_", length: 48).utf8.count == 53)
        #expect(hash.id("x").utf8.allSatisfy(ASCIIText.isAlphanumeric))
    }

    @Test("lengths and tails count")
    func tails() {
        let ids = (0..<20).map { SandboxHash([UInt8](repeating: 0, count: $0)).id("") }
        #expect(Set(ids).count == ids.count)
    }

    @Test("signatures are base64 and say where they come from")
    func opaque() {
        let text = SandboxHash("x").opaque(0, byteCount: 96)
        #expect(text.hasPrefix("sandbox"))
        #expect(text.utf8.count == 7 + 128)
        #expect(text != SandboxHash("x").opaque(1, byteCount: 96))
    }

    @Test(
        "base64 follows RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(_ text: String, _ expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
    }

    @Test("base64 uses the whole alphabet")
    func alphabet() {
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == "+/+/")
    }
}
