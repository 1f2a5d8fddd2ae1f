import Exchange
import Testing

@testable import Providers

@Suite("Provider descriptors")
struct ProviderDescriptorTests {
    @Test("every kind is registered once")
    func registry() {
        let kinds = ProviderDescriptor.all.map(\.kind)
        #expect(Set(kinds).count == kinds.count)
        for kind in [
            ProviderKind.openAI, .anthropic, .gemini, .vertex, .bedrock, .azureOpenAI, .azureAnthropic,
            .openAICompatible, .sandbox,
        ] {
            #expect(ProviderDescriptor.descriptor(for: kind)?.kind == kind)
        }
        #expect(ProviderDescriptor.descriptor(for: ProviderKind("acme")) == nil)
    }

    @Test("default base URLs pass the kind's own validation")
    func defaults() throws {
        for descriptor in ProviderDescriptor.all {
            guard let url = descriptor.defaultBaseURL else { continue }
            #expect(try configure(descriptor.kind, url).baseURL == url)
            #expect(try configure(descriptor.kind).baseURL == url)
        }
    }

    @Test("every format that a kind speaks has its list of headers")
    func headerLists() {
        for descriptor in ProviderDescriptor.all {
            for operation in descriptor.operations.union(descriptor.selectableOperations) {
                #expect(descriptor.forwardedHeaders[operation.format] != nil, "\(descriptor.kind) \(operation)")
            }
        }
    }

    @Test("no setting is declared twice")
    func settings() {
        for descriptor in ProviderDescriptor.all {
            let names = descriptor.settings.map(\.name)
            #expect(Set(names).count == names.count)
        }
    }

    @Test("fields that choose another model, vendor or server are listed")
    func refusedFields() {
        func names(_ kind: ProviderKind) -> Set<String> {
            Set(ProviderDescriptor.descriptor(for: kind)?.refusedFields.map(\.description) ?? [])
        }
        for descriptor in ProviderDescriptor.all {
            #expect(
                names(descriptor.kind).isSuperset(of: [
                    "api_base", "base_url", "api_key", "extra_headers", "organization",
                ])
            )
        }
        #expect(names(.openAICompatible).isSuperset(of: ["models", "route", "provider", "transforms", "preset"]))
        #expect(names(.anthropic).contains("fallbacks"))
        #expect(!names(.openAI).contains("model"))
    }
}

@Suite("Forwarded headers")
struct ForwardedHeadersTests {
    private func list(_ kind: ProviderKind, _ format: FormatID) throws -> ForwardedHeaders {
        try #require(ProviderDescriptor.descriptor(for: kind)).forwardedHeaders(for: format)
    }

    @Test(
        "what vendors' own clients send travels",
        arguments: [
            (ProviderKind.anthropic, FormatID.messages, "anthropic-version"), (.anthropic, .messages, "Anthropic-Beta"),
            (.anthropic, .messages, "anthropic-dangerous-direct-browser-access"), (.anthropic, .messages, "x-app"),
            (.anthropic, .messages, "X-Claude-Code-Session-Id"), (.openAI, .responses, "OpenAI-Beta"),
            (.openAI, .responses, "x-codex-turn-metadata"), (.openAI, .responses, "session-id"),
            (.openAI, .chat, "X-Client-Request-Id"),
            (.openAI, .chat, "Content-Type"), (.openAI, .chat, "accept"), (.anthropic, .messages, "User-Agent"),
            (.azureOpenAI, .chat, "content-type"), (.openAICompatible, .messages, "anthropic-version"),
        ]
    )
    func travels(_ kind: ProviderKind, _ format: FormatID, _ name: String) throws {
        #expect(try self.list(kind, format).forwards(name))
    }

    @Test(
        "credentials, accounts, connection fields and other gateways' headers stay behind",
        arguments: [
            "authorization", "x-api-key", "api-key", "cookie", "openai-organization", "openai-project",
            "x-martlet-tags",
            "x-stainless-lang", "x-portkey-provider", "helicone-auth", "x-litellm-tags", "host", "connection",
            "transfer-encoding",
            "content-length", "accept-encoding", "x-forwarded-for", "traceparent", "x-codex", "", "anthropic-versio",
            "anthropic-versions",
        ]
    )
    func staysBehind(_ name: String) throws {
        for descriptor in ProviderDescriptor.all {
            for format in [FormatID.chat, .responses, .messages] {
                #expect(!descriptor.forwardedHeaders(for: format).forwards(name), "\(descriptor.kind) \(format)")
            }
        }
    }

    @Test("a format that is not spoken gets the headers that always travel")
    func foreignFormat() throws {
        let list = try self.list(.anthropic, .chat)
        #expect(list.forwards("content-type"))
        #expect(!list.forwards("anthropic-version"))
    }
}
