import Exchange
import Testing

@testable import Gateway

@Suite("What is masked in names, and what says an answer once more")
struct BodyRedactorNameTests {
    private func masked(_ text: String, _ rules: [String] = ["email", "card"], isStream: Bool = false) -> String {
        let redactor = BodyRedactor(rules.compactMap { BodyRedaction($0) })
        return String(decoding: redactor.masked(Array(text.utf8), isStream: isStream, isCut: false), as: UTF8.self)
    }

    @Test("a member's name is searched as its value is, at every depth, and without its escapes")
    func names() {
        #expect(self.masked(#"{"joe@mail.example":{"x":1}}"#) == #"{"[redacted]":{"x":1}}"#)
        #expect(self.masked(#"{"a":[{"sk-proj-abcdefghijklmnop":1}]}"#, []) == #"{"a":[{"[redacted]":1}]}"#)
        #expect(self.masked(#"{"a":{"joe\u0040mail.example":"b"}}"#) == #"{"a":{"[redacted]":"b"}}"#)
        #expect(self.masked(#"{"4111 1111 1111 1111":1}"#) == #"{"[redacted]":1}"#)
        #expect(
            self.masked(#"{"arguments":"{\"joe@mail.example\":1}"}"#) == #"{"arguments":"{\"[redacted]\":1}"}"#
        )
        #expect(self.masked(#"{"plain name":1,"e-mail":"a@b"}"#) == #"{"plain name":1,"e-mail":"a@b"}"#)
    }

    @Test("names are searched in events of streams too, and a name that is masked still names what a rule masks")
    func namesInStreams() {
        let event = #"data: {"choices":[{"delta":{"x":{"joe@mail.example":1}}}]}"# + "\n\n"
        #expect(self.masked(event, isStream: true) == event.replacing("joe@mail.example", with: "[redacted]"))
        let named = #"{"joe@mail.example":"geheim"}"#
        #expect(self.masked(named, ["email", "field:joe@mail.example"]) == #"{"[redacted]":"[redacted]"}"#)
    }

    @Test("the shapes of the mode metadata show no credential as a name, be it one of a kind of events")
    func shape() {
        let text =
            #"{"model":"fast","sk-proj-abcdefghijklmnop":1,"4111111111111111":2,"messages":[{"AKIAIOSFODNN7EXAMPLE":"x"}]}"#
        let stream = #"data: {"type":"sk-proj-abcdefghijklmnop"}"# + "\n\n"
        for (body, isStream) in [(text, false), (stream, true)] {
            let shape = BodyShape.text(of: Array(body.utf8), isStream: isStream, isCut: false)
            let masked = self.masked(String(decoding: shape, as: UTF8.self))
            #expect(!masked.contains("sk-proj") && !masked.contains("4111") && !masked.contains("AKIA"), "\(masked)")
            #expect(masked.contains(isStream ? #""kinds":{"[redacted]":1}"# : #""model":"fast""#))
        }
    }

    private static let logprobs = #"{"content":[{"token":"sk","logprob":-0.1,"bytes":[115,107],"top_logprobs":[]}]}"#

    @Test("log probabilities go whole, the rest of the answer stays")
    func logprobs() {
        let choice = #"{"choices":[{"index":0,"message":{"content":"hi"},"logprobs":\#(Self.logprobs),"x":1}]}"#
        #expect(self.masked(choice, []) == choice.replacing(Self.logprobs, with: "null"))
        let part =
            #"{"output":[{"content":[{"type":"output_text","text":"hi","logprobs":[{"token":"h"},{"token":"i"}]}]}]}"#
        #expect(self.masked(part, []).contains(#""text":"hi","logprobs":null}"#))
        let gemini = #"{"candidates":[{"logprobsResult":{"chosenCandidates":[{"token":"s"}]},"x":1}]}"#
        #expect(self.masked(gemini, []) == #"{"candidates":[{"logprobsResult":null,"x":1}]}"#)
        let legacy = #"{"choices":[{"text":"hi","logprobs":{"tokens":["h","i"],"top_logprobs":[{"h":-1}]}}]}"#
        #expect(self.masked(legacy, []) == #"{"choices":[{"text":"hi","logprobs":null}]}"#)
    }

    @Test("they go from streams, and to the end where theirs is not there")
    func logprobsInStreams() {
        let event = #"data: {"choices":[{"index":0,"delta":{"content":"hi"},"logprobs":\#(Self.logprobs)}]}"# + "\n\n"
        #expect(self.masked(event, [], isStream: true) == event.replacing(Self.logprobs, with: "null"))
        #expect(!self.masked(#"{"logprobs":{"content":[{"token":"geheim"#, []).contains("geheim"))
    }

