import Policy
import Testing

@Suite("Allowed models")
struct AllowedModelsTests {
    @Test("no list allows everything, an empty list nothing")
    func extremes() {
        #expect(AllowedModels.all.contains("anything"))
        #expect(AllowedModels(nil).contains(""))
        #expect(!AllowedModels([]).contains("anything"))
    }

    @Test("a name allows itself only", arguments: ["fas", "fastt", "Fast", "fast ", "", "fast/x"])
    func exact(_ other: String) {
        let allowed = AllowedModels(["fast", "sandbox/echo"])
        #expect(allowed.contains("fast"))
        #expect(allowed.contains("sandbox/echo"))
        #expect(!allowed.contains(other))
    }

    @Test("names equal to Swift but not in bytes are different")
    func canonicalEquivalence() {
        let (one, two) = ("caf\u{E9}", "cafe\u{301}")
        #expect(one == two)
        #expect(AllowedModels([one]).contains(one))
        #expect(!AllowedModels([one]).contains(two))
        #expect(!AllowedModels(["\(one)/*"]).contains("\(two)/x"))
        #expect(ModelName(one) != ModelName(two))
        #expect(Set([ModelName(one), ModelName(two)]).count == 2)
        #expect([ModelName(one): 1][ModelName(String(Array(one)))] == 1)
    }

    @Test(
        "a wildcard covers its provider's names",
        arguments: ["bedrock/x", "bedrock/a/b", "bedrock/anthropic.claude-v1:0", "bedrock/..x", "bedrock/x.."]
    )
    func covered(_ model: String) {
        #expect(AllowedModels(["bedrock/*"]).contains(model))
    }

    @Test(
        "a wildcard covers nothing else",
        arguments: [
            "bedrockz/x", "bedrock", "bedrock/", "Bedrock/x", "xbedrock/x", "bedrock/../openai/x", "bedrock/..",
            "bedrock/.", "bedrock//x", "bedrock/x/", "bedrock/x/./y", "",
        ]
    )
    func notCovered(_ model: String) {
        #expect(!AllowedModels(["bedrock/*"]).contains(model))
    }

    @Test("a star anywhere else stands for itself")
    func literalStar() {
        let allowed = AllowedModels(["*", "/*", "gpt-*", "a/*/b"])
        #expect(allowed.contains("*"))
        #expect(allowed.contains("gpt-*"))
        for other in ["x", "/x", "gpt-4", "a/x/b"] { #expect(!allowed.contains(other)) }
    }

    @Test("a name shows as it was given")
    func description() {
        #expect("\(ModelName("a/b"))" == "a/b")
    }
}
