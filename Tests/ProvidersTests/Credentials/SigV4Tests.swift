import Exchange
import Testing

@testable import Providers

/// One case of AWS's published Signature Version 4 test suite.
struct SigV4Case: Sendable, CustomTestStringConvertible {
    var name: String
    var method = "GET"
    var target = "/"
    var headers: [HeaderField] = []
    var body = ""
    var token: String?
    var signedHeaders = "host;x-amz-date"
    var signature: String

    var testDescription: String { self.name }

    static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    static let example = "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
    static let form = "application/x-www-form-urlencoded"

    static let all: [SigV4Case] = headerCases + pathCases + queryCases + postCases

    static let headerCases: [SigV4Case] = [
        SigV4Case(name: "get-vanilla", signature: vanilla),
        SigV4Case(
            name: "get-header-key-duplicate",
            headers: [("value2"), ("value2"), ("value1")].map { HeaderField("My-Header1", $0) },
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        SigV4Case(
            name: "get-header-value-multiline",
            headers: ["value1", "value2", "value3"].map { HeaderField("My-Header1", $0) },
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"
        ),
        SigV4Case(
            name: "get-header-value-order",
            headers: ["value4", "value1", "value3", "value2"].map { HeaderField("My-Header1", $0) },
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
        ),
        SigV4Case(
            name: "get-header-value-trim",
            headers: [HeaderField("My-Header1", " value1"), HeaderField("My-Header2", " \"a   b   c\"")],
            signedHeaders: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
    ]

    static let pathCases: [SigV4Case] = [
        SigV4Case(
            name: "get-unreserved",
            target: "/\(unreserved)",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
        ),
        SigV4Case(
            name: "get-utf8",
            target: "/\u{1234}",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        SigV4Case(
            name: "get-space",
            target: "/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        SigV4Case(name: "get-relative", target: "/example/..", signature: vanilla),
        SigV4Case(name: "get-relative-relative", target: "/example1/example2/../..", signature: vanilla),
        SigV4Case(name: "get-slash", target: "//", signature: vanilla),
        SigV4Case(name: "get-slash-dot-slash", target: "/./", signature: vanilla),
        SigV4Case(name: "get-slash-pointless-dot", target: "/./example", signature: example),
        SigV4Case(name: "an empty path", target: "", signature: vanilla),
    ]

    static let queryCases: [SigV4Case] = [
        SigV4Case(
            name: "get-vanilla-query-order-key-case",
            target: "/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        SigV4Case(
            name: "get-vanilla-empty-query-key",
            target: "/?Param1=value1",
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
        ),
        SigV4Case(
            name: "get-vanilla-utf8-query",
            target: "/?\u{1234}=bar",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        SigV4Case(
            name: "the same, escaped on the wire",
            target: "/?%e1%88%b4=bar",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
        ),
        SigV4Case(
            name: "get-vanilla-query-unreserved",
            target: "/?\(unreserved)=\(unreserved)",
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
    ]

    static let postCases: [SigV4Case] = [
        SigV4Case(
            name: "post-vanilla",
            method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        ),
        SigV4Case(
            name: "post-vanilla-query",
            method: "POST",
            target: "/?Param1=value1",
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
        ),
        SigV4Case(
            name: "post-header-key-sort",
            method: "POST",
            headers: [HeaderField("My-Header1", "value1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
        ),
        SigV4Case(
            name: "post-header-value-case",
            method: "POST",
            headers: [HeaderField("My-Header1", "VALUE1")],
            signedHeaders: "host;my-header1;x-amz-date",
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
        ),
        SigV4Case(
            name: "post-x-www-form-urlencoded",
            method: "POST",
            headers: [HeaderField("Content-Type", form)],
            body: "Param1=value1",
            signedHeaders: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        ),
        SigV4Case(
            name: "post-x-www-form-urlencoded-parameters",
            method: "POST",
            headers: [HeaderField("Content-Type", "\(form); charset=utf8")],
            body: "Param1=value1",
            signedHeaders: "content-type;host;x-amz-date",
            signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
        ),
        SigV4Case(
            name: "post-sts-header-before",
            method: "POST",
            token: "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoI"
                + "YRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDv"
                + "p75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn"
                + "9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==",
            signedHeaders: "host;x-amz-date;x-amz-security-token",
            signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
        ),
    ]
}

@Suite("AWS signatures")
struct SigV4Tests {
    private static let secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    private func sign(
        _ request: SigV4Request,
        _ body: String,
        token: String? = nil,
        _ signer: SigV4Signer,
        _ time: String
    ) throws -> [String: String] {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: Self.secret,
            sessionToken: token.map { Secret($0) }
        )
        let time = try #require(WallTime(parsing: time))
        let digest = Array(body.utf8).withUnsafeBytes { BodyDigest(of: $0) }
        let headers = signer.sign(request, body: digest, by: credentials, at: time)
        return Dictionary(headers.map { ($0.name, String(decoding: $0.value.bytes, as: UTF8.self)) }) { a, _ in a }
    }

    @Test("N130 AWS's own vectors", arguments: SigV4Case.all)
    func suite(_ vector: SigV4Case) throws {
        let request = SigV4Request(
            method: vector.method,
            target: vector.target,
            headers: vector.headers + [HeaderField("Host", "example.amazonaws.com")]
        )
        let headers = try self.sign(
            request,
            vector.body,
            token: vector.token,
            SigV4Signer(region: "us-east-1", service: "service"),
            "2015-08-30T12:36:00Z"
        )
        let scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
        #expect(
            headers["authorization"]
                == "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=\(vector.signedHeaders), "
                + "Signature=\(vector.signature)"
        )
        #expect(headers["x-amz-date"] == "20150830T123600Z")
        #expect(headers["x-amz-security-token"] == vector.token)
    }

    @Test(
        "P21 Bedrock's path is escaped a second time, whatever is escaped on the wire",
        arguments: [
            (
                "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse", nil,
                "db6fc6cf312fe1eaffd11e067e0e02b899286aae8bbecaccae117676bee3f409"
            ),
            (
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123def456"
                    + "/converse-stream", "SESSIONTOKEN",
                "f26d75a3952b17e2ac7b5c2340df78dee6e7ef01c9c675b8725b7fa8c3c1152b"
            ),
            (
                "/model/anthropic.claude-sonnet-4-5-20250929-v1:0/converse", nil,
                "3056b019b97227eb489feabe67610ccacdc26653cc9df8936eb278516908b3fb"
            ),
        ]
    )
    func bedrock(_ target: String, _ token: String?, _ signature: String) throws {
        let request = SigV4Request(
            method: "POST",
            target: target,
            headers: [
                HeaderField("host", "bedrock-runtime.us-east-1.amazonaws.com"),
                HeaderField("content-type", "application/json"),
            ]
        )
        let headers = try self.sign(
            request,
            #"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
            token: token,
            SigV4Signer(region: "us-east-1", service: "bedrock"),
            "2026-01-02T03:04:05Z"
        )
        #expect(headers["authorization"]?.hasSuffix("Signature=\(signature)") == true)
    }

    @Test("the canonical request of a model in the path")
    func canonical() {
        #expect(CanonicalRequest.path("/model/a%3A0/converse") == "/model/a%253A0/converse")
        #expect(CanonicalRequest.path("/a/b/..") == "/a/")
        #expect(CanonicalRequest.path("/../..") == "/")
        #expect(CanonicalRequest.path("//example//") == "/example/")
        #expect(CanonicalRequest.query("b&a=2&a=1&%zz=1&c=%") == "%25zz=1&a=1&a=2&b=&c=%25")
        #expect(CanonicalRequest.query("") == "")
    }

    @Test("signatures and keys do not print")
    func redacted() {
        let credentials = AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("canary"), sessionToken: nil)
        #expect(!"\(credentials) \(SecretHeader("authorization", Secret("canary")))".contains("canary"))
    }
}
