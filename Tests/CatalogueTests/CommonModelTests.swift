import Catalogue
import Testing

@Suite("Common models")
struct CommonModelTests {
    @Test("a vendor's models are listed, and an unknown vendor has none")
    func vendors() {
        #expect(CommonModel.all(of: "openai").contains { $0.name == "gpt-4.1-mini" })
        #expect(CommonModel.all(of: "anthropic").contains { $0.name == "claude-sonnet-5" })
        #expect(CommonModel.all(of: "nobody").isEmpty)
    }

    @Test("no model is listed twice for one vendor, and no figure is negative")
    func sound() {
        let names = CommonModel.all.map { "\($0.vendor) \($0.name)" }
        #expect(Set(names).count == names.count)
        for model in CommonModel.all {
            #expect(!model.name.isEmpty)
            #expect(model.contextTokens >= 0 && model.outputTokens >= 0)
        }
    }
}
