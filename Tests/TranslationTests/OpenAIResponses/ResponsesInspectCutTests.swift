import Exchange
import OpenAIResponses
import Testing
import Wire

@Suite struct ResponsesInspectCutTests {
    private func passed(_ items: String, _ operation: Operation = .responses) throws -> String {
        let body = #"{"model":"m","input":\#(items)}"#
        let edits = try withResponsesJSON(body) {
            try responsesRoom.inspect($0, operation: operation, pathModel: nil).edits
        }
        let bytes = Array(body.utf8).withUnsafeBytes { BytePatch.applied(edits, to: $0) }
        return String(decoding: bytes ?? [], as: UTF8.self).replacing(#"{"model":"m","input":"#, with: "")
    }

    private static let sealed =
        ReasoningEnvelope.seal(Reasoning(text: "x", state: ReasoningState(owner: "anthropic", value: "s"))) ?? ""

    @Test func `R07 reasoning of another vendor is cut from a passed-through request, nothing else`() throws {
        let foreign = #"{"type":"reasoning","summary":[],"encrypted_content":"\#(Self.sealed)"}"#
        let own = #"{"type":"reasoning","summary":[],"encrypted_content":"gAAAmt1."}"#
        let text = #"{"role":"user","content":"mt1.x"}"#
        for operation in [Operation.responses, .responsesInputTokens, .responsesCompact] {
            #expect(try self.passed("[\(text), \(foreign),\(own), \(foreign)]", operation) == "[\(text), \(own)]}")
        }
        #expect(try self.passed("[\(foreign)]") == "[]}")
        #expect(try self.passed(#"[{"type":"reasoning","encrypted_content":"\u006dt1.a.b"},\#(text)]"#) == "[\(text)]}")
        #expect(
            try self.passed(
                #"[{"type":"reasoning","encrypted_content":null},{"type":"compaction","encrypted_content":"mt1."}]"#
            ).contains("mt1.")
        )
        #expect(try self.passed(#""mt1.""#) == #""mt1."}"#)
    }
}
