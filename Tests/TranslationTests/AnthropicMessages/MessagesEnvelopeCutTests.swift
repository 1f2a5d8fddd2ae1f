import AnthropicMessages
import Exchange
import Testing
import Wire

@Suite struct MessagesEnvelopeCutTests {
    private func forwarded(_ messages: String) throws -> String {
        let body = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[\(messages)]}"
        return try MessagesRoom.parsed(body) { root in
            let inspected = try MessagesRoom.format.inspect(root, operation: .messages, pathModel: nil)
            let bytes = Array(body.utf8)
            let patched = bytes.withUnsafeBytes { BytePatch.applied(inspected.edits, to: $0) }
            return MessagesRoom.messages(of: String(decoding: try #require(patched), as: UTF8.self))
        }
    }

    private let user = "{\"role\":\"user\",\"content\":\"hi\"}"

    @Test(arguments: [
        #"{"type":"thinking","thinking":"x","signature":"mt1.openai.e30"}"#,
        #"{"type":"thinking","thinking":"x","signature":"\u006dt1.openai.e30"}"#,
        #"{"type":"redacted_thinking","data":"mt1.gemini.e30"}"#,
        #"{"type":"thinking","thinking":"x","signature":""}"#,
    ])
    func `R07 thoughts of another vendor are cut from what is passed on`(block: String) throws {
        let text = "{\"type\":\"text\",\"text\":\"y\"}"
        let forwarded = try self.forwarded(
            "\(self.user),{\"role\":\"assistant\",\"content\":[\(block),\(text)]},\(self.user)"
        )
        #expect(forwarded == "[\(self.user),{\"role\":\"assistant\",\"content\":[\(text)]},\(self.user)]")
        let emptied = try self.forwarded("\(self.user),{\"role\":\"assistant\",\"content\":[\(block)]},\(self.user)")
        #expect(emptied == "[\(self.user),\(self.user)]")
    }

    @Test(arguments: [
        #"{"type":"thinking","thinking":"mt1.","signature":"EuYBmt1."}"#,
        #"{"type":"thinking","thinking":"","signature":"mt"}"#, #"{"type":"redacted_thinking","data":"Emt1."}"#,
        #"{"type":"redacted_thinking","data":5}"#, #"{"type":"text","text":"mt1.openai.e30"}"#,
    ])
    func `the vendor's own thoughts pass untouched`(block: String) throws {
        let messages = "\(self.user),{\"role\":\"assistant\",\"content\":[\(block)]}"
        #expect(try self.forwarded(messages) == "[\(messages)]")
    }
}
