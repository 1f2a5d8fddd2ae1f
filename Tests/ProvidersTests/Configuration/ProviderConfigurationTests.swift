import Exchange
import Testing

@testable import Providers

/// Validates with the defaults of a test.
func configure(
    _ kind: ProviderKind,
    _ baseURL: String? = nil,
    _ settings: [String: String] = [:],
    hasSecret: Bool? = nil
) throws(ProviderConfigurationError) -> ProviderConfiguration {
    try .validate(
        name: "vendor",
        kind: kind,
        baseURL: baseURL,
        settings: settings,
        hasSecret: hasSecret ?? (kind != .sandbox)
    )
}

/// The fault that a configuration is refused with.
func fault(
    _ kind: ProviderKind,
    _ baseURL: String? = nil,
    _ settings: [String: String] = [:]
) -> ProviderConfigurationError? {
    do throws(ProviderConfigurationError) {
        _ = try configure(kind, baseURL, settings)
        return nil
    } catch {
        return error
    }
}

@Suite("Provider configuration")
struct ProviderConfigurationTests {
    @Test("names are short, lower-case and start with a letter or digit")
    func names() {
        for name in ["a", "openai", "my-vendor-2", String(repeating: "a", count: 63)] {
            #expect(throws: Never.self) {
                try ProviderConfiguration.validate(
                    name: name,
                    kind: .sandbox,
                    baseURL: nil,
                    settings: [:],
                    hasSecret: false
                )
            }
        }
        for name in ["", "-a", "A", "a b", "a/b", "a.b", "ä", String(repeating: "a", count: 64)] {
            let error = #expect(throws: ProviderConfigurationError.self) {
                try ProviderConfiguration.validate(
                    name: name,
                    kind: .sandbox,
                    baseURL: nil,
                    settings: [:],
                    hasSecret: false
                )
            }
            #expect(error?.code == .invalidName)
        }
    }

    @Test("an unknown kind is refused and the known ones are named")
    func unknownKind() {
        let error = fault(ProviderKind("acme"), "https://h")
        #expect(error?.code == .unknownKind)
        #expect(error?.message.contains("openai-compatible") == true)
    }

    @Test("https to a public host needs no setting")
    func publicHost() throws {
        let configuration = try configure(.openAICompatible, "https://api.example.com/v1")
        #expect(configuration.baseURL == "https://api.example.com/v1")
        #expect(configuration.route?.allowsPrivate == false)
        #expect(configuration.route?.hostHeader == "api.example.com")
    }

    @Test(
        "private destinations need allow_private",
        arguments: [
            "http://api.example.com/v1", "https://127.0.0.1", "https://10.1.2.3/v1", "https://192.168.1.1",
            "https://0.0.0.0",
            "https://100.64.0.1", "https://[::1]", "https://[::ffff:127.0.0.1]", "https://[fd00::1]",
            "https://localhost",
            "https://api.localhost",
        ]
    )
    func privateDestinations(_ url: String) throws {
        let error = fault(.openAICompatible, url)
        #expect(error?.code == .privateAddress)
        #expect(error?.message.contains("allow_private") == true)
        #expect(fault(.openAICompatible, url, ["allow_private": "false"])?.code == .privateAddress)
        #expect(try configure(.openAICompatible, url, ["allow_private": "true"]).route?.allowsPrivate == true)
    }

    @Test(
        "link-local and metadata destinations are refused even with allow_private",
        arguments: [
            "http://169.254.169.254", "https://[fe80::1]", "https://[fd00:ec2::254]",
            "https://[::ffff:169.254.169.254]",
            "http://metadata.google.internal", "http://100.100.100.200",
        ]
    )
    func metadata(_ url: String) {
        #expect(fault(.openAICompatible, url, ["allow_private": "true"])?.code == .forbiddenAddress)
    }

    @Test("resolved addresses are judged by the same rules at connect time")
    func connectTime() throws {
        let strict = try #require(try configure(.openAICompatible, "https://rebind.example").route)
        let open = try #require(
            try configure(.openAICompatible, "https://rebind.example", ["allow_private": "true"]).route
        )
        #expect(strict.permits([8, 8, 8, 8]))
        #expect(!strict.permits([127, 0, 0, 1]))
        #expect(open.permits([127, 0, 0, 1]))
        #expect(!open.permits([169, 254, 169, 254]))
        #expect(strict != open)
    }

    @Test("unknown settings are refused and the known ones are named")
    func unknownSettings() {
        let error = fault(.openAI, nil, ["api_version": "v1"])
        #expect(error?.code == .unknownSetting)
        #expect(error?.field == "settings.api_version")
        #expect(error?.message.contains("organization") == true)
        #expect(fault(.openAI, nil, ["a\u{0}ü b": ""])?.field == "settings.a???b")
    }

    @Test(
        "settings have rules",
        arguments: [
            (ProviderKind.openAI, "allow_private", ["true", "false"], ["yes", "", "TRUE"]),
            (.openAI, "include_usage", ["true", "false"], ["on"]),
            (.openAI, "project", ["default", "team-1"], ["", "Team", "-x", "a b"]),
            (.openAI, "ca_bundle", ["/etc/ssl/lan.pem"], ["", "lan.pem", "/a\nb"]),
            (
                .openAI, "organization", ["org-AbC_1"],
                ["", "org abc", "org\r\nx: y", String(repeating: "a", count: 129)]
            ),
            (.openAI, "openai_project", ["proj_1"], ["p/q"]),
            (
                .anthropic, "auth_header", ["x-api-key", "Authorization"],
                ["", "a b", "host", "Content-Length", "cookie", "x:y"]
            ),
            (.anthropic, "auth_scheme", ["", "Bearer", "Token"], ["a b", "Bearer "]),
        ]
    )
    func settingRules(_ kind: ProviderKind, _ name: String, _ good: [String], _ bad: [String]) {
        for value in good { #expect(fault(kind, nil, [name: value]) == nil, "\(name)=\(value)") }
        for value in bad {
            let error = fault(kind, nil, [name: value])
            #expect(error?.code == .invalidSetting, "\(name)=\(value)")
            #expect(error?.field == "settings.\(name)")
        }
    }

    @Test("every kind says whether it has a credential")
    func secretRules() {
        func code(_ kind: ProviderKind, _ url: String?, _ hasSecret: Bool) -> ProviderConfigurationError.Code? {
            do throws(ProviderConfigurationError) {
                _ = try configure(kind, url, hasSecret: hasSecret)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code(.openAI, nil, false) == .invalidSecret)
        #expect(code(.anthropic, nil, false) == .invalidSecret)
        #expect(code(.azureOpenAI, "https://a.openai.azure.com", false) == .invalidSecret)
        #expect(code(.openAICompatible, "https://h", false) == nil)
        #expect(code(.openAICompatible, "https://h", true) == nil)
        #expect(code(.sandbox, nil, false) == nil)
        #expect(code(.sandbox, nil, true) == .invalidSecret)
    }

    @Test("credentials must be able to travel in a header")
    func secrets() {
        #expect(throws: Never.self) { try ProviderConfiguration.validate(secret: Secret("sk-abc.DEF_123=")) }
        for text in ["", "a b", "a\r\nx: y", "ü", "a\u{0}", String(repeating: "a", count: 8_193)] {
            let error = #expect(throws: ProviderConfigurationError.self) {
                try ProviderConfiguration.validate(secret: Secret(text))
            }
            #expect(error?.code == .invalidSecret)
            #expect(text.isEmpty || error?.message.contains(text) != true)
        }
    }

    @Test("the project, usage and certificate settings are lifted out")
    func liftedSettings() throws {
        let plain = try configure(.openAI)
        #expect(plain.project == nil && plain.includesUsage && plain.route?.caBundlePath == nil)
        let bound = try configure(.openAI, nil, ["project": "team", "include_usage": "false", "ca_bundle": "/ca.pem"])
        #expect(bound.project == "team" && !bound.includesUsage && bound.route?.caBundlePath == "/ca.pem")
    }

    @Test("organisation and project headers come from settings only")
    func fixedHeaders() throws {
        #expect(try configure(.openAI).fixedHeaders.isEmpty)
        let configuration = try configure(.openAI, nil, ["organization": "org-1", "openai_project": "proj_1"])
        #expect(
            configuration.fixedHeaders
                == [HeaderField("openai-organization", "org-1"), HeaderField("openai-project", "proj_1")]
        )
    }
}
