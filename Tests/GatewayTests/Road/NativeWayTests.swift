import AnthropicMessages
import Catalogue
import Exchange
import Providers
import Testing
import Wire

@testable import Gateway

/// Which version of Messages clouds are told.
@Suite struct NativeWayTests {
    private struct Door: NativeMessagesDoor {
        func edits(
            of root: JSONValue,
            version: String,
            betas: [String],
            allowing allowed: Set<String>,
            keepsModel: Bool,
            keepsStream: Bool
        ) -> [BytePatch] {
            CloudBody.edits(
                of: root,
                version: version,
                betas: betas,
                allowing: allowed,
                keepsModel: keepsModel,
                keepsStream: keepsStream
            )
        }
        func makeFrameReader() -> any NativeFrameReader { preconditionFailure("no stream is read here") }
        func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
            AnthropicMessagesFormat().decodeError(status: status, root: root, text: text)
        }
    }

    @Test func `R13 what steers effort and format stays in a body for Vertex`() throws {
        let provider = try ProviderConfiguration.validate(
            name: "google",
            kind: .vertex,
            baseURL: nil,
            settings: ["google_project": "p"],
            hasSecret: false
        )
        let model = "claude-opus-5"
        let patches = try #require(provider.nativeMessages(for: .messages, model: model))
        let capabilities = CapabilityTable.builtIn.capabilities(provider: "vertex", model: model)
        let way = NativeWay(door: Door(), patches: patches, capabilities)
        let rest = #""output_config":{"effort":"low"}, "max_tokens":5}"#
        let body = Array((#"{"model":"m","# + rest).utf8)
        let sent = try body.withUnsafeBytes { bytes in
            let tape = JSONTape()
            let edits = way.edits(of: try tape.parse(bytes), version: nil, betas: [])
            return String(decoding: try #require(BytePatch.applied(edits, to: bytes)), as: UTF8.self)
        }
        #expect(sent.hasSuffix(rest) && !sent.contains(#""model""#))
    }

    private static func patches(_ model: String) throws -> NativeMessages {
        let provider = try ProviderConfiguration.validate(
            name: "aws",
            kind: .bedrock,
            baseURL: nil,
            settings: ["region": "us-east-1"],
            hasSecret: false
        )
        return try #require(provider.nativeMessages(for: .messages, model: model))
    }

    private static func version(_ model: String, _ header: String?) throws -> String? {
        let capabilities = CapabilityTable.builtIn.capabilities(provider: "bedrock", model: model)
        let way = NativeWay(door: Door(), patches: try self.patches(model), capabilities)
        let body = Array(#"{"model":"m","max_tokens":5}"#.utf8)
        return try body.withUnsafeBytes { bytes in
            let tape = JSONTape()
            let edits = way.edits(of: try tape.parse(bytes), version: header, betas: [])
            let patched = try #require(BytePatch.applied(edits, to: bytes))
            return try patched.withUnsafeBytes { try tape.parse($0)["anthropic_version"]?.string }
        }
    }

    @Test(
        arguments: [
            ("us.anthropic.claude-opus-4-8", "2026-10-21"), ("anthropic.claude-sonnet-5", "2026-10-21"),
            ("anthropic.claude-sonnet-4-6", "bedrock-2023-05-31"),
            ("anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock-2023-05-31"),
        ]
    )
    func `the later version is told to models that know it`(_ model: String, _ told: String) throws {
        #expect(try Self.version(model, "2026-10-21") == told)
        #expect(try Self.version(model, "2023-06-01") == "bedrock-2023-05-31")
        #expect(try Self.version(model, nil) == "bedrock-2023-05-31")
        #expect(try Self.version(model, "2030-01-01") == "bedrock-2023-05-31")
    }
}
