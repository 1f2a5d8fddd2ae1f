import Exchange
import MartletTesting
import Providers
import Storage
import Testing

@testable import Gateway

/// Long bodies for a vendor that wants them signed: the signature is over a digest that was made on a worker.
@Suite("Long bodies that are signed", .timeLimit(.minutes(5)))
struct SignedBodyTests {
    private static let answer =
        #"{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}"#
    private static let converse =
        #"{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4}}"#

    private static func body(_ bytes: Int) -> String {
        let text = String(repeating: "a sentence, ", count: bytes / 12)
        return #"{"model":"signed", "max_tokens":5,"messages":[ {"role":"user","content":""# + text + #""} ]}"#
    }

    /// The `authorization` that AWS would compute for what arrived.
    private static func expected(_ request: OracleRequest) throws -> String {
        let date = Array(try #require(request.headers.first("x-amz-date")).utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: date[range], as: UTF8.self) }
        let text =
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
        let headers = SigV4Signer(region: "eu-west-1", service: "bedrock").sign(
            SigV4Request(
                method: "POST",
                target: request.target,
                headers: [
                    HeaderField("host", try #require(request.headers.first("host"))),
                    HeaderField("content-type", "application/json"),
                ]
            ),
            body: request.body.withUnsafeBytes { BodyDigest(of: $0) },
            by: AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s")),
            at: try #require(WallTime(parsing: text))
        )
        return try #require(headers.last?.value.withBytes { String(decoding: $0, as: UTF8.self) })
    }

    @Test(
        "what is signed is what is sent, translated or by the caller's own body",
        arguments: [
            ("/v1/messages", "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke"),
            ("/v1/chat/completions", "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"),
        ],
        [1000, 3 << 20]
    )
    func signs(_ paths: (asked: String, sent: String), _ size: Int) async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { setup in
            let vendor = setup.providers[1].baseURL
            let settings = ["allow_private": "true", "region": "eu-west-1"]
            setup.secret = "AKID:s"
            setup.translations = CloudClaudeTests.table
            setup.providers = [LiveGateway.provider("aws", kind: "bedrock", vendor, settings: settings)]
            setup.models = [("signed", "aws", "anthropic.claude-sonnet-4-5-20250929-v1:0")]
        }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            oracle.enqueue(Live.json(paths.asked.hasSuffix("messages") ? Self.answer : Self.converse))
            let answer = try await gateway.ask(paths.asked, Self.body(size))
            #expect(answer.status == 200)
            let request = try await oracle.request(1)
            #expect(request.target == paths.sent && request.bodyByteCount > size)
            #expect(request.body.count == request.bodyByteCount)
            #expect(try request.headers.first("authorization") == Self.expected(request))
        }
    }
}
