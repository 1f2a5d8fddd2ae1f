import Testing

@testable import Gateway

@Suite("Shapes of bodies")
struct BodyShapeTests {
    private func shape(_ text: String, isStream: Bool = false, isCut: Bool = false) -> String {
        String(decoding: BodyShape.text(of: Array(text.utf8), isStream: isStream, isCut: isCut), as: UTF8.self)
    }

    @Test("a request's shape has roles, lengths, tools and parameters, and no text")
    func request() {
        let shape = self.shape(
            """
            {"model":"fast","temperature":0.5,"user":"SECRET","messages":[{"role":"user","content":"SECRET"},\
            {"role":"assistant","content":[{"type":"tool_use","name":"look","id":"x","input":{"SECRET":"SECRET"}}]}],\
            "tools":[{"type":"function","function":{"name":"look","description":"SECRET","parameters":{"SECRET":1}}}],\
            "metadata":{"SECRET":5}}
            """
        )
        #expect(!shape.contains("SECRET"))
        #expect(shape.contains(#""role":"user","content":{"bytes":6}"#) && shape.contains(#""temperature":0.5"#))
        #expect(shape.contains(#""name":"look""#) && shape.contains(#""model":"fast""#))
    }

    @Test("a name that no format knows is counted, not told: callers write what they like")
    func names() {
        let shape = self.shape(
            #"{"model":"fast","SECRET":"abc","messages":[{"role":"user","content":"x","SECRET-2":1}],"SECRET_3":[1,2]}"#
        )
        #expect(!shape.contains("SECRET"), "\(shape)")
        #expect(shape.contains(#""content":{"bytes":1},"…":{"members":1,"bytes":1}}"#), "\(shape)")
        #expect(shape.contains(#""…":{"members":2,"#))
    }

    @Test("a stream's shape counts its events and tells how it ended")
    func stream() {
        let shape = self.shape(
            """
            data: {"object":"chunk","choices":[{"index":0,"delta":{"content":"SECRET"},"finish_reason":null}]}

            data: {"object":"chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: [DONE]

            """,
            isStream: true
        )
        #expect(shape.contains(#""events":3,"kinds":{"chunk":2},"text_bytes":6,"finish_reasons":["stop"]"#))
        #expect(!shape.contains("SECRET"))
    }

    @Test("what is cut or no JSON has no shape", arguments: [#"{"a":"SEC"#, "SECRET", ""])
    func none(_ text: String) {
        #expect(self.shape(text) == #"{"shape":null}"#)
        #expect(self.shape("{}", isCut: true) == #"{"shape":null}"#)
    }
}
