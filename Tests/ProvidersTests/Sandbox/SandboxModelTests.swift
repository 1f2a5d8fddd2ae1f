import Testing

@testable import Providers

@Suite("Sandbox models")
struct SandboxModelTests {
    @Test(
        "a name tells the behaviour, with or without the prefix",
        arguments: [
            ("echo", SandboxModel.Behaviour.echo), ("tools", .tools), ("think", .think), ("long", .long(1_000)),
            ("long-250", .long(250)), ("long-0", .long(1)), ("long-99999999", .long(10_000)),
            ("error-429", .error(429)),
            ("error-599", .error(599)), ("error-stream", .errorStream), ("cut", .cut), ("slow", .echo),
        ]
    )
    func behaviours(_ name: String, _ behaviour: SandboxModel.Behaviour) {
        #expect(SandboxModel(name).behaviour == behaviour)
        #expect(SandboxModel("sandbox/" + name).behaviour == behaviour)
    }

    @Test(
        "any other name is an echo at the usual pace",
        arguments: [
            "", "gpt-4o", "claude-x", "sandbox/", "sandbox/unknown", "error", "error-", "error-200", "error-600",
            "error-4290",
            "error-abc", "slow-fast", "slow-2h", "tools-x", "echo-1-2", "cut-", "long-5-6-7", "slow-1s-2s-3s", "Echo",
        ]
    )
    func others(_ name: String) {
        #expect(SandboxModel(name) == SandboxModel("echo"))
    }

    @Test("durations in names set first token and pace")
    func durations() {
        #expect(SandboxModel("slow").firstDelay == .seconds(2))
        #expect(SandboxModel("slow").pace == .milliseconds(100))
        #expect(SandboxModel("slow-20s").firstDelay == .seconds(20))
        #expect(SandboxModel("slow-1m-5ms").firstDelay == .seconds(60))
        #expect(SandboxModel("slow-1m-5ms").pace == .milliseconds(5))
        #expect(SandboxModel("echo").pace == .milliseconds(20))
        #expect(SandboxModel("echo-0ms").pace == .zero)
        #expect(SandboxModel("long-10-7ms").behaviour == .long(10))
        #expect(SandboxModel("long-10-7ms").pace == .milliseconds(7))
        #expect(SandboxModel("long-7ms").pace == .milliseconds(7))
        #expect(SandboxModel("cut-1s").pace == .seconds(1))
    }

    @Test(
        "durations are bounded",
        arguments: ["3601s", "61m", "-1s", "99999999999999999999s", "s", "ms", "1", "1.5s", ""]
    )
    func badDurations(_ text: Substring) {
        #expect(SandboxModel.duration(text) == nil)
    }

    @Test("every listed model behaves as its name says")
    func listed() {
        for model in Sandbox.models {
            #expect(model.id.hasPrefix("sandbox/"))
            #expect(!model.displayName.isEmpty)
        }
        #expect(Set(Sandbox.models.map(\.id)).count == Sandbox.models.count)
    }
}
