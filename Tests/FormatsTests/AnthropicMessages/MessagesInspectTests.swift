import AnthropicMessages
import Exchange
import Testing
import Wire

@Suite("Inspecting a Messages request")
struct MessagesInspectTests {
    private let room = AnthropicMessagesFormat()

    private static let user = #"{"role":"user","content":"hi"}"#
    private static let unsigned = #"{"type":"thinking","thinking":"hm","signature":""}"#
    private static let signed = #"{"type":"thinking","thinking":"","signature":"c2ln"}"#
    private static let text = #"{"type":"text","text":"yes"}"#

    private func edited(_ messages: [String], _ operation: Operation = .messages) throws -> String {
        let body = Self.body(messages)
        return spliced(body, try self.room.inspect(body, operation).edits)
    }

    private static func body(_ messages: [String]) -> String {
        #"{"model":"m","messages":["# + messages.joined(separator: " , ") + #"],"max_tokens":5}"#
    }

    private static func assistant(_ blocks: String...) -> String {
        #"{"role":"assistant","content":["# + blocks.joined(separator: ",") + "]}"
    }

    @Test("thinking with an empty signature is cut, wherever it stands")
    func cut() throws {
        for blocks in [[Self.unsigned, Self.text], [Self.text, Self.unsigned], [Self.unsigned, Self.unsigned, Self.text]] {
            let message = #"{"role":"assistant","content":["# + blocks.joined(separator: ",") + "]}"
            let expected = Self.body([Self.user, Self.assistant(Self.text), Self.user])
            #expect(try self.edited([Self.user, message, Self.user]) == expected)
            #expect(try self.edited([Self.user, message, Self.user], .countTokens) == expected)
        }
    }

    @Test("signed, redacted and unsignable blocks stay")
    func kept() throws {
        let blocks = [
            Self.signed, #"{"type":"redacted_thinking","data":""}"#, #"{"type":"thinking","thinking":"x"}"#,
            #"{"type":"thinking","thinking":"x","signature":null}"#, #"{"type":"text","text":"x","signature":""}"#,
        ]
        for block in blocks {
            let messages = [Self.user, Self.assistant(block, Self.text), Self.user]
            #expect(try self.edited(messages) == Self.body(messages), "\(block)")
        }
    }

    @Test("only the assistant's blocks are looked at")
    func roles() throws {
        let messages = [#"{"role":"user","content":[\#(Self.unsigned),\#(Self.text)]}"#, #"{"role":"assistant","content":"x"}"#]
        #expect(try self.edited(messages) == Self.body(messages))
    }

    @Test("a message of nothing else goes as a whole, beside cuts in others")
    func emptied() throws {
        let mixed = Self.assistant(Self.unsigned, Self.text)
        let messages = [Self.user, Self.assistant(Self.unsigned), Self.user, mixed, Self.assistant(Self.unsigned)]
        let result = try self.edited(messages)
        try withJSON(result) { root in
            #expect(root["messages"]?.count == 3)
            #expect(root["messages"]?.element(2)?["content"]?.count == 1)
            #expect(root["max_tokens"]?.int == 5)
        }
        #expect(try self.room.inspect(result, .messages).edits.isEmpty)
    }

    @Test("a conversation is never emptied")
    func lastOne() throws {
        let messages = [Self.assistant(Self.unsigned)]
        #expect(try self.edited(messages) == Self.body(messages))
    }

    @Test("the same earlier turns are sent as the same bytes when the conversation grows")
    func appendOnly() throws {
        let turns = [Self.user, Self.assistant(Self.unsigned, Self.text), Self.user]
        let shorter = try self.edited(turns)
        let longer = try self.edited(turns + [Self.assistant(Self.unsigned, Self.text), Self.user])
        let prefix = shorter.dropLast(#"],"max_tokens":5}"#.count)
        #expect(longer.hasPrefix(prefix))
    }

    @Test("messages of any other shape are the vendor's to refuse")
    func shapes() throws {
        for messages in ["null", "7", "{}", "[]", "[null,7]", #"[{"role":"assistant","content":null}]"#] {
            #expect(try self.room.inspect(#"{"model":"m","messages":\#(messages)}"#, .messages).edits.isEmpty)
        }
    }

    @Test("a container or a thread is stored state")
    func storedState() throws {
        func fields(_ members: String) throws -> [String] {
            try self.room.inspect(#"{"model":"m",\#(members)}"#, .messages).storedStateFields
        }
        #expect(try fields(#""container":"container_1""#) == ["container"])
        #expect(try fields(#""container":{"id":"container_1"}"#) == ["container"])
        #expect(try fields(#""thread":{"id":"t"},"container":"c""#) == ["thread", "container"])
        #expect(try fields(#""container":null,"background":true"#).isEmpty)
    }

    @Test("Claude Code's session is in the user id, cut at a character")
    func session() throws {
        let id = String(repeating: "é", count: 200)
        let body = #"{"model":"m","metadata":{"user_id":"x\#(id)"}}"#
        let session = try #require(try self.room.inspect(body, .messages).session)
        #expect(session == "x" + String(repeating: "é", count: 127))
        #expect(session.utf8.count == 255)
    }
}
