import Testing

@testable import martlet

@Suite("What doctor says of models")
struct ModelFindingsTests {
    private func findings(_ models: String) throws -> [String] {
        let list = try #require(JSONView(Array(#"{"data":[\#(models)]}"#.utf8))).elements("data")
        let providers = #"{"data":[{"name":"here","enabled":true},{"name":"off","enabled":false}]}"#
        let view = try #require(JSONView(Array(providers.utf8)))
        return ModelFindings.of(list, providers: view.elements("data")).map { "\($0.model) \($0.text)" }
    }

    private static func model(_ targets: (provider: String, weight: Int)..., isEnabled: Bool = true) -> String {
        let list = targets.map { #"{"provider":"\#($0.provider)","weight":\#($0.weight),"enabled":true}"# }
        return #"{"name":"m","enabled":\#(isEnabled),"targets":[\#(list.joined(separator: ","))]}"#
    }

    @Test("a model with somewhere to go is well, and a disabled one is left alone")
    func well() throws {
        #expect(try self.findings(Self.model(("here", 1), ("off", 1))).isEmpty)
        #expect(try self.findings(Self.model(("gone", 0), isEnabled: false)).isEmpty)
    }

    @Test("a target on a provider that has gone is named, also beside one that serves")
    func gone() throws {
        let beside = try self.findings(Self.model(("here", 1), ("gone", 1)))
        #expect(beside.count == 1 && beside.first?.contains("provider gone") == true)
        #expect(try self.findings(Self.model(("gone", 1))).count == 2)
    }

    @Test("a model whose targets are all dry or switched off has nowhere to go")
    func nowhere() throws {
        let found = try self.findings(Self.model(("here", 0), ("off", 1)))
        #expect(found.count == 1 && found.first?.contains("no target that can serve") == true)
    }
}
