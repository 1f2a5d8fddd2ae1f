import Exchange
import Testing

@Suite("Whose fault an upstream answer is")
struct ClassifyTests {
    private static let formats: [FormatID] = [.chat, .responses, .messages]

    private func fault(_ format: FormatID, _ status: Int, _ body: String? = nil) throws -> UpstreamFault {
        let room = try #require(rooms[format])
        guard let body else { return room.classify(status: status, root: nil) }
        return try room.classify(status, body)
    }

    @Test("statuses alone, without a JSON body", arguments: ClassifyTests.formats)
    func statuses(_ format: FormatID) throws {
        let table: [(UpstreamFault, [Int])] = [
            (.caller, [400, 404, 409, 410, 413, 415, 422, 451]), (.credential, [401, 402, 403]), (.throttled, [429]),
            (.vendor, [301, 405, 406, 407, 408, 418, 424, 425, 499, 500, 502, 503, 504, 520, 529, 599, 600, 0, -1]),
        ]
        for (expected, statuses) in table {
            for status in statuses { #expect(try self.fault(format, status) == expected, "\(status)") }
        }
    }

    @Test("no quota left is our credential's fault, not throttling")
    func quota() throws {
        for code in ["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"] {
            for body in [#"{"error":{"code":"\#(code)"}}"#, #"{"error":{"type":"\#(code)","code":"429"}}"#] {
                for format in [FormatID.chat, .responses] {
                    #expect(try self.fault(format, 429, body) == .credential)
                    #expect(try self.fault(format, 503, body) == .vendor)
                }
            }
        }
    }

    @Test("throttling by any name is throttling")
    func throttling() throws {
        let bodies = [
            #"{"error":{"type":"tokens","code":"rate_limit_exceeded"}}"#, #"{"error":{"code":"RateLimitReached"}}"#,
            #"{"error":{"code":429,"message":"Provider returned error"}}"#, #"{"type":"error","error":null}"#,
            #"{"type":"error","error":{"type":"rate_limit_error","message":"m"}}"#, "[]", "null", "7", #""text""#,
        ]
        for body in bodies {
            for format in Self.formats { #expect(try self.fault(format, 429, body) == .throttled, "\(body)") }
        }
    }

    @Test("a 400 that speaks of our account is ours")
    func badCredentialAs400() throws {
        let xAI = #"{"code":"invalid-argument","error":"Incorrect API key provided: in***ey. You can obtain one."}"#
        let google =
            #"[{"error":{"code":400,"message":"API key not valid. Please pass one.","status":"INVALID_ARGUMENT"}}]"#
        let money =
            #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to"}}"#
        #expect(try self.fault(.chat, 400, xAI) == .credential)
        #expect(try self.fault(.responses, 400, xAI) == .credential)
        #expect(try self.fault(.chat, 400, google) == .credential)
        #expect(try self.fault(.messages, 400, money) == .credential)
    }

    @Test("any other 400 is the caller's, also one that quotes such words")
    func caller() throws {
        let bodies = [
            #"{"error":{"message":"Invalid 'messages': empty array.","type":"invalid_request_error","code":"empty_array"}}"#,
            #"{"error":{"message":"Unknown value 'Incorrect API key provided'","code":null}}"#,
            #"{"error":{"message":"Invalid role 'Your credit balance is too low'","code":"invalid_value"}}"#,
            #"{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            #"{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072"}"#,
            #"{"message":"bad"}"#, #"{"detail":"bad"}"#, #"{"error":{"code":"unknown_model"}}"#,
        ]
        for body in bodies {
            for format in Self.formats { #expect(try self.fault(format, 400, body) == .caller, "\(body)") }
        }
    }

    @Test("a moderated prompt does not take our key out")
    func moderation() throws {
        let body = #"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["x"],"flagged_input":"y"}}}"#
        #expect(try self.fault(.chat, 403, body) == .caller)
        #expect(try self.fault(.chat, 401, body) == .credential)
    }

    @Test("Azure's ways of saying it")
    func azure() throws {
        let denied = #"{"error":{"code":"401","message":"Access denied due to invalid subscription key"}}"#
        #expect(try self.fault(.chat, 401, denied) == .credential)
        #expect(try self.fault(.chat, 401, #"{"statusCode":401,"message":"Unauthorized"}"#) == .credential)
        let disabled = #"{"error":{"code":"AuthenticationTypeDisabled","message":"m"}}"#
        #expect(try self.fault(.responses, 403, disabled) == .credential)
        #expect(try self.fault(.chat, 404, #"{"error":{"code":"DeploymentNotFound","message":"m"}}"#) == .caller)
        #expect(try self.fault(.chat, 429, #"{"error":{"code":"too_many_requests","message":"m"}}"#) == .throttled)
    }
}
