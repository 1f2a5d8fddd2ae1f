import Providers
import Testing
import Upstream
import Wire

@Suite("Refused fields")
struct RefusedFieldTests {
    private func refused(_ kind: ProviderKind, _ body: String) throws -> String? {
        let bytes = Array(body.utf8)
        let tape = JSONTape()
        return try bytes.withUnsafeBytes { bytes in
            // As the road asks: first what some kind refuses, before the target is known, then what this one does.
            let found = Provider.sensitiveFields.found(in: try tape.parse(bytes))
            let own = try #require(ProviderDescriptor.descriptor(for: kind)).refusedFields.map(\.description)
            return found.first { own.contains($0) }
        }
    }

    @Test(
        "fields that would send a request elsewhere are found at the top",
        arguments: [
            (ProviderKind.openAI, "api_base"), (.openAI, "base_url"), (.anthropic, "api_key"),
            (.anthropic, "fallbacks"), (.azureOpenAI, "extra_headers"),
            (.openAICompatible, "models"), (.openAICompatible, "route"), (.openAICompatible, "provider"),
            (.openAICompatible, "providerOptions"),
            (.sandbox, "organization"),
        ]
    )
    func found(_ kind: ProviderKind, _ field: String) throws {
        #expect(try self.refused(kind, #"{"model":"m","\#(field)":null}"#) == field)
    }

    @Test("escaped spellings are found too")
    func escaped() throws {
        #expect(try self.refused(.openAI, #"{"api\u005fbase":"http://evil"}"#) == "api_base")
    }

    @Test("the first in document order is named")
    func order() throws {
        #expect(try self.refused(.openAICompatible, #"{"route":1,"models":2}"#) == "route")
    }

    @Test(
        "nested fields and usual ones are content",
        arguments: [
            #"{"model":"m","metadata":{"api_base":"x","provider":"y"}}"#,
            #"{"tools":[{"base_url":"x"}],"messages":[]}"#, "{}", "[]",
            #"{"API_BASE":1}"#, #"{"model":"m","prompt_cache_key":"k","service_tier":"auto"}"#,
        ]
    )
    func content(_ body: String) throws {
        for descriptor in ProviderDescriptor.all { #expect(try self.refused(descriptor.kind, body) == nil) }
    }
}
