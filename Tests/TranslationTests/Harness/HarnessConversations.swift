/// Long conversations with tools, message by message, as each caller writes them.
struct HarnessConversation {
    let client: HarnessClient
    /// Members before the messages, with a comma behind.
    let settings: String
    let messages: [String]
    /// How many messages there are when the caller asks: always after the user or a tool.
    let cuts: [Int]

    /// The request when so many messages were exchanged.
    ///
    /// - Parameters:
    ///   - count: How many messages.
    ///   - seesPictures: Otherwise there are words in their place.
    /// - Returns: The body.
    func request(_ count: Int, seesPictures: Bool) -> String {
        let name = self.client == .responses ? "input" : "messages"
        let messages = self.messages.prefix(count).joined(separator: ",")
            .replacing("PICTURE", with: seesPictures ? self.client.picture : self.client.words)
        return "{\"model\":\"fast\",\(self.settings)\"\(name)\":[\(messages)]}"
    }

    static let all = [Self.chat, Self.responses, Self.messages]

    static func of(_ client: HarnessClient) -> HarnessConversation {
        switch client {
        case .chat: self.chat
        case .responses: self.responses
        case .messages: self.messages
        }
    }

    private static let schema = #"{"type":"object","properties":{"at":{"type":"string"}},"required":["at"]}"#

    static let chat = HarnessConversation(
        client: .chat,
        settings: """
            "tools":[{"type":"function","function":{"name":"look","description":"Looks.","parameters":\(Self.schema)}},
            {"type":"function","function":{"name":"tide","parameters":\(Self.schema)}}],
            """,
        messages: [
            #"{"role":"system","content":"You are a pilot."}"#,
            #"{"role":"user","content":[{"type":"text","text":"Where are we?"},PICTURE]}"#,
            #"{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"at\":\"port\"}"}},{"id":"c2","type":"function","function":{"name":"tide","arguments":""}}]}"#,
            #"{"role":"tool","tool_call_id":"c1","content":"A light."}"#,
            #"{"role":"tool","tool_call_id":"c2","content":"{\"m\":1.0}"}"#,
            #"{"role":"assistant","content":"Off the head."}"#,
            #"{"role":"user","content":"And now?"}"#,
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"c3","type":"function","function":{"name":"look","arguments":"{\"at\":\"bow\"}"}}]}"#,
            #"{"role":"tool","tool_call_id":"c3","content":"Fog."}"#,
            #"{"role":"assistant","content":"Fog ahead."}"#,
            #"{"role":"system","content":"Night falls."}"#,
            #"{"role":"user","content":"Slow down?"}"#,
            #"{"role":"assistant","content":"Yes."}"#,
            #"{"role":"user","content":"Thanks."}"#,
        ],
        cuts: [2, 5, 7, 9, 12, 14]
    )

    static let responses = HarnessConversation(
        client: .responses,
        settings: """
            "instructions":"You are a pilot.",
            "tools":[{"type":"function","name":"look","description":"Looks.","parameters":\(Self.schema),"strict":false},
            {"type":"custom","name":"log","description":"Writes the log."}],
            """,
        messages: [
            #"{"role":"user","content":[{"type":"input_text","text":"Where are we?"},PICTURE]}"#,
            #"{"role":"assistant","content":[{"type":"output_text","text":"Let me see."}]}"#,
            #"{"type":"function_call","call_id":"c1","name":"look","arguments":"{\"at\":\"port\"}"}"#,
            #"{"type":"custom_tool_call","call_id":"c2","name":"log","input":"light \"red\""}"#,
            #"{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"A light."},PICTURE]}"#,
            #"{"type":"custom_tool_call_output","call_id":"c2","output":"ok"}"#,
            #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Off the head."}]}"#,
            #"{"role":"user","content":"And now?"}"#,
            #"{"type":"function_call","call_id":"c3","name":"look","arguments":"{}"}"#,
            #"{"type":"function_call_output","call_id":"c3","output":""}"#,
            #"{"role":"assistant","content":"Fog ahead."}"#,
            #"{"role":"developer","content":"Night falls."}"#,
            #"{"role":"user","content":"Slow down?"}"#,
        ],
        cuts: [1, 6, 8, 10, 13]
    )

    static let messages = HarnessConversation(
        client: .messages,
        settings: """
            "max_tokens":900,"system":[{"type":"text","text":"You are a pilot."},{"type":"text","text":"Be calm."}],
            "tools":[{"name":"look","description":"Looks.","input_schema":\(Self.schema)},
            {"name":"tide","input_schema":{"type":"object"}}],
            """,
        messages: [
            #"{"role":"user","content":[{"type":"text","text":"Where are we?"}]}"#,
            #"{"role":"assistant","content":[{"type":"text","text":"Let me see."},{"type":"tool_use","id":"t1","name":"look","input":{"at":"port"}},{"type":"tool_use","id":"t2","name":"tide","input":{}}]}"#,
            #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"No gauge."},{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"A light."},PICTURE]}]}"#,
            #"{"role":"system","content":"The watch changed."}"#,
            #"{"role":"assistant","content":"Off the head."}"#,
            #"{"role":"user","content":"And now?"}"#,
            #"{"role":"assistant","content":[{"type":"tool_use","id":"t3","name":"look","input":{"at":"bow"}}]}"#,
            #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t3","content":"Fog."},{"type":"text","text":"Hurry."}]}"#,
            #"{"role":"assistant","content":[{"type":"text","text":"Fog ahead."}]}"#,
            #"{"role":"user","content":"Slow down?"}"#,
            #"{"role":"assistant","content":"Yes."}"#,
            #"{"role":"user","content":"Thanks."}"#,
        ],
        cuts: [1, 3, 6, 8, 10, 12]
    )
}

extension HarnessClient {
    private static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="

    /// A content part with an image of one pixel.
    fileprivate var picture: String {
        switch self {
        case .chat: #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(Self.pixel)"}}"#
        case .responses: #"{"type":"input_image","image_url":"data:image/png;base64,\#(Self.pixel)"}"#
        case .messages:
            #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(Self.pixel)"}}"#
        }
    }

    /// A content part with text.
    fileprivate var words: String {
        #"{"type":"\#(self == .responses ? "input_text" : "text")","text":"A dark pixel."}"#
    }
}
