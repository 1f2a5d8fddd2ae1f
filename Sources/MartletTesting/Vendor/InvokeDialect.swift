/// Claude on Bedrock by its own body (InvokeModel): Messages, whose events travel in base64 inside AWS's frames. Source:
/// docs.aws.amazon.com/bedrock, InvokeModelWithResponseStream, November 2026.
struct InvokeDialect: VendorDialect {
    let headers = bedrockHeaders
    private let messages = MessagesDialect()

    func plain(_ reply: VendorReply) -> PlainJSON {
        self.messages.plain(reply)
    }

    func events(_ reply: VendorReply, includesUsage: Bool) -> [String] {
        self.messages.events(reply, includesUsage: includesUsage).compactMap { event in
            let lines = event.split(separator: "\n")
            guard let data = lines.first(where: { $0.hasPrefix("data: ") })?.dropFirst("data: ".count) else {
                return nil
            }
            return
                "chunk \(PlainJSON.object([.init("bytes", .string(Array(data.utf8).base64)), .init("p", "ab")]).text)"
        }
    }

    func errorBody(status: Int, message: String) -> PlainJSON {
        ["message": .string(message)]
    }

    func errorHeaders(status: Int) -> [OracleHeader] {
        bedrockErrorHeaders(status: status)
    }

    func errorEvents(message: String) -> [String] {
        ["!serviceUnavailableException \(self.errorBody(status: 503, message: message).text)"]
    }

    var brokenEvent: String { "chunk {\"bytes\":\"eyJ0eXBlIjo=\"" }

    func stream(_ events: [String]) -> OracleAnswer {
        bedrockStream(events)
    }
}
