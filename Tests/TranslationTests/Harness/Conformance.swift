import Exchange

/// A feature of a caller's request: the case that has it, and what shows that it reached the vendor.
struct ConformanceFeature {
    let title: String
    /// Folder of the case below each caller's format; callers without it do not have the feature.
    let name: String
    /// The models that think are asked.
    var thinks = false
    /// What has to be in every body, near equivalents included; letter case aside. With `!` in front: must not be.
    var essence: [String] = []
    /// What an exact equivalent has to have beside, by the vendor's format.
    var exact: [FormatID: [String]] = [:]
    /// The same for formats that are not named.
    var otherwise: [String] = []
    /// Formats whose vendors do it without being asked, and how.
    var byItself: [FormatID: String] = [:]

    static let all = Self.content + Self.tools + Self.output + Self.settings + Self.service

    private static let content: [ConformanceFeature] = [
        .init(title: "Text", name: "text", essence: ["Name one river."]),
        .init(title: "System text, several blocks", name: "system-blocks", essence: ["You are a guide.", "No lists."]),
        .init(
            title: "System text inside the conversation",
            name: "late-system",
            essence: ["It is late now."],
            exact: [
                .chat: [#""role":"system","content":"It is late now.""#], .responses: [#""role":"developer""#],
                .messages: [#""role":"system""#],
            ],
            otherwise: ["no such place"]
        ),
        .init(title: "Several turns", name: "multi-turn", essence: ["Hi! What can I do?", "Count to two."]),
        .init(
            title: "Participant's name",
            name: "participant-name",
            essence: ["Say something."],
            otherwise: [#""name":"ada""#]
        ),
        .init(title: "Assistant's turn first", name: "assistant-first", essence: ["Welcome aboard."]),
        .init(title: "Assistant's turn last", name: "assistant-last", essence: ["Salt on the rope."]),
        .init(title: "Answer begun by the caller (prefill)", name: "prefill", essence: ["Salt on"]),
        .init(title: "System text alone", name: "system-only", essence: ["Introduce yourself."]),
        .init(title: "Refusal in the history", name: "refusal-history", essence: ["I will not do that."]),
        .init(title: "Image, inline", name: "image-inline", essence: ["iVBORw0KGgo"]),
        .init(title: "Image, by address", name: "image-url", essence: ["https://pictures.example/boat.jpg"]),
        .init(title: "PDF, inline", name: "pdf", essence: ["JVBERi0xLjQKJSVFT0YK"]),
        .init(
            title: "Text document with title, context and citations",
            name: "text-document",
            essence: ["Of the harbour master."],
            exact: [.converse: ["TW9uZGF5OiBjYWxtLg==", #""citations":{"enabled":true}"#]],
            otherwise: ["Monday: calm.", "citations"]
        ),
        .init(title: "Sound", name: "audio", essence: ["UklGR"]),
        .init(title: "File stored at the caller's vendor", name: "stored-file", otherwise: ["file-1"]),
    ]

    private static let tools: [ConformanceFeature] = [
        .init(
            title: "Tool, call and result",
            name: "tool-turn",
            essence: ["forecast", "Bergen", "Weather of the coming days.", "Rain, then sun."]
        ),
        .init(title: "Parallel calls", name: "parallel-tools", essence: ["Rain.", "Snow.", "Oslo", "Both, then."]),
        .init(title: "Image in a result", name: "tool-result-image", essence: ["Taken now.", "iVBORw0KGgo"]),
        .init(
            title: "Failed call",
            name: "tool-error",
            essence: ["The station does not answer."],
            exact: [.converse: [#""status":"error""#], .gemini: [#""error":"The station"#]],
            otherwise: ["Error: The station"]
        ),
        .init(title: "Interrupted call", name: "interrupted-call", essence: ["Never mind.", "call was interrupted"]),
        .init(
            title: "Calls in the history, no tools offered",
            name: "tools-only-in-history",
            essence: ["forecast", "Sun."]
        ),
        .init(title: "Legacy functions", name: "legacy-functions", essence: ["forecast", "Sun."]),
        .init(
            title: "Custom tool (free text)",
            name: "custom-tool",
            essence: ["patch", "Edits a file.", "Done."],
            otherwise: [#""type":"custom""#]
        ),
        .init(title: "Long tool name, odd call id", name: "long-tool-name", essence: ["_6424a836", "odd_1_bcb9e776"]),
        .init(
            title: "Strict tool",
            name: "strict-tool",
            essence: ["tide"],
            exact: [.gemini: [#""mode":"VALIDATED""#]],
            otherwise: [#""strict":true"#]
        ),
        .init(
            title: "Some tool must be called",
            name: "tool-choice-any",
            essence: ["forecast"],
            exact: [
                .messages: [#""tool_choice":{"type":"any"}"#], .gemini: [#""mode":"ANY""#],
                .converse: [#""toolChoice":{"any":{}}"#],
            ],
            otherwise: [#""tool_choice":"required""#]
        ),
        .init(
            title: "This tool must be called",
            name: "named-tool",
            essence: ["tide"],
            exact: [
                .chat: [#""tool_choice":{"type":"function","function":{"name":"tide"}}"#],
                .responses: [#""tool_choice":{"type":"function","name":"tide"}"#],
                .messages: [#""tool_choice":{"type":"tool","name":"tide"}"#],
                .gemini: [#""mode":"ANY","allowedFunctionNames":["tide"]"#],
                .converse: [#""toolChoice":{"tool":{"name":"tide"}}"#],
            ]
        ),
        .init(
            title: "No tool may be called",
            name: "tool-choice-none",
            essence: ["Talk only."],
            exact: [
                .messages: [#""tool_choice":{"type":"none"}"#], .gemini: [#""mode":"NONE""#],
                .converse: ["!toolConfig"],
            ],
            otherwise: [#""tool_choice":"none""#]
        ),
        .init(
            title: "Only some tools may be called",
            name: "allowed-tools",
            essence: ["tide"],
            exact: [.gemini: [#""allowedFunctionNames":["tide"]"#]],
            otherwise: [#""type":"allowed_tools""#]
        ),
        .init(
            title: "One call at a time",
            name: "one-call-at-a-time",
            essence: ["forecast"],
            exact: [.messages: [#""disable_parallel_tool_use":true"#]],
            otherwise: [#""parallel_tool_calls":false"#]
        ),
        .init(title: "Vendor's own tools, offered", name: "hosted-tools", essence: ["forecast"], otherwise: ["bash"]),
        .init(title: "Vendor's own tool, forced", name: "forced-hosted-tool", otherwise: ["no such place"]),
        .init(
            title: "Web search",
            name: "web-search",
            essence: ["Say something."],
            exact: [.gemini: [#""googleSearch""#], .messages: [#""web_search_20250305""#]],
            otherwise: ["web_search"]
        ),
        .init(title: "MCP servers", name: "mcp-servers", otherwise: ["https://tools.example"]),
    ]

    private static let output: [ConformanceFeature] = [
        .init(title: "Structured output", name: "structured-output", essence: ["rivers", "km"]),
        .init(
            title: "Any JSON",
            name: "json-mode",
            essence: ["json"],
            exact: [.gemini: [#""responseMimeType":"application/json""#]],
            otherwise: [#"{"type":"json_object"}"#]
        ),
        .init(
            title: "Thinking, by grade",
            name: "reasoning-effort",
            thinks: true,
            essence: ["Prove it."],
            exact: [
                .chat: [#""reasoning_effort":"high""#], .gemini: [#""thinkingLevel":"HIGH""#],
                .converse: ["budget_tokens"],
            ],
            otherwise: [#""effort":"high""#]
        ),
        .init(
            title: "Thinking, by tokens",
            name: "reasoning-budget",
            thinks: true,
            essence: ["Prove it."],
            otherwise: [#""budget_tokens":5000"#]
        ),
        .init(
            title: "No thinking",
            name: "reasoning-off",
            thinks: true,
            essence: ["Quick."],
            exact: [
                .chat: [#""reasoning_effort":"none""#], .messages: [#""thinking":{"type":"disabled"}"#],
                .converse: ["!thinking"],
            ],
            otherwise: [#""effort":"none""#]
        ),
        .init(
            title: "Claude's signed thinking in the history: back to Claude, cut for others",
            name: "thinking-history",
            thinks: true,
            essence: ["Lemma 2."],
            exact: [.converse: ["c2lnbmVk"], .messages: ["c2lnbmVk"]],
            otherwise: ["!c2lnbmVk"]
        ),
        .init(
            title: "Others' thinking in the history: back to its vendor, cut for the rest",
            name: "thinking-history-of-others",
            essence: ["Lemma 2.", "!mt1."],
            exact: [.responses: ["gAAAA", "!R1NJRw=="], .gemini: ["R1NJRw==", "!gAAAA"]],
            otherwise: ["!gAAAA", "!R1NJRw=="]
        ),
        .init(
            title: "Log probabilities",
            name: "logprobs",
            essence: ["Roll."],
            exact: [.gemini: [#""responseLogprobs":true"#]],
            otherwise: [#""top_logprobs":2"#]
        ),
        .init(
            title: "Several answers",
            name: "several-answers",
            essence: ["Roll."],
            exact: [.gemini: [#""candidateCount":2"#]],
            otherwise: [#""n":2"#]
        ),
        .init(title: "Spoken answer", name: "audio-out", otherwise: ["no such place"]),
    ]
}
