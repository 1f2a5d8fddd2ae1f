import Exchange
import Testing

/// A usage object and the disjoint counts that it means.
struct UsageCase: CustomTestStringConvertible, Sendable {
    var name: String
    var json: String
    var usage: TokenUsage?

    init(_ name: String, _ json: String, _ usage: TokenUsage?) {
        self.name = name
        self.json = json
        self.usage = usage
    }

    var testDescription: String { self.name }
}

extension UsageCase {
    /// What servers really say.
    static let ofServers: [UsageCase] = [
        UsageCase(
            "OpenAI",
            #"""
            {"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
             "prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":16,"audio_tokens":0},
             "completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":0,"rejected_prediction_tokens":4}}
            """#,
            .counts(input: 20, read: 64, write5m: 16, output: 20, reasoning: 30)
        ),
        UsageCase(
            "audio both ways",
            #"""
            {"prompt_tokens":40,"completion_tokens":68,"total_tokens":108,
             "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":25},
             "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":51}}
            """#,
            .counts(input: 15, audioIn: 25, output: 17, audioOut: 51)
        ),
        UsageCase(
            "cached audio is cached",
            #"{"prompt_tokens":40,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":32,"audio_tokens":25}}"#,
            .counts(read: 32, audioIn: 8, output: 1)
        ),
        UsageCase(
            "plain",
            #"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}"#,
            .counts(input: 3, output: 4)
        ),
        UsageCase("no total", #"{"prompt_tokens":3,"completion_tokens":4}"#, .counts(input: 3, output: 4)),
        UsageCase(
            "null details",
            #"{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":null,"completion_tokens_details":null}"#,
            .counts(input: 3, output: 4)
        ),
        UsageCase(
            "xAI: reasoning outside the completion",
            #"""
            {"prompt_tokens":462,"completion_tokens":7,"total_tokens":630,"prompt_tokens_details":{"cached_tokens":128},
             "completion_tokens_details":{"reasoning_tokens":161}}
            """#,
            .counts(input: 334, read: 128, output: 7, reasoning: 161)
        ),
        UsageCase(
            "Google: reasoning outside, and only in the total",
            #"{"prompt_tokens":35,"completion_tokens":12,"total_tokens":109}"#,
            .counts(input: 35, output: 12, reasoning: 62)
        ),
        UsageCase(
            "Mistral: audio outside the prompt",
            #"{"prompt_tokens":8,"completion_tokens":5,"total_tokens":388,"prompt_tokens_details":{"audio_tokens":375}}"#,
            .counts(input: 8, audioIn: 375, output: 5)
        ),
        UsageCase(
            "DeepSeek's own names",
            #"{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}"#,
            .counts(input: 4, read: 6, output: 1)
        ),
        UsageCase(
            "Together's own names",
            #"{"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,"cached_tokens":3,"reasoning_tokens":5}"#,
            .counts(input: 7, read: 3, output: 4, reasoning: 5)
        ),
        UsageCase(
            "Mistral's own name",
            #"{"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,"num_cached_tokens":3}"#,
            .counts(input: 7, read: 3, output: 9)
        ),
        UsageCase(
            "Databricks' own names",
            #"""
            {"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,"cache_read_input_tokens":3,
             "cache_creation_input_tokens":2}
            """#,
            .counts(input: 5, read: 3, write5m: 2, output: 9)
        ),
        UsageCase("embeddings", #"{"prompt_tokens":8,"total_tokens":8}"#, .counts(input: 8)),
        UsageCase("a total alone", #"{"total_tokens":8}"#, .counts(input: 8)),
        UsageCase("explicit zeros", #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, .counts()),
        UsageCase("null", "null", nil),
        UsageCase("empty", "{}", nil),
        UsageCase("no object", "[1]", nil),
        UsageCase("null counts", #"{"prompt_tokens":null,"completion_tokens":null,"total_tokens":null}"#, nil),
    ]

    /// What no honest server says.
    static let hostile: [UsageCase] = [
        UsageCase(
            "negative",
            #"{"prompt_tokens":-5,"completion_tokens":4}"#,
            .counts(output: 4, anomalous: true)
        ),
        UsageCase("text", #"{"prompt_tokens":"12","completion_tokens":4}"#, .counts(output: 4, anomalous: true)),
        UsageCase(
            "fraction",
            #"{"prompt_tokens":1.5,"completion_tokens":4.0}"#,
            .counts(input: 2, output: 4, anomalous: true)
        ),
        UsageCase(
            "beyond all measure",
            #"{"prompt_tokens":1e308,"completion_tokens":9223372036854775807,"total_tokens":99999999999999999999}"#,
            .counts(input: CountReader.largest, output: CountReader.largest, anomalous: true)
        ),
        UsageCase(
            "cached more than the prompt",
            #"{"prompt_tokens":31,"completion_tokens":9,"total_tokens":40,"prompt_tokens_details":{"cached_tokens":161}}"#,
            .counts(read: 31, output: 9, anomalous: true)
        ),
        UsageCase(
            "written more than is left",
            #"{"prompt_tokens":31,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":9}}"#,
            .counts(read: 30, write5m: 1, anomalous: true)
        ),
        UsageCase(
            "reasoning more than the completion",
            #"{"prompt_tokens":43,"completion_tokens":10,"total_tokens":53,"completion_tokens_details":{"reasoning_tokens":11}}"#,
            .counts(input: 43, reasoning: 10, anomalous: true)
        ),
        UsageCase(
            "audio more than the whole",
            #"{"prompt_tokens":4,"completion_tokens":5,"prompt_tokens_details":{"audio_tokens":6},"completion_tokens_details":{"audio_tokens":6,"reasoning_tokens":1}}"#,
            .counts(audioIn: 4, reasoning: 1, audioOut: 4, anomalous: true)
        ),
        UsageCase(
            "total less than its parts",
            #"{"prompt_tokens":4,"completion_tokens":5,"total_tokens":1}"#,
            .counts(input: 4, output: 5, anomalous: true)
        ),
        UsageCase(
            "total more than its parts, and no reason",
            #"{"prompt_tokens":4,"completion_tokens":5,"total_tokens":100,"completion_tokens_details":{"reasoning_tokens":1}}"#,
            .counts(input: 4, output: 4, reasoning: 1, anomalous: true)
        ),
        UsageCase(
            "objects and truth values",
            #"{"prompt_tokens":{},"completion_tokens":true,"total_tokens":[]}"#,
            .counts(anomalous: true)
        ),
        UsageCase(
            "details of another shape",
            #"{"prompt_tokens":4,"completion_tokens":5,"prompt_tokens_details":7,"completion_tokens_details":[]}"#,
            .counts(input: 4, output: 5)
        ),
    ]
}
