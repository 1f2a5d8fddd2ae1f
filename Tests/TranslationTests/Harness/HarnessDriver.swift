import Exchange
import MartletTesting
import Testing
import Wire

/// The whole way of one exchange, without sockets: a caller's request to a vendor's bytes, and a vendor's bytes to the
/// caller's answer.
enum HarnessDriver {
    /// A request that was carried over.
    struct Sent {
        var request: ExchangeRequest
        var encoded: EncodedRequest
        /// In the caller's spelling.
        var warnings: [String]

        var body: String { String(decoding: self.encoded.body, as: UTF8.self) }
        var json: PlainJSON { get throws { try PlainJSON(parsing: self.encoded.body) } }
    }

    /// Parses bytes as the gate does.
    static func parse<R>(_ bytes: [UInt8], isVendors: Bool = false, _ body: (JSONValue) throws -> R) throws -> R {
        var limits = JSONLimits()
        limits.refusesNUL = !isVendors
        let tape = JSONTape(limits: limits)
        return try bytes.withUnsafeBytes { bytes in
            try withExtendedLifetime(tape) { try body(tape.parse(bytes)) }
        }
    }

    /// Reads a caller's request.
    ///
    /// - Throws: `GatewayFailure` for what no vendor could take.
    static func decode(_ body: String, as client: HarnessClient) throws -> ExchangeRequest {
        try self.parse(Array(body.utf8)) { try client.room.decodeRequest($0, version: nil) }
    }

    /// Carries a caller's request to a vendor.
    ///
    /// - Throws: `GatewayFailure`, as the caller is told.
    static func send(
        _ body: String,
        from client: HarnessClient,
        to target: HarnessTarget,
        isStrict: Bool = false
    ) throws -> Sent {
        try self.send(self.decode(body, as: client), from: client, to: target, isStrict: isStrict)
    }

    static func send(
        _ request: ExchangeRequest,
        from client: HarnessClient,
        to target: HarnessTarget,
        isStrict: Bool = false
    ) throws -> Sent {
        let spelling = client.room.spelling
        do {
            let (encoded, warnings) = try Translation.encode(
                request,
                with: target.room,
                for: target.target,
                isStrict: isStrict
            )
            return Sent(request: request, encoded: encoded, warnings: warnings.map { $0.token(spelling) })
        } catch {
            throw error.failure(spelling)
        }
    }

    /// What an answer's writer is told.
    static func context(_ client: HarnessClient) -> AnswerContext {
        AnswerContext(model: "fast", seed: "seed", created: 7, showsReasoning: true)
    }

    /// Reads a vendor's whole answer.
    static func answer(_ body: String, of room: any VendorFormat, _ notes: ReplyNotes) throws -> Answer {
        try self.parse(Array(body.utf8), isVendors: true) { try room.decodeAnswer($0, notes: notes) }
    }

    /// Writes a whole answer for a caller.
    static func whole(_ answer: Answer, for request: ExchangeRequest, as client: HarnessClient) -> String {
        let encoder = client.room.makeAnswerEncoder(for: request, context: self.context(client))
        return String(decoding: encoder.encode(answer), as: UTF8.self)
    }

    /// Writes a streamed answer for a caller.
    static func stream(
        _ events: some Sequence<AnswerEvent>,
        for request: ExchangeRequest,
        as client: HarnessClient
    ) -> String {
        let encoder = client.room.makeAnswerEncoder(for: request, context: self.context(client))
        var out: [UInt8] = []
        for event in events { encoder.encode(event, requestID: "req_1", into: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    /// A request that asks for nothing in particular, as a caller of this format makes it.
    static func plainRequest(_ client: HarnessClient, isStream: Bool = true) -> ExchangeRequest {
        var request = ExchangeRequest(origin: client.format, model: "fast")
        request.isStream = isStream
        request.wantsUsage = true
        return request
    }
}
