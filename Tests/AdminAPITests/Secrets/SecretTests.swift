import AdminAPI
import Testing

@Suite("secret")
struct SecretTests {
    @Test("shows nothing of itself anywhere")
    func redacted() {
        let secret = Secret("canary-0123456789")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(describing: [secret]), String(reflecting: Optional(secret)), dumped] {
            #expect(!text.contains("canary") && !text.contains("6789"))
        }
    }

    @Test("gives its bytes and text to who asks for them")
    func bytes() {
        #expect(Secret("añb").text == "añb")
        #expect(Secret(bytes: [1, 2, 3]).withBytes { Array($0) } == [1, 2, 3])
        #expect(Secret("").isEmpty && Secret("").text == "")
        #expect(Secret("abc").count == 3)
    }

    @Test("equality is over bytes", arguments: [("a", "a", true), ("a", "b", false), ("a", "ab", false), ("", "", true)])
    func equality(a: String, b: String, expected: Bool) {
        #expect((Secret(a) == Secret(b)) == expected)
    }

    @Test("equality does not fold what Unicode calls equivalent")
    func canonical() {
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
    }

    @Test("the hint gives away four characters of a long secret and nothing of a short one")
    func hint() {
        #expect(Secret("sk-0123456789").hint == "6789")
        #expect(Secret("short").hint.isEmpty)
    }
}