    @Test(
        "what asks for them, or says that there are none, stays",
        arguments: [
            #"{"logprobs":true,"top_logprobs":3}"#, #"{"logprobs":5}"#, #"{"logprobs":null}"#, #"{"logprobs":[]}"#,
            #"{"logprobs": { } }"#,
        ]
    )
    func asked(_ text: String) {
        #expect(self.masked(text, []) == text)
    }

    @Test("a prompt in numbers of tokens, and an answer in them, go whole")
    func tokens() {
        #expect(self.masked(#"{"prompt":[[1,2],[3]],"n":1}"#, []) == #"{"prompt":null,"n":1}"#)
        #expect(self.masked(#"{"input":[ 17, 18 ]}"#, []) == #"{"input":null}"#)
        #expect(self.masked(#"{"choices":[{"token_ids":[1,2]}]}"#, []) == #"{"choices":[{"token_ids":null}]}"#)
        #expect(self.masked(#"{"prompt":["a",[1,2],"b"]}"#, []) == #"{"prompt":["a",null,"b"]}"#)
        let texts = #"{"input":["1","2"],"prompt":[],"data":[{"embedding":[1,2]}]}"#
        #expect(self.masked(texts, []) == texts)
    }

    @Test("the user and the password in an address go, and nothing else of it")
    func addresses() {
        #expect(
            self.masked(#"{"a":"postgres://app:gehe@im!@db.example:5432/x"}"#)
                == #"{"a":"postgres://[redacted]@db.example:5432/x"}"#
        )
        #expect(
            self.masked(#"{"a":"see https:\/\/u:p@h and x"}"#, []) == #"{"a":"see https:\/\/[redacted]@h and x"}"#
        )
        for text in [
            "https://mail.example/a:b@c", "http://h:80/x", "://", "a://b@c", "a://b:@c", "https://user@h",
            "http://h:3000/users/@me", "http://[::1]:80/@me",
        ] {
            #expect(self.masked(#"{"a":"\#(text)"}"#, []) == #"{"a":"\#(text)"}"#)
        }
    }

    @Test("a credential that stands as the user goes, and a password that nobody has escaped")
    func addressesOfTokens() {
        let user = #"{"a":"https://ghp_0123456789abcdefghij:x-oauth-basic@git.example/r"}"#
        #expect(self.masked(user, []) == #"{"a":"https://[redacted]@git.example/r"}"#)
        for password in ["pa/ssword", "p?a#b", "/x", "123456/7", "a<b>c", "1a/b@c"] {
            #expect(
                self.masked(#"{"a":"postgres://user:\#(password)@host/db and x"}"#, [])
                    .hasPrefix(#"{"a":"postgres://[redacted]@"#),
                "\(password)"
            )
        }
        // Many beginnings of addresses cost no more than their length allows.
        let many = String(repeating: "a://b:c/", count: 8_000)
        #expect(self.masked(many, []) == many)
    }

    @Test("credentials are found behind escapes that nobody undoes, in fences, and however far a scheme's spaces go")
    func disguised() {
        let quoted = #"{"a":"log: {\"env\":\"A=1\\nsk-proj-abcdefghijklmnop\"}"}"#
        #expect(self.masked(quoted, []) == #"{"a":"log: {\"env\":\"A=1\\n[redacted]\"}"}"#)
        for escape in [#"\\u0022"#, "%20", "%3D"] {
            #expect(self.masked(#"{"a":"x\#(escape)ghp_0123456789abcdefghij"}"#, []).contains("\(escape)[redacted]"))
        }
        #expect(self.masked(#"{"a":"keysk-ant-api03-abcdefghijkl"}"#, []) == #"{"a":"key[redacted]"}"#)
        #expect(self.masked(#"{"a":"bearer \t 0123456789abcdef"}"#, []) == #"{"a":"bearer \t [redacted]"}"#)
        #expect(self.masked(#"{"a":"bearer0123456789abcdef"}"#, []) == #"{"a":"bearer0123456789abcdef"}"#)
        let fence = #"{"a":"```json\n{\"password\":\"geheim\"}\n```"}"#
        #expect(!self.masked(fence, ["field:password"]).contains("geheim"))
        #expect(!self.masked("\u{FEFF}" + #"{"password":"geheim"}"#, ["field:password"]).contains("geheim"))
    }
}
