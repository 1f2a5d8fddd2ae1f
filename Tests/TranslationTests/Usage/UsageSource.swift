import AnthropicMessages
import Exchange
import MartletTesting
import OpenAIChat
import OpenAIResponses
import Testing
import Wire

/// The ways in which counts are read: of an answer that is passed on, and of one that is translated.
enum UsageSource {
    /// The rooms that pass answers on.
    static let clients: [any WireFormat] = [OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat()]

    private static func room(_ format: FormatID) throws -> any VendorFormat {
        try #require(HarnessFixtures.rooms.first { $0.id == format })
    }

    /// The counts of a whole answer; both ways must agree where there are two.
    static func whole(_ body: String, _ format: FormatID) throws -> TokenUsage? {
        let translated = try HarnessDriver.answer(body, of: try self.room(format), ReplyNotes()).usage
        guard let client = self.clients.first(where: { $0.id == format }) else { return translated }
        let passed = try self.passed(body, by: client, format.operation)
        #expect(passed == translated, "\(body.prefix(200))")
        return translated
    }

    /// The counts of an answer that is passed on.
    static func passed(_ body: String, by client: any WireFormat, _ operation: Exchange.Operation) throws -> TokenUsage?
    {
        try HarnessDriver.parse(Array(body.utf8), isVendors: true) { client.readAnswer($0, operation: operation).usage }
    }

    /// The counts of a stream; both ways must agree where there are two.
    static func streamed(_ bytes: [UInt8], _ format: FormatID) throws -> TokenUsage? {
        let events = HarnessStream.events(bytes, of: try self.room(format), ReplyNotes())
        var translated: TokenUsage?
        for event in events {
            if case .start(let head) = event { translated = head.usage ?? translated }
            if case .usage(let usage) = event { translated = usage }
        }
        guard let client = self.clients.first(where: { $0.id == format }) else { return translated }
        // Who passes an answer on reads what comes after its failure, too.
        let hasFailed = if case .fail? = events.last { true } else { false }
        let passed = self.passed(stream: bytes, by: client, format.operation)
        if !hasFailed { #expect(passed == translated, "\(String(decoding: bytes.suffix(400), as: UTF8.self))") }
        return passed
    }

    private static func passed(
        stream bytes: [UInt8],
        by client: any WireFormat,
        _ operation: Exchange.Operation
    ) -> TokenUsage? {
        let tap = client.makeStreamTap(operation: operation, hidesUsage: false)
        var framer = SSEFramer()
        var offset = 0
        bytes.withUnsafeBytes { bytes in
            while let event = try? framer.next(bytes, from: &offset) { _ = tap.observe(event, in: bytes) }
            if let last = framer.finish(bytes, from: &offset) { _ = tap.observe(last, in: bytes) }
        }
        return tap.usage
    }
}

extension FormatID {
    fileprivate var operation: Exchange.Operation {
        self == .responses ? .responses : self == .messages ? .messages : .chat
    }
}
