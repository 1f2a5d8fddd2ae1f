import Exchange
import Testing

@testable import Gateway

@Suite("What is masked across the events of a stream")
struct BodyRedactorStreamTests {
    private func masked(_ events: [String], _ rules: [String] = ["email", "card"], isCut: Bool = false) -> String {
        let redactor = BodyRedactor(rules.compactMap { BodyRedaction($0) })
        let bytes = redactor.masked(Array(events.joined().utf8), isStream: true, isCut: isCut)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func event(_ json: String) -> String { "data: \(json)\n\n" }

    /// One event with a piece for each of several choices.
    private func choices(_ texts: (Int, String)..., indexLast: Bool = false) -> String {
        let list = texts.map { index, text in
            indexLast
                ? #"{"delta":{"content":"\#(text)"},"index":\#(index)}"#
                : #"{"index":\#(index),"delta":{"content":"\#(text)"}}"#
        }
        return self.event(#"{"choices":[\#(list.joined(separator: ","))]}"#)
    }

    @Test("each choice of an event is followed by itself, in whatever order they come", arguments: [false, true])
    func choices(_ indexLast: Bool) {
        let stream = [
            self.choices((0, "joe@ma"), (1, "key sk-proj-ab"), indexLast: indexLast),
            self.choices((1, "cdefghijkl"), (0, "il.example"), indexLast: indexLast),
            self.choices((1, "mnop end"), indexLast: indexLast),
        ]
        #expect(
            self.masked(stream)
                == [
                    self.choices((0, "[redacted]"), (1, "key [redacted]"), indexLast: indexLast),
                    self.choices((1, ""), (0, ""), indexLast: indexLast),
                    self.choices((1, " end"), indexLast: indexLast),
                ]
                .joined()
        )
    }

    @Test("choices without a number are told apart by their place")
    func ordinals() {
        func both(_ a: String, _ b: String) -> String {
            self.event(#"{"choices":[{"text":"\#(a)"},{"text":"\#(b)"}]}"#)
        }
        #expect(
            self.masked([both("joe@", "4111 1111 "), both("mail.example", "1111 1111")])
                == both("[redacted]", "[redacted]") + both("", "")
        )
    }

    @Test("calls of one choice are told apart, whichever of their numbers comes first")
    func calls() {
        func call(_ text: String, _ call: Int) -> String {
            #"{"index":\#(call),"function":{"arguments":"\#(text)"}}"#
        }
        func delta(_ calls: String...) -> String {
            self.event(#"{"choices":[{"delta":{"tool_calls":[\#(calls.joined(separator: ","))]},"index":0}]}"#)
        }
        let masked = self.masked(
            [
                delta(call(#"{\"password\":\"ge"#, 0), call(#"{\"n\":"#, 1)),
                delta(call("1}", 1), call(#"heim\"}"#, 0)),
            ],
            ["field:password"]
        )
        #expect(!masked.contains("ge\"") && !masked.contains("heim") && masked.contains(#"{\"n\":"#), "\(masked)")
        let parts = [
            self.event(#"{"type":"a","output_index":0,"content_index":1,"delta":"joe@mail"}"#),
            self.event(#"{"type":"a","output_index":1,"content_index":0,"delta":" and "}"#),
            self.event(#"{"type":"a","content_index":1,"output_index":0,"delta":".example"}"#),
        ]
        #expect(self.masked(parts).contains("[redacted]") && !self.masked(parts).contains("joe"))
    }

    @Test("kinds of events that say different things under one name do not come between")
    func kinds() {
        let stream = [
            self.event(#"{"type":"text.delta","delta":"joe@mail"}"#),
            self.event(#"{"type":"sound.delta","delta":"AAAA"}"#),
            self.event(#"{"type":"text.delta","delta":".example"}"#),
        ]
        #expect(!self.masked(stream).contains("joe") && self.masked(stream).contains("AAAA"))
    }

    @Test("a piece under any name may go on in the next event; what every event repeats does not")
    func anyName() {
        #expect(
            !self.masked([self.event(#"{"x":{"summary":"joe@ma"}}"#), self.event(#"{"x":{"summary":"il.example"}}"#)])
                .contains("joe")
        )
        let repeated = [self.event(#"{"id":"41111111"}"#), self.event(#"{"id":"11111111"}"#)]
        #expect(self.masked(repeated) == repeated.joined())
    }

    @Test(
        "an event of several lines, and lines that end otherwise, are read as what they are",
        arguments: ["\n", "\r\n", "\r"]
    )
    func lines(_ end: String) {
        func event(_ text: String) -> String {
            ["event: x", #"data: {"a":1,"#, #"data:"delta":"\#(text)"}"#, "", ""].joined(separator: end)
        }
        #expect(self.masked([event("joe@mail"), event(".example now")]) == event("[redacted]") + event(" now"))
        #expect(self.masked([": sk-proj-abcdefghijklmnop" + end], []) == ": [redacted]" + end)
    }

    @Test("of a cut stream the last word of every text goes, not only of the last one")
    func cut() {
        let stream = [
            self.event(#"{"index":0,"delta":{"thinking":"look at sk-proj-ab"}}"#),
            self.event(#"{"index":1,"delta":{"text":"mail to jo"}}"#),
            self.event(#"{"index":1,"delta":{"text":"e@ma"}}"#),
            self.event(#"{"index":2,"delta":{"partial_json":"{\"card\":\"4111 1111 11"}}"#),
            self.event(#"{"index":3,"delta":{"text":"whole. "}}"#),
        ]
        #expect(
            self.masked(stream, isCut: true)
                == [
                    self.event(#"{"index":0,"delta":{"thinking":"look at "}}"#),
                    self.event(#"{"index":1,"delta":{"text":"mail to "}}"#),
                    self.event(#"{"index":1,"delta":{"text":""}}"#),
                    self.event(#"{"index":2,"delta":{"partial_json":"{\"card\":\""}}"#),
                    self.event(#"{"index":3,"delta":{"text":"whole. "}}"#),
                ]
                .joined()
        )
        #expect(self.masked(stream) == stream.joined())
    }

    @Test("half a secret is kept of no prefix of a stream, wherever it is cut")
    func prefixes() {
        let stream = Array(
            (self.choices((0, "a sk-proj-abc"), (1, "b joe@ma"), indexLast: true)
                + self.choices((1, "il.example"), (0, "defghijklmnop c"), indexLast: true))
                .utf8
        )
        let redactor = BodyRedactor([.email])
        for count in 0...stream.count {
            let bytes = redactor.masked(Array(stream.prefix(count)), isStream: true, isCut: count < stream.count)
            let text = String(decoding: bytes, as: UTF8.self)
            for half in ["sk-p", "defg", "joe", "il.e"] { #expect(!text.contains(half), "\(count): \(text)") }
        }
    }

    @Test("what is whole in one piece is found though the piece before it ends in a letter")
    func wholePieces() {
        let notes = ["ok", "AKIAABCDEFGHIJKLMNOP"].map { self.event(#"{"note":"\#($0)"}"#) }
        #expect(self.masked(notes, []) == notes[0] + self.event(#"{"note":"[redacted]"}"#))
        let cards = ["7", "4111 1111 1111 1111"].map { self.event(#"{"note":"\#($0)"}"#) }
        #expect(!self.masked(cards).contains("4111"))
        let nested = ["so: ", #"{\"password\":\"geheim\"}"#].map { self.event(#"{"note":"\#($0)"}"#) }
        #expect(!self.masked(nested, ["field:password"]).contains("geheim"))
    }

    @Test("a mark of the encoding before the first event hides nothing of it")
    func byteOrderMark() {
        let event = self.event(#"{"delta":"joe@mail.example ok"}"#)
        #expect(self.masked(["\u{FEFF}" + event]) == "\u{FEFF}" + self.event(#"{"delta":"[redacted] ok"}"#))
        let named = self.event(#"{"password":"geheim"}"#)
        #expect(!self.masked(["\u{FEFF}" + named], ["field:password"]).contains("geheim"))
    }

    @Test("an event that only begins as JSON does is searched as text, and goes whole where names are masked")
    func noJSON() {
        let event = self.event("[note] Authorization: Bearer 0123456789abcdef0123")
        #expect(self.masked([event], []) == self.event("[note] Authorization: Bearer [redacted]"))
        let single = self.event("{'password': 'geheim', 'mail': 'joe@mail.example'}")
        #expect(self.masked([single]) == single.replacing("'joe@mail.example'", with: "null"))
        #expect(self.masked([single], ["field:password"]) == "[redacted]\n\n")
        #expect(self.masked([self.event("[DONE]")], ["field:password"]) == self.event("[DONE]"))
    }

    @Test(
        "the last word of a text is found whatever it is made of",
        arguments: [
            ("hello sk-ab", "hello "), ("a, 4111 1111 ", "a, "), ("x joe\u{E9}@mail", "x "), ("", ""), ("word", ""),
            ("key=sk-abc", ""), ("end. ", "end. "), (#"{"a":"b"#, #"{"a":""#),
            ("a https://u:p(w,x", "a https://"), ("a https://h/b,c", "a https://h/b,"),
            (#"a sk-ab\"#, "a "), (#"a sk-ab\u00"#, "a "), (#"a sk-ab\\\u002"#, "a "), (#"a sk-ab\n"#, #"a sk-ab\"#),
            ("a https://u:p/w,x", "a https://"), (#"4111 1111\"#, ""), (#"\"#, ""),
        ]
    )
    func lastWord(_ text: String, _ rest: String) {
        let bytes = Array(text.utf8)
        #expect(String(decoding: bytes[..<LastWord.range(in: bytes[...]).lowerBound], as: UTF8.self) == rest)
    }

    @Test("of a script without spaces no more goes than an address is long, and no half character stays")
    func unspaced() {
        let bytes = Array(String(repeating: "密", count: 1_000).utf8)
        let range = LastWord.range(in: bytes[...])
        #expect((318...324).contains(range.count) && range.lowerBound % 3 == 0)
    }
}
