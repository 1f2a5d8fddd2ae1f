import Wire

/// The documents that are measured: the same conversations as a Chat and as a Messages caller writes them.
enum Samples {
    /// About a kilobyte.
    static let shortChat = Self.chat(turns: 0, padding: 560)
    /// About a kilobyte.
    static let shortMessages = Self.messages(turns: 0, padding: 560)
    /// About 100 KB: twelve tools, and call and result in turns.
    static let longChat = Self.chat(turns: 40, padding: 1_800)
    /// About 100 KB: twelve tools, and call and result in turns.
    static let longMessages = Self.messages(turns: 40, padding: 1_800)

    private static let system = "You keep watch over a harbour and answer in one sentence."

    private static func chat(turns: Int, padding: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { w in
            w.member("model", "fast")
            w.member("stream", true)
            w.member("max_tokens", 512)
            w.member("temperature", 0.7)
            w.member("tools", array: { w in Self.tools(&w, turns, isChat: true) })
            w.member(
                "messages",
                array: { w in
                    Self.message(&w, "system", Self.system)
                    Self.message(&w, "user", Self.prose(padding))
                    for turn in 0..<turns {
                        w.object { w in
                            w.member("role", "assistant")
                            w.member("content", "Let me look at that.")
                            w.member(
                                "tool_calls",
                                array: { w in
                                    w.object { w in
                                        w.member("id", "call_\(turn)")
                                        w.member("type", "function")
                                        w.member(
                                            "function",
                                            object: { w in
                                                w.member("name", "tool_\(turn % 12)")
                                                w.member("arguments", Self.arguments(turn))
                                            }
                                        )
                                    }
                                }
                            )
                        }
                        w.object { w in
                            w.member("role", "tool")
                            w.member("tool_call_id", "call_\(turn)")
                            w.member("content", Self.code(padding))
                        }
                    }
                    if turns > 0 { Self.message(&w, "user", "And what follows from that?") }
                }
            )
        }
        return writer.bytes
    }

    private static func messages(turns: Int, padding: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { w in
            w.member("model", "fast")
            w.member("stream", true)
            w.member("max_tokens", 512)
            w.member("temperature", 0.7)
            w.member(
                "system",
                array: { w in
                    w.object { w in
                        w.member("type", "text")
                        w.member("text", Self.system)
                        w.member("cache_control", object: { $0.member("type", "ephemeral") })
                    }
                }
            )
            w.member("tools", array: { w in Self.tools(&w, turns, isChat: false) })
            w.member(
                "messages",
                array: { w in
                    Self.message(&w, "user", Self.prose(padding))
                    for turn in 0..<turns {
                        Self.call(turn, &w)
                        Self.result(turn, padding, isLast: turn == turns - 1, &w)
                    }
                }
            )
        }
        return writer.bytes
    }

    private static func call(_ turn: Int, _ w: inout JSONWriter) {
        w.object { w in
            w.member("role", "assistant")
            w.member(
                "content",
                array: { w in
                    w.object { w in
                        w.member("type", "text")
                        w.member("text", "Let me look at that.")
                    }
                    w.object { w in
                        w.member("type", "tool_use")
                        w.member("id", "toolu_\(turn)")
                        w.member("name", "tool_\(turn % 12)")
                        w.key("input")
                        w.raw(Self.arguments(turn))
                    }
                }
            )
        }
    }

    private static func result(_ turn: Int, _ padding: Int, isLast: Bool, _ w: inout JSONWriter) {
        w.object { w in
            w.member("role", "user")
            w.member(
                "content",
                array: { w in
                    w.object { w in
                        w.member("type", "tool_result")
                        w.member("tool_use_id", "toolu_\(turn)")
                        w.member("content", Self.code(padding))
                    }
                    if isLast {
                        w.object { w in
                            w.member("type", "text")
                            w.member("text", "And what follows from that?")
                        }
                    }
                }
            )
        }
    }

    private static func tools(_ w: inout JSONWriter, _ turns: Int, isChat: Bool) {
        for index in 0..<(turns > 0 ? 12 : 1) {
            w.object { w in
                if isChat {
                    w.member("type", "function")
                    w.key("function")
                    w.beginObject()
                }
                w.member("name", "tool_\(index)")
                w.member("description", turns > 0 ? Self.prose(500) : "Reads a file.")
                w.key(isChat ? "parameters" : "input_schema")
                w.raw(#"{"type":"object","properties":{"path":{"type":"string","description":"The file"},"#)
                w.bytes.append(contentsOf: #""limit":{"type":"integer"}},"required":["path"]}"#.utf8)
                if isChat { w.endObject() }
            }
        }
    }

    private static func arguments(_ turn: Int) -> String {
        #"{"path":"/srv/harbour/quay-\#(turn)/berths.swift","limit":\#(turn * 10),"query":"\#(Self.prose(160))"}"#
    }

    private static func message(_ writer: inout JSONWriter, _ role: String, _ content: String) {
        writer.object { w in
            w.member("role", role)
            w.member("content", content)
        }
    }

    private static func prose(_ count: Int) -> String {
        let text = "The quick brown fox jumps over the lazy dog, and then it sleeps in the afternoon sun. "
        return String(String(repeating: text, count: count / text.utf8.count + 1).prefix(count))
    }

    private static func code(_ count: Int) -> String {
        let text = "    if (a[\"key\"] != b) {\n\t\treturn swap(&a, \"\\n\");\n    }\n"
        return String(String(repeating: text, count: count / text.utf8.count + 1).prefix(count))
    }
}

/// Pieces of vendors' streams: what comes first, and the event that is then repeated.
struct StreamSample {
    var name: String
    var opening: [UInt8]
    var event: [UInt8]

    private init(_ name: String, opening: String, event: String) {
        self.name = name
        self.opening = Array(opening.utf8)
        self.event = Array(event.utf8)
    }

    private static let chunk = """
        data: {"id":"chatcmpl-BtLx5d8fQ2vXy1Zr0aPq","object":"chat.completion.chunk","created":1752222222,\
        "model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_34a54ae93c",\
        "choices":[{"index":0,"delta":
        """

    static let chatText = StreamSample(
        "text",
        opening: Self.chunk + #"{"role":"assistant","content":"Hello"},"finish_reason":null}],"usage":null}"# + "\n\n",
        event: Self.chunk + #"{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null}"# + "\n\n"
    )
    static let chatCall = StreamSample(
        "call",
        opening: Self.chunk + #"{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","#
            + #""arguments":"{\"text\":\""}}]},"finish_reason":null}],"usage":null}"# + "\n\n",
        event: Self.chunk + #"{"tool_calls":[{"index":0,"function":{"arguments":"abcd"}}]},"finish_reason":null}]}"#
            + "\n\n"
    )
    static let messagesText = StreamSample(
        "text",
        opening: #"data: {"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":9}}}"#
            + "\n\n"
            + #"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"# + "\n\n"
            + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"# + "\n\n",
        event: "event: content_block_delta\n"
            + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" world"}}"# + "\n\n"
    )
}
