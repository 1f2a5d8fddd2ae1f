import Catalogue
import Exchange
import Testing

@Suite struct ConfiguredCapabilitiesTests {
    @Test func `a base model stands in for an arbitrary name`() throws {
        let configured = try ConfiguredCapabilities(settings: ["base_models": "prod-eu=gpt-4.1,x=o3"])
        let table = CapabilityTable.builtIn.capabilities(provider: "azure-openai", model: "gpt-4.1")
        #expect(configured.capabilities(provider: "azure-openai", vendor: "az", model: "prod-eu") == table)
        #expect(!table.family.isEmpty)
        #expect(configured.capabilities(provider: "azure-openai", vendor: "az", model: "other").family.isEmpty)
    }

    @Test func `fields are changed for every model, then for one`() throws {
        let json = #"{"*":{"strict_tools":false},"m":{"max_output_tokens":9,"strict_tools":true}}"#
        let configured = try ConfiguredCapabilities(settings: ["capabilities": json])
        let one = configured.capabilities(provider: "openai-compatible", vendor: "lab", model: "m")
        let other = configured.capabilities(provider: "openai-compatible", vendor: "lab", model: "n")
        #expect(one.maxOutputTokens == 9 && one.strictTools && !other.strictTools)
    }

    @Test(
        "what cannot be is refused, and the fault is named",
        arguments: [
            ("base_models", "a"), ("base_models", "a=b,"), ("base_models", "a=b,a=c"), ("base_models", "a=b=c"),
            ("capabilities", "[]"), ("capabilities", "{"), ("capabilities", #"{"m":1}"#),
            ("capabilities", #"{"m":{"no_such_field":1}}"#), ("capabilities", #"{"m":{"max_output_tokens":"many"}}"#),
        ]
    )
    func refused(_ name: String, _ value: String) {
        #expect(throws: CapabilityError.self) { try ConfiguredCapabilities(settings: [name: value]) }
    }
}
