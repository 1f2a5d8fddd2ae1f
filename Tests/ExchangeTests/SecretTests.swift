import Exchange
import Testing

@Suite("Secrets")
struct SecretTests {
    @Test("no way of printing shows a secret")
    func redaction() {
        let secret = Secret("canary-value-123")
        var dumped = ""
        dump(["k": secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("canary"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("bytes come back as they went in")
    func bytes() {
        let secret = Secret([0, 1, 255])
        #expect(secret.bytes == [0, 1, 255])
        #expect(secret.count == 3 && !secret.isEmpty)
        #expect(secret.withBytes { $0[2] } == 255)
        #expect(Secret("").isEmpty)
        #expect([UInt8]("abc".utf8).withUnsafeBytes { Secret($0) } == Secret("abc"))
    }

    @Test("secrets compare by content")
    func equality() {
        #expect(Secret("abc") == Secret("abc"))
        #expect(Secret("abc") != Secret("abd"))
        #expect(Secret("abc") != Secret("abcd"))
    }

    @Test("the hint shows four characters of long secrets only")
    func hint() {
        #expect(Secret("sk-1234567890").hint == "7890")
        #expect(Secret("short-secre").hint.isEmpty)
    }
}
