import Testing

@testable import Catalogue

@Suite("Model names")
struct ModelNameTests {
    @Test("spellings of one model meet", arguments: Self.spellingCases)
    func spellings(_ words: String, _ names: [String]) {
        for name in names {
            let found = ModelName(name).words.map { String(decoding: $0, as: UTF8.self) }
            #expect(found.joined(separator: " ") == words, "\(name)")
        }
    }

    static let spellingCases: [(String, [String])] = [
        (
            "claude opus 4 6",
            [
                "claude-opus-4-6", "claude-opus-4.6", "Claude-Opus-4-6", "claude-opus-4-6@default",
                "anthropic/claude-opus-4.6", "anthropic/claude-opus-4.6:free", "anthropic.claude-opus-4-6-v1",
                "us.anthropic.claude-opus-4-6-v1:0", "us-gov.anthropic.claude-opus-4-6-v1",
                "global.anthropic.claude-opus-4-6-v1", "publishers/anthropic/models/claude-opus-4-6",
                "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1:0",
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1",
            ]
        ),
        ("gpt 5 1", ["gpt-5.1", "gpt-5-1", "openai/gpt-5.1", "GPT_5.1"]),
        ("gpt 4o mini 2024 07 18", ["gpt-4o-mini-2024-07-18", "ft:gpt-4o-mini-2024-07-18:acme::abc123"]),
        ("gemini 2 5 pro", ["gemini-2.5-pro", "models/gemini-2.5-pro", "publishers/google/models/gemini-2.5-pro"]),
        ("deepseek v 3 2", ["deepseek-v3.2", "deepseek.v3.2", "deepseek-ai/DeepSeek-V3.2", "us.deepseek.v3.2"]),
        ("deepseek v 3", ["deepseek-v3", "deepseek.v3-v1:0"]),
        ("deepseek v 4 1 flash", ["accounts/fireworks/models/deepseek-v4p1-flash", "deepseek-v4.1-flash"]),
        ("llama 3 1 8b", ["llama3.1-8b", "llama-3.1-8b", "meta.llama3-1-8b-v1:0", "llama3-1-8b"]),
        ("llama 3 2", ["llama3.2:3b-instruct-q4_K_M", "ollama/llama3.2:latest"]),
        ("gpt oss 120b", ["openai/gpt-oss-120b", "gpt-oss-120b"]),
        ("gpt oss 120b 1", ["openai.gpt-oss-120b-1:0"]),
        ("o 3 mini", ["o3-mini"]),
        ("", ["", "/", "models/", ":", "@", "---", "."]),
    ]

    @Test("a name has a family line and a version", arguments: Self.partCases)
    func parts(_ name: String, _ line: String, _ version: [Int]) {
        let name = ModelName(name)
        #expect(name.line.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") == line)
        #expect(name.version == version)
    }

    static let partCases: [(String, String, [Int])] = [
        ("claude-opus-4-6", "claude opus", [4, 6]),
        ("claude-3-5-sonnet-20241022", "claude sonnet", [3, 5]),
        ("gpt-4o-2024-05-13", "gpt 4o", []),
        ("gpt-5-2025-08-07", "gpt", [5]),
        ("gpt-4-0613", "gpt", [4]),
        ("gemini-2.5-flash-preview-09-2025", "gemini flash preview", [2, 5]),
        ("gemini-2.0-flash-001", "gemini flash", [2, 0]),
        ("mistral-large-2512", "mistral large", []),
        ("qwen3-235b-a22b-2507", "qwen 235b a22b", [3]),
        ("o4-mini", "o mini", [4]),
        ("99999999999999999999999999", "", []),
        ("0-00-000", "", [0, 0]),
    ]

    @Test("a row begins a name at a word, and not where the version goes on")
    func begins() {
        #expect(ModelName("gpt-5").begins(ModelName("gpt-5")))
        #expect(ModelName("gpt-5").begins(ModelName("gpt-5-mini")))
        #expect(ModelName("gpt-5").begins(ModelName("gpt-5-2025-08-07")))
        #expect(!ModelName("gpt-5").begins(ModelName("gpt-5.9")))
        #expect(!ModelName("gpt-5").begins(ModelName("gpt-50")))
        #expect(!ModelName("gpt-5").begins(ModelName("gpt")))
        #expect(!ModelName("claude").begins(ModelName("claude-4")))
        #expect(!ModelName("").begins(ModelName("gpt-5")))
        #expect(!ModelName("").begins(ModelName("")))
    }

    @Test("a family does not depend on the version")
    func family() {
        #expect(ModelName("gemini-3-pro").isFamily(of: ModelName("gemini-5-pro-preview")))
        #expect(!ModelName("gemini-3-pro").isFamily(of: ModelName("gemini-5-flash")))
        #expect(!ModelName("7").isFamily(of: ModelName("gpt-7")))
    }

    @Test("versions are ordered number by number")
    func order() {
        #expect(ModelName.isOlder([4], [4, 1]))
        #expect(ModelName.isOlder([4, 9], [4, 10]))
        #expect(!ModelName.isOlder([5], [4, 8]))
        #expect(!ModelName.isOlder([5], [5]))
    }

    @Test("a release is told by number or as the latest")
    func release() {
        #expect(ModelName("gpt-7").isReleased)
        #expect(ModelName("gemini-pro-latest").isReleased)
        #expect(!ModelName("gpt-neox-20b").isReleased)
    }

    @Test("names of any shape are taken apart", arguments: Garbage.names)
    func garbage(_ name: String) {
        let name = ModelName(name)
        #expect(name.words.joined().count <= 512)
        #expect(!name.words.contains { $0.isEmpty })
        #expect(name.version.allSatisfy { (0...99).contains($0) })
    }
}

/// Names that no vendor gives.
enum Garbage {
    static let names: [String] = [
        "", " ", "-", ".", "/", ":", "@", "//", "..", "us.", "us.anthropic.", "anthropic.-v1", "ft:", "ft::", "p", "1p",
        "p1", "1p1p1", "v", "-v", "-v1", "arn:", "arn:aws:bedrock", "arn:aws:bedrock:::", "models/", "\u{0}", "\n", "💥",
        "gpt-💥-5", "ｇｐｔ-５", "gpt‑5", "GPT\u{301}-5", "\u{FEFF}gpt-5", "٣", "claude-opus-٩", "-5", "5", "5.5.5.5.5.5.5",
        String(repeating: "a", count: 10_240), String(repeating: "1", count: 10_240),
        String(repeating: "-", count: 10_240), String(repeating: "1-", count: 5_120),
        String(repeating: "us.", count: 3_000) + "anthropic.claude-opus-5", String(repeating: "é", count: 5_000),
        String(repeating: "p", count: 511) + "é", String(repeating: "claude-", count: 2_000),
    ]
}
