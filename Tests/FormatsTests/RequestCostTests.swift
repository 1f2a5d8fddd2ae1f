import Exchange
import Testing

/// What makes a request cost more than its text, or more than can be said.
@Suite("What a request costs beside its text")
struct RequestCostTests {
    private func cost(_ members: String, _ operation: Operation) throws -> RequestCost {
        let room = try #require(rooms[operation.format])
        return try room.inspect(#"{"model":"m",\#(members)}"#, operation).cost
    }

    static let plainBodies: [(Operation, String)] = [
        (.chat, #""messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"audio":null}]"#),
        (
            .chat,
            #""messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"refusal","refusal":"y"}]}]"#
        ),
        (.chat, #""tools":[{"type":"function","function":{"name":"f"}},{"type":"custom"},{"function":{"name":"g"}}]"#),
        (.chat, #""web_search_options":null,"plugins":[],"models":[],"modalities":["text"],"enable_search":false"#),
        (.chat, #""service_tier":"auto","messages":null,"tools":null,"functions":[{"name":"f"}]"#),
        (.chat, #""messages":[7,null,"x",{}],"tools":{},"service_tier":7"#),
        (.responses, #""input":"x","tools":[{"type":"function","name":"f"},{"type":"tool_search"}]"#),
        (.responses, #""tools":[{"type":"namespace","tools":[{"type":"function"}]},{"type":"local_shell"}]"#),
        (.responses, #""tools":[{"type":"shell","environment":{"type":"local"}}],"background":false"#),
        (
            .responses,
            #""input":[{"role":"user","content":"x"},{"type":"reasoning","summary":[{"type":"summary_text"}]}]"#
        ),
        (.responses, #""input":[{"type":"function_call_output","output":[{"type":"input_text","text":"x"}]}]"#),
        (.responses, #""context_management":[{"type":"compaction","compact_threshold":1}]"#),
        (.messages, #""tools":[{"name":"f"},{"type":null},{"type":""},{"type":"custom"},{"type":"bash_20250124"}]"#),
        (
            .messages,
            #""tools":[{"type":"text_editor_20250728"},{"type":"memory_20250818"},{"type":"computer_20251124"}]"#
        ),
        (.messages, #""messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"mcp_servers":[]"#),
        (.messages, #""messages":[{"content":[{"type":"document","source":{"type":"text","data":"x"}}]}]"#),
        (.messages, #""context_management":{"edits":[]},"thread":null,"speed":"standard","service_tier":"auto""#),
    ]

    @Test("text and the caller's own tools are all that is there", arguments: RequestCostTests.plainBodies)
    func plain(_ operation: Operation, _ members: String) throws {
        #expect(try self.cost(members, operation) == RequestCost())
    }

    static let unboundedBodies: [(Operation, String, String)] = [
        (.chat, #""web_search_options":{}"#, "web search by the vendor"),
        (.chat, #""search_parameters":{"mode":"auto"}"#, "web search by the vendor"),
        (.chat, #""plugins":[{"id":"web"}]"#, "web search by the vendor"),
        (.chat, #""enable_search":true"#, "web search by the vendor"),
        (.chat, #""models":["a","b"]"#, "a choice of other models"),
        (.chat, #""preset":"p""#, "settings that the vendor keeps"),
        (.chat, #""modalities":["text","audio"]"#, "answers that are not text alone"),
        (.chat, #""tools":[{"type":"function"},{"type":"browser_search"}]"#, "a tool that the vendor runs"),
        (.chat, #""tools":[{}]"#, "a tool that the vendor runs"),
        (.chat, #""messages":[{"role":"assistant","audio":{"id":"a"}}]"#, "audio"),
        (.chat, #""messages":[{"content":[{"type":"input_audio","input_audio":{"data":"AAAA"}}]}]"#, "audio"),
        (.chat, #""messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]"#, "a file that the vendor keeps"),
        (
            .chat, #""messages":[{"content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AA"}}]}]"#,
            "a document, whose pages cannot be counted beforehand"
        ),
        (.chat, #""messages":[{"content":[{"type":"video_url"}]}]"#, "content of an unknown kind"),
        (.chat, #""service_tier":"scale""#, "a service tier without a price"),
        (.chat, #""web\u005fsearch_options":{}"#, "web search by the vendor"),
        (.responses, #""previous_response_id":"r""#, "content that the vendor keeps"),
        (.responses, #""conversation":{"id":"c"}"#, "content that the vendor keeps"),
        (.responses, #""prompt":{"id":"p"}"#, "content that the vendor keeps"),
        (.responses, #""input":[{"id":"rs_1"}]"#, "content that the vendor keeps"),
        (.responses, #""background":true"#, "work in the background"),
        (.responses, #""tools":[{"type":"web_search"}]"#, "a tool that the vendor runs"),
        (.responses, #""tools":[{"type":"mcp"}]"#, "a tool that the vendor runs"),
        (.responses, #""tools":[{"type":"shell"}]"#, "a tool that the vendor runs"),
        (
            .responses, #""tools":[{"type":"namespace","tools":[{"type":"file_search"}]}]"#,
            "a tool that the vendor runs"
        ),
        (.responses, #""input":[{"type":"additional_tools","tools":[{"type":"mcp"}]}]"#, "a tool that the vendor runs"),
        (.responses, #""input":[{"content":[{"type":"input_file","file_id":"f"}]}]"#, "a file that the vendor keeps"),
        (.responses, #""input":[{"content":[{"type":"input_file","file_url":"u"}]}]"#, "a document by its address"),
        (.responses, #""input":[{"content":[{"type":"input_audio"}]}]"#, "audio"),
        (.responses, #""input":[{"output":[{"type":"input_video"}]}]"#, "content of an unknown kind"),
        (.responses, #""service_tier":"ultrafast""#, "a service tier without a price"),
        (.messages, #""tools":[{"type":"web_search_20250305"}]"#, "a tool that the vendor runs"),
        (.messages, #""tools":[{"type":"advisor_20260301"}]"#, "a tool that the vendor runs"),
        (.messages, #""mcp_servers":[{"type":"url"}]"#, "tools of a server that the vendor calls"),
        (.messages, #""fallbacks":[{"model":"n"}]"#, "a choice of other models"),
        (.messages, #""thread":{"id":"t"}"#, "content that the vendor keeps"),
        (.messages, #""speed":"fast""#, "answers at fast speed, which have no price"),
        (
            .messages, #""messages":[{"content":[{"type":"document","source":{"type":"url","url":"u"}}]}]"#,
            "a document by its address"
        ),
        (
            .messages, #""messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]"#,
            "a file that the vendor keeps"
        ),
        (.messages, #""messages":[{"content":[{"type":"container_upload"}]}]"#, "a file that the vendor keeps"),
    ]

    @Test("what has no bound is named", arguments: RequestCostTests.unboundedBodies)
    func unbounded(_ operation: Operation, _ members: String, _ what: String) throws {
        #expect(try self.cost(members, operation).unbounded == what)
    }

    @Test("the first thing found is the one that is named")
    func first() throws {
        let members = #""tools":[{"type":"web_search"}],"background":true,"service_tier":"scale""#
        #expect(try self.cost(members, .responses).unbounded == "a service tier without a price")
    }

    @Test("images are counted, and their base64 is no text")
    func images() throws {
        let data = "data:image/png;base64,AAAA"
        let chat = try self.cost(
            #""messages":[{"content":[{"type":"image_url","image_url":{"url":"\#(data)"}},"#
                + #"{"type":"image_url","image_url":"\#(data)"},{"type":"image_url","image_url":{"url":"https://x/y"}}]}]"#,
            .chat
        )
        #expect(chat.mediaCount == 3 && chat.inlineMediaBytes == 2 * data.utf8.count && chat.unbounded == nil)
        let responses = try self.cost(
            #""input":[{"content":[{"type":"input_image","image_url":"\#(data)"},{"type":"input_image","file_id":"f"}]},"#
                + #"{"type":"computer_call_output","output":{"type":"computer_screenshot","image_url":"\#(data)"}},"#
                + #"{"type":"image_generation_call","result":"AAAA"}]"#,
            .responses
        )
        #expect(responses.mediaCount == 4 && responses.inlineMediaBytes == 2 * data.utf8.count + 4)
        #expect(responses.unbounded == nil)
        let image = #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}"#
        let messages = try self.cost(
            #""system":[\#(image)],"messages":[{"content":[\#(image),{"type":"image","source":{"type":"url","url":"u"}},"#
                + #"{"type":"tool_result","content":[\#(image)]},"#
                + #"{"type":"document","source":{"type":"content","content":[\#(image)]}}]}]"#,
            .messages
        )
        #expect(messages.mediaCount == 5 && messages.inlineMediaBytes == 16 && messages.unbounded == nil)
    }

    @Test("text that claims to be an image stays text")
    func disguised() throws {
        let part = #"{"type":"image_url","image_url":{"url":"a long prompt"}}"#
        let cost = try self.cost(#""messages":[{"content":[\#(part)]}]"#, .chat)
        #expect(cost.mediaCount == 1 && cost.inlineMediaBytes == 0)
        let other = try self.cost(
            #""messages":[{"content":[\#(part.replacing("a long", with: "data:text/x,"))]}]"#,
            .chat
        )
        #expect(other.unbounded == "media of an unknown kind")
    }

    @Test("documents: plain text is text, others are no text and have no bound")
    func documents() throws {
        func file(_ data: String) -> String {
            #""input":[{"content":[{"type":"input_file","filename":"f","file_data":"\#(data)"}]}]"#
        }
        #expect(try self.cost(file("data:text/plain;base64,AAAA"), .responses) == RequestCost())
        let pdf = try self.cost(file("data:application/pdf;base64,AAAA"), .responses)
        #expect(pdf.unbounded != nil && pdf.inlineMediaBytes == 32 && pdf.mediaCount == 0)
    }

    static let tiers: [(Operation, String, PriceTier?)] = [
        (.chat, "default", .standard), (.chat, "flex", .flex), (.chat, "fast", .priority), (.chat, "auto", nil),
        (.responses, "priority", .priority), (.responses, "default", .standard),
        (.messages, "standard_only", .standard),
        (.messages, "auto", nil),
    ]

    @Test("the tier asked for", arguments: RequestCostTests.tiers)
    func tier(_ operation: Operation, _ word: String, _ tier: PriceTier?) throws {
        let cost = try self.cost(#""service_tier":"\#(word)""#, operation)
        #expect(cost.requestedTier == tier && cost.unbounded == nil)
        #expect(try self.cost(#""service_tier":null"#, operation).requestedTier == nil)
    }

    static let marks: [(Operation, @Sendable (String) -> String)] = [
        (.messages, { #""cache_control":\#($0)"# }),
        (.messages, { #""tools":[{"name":"f","cache_control":\#($0)}]"# }),
        (.messages, { #""system":[{"type":"text","text":"x","cache_control":\#($0)}]"# }),
        (.messages, { #""messages":[{"content":[{"type":"text","text":"x","cache_control":\#($0)}]}]"# }),
        (
            .messages,
            {
                let inner = #"{"type":"text","text":"x","cache_control":\#($0)}"#
                return #""messages":[{"content":[{"type":"tool_result","tool_use_id":"t","content":[\#(inner)]}]}]"#
            }
        ),
        (.chat, { #""messages":[{"content":[{"type":"text","text":"x","cache_control":\#($0)}]}]"# }),
        (.responses, { #""input":[{"content":[{"type":"input_text","text":"x","prompt_cache_breakpoint":\#($0)}]}]"# }),
    ]

    @Test("a mark of the long lifetime is found wherever it may stand", arguments: RequestCostTests.marks.indices)
    func cacheMarks(_ index: Int) throws {
        let (operation, members) = Self.marks[index]
        #expect(try self.cost(members(#"{"type":"ephemeral","ttl":"1h"}"#), operation).writesCacheOneHour)
        #expect(try self.cost(members(#"{"type":"ephemeral","ttl":"12h"}"#), operation).writesCacheOneHour)
        for short in [#"{"type":"ephemeral"}"#, #"{"type":"ephemeral","ttl":"5m"}"#, "null", #""1h""#] {
            #expect(try !self.cost(members(short), operation).writesCacheOneHour, "\(short)")
        }
    }

    @Test("what only counts tokens costs nothing")
    func counting() throws {
        let members = #""tools":[{"type":"web_search"}],"background":true"#
        #expect(try self.cost(members, .responsesInputTokens) == RequestCost())
        #expect(try self.cost(members, .countTokens) == RequestCost())
        #expect(try self.cost(members, .responsesCompact).unbounded != nil)
    }
}
