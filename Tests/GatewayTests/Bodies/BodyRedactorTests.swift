import Exchange
import Testing

@testable import Gateway

@Suite("What is masked in kept bodies")
struct BodyRedactorTests {
    private func masked(
        _ text: String,
        _ rules: [String] = ["email", "card"],
        isStream: Bool = false,
        isCut: Bool = false
    ) -> String {
        let redactor = BodyRedactor(rules.compactMap { BodyRedaction($0) })
        let bytes = redactor.masked(Array(text.utf8), isStream: isStream, isCut: isCut)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "credentials go without any rule",
        arguments: [
            "sk-mt-AbCdEfGhIjKl-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK012345", "sk-ant-api03-abcdefghijkl",
            "AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdefghij", "mt-admin-0123456789abcdef",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
        ]
    )
    func credentials(_ secret: String) {
        #expect(self.masked(#"{"a":"key \#(secret) end"}"#, []) == #"{"a":"key [redacted] end"}"#)
        #expect(self.masked("plain \(secret)\n", []) == "plain [redacted]\n")
        #expect(self.masked(#"{"h":"Bearer 0123456789abcdef"}"#, []) == #"{"h":"Bearer [redacted]"}"#)
    }

    @Test("credentials and cards are found right behind other scripts, signs and underscores")
    func boundaries() {
        for before in ["密钥：", "“", "🔑", "OPENAI_KEY_", "\\ud83d"] {
            let text = self.masked(#"{"a":"\#(before)sk-proj-abcdefghijklmnop"}"#, [])
            #expect(text == #"{"a":"\#(before)[redacted]"}"#)
            #expect(!self.masked(#"{"a":"\#(before)4111111111111111"}"#).contains("4111"))
        }
        #expect(self.masked(#"{"a":"risk-management-and-control"}"#, []) == #"{"a":"risk-management-and-control"}"#)
    }

    @Test("a private key goes whole, and to the end when its end is not there")
    func privateKey() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\\nMIIB\\nAAA=\\n-----END RSA PRIVATE KEY-----"
        #expect(!self.masked(#"{"a":"\#(key)"}"#, []).contains("MIIB"))
        #expect(!self.masked(#"{"a":"-----BEGIN PRIVATE KEY-----\nMIIB AAAA"#, []).contains("MIIB"))
    }

    @Test("mail addresses and card numbers go where a rule says so, escapes notwithstanding")
    func patterns() {
        #expect(self.masked(#"{"a":"to x.y+z@mail.example.org, ok"}"#) == #"{"a":"to [redacted], ok"}"#)
        #expect(self.masked(#"{"a":"\nx\u0040mail.example\n"}"#) == #"{"a":"\n[redacted]\n"}"#)
        #expect(self.masked(#"{"a":"4111 1111 1111 1111 2027"}"#) == #"{"a":"[redacted] 2027"}"#)
        #expect(self.masked(#"{"a":"4111-1111-1111-1111","n":4111111111111111}"#) == #"{"a":"[redacted]","n":null}"#)
        let others = #"{"a":"4111 1111 1111 1112, a@b, 12345678901234567890123","n":1700000000000}"#
        #expect(self.masked(others) == others)
        #expect(self.masked(#"{"a":"x@mail.example"}"#, []) == #"{"a":"x@mail.example"}"#)
    }

    @Test("fields and paths are masked whole, of whatever kind, and inside JSON that is a text")
    func fields() {
        let rules = ["field:password", "path:metadata.user"]
        #expect(
            self.masked(#"{"Password":"x","b":[{"password":{"c":1}},{"password":7}]}"#, rules)
                == #"{"Password":"[redacted]","b":[{"password":null},{"password":null}]}"#
        )
        #expect(
            self.masked(#"{"metadata":{"user":"u"},"user":"v"}"#, rules)
                == #"{"metadata":{"user":"[redacted]"},"user":"v"}"#
        )
        #expect(
            self.masked(#"{"arguments":"{\"password\":\"geheim\",\"n\":1}"}"#, rules)
                == #"{"arguments":"{\"password\":\"[redacted]\",\"n\":1}"}"#
        )
    }

    @Test("what an event cuts in two is found")
    func stream() {
        func event(_ text: String, _ index: Int = 0) -> String {
            #"data: {"choices":[{"index":\#(index),"delta":{"content":"\#(text)"}}]}"# + "\n\n"
        }
        let stream =
            event("mail jo") + event("e@mail.exa") + event("4111 1111 ", 1) + event("mple now") + event("1111 1111", 1)
        let masked = self.masked(stream, isStream: true)
        #expect(masked == event("mail [redacted]") + event("") + event("[redacted]", 1) + event(" now") + event("", 1))
        let pieces = [#"{\"pass"#, #"word\":\"gehe"#, #"im\"}"#].map {
            #"data: {"type":"content_block_delta","index":1,"delta":{"partial_json":"\#($0)"}}"# + "\n\n"
        }
        let tool = self.masked(pieces.joined(), ["field:password"], isStream: true)
        #expect(!tool.contains("gehe") && !tool.contains("im\\") && tool.contains("[redacted]"))
    }

