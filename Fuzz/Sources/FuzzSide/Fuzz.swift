import AnthropicMessages
import BedrockConverse
import Exchange
import FuzzKit
import FuzzRooms
import GeminiContent
import OpenAIResponses
import Wire

/// What stands beside answers: counts of tokens, embeddings, and Claude's own body and stream at another company's door.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    let tape = Gate.makeTape()
    withExtendedLifetime(tape) {
        guard let root = try? tape.parse(rest) else { return }
        switch first % 4 {
        case 0: counts(root)
        case 1: embeddings(root)
        case 2: edits(root, rest, Int(first))
        default: unwrap(rest)
        }
    }
}

/// A count is none or one that can be believed, and every request that can be asked can be counted.
private func counts(_ root: JSONValue) {
    let counters: [any TokenCountingFormat] = [
        AnthropicMessagesFormat(), GeminiContentFormat(), BedrockConverseFormat(), OpenAIResponsesFormat(),
    ]
    for counter in counters {
        if let count = try? counter.decodeTokenCount(root) { expect(count >= 0, "a count below nothing") }
        for client in Rooms.clients {
            guard let request = try? client.decodeRequest(root, version: nil) else { continue }
            expect(TokenEstimate.input(request) >= 0, "an estimate below nothing")
            for target in Rooms.targets(of: counter) {
                var report = TranslationReport(target: target.description)
                guard let sent = try? counter.encodeTokenCount(request, for: target, report: &report) else { continue }
                Gate.check(sent.body, "a count by \(counter.id.rawValue)")
            }
        }
    }
}

/// A request is written, or refused; vectors are as many as inputs.
private func embeddings(_ root: JSONValue) {
    let request = try? EmbeddingRequest(root)
    let vendors: [any EmbeddingFormat] = [GeminiContentFormat(), BedrockConverseFormat()]
    for vendor in vendors {
        for model in ["gemini-embedding-001", "amazon.titan-embed-text-v2:0", "cohere.embed-v4:0"] {
            var target = TranslationTarget(
                provider: "vendor",
                model: model,
                capabilities: ModelCapabilities(),
                reasoningOwner: "vendor"
            )
            for isVertex in [false, true] {
                target.gemini.isVertex = isVertex
                if let request {
                    var report = TranslationReport(target: target.description)
                    if let body = try? vendor.encodeEmbeddings(request, for: target, report: &report) {
                        Gate.check(body, "embeddings by \(vendor.id.rawValue)")
                    }
                }
                for count in [0, 1, 2] {
                    guard let answer = try? vendor.decodeEmbeddings(root, count: count, from: target) else { continue }
                    expect(answer.vectors.count == count, "vectors without an input")
                    for encoding in [EmbeddingRequest.Encoding.float, .base64] {
                        Gate.check(answer.openAIBody(model: "fast", encoding: encoding), "embeddings told")
                    }
                }
            }
        }
    }
}

/// A patched body is JSON with the cloud's version and without what the path says.
private func edits(_ root: JSONValue, _ bytes: UnsafeRawBufferPointer, _ choice: Int) {
    guard root.kind == .object else { return }
    let patches = CloudBody.edits(
        of: root,
        version: "bedrock-2023-05-31",
        betas: ["context-1m-2025-08-07", "unknown"],
        allowing: ["context-1m-2025-08-07"],
        keepsModel: choice & 4 != 0,
        keepsStream: choice & 8 != 0
    )
    guard let body = BytePatch.applied(patches, to: bytes) else { fatalError("patches that do not fit") }
    Gate.check(body, "a patched body")
    body.withUnsafeBytes { patched in
        let tape = Gate.makeTape()
        withExtendedLifetime(tape) {
            let root = try? tape.parse(patched)
            expect(root?["anthropic_version"]?.string == "bedrock-2023-05-31", "another version")
            expect(choice & 4 != 0 || root?["model"] == nil, "a model that stayed")
        }
    }
}

/// A native event is one event of a text stream, or a failure.
private func unwrap(_ bytes: UnsafeRawBufferPointer) {
    for (name, isException) in [("chunk", false), ("throttlingException", true), ("other", false)] {
        for payload in [Array(bytes), Array("{\"bytes\":\"\(Base64.encode(Array(bytes)))\"}".utf8)] {
            var out: [UInt8] = []
            Array(name.utf8).withUnsafeBytes { name in
                payload.withUnsafeBytes { data in
                    let message = StreamMessage(name: name, data: data, isException: isException)
                    try? InvokeChunkReader().read(message, into: &out)
                }
            }
            guard !out.isEmpty else { continue }
            expect(!isException, "an exception that says something")
            let lines = out.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            expect(lines.count == 4 && lines[1].starts(with: Array("data: {".utf8)), "an event of several lines")
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzSide_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
