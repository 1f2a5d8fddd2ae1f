import Exchange

extension ConformanceFeature {
    static let settings: [ConformanceFeature] = [
        .init(title: "Cap on output", name: "max-tokens", essence: ["777"]),
        .init(
            title: "Temperature",
            name: "temperature",
            essence: ["Say something."],
            otherwise: [#""temperature":0.7"#]
        ),
        .init(
            title: "Top-p",
            name: "top-p",
            essence: ["Say something."],
            exact: [.gemini: [#""topP":0.8"#], .converse: [#""topP":0.8"#]],
            otherwise: [#""top_p":0.8"#]
        ),
        .init(
            title: "Top-k",
            name: "top-k",
            essence: ["Say something."],
            exact: [.gemini: [#""topK":40"#]],
            otherwise: [#""top_k":40"#]
        ),
        .init(title: "Seed", name: "seed", essence: ["Say something."], otherwise: [#""seed":7"#]),
        .init(
            title: "Penalties",
            name: "penalties",
            essence: ["Say something."],
            exact: [.gemini: [#""presencePenalty":0.25"#, #""frequencyPenalty":0.5"#]],
            otherwise: [#""frequency_penalty":0.5"#, #""presence_penalty":0.25"#]
        ),
        .init(title: "Stop texts", name: "stop", essence: ["Count."], otherwise: ["three"]),
        .init(title: "Logit bias", name: "logit-bias", otherwise: ["50256"]),
        .init(title: "Prediction", name: "prediction", otherwise: [#""prediction""#]),
        .init(
            title: "Verbosity",
            name: "verbosity",
            essence: ["Say something."],
            otherwise: [#""verbosity":"low""#]
        ),
    ]

    static let service: [ConformanceFeature] = [
        .init(
            title: "Streaming",
            name: "stream",
            essence: ["Say something."],
            otherwise: [#""stream":true"#],
            byItself: [.gemini: "the path asks for it", .converse: "the path asks for it"]
        ),
        .init(
            title: "Cache marks",
            name: "cache-marks",
            essence: ["The whole handbook."],
            exact: [.converse: ["cachePoint"]],
            otherwise: ["cache_control"],
            byItself: [
                .chat: "these models cache without marks", .responses: "these models cache without marks",
                .gemini: "these models cache without marks",
            ]
        ),
        .init(title: "End user", name: "end-user", essence: ["Say something."], otherwise: ["user-7"]),
        .init(title: "Caller's labels", name: "labels", essence: ["Say something."], otherwise: [#""desk":"north""#]),
        .init(title: "Service tier", name: "tier", essence: ["Say something."], otherwise: ["flex"]),
        .init(title: "State stored at the caller's vendor", name: "stored-state", otherwise: ["resp_1"]),
        .init(title: "Run in the background", name: "background", otherwise: [#""background":true"#]),
        .init(title: "A field nobody knows", name: "unknown-field", otherwise: ["sparkle"]),
        .init(
            title: "A coding agent's whole request",
            name: "coding-agent",
            thinks: true,
            essence: ["Fix the test.", "let a = 1", "read_file"]
        ),
    ]
}