    @Test("half a secret at a cut goes with the cut", arguments: [10, 20, 26, 30, 34])
    func cut(_ count: Int) {
        let text = Array(#"{"a":"hello sk-abcdefghijklmnopqrstu 4111 1111 1111 1111"}"#.utf8)
        let masked = self.masked(String(decoding: text.prefix(count), as: UTF8.self), isCut: true)
        #expect(!masked.contains("sk-a") && masked.hasPrefix(#"{"a":""#))
        let card = self.masked(#"{"a":"4111 1111 1111 1"#, isCut: true)
        #expect(!card.contains("4111"))
    }

    @Test("a cut within an escape keeps no half of a secret", arguments: [#"\"#, #"\u"#, #"\u00"#, #"\u002"#])
    func cutEscape(_ end: String) {
        #expect(self.masked(#"{"a":"hello sk-abcdef\#(end)"#, isCut: true) == #"{"a":"hello "#)
        #expect(self.masked(#"{"a":"hello 4111 1111 11\#(end)"#, isCut: true) == #"{"a":"hello "#)
        #expect(self.masked("hello sk-abcdef\(end)", isCut: true) == "hello ")
        let nested = #"{"a":"log: {\"k\":\"sk-abcdef\"#
        #expect(!self.masked(nested + end, isCut: true).contains("sk-abc"))
    }

    @Test(
        "what only begins as JSON does is searched as text",
        arguments: [
            ("[note] Authorization: Bearer 0123456789abcdef0123", "0123"),
            ("[1] the card 4111 1111 1111 1111", "4111"), ("[4111 1111 1111 1111]", "4111"),
            ("{'password': 'hunter2', 'mail': 'a@b.co'}", "a@b.co"), (#"{"a":1} then joe@mail.example"#, "joe"),
            ("[2024-01-01 12:00] joe@mail.example, [x]", "joe"),
        ]
    )
    func noJSON(_ text: String, _ secret: String) {
        let masked = self.masked(text)
        #expect(masked.contains("[redacted]") && !masked.contains(secret), "\(masked)")
        #expect(self.masked(text, ["email", "field:x"]) == "[redacted]")
        #expect(self.masked(text, ["path:a.b"], isCut: true) == "[redacted]")
    }

    @Test("any prefix of a body is read to its end")
    func prefixes() {
        let text = Array(#"{"a":"\u00e9\"x","b":[1,{"password":[{"c":"d"}]}],"m":"x@y.example"}"#.utf8)
        for count in 0...text.count {
            let masked = self.masked(String(decoding: text.prefix(count), as: UTF8.self), ["email", "field:password"])
            #expect(!masked.contains(#""d""#))
        }
    }

    @Test(
        "rules are read as they are written, and no others",
        arguments: [
            "email", "card", "field:a", "path:a.b",
        ]
    )
    func rules(_ text: String) {
        #expect(BodyRedaction(text)?.text == text)
    }

    @Test("what is no rule is refused", arguments: ["", "field:", "path:a..b", "regex:.*", "Email", "field:a b"])
    func noRule(_ text: String) {
        #expect(BodyRedaction(text) == nil)
    }

    @Test("the sample is the same for the same id, as large as it says, and not for callers to choose")
    func sample() {
        var rules = BodyRules()
        #expect(!rules.keeps("req_1", salt: 1))
        rules.mode = .full
        #expect(rules.keeps("req_1", salt: 1))
        rules.samplePerMillion = 250_000
        for salt: UInt64 in [0, 1, .max] {
            let kept = (0..<4_000).count { rules.keeps("req_\($0)", salt: salt) }
            #expect((850...1_150).contains(kept))
        }
        #expect(rules.keeps("req_7", salt: 3) == rules.keeps("req_7", salt: 3))
        let chosen = (0..<400).filter { rules.keeps("mine-\($0)", salt: 1) }
        let elsewhere = chosen.count { rules.keeps("mine-\($0)", salt: 2) }
        #expect(elsewhere < chosen.count / 2 && elsewhere > 0)
        rules.samplePerMillion = 0
        #expect(!(0..<100).contains { rules.keeps("req_\($0)", salt: 1) })
    }
}
